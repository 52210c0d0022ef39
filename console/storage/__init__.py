"""Everything on disk: the journal, the key index, the FHIR store, the encrypted cache."""
