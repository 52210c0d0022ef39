"""Whatever order versions of a result arrive in, and however often: what is filed in the end is the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from console.core.resources import resource_path
from console.fhir import concept_map
from console.fhir.concept_map import ConceptMaps
from tests.builders.lab import message, obr, obx
from tests.fakes.hospital_state import HospitalState

NA = {3: "NA^Sodium^99X"}


@cache
def shipped() -> ConceptMaps:
    folder = Path(resource_path("concept_maps"))
    return ConceptMaps(concept_map.from_bytes(f.read_bytes(), origin=f.name) for f in sorted(folder.glob("*.json")))


def version(minute: int, status: str, *lines: str, fields: dict[int, str] | None = None) -> str:
    at = f"202611201000{minute:02d}+0000"
    return message("ORU^R01", obr({22: at, 25: status, **(fields or {})}), *lines, at=at)


VERSIONS = (
    version(1, "P", obx("1.0", {11: "P"})),
    version(2, "P", obx("1.1", {11: "P"}), obx("140", {**NA, 11: "P"})),
    version(3, "F", obx("1.2"), obx("141", NA)),
    version(4, "F", obx("1.3"), obx("141", NA)),
    version(5, "C", obx("1.4", {11: "C"})),
    version(6, "C", obx("139", {**NA, 11: "C"})),
    version(7, "C", obx("1.4", {11: "C"}), obx("", {**NA, 11: "W"})),
)


def filed(order: list[int]) -> dict[str, Any]:
    hospital = HospitalState(shipped())
    for index in order:
        hospital.take(VERSIONS[index])
    report = hospital.one("DiagnosticReport")
    observations = {
        o["code"]["coding"][0]["code"]: {k: v for k, v in o.items() if k != "meta"} for o in hospital.all("Observation")
    }
    results = sorted(r["reference"] for r in report.pop("result"))
    return {"report": report, "results": results, "observations": observations}


@settings(max_examples=120, deadline=None)
@given(order=st.permutations(range(6)), again=st.lists(st.integers(0, 5), max_size=6))
def test_that_versions_may_arrive_in_any_order_and_often(order: list[int], again: list[int]) -> None:
    assert filed([*order, *again]) == filed(list(range(6)))


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(range(7)))
def test_that_a_withdrawal_is_the_last_word_whenever_it_comes(order: list[int]) -> None:
    found = filed(list(order))["observations"]
    assert found["NA"]["status"] == "entered-in-error"
    assert found["K"]["status"] == "corrected"
    assert str(found["K"]["valueQuantity"]["value"]) == "1.4"


@settings(max_examples=60, deadline=None)
@given(order=st.lists(st.integers(0, 6), min_size=1, max_size=8))
def test_that_a_second_run_of_everything_writes_nothing_new(order: list[int]) -> None:
    hospital = HospitalState(shipped())
    for index in order:
        hospital.take(VERSIONS[index])
    bodies = {key: stored.raw for key, stored in hospital.resources.items()}
    for index in sorted(order):
        hospital.take(VERSIONS[index])
    assert {key: stored.raw for key, stored in hospital.resources.items()} == bodies
