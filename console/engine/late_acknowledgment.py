"""Application acknowledgments of enhanced mode: what became of a message, said once its outcome is known.

A sender that fills MSH-15 hears CA when the message is stored; if it also asks for an application acknowledgment
(MSH-16: AL always, SU on success, ER on errors) it hears AA or AE on the same connection when the pipeline has decided
(HL7 v2 chapter 2, 2.9.3). Kept in memory only: a sender that is gone, or an engine that restarts, ends the promise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from console.core.events import Event, Kind
from console.engine.judgement import Verdict
from console.engine.listener import Exchange
from console.hl7v2.acknowledgment import AckError
from console.storage.journal import Journal

MOST = 10_000
DECIDED = frozenset({Kind.MAPPED, Kind.RECORDED, Kind.SUPERSEDED, Kind.WAITING, Kind.DEAD_LETTERED})
_INTERNAL = "207"  # HL7 table 0357

Say = Callable[[Exchange, Verdict, str, AckError | None, Event], None]
"""Called on the loop with the code (AA or AE) and the deciding event."""

Decided = Callable[[str], Event | None]
"""The event that decided a trace, None while it is open."""


@dataclass(frozen=True, slots=True)
class _Promise:
    exchange: Exchange
    verdict: Verdict


class LateAcknowledgments:
    """The promises that are open, by trace id."""

    def __init__(self, journal: Journal, say: Say, decided: Decided = lambda trace_id: None) -> None:
        """`decided` finds the outcome of a message that came before; called on a worker thread."""
        self._say = say
        self._decided = decided
        self._open: dict[str, list[_Promise]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        journal.on_append(self._hear)

    def promise(self, exchange: Exchange, verdict: Verdict) -> None:
        """Remembers who wants to hear of this message. Before it is stored, so that no outcome is missed."""
        if verdict.application_ack in ("AL", "SU", "ER") and verdict.error is None and len(self._open) < MOST:
            self._loop = self._loop or asyncio.get_running_loop()
            self._open.setdefault(verdict.arrival.trace_id, []).append(_Promise(exchange, verdict))

    def forget(self, verdict: Verdict) -> None:
        """The message was not stored: nothing will come of it."""
        self._open.pop(verdict.arrival.trace_id, None)

    def renew(self, verdict: Verdict, original: str) -> None:
        """The message is a duplicate: its sender hears what became of the first one, at once if that is known."""
        promised = self._open.pop(verdict.arrival.trace_id, None)
        if promised is None or self._loop is None:
            return
        self._open.setdefault(original, []).extend(promised)

        def found(answer: asyncio.Future[Event | None]) -> None:
            if not answer.cancelled() and answer.exception() is None and (event := answer.result()) is not None:
                self._keep(event)

        self._loop.run_in_executor(None, self._decided, original).add_done_callback(found)

    def _hear(self, _first_seq: int, events: Sequence[Event]) -> None:  # on the journal's thread
        if not self._open or self._loop is None:
            return
        for event in events:
            if event.kind in DECIDED and event.trace_id in self._open and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._keep, event)

    def _keep(self, event: Event) -> None:
        failed = event.kind is Kind.DEAD_LETTERED
        error = None
        if failed:
            why = event.error.text if event.error else "it could not be processed"
            path = event.error.path if event.error else ""
            error = AckError(_INTERNAL, f"stored, and set aside for a person: {why}", path)
        for promise in self._open.pop(event.trace_id, ()):
            if promise.verdict.application_ack != ("SU" if failed else "ER"):
                self._say(promise.exchange, promise.verdict, "AE" if failed else "AA", error, event)
