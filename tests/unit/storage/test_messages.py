"""Accepting: raw bytes, event, inbox row and duplicate check are one commit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from console.core.events import EventError
from console.core.keys import Key, KeyKind
from console.storage.database import Database
from console.storage.fresh_ids import uuid_source
from console.storage.journal import Journal
from console.storage.messages import Arrival, Stored, accept, message_by_event, message_of_trace
from tests.builders.events import START

_ids = uuid_source()
_clock: Iterator[int] = iter(range(10_000_000))


def _arrival(control_id: str = "1", body: str = "OBX|1", application: str = "LAB", **more: Any) -> Arrival:
    raw = f"MSH|^~\\&|{application}|F|||20260101||ORU^R01|{control_id}|P|2.5\r{body}\r".encode()
    fields: dict[str, Any] = {
        "event_id": _ids.event_id(),
        "trace_id": _ids.trace_id(),
        "received_at": START + timedelta(milliseconds=next(_clock)),
        "listener": "mllp",
        "peer": "127.0.0.1:1",
        "raw": raw,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "dedup_sha256": hashlib.sha256(body.encode()).hexdigest(),
        "sending_application": application,
        "sending_facility": "F",
        "control_id": control_id,
        "message_type": "ORU^R01",
        "ack_code": "AA",
        "keys": (Key(KeyKind.CONTROL, control_id),),
        "detail": {"control_id": control_id, "flags": []},
    }
    return Arrival(**(fields | more))


def _accept(journal: Journal, *arrivals: Arrival) -> list[Stored]:
    return journal.submit(lambda write: accept(write, arrivals)).result(10)


def _table(database: Database, sql: str) -> list[Any]:
    with database.reader() as reader:
        return [tuple(row) for row in reader.exec_driver_sql(sql)]


def test_that_an_accepted_message_is_stored_with_event_and_inbox_row(journal: Journal, database: Database) -> None:
    arrival = _arrival()
    (stored,) = _accept(journal, arrival)
    assert stored == Stored(arrival.event_id, arrival.trace_id)
    assert _table(database, "SELECT event_id, state FROM inbox") == [(arrival.event_id, "pending")]
    assert _table(database, "SELECT event_id, kind, state, payload_sha256 FROM events") == [
        (arrival.event_id, "message.received", "accepted", arrival.sha256)
    ]
    with database.reader() as reader:
        row = message_by_event(reader, arrival.event_id)
        assert row is not None
        assert (row.raw, row.size, row.control_id) == (arrival.raw, len(arrival.raw), "1")
        assert message_of_trace(reader, arrival.trace_id) == row
        assert message_by_event(reader, "nobody") is None


@pytest.mark.parametrize("together", [True, False])
def test_that_a_duplicate_makes_no_work_and_keeps_the_original_trace(
    journal: Journal, database: Database, together: bool
) -> None:
    first, again = _arrival(), _arrival()
    if together:
        _, second = _accept(journal, first, again)
    else:
        _accept(journal, first)
        (second,) = _accept(journal, again)
    assert second == Stored(again.event_id, first.trace_id, duplicate=True)
    assert len(_table(database, "SELECT 1 FROM inbox")) == 1
    assert len(_table(database, "SELECT 1 FROM messages")) == 1
    assert _table(database, "SELECT kind, trace_id, causation_id, state FROM events WHERE seq = 2") == [
        ("message.duplicate_received", first.trace_id, first.event_id, "duplicate")
    ]


@pytest.mark.parametrize("together", [True, False])
def test_that_a_reused_control_id_is_new_work_and_flagged(journal: Journal, database: Database, together: bool) -> None:
    first, other = _arrival(body="OBX|1"), _arrival(body="OBX|2")
    if together:
        _, second = _accept(journal, first, other)
    else:
        _accept(journal, first)
        (second,) = _accept(journal, other)
    assert second.flags == ("control-id-reused",)
    assert not second.duplicate
    assert len(_table(database, "SELECT 1 FROM inbox")) == 2
    (detail,) = _table(database, "SELECT detail FROM events WHERE seq = 2")[0]
    assert b'"flags":["control-id-reused"]' in detail


def test_that_the_same_control_id_of_another_sender_is_nothing_special(journal: Journal) -> None:
    _accept(journal, _arrival(application="LAB1"))
    (other,) = _accept(journal, _arrival(application="LAB2"))
    assert other.flags == ()
    assert not other.duplicate


def test_that_quarantined_bytes_are_kept_and_never_make_a_duplicate(journal: Journal, database: Database) -> None:
    error = EventError("no-header", "the message does not begin with MSH")
    bad = [_arrival(error=error, dedup_sha256="", ack_code="AR") for _ in range(2)]
    assert [stored.duplicate for stored in _accept(journal, *bad)] == [False, False]
    assert _table(database, "SELECT kind, state FROM events") == [("message.quarantined", "refused")] * 2
    assert _table(database, "SELECT 1 FROM inbox") == []
    assert len(_table(database, "SELECT 1 FROM messages")) == 2
    (good,) = _accept(journal, _arrival())
    assert good.flags == ()  # a refused message did not use the control id up


def test_that_a_batch_envelope_is_recorded_and_not_queued(journal: Journal, database: Database) -> None:
    root = _arrival("B1", contains=2, recorded_event_id=_ids.event_id())
    child = replace(_arrival("1"), parent_trace_id=root.trace_id)
    _accept(journal, root, child)
    assert _table(database, "SELECT trace_id FROM inbox") == [(child.trace_id,)]
    assert _table(database, "SELECT kind, trace_id FROM events") == [
        ("message.received", root.trace_id),
        ("message.recorded", root.trace_id),
        ("message.received", child.trace_id),
    ]
    assert _table(database, "SELECT parent_trace_id FROM messages WHERE control_id = '1'") == [(root.trace_id,)]


@pytest.mark.parametrize("count", [1, 2, 3, 63, 64, 65, 200])
def test_that_any_number_of_arrivals_is_looked_up(journal: Journal, count: int) -> None:
    _accept(journal, *[_arrival(str(n)) for n in range(count)])
    again = _accept(journal, *[_arrival(str(n)) for n in range(count)])
    assert all(stored.duplicate for stored in again)
    others = _accept(journal, *[_arrival(str(n), body="other") for n in range(count)])
    assert all(stored.flags == ("control-id-reused",) and not stored.duplicate for stored in others)
