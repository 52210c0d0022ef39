"""Vaccinations: given, refused, or long ago."""

from console.fhir.context import OutcomeKind

PID = "PID|1||100^^^CGH^MR||DOE^Jane"


def vxu(*segments, at="202611210900"):
    return "\n".join([f"MSH|^~\\&|EHR|CGH|IIS|CGH|{at}||VXU^V04|{at}|T|2.5.1", PID, *segments])


RXA = (
    "RXA|0|1|202611210850||140^Influenza^CVX|0.5|mL^^UCUM||00^New|7832^Lemon^Mike"
    "|||||L77|20271104|CSL^CSL Behring|||{}|{}"
)


def test_that_a_vaccination_is_mapped_whole(hospital):
    hospital.take(vxu("ORC|RE||IZ1^NDA", RXA.format("CP", "A"), "RXR|IM^Intramuscular^HL70162|LD^Left Deltoid^HL70163",
                      "OBX|1|CE|64994-7^Funding^LN||V05^VFC^HL70064||||||F"))  # fmt: skip
    given = hospital.one("Immunization")
    assert (given["status"], given["occurrenceDateTime"]) == ("completed", "2026-11-21T08:50:00Z")
    assert given["vaccineCode"]["coding"][0]["system"] == "http://hl7.org/fhir/sid/cvx"
    assert str(given["doseQuantity"]["value"]) == "0.5"
    assert (given["lotNumber"], given["expirationDate"]) == ("L77", "2027-11-04")
    assert given["primarySource"] is True
    assert given["route"]["coding"][0]["code"] == "IM"
    assert given["performer"][0]["actor"]["display"] == "Mike Lemon"
    assert hospital.one("Observation")["code"]["coding"][0]["code"] == "64994-7"


def test_that_refusal_and_deletion_have_their_status(hospital):
    hospital.take(vxu("ORC|RE||IZ1^NDA", RXA.format("RE", "A")))
    assert hospital.one("Immunization")["status"] == "not-done"
    hospital.take(vxu("ORC|RE||IZ1^NDA", RXA.format("CP", "D"), at="202611210930"))
    assert hospital.one("Immunization")["status"] == "entered-in-error"


def test_that_a_historical_record_is_no_primary_source_and_999_no_amount(hospital):
    hospital.take(vxu("RXA|0|1|20181012||88^Influenza^CVX|999|||01^Historical"))
    given = hospital.one("Immunization")
    assert given["primarySource"] is False
    assert "doseQuantity" not in given


def test_that_each_shot_is_its_own_and_repeating_writes_nothing(hospital):
    message = vxu("RXA|0|1|20181012||88^Influenza^CVX", "RXA|0|1|20191012||88^Influenza^CVX")
    hospital.take(message)
    assert len(hospital.all("Immunization")) == 2
    assert hospital.take(message).kind is OutcomeKind.RECORDED


def test_that_a_message_without_vaccine_dies(hospital):
    assert hospital.map(vxu()).error.code == "no-vaccination"
