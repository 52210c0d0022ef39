"""Test traffic of the harness asks nobody: it is in no failure, no queue and no sender's silence, but can be found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select

from console.core.clock import to_micros
from console.core.events import EventError, Kind
from console.core.test_traffic import HARNESS_FACILITY
from console.storage import schema
from console.storage.failure_reading import (
    dead_letter_json,
    dead_letter_rows,
    failure_groups,
    kept_out,
    queue_depths,
    refused_count,
)
from console.storage.migrations import STEPS, migrate
from console.storage.schema import dead_letters, traces
from console.storage.trace_reading import TraceFilter, page, trace_json
from console.storage.traffic import count_arrivals, recent_traffic
from tests.builders.events import START, JournalBuilder
from tests.builders.store import Store, Stored


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


def _stopped(store: Store, facility: str, *, group_key: str = "map:K-PL") -> Stored:
    stored = store.message(facility=facility, outcome=Kind.DEAD_LETTERED, error=EventError("code-not-mapped", "K-PL"))
    test = facility == HARNESS_FACILITY
    store.dead_letter(stored, group_key=group_key, title="K-PL", patient_id="", code="code-not-mapped", test=test)
    return stored


def test_that_failures_of_the_harness_are_in_a_list_of_their_own(store: Store) -> None:
    real = _stopped(store, "STB")
    tests = [_stopped(store, HARNESS_FACILITY) for _ in range(3)]
    with store.database.reader() as connection:
        [group] = failure_groups(connection)
        [apart] = failure_groups(connection, test=True)
        letters = dead_letter_rows(connection, group_key=None, after=None, limit=10)
        assert queue_depths(connection)["dead_letters"] == 1
        assert kept_out(connection) == 3
    assert (group["count"], group["sample"]) == (1, [real.events[-1].event_id])
    assert (apart["count"], set(apart["sample"])) == (3, {t.events[-1].event_id for t in tests})
    assert [dead_letter_json(row)["test"] for row in letters].count(True) == 3


def test_that_refused_messages_of_the_harness_are_counted_apart(store: Store) -> None:
    for facility in ("STB", HARNESS_FACILITY, HARNESS_FACILITY):
        store.message(facility=facility, outcome=Kind.QUARANTINED, error=EventError("no-header", "no MSH"))
    with store.database.reader() as connection:
        assert refused_count(connection) == 1
        assert kept_out(connection) == 2


def test_that_every_message_is_still_listed_and_says_whether_it_is_a_test(store: Store) -> None:
    real, test = store.message(), store.message(facility=HARNESS_FACILITY)
    with store.database.reader() as connection:
        rows = [trace_json(row) for row in page(connection, TraceFilter(), after=None, limit=10).rows]
    assert {row["trace_id"]: row["test"] for row in rows} == {real.trace_id: False, test.trace_id: True}


def test_that_test_traffic_hides_no_senders_silence(store: Store) -> None:
    """The harness plays the laboratory: the real one must still be seen to be silent."""
    store.message(sender="LIS", at=START)
    for minute in range(1, 4):
        store.message(sender="LIS", facility=HARNESS_FACILITY, at=START + timedelta(minutes=minute))
    with store.database.reader() as connection:
        now = to_micros(START + timedelta(minutes=4))
        found = {t.sender: t for t in recent_traffic(connection, now=now, minutes=10)}
    assert (found["LIS"].total, found["LIS"].heard_at) == (1, to_micros(START))
    assert found[HARNESS_FACILITY].total == 3


def test_that_test_traffic_counts_when_it_came_whatever_time_it_invents(store: Store) -> None:
    builder = JournalBuilder()
    for facility in (HARNESS_FACILITY, "STB"):
        detail = {"message_time": "20261120210000+0000", "sender": {"application": "LIS", "facility": facility}}
        builder.add(Kind.RECEIVED, detail=detail, at=START + timedelta(seconds=30))
    store.write(lambda write: count_arrivals(write, 1, builder.events))
    with store.database.reader() as connection:
        found = {t.sender: t for t in recent_traffic(connection, now=to_micros(START), minutes=76)}
    assert found[HARNESS_FACILITY].counts[-1] == 1
    assert found["LIS"].counts[-1] == 0


def test_that_an_older_database_learns_which_of_its_messages_were_tests(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/old.db")
    with engine.begin() as connection:
        migrate(connection)
        for table in ("traces", "dead_letters"):
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN test")
        connection.exec_driver_sql("UPDATE settings SET value = '1' WHERE name = 'schema_version'")
        for number, facility in enumerate(("STB", HARNESS_FACILITY)):
            connection.exec_driver_sql(
                "INSERT INTO messages (event_id, trace_id, sending_facility) VALUES (?, ?, ?)",
                (f"e{number}", f"t{number}", facility),
            )
            connection.exec_driver_sql("INSERT INTO traces (trace_id) VALUES (?)", (f"t{number}",))
            connection.exec_driver_sql(
                "INSERT INTO dead_letters (event_id, trace_id, message_event_id) VALUES (?, ?, ?)",
                (f"d{number}", f"t{number}", f"e{number}"),
            )
    with engine.begin() as connection:
        assert migrate(connection, steps=STEPS) == 1
        assert dict(connection.execute(select(traces.c.trace_id, traces.c.test)).all()) == {"t0": 0, "t1": 1}
        assert dict(connection.execute(select(dead_letters.c.event_id, dead_letters.c.test)).all()) == {
            "d0": 0,
            "d1": 1,
        }
        assert migrate(connection, steps=STEPS) == schema.SCHEMA_VERSION
    engine.dispose()
