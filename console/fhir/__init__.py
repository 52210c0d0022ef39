"""From HL7 v2 facts to FHIR R4: mapping, ids, concept maps, the validation gate. No I/O."""
