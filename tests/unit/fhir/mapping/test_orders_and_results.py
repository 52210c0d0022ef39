"""Orders and results: identity, status, corrections, parents, documents."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

import pytest

from console.fhir.concept_map import ConceptMaps
from console.fhir.context import OutcomeKind
from tests.fakes.hospital_state import HospitalState

PID = "PID|1||100^^^CGH^MR||DOE^Jane||19800101|F"
PV1 = "PV1|1|I|AMU^4^02^CGH||||||||||||||||V1^^^CGH^VN"


def order(control: str = "NW", status: str = "IP", at: str = "20261120080000+0000", placer: str = "P1^EHR") -> str:
    return "\n".join(
        [
            f"MSH|^~\\&|EHR|CGH|LIS|CGH|{at}||ORM^O01^ORM_O01|o{at}|T|2.5.1",
            PID,
            PV1,
            f"ORC|{control}|{placer}|||{status}||||{at}|||3001^Okafor^Adaeze",
            f"OBR|1|{placer}||UE^Urea and electrolytes^L-LIS|S|{at}|||||||||3001^Okafor^Adaeze||||||||CH",
        ]
    )


def result(
    *lines: str,
    status: str = "F",
    at: str = "20261120090000+0000",
    placer: str = "P1^EHR",
    filler: str = "F1^LIS",
    code: str = "UE^Urea and electrolytes^L-LIS",
    parent: str = "",
    pid: str = PID,
) -> str:
    obr = f"OBR|1|{placer}|{filler}|{code}|||20261120081000+0000|||||||||||||||{at}||CH|{status}{parent}"
    return "\n".join([f"MSH|^~\\&|LIS|CGH|SB|CGH|{at}||ORU^R01^ORU_R01|r{at}{status}|T|2.5.1", pid, PV1, obr, *lines])


def obx(
    value: str, code: str = "K^Potassium^L-LIS", status: str = "F", kind: str = "NM", sub: str = "", n: int = 1
) -> str:
    return f"OBX|{n}|{kind}|{code}|{sub}|{value}|mmol/L^^UCUM|3.5-5.3|H|||{status}"


@pytest.fixture
def hospital(shipped_maps: ConceptMaps) -> HospitalState:
    return HospitalState(shipped_maps)


def observation(hospital: HospitalState, code: str = "K") -> dict[str, Any]:
    (found,) = [o for o in hospital.all("Observation") if any(c["code"] == code for c in o["code"].get("coding", ()))]
    return found


def test_that_an_order_and_its_result_meet_and_the_decimals_stay(hospital: HospitalState) -> None:
    hospital.take(order())
    outcome = hospital.take(result(obx("4.10")))
    request, report = hospital.one("ServiceRequest"), hospital.one("DiagnosticReport")
    assert report["basedOn"] == [{"reference": f"ServiceRequest/{request['id']}"}]
    assert request["priority"] == "stat"
    found = observation(hospital)
    assert str(found["valueQuantity"]["value"]) == "4.10"
    assert found["code"]["coding"][0] == {
        "system": "http://loinc.org",
        "code": "2823-3",
        "display": "Potassium [Moles/volume] in Serum or Plasma",
    }
    assert found["referenceRange"][0]["high"]["value"] == Decimal("5.3")
    assert outcome.orders[0].order_id == hospital.map(order()).orders[0].order_id
    assert outcome.orders[0].result_status == "final"
    assert outcome.orders[0].section == "CH"
    assert "lab-local-loinc@12" in outcome.maps


def test_that_a_resend_changes_nothing(hospital: HospitalState) -> None:
    for message in (order(), result(obx("4.1"))):
        hospital.take(message)
        versions = hospital.versions()
        assert hospital.take(message).writes == ()
        assert hospital.versions() == versions


def test_that_a_late_preliminary_never_overwrites_a_final(hospital: HospitalState) -> None:
    hospital.take(result(obx("6.4")))
    late = hospital.take(result(obx("5.9", status="P"), status="P", at="20261120100000+0000"))
    assert late.kind is OutcomeKind.SUPERSEDED
    assert str(observation(hospital)["valueQuantity"]["value"]) == "6.4"
    assert hospital.one("DiagnosticReport")["status"] == "final"


def test_that_a_correction_of_one_result_leaves_its_siblings_alone(hospital: HospitalState) -> None:
    hospital.take(result(obx("6.4"), obx("138", "NA^Sodium^L-LIS", n=2)))
    hospital.take(result(obx("4.6", status="C"), status="C", at="20261120100000+0000"))
    assert observation(hospital)["status"] == "corrected"
    assert str(observation(hospital)["valueQuantity"]["value"]) == "4.6"
    assert str(observation(hospital, "NA")["valueQuantity"]["value"]) == "138"
    assert len(hospital.one("DiagnosticReport")["result"]) == 2
    again = hospital.take(result(obx("6.4"), obx("138", "NA^Sodium^L-LIS", n=2)))
    assert str(observation(hospital)["valueQuantity"]["value"]) == "4.6"
    assert again.kind in (OutcomeKind.SUPERSEDED, OutcomeKind.RECORDED)


def test_that_a_withdrawn_result_keeps_its_value_and_is_never_deleted(hospital: HospitalState) -> None:
    hospital.take(result(obx("6.4")))
    hospital.take(result(obx("", status="W"), status="C", at="20261120100000+0000"))
    found = observation(hospital)
    assert found["status"] == "entered-in-error"
    assert str(found["valueQuantity"]["value"]) == "6.4"


def test_that_a_result_that_cannot_be_obtained_has_no_value_and_says_so(hospital: HospitalState) -> None:
    hospital.take(result(obx("6.4")))
    hospital.take(result(obx("", status="X"), status="C", at="20261120100000+0000"))
    found = observation(hospital)
    assert found["status"] == "cancelled"
    assert "valueQuantity" not in found
    assert found["dataAbsentReason"]["coding"][0]["code"] == "error"


def test_that_a_result_by_filler_number_alone_finds_the_order(hospital: HospitalState) -> None:
    hospital.take(order())
    hospital.take(result(obx("4.1", status="P"), status="P"))
    alone = hospital.take(result(obx("4.2"), placer="", at="20261120093000+0000"))
    assert len(hospital.all("DiagnosticReport")) == len(hospital.all("ServiceRequest")) == 1
    assert alone.orders[0].order_id == hospital.map(order()).orders[0].order_id


def test_that_one_filler_number_over_two_orders_keeps_them_apart(hospital: HospitalState) -> None:
    hospital.take(order())
    hospital.take(order(placer="P2^EHR"))
    hospital.take(result(obx("4.1")))
    hospital.take(result(obx("5.0"), placer="P2^EHR"))
    assert len(hospital.all("DiagnosticReport")) == 2
    assert len(hospital.all("Observation")) == 2


def test_that_an_order_number_of_another_patient_is_not_believed(hospital: HospitalState) -> None:
    hospital.take(result(obx("4.1")))
    other = PID.replace("100^^^CGH", "200^^^CGH").replace("DOE^Jane", "ROE^Ann")
    outcome = hospital.take(result(obx("5.5"), pid=other))
    assert len(hospital.all("DiagnosticReport")) == 2
    assert any("another patient" in warning for warning in outcome.warnings)
    subjects = {o["subject"]["reference"] for o in hospital.all("Observation")}
    assert len(subjects) == 2
    assert hospital.take(result(obx("5.5"), pid=other)).writes == ()


def test_that_a_local_code_without_a_map_stops_the_message_and_says_where(hospital: HospitalState) -> None:
    outcome = hospital.map(result(obx("138", "NA^Sodium^L-LIS"), obx("6.4", "K-PL^Potassium (plasma)^L-LIS", n=2)))
    assert outcome.kind is OutcomeKind.DEAD
    assert outcome.error is not None
    assert outcome.error.code == "code-not-mapped"
    assert outcome.error.path.startswith("OBX[2]-3")
    assert "K-PL" in outcome.error.text
    assert outcome.orders[0].placer == "P1"


def test_that_a_result_without_any_order_number_is_not_guessed(hospital: HospitalState) -> None:
    outcome = hospital.map(result(obx("4.1"), placer="", filler=""))
    assert outcome.kind is OutcomeKind.DEAD
    assert outcome.error is not None
    assert outcome.error.code == "unkeyed-result"


def test_that_results_of_two_patients_in_one_message_are_refused(hospital: HospitalState) -> None:
    text = result(obx("4.1")) + "\n" + PID.replace("100^^^CGH", "200^^^CGH") + "\nOBR|2|P9^EHR||UE^U^L-LIS\n" + obx("5")
    outcome = hospital.map(text)
    assert outcome.error is not None
    assert outcome.error.code == "several-patients"


@pytest.mark.parametrize(
    ("kind", "sent", "member", "expected"),
    [
        ("NM", "-0.50", "valueQuantity", "-0.50"),
        ("SN", ">^32", "valueQuantity", "32"),
        ("SN", "^1^-^3", "valueRange", None),
        ("SN", "^1^:^128", "valueRatio", None),
        ("SN", "^1^+", "valueString", "1+"),
        ("CWE", "112283007^Escherichia coli^SCT", "valueCodeableConcept", None),
        ("IS", "POS", "valueCodeableConcept", None),
        ("ST", "Positive \\T\\ weak", "valueString", "Positive & weak"),
        ("DT", "20261119", "valueDateTime", "2026-11-19"),
        ("TM", "0930", "valueTime", "09:30:00"),
        ("DR", "20261101^20261102", "valuePeriod", None),
        ("NR", "1^5", "valueRange", None),
        ("NA", "1^2^3", "valueSampledData", None),
        ("NM", "see note", "valueString", "see note"),
        ("ZZ", "odd", "valueString", "odd"),
    ],
)
def test_that_every_value_type_has_its_form(
    hospital: HospitalState, kind: str, sent: str, member: str, expected: str | None
) -> None:
    hospital.take(result(obx(sent, kind=kind)))
    value = observation(hospital)[member]
    if expected is not None:
        assert str(value["value"] if isinstance(value, dict) else value) == expected


def test_that_repeated_codes_are_numbered_and_a_changed_count_needs_a_person(hospital: HospitalState) -> None:
    hospital.take(result(obx("1.0"), obx("2.0", n=2)))
    assert len(hospital.all("Observation")) == 2
    outcome = hospital.map(result(obx("3.0", status="C"), status="C", at="20261120100000+0000"))
    assert outcome.error is not None
    assert outcome.error.code == "repeated-results-changed"


def test_that_lines_of_text_become_one_observation(hospital: HospitalState) -> None:
    lines = [f"OBX|{n}|TX|RPT^Report^L-MICRO||line {n}||||||F" for n in (1, 2, 3)]
    hospital.take(result(*lines, code="BC^Blood culture^L-XX").replace("^L-MICRO", "^99X"))
    assert hospital.one("Observation")["valueString"] == "line 1\nline 2\nline 3"


def test_that_a_small_document_is_linked_from_the_report(hospital: HospitalState) -> None:
    content = b"%PDF-1.4 tiny"
    line = f"OBX|1|ED|PDF^Report^99X||LIS^AP^PDF^Base64^{base64.b64encode(content).decode()}||||||F"
    hospital.take(result(line))
    form = hospital.one("DiagnosticReport")["presentedForm"][0]
    assert form["contentType"] == "application/pdf"
    assert base64.b64decode(form["data"]) == content
    assert hospital.one("DocumentReference")["content"][0]["attachment"] == form
    assert hospital.all("Observation") == []


def test_that_a_large_document_is_a_binary_and_broken_base64_stops(hospital: HospitalState) -> None:
    content = b"%PDF-" + bytes(100_000)
    line = "OBX|1|ED|PDF^Report^99X||LIS^AP^PDF^Base64^{}||||||F"
    hospital.take(result(line.format(base64.b64encode(content).decode())))
    binary = hospital.one("Binary")
    assert base64.b64decode(binary["data"]) == content
    assert hospital.one("DiagnosticReport")["presentedForm"][0]["url"] == f"Binary/{binary['id']}"
    outcome = hospital.map(result(line.format("@@@@"), at="20261120100000+0000"))
    assert outcome.error is not None
    assert outcome.error.code == "bad-base64"
    assert outcome.error.path == "OBX[1]-5.5"


@pytest.mark.parametrize("parent_first", [True, False])
def test_that_susceptibilities_hang_under_their_organism_whichever_comes_first(
    hospital: HospitalState, parent_first: bool
) -> None:
    culture = result("OBX|1|CWE|ORG^Organism^99X|1|112283007^Escherichia coli^SCT||||||F", code="BC^Blood culture^99X")
    child = result(
        "OBX|1|SN|AMOX^Amoxicillin^99X|1|>^32|ug/mL^^UCUM||R|||F",
        code="SENS^Susceptibility^99X",
        placer="P1C^EHR",
        filler="F1C^LIS",
        parent="|ORG&Organism&99X^1^Escherichia coli|||P1&EHR^F1&LIS",
    )
    for message in (culture, child) if parent_first else (child, culture):
        hospital.take(message)
    organism, sensitivity = observation(hospital, "ORG"), observation(hospital, "AMOX")
    assert organism["hasMember"] == [{"reference": f"Observation/{sensitivity['id']}"}]
    assert hospital.take(culture).writes == hospital.take(child).writes == ()


def test_that_order_controls_move_the_order(hospital: HospitalState) -> None:
    hospital.take(order())
    hospital.take(order("CA", "CA", at="20261120081500+0000"))
    asked = hospital.one("ServiceRequest")
    assert asked["status"] == "active"
    assert asked["meta"]["tag"][0]["code"] == "cancel-requested"
    hospital.take(order("CR", "CA", at="20261120082000+0000"))
    assert hospital.one("ServiceRequest")["status"] == "revoked"
    late = hospital.take(order())
    assert late.kind is OutcomeKind.SUPERSEDED
    assert hospital.one("ServiceRequest")["status"] == "revoked"


def test_that_a_null_deletes_and_an_empty_field_keeps(hospital: HospitalState) -> None:
    hospital.take(order())
    sparse = order("XO", "", at="20261120081500+0000").replace("|3001^Okafor^Adaeze", "|").replace("|S|2026", "||2026")
    hospital.take(sparse)
    kept = hospital.one("ServiceRequest")
    assert kept["requester"]["display"] == "Adaeze Okafor"
    assert kept["priority"] == "stat"
    null = order("XO", "", at="20261120082000+0000").replace("|3001^Okafor^Adaeze", '|""')
    hospital.take(null)
    assert "requester" not in hospital.one("ServiceRequest")
