"""Delivery to a remote server with real threads, HTTP and SQLite: nothing lost, nothing doubled, in order per lane."""

from __future__ import annotations

import random
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from console.core.events import Kind
from console.delivery.breaker import BreakerPolicy
from console.delivery.retry import Backoff
from console.engine.remote_deliverer import RemoteDeliverer
from console.engine.remote_fhir import RemoteFhir
from console.storage.database import Database
from console.storage.journal import Journal
from console.storage.outbox import Delivery
from tests.builders.deliveries import delivery, observation, patient, put_in_outbox
from tests.builders.told import Told
from tests.fakes.fhir_server import Fault, FhirServer, Misbehaviour, Refusal

QUICK = Backoff(base=0.002, cap=0.02)
PATIENT = BreakerPolicy(consecutive=1_000_000, share=2.0)


@pytest.fixture
def fake() -> Iterator[FhirServer]:
    with FhirServer().running() as server:
        yield server


@pytest.fixture
def journal(database: Database) -> Journal:
    """Not started: listeners come first."""
    return Journal(database)


@asynccontextmanager
async def _delivering(
    database: Database, journal: Journal, fake: FhirServer, **more: Any
) -> AsyncIterator[tuple[RemoteDeliverer, Told]]:
    client = RemoteFhir(fake.url, timeout=5.0)
    told = Told(journal)
    arguments: dict[str, Any] = {"backoff": QUICK, "breaker": PATIENT, "chance": random.Random(7).random} | more
    deliverer = RemoteDeliverer(
        database, journal, client, name="ehr", url=fake.url, clock=lambda: datetime.now(UTC), **arguments
    )
    journal.start()
    await deliverer.start()
    try:
        yield deliverer, told
    finally:
        await deliverer.stop()
        journal.stop()
        client.close()


def _left(database: Database) -> int:
    reader = database.connect_reader()
    try:
        return int(reader.execute("SELECT count(*) FROM outbox").fetchone()[0])
    finally:
        reader.close()


def _course(lane: str, steps: int) -> list[Delivery]:
    """One patient's result from preliminary through corrections."""
    first = delivery(patient(lane), observation(f"o-{lane}", "preliminary", lane, note=[{"text": "1"}]), lane=lane)
    later = [
        delivery(observation(f"o-{lane}", "final", lane, note=[{"text": str(n)}]), versions=(n,), lane=lane)
        for n in range(2, steps + 1)
    ]
    return [first, *later]


def _interleaved(courses: Sequence[list[Delivery]]) -> list[Delivery]:
    return [course[n] for n in range(max(map(len, courses))) for course in courses if n < len(course)]


async def test_that_lanes_run_side_by_side_and_each_in_order(
    database: Database, journal: Journal, fake: FhirServer
) -> None:
    meeting = threading.Barrier(2, timeout=10)
    fake.whim = lambda number: meeting.wait() and None if number <= 2 else None
    courses = [_course(f"p{n}", 4) for n in range(6)]
    everything = _interleaved(courses)
    async with _delivering(database, journal, fake) as (_, told):
        journal.submit(lambda w: put_in_outbox(w, *everything)).result(10)
        told.wait(Kind.FILED, len(everything))
    assert _left(database) == 0
    for n in range(6):
        notes = [body["note"][0]["text"] for body in fake.versions_of(f"Observation/o-p{n}")]
        assert notes == ["1", "2", "3", "4"]
    assert 2 <= fake.most_at_once <= 8
    assert len(told.of(Kind.HANDED_OVER)) == len(everything)


async def test_that_a_server_full_of_faults_loses_and_doubles_nothing(
    database: Database, journal: Journal, fake: FhirServer
) -> None:
    dice = random.Random(3)
    faults: list[Misbehaviour] = [
        Refusal(429, headers=(("Retry-After", "0"),)),
        Refusal(500, "out of order"),
        Refusal(503),
        Refusal(409, "busy"),
        Fault.LOST,
        Fault.HALF,
        Fault.HTML,
    ]
    fake.whim = lambda _number: dice.choice(faults) if dice.random() < 0.3 else None
    courses = [_course(f"p{n}", 5) for n in range(8)]
    everything = _interleaved(courses)
    async with _delivering(database, journal, fake) as (_, told):
        journal.submit(lambda w: put_in_outbox(w, *everything)).result(10)
        told.wait(Kind.FILED, len(everything), timeout=60)
    assert _left(database) == 0
    assert told.of(Kind.DEAD_LETTERED) == []
    for n in range(8):
        notes = [body["note"][0]["text"] for body in fake.versions_of(f"Observation/o-p{n}")]
        assert notes == ["1", "2", "3", "4", "5"], n
    traces = [event.trace_id for event in told.of(Kind.FILED)]
    assert sorted(traces) == sorted(d.trace_id for d in everything)


