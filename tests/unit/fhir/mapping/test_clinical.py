"""Diagnoses, allergies, procedures, insurance: one resource per thing, however often it is sent."""

from tests.builders.adt import adt


def a08(more, at="202611210930"):
    return adt("A08", at=at, more=more)


def test_that_a_diagnosis_is_one_condition_listed_with_the_visit(hospital):
    hospital.take(adt("A01", more="DG1|1||I21^Infarction^I10|Heart attack|202611210800|A|||||||||1|77^Diag^R"))
    hospital.take(a08("DG1|1||I21^Infarction^I10|Heart attack|202611210800|F|||||||||1"))
    condition = hospital.one("Condition")
    assert condition["code"]["coding"][0] == {
        "system": "http://hl7.org/fhir/sid/icd-10", "code": "I21", "display": "Infarction",
    }  # fmt: skip
    assert condition["onsetDateTime"] == "2026-11-21T08:00:00Z"
    assert condition["asserter"]["display"] == "R Diag"
    (listed,) = hospital.one("Encounter")["diagnosis"]
    assert listed["condition"] == {"reference": f"Condition/{condition['id']}"}
    assert (listed["use"]["coding"][0]["code"], listed["rank"]) == ("DD", 1)


def test_that_a_deleted_diagnosis_stays_as_an_error(hospital):
    hospital.take(adt("A01", more="DG1|1||I21^Infarction^I10"))
    hospital.take(a08("DG1|1||I21^Infarction^I10||||||||||||||||||D"))
    condition = hospital.one("Condition")
    assert condition["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    assert "clinicalStatus" not in condition


def test_that_a_diagnosis_without_code_is_known_by_its_words(hospital):
    hospital.take(adt("A01", more="DG1|1|||Dolor torácico\nDG1|2|||"))
    assert hospital.one("Condition")["code"] == {"text": "Dolor torácico"}


def test_that_an_allergy_has_category_criticality_and_reaction(hospital):
    hospital.take(adt("A01", more="AL1|1|DA|7980^Penicillin^RXNORM|SV|Hives~Wheeze|20200101"))
    allergy = hospital.one("AllergyIntolerance")
    assert (allergy["category"], allergy["type"], allergy["criticality"]) == (["medication"], "allergy", "high")
    assert [r["manifestation"][0]["coding"][0]["code"] for r in allergy["reaction"]] == ["Hives", "Wheeze"]
    assert {r["severity"] for r in allergy["reaction"]} == {"severe"}
    assert allergy["clinicalStatus"]["coding"][0]["code"] == "active"


def test_that_a60_changes_allergies_and_not_the_visit(hospital):
    hospital.take(adt("A01"))
    before = hospital.one("Encounter")
    hospital.take(adt("A60", at="202611210930", more="IAM|1|DA|7980^Penicillin^RXNORM|MI||D|A7^LAB"))
    allergy = hospital.one("AllergyIntolerance")
    assert allergy["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    assert "clinicalStatus" not in allergy
    assert allergy["identifier"][0]["value"] == "A7"
    assert hospital.one("Encounter") == before


def test_that_a_procedure_belongs_to_the_visit(hospital):
    hospital.take(adt("A01", more="PR1|1||76164006^Biopsy^SCT|Biopsy of colon|202611201140|||1210^ANES^MARK"))
    procedure = hospital.one("Procedure")
    assert procedure["performedDateTime"] == "2026-11-20T11:40:00Z"
    assert procedure["encounter"] == {"reference": f"Encounter/{hospital.one('Encounter')['id']}"}
    assert procedure["performer"][0]["actor"]["display"] == "MARK ANES"


def test_that_insurance_names_payor_group_and_insured(hospital):
    in1 = (
        "IN1|1|HMO1^Gold plan|C9^^^NAIC|Blue Cross||||G77|Group|||20260101|20261231||HMO|DOE^Mary|SPO|19600102"
        + "|" * 18
        + "POL5"
    )
    hospital.take(adt("A01", more=in1))
    coverage = hospital.one("Coverage")
    assert coverage["payor"][0]["display"] == "Blue Cross"
    assert coverage["period"] == {"start": "2026-01-01", "end": "2026-12-31"}
    assert coverage["subscriberId"] == "POL5"
    assert [(c["type"]["coding"][0]["code"], c["value"]) for c in coverage["class"]] == [
        ("group", "G77"),
        ("plan", "HMO1"),
    ]
    insured = hospital.one("RelatedPerson")
    assert coverage["subscriber"] == {"reference": f"RelatedPerson/{insured['id']}"}
    assert insured["birthDate"] == "1960-01-02"


def test_that_vital_signs_in_an_admission_are_observations(hospital):
    hospital.take(adt("A01", more="OBX|1|NM|8867-4^Heart rate^LN||62.50|/min^^UCUM|||||F\nOBX|2|NM|||1||||||F"))
    observation = hospital.one("Observation")
    assert str(observation["valueQuantity"]["value"]) == "62.50"
    assert observation["encounter"] == {"reference": f"Encounter/{hospital.one('Encounter')['id']}"}


def test_that_clinical_segments_without_content_are_passed_over(hospital):
    hospital.take(adt("A01", more="AL1|1|DA\nPR1|1\nIN1|1\nDG1|1\nNK1|1"))
    assert {kind for kind, _ in hospital.resources} == {"Patient", "Encounter", "Provenance"}
