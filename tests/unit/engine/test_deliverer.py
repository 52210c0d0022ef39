"""Delivery into the built-in store: conflicts go aside, a paused store keeps its work, one bad delivery stops alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from console.core.events import Hop, Kind
from console.engine.deliverer import BUILT_IN, Deliverer
from console.storage import destinations
from console.storage.database import Database
from console.storage.fhir_store import Changes
from console.storage.journal import Journal
from tests.builders.deliveries import delivery, observation, patient, put_in_outbox
from tests.builders.told import Told


class Store:
    """A deliverer driven by hand."""

    def __init__(self, database: Database) -> None:
        self.journal = Journal(database)
        self.told = Told(self.journal)
        self.deliverer = Deliverer(database, self.journal, clock=lambda: datetime(2026, 3, 1, tzinfo=UTC))
        self.journal.start()
        self.reader = database.connect_reader()

    def queue(self, *deliveries: Any) -> None:
        self.journal.submit(lambda w: put_in_outbox(w, *deliveries)).result(10)

    def deliver(self) -> None:
        while self.deliverer.run_once():
            pass

    def left(self) -> int:
        return int(self.reader.execute("SELECT count(*) FROM outbox").fetchone()[0])


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    opened = Store(database)
    yield opened
    opened.reader.close()
    opened.deliverer.close()
    opened.journal.stop()


def test_that_a_delivery_over_another_version_goes_aside_and_the_next_go_on(store: Store) -> None:
    stale = delivery(observation("o1", "final"), versions=(5,), destination=BUILT_IN)
    good = delivery(patient(), destination=BUILT_IN)
    store.queue(stale, good)
    store.deliver()
    (letter,) = store.told.of(Kind.DEAD_LETTERED)
    assert letter.error is not None
    assert (letter.trace_id, letter.error.code, letter.hop) == (stale.trace_id, "version-conflict", Hop.DELIVER)
    assert [event.trace_id for event in store.told.of(Kind.FILED)] == [good.trace_id]
    assert store.left() == 0


def test_that_a_paused_store_keeps_its_deliveries(store: Store) -> None:
    store.journal.submit(lambda w: destinations.register(w, BUILT_IN, "builtin", "", 1)).result(10)
    store.journal.submit(lambda w: w.execute("UPDATE destinations SET state = 'paused'")).result(10)
    store.queue(delivery(patient(), destination=BUILT_IN))
    store.deliver()
    assert (store.left(), store.told.of(Kind.HANDED_OVER)) == (1, [])
    store.journal.submit(lambda w: w.execute("UPDATE destinations SET state = 'running'")).result(10)
    store.deliver()
    assert store.left() == 0


def test_that_a_delivery_that_cannot_be_written_stops_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Changes.apply

    def failing(self: Changes, puts: Any, event_id: str) -> Any:
        if any(put.id == "bad" for put in puts):
            raise RuntimeError("secret")
        return real(self, puts, event_id)

    monkeypatch.setattr(Changes, "apply", failing)
    deliveries = [delivery(patient(name), destination=BUILT_IN) for name in ("p1", "bad", "p3")]
    store.queue(*deliveries)
    store.deliver()
    (letter,) = store.told.of(Kind.DEAD_LETTERED)
    assert letter.error is not None
    assert letter.error.code == "bug"
    assert "secret" not in letter.error.text
    assert [e.trace_id for e in store.told.of(Kind.FILED)] == [deliveries[0].trace_id, deliveries[2].trace_id]


def test_that_a_delivery_is_handed_over_before_it_is_filed_and_says_which_versions(store: Store) -> None:
    store.queue(delivery(patient(), observation("o1"), destination=BUILT_IN))
    store.deliver()
    kinds = [event.kind for event in store.told.events]
    assert kinds == [Kind.MAPPED, Kind.HANDED_OVER, Kind.FILED]
    handed, filed = store.told.events[1:]
    assert filed.causation_id == handed.event_id
    assert filed.detail["resources"] == [
        {"type": "Patient", "id": "p1", "version": 1},
        {"type": "Observation", "id": "o1", "version": 1},
    ]
