"""Reports: counts that change, text pages, samples, parents, statuses that nobody states."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from console.fhir.concept_map import ConceptMaps
from console.fhir.context import OutcomeKind
from tests.builders.lab import message, obr, obx, orc, segment
from tests.fakes.hospital_state import HospitalState

LATER, LATEST = "20261120100000+0000", "20261120110000+0000"


@pytest.fixture
def hospital(shipped_maps: ConceptMaps) -> HospitalState:
    return HospitalState(shipped_maps)


def observation(hospital: HospitalState, code: str = "K") -> dict[str, Any]:
    (found,) = [o for o in hospital.all("Observation") if o["code"]["coding"][0]["code"] == code]
    return found


def text(line: str, fields: dict[int, str] | None = None) -> str:
    return obx(line, {2: "TX", 3: "RPT^Report^99X", 6: "", **(fields or {})})


def test_that_a_result_that_stood_once_and_now_twice_needs_a_person(hospital: HospitalState) -> None:
    hospital.take(message("ORU^R01", obr({25: "P"}), obx("1", {11: "P"})))
    outcome = hospital.map(message("ORU^R01", obr(), obx("1"), obx("2"), at=LATER))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.path) == ("repeated-results-changed", "OBX[1]-4")
    assert "once" in outcome.error.text
    assert "twice" in outcome.error.text


def test_that_an_old_message_with_another_count_is_superseded_and_not_dead(hospital: HospitalState) -> None:
    hospital.take(message("ORU^R01", obr({25: "C"}), obx("1", {11: "C"}), obx("2", {11: "C"}), at=LATER))
    outcome = hospital.take(message("ORU^R01", obr({25: "P"}), obx("9", {11: "P"})))
    assert outcome.kind is OutcomeKind.SUPERSEDED


def test_that_a_report_that_repeats_under_one_number_is_numbered_and_its_count_watched(
    hospital: HospitalState,
) -> None:
    twice = message("ORU^R01", obr(), obx("1"), obr(), obx("2"))
    hospital.take(twice)
    assert len(hospital.all("DiagnosticReport")) == 2
    assert hospital.take(twice).writes == ()
    outcome = hospital.map(message("ORU^R01", obr(), obx("1"), at=LATER))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.path) == ("repeated-reports-changed", "OBR[1]-3")


def test_that_text_with_an_empty_code_is_about_what_the_report_is_about(hospital: HospitalState) -> None:
    hospital.take(message("ORU^R01", obr(), *(obx(line, {2: "TX", 3: "", 6: ""}) for line in ("one", "", "two"))))
    found = observation(hospital, "UE")
    assert found["valueString"] == "one\ntwo"


def test_that_a_value_with_an_empty_code_is_dead(hospital: HospitalState) -> None:
    outcome = hospital.map(message("ORU^R01", obr(), obx("4.1", {3: ""})))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.path) == ("observation-without-code", "OBX[1]-3")


def test_that_an_empty_obx_is_told_and_the_others_are_kept(hospital: HospitalState) -> None:
    outcome = hospital.take(message("ORU^R01", obr(), "OBX|1", obx("4.1")))
    assert any("says nothing" in warning for warning in outcome.warnings)
    assert len(hospital.all("Observation")) == 1


def test_that_a_report_of_text_alone_is_also_a_page(hospital: HospitalState) -> None:
    hospital.take(message("ORU^R01", obr(), text("No growth"), text("after 48 h")))
    (form,) = hospital.one("DiagnosticReport")["presentedForm"]
    assert base64.b64decode(form["data"]) == b"No growth\nafter 48 h"
    assert form["contentType"].startswith("text/plain")
    hospital.take(message("ORU^R01", obr({25: "C"}), text("Growth", {11: "C"}), at=LATER))
    (form,) = hospital.one("DiagnosticReport")["presentedForm"]
    assert base64.b64decode(form["data"]) == b"Growth"


def test_that_lines_of_different_status_are_not_one_text(hospital: HospitalState) -> None:
    hospital.take(message("ORU^R01", obr(), text("a"), text("b", {11: "C"})))
    assert sorted(o["valueString"] for o in hospital.all("Observation")) == ["a", "b"]


@pytest.mark.parametrize(
    ("report", "result", "expected"),
    [("F", "", "final"), ("P", "", "preliminary"), ("", "", "unknown"), ("I", "", "registered"), ("", "F", "final"),
     ("C", "", "corrected"), ("F", "?", "preliminary")],
)  # fmt: skip
def test_that_a_status_is_never_invented(hospital: HospitalState, report: str, result: str, expected: str) -> None:
    hospital.take(message("ORU^R01", obr({25: report}), obx("1", {11: result})))
    assert observation(hospital)["status"] == expected


@pytest.mark.parametrize(
    ("sent", "status"),
    [("F", "final"), ("P", "preliminary"), ("C", "corrected"), ("A", "amended"), ("I", "registered"),
     ("O", "registered"), ("R", "preliminary"), ("S", "preliminary"), ("U", "final"), ("V", "final"), ("B", "final"),
     ("D", "entered-in-error"), ("W", "entered-in-error")],
)  # fmt: skip
def test_that_every_result_status_has_its_r4_status(hospital: HospitalState, sent: str, status: str) -> None:
    hospital.take(message("ORU^R01", obr({25: ""}), obx("1", {11: sent})))
    assert observation(hospital)["status"] == status


@pytest.mark.parametrize(("sent", "reason"), [("X", "error"), ("N", "not-asked")])
def test_that_a_result_that_will_not_come_says_why(hospital: HospitalState, sent: str, reason: str) -> None:
    hospital.take(message("ORU^R01", obr({25: "X"}), obx("", {11: sent})))
    found = observation(hospital)
    assert found["status"] == "cancelled"
    assert found["dataAbsentReason"]["coding"][0]["code"] == reason


@pytest.mark.parametrize(
    ("sent", "status"),
    [("O", "registered"), ("I", "registered"), ("S", "registered"), ("A", "partial"), ("P", "preliminary"),
     ("C", "corrected"), ("R", "partial"), ("F", "final"), ("X", "cancelled"), ("N", "registered"),
     ("M", "preliminary")],
)  # fmt: skip
def test_that_every_report_status_has_its_r4_status(hospital: HospitalState, sent: str, status: str) -> None:
    hospital.take(message("ORU^R01", obr({25: sent}), obx("1", {11: "P"})))
    report = hospital.one("DiagnosticReport")
    assert report["status"] == status
    assert ("meta" in report) is (sent == "M")


@pytest.mark.parametrize("sent", ["Y", "Z"])
def test_that_a_laboratory_that_knows_no_order_makes_no_resource(hospital: HospitalState, sent: str) -> None:
    outcome = hospital.map(message("ORU^R01", obr({25: sent}), obx("1")))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.path) == ("no-order-on-record", "OBR[1]-25")


def test_that_a_final_report_with_a_corrected_result_is_corrected(hospital: HospitalState) -> None:
    hospital.take(message("ORU^R01", obr(), obx("1"), obx("2", {3: "NA^Sodium^99X"})))
    hospital.take(message("ORU^R01", obr(), obx("1.5", {11: "C"}), at=LATER))
    assert hospital.one("DiagnosticReport")["status"] == "corrected"
    assert len(hospital.one("DiagnosticReport")["result"]) == 2


def test_that_what_was_observed_of_the_sample_is_no_result_of_the_order(hospital: HospitalState) -> None:
    spm = segment("SPM", {1: "1", 2: "^S1&LIS", 4: "SER^Serum^99X", 17: "20261120080000+0000"})
    hospital.take(
        message("OUL^R22", spm, obx("turbid", {2: "ST", 3: "LOOK^Appearance^99X", 6: ""}), obr(), orc("SC"), obx("4.1"))
    )
    sample = {"reference": f"Specimen/{hospital.one('Specimen')['id']}"}
    look = observation(hospital, "LOOK")
    assert look["specimen"] == sample
    assert "basedOn" not in look
    assert hospital.one("DiagnosticReport")["result"] == [{"reference": f"Observation/{observation(hospital)['id']}"}]
    assert hospital.one("DiagnosticReport")["specimen"] == [sample]
    assert observation(hospital)["specimen"] == sample


def test_that_observations_of_the_patient_stand_apart_from_the_orders(hospital: HospitalState) -> None:
    hospital.take(message("OUL^R22", obx("72", {3: "HR^Heart rate^99X"}), obr(), obx("4.1")))
    assert "basedOn" not in observation(hospital, "HR")
    assert len(hospital.one("DiagnosticReport")["result"]) == 1


def test_that_an_order_that_brings_a_document_keeps_it_as_a_document(hospital: HospitalState) -> None:
    scan = obx("^AP^PDF^Base64^" + base64.b64encode(b"%PDF-1").decode(), {2: "ED", 6: ""})
    hospital.take(message("OML^O21", orc(), obr({3: "", 25: ""}), scan, obx("70", {3: "WT^Weight^99X"})))
    named = {s["reference"].partition("/")[0] for s in hospital.one("ServiceRequest")["supportingInfo"]}
    assert named == {"DocumentReference", "Observation"}


@pytest.mark.parametrize("parent_first", [True, False])
@pytest.mark.parametrize(
    ("named", "organisms"),
    [
        ("ORG&Organism&99X^2^Klebsiella", 2),
        ("ORG&Organism&99X^^Klebsiella oxytoca", 2),
        ("ORG&Organism&99X^^KLEBSIELLA OXYTOCA", 2),
        ("ORG&Organism&99X", 1),
    ],
)
def test_that_a_parent_is_found_by_sub_id_or_text(
    hospital: HospitalState, named: str, organisms: int, parent_first: bool
) -> None:
    kinds = ["2^Klebsiella oxytoca", "1^Escherichia coli"][:organisms]
    lines = [
        obx(f"C{sub}^{name}^99X", {2: "CWE", 3: "ORG^Organism^99X", 4: sub, 6: ""})
        for sub, _, name in (kind.partition("^") for kind in kinds)
    ]
    culture = message("ORU^R01", obr({4: "BC^Blood culture^99X"}), *lines)
    child = message(
        "ORU^R01",
        obr({2: "", 3: "F1C^LIS", 4: "SENS^Susceptibility^99X", 26: named, 29: "^F1&LIS"}),
        obx("16", {3: "AMOX^Amoxicillin^99X"}),
        at=LATER,
    )
    for sent in (culture, child) if parent_first else (child, culture):
        hospital.take(sent)
    klebsiella = next(
        o for o in hospital.all("Observation") if o.get("valueCodeableConcept", {}).get("text", "")[:1] == "K"
    )
    assert klebsiella["hasMember"] == [{"reference": f"Observation/{observation(hospital, 'AMOX')['id']}"}]
    assert sum("hasMember" in o for o in hospital.all("Observation")) == 1


def test_that_a_time_that_cannot_be_read_is_told_and_replaced_by_the_report_s(hospital: HospitalState) -> None:
    outcome = hospital.take(message("ORU^R01", obr(), obx("1", {14: "yesterday"})))
    assert observation(hospital)["effectiveDateTime"] == "2026-11-20T08:10:00Z"
    assert any(warning.startswith("OBX[1]-14") for warning in outcome.warnings)


def test_that_a_local_code_as_an_answer_is_kept_whatever_the_map_says(hospital: HospitalState) -> None:
    outcome = hospital.take(message("ORU^R01", obr(), obx("K-PL^odd^L-LIS", {2: "CWE", 6: ""})))
    assert observation(hospital)["valueCodeableConcept"]["coding"][0]["code"] == "K-PL"
    assert "L-LIS|K-PL" in outcome.unmapped


def test_that_interpreters_and_technicians_are_named(hospital: HospitalState) -> None:
    hospital.take(message("ORU^R01", obr({32: "7&Okafor&Adaeze", 34: "8&Ruiz&Eva"}), obx("1")))
    report = hospital.one("DiagnosticReport")
    assert report["resultsInterpreter"][0]["display"] == "Adaeze Okafor"
    assert report["performer"][0]["display"] == "Eva Ruiz"
