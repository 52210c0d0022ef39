"""Whatever order results arrive in, and however often: the store ends with the same resources.

The facts are those the version guard covers: what a report and its observations say. A Provenance belongs to its
message, so those are not compared.
"""

from __future__ import annotations

import itertools
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders.road import Road, adt, on_the_road, order, result

ORDERS = ("P1", "P2", "P3")
STEPS = (("P", "4.0", "20260301090000"), ("F", "4.1", "20260301100000"), ("C", "4.2", "20260301110000"))
COURSES = {placer: [result(placer, s, value, at=at) for s, value, at in STEPS] for placer in ORDERS}
FIRST = [adt("A01", at="20260301070000"), *map(order, ORDERS)]


def _ended(road: Road) -> dict[tuple[str, str], Any]:
    ended = {}
    for resource_type in ("Patient", "Encounter", "ServiceRequest", "DiagnosticReport", "Observation"):
        for identity, body in road.filed(resource_type).items():
            ended[resource_type, identity] = {name: value for name, value in body.items() if name != "meta"}
    return ended


def _run(*messages: str) -> dict[tuple[str, str], Any]:
    with tempfile.TemporaryDirectory() as folder, on_the_road(Path(folder)) as road:
        road.go(*FIRST, *messages)
        assert road.count("dead_letters") == 0
        return _ended(road)


@cache
def _in_order() -> dict[tuple[str, str], Any]:
    return _run(*itertools.chain.from_iterable(COURSES.values()))


EVERYTHING = [(placer, step) for placer in ORDERS for step in range(len(STEPS))]


@given(
    st.permutations(EVERYTHING),
    st.lists(st.tuples(st.sampled_from(EVERYTHING), st.integers(0, 20)), max_size=6),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_that_reordered_and_repeated_results_end_in_the_same_resources(
    arrival: list[tuple[str, int]], again: list[tuple[tuple[str, int], int]]
) -> None:
    arrivals = list(arrival)
    for message, place in again:
        arrivals.insert(min(place, len(arrivals)), message)
    assert _run(*[COURSES[placer][step] for placer, step in arrivals]) == _in_order()
