"""The desk: answers from the sources, or from what is kept, and says which and how old."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from console.connections.source import Capability
from console.core.errors import EnvironmentFault, Refused
from console.core.events import State
from console.investigation.answer import SourceStatus
from console.investigation.case import Opens
from console.investigation.desk import Desk
from console.storage.cache import Cache
from tests.builders.hospital import CHIDI_STAY, NOW, ROSA, ROSA_STAY, ROSALIA, Hospital
from tests.fakes.source import FakeSource, unreachable


class Clock:
    now = NOW

    def __call__(self):  # type: ignore[no-untyped-def]
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(source: FakeSource, cache: Cache, clock: Clock) -> Desk:
    return Desk([source], cache, clock=clock, budget_s=1.0)


async def test_that_a_timeline_comes_from_the_source_and_names_it(desk: Desk) -> None:
    answer = await desk.encounter_timeline("118204")
    assert answer.value.encounter["encounter_id"] == ROSA_STAY
    assert answer.value.patient["family"] == "MARTÍNEZ LÓPEZ"
    assert len(answer.value.timeline["entries"]) == 3
    assert [(r.name, r.status) for r in answer.reports] == [("engine", SourceStatus.OK)]
    assert answer.complete
    assert not answer.from_cache


async def test_that_without_contact_the_kept_timeline_answers_and_says_how_old_it_is(
    desk: Desk, source: FakeSource, clock: Clock
) -> None:
    live = await desk.encounter_timeline(ROSA_STAY)
    source.trouble = unreachable()
    clock.now = NOW + timedelta(minutes=7)
    kept = await desk.encounter_timeline("118204")
    assert kept.from_cache
    assert not kept.complete
    assert kept.age(clock.now) == timedelta(minutes=7)
    assert kept.value.timeline["entries"] == live.value.timeline["entries"]
    assert kept.value.patient == live.value.patient
    assert kept.reports[0].status is SourceStatus.UNREACHABLE
    assert "Check that it runs" in kept.reports[0].text


async def test_that_an_encounter_never_opened_is_folded_from_the_events_the_feed_kept(
    desk: Desk, source: FakeSource, hospital: Hospital, cache: Cache
) -> None:
    cache.keep_events("engine", [e.as_json() for e in hospital.events], NOW)
    live = await source.timeline(CHIDI_STAY)
    source.trouble = unreachable()
    kept = await desk.encounter_timeline(CHIDI_STAY)
    assert kept.from_cache
    assert kept.value.timeline["entries"] == live["timeline"]["entries"]
    assert kept.value.timeline["loops"] == live["timeline"]["loops"]
    assert kept.value.encounter == {"encounter_id": CHIDI_STAY}


async def test_that_what_was_never_seen_is_an_error_that_says_what_to_do(desk: Desk, source: FakeSource) -> None:
    source.trouble = unreachable()
    with pytest.raises(EnvironmentFault) as caught:
        await desk.encounter_timeline(ROSA_STAY)
    assert caught.value.code == "no-source"
    assert "Check the connection" in caught.value.text


async def test_that_a_source_that_knows_no_such_thing_has_answered(desk: Desk) -> None:
    for question in (desk.encounter_timeline("nope"), desk.trace("nope"), desk.patient("nope"), desk.message_raw("x")):
        with pytest.raises(Refused) as caught:
            await question
        assert caught.value.code == "not-found"


async def test_that_a_trace_is_kept_with_its_events_and_folds_the_same_offline(
    desk: Desk, source: FakeSource, hospital: Hospital
) -> None:
    event_id = hospital.events[-1].event_id
    live = await desk.trace(event_id)
    source.trouble = unreachable()
    kept = await desk.trace(event_id)
    assert kept.from_cache
    assert kept.value == live.value
    assert (await desk.trace(str(live.value["trace_id"]))).value == live.value


async def test_that_message_bodies_survive_the_loss_of_contact_byte_for_byte(
    desk: Desk, source: FakeSource, hospital: Hospital
) -> None:
    event_id = hospital.events[0].event_id
    live = await desk.message_raw(event_id)
    tree, fhir = await desk.message_tree(event_id), await desk.message_fhir(event_id)
    source.trouble = unreachable()
    assert (await desk.message_raw(event_id)).value == live.value
    assert (await desk.message_raw(event_id)).from_cache
    assert (await desk.message_tree(event_id)).value == tree.value
    assert (await desk.message_fhir(event_id)).value == fhir.value


async def test_that_a_source_that_takes_too_long_is_named_and_does_not_hold_the_answer(
    source: FakeSource, cache: Cache, clock: Clock, hospital: Hospital
) -> None:
    slow = hospital.source(name="slow", held=asyncio.Event())
    desk = Desk([source, slow], cache, clock=clock, budget_s=0.05)
    answer = await desk.encounter_timeline(ROSA_STAY)
    assert [(r.name, r.status) for r in answer.reports] == [
        ("engine", SourceStatus.OK),
        ("slow", SourceStatus.TIMED_OUT),
    ]
    assert not answer.complete


async def test_that_a_refused_token_is_reported_as_such(desk: Desk, source: FakeSource) -> None:
    await desk.encounter_timeline(ROSA_STAY)
    source.trouble = Refused("The token is not accepted. Give a new one in Settings.", code="unauthorised")
    answer = await desk.encounter_timeline(ROSA_STAY)
    assert answer.from_cache
    assert answer.reports[0].status is SourceStatus.UNAUTHORISED


async def test_that_a_source_is_not_asked_what_it_cannot_answer(
    source: FakeSource, cache: Cache, clock: Clock, hospital: Hospital
) -> None:
    other = hospital.source(name="broker", capabilities=frozenset({Capability.EVENTS}))
    desk = Desk([other, source], cache, clock=clock)
    answer = await desk.encounter_timeline(ROSA_STAY)
    assert [r.name for r in answer.reports] == ["engine"]
    assert other.asked == []


async def test_that_the_overview_reads_statistics_failures_and_recent_looks(desk: Desk, source: FakeSource) -> None:
    source.statistics_ = {
        "per_minute": [{"sender": "LIS", "counts": [0] * 71 + [5], "last_at": "2026-11-21T03:07:00.000Z"}],
        "senders": [
            {
                "name": "LIS",
                "last_at": "2026-11-21T03:07:00.000Z",
                "per_minute": 31.0,
                "usual_gap_s": 2,
                "silent": False,
            },
            {"name": "RIS", "last_at": None, "per_minute": 0, "usual_gap_s": None, "silent": True},
        ],
        "queues": {"outbox": 28, "dead_letters": 5},
    }
    source.failures_ = [
        {
            "group_key": "g",
            "title": "local code K-PL has no LOINC",
            "code": "code-not-mapped",
            "hop": "map",
            "destination": "",
            "count": 3,
            "patients": 3,
            "first_at": "2026-11-21T01:52:00.000Z",
            "last_at": "2026-11-21T02:58:00.000Z",
            "sample": ["e1"],
        }
    ]
    await desk.encounter_timeline(ROSA_STAY)
    overview = (await desk.overview()).value
    assert overview.failures[0].count == 3
    assert [(s.name, s.silent, len(s.counts)) for s in overview.senders] == [("LIS", False, 72), ("RIS", True, 72)]
    assert overview.bucket_s == 600
    assert overview.queues["outbox"] == 28
    assert [(look.opens, look.target_id, look.subject) for look in overview.recent] == [
        (Opens.TIMELINE, ROSA_STAY, "118204")
    ]


async def test_that_the_overview_without_contact_is_the_last_one_heard(
    desk: Desk, source: FakeSource, clock: Clock
) -> None:
    await desk.overview()
    source.trouble = unreachable()
    clock.now = NOW + timedelta(minutes=2)
    answer = await desk.overview()
    assert answer.from_cache
    assert answer.as_of == NOW
    assert answer.value.received_total == 6


async def test_that_a_page_reading_itself_again_is_one_look(desk: Desk, clock: Clock) -> None:
    await desk.encounter_timeline(ROSA_STAY)
    clock.now = NOW + timedelta(seconds=30)
    await desk.encounter_timeline(ROSA_STAY)
    (look,) = (await desk.overview()).value.recent
    assert look.at == NOW
    await desk.clear_looks()
    assert (await desk.overview()).value.recent == ()


async def test_that_only_what_a_person_opened_is_a_look(desk: Desk, hospital: Hospital) -> None:
    trace = await desk.trace(hospital.events[-1].event_id)
    await desk.encounter_timeline(ROSA_STAY, look=False)
    assert (await desk.overview()).value.recent == ()
    await desk.remember_trace(trace.value)
    (look,) = (await desk.overview()).value.recent
    assert (look.opens, look.target_id, look.subject) == (Opens.TRACE, trace.value["event_id"], "ORU^R01")


async def test_that_encounters_of_a_patient_answer_offline_too(desk: Desk, source: FakeSource) -> None:
    live = await desk.encounters(patient_id=ROSA)
    assert [e["visit_number"] for e in live.value] == ["118204", "100001"]
    source.trouble = unreachable()
    kept = await desk.encounters(patient_id=ROSA)
    assert kept.from_cache
    assert {e["encounter_id"] for e in kept.value} == {e["encounter_id"] for e in live.value}


async def test_that_messages_without_a_visit_have_a_timeline_of_their_patient(desk: Desk) -> None:
    answer = await desk.encounter_timeline(f"unassigned:{ROSALIA}")
    assert [e["title"] for e in answer.value.timeline["entries"]] == ["Urine"]


async def test_that_a_newer_tail_completes_the_last_whole_answer(
    desk: Desk, source: FakeSource, hospital: Hospital, cache: Cache, clock: Clock
) -> None:
    """The stay was opened, then a result came over the feed, then contact was lost."""
    await desk.encounter_timeline(ROSA_STAY)
    late = hospital.message("LIS0009", at=NOW + timedelta(minutes=1), title="Lactate")
    clock.now = NOW + timedelta(minutes=2)
    cache.keep_events("engine", [e.as_json() for e in late], clock.now)
    source.trouble = unreachable()
    kept = await desk.encounter_timeline(ROSA_STAY)
    assert [e["title"] for e in kept.value.timeline["entries"]][-1] == "Lactate"
    assert len(kept.value.timeline["entries"]) == 4
    assert kept.value.timeline["counts"][State.VERIFIED.value] == 3


async def test_that_following_drops_what_is_past_its_time(hospital: Hospital, clock: Clock) -> None:
    clock.now = NOW + timedelta(hours=30)
    aged = Cache(None, bytes(32), clock=clock)
    aged.keep_events("other", [e.as_json() for e in hospital.events], NOW)
    following = asyncio.create_task(Desk([], aged, clock=clock).follow())
    async with asyncio.timeout(5):
        while aged.events_of_encounter(ROSA_STAY):
            await asyncio.sleep(0.001)
    following.cancel()
    await asyncio.wait([following])
    aged.close()