async def test_that_a_refused_message_goes_aside_and_its_lane_goes_on(
    database: Database, journal: Journal, fake: FhirServer
) -> None:
    fake.script.append(Refusal(422, "Observation.value: invalid"))
    refused, accepted = delivery(observation("bad")), delivery(observation("good"))
    async with _delivering(database, journal, fake) as (_, told):
        journal.submit(lambda w: put_in_outbox(w, refused, accepted)).result(10)
        (letter,) = told.wait(Kind.DEAD_LETTERED, 1)
        (filed,) = told.wait(Kind.FILED, 1)
    assert (letter.trace_id, filed.trace_id) == (refused.trace_id, accepted.trace_id)
    assert letter.error is not None
    assert "Observation.value" in letter.error.text
    assert letter.detail["destination"] == "ehr"
    reader = database.connect_reader()
    row = reader.execute("SELECT destination, code, state, bundle FROM dead_letters").fetchone()
    reader.close()
    assert tuple(row) == ("ehr", "http-422", "open", refused.bundle)


async def test_that_an_open_breaker_keeps_work_queued_and_a_probe_lets_it_go(
    database: Database, journal: Journal, fake: FhirServer
) -> None:
    now = [0.0]
    down = [True]
    fake.whim = lambda _number: Refusal(503) if down[0] else None
    everything = [delivery(patient(f"p{n}"), lane=f"p{n}") for n in range(12)]
    async with _delivering(
        database, journal, fake, breaker=BreakerPolicy(consecutive=3), monotonic=lambda: now[0], workers=1
    ) as (deliverer, told):
        journal.submit(lambda w: put_in_outbox(w, *everything)).result(10)
        (opened,) = told.wait(Kind.DESTINATION_CHANGED, 1)
        assert opened.detail["breaker"] == "open"
        assert opened.error is not None
        assert opened.error.code == "http-503"
        assert len(fake.seen) == 3
        assert _left(database) == 12
        assert told.of(Kind.DEAD_LETTERED) == []
        down[0] = False
        now[0] = 31.0
        deliverer._wake.set()
        told.wait(Kind.FILED, 12)
        closed = told.wait(Kind.DESTINATION_CHANGED, 2)[1]
        assert closed.detail["breaker"] == "closed"
    assert _left(database) == 0
    assert len(told.of(Kind.ATTEMPT_FAILED)) == 3


async def test_that_a_delivery_is_given_up_after_its_budget_only(
    database: Database, journal: Journal, fake: FhirServer
) -> None:
    now = [0.0]
    fake.whim = lambda _number: Refusal(500)
    async with _delivering(
        database, journal, fake, backoff=Backoff(budget=10.0), chance=lambda: 0.0, monotonic=lambda: now[0]
    ) as (_, told):
        journal.submit(lambda w: put_in_outbox(w, delivery(patient()))).result(10)
        told.wait(Kind.ATTEMPT_FAILED, 4)
        assert told.of(Kind.DEAD_LETTERED) == []
        now[0] = 10.0
        (letter,) = told.wait(Kind.DEAD_LETTERED, 1)
    assert letter.error is not None
    assert letter.error.code == "http-500"
    assert letter.attempt == len(told.of(Kind.ATTEMPT_FAILED)) + 1


async def test_that_what_a_stopped_engine_left_is_delivered_once_by_the_next(
    database: Database, journal: Journal, fake: FhirServer
) -> None:
    """Stopped after the server took the message and before the proof: the next run only looks."""
    fake.reading.extend([Refusal(503)] * 1)
    one = delivery(patient(), observation("o1"))
    slow = Backoff(base=1000.0, cap=1000.0)
    async with _delivering(database, journal, fake, backoff=slow, chance=lambda: 0.99) as (_, told):
        journal.submit(lambda w: put_in_outbox(w, one)).result(10)
        told.wait(Kind.ATTEMPT_FAILED, 1)
    assert _left(database) == 1
    async with _delivering(database, Journal(database), fake) as (_, told):
        told.wait(Kind.FILED, 1)
    assert len(fake.versions_of("Observation/o1")) == 1
    assert [s.body["type"] for s in fake.seen].count("transaction") == 1


async def test_that_a_paused_destination_keeps_its_deliveries(
    database: Database, journal: Journal, fake: FhirServer
) -> None:
    def pause(write: Any) -> None:
        write.execute("INSERT INTO destinations (name, state) VALUES ('ehr', 'paused')")
        put_in_outbox(write, delivery(patient()))

    paused = Journal(database)
    paused.start()
    paused.submit(pause).result(10)
    paused.stop()
    async with _delivering(database, journal, fake) as (_, told):
        assert fake.seen == []
        assert told.of(Kind.FILED) == []
        journal.submit(lambda w: w.execute("UPDATE destinations SET state = 'running'")).result(10)
        journal.submit(lambda w: put_in_outbox(w, delivery(patient("p2"), lane="p2"))).result(10)
        told.wait(Kind.FILED, 2)
