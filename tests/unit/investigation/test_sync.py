"""Following a source: everything into the copy, nothing told twice, no gap unnoticed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from console.connections.source import FeedBatch, FeedStatus
from console.investigation.answer import FeedChanges, FeedState
from console.investigation.sync import Feed, Notice
from console.storage.cache import Cache, Position
from tests.builders.hospital import NOW, ROSA, ROSA_STAY, Hospital
from tests.fakes.source import FakeSource


class Following:
    """A feed running in the background, and what it told."""

    def __init__(self, sources: list[FakeSource], cache: Cache, every_s: float) -> None:
        self.told: list[Notice] = []
        self.feed = Feed(sources, cache, clock=lambda: NOW, notice_every_s=every_s)
        self.feed.subscribe(self.told.append)
        self.task = asyncio.create_task(self.feed.run())

    @property
    def changes(self) -> list[FeedChanges]:
        return [n for n in self.told if isinstance(n, FeedChanges)]

    @property
    def states(self) -> list[FeedState]:
        return [n for n in self.told if isinstance(n, FeedState)]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                await asyncio.sleep(0.001)


@pytest.fixture
async def follow(cache: Cache) -> AsyncIterator[Callable[..., Following]]:
    running: list[Following] = []

    def start(*sources: FakeSource, every_s: float = 0.001) -> Following:
        running.append(Following(list(sources), cache, every_s))
        return running[-1]

    yield start
    for following in running:
        following.task.cancel()
        await asyncio.wait([following.task])


async def test_that_new_events_are_kept_and_told_with_whom_they_touch(
    follow: Callable[..., Following], hospital: Hospital, cache: Cache
) -> None:
    source = hospital.source()
    following = follow(source)
    await following.until(lambda: source.followers == 1 and cache.position("engine") is not None)
    new = hospital.message("LIS0100", at=NOW, title="Lactate")
    source.add(new)
    await following.until(lambda: bool(following.changes))
    (change,) = following.changes
    assert change.count == len(new)
    assert change.last_seq == new[-1].seq
    assert change.traces == {new[0].trace_id}
    assert change.encounters == {ROSA_STAY}
    assert change.patients == {ROSA}
    assert {"LIS", "fhir-store"} <= change.systems
    assert len(cache.events_of_trace(new[0].trace_id)) == len(new)
    position = cache.position("engine")
    assert position is not None
    assert position.seq == new[-1].seq


async def test_that_a_later_event_names_the_encounter_its_trace_belongs_to(
    follow: Callable[..., Following], hospital: Hospital, cache: Cache
) -> None:
    source = hospital.source()
    following = follow(source)
    await following.until(lambda: cache.position("engine") is not None)
    new = hospital.message("LIS0100", at=NOW)
    source.add(new[:-1])
    await following.until(lambda: len(following.changes) == 1)
    source.add(new[-1:])
    await following.until(lambda: len(following.changes) == 2)
    assert following.changes[1].encounters == {ROSA_STAY}


async def test_that_the_past_is_fetched_so_that_it_can_be_seen_offline(
    follow: Callable[..., Following], hospital: Hospital, cache: Cache
) -> None:
    following = follow(hospital.source())
    await following.until(lambda: (p := cache.position("engine")) is not None and p.floor == 0)
    assert {e.trace_id for e in cache.events_of_encounter(ROSA_STAY)} == {
        e.trace_id for e in hospital.events if e.detail.get("encounter_id") == ROSA_STAY
    }


async def test_that_the_past_is_fetched_no_further_than_things_are_kept(
    follow: Callable[..., Following], cache: Cache
) -> None:
    hospital = Hospital()
    old = hospital.message("OLD", at=NOW - timedelta(days=3))
    new = hospital.message("NEW", at=NOW - timedelta(hours=1))
    following = follow(hospital.source())
    await following.until(lambda: (p := cache.position("engine")) is not None and p.floor == new[0].seq - 1)
    assert cache.events_of_trace(old[0].trace_id) == []
    assert len(cache.events_of_trace(new[0].trace_id)) == len(new)


async def test_that_following_goes_on_where_it_stopped(
    follow: Callable[..., Following], hospital: Hospital, cache: Cache
) -> None:
    source = hospital.source()
    first = follow(source)
    await first.until(lambda: (p := cache.position("engine")) is not None and p.floor == 0)
    first.task.cancel()
    await asyncio.wait([first.task])
    missed = hospital.message("LIS0100", at=NOW)
    source.add(missed)
    second = follow(source)
    await second.until(lambda: bool(second.changes))
    assert second.changes[0].count == len(missed)
    assert len(cache.events_of_trace(missed[0].trace_id)) == len(missed)


async def test_that_what_the_stream_left_out_is_fetched(
    follow: Callable[..., Following], hospital: Hospital, cache: Cache
) -> None:
    source = hospital.source()
    following = follow(source)
    await following.until(lambda: (p := cache.position("engine")) is not None and p.floor == 0)
    new = hospital.message("LIS0100", at=NOW)
    source.lost_by_the_stream = {e.seq for e in new[:3]}
    source.add(new)
    await following.until(lambda: bool(following.changes))
    assert len(cache.events_of_trace(new[0].trace_id)) == len(new)
    assert following.changes[0].count == len(new)


async def test_that_numbers_nothing_was_stored_under_are_no_gap(
    follow: Callable[..., Following], hospital: Hospital, cache: Cache
) -> None:
    source = hospital.source()
    following = follow(source)
    await following.until(lambda: (p := cache.position("engine")) is not None and p.floor == 0)
    new = hospital.message("LIS0100", at=NOW)
    shifted = [replace(e, seq=e.seq + 10) for e in new]
    source.add(shifted)
    await following.until(lambda: bool(following.changes))
    assert following.changes[0].count == len(new)
    assert not following.changes[0].everything


async def test_that_another_journal_empties_the_copy_and_everybody_reads_again(
    follow: Callable[..., Following], hospital: Hospital, cache: Cache
) -> None:
    cache.keep_events("engine", [e.as_json() for e in hospital.events], NOW)
    cache.move(Position("engine", "journal-1", 0, hospital.events[-1].seq, NOW, NOW))
    fresh = Hospital()
    own = fresh.message("NEW0001", at=NOW, stay="enc-new")
    following = follow(fresh.source(instance="journal-2"))
    await following.until(lambda: any(c.everything for c in following.changes))
    await following.until(lambda: (p := cache.position("engine")) is not None and p.instance == "journal-2")
    await following.until(lambda: bool(cache.events_of_trace(own[0].trace_id)))
    assert cache.events_of_encounter(ROSA_STAY) == []


async def test_that_a_journal_swapped_while_we_were_cut_off_is_noticed(
    follow: Callable[..., Following], hospital: Hospital, cache: Cache
) -> None:
    source = hospital.source()
    following = follow(source)
    await following.until(lambda: (p := cache.position("engine")) is not None and p.floor == 0)
    source.tell(FeedBatch(FeedStatus.OFFLINE, source.seq, (), "engine cannot be reached.", 1.0))
    await following.until(lambda: following.states[-1].status is FeedStatus.OFFLINE)
    source.instance = "journal-2"
    source.tell(FeedBatch(FeedStatus.LIVE, source.seq))
    await following.until(lambda: any(c.everything for c in following.changes))
    await following.until(lambda: (p := cache.position("engine")) is not None and p.instance == "journal-2")


async def test_that_a_journal_that_ends_before_our_position_is_another_one(
    follow: Callable[..., Following], hospital: Hospital, cache: Cache
) -> None:
    cache.keep_events("engine", [e.as_json() for e in hospital.events], NOW)
    cache.move(Position("engine", "journal-1", 0, 10_000, NOW, NOW))
    source = hospital.source()
    following = follow(source)
    await following.until(lambda: (p := cache.position("engine")) is not None and p.seq == source.seq)
    assert any(c.everything for c in following.changes)


async def test_that_far_behind_following_begins_anew_and_fetches_the_past(
    follow: Callable[..., Following], hospital: Hospital, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.investigation.sync.CATCH_UP_AT_MOST", 3)
    cache.keep_events("engine", [hospital.events[0].as_json()], NOW)
    cache.move(Position("engine", "journal-1", 0, 1, NOW, NOW))
    source = hospital.source()
    following = follow(source)
    await following.until(lambda: (p := cache.position("engine")) is not None and p.floor == 0 and p.seq == source.seq)
    kept = {e.event_id for e in cache.events_of_encounter(ROSA_STAY)}
    own = {t.trace_id for t in hospital.events if t.detail.get("encounter_id") == ROSA_STAY}
    assert kept == {e.event_id for e in hospital.events if e.trace_id in own}


async def test_that_a_flood_is_told_in_few_notices(
    follow: Callable[..., Following], hospital: Hospital, cache: Cache
) -> None:
    source = hospital.source()
    following = follow(source, every_s=0.2)
    await following.until(lambda: cache.position("engine") is not None)
    for n in range(40):
        source.add(hospital.message(f"F{n:04d}", at=NOW))
    await following.until(lambda: sum(c.count for c in following.changes) == 200)
    assert len(following.changes) <= 5


async def test_that_loss_of_contact_is_told_with_the_next_try(
    follow: Callable[..., Following], hospital: Hospital, cache: Cache
) -> None:
    source = hospital.source()
    following = follow(source)
    await following.until(lambda: cache.position("engine") is not None)
    source.tell(FeedBatch(FeedStatus.OFFLINE, source.seq, (), "engine cannot be reached.", 4.0))
    await following.until(lambda: following.states[-1].status is FeedStatus.OFFLINE)
    state = following.states[-1]
    assert state.next_try_at == NOW + timedelta(seconds=4)
    assert state.as_of == NOW
    assert state.text == "engine cannot be reached."
    source.tell(FeedBatch(FeedStatus.LIVE, source.seq))
    await following.until(lambda: following.states[-1].status is FeedStatus.LIVE)


async def test_that_heartbeats_are_not_told_but_move_the_clock(
    follow: Callable[..., Following], hospital: Hospital, cache: Cache
) -> None:
    source = hospital.source()
    following = follow(source)
    await following.until(lambda: following.states[-1].status is FeedStatus.LIVE)
    told = len(following.told)
    for _ in range(5):
        source.tell(FeedBatch(FeedStatus.LIVE, source.seq))
    new = hospital.message("LIS0100", at=NOW)
    source.add(new)
    await following.until(lambda: bool(following.changes))
    assert len(following.told) == told + 1


async def test_that_who_stops_listening_hears_no_more(
    follow: Callable[..., Following], hospital: Hospital, cache: Cache
) -> None:
    source = hospital.source()
    following = follow(source)
    heard: list[Notice] = []
    stop = following.feed.subscribe(heard.append)
    await following.until(lambda: cache.position("engine") is not None)
    stop()
    stop()
    before = len(heard)
    source.add(hospital.message("LIS0100", at=NOW))
    await following.until(lambda: bool(following.changes))
    assert len(heard) == before
