"""Which order a message speaks of, and which request a test is."""

from __future__ import annotations

from typing import Any

import pytest

from console.fhir.concept_map import ConceptMaps
from console.fhir.context import OutcomeKind
from tests.builders.lab import PID, message, obr, obx, orc
from tests.fakes.hospital_state import HospitalState


@pytest.fixture
def hospital(shipped_maps: ConceptMaps) -> HospitalState:
    return HospitalState(shipped_maps)


def requests_by_code(hospital: HospitalState) -> dict[str, dict[str, Any]]:
    return {r["code"]["coding"][0]["code"] if "code" in r else "": r for r in hospital.all("ServiceRequest")}


def numbers(request: dict[str, Any]) -> set[tuple[str, str]]:
    return {(i.get("type", {}).get("coding", [{}])[0].get("code", ""), i["value"]) for i in request["identifier"]}


def test_that_several_tests_under_one_number_are_requests_based_on_the_first(hospital: HospitalState) -> None:
    sent = message(
        "ORU^R01", obr(), obx("1"), obr({4: "FBC^Blood count^99X"}), obx("2"), obr({4: "GLU^Glucose^99X"}), obx("3")
    )
    outcome = hospital.take(sent)
    found = requests_by_code(hospital)
    assert set(found) == {"UE", "FBC", "GLU"}
    main = {"reference": f"ServiceRequest/{found['UE']['id']}"}
    assert found["FBC"]["basedOn"] == found["GLU"]["basedOn"] == [main]
    assert {fact.order_id for fact in outcome.orders} == {outcome.orders[0].order_id}
    reports = {r["code"]["coding"][0]["code"]: r["basedOn"] for r in hospital.all("DiagnosticReport")}
    assert reports["UE"] == [main]
    assert reports["GLU"] == [{"reference": f"ServiceRequest/{found['GLU']['id']}"}, main]
    assert hospital.take(sent).writes == ()


def test_that_the_order_of_the_tests_in_a_later_message_changes_nothing(hospital: HospitalState) -> None:
    first, second = (obr(), obx("1")), (obr({4: "FBC^Blood count^99X"}), obx("2"))
    hospital.take(message("ORU^R01", *first, *second))
    before = set(hospital.resources)
    hospital.take(message("ORU^R01", *second, *first, at="20261120100000+0000"))
    assert {key for key in set(hospital.resources) - before if key[0] != "Provenance"} == set()


def test_that_a_laboratory_may_call_the_ordered_test_by_another_name(hospital: HospitalState) -> None:
    hospital.take(message("ORM^O01", orc(), obr({3: "", 25: ""})))
    hospital.take(message("ORU^R01", obr({4: "U-E^Electrolytes^99LAB"}), obx("1"), at="20261120100000+0000"))
    request = hospital.one("ServiceRequest")
    assert request["code"]["coding"][0]["code"] == "UE"
    assert hospital.one("DiagnosticReport")["basedOn"] == [{"reference": f"ServiceRequest/{request['id']}"}]


def test_that_every_number_of_an_order_is_kept_and_leads_to_it(hospital: HospitalState) -> None:
    hospital.take(message("ORM^O01", orc("NW", {4: "G1^EHR", 33: "ALT7"}), obr({2: "P1B^EHR", 3: "", 25: ""})))
    assert {("PLAC", "P1"), ("PLAC", "P1B"), ("PGN", "G1"), ("", "ALT7")} == numbers(hospital.one("ServiceRequest"))
    hospital.take(message("ORU^R01", obr({2: "P1B^EHR"}), obx("1"), at="20261120100000+0000"))
    assert len(hospital.all("ServiceRequest")) == 1


def test_that_a_group_number_with_its_test_names_an_order(hospital: HospitalState) -> None:
    lines = [orc("NW", {2: "", 4: "G1^EHR"}), obr({2: "", 3: "", 25: ""})]
    hospital.take(message("OMG^O19", *lines))
    hospital.take(message("OMG^O19", *(line.replace("NW", "XO") for line in lines), at="20261120100000+0000"))
    assert len(hospital.all("ServiceRequest")) == 1


def test_that_a_group_without_a_number_is_passed_over_among_others(hospital: HospitalState) -> None:
    prior = [obr({2: "", 3: "", 4: "OLD^Earlier test^99X"}), obx("3.9")]
    outcome = hospital.take(message("OML^O21", orc(), obr({3: "", 25: ""}), orc("PR", {2: ""}), *prior))
    assert outcome.kind is OutcomeKind.MAPPED
    assert any("passed over" in warning for warning in outcome.warnings)
    assert len(hospital.all("ServiceRequest")) == 1


