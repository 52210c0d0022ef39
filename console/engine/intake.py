"""The intake: nothing is acknowledged before it is on the disk.

Frames are judged as they come, gathered for one turn of the event loop, and handed to the journal as one group; when
the journal says what became of them the answers are written. Where it could not store, the answer is AE or CE and the
sender keeps the message. That an answer was given is journalled afterwards, in the background: losing that note in a
crash costs a line in a trace, never a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from console.core.clock import Clock
from console.core.errors import EnvironmentFault
from console.core.events import Event, Hop, Kind, State
from console.core.ids import EventId, TraceId, UuidSource
from console.engine.judgement import Judge, Judgement, Verdict
from console.engine.late_acknowledgment import Decided, LateAcknowledgments
from console.engine.listener import Exchange
from console.hl7v2.acknowledgment import AckError, build_ack
from console.hl7v2.batch_answer import batch_answer
from console.storage.journal import Journal
from console.storage.messages import Stored, accept

NOTE_AFTER_S = 0.05
"""How long the notes about answers given are gathered before they are journalled."""
_NOTES_AT_ONCE = 128
_STORED_AT_ONCE = 256
_INTERNAL = "207"  # HL7 table 0357: application internal error
_NOT_STORED = "the message could not be stored now; send it again later"
_UNKNOWN = EnvironmentFault("the journal has not answered", code="not-answered")

_log = logging.getLogger(__name__)


class Intake:
    """Receives exchanges from listeners and answers each once. On the event loop's thread, except where said."""

    def __init__(
        self,
        journal: Journal,
        judge: Judge,
        ids: UuidSource,
        *,
        clock: Clock,
        decided: Decided = lambda trace_id: None,
    ) -> None:
        self._journal = journal
        self._judge = judge
        self._ids = ids
        self._clock = clock
        self._late = LateAcknowledgments(journal, self._say_late, decided)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._new: list[tuple[Exchange, Judgement]] = []
        self._notes: list[Event] = []
        self._note_timer: asyncio.TimerHandle | None = None

    def receive(self, exchange: Exchange) -> None:
        try:
            judgement = self._judge.judge(exchange.received, received_at=exchange.received_at, peer=exchange.peer)
        except Exception:  # noqa: BLE001 - a fault of ours must not lose what came
            _log.exception("a frame could not be judged", extra={"size": exchange.size})
            judgement = self._set_aside(exchange)
        for verdict in judgement.verdicts:
            if verdict.application_ack:
                self._late.promise(exchange, verdict)
        self._gather(exchange, judgement)

    def flush(self) -> None:
        """Journals the notes gathered so far; called before the journal stops."""
        if self._note_timer is not None:
            self._note_timer.cancel()
            self._note_timer = None
        while self._notes:
            some, self._notes = self._notes[:_NOTES_AT_ONCE], self._notes[_NOTES_AT_ONCE:]
            with contextlib.suppress(EnvironmentFault):  # the journal has stopped: the notes are lost, nothing else
                self._journal.submit_background(lambda write, some=some: write.append(some))  # type: ignore[misc]

    def _set_aside(self, exchange: Exchange) -> Judgement:
        payload = exchange.received.payload
        return self._judge.set_aside(payload, received_at=exchange.received_at, peer=exchange.peer)

    # ------------------------------------------------------------ storing

    def _gather(self, exchange: Exchange, judgement: Judgement) -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        if not self._new:
            self._loop.call_soon(self._submit)
        self._new.append((exchange, judgement))

    def _submit(self) -> None:
        judged, self._new = self._new, []
        arrivals = [arrival for _, judgement in judged for arrival in judgement.arrivals()]

        starts = range(0, len(arrivals), _STORED_AT_ONCE)  # a large batch must not keep the others waiting
        outcomes: list[Stored | BaseException] = [_UNKNOWN] * len(arrivals)
        left = len(starts)
        guard = threading.Lock()

        def done(start: int, some: Sequence[Stored | BaseException]) -> None:  # on the journal's thread
            nonlocal left
            with guard:
                outcomes[start : start + len(some)] = some
                left -= 1
                last = not left
            if last and self._loop is not None:
                with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to answer
                    self._loop.call_soon_threadsafe(self._settle, judged, outcomes)

        for start in starts:
            some = arrivals[start : start + _STORED_AT_ONCE]
            try:
                self._journal.submit_group(accept, some, partial(done, start))
            except EnvironmentFault as fault:
                done(start, [fault] * len(some))

    def _settle(self, judged: Sequence[tuple[Exchange, Judgement]], outcomes: Sequence[Stored | BaseException]) -> None:
        at = 0
        for exchange, judgement in judged:
            size = len(judgement.verdicts) + (judgement.parent is not None)
            mine = outcomes[at : at + size]
            at += size
            if any(_is_our_fault(outcome) for outcome in mine) and not judgement.set_aside:
                _log.error("a message could not be stored as it is; set aside", extra={"size": exchange.size})
                self._gather(exchange, self._set_aside(exchange))
                continue
            try:
                self._answer(exchange, judgement, mine[-len(judgement.verdicts) :])
            except Exception:  # noqa: BLE001 - the others wait too; the sender will ask again
                _log.exception("an answer could not be written", extra={"size": exchange.size})
                exchange.answer()

    # ------------------------------------------------------------ answering

    def _answer(self, exchange: Exchange, judgement: Judgement, outcomes: Sequence[Stored | BaseException]) -> None:
        assert self._loop is not None
        now = self._clock()
        took_ms = round((time.perf_counter() - exchange.started) * 1000, 3)
        answers: list[bytes] = []
        for verdict, outcome in zip(judgement.verdicts, outcomes, strict=True):
            code, error = verdict.code, verdict.error
            if not isinstance(outcome, Stored):
                code, error = verdict.failure_code, AckError(_INTERNAL, _NOT_STORED)
                self._late.forget(verdict)
            if not judgement.answers:
                continue
            answer = self._acknowledgment(verdict, code, error, now) if code else b""
            if answer:
                answers.append(answer)
            if isinstance(outcome, Stored):
                if outcome.duplicate:
                    self._late.renew(verdict, outcome.trace_id)
                self._note(verdict, outcome.trace_id, outcome.event_id, code, answer, now, took_ms)
        if judgement.envelope and answers:
            control_id = self._new_control_id()
            answers = [batch_answer(judgement.envelope, answers, control_id=control_id, now=now)]
        exchange.answer(*answers)

    def _say_late(
        self, exchange: Exchange, verdict: Verdict, code: str, error: AckError | None, decided: Event
    ) -> None:
        assert self._loop is not None
        now = self._clock()
        answer = self._acknowledgment(verdict, code, error, now)
        if exchange.say_later(answer):
            took_ms = round((time.perf_counter() - exchange.started) * 1000, 3)
            self._note(verdict, decided.trace_id, decided.event_id, code, answer, now, took_ms)

    def _acknowledgment(self, verdict: Verdict, code: str, error: AckError | None, now: datetime) -> bytes:
        text = error.text if error else ""
        return build_ack(verdict.header, code, control_id=self._new_control_id(), now=now, text=text, error=error)

    def _new_control_id(self) -> str:
        """20 characters, the most that MSH-10 held before 2.7."""
        return self._ids.trace_id()[:20]

    def _note(
        self,
        verdict: Verdict,
        trace_id: TraceId,
        causation_id: EventId,
        code: str,
        answer: bytes,
        now: datetime,
        took_ms: float,
    ) -> None:
        """Notes the answer for the trace. `code` '' (the sender asked for none) is noted as `none`."""
        assert self._loop is not None
        self._notes.append(
            Event(
                event_id=self._ids.event_id(),
                trace_id=trace_id,
                causation_id=causation_id,
                kind=Kind.ACKNOWLEDGED,
                occurred_at=now,
                recorded_at=now,
                source="engine",
                hop=Hop.ACKNOWLEDGE,
                state=State.REFUSED if verdict.error is not None else State.ACCEPTED,
                payload_sha256=hashlib.sha256(answer).hexdigest() if answer else "",
                detail={"code": code or "none", "control_id": verdict.arrival.control_id, "took_ms": took_ms},
            )
        )
        if len(self._notes) >= _NOTES_AT_ONCE:
            self.flush()
        elif self._note_timer is None:
            self._note_timer = self._loop.call_later(NOTE_AFTER_S, self.flush)


def _is_our_fault(outcome: Stored | BaseException) -> bool:
    return not isinstance(outcome, Stored | EnvironmentFault)
