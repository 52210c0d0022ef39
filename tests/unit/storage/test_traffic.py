"""Messages per sender and minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from console.core.clock import iso, to_micros
from console.core.events import Kind
from console.storage import destinations
from console.storage.failure_reading import destination_rows
from console.storage.traffic import count_arrivals, note_deliveries, recent_traffic
from tests.builders.events import START, JournalBuilder
from tests.builders.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


def test_that_each_sender_has_its_messages_by_minute(store: Store) -> None:
    for minute, sender in ((0, "LIS"), (0, "LIS"), (2, "LIS"), (1, "PAS")):
        store.message(sender=sender, at=START + timedelta(minutes=minute, seconds=5))
    now = START + timedelta(minutes=3)
    with store.database.reader() as connection:
        lis, pas = recent_traffic(connection, now=to_micros(now), minutes=5)
    assert (lis.sender, lis.counts, lis.total) == ("LIS", (0, 2, 0, 1, 0), 3)
    assert (pas.sender, pas.counts, pas.total) == ("PAS", (0, 0, 1, 0, 0), 1)
    assert lis.last_at == to_micros(START + timedelta(minutes=2, seconds=5))


def test_that_a_sender_unheard_for_long_is_still_named(store: Store) -> None:
    store.message(sender="OLD")
    with store.database.reader() as connection:
        [old] = recent_traffic(connection, now=to_micros(START + timedelta(days=3)), minutes=720)
    assert (sum(old.counts), old.total, len(old.counts)) == (0, 1, 720)


def test_that_a_drained_backlog_counts_in_the_hours_it_was_sent_in(store: Store) -> None:
    builder = JournalBuilder()
    for text in (
        "20261120204500+0000",
        "20261120215900+0000",
        "20261120215900",
        "19990101000000+0000",
        "20991231000000+0000",
    ):
        detail = {"message_time": text, "sender": {"application": "LIS", "facility": ""}}
        builder.add(Kind.RECEIVED, detail=detail, at=START + timedelta(seconds=30))
    store.write(lambda write: count_arrivals(write, 1, builder.events))
    with store.database.reader() as connection:
        [lis] = recent_traffic(connection, now=to_micros(START), minutes=76)
    assert (lis.counts[0], lis.counts[-2], lis.counts[-1]) == (1, 1, 3)
    assert lis.heard_at == to_micros(START + timedelta(seconds=30))


def test_that_refused_and_nameless_messages_count_too(store: Store) -> None:
    store.message(sender="", outcome=Kind.QUARANTINED)
    with store.database.reader() as connection:
        [nameless] = recent_traffic(connection, now=to_micros(store.now), minutes=1)
    assert (nameless.sender, nameless.total) == ("STB", 1)


def test_that_each_destination_remembers_its_last_success_and_its_breaker(store: Store) -> None:
    store.write(lambda write: destinations.register(write, "fhir-store", "builtin", "", 1))
    first = store.message(at=START)
    last = store.message(at=START + timedelta(minutes=5))
    changed = JournalBuilder(now=last.events[-1].occurred_at)
    changed.add(Kind.RECEIVED)
    tripped = replace(
        changed.events[0], kind=Kind.DESTINATION_CHANGED, detail={"destination": "fhir-store", "breaker": "open"}
    )
    for events in (last.events, first.events, [tripped]):
        store.write(lambda write, events=events: note_deliveries(write, 1, events))
    with store.database.reader() as connection:
        [line] = destination_rows(connection)
    assert (line["breaker"], line["pending"], line["oldest_at"]) == ("open", 0, None)
    assert line["last_ok_at"] == iso(last.events[-1].occurred_at)
