"""Following the sources: every new event into the kept copy, every change to whoever shows it, no gap unnoticed.

One follower per source. Events are written in batches and told about at most ten times a second. The position (floor
to seq) moves only with the events it stands for, so a crash never leaves a hole that looks whole.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from console.connections.source import Capability, EventQuery, FeedBatch, FeedStatus, Source
from console.core.clock import Clock, parse_iso
from console.core.errors import SignalboxError
from console.investigation.answer import FeedChanges, FeedState, JsonObject
from console.storage.cache import Cache, Position

_log = logging.getLogger(__name__)

Notice = FeedChanges | FeedState
Listener = Callable[[Notice], None]
Subscription = Callable[[], None]
"""Call it to stop listening."""

NOTICE_EVERY_S = 0.1
CATCH_UP_AT_MOST = 50_000
"""Further behind than this, the follower starts anew from now and fetches the past backwards, newest first."""
PAST_AT_MOST = 20_000
"""Events fetched backwards at most, however long things are kept."""
PAGE = 200


class Feed:
    """Follows all sources. Runs on one loop; listeners are called on it and must return at once."""

    def __init__(
        self, sources: Sequence[Source], cache: Cache, *, clock: Clock, notice_every_s: float = NOTICE_EVERY_S
    ) -> None:
        self._cache = cache
        self._clock = clock
        self._every = notice_every_s
        self._listeners: list[Listener] = []
        self._sources = [s for s in sources if Capability.FEED in s.capabilities]
        self._gathered: dict[str, FeedChanges] = {}
        self._flusher: asyncio.TimerHandle | None = None
        self.states = {s.name: FeedState(s.name, FeedStatus.CONNECTING) for s in self._sources}

    def subscribe(self, listener: Listener) -> Subscription:
        """Calls `listener` with the present state of every source, then with each change."""
        self._listeners.append(listener)
        for state in self.states.values():
            listener(state)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    async def run(self) -> None:
        """Follows until cancelled. One source's trouble does not disturb another's."""
        try:
            async with asyncio.TaskGroup() as group:
                for source in self._sources:
                    group.create_task(self._follow(source))
        finally:
            self._flush()

    # ---------------------------------------------------------------------------------------------- one source

    async def _follow(self, source: Source) -> None:
        """For ever. A feed ends when our position is of another journal: then everything begins anew."""
        while True:
            async with asyncio.TaskGroup() as group:
                past = await self._follow_once(source, group)
                if past is not None:
                    past.cancel()
            self._forget(source.name)

    async def _follow_once(self, source: Source, group: asyncio.TaskGroup) -> asyncio.Task[None] | None:
        """Until the journal turns out to be another one. Returns the task that fetches the past, if any."""
        position: Position | None = None
        past: asyncio.Task[None] | None = None
        away = False
        start = await self._start_at(source)
        async with aclosing(cast(AsyncGenerator[FeedBatch, None], source.feed(start))) as feed:
            async for batch in feed:
                if batch.status not in (FeedStatus.LIVE, FeedStatus.POLLING):
                    away = away or batch.status is FeedStatus.OFFLINE
                elif position is None:
                    position = await self._take_up(source, batch, start)
                    if position.floor > 0:
                        past = group.create_task(self._fetch_past(source, position))
                    position = await self._take(source, batch, position)
                else:
                    if batch.seq < position.seq or (away and await self._is_another(source, position)):
                        break
                    away = False
                    position = await self._take(source, batch, position)
                self._tell_state(source.name, batch)
        return past

    def _forget(self, source: str) -> None:
        """What is kept is of a journal that is gone; everybody reads again."""
        _log.info("source_journal_changed", extra={"source": source})
        self._cache.forget_source(source)
        self._gather(FeedChanges(source, everything=True))

    async def _is_another(self, source: Source, position: Position) -> bool:
        instance = await self._instance(source)
        return bool(instance and position.instance and instance != position.instance)

    async def _start_at(self, source: Source) -> int | None:
        """Where to resume: our position, unless the journal is another one or far ahead of us (then: from now)."""
        position = self._cache.position(source.name)
        if position is None:
            return None
        try:
            statistics = await source.statistics()
        except SignalboxError:
            return position.seq
        ahead = int(statistics.get("journal_seq") or 0) - position.seq
        return position.seq if 0 <= ahead <= CATCH_UP_AT_MOST else None

    async def _take_up(self, source: Source, batch: FeedBatch, start: int | None) -> Position:
        """The position to go on from. Another journal than the one we know makes the kept copy worthless."""
        instance = await self._instance(source)
        known = self._cache.position(source.name)
        if known is not None and (
            batch.seq < known.seq or (instance and known.instance and known.instance != instance)
        ):
            self._forget(source.name)
            known = None
        if known is not None and start == known.seq:
            return known
        if known is not None:
            self._cache.forget_events(source.name)  # a hole lies between what is kept and what comes
        first = int(batch.events[0]["seq"]) - 1 if batch.events else batch.seq
        now = self._clock()
        return Position(source.name, instance, first, first, now, now)

    async def _instance(self, source: Source) -> str:
        try:
            return str((await source.health()).get("instance") or "")
        except SignalboxError:
            return ""

    async def _take(self, source: Source, batch: FeedBatch, position: Position) -> Position:
        """Stores a batch and moves the position. A jump in the numbers is looked into before it is believed."""
        events: list[JsonObject] = [e for e in batch.events if int(e["seq"]) > position.seq]
        if events and int(events[0]["seq"]) > position.seq + 1:
            events = await self._between(source, position.seq, int(events[0]["seq"])) + events
        now = self._clock()
        if events:
            await asyncio.to_thread(self._cache.keep_events, source.name, events, now)
        latest = self._cache.position(source.name) or position  # the past may have lowered the floor meanwhile
        moved = replace(latest, seq=max(position.seq, batch.seq), heard_at=now)
        self._cache.move(moved)
        if events:
            self._gather(self._changes(source.name, events))
        return moved

    async def _between(self, source: Source, after: int, before: int) -> list[JsonObject]:
        """The events the stream left out, if any: numbers may also be missing because nothing was stored under them."""
        found: list[JsonObject] = []
        cursor = str(after)
        try:
            while True:
                page = await source.events(EventQuery(after=cursor, limit=PAGE))
                found += [e for e in page.items if after < int(e["seq"]) < before]
                if not page.next or not page.items or int(page.items[-1]["seq"]) >= before:
                    break
                cursor = page.next
        except SignalboxError:
            self._gather(FeedChanges(source.name, everything=True))
        if found:
            _log.warning("feed_gap_filled", extra={"source": source.name, "count": len(found)})
        return found

    async def _fetch_past(self, source: Source, position: Position) -> None:
        """Fetches what came before we listened, newest first, as far back as the cache keeps things."""
        since = self._clock() - self._cache.limits.retention
        cursor = str(position.floor + 1)
        try:
            for _ in range(PAST_AT_MOST // PAGE):
                query = EventQuery(after=cursor, limit=PAGE, order="desc")
                page = await source.events(query)
                wanted = [e for e in page.items if parse_iso(e["recorded_at"]) >= since]
                await asyncio.to_thread(self._cache.keep_events, source.name, wanted, self._clock())
                if wanted:
                    self._lower_floor(source.name, int(wanted[-1]["seq"]) - 1, parse_iso(wanted[-1]["recorded_at"]))
                if not page.next or len(wanted) < len(page.items) or not wanted:
                    return
                cursor = page.next
        except SignalboxError as error:
            _log.info("past_not_fetched", extra={"source": source.name, "code": error.code})

    def _lower_floor(self, source: str, floor: int, floor_at: datetime) -> None:
        position = self._cache.position(source)
        if position is not None and floor < position.floor:
            self._cache.move(replace(position, floor=floor, floor_at=floor_at))

    # ------------------------------------------------------------------------------------------------- telling

    def _changes(self, source: str, events: Iterable[JsonObject]) -> FeedChanges:
        traces: set[str] = set()
        kinds: set[str] = set()
        systems: set[str] = set()
        encounters: set[str] = set()
        patients: set[str] = set()
        count = last = 0
        for event in events:
            count += 1
            last = max(last, int(event["seq"]))
            traces.add(event["trace_id"])
            kinds.add(event["kind"])
            detail = event.get("detail") or {}
            sender = detail.get("sender") or {}
            systems.update(filter(None, (detail.get("destination"), sender.get("application"))))
        for patient_id, encounter_id in self._cache.belongs_to(traces).values():
            patients.update(filter(None, (patient_id,)))
            encounters.update(filter(None, (encounter_id,)))
        return FeedChanges(
            source,
            count,
            last,
            frozenset(traces),
            frozenset(encounters),
            frozenset(patients),
            frozenset(kinds),
            frozenset(systems),
        )

    def _gather(self, changes: FeedChanges) -> None:
        before = self._gathered.get(changes.source)
        self._gathered[changes.source] = before | changes if before else changes
        if self._flusher is None:
            self._flush()
            self._flusher = asyncio.get_running_loop().call_later(self._every, self._pause_over)

    def _pause_over(self) -> None:
        self._flusher = None
        if self._gathered:
            self._flush()
            self._flusher = asyncio.get_running_loop().call_later(self._every, self._pause_over)

    def _flush(self) -> None:
        gathered, self._gathered = self._gathered, {}
        for changes in gathered.values():
            self._tell(changes)

    def _tell_state(self, source: str, batch: FeedBatch) -> None:
        now = self._clock()
        before = self.states[source]
        heard = batch.status in (FeedStatus.LIVE, FeedStatus.POLLING)
        retry = timedelta(seconds=batch.retry_in)
        state = FeedState(
            source,
            batch.status,
            now if heard else before.as_of,
            batch.seq if heard else before.seq,
            batch.text,
            now + retry if retry else None,
        )
        self.states[source] = state
        if (state.status, state.text, state.next_try_at) != (before.status, before.text, before.next_try_at):
            self._tell(state)

    def _tell(self, notice: Notice) -> None:
        for listener in list(self._listeners):
            listener(notice)
