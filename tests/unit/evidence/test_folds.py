"""The folds: trace, standing, order lifecycle and timeline."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from console.core.events import EventError, Hop, Kind, State
from console.evidence.order_lifecycle import LoopState
from console.evidence.standing import worst
from console.evidence.timeline import fold_timeline
from console.evidence.trace import fold_trace
from tests.builders.events import START, JournalBuilder

ORDER = {"order_id": "o1", "role": "order", "display": "U&E", "priority": "S", "section": "CH", "status": "active"}
RESULT = {"order_id": "o1", "role": "result", "display": "U&E", "result_status": "final"}


def test_that_a_filed_message_is_verified_and_every_hop_is_reached() -> None:
    journal = JournalBuilder()
    journal.message("ORU^R01", "LIS", title="U&E", orders=(RESULT,))
    trace = fold_trace(journal.events)
    assert trace.state is State.VERIFIED
    assert trace.not_reached == ()
    assert [hop.hop for hop in trace.hops] == list(Hop)
    assert trace.title == "U&E"
    assert trace.sender == "LIS"
    assert trace.patient_id == "p1"


def test_that_an_acknowledged_but_unfiled_message_is_not_called_delivered() -> None:
    journal = JournalBuilder()
    journal.message("ORU^R01", "LIS", outcome=Kind.HANDED_OVER)
    trace = fold_trace(journal.events)
    assert trace.state is State.HANDED_OVER
    assert trace.not_reached == (Hop.VERIFY,)


def test_that_one_destination_that_failed_is_not_averaged_away() -> None:
    journal = JournalBuilder()
    trace_id = journal.message("ORU^R01", "LIS")
    journal.add(Kind.MAPPED, trace_id, detail={"destinations": ["a", "b"]})
    journal.add(Kind.FILED, trace_id, detail={"destination": "a"})
    error = EventError("rejected", "The server refused it.")
    journal.add(Kind.DEAD_LETTERED, trace_id, detail={"destination": "b"}, error=error)
    trace = fold_trace(journal.events)
    assert trace.state is State.DEAD_LETTERED
    assert trace.error == error
    assert trace.by_destination == {"a": State.VERIFIED, "b": State.DEAD_LETTERED}
    assert worst([State.VERIFIED, State.RETRYING]) is State.RETRYING


def test_that_folds_do_not_depend_on_arrival_order_or_repetition() -> None:
    journal = JournalBuilder()
    journal.message("ORM^O01", "EHR", category="order", orders=(ORDER,))
    trace_id = journal.message("ORU^R01", "LIS", orders=(RESULT,))
    journal.add(Kind.DUPLICATE_RECEIVED, trace_id, detail={"message_type": "ORU^R01"})
    now = START + timedelta(hours=1)
    expected = fold_timeline(journal.events, now=now).as_json()
    shuffled = [*journal.events, *journal.events[3:9]]
    for seed in range(20):
        random.Random(seed).shuffle(shuffled)
        assert fold_timeline(shuffled, now=now).as_json() == expected


def test_that_an_order_without_its_result_waits_then_is_missing() -> None:
    journal = JournalBuilder()
    journal.message("ORM^O01", "EHR", category="order", orders=(ORDER,))
    (loop,) = fold_timeline(journal.events, now=START + timedelta(minutes=30)).loops
    assert loop.state is LoopState.WAITING
    (loop,) = fold_timeline(journal.events, now=START + timedelta(minutes=90)).loops
    assert loop.state is LoopState.MISSING
    assert loop.due_at == START + timedelta(minutes=60, seconds=1)


def test_that_a_dead_lettered_result_stops_its_order_and_names_the_event() -> None:
    journal = JournalBuilder()
    journal.message("ORM^O01", "EHR", category="order", orders=(ORDER,))
    error = EventError("code-not-mapped", "local code K-PL has no LOINC code", "OBX[2]-3")
    trace_id = journal.message("ORU^R01", "LIS", orders=(RESULT,), outcome=Kind.DEAD_LETTERED, error=error)
    timeline = fold_timeline(journal.events, now=START + timedelta(hours=5))
    (loop,) = timeline.loops
    assert loop.state is LoopState.STOPPED
    stopped = next(e for e in timeline.entries if e.trace_id == trace_id)
    assert loop.stopped_event_id == stopped.event_id
    assert stopped.error == error
    assert stopped.marks[1].state is State.DEAD_LETTERED


def test_that_a_late_preliminary_does_not_undo_a_final() -> None:
    journal = JournalBuilder()
    journal.message("ORM^O01", "EHR", category="order", orders=(ORDER,))
    journal.message("ORU^R01", "LIS", orders=(RESULT,))
    late = {**RESULT, "result_status": "preliminary"}
    journal.message("ORU^R01", "LIS", orders=(late,), outcome=Kind.SUPERSEDED)
    (loop,) = fold_timeline(journal.events, now=START + timedelta(hours=5)).loops
    assert loop.state is LoopState.RESULTED
    assert loop.status == "final"


def test_that_a_duplicate_has_its_own_entry_that_ends_at_the_engine() -> None:
    journal = JournalBuilder()
    trace_id = journal.message("ORU^R01", "LIS", orders=(RESULT,))
    journal.add(Kind.DUPLICATE_RECEIVED, trace_id)
    timeline = fold_timeline(journal.events, now=START)
    assert [e.state for e in timeline.entries] == [State.VERIFIED, State.DUPLICATE]
    assert timeline.entries[1].duplicate_of == timeline.entries[0].event_id
    assert fold_trace(journal.events).duplicates == 1


def test_that_entries_stand_at_the_senders_time_unless_it_is_in_the_future() -> None:
    journal = JournalBuilder()
    journal.message("ORU^R01", "LIS", sent_at=START - timedelta(hours=2))
    journal.message("ORU^R01", "LIS", sent_at=START + timedelta(days=2))
    first, second = fold_timeline(journal.events, now=START).entries
    assert first.at == START - timedelta(hours=2)
    assert second.at == second.received_at


def test_that_a_duplicate_in_a_drained_backlog_stands_beside_its_original() -> None:
    journal = JournalBuilder()
    trace_id = journal.message("ORU^R01", "LIS", sent_at=START - timedelta(hours=2))
    journal.add(Kind.DUPLICATE_RECEIVED, trace_id)
    first, second = fold_timeline(journal.events, now=START).entries
    assert first.at == START - timedelta(hours=2)
    assert second.at - first.at == second.received_at - first.received_at


def test_that_a_prescription_waits_for_no_result() -> None:
    journal = JournalBuilder()
    journal.message("RDE^O11", "EHR", category="medication", orders=({**ORDER, "order_id": "rx"},))
    assert fold_timeline(journal.events, now=START).loops == ()


def test_that_lanes_are_senders_then_the_engine_then_destinations() -> None:
    journal = JournalBuilder()
    journal.message("ADT^A01", "PAS", category="adt")
    journal.message("ORU^R01", "LIS")
    lanes = fold_timeline(journal.events, now=START).lanes
    assert [(lane.lane, lane.kind) for lane in lanes] == [
        ("PAS", "sender"),
        ("LIS", "sender"),
        ("engine", "engine"),
        ("fhir-store", "destination"),
    ]


def test_that_a_trace_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one event"):
        fold_trace([])
