"""Delivery to one remote FHIR server: lanes side by side, each in order, behind a breaker that keeps work queued.

A coordinator hands the heads of lanes to a few workers; each worker makes one attempt (`remote_attempt`), journals what
came of it and reports back. Waiting is done on a monotonic clock, so a clock that is set neither storms nor stalls.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Any, Final

from console.core.clock import Clock, iso, to_micros
from console.core.errors import EnvironmentFault, SignalboxError
from console.core.events import Event, EventError, Hop, Kind, State
from console.core.ids import EventId, UuidSource, traceparent
from console.delivery.breaker import Breaker, BreakerPolicy, BreakerState
from console.delivery.lanes import LaneQueue
from console.delivery.retry import MAX_RETRY_AFTER, Backoff
from console.engine.delivery_events import DeliveryEvents
from console.engine.passage import fault_of_ours
from console.engine.passage_events import SOURCE
from console.engine.remote_attempt import Attempt, Ending, Health, Result, Server
from console.storage import destinations, outbox, remote_versions
from console.storage.database import Database, DriverConnection
from console.storage.fresh_ids import uuid_source
from console.storage.journal import Journal
from console.storage.outbox import Delivery
from console.storage.remote_versions import RemoteVersion
from console.storage.write import WriteTransaction

WORKERS: Final = 8
"""Requests in flight at most: more than that, and the HTTP client costs more than it brings (measured)."""
_IN_SIGHT: Final = 10_000
"""Deliveries whose positions are held in memory; the others stay in the outbox only."""
_LOOK: Final = 5.0
_PATIENCE: Final = 5.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Report:
    """What a worker says of a delivery: `again_after` seconds, None when it left the outbox. `health` None: the attempt
    says nothing about the destination."""

    seq: int
    health: Health | None
    code: str
    again_after: float | None
    pause: float = 0.0


class RemoteDeliverer:
    """`start` it once. `stop` lets attempts in flight finish for a few seconds; an attempt that is cut off is made
    again at the next start, which is safe because everything is a PUT."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        server: Server,
        *,
        name: str,
        url: str,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        backoff: Backoff | None = None,
        breaker: BreakerPolicy | None = None,
        workers: int = WORKERS,
    ) -> None:
        """To be made before the journal starts. `chance` is uniform in [0, 1)."""
        self._database = database
        self._journal = journal
        self._server = server
        self._name = name
        self._url = url
        self._clock = clock
        self._monotonic = monotonic
        self._chance = chance
        self._backoff = backoff or Backoff()
        self._breaker = Breaker(breaker)
        self._lanes = LaneQueue()
        self._seen_up_to = 0
        self._first_failure: dict[int, float] = {}
        self._tasks: SimpleQueue[int | None] = SimpleQueue()
        self._reports: SimpleQueue[_Report] = SimpleQueue()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._ids = uuid_source()
        self._workers = [
            threading.Thread(target=self._work, name=f"deliver-{number}", daemon=True) for number in range(workers)
        ]
        self._coordinator = threading.Thread(target=self._coordinate, name="deliver", daemon=True)
        journal.on_commit(lambda _first, _last: self._wake.set())

    async def start(self) -> None:
        now = to_micros(self._clock())
        await asyncio.wrap_future(
            self._journal.submit(lambda write: destinations.register(write, self._name, "fhir", self._url, now))
        )
        for thread in (self._coordinator, *self._workers):
            thread.start()

    async def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        for _ in self._workers:
            self._tasks.put(None)
        until = self._monotonic() + _PATIENCE
        for thread in (self._coordinator, *self._workers):
            if thread.ident is not None:
                await asyncio.to_thread(thread.join, max(until - self._monotonic(), 0.0))

    # ------------------------------------------------------------ the coordinator's thread

    def _coordinate(self) -> None:
        reader = self._database.connect_reader()
        while True:
            self._wake.clear()
            if self._stopping.is_set():
                break
            try:
                pause = self._turn(reader)
            except Exception:  # noqa: BLE001 - the thread outlives whatever went wrong
                _log.exception("delivery stumbled", extra={"destination": self._name})
                pause = _LOOK
            self._wake.wait(pause)
        reader.close()

    def _turn(self, reader: DriverConnection) -> float:
        """Takes reports, hands out work; gives the seconds after which to look again."""
        with suppress(Empty):
            while True:
                self._take(self._reports.get_nowait())
        if destinations.paused(reader, self._name):
            return _LOOK
        self._refill(reader)
        while self._lanes.in_flight < len(self._workers):
            now = self._monotonic()
            if not self._breaker.allows(now):
                break
            taken = self._lanes.take(now)
            if taken is None:
                self._breaker.abandoned()
                break
            self._tasks.put(taken)
        waits = [at for at in (self._lanes.next_at(), self._breaker.probe_at()) if at is not None]
        return min([max(at - self._monotonic(), 0.01) for at in waits] + [_LOOK])

    def _refill(self, reader: DriverConnection) -> None:
        room = _IN_SIGHT - len(self._lanes)
        if room <= 0:
            return
        for seq, lane in outbox.lanes(reader, self._name, after=self._seen_up_to, limit=room):
            self._lanes.add(seq, lane.split() or [str(seq)])
            self._seen_up_to = seq

    def _take(self, report: _Report) -> None:
        now = self._monotonic()
        if report.again_after is None:
            self._lanes.done(report.seq)
        else:
            self._lanes.later(report.seq, now + report.again_after)
        before = self._breaker.state(now)
        if report.health is None:
            self._breaker.abandoned()
        elif report.health is Health.WELL:
            self._breaker.succeeded()
        else:
            self._breaker.failed(now, report.code, at_once=report.health is Health.CLOSED, pause=report.pause)
        after = self._breaker.state(now)
        if (before is BreakerState.CLOSED) != (after is BreakerState.CLOSED):
            self._announce(after, now)

    def _announce(self, state: BreakerState, now: float) -> None:
        """The destination went down or came back: said in the journal, so that everybody who watches sees it."""
        probe_at = self._breaker.probe_at()
        moment = self._clock()
        detail = {"destination": self._name, "breaker": state.value}
        if probe_at is not None:
            detail["probe_at"] = iso(moment + timedelta(seconds=probe_at - now))
        reason = self._breaker.reason
        _log.warning(
            "a destination stopped answering" if reason else "a destination answers again",
            extra={"destination": self._name, "reason_code": reason},
        )
        event = Event(
            event_id=self._ids.event_id(),
            trace_id=self._ids.trace_id(),
            kind=Kind.DESTINATION_CHANGED,
            occurred_at=moment,
            recorded_at=moment,
            source=SOURCE,
            hop=Hop.DELIVER,
            state=State.RETRYING if reason else State.ACCEPTED,
            error=EventError(reason, "deliveries wait until it answers again") if reason else None,
            detail=detail,
        )

        def job(write: WriteTransaction) -> None:
            destinations.explain(write, self._name, reason, to_micros(moment))
            write.append([event])

        with suppress(EnvironmentFault):
            self._journal.submit(job)

    # ------------------------------------------------------------ the workers' threads

    def _work(self) -> None:
        reader = self._database.connect_reader()
        events = DeliveryEvents(uuid_source(), self._clock)
        ids = uuid_source()
        while (seq := self._tasks.get()) is not None:
            try:
                report = self._attempt(seq, reader, events, ids)
            except EnvironmentFault as fault:  # our own disk: the destination is not to blame
                _log.warning("a delivery could not be journalled", extra={"seq": seq, "code": fault.code})
                report = _Report(seq, None, fault.code, self._backoff.ceiling(1))
            except Exception:  # noqa: BLE001 - the lane must be let go of whatever went wrong
                _log.exception("a delivery failed because of a fault in Signalbox", extra={"seq": seq})
                report = _Report(seq, None, "bug", self._backoff.cap)
            self._reports.put(report)
            self._wake.set()
        reader.close()

    def _attempt(self, seq: int, reader: DriverConnection, events: DeliveryEvents, ids: UuidSource) -> _Report:
        delivery = outbox.one(reader, seq)
        if delivery is None:  # somebody resolved it meanwhile
            return _Report(seq, None, "", None)
        known = remote_versions.find(reader, self._name, [(e.type, e.id) for e in delivery.entries])
        handed: list[EventId] = []
        began = time.perf_counter()

        def handed_over(versions: list[RemoteVersion], status: int | None) -> None:
            took_ms = (time.perf_counter() - began) * 1000
            more: dict[str, Any] = {"status_code": status} if status else {}
            if attempt.overwrote:
                more["overwrote"] = attempt.overwrote
            event = events.handed_over(delivery, _versions(delivery), took_ms=took_ms, **more)

            def job(write: WriteTransaction) -> None:
                remote_versions.put(write, self._name, versions)
                write.append([event])

            self._journal.submit(job).result()
            handed.append(event.event_id)

        request = ids.event_id()
        trace = {"traceparent": traceparent(delivery.trace_id, request), "X-Request-Id": request}
        attempt = Attempt(delivery, known, self._server, trace=trace, handed_over=handed_over)
        try:
            result = attempt.run()
        except SignalboxError:
            raise
        except Exception as error:  # noqa: BLE001 - one delivery must not stop its lane for ever
            _log.exception("an attempt failed because of a fault in Signalbox", extra={"trace_id": delivery.trace_id})
            result = Result(ending=Ending.DEAD, health=None, error=fault_of_ours(error))
        took_ms = (time.perf_counter() - began) * 1000
        cause = handed[0] if handed else None
        return self._conclude(delivery, result, attempt.versions(), events, took_ms=took_ms, cause=cause)

    def _conclude(
        self,
        delivery: Delivery,
        result: Result,
        versions: list[RemoteVersion],
        events: DeliveryEvents,
        *,
        took_ms: float,
        cause: EventId | None,
    ) -> _Report:
        """Journals how the attempt ended."""
        error = result.error
        if result.ending is Ending.FILED:
            filed = events.filed(delivery, _versions(delivery), cause=cause, took_ms=took_ms)

            def file(write: WriteTransaction) -> None:
                remote_versions.put(write, self._name, versions)
                write.append([filed])
                outbox.remove(write, [delivery.seq])

            self._journal.submit(file).result()
            self._first_failure.pop(delivery.seq, None)
            return _Report(delivery.seq, result.health, "", None)
        assert error is not None
        now = self._monotonic()
        first = self._first_failure.setdefault(delivery.seq, now)
        if result.ending is Ending.DEAD or self._backoff.exhausted(first_failure=first, now=now):
            self._journal.submit(
                lambda write: write.append([events.dead_letter(write, delivery, error, hop=result.hop)])
            ).result()
            self._first_failure.pop(delivery.seq, None)
            return _Report(delivery.seq, result.health, error.code, None)
        wait = self._backoff.delay(delivery.attempts + 1, self._chance(), retry_after=result.retry_after)
        next_at = to_micros(self._clock() + timedelta(seconds=wait))
        failed = events.attempt_failed(delivery, error, next_at=next_at, took_ms=took_ms)

        def postpone(write: WriteTransaction) -> None:
            outbox.postpone(write, delivery.seq, attempts=delivery.attempts + 1, next_at=next_at, error=error.code)
            write.append([failed])

        self._journal.submit(postpone).result()
        return _Report(delivery.seq, result.health, error.code, wait, min(result.retry_after or 0.0, MAX_RETRY_AFTER))


def _versions(delivery: Delivery) -> list[int]:
    """The versions as we count them; the server's own numbers are its business."""
    return [entry.version for entry in delivery.entries]