def test_that_an_order_without_any_number_is_dead_with_a_reason(hospital: HospitalState) -> None:
    outcome = hospital.map(message("ORM^O01", orc("NW", {2: ""}), obr({2: "", 3: ""})))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.path) == ("unkeyed-order", "ORC[1]-2")


def test_that_results_by_filler_number_alone_are_found_under_the_order_once_it_is_known(
    hospital: HospitalState,
) -> None:
    order = hospital.take(message("ORM^O01", orc(), obr({3: "", 25: ""}))).orders[0].order_id
    early = message("ORU^R01", obr({2: "", 25: "P"}), obx("1", {11: "P"}), at="20261120091000+0000")
    assert hospital.take(early).orders[0].order_id != order
    both = message("ORU^R01", obr({25: "P"}), obx("1.1", {11: "P"}), at="20261120092000+0000")
    assert hospital.take(both).orders[0].order_id == order
    late = message("ORU^R01", obr({2: ""}), obx("1.2"), at="20261120093000+0000")
    assert hospital.take(late).orders[0].order_id == order
    assert len(hospital.all("DiagnosticReport")) == 1
    assert str(hospital.one("Observation")["valueQuantity"]["value"]) == "1.2"


def test_that_numbers_are_compared_as_sent(hospital: HospitalState) -> None:
    hospital.take(message("ORM^O01", orc("NW", {2: "1-23^EHR"}), obr({2: "1-23^EHR", 3: "", 25: ""})))
    hospital.take(message("ORM^O01", orc("NW", {2: "12-3^EHR"}), obr({2: "12-3^EHR", 3: "", 25: ""})))
    assert len(hospital.all("ServiceRequest")) == 2


def test_that_a_request_nobody_ordered_here_has_an_unknown_status_until_it_is_ordered(hospital: HospitalState) -> None:
    hospital.take(message("ORU^R01", obr(), obx("1")))
    assert hospital.one("ServiceRequest")["status"] == "unknown"
    hospital.take(message("ORM^O01", orc(), obr({3: "", 25: ""}), at="20261120093000+0000"))
    assert hospital.one("ServiceRequest")["status"] == "active"


def test_that_a_replacement_names_what_it_replaces(hospital: HospitalState) -> None:
    hospital.take(message("ORM^O01", orc(), obr({3: "", 25: ""})))
    new = {2: "P2^EHR"}
    replacement = message(
        "ORM^O01",
        orc("RP"),
        obr({3: "", 25: ""}),
        orc("RO", new),
        obr({**new, 3: "", 25: ""}),
        at="20261120093000+0000",
    )
    hospital.take(replacement)
    old, fresh = hospital.all("ServiceRequest")
    assert (old["status"], fresh["status"]) == ("revoked", "active")
    assert fresh["replaces"] == [{"reference": f"ServiceRequest/{old['id']}"}]


@pytest.mark.parametrize("control", ["OK", "UA"])
def test_that_an_answer_without_a_patient_speaks_of_the_order_it_names(hospital: HospitalState, control: str) -> None:
    hospital.take(message("ORM^O01", orc(), obr({3: "", 25: ""})))
    answer = message("ORR^O02", "MSA|AA|1", orc(control, {3: "F9^LIS"}), at="20261120093000+0000", pid="")
    outcome = hospital.take(answer)
    request = hospital.one("ServiceRequest")
    assert ("FILL", "F9") in numbers(request)
    assert request["status"] == "active"
    assert any("UA" in warning for warning in outcome.warnings) is (control == "UA")


def test_that_an_answer_to_an_order_nobody_knows_is_dead(hospital: HospitalState) -> None:
    outcome = hospital.map(message("ORR^O02", "MSA|AA|1", orc("OK"), pid=""))
    assert outcome.error is not None
    assert outcome.error.code == "patient-not-identified"


def test_that_reflex_and_added_tests_are_told(hospital: HospitalState) -> None:
    hospital.take(message("OML^O21", orc(), obr({3: "", 11: "G", 25: ""})))
    hospital.take(message("OML^O21", orc("NW", {2: "P2^EHR"}), obr({2: "P2^EHR", 3: "", 11: "A", 25: ""})))
    reflex, added = hospital.all("ServiceRequest")
    assert reflex["intent"] == "reflex-order"
    assert added["intent"] == "order"
    assert added["extension"][0]["valueCoding"]["code"] == "A"


def test_that_an_order_for_nobody_is_dead(hospital: HospitalState) -> None:
    outcome = hospital.map(message("ORM^O01", orc(), obr(), pid=PID.replace("100^^^CGH^MR", "")))
    assert outcome.error is not None
    assert outcome.error.path == "PID-3"
