"""Valid R4 resources of every kind the mappings make, to be broken on purpose."""

from decimal import Decimal
from typing import Any

CODING = {"system": "http://loinc.org", "code": "2823-3", "display": "Potassium"}
CONCEPT = {"coding": [CODING], "text": "Potassium"}
IDENTIFIER = {
    "system": "urn:oid:1.2.3",
    "value": "42",
    "use": "official",
    "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
    "assigner": {"display": "CGH"},
    "period": {"start": "2020-01-01", "end": "2021-02-28"},
}
PATIENT_REF = {"reference": "Patient/p1"}
PERIOD = {"start": "2026-01-31T10:00:00+01:00", "end": "2026-02-01T09:30:00.5Z"}
QUANTITY = {"value": Decimal("4.10"), "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"}
DOCTOR = {"type": "Practitioner", "identifier": {"system": "urn:x:y", "value": "3001"}, "display": "Dr Adaeze Okafor"}


def seeds() -> list[dict[str, Any]]:
    """Fresh copies, each valid by `fhir.resources` and by our own rules when Patient/p1 and friends exist."""
    return [
        {
            "resourceType": "Patient",
            "id": "p1",
            "active": True,
            "identifier": [IDENTIFIER],
            "name": [{"family": "MARTÍNEZ", "given": ["Rosa", "Elena"], "use": "official", "period": PERIOD}],
            "birthDate": "1957-08-31",
            "_birthDate": {"extension": [{"url": "http://x.y/z", "valueDateTime": "1957-08-31T10:00:00Z"}]},
            "gender": "female",
            "telecom": [{"system": "phone", "value": "555", "use": "home", "rank": 1}],
            "multipleBirthInteger": 2,
            "deceasedBoolean": False,
            "link": [{"other": {"reference": "Patient/p2"}, "type": "replaces"}],
            "communication": [{"language": CONCEPT, "preferred": True}],
        },
        {
            "resourceType": "Encounter",
            "id": "e1",
            "status": "entered-in-error",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
            "subject": PATIENT_REF,
            "period": PERIOD,
            "participant": [{"type": [CONCEPT], "individual": DOCTOR}],
            "location": [{"location": {"type": "Location", "display": "AMU 4-02"}, "status": "active"}],
            "length": {**QUANTITY},
        },
        {
            "resourceType": "Observation",
            "id": "o1",
            "status": "corrected",
            "code": CONCEPT,
            "subject": PATIENT_REF,
            "effectiveDateTime": "2026-02-28T10:00:00Z",
            "issued": "2026-02-28T10:00:00.123+00:00",
            "valueQuantity": {**QUANTITY, "comparator": "<"},
            "interpretation": [CONCEPT],
            "referenceRange": [{"low": QUANTITY, "high": QUANTITY, "text": "3.5-5.3"}],
            "note": [{"text": "haemolysed"}],
            "performer": [DOCTOR],
        },
        {
            "resourceType": "Observation",
            "id": "o2",
            "status": "final",
            "code": CONCEPT,
            "subject": PATIENT_REF,
            "effectivePeriod": PERIOD,
            "dataAbsentReason": CONCEPT,
            "hasMember": [{"reference": "Observation/o1"}],
        },
        {
            "resourceType": "DiagnosticReport",
            "id": "d1",
            "status": "appended",
            "code": CONCEPT,
            "result": [{"reference": "Observation/o1"}, {"reference": "Observation/o2"}],
            "presentedForm": [{"contentType": "application/pdf", "data": "SGVsbG8=", "title": "Report"}],
        },
        {
            "resourceType": "MedicationRequest",
            "id": "m1",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": CONCEPT,
            "subject": PATIENT_REF,
            "dosageInstruction": [
                {
                    "text": "1 g",
                    "timing": {"repeat": {"frequency": 4, "period": 1, "periodUnit": "d", "boundsPeriod": PERIOD}},
                    "doseAndRate": [{"doseQuantity": QUANTITY}],
                    "asNeededBoolean": False,
                }
            ],
        },
        {
            "resourceType": "Provenance",
            "id": "v1",
            "target": [{"reference": "Observation/o1"}],
            "recorded": "2026-02-28T10:00:00Z",
            "agent": [{"who": {"display": "LAB"}}],
            "entity": [{"role": "source", "what": {"identifier": {"system": "urn:a:b", "value": "ff"}}}],
            "policy": ["urn:signalbox:concept-map:x@1"],
        },
        {"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": "SGVsbG8="},
    ]
