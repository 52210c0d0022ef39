"""Ids, keys, times and events."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.core.clock import from_micros, iso, parse_iso, to_micros
from console.core.events import event_from_json
from console.core.ids import UuidSource, milliseconds_of, stable_uuid, traceparent
from console.core.keys import fold_key, fold_name
from tests.builders.events import JournalBuilder


@given(st.lists(st.integers(0, 2**47), min_size=1, max_size=200))
def test_that_uuid7_never_goes_backwards_even_when_the_clock_does(times: list[int]) -> None:
    ticks = iter(times)
    source = UuidSource(lambda: next(ticks), lambda n: b"\x5a" * n)
    made = [source.event_id() for _ in times]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert milliseconds_of(made[0]) == times[0]


def test_that_a_uuid_of_another_version_is_no_event_id() -> None:
    with pytest.raises(ValueError, match="not a UUIDv7"):
        milliseconds_of("9b2f7f9e-2f0c-4d3e-8a57-0b6f2f1c9d11")


def test_that_a_traceparent_has_the_w3c_shape() -> None:
    source = UuidSource(lambda: 1, lambda n: b"\x01" * n)
    header = traceparent(source.trace_id(), source.event_id())
    version, trace, span, flags = header.split("-")
    assert (len(version), len(trace), len(span), len(flags)) == (2, 32, 16, 2)


def test_that_stable_ids_depend_on_where_the_parts_end() -> None:
    assert stable_uuid("ab", "c") != stable_uuid("a", "bc")
    assert stable_uuid("a", "b") == stable_uuid("a", "b")


def test_that_keys_meet_across_spacing_and_case_but_keep_leading_zeros() -> None:
    assert fold_key("999 014-7213") == fold_key("9990147213")
    assert fold_key("ab1") == fold_key("AB1")
    assert fold_key("00418827") != fold_key("418827")


def test_that_names_meet_without_accents() -> None:
    assert fold_name("MARTÍNEZ  López") == "martinez lopez"
    assert fold_name("O'Brien-Núñez") == "o brien nunez"


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1)))
def test_that_times_survive_the_journal(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC)
    assert from_micros(to_micros(moment)) == moment
    assert abs((parse_iso(iso(moment)) - moment).total_seconds()) < 0.001


def test_that_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        to_micros(datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="zone"):
        parse_iso("2026-01-01T00:00:00")


def test_that_an_event_survives_json() -> None:
    journal = JournalBuilder()
    journal.message("ORU^R01", "LIS", title="U&E")
    for event in journal.events:
        assert event_from_json(event.as_json()).as_json() == event.as_json()
