"""What every source promises: one suite for the real engine over its HTTP API and for the fake that tests use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import cast

import pytest

from console.connections.engine_source import EngineSource
from console.connections.source import EncounterQuery, EventQuery, FeedBatch, FeedStatus, PatientQuery, Source
from console.core.errors import EnvironmentFault, Refused
from console.core.events import Event
from console.engine.api.app import build_api, build_app
from console.engine.api.server import HttpServer
from console.engine.settings import Address
from tests.builders.engine_api import TOKEN, services_over
from tests.builders.store import Store, Stored
from tests.fakes.source import FakeSource, unreachable

PATIENCE = 20.0


@dataclass
class World:
    """A source, the ward behind it, and a hand to make things happen there."""

    source: Source
    filled: dict[str, Stored]
    store: Store

    async def happen(self) -> Stored:
        """One more message arrives."""
        stored = await asyncio.to_thread(self.store.message, title="Lactate", patient_id="pat-1", encounter_id="enc-1")
        if isinstance(self.source, FakeSource):
            self.source.add(_numbered([stored], self.source.seq))
        return stored

    async def cut_off(self) -> None:
        """From now on nobody answers."""
        if isinstance(self.source, FakeSource):
            self.source.trouble = unreachable()
        else:
            await self.stop()

    async def stop(self) -> None:
        return


def _numbered(stored: list[Stored], after: int = 0) -> list[Event]:
    events = [event for message in stored for event in message.events]
    return [replace(event, seq=after + n) for n, event in enumerate(events, start=1)]


def _fake(store: Store) -> FakeSource:
    def patient(patient_id: str, family: str, given: str, mrn: str, born: str) -> dict[str, object]:
        number = {"assigner": "STB", "value": mrn, "type": "MR", "status": "current"}
        return {
            "patient_id": patient_id,
            "family": family,
            "given": given,
            "prefix": "",
            "birth_date": born,
            "sex": "female",
            "flags": [],
            "identifiers": [number],
            "encounters": 1,
            "last_at": None,
        }

    def encounter(encounter_id: str, patient_id: str, visit: str) -> dict[str, object]:
        return {
            "encounter_id": encounter_id,
            "patient_id": patient_id,
            "visit_number": visit,
            "assigner": "STB",
            "class": "IMP",
            "status": "in-progress",
            "location": "AMU 4-02",
            "attending": "",
            "started_at": None,
            "ended_at": None,
            "last_at": None,
        }

    return FakeSource(
        events_=_numbered(store.stored),
        patients_=[
            patient("pat-1", "Martínez López", "Rosa Elena", "00418827", "1957-08-14"),
            patient("pat-2", "O'Brien", "Seán", "777-1234", "1988-02-29"),
        ],
        encounters_=[
            encounter("enc-1", "pat-1", "118204"),
            encounter("enc-2", "pat-1", "118300"),
            encounter("enc-3", "pat-2", "V-900 1"),
        ],
        raw={message.event_id: message.raw for message in store.stored},
        failures_=[
            {
                "group_key": "map:K-PL",
                "title": "No LOINC code for K-PL",
                "code": "code-not-mapped",
                "hop": "map",
                "destination": "",
                "count": 1,
                "patients": 1,
                "first_at": None,
                "last_at": None,
                "sample": [],
            }
        ],
        now=store.now,
    )


@pytest.fixture(params=["engine", "fake"])
async def world(request: pytest.FixtureRequest, store: Store, filled: dict[str, Stored]) -> AsyncIterator[World]:
    if request.param == "fake":
        yield World(_fake(store), filled, store)
        return
    services = services_over(store)
    services.audit.start()
    services.feed.start()
    server = HttpServer(build_app(services, build_api(services), token=TOKEN), Address("127.0.0.1", 0))
    address = await server.start()
    source = EngineSource(f"http://{address}", TOKEN)
    made = World(source, filled, store)
    stopped = False

    async def stop() -> None:
        nonlocal stopped
        if not stopped:
            stopped = True
            await services.feed.stop()
            await server.stop()
            services.audit.stop()

    made.stop = stop  # type: ignore[method-assign]
    yield made
    await source.close()
    await stop()


async def test_that_it_says_who_it_is_and_which_journal_it_reads(world: World) -> None:
    health = await world.source.health()
    assert health["status"] == "ok"
    assert health["instance"]


async def test_that_its_statistics_hold_what_an_overview_needs(world: World) -> None:
    statistics = await world.source.statistics()
    needed = {
        "now",
        "received_total",
        "per_minute",
        "queues",
        "senders",
        "destinations",
        "journal_seq",
        "indexed_up_to",
    }
    assert needed <= set(statistics)
    assert statistics["journal_seq"] >= len(_numbered(world.store.stored))


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_that_paging_gives_every_event_once_in_order(world: World, order: str) -> None:
    seqs: list[int] = []
    after = ""
    while True:
        page = await world.source.events(EventQuery(after=after, limit=7, order=order))
        seqs += [int(e["seq"]) for e in page.items]
        if not page.next:
            break
        after = page.next
    assert seqs == sorted(set(seqs), reverse=order == "desc")
    assert len(seqs) == len(_numbered(world.store.stored))


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_that_a_journal_position_is_a_cursor_in_both_directions(world: World, order: str) -> None:
    page = await world.source.events(EventQuery(after="10", limit=3, order=order))
    assert [int(e["seq"]) for e in page.items] == ([11, 12, 13] if order == "asc" else [9, 8, 7])


async def test_that_an_event_is_found_by_its_id(world: World) -> None:
    event_id = world.filled["result"].events[2].event_id
    assert (await world.source.event(event_id))["event_id"] == event_id


async def test_that_a_key_tells_its_kind_its_hits_and_its_messages(world: World) -> None:
    page = await world.source.keys(["26l 0048812", "no-such"])
    (item,) = page.items
    assert (item["value"], item["kind"], item["assigner"], item["hits"]) == ("26l 0048812", "filler", "LIS", 1)
    (row,) = item["traces"]
    assert row["trace_id"] == world.filled["result"].trace_id
    assert row["event_id"] == world.filled["result"].event_id
    assert (row["patient_id"], row["encounter_id"], row["state"]) == ("pat-1", "enc-1", "verified")
    assert {"received_at", "last_at", "message_type", "control_id", "sender", "title"} <= set(row)
    assert page.indexed_up_to is not None


async def test_that_event_and_trace_ids_are_keys_too(world: World) -> None:
    message = world.filled["stopped"]
    for value, kind in ((message.events[-1].event_id, "event"), (message.trace_id, "trace")):
        (item,) = (await world.source.keys([value])).items
        assert item["kind"] == kind
        assert item["traces"][0]["trace_id"] == message.trace_id


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (PatientQuery(name="martinez"), ["pat-1"]),
        (PatientQuery(name="LÓP ros"), ["pat-1"]),
        (PatientQuery(name="sean"), ["pat-2"]),
        (PatientQuery(identifier="7771234"), ["pat-2"]),
        (PatientQuery(birth_date="1957-08-14"), ["pat-1"]),
        (PatientQuery(name="martinez", birth_date="1988-02-29"), []),
    ],
)
async def test_that_patients_are_found_as_people_ask_for_them(
    world: World, query: PatientQuery, expected: list[str]
) -> None:
    page = await world.source.patients(query)
    assert [p["patient_id"] for p in page.items] == expected
    for patient in page.items:
        assert {"family", "given", "birth_date", "identifiers"} <= set(patient)


async def test_that_encounters_come_with_their_patient_and_how_they_stand(world: World) -> None:
    page = await world.source.encounters(EncounterQuery(visit="118204"))
    (encounter,) = page.items
    assert encounter["encounter_id"] == "enc-1"
    assert encounter["patient"]["family"] == "Martínez López"
    assert encounter["standing"] == {"verified": 3, "dead_lettered": 1}
    of_patient = await world.source.encounters(EncounterQuery(patient_id="pat-1"))
    assert {e["encounter_id"] for e in of_patient.items} == {"enc-1", "enc-2"}


@pytest.mark.parametrize("encounter", ["enc-1", "118204"])
async def test_that_a_timeline_is_found_by_id_and_by_visit_number(world: World, encounter: str) -> None:
    body = await world.source.timeline(encounter)
    assert body["encounter"]["encounter_id"] == "enc-1"
    assert body["patient"]["patient_id"] == "pat-1"
    assert [e["title"] for e in body["timeline"]["entries"]] == ["Admitted", "U&E", "U&E", "Potassium (plasma)"]
    assert [(loop["display"], loop["state"]) for loop in body["timeline"]["loops"]] == [("U&E", "resulted")]


async def test_that_messages_without_a_visit_have_a_timeline_of_their_own(world: World) -> None:
    body = await world.source.timeline("unassigned:pat-2")
    assert body["encounter"]["encounter_id"] == "unassigned:pat-2"
    assert [e["title"] for e in body["timeline"]["entries"]] == ["Troponin"]


async def test_that_a_trace_is_found_by_any_of_its_ids(world: World) -> None:
    message = world.filled["stopped"]
    for identifier in (message.trace_id, message.event_id, message.events[-1].event_id):
        trace = await world.source.trace(identifier)
        assert trace["trace_id"] == message.trace_id
        assert trace["state"] == "dead_lettered"
        assert [e["event_id"] for e in trace["events"]] == [e.event_id for e in message.events]


async def test_that_a_message_comes_back_byte_for_byte(world: World) -> None:
    message = world.filled["result"]
    payload = await world.source.message_raw(message.event_id)
    assert payload.data == message.raw
    assert "MARTÍNEZ" in payload.text or "MART" in payload.text
    assert len(payload.sha256) == 64


async def test_that_failures_are_grouped_by_cause(world: World) -> None:
    (group,) = (await world.source.failures()).items
    assert (group["group_key"], group["count"], group["patients"]) == ("map:K-PL", 1, 1)


async def test_that_what_does_not_exist_is_refused_as_not_found(world: World) -> None:
    unknown = "018f3c2e-1b2a-7000-8000-0000000000ff"
    source = world.source
    for question in (
        source.event(unknown),
        source.trace(unknown),
        source.timeline("nope"),
        source.patient("nope"),
        source.message_raw(unknown),
        source.message_tree(unknown),
        source.message_fhir(unknown),
    ):
        with pytest.raises(Refused) as caught:
            await question
        assert caught.value.code == "not-found"
        assert caught.value.text


async def test_that_the_feed_begins_now_and_tells_what_happens(world: World) -> None:
    async with asyncio.timeout(PATIENCE), aclosing(_feed(world.source, None)) as feed:
        begun = [batch async for batch in _until(feed, lambda b: b.status is FeedStatus.LIVE)]
        assert begun[-1].seq == len(_numbered(world.store.stored))
        new = await world.happen()
        told = [e async for b in _until(feed, lambda b: bool(b.events)) for e in b.events]
    assert {e["trace_id"] for e in told} == {new.trace_id}


async def test_that_the_feed_resumes_without_gap_or_double(world: World) -> None:
    total = len(_numbered(world.store.stored))
    async with asyncio.timeout(PATIENCE), aclosing(_feed(world.source, 5)) as feed:
        seqs = [int(e["seq"]) async for b in _until(feed, lambda b: b.seq >= total) for e in b.events]
    assert seqs == list(range(6, total + 1))


async def test_that_the_feed_ends_when_the_position_is_of_another_journal(world: World) -> None:
    async with asyncio.timeout(PATIENCE), aclosing(_feed(world.source, 1_000_000)) as feed:
        statuses = [batch.status async for batch in feed]
    assert FeedStatus.LIVE not in statuses


async def test_that_silence_is_a_fault_of_the_environment_and_may_be_tried_again(world: World) -> None:
    await world.cut_off()
    for question in (world.source.statistics(), world.source.timeline("enc-1"), world.source.keys(["55121"])):
        with pytest.raises(EnvironmentFault) as caught:
            await question
        assert caught.value.code == "unreachable"
        assert caught.value.retryable


def _feed(source: Source, after: int | None) -> AsyncGenerator[FeedBatch, None]:
    return cast(AsyncGenerator[FeedBatch, None], source.feed(after))


async def _until(feed: AsyncIterator[FeedBatch], enough: object) -> AsyncIterator[FeedBatch]:
    assert callable(enough)
    async for batch in feed:
        yield batch
        if enough(batch):
            return
