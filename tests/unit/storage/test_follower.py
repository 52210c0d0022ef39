"""Projections behind the ACK: every event once, in order, across failures and restarts."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from console.core.errors import EnvironmentFault
from console.core.events import Event, EventError, Kind
from console.core.keys import Key, KeyKind
from console.evidence.trace import fold_trace
from console.storage.database import Database, open_database
from console.storage.follower import Follower
from console.storage.journal import Journal
from console.storage.key_index import hits, index_keys
from console.storage.traces import TraceRows
from console.storage.write import WriteTransaction
from tests.builders.events import START, JournalBuilder


class Seen:
    """A fold that remembers what it saw and says when it has seen enough."""

    def __init__(self, enough: int, faults: Sequence[BaseException] = ()) -> None:
        self.seqs: list[int] = []
        self.sizes: list[int] = []
        self.faults = list(faults)
        self.poison = ""
        self._enough = enough
        self.done = threading.Event()

    def __call__(self, _write: WriteTransaction, first_seq: int, events: Sequence[Event]) -> None:
        if self.faults:
            raise self.faults.pop(0)
        if any(event.event_id == self.poison for event in events):
            raise KeyError("no such patient data")
        self.sizes.append(len(events))
        self.seqs.extend(range(first_seq, first_seq + len(events)))
        if self.seqs[-1] >= self._enough:
            self.done.set()


def _follow(journal: Journal, *folds: object, batch: int = 64) -> Follower:
    follower = Follower(journal, "key_index", folds, clock=lambda: START, batch=batch)  # type: ignore[arg-type]
    follower.start()
    return follower


def _append(journal: Journal, events: Sequence[Event]) -> None:
    journal.submit(lambda write: write.append(events)).result(10)


_builder = JournalBuilder()


def _received(count: int) -> list[Event]:
    return [_builder.add(Kind.RECEIVED) for _ in range(count)]


def _settle(journal: Journal, follower: Follower) -> None:
    """Waits until the follower has nothing left to do."""
    deadline = time.monotonic() + 20
    while follower.indexed_up_to < journal.last_seq:
        follower.nudge()
        journal.submit(lambda _w: None).result(10)
        assert time.monotonic() < deadline, f"indexed up to {follower.indexed_up_to} of {journal.last_seq}"


def test_that_every_event_is_folded_once_in_order_in_small_jobs(journal: Journal) -> None:
    seen = Seen(100)
    follower = _follow(journal, seen, batch=16)
    for event in _received(100):
        _append(journal, [event])
    _settle(journal, follower)
    assert seen.seqs == list(range(1, 101))
    assert max(seen.sizes) <= 64


def test_that_a_follower_goes_on_where_it_stopped(tmp_path: Path) -> None:
    database = open_database(tmp_path / "journal.db")
    journal = Journal(database)
    journal.start()
    first = Seen(30)
    _settle_after(journal, _follow(journal, first), _received(30))
    journal.stop()

    journal = Journal(database)  # a run without a follower: its events wait
    journal.start()
    _append(journal, _received(50))
    journal.stop()

    journal = Journal(database)
    second = Seen(90)
    journal.start()
    follower = _follow(journal, second, batch=20)
    _settle_after(journal, follower, _received(10))
    assert first.seqs == list(range(1, 31))
    assert second.seqs == list(range(31, 91))
    journal.stop()
    database.close()


def _settle_after(journal: Journal, follower: Follower, events: Sequence[Event]) -> None:
    _append(journal, events)
    _settle(journal, follower)


def test_that_a_full_disk_delays_the_follower_and_loses_nothing(journal: Journal) -> None:
    seen = Seen(20, faults=[EnvironmentFault("full"), EnvironmentFault("full")])
    follower = _follow(journal, seen)
    _append(journal, _received(10))
    follower.nudge()
    follower.nudge()
    _settle_after(journal, follower, _received(10))
    assert seen.seqs == list(range(1, 21))


def test_that_an_event_that_cannot_be_folded_is_stepped_over_alone(journal: Journal) -> None:
    seen = Seen(40)
    events = _received(40)
    seen.poison = events[17].event_id
    _settle_after(journal, _follow(journal, seen), events)
    assert seen.seqs == [seq for seq in range(1, 41) if seq != 18]


def test_that_a_key_is_found_in_any_spelling_newest_first(journal: Journal, database: Database) -> None:
    builder = JournalBuilder()
    events = [builder.add(Kind.RECEIVED) for _ in range(3)]
    keyed = [
        Event(**{name: getattr(event, name) for name in Event.__dataclass_fields__} | {"keys": keys})
        for event, keys in zip(
            events,
            [
                (Key(KeyKind.PATIENT, "999 014-7213", "NHS"), Key(KeyKind.VISIT, "V1")),
                (Key(KeyKind.PATIENT, "9990147213", "NHS"), Key(KeyKind.PATIENT, "9990147213", "MRN")),
                (Key(KeyKind.FILLER, "9990147213", "LAB"), Key(KeyKind.PATIENT, "  ", "NHS")),
            ],
            strict=True,
        )
    ]
    _settle_after(journal, _follow(journal, index_keys), keyed)
    with database.reader() as reader:
        found = hits(reader, "9990147213")
        assert [(hit.kind, hit.assigner, hit.seq) for hit in found] == [
            ("filler", "LAB", 3),
            ("patient", "MRN", 2),
            ("patient", "NHS", 2),
            ("patient", "NHS", 1),
        ]
        assert found[-1].value == "999 014-7213"
        assert found[-1].trace_id == events[0].trace_id
        assert [hit.seq for hit in hits(reader, "999-0147213", kind="patient", assigner="NHS")] == [2, 1]
        assert [hit.seq for hit in hits(reader, "9990147213", kind="patient", limit=1)] == [2, 2]
        assert hits(reader, "nobody") == []
        assert hits(reader, " - ") == []


def _row(database: Database, trace_id: str) -> dict[str, object]:
    with database.reader() as reader:
        row = reader.exec_driver_sql("SELECT * FROM traces WHERE trace_id = ?", (trace_id,)).mappings().one()
        return dict(row)


def _agrees_with_the_fold(database: Database, events: Sequence[Event], trace_id: str) -> None:
    trace = fold_trace([event for event in events if event.trace_id == trace_id])
    row = _row(database, trace_id)
    assert row["state"] == trace.state.value
    assert row["title"] == trace.title
    assert row["error_code"] == (trace.error.code if trace.error else "")
    assert row["patient_id"] == trace.patient_id
    assert row["encounter_id"] == trace.encounter_id
    assert row["duplicates"] == trace.duplicates
    assert row["sender"] == trace.sender
    assert row["event_id"] == trace.event_id


@pytest.mark.parametrize("batch", [1, 3, 64])
def test_that_a_trace_row_says_what_the_whole_fold_says(journal: Journal, database: Database, batch: int) -> None:
    builder = JournalBuilder()
    builder.message("ORU^R01", "LAB", title="Potassium")
    lost = builder.message("ORU^R01", "LAB", outcome=Kind.DEAD_LETTERED, error=EventError("code-not-mapped", "no map"))
    slow = builder.message("ADT^A01", "PAS", outcome=Kind.ATTEMPT_FAILED, error=EventError("timeout", "no answer"))
    builder.add(Kind.DUPLICATE_RECEIVED, lost)
    builder.add(Kind.FILED, "0" * 32, detail={"destination": "of no message we have"})
    follower = _follow(journal, TraceRows().fold, batch=batch)
    _settle_after(journal, follower, builder.events)
    for trace_id in {event.trace_id for event in builder.events} - {"0" * 32}:
        _agrees_with_the_fold(database, builder.events, trace_id)
    with database.reader() as reader:
        assert reader.exec_driver_sql("SELECT count(*) FROM traces").scalar() == 3
    assert _row(database, slow)["state"] == "retrying"


def test_that_a_trace_taken_up_after_a_restart_is_folded_whole(tmp_path: Path) -> None:
    builder = JournalBuilder()
    trace_id = builder.message("ORU^R01", "LAB", title="Potassium", outcome=Kind.HANDED_OVER)
    early = len(builder.events)
    builder.add(Kind.FILED, trace_id, detail={"destination": "fhir-store"})
    builder.add(Kind.DUPLICATE_RECEIVED, trace_id)
    database = open_database(tmp_path / "journal.db")
    for part in (builder.events[:early], builder.events[early:]):
        journal = Journal(database)
        journal.start()
        _settle_after(journal, _follow(journal, TraceRows().fold), part)
        journal.stop()
    _agrees_with_the_fold(database, builder.events, trace_id)
    assert _row(database, trace_id)["state"] == "verified"
    database.close()
