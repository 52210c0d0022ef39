"""Delivery into the built-in FHIR store: applied, committed, read back on another connection, and only then filed.

Always on one thread, strictly in the order of the outbox. How far it has applied is written in the transaction that
applies, so after a crash nothing is applied twice, and what was applied and not yet proven is read back.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from console.core.clock import Clock, to_micros
from console.core.errors import Conflict, EnvironmentFault
from console.core.events import Event, EventError, Hop, Kind
from console.core.ids import EventId, UuidSource
from console.engine.delivery_events import DeliveryEvents
from console.engine.passage import fault_of_ours
from console.storage import destinations, outbox
from console.storage.database import Database, DriverConnection
from console.storage.fhir_store import Changes, Identity, Put, Version, stored_versions, with_version
from console.storage.fresh_ids import uuid_source
from console.storage.journal import Journal
from console.storage.outbox import Delivery
from console.storage.write import WriteTransaction

BUILT_IN: Final = "fhir-store"
"""The name of the built-in store among the destinations."""
BATCH: Final = 64
_MOST_BYTES: Final = 8 * 1024 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Applied:
    """A delivery the store has taken: the versions its resources have there, and the event that said so."""

    delivery: Delivery
    versions: tuple[int, ...]
    event_id: EventId | None

    @property
    def identities(self) -> list[Identity]:
        return [(e.type, e.id, version) for e, version in zip(self.delivery.entries, self.versions, strict=True)]


class Deliverer:
    """A job for `turns.Turns`: `run_once` files one batch."""

    name = "deliverer"
    news = frozenset({Kind.MAPPED})

    def __init__(self, database: Database, journal: Journal, *, clock: Clock, ids: UuidSource | None = None) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock
        self._events = DeliveryEvents(ids or uuid_source(), clock)
        self._reader: DriverConnection | None = None
        self._applied_up_to = 0
        self._proving: Future[None] | None = None
        self._unproven = True  # at the start nobody knows what the last run left
        self._singly = 0

    def run_once(self) -> int:
        """Applies one batch and reads it back; gives how many deliveries it held, 0 when there is nothing to do.

        Raises EnvironmentFault when the journal could not be written: then it is done again.
        """
        try:
            return self._run_once()
        except BaseException:
            self._unproven = True
            raise

    def _run_once(self) -> int:
        reader = self._connected()
        if destinations.paused(reader, BUILT_IN):
            self._settle()
            return 0
        if self._unproven:
            return self._prove_the_rest(reader)
        limit = 1 if self._singly else self._journal.portion(BATCH)
        batch = outbox.first(reader, BUILT_IN, after=self._applied_up_to, limit=limit, most_bytes=_MOST_BYTES)
        if not batch:
            self._settle()
            return 0
        try:
            applied = self._journal.submit_background(lambda write: self._apply(write, batch)).result()
        except EnvironmentFault:
            raise
        except Exception as error:  # noqa: BLE001 - find the one delivery that cannot be written
            if len(batch) > 1:
                _log.exception("a batch of deliveries could not be written; they are taken one by one")
                self._singly = len(batch)
                return len(batch)
            _log.exception("a delivery could not be written", extra={"trace_id": batch[0].trace_id})
            fault = fault_of_ours(error)
            applied = self._journal.submit(lambda write: self._give_up(write, batch, fault)).result()
        self._singly = max(self._singly - 1, 0)
        self._applied_up_to = batch[-1].seq
        self._settle()  # the proof of the batch before rode in an earlier commit than this one
        self._prove(applied, reader)
        return len(batch)

    def close(self) -> None:
        """Waits for the last proof to be written and lets go of the reading connection."""
        self._settle()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _connected(self) -> DriverConnection:
        if self._reader is None:
            self._reader = self._database.connect_reader()
            self._applied_up_to = outbox.applied_up_to(self._reader, BUILT_IN)
        return self._reader

    # ------------------------------------------------------------ applying

    def _apply(self, write: WriteTransaction, batch: Sequence[Delivery]) -> list[_Applied]:
        now = to_micros(self._clock())
        changes = Changes(write, now)
        changes.look_up((entry.type, entry.id) for delivery in batch for entry in delivery.entries)
        applied: list[_Applied] = []
        events: list[Event] = []
        for delivery in batch:
            began = perf_counter()
            puts = [Put(e.type, e.id, delivery.content(e), e.if_match) for e in delivery.entries]
            try:
                versions = changes.apply(puts, delivery.causation_id)
            except Conflict as conflict:
                error = EventError(conflict.code, conflict.text, conflict.detail)
                events.append(self._events.dead_letter(write, delivery, error, hop=Hop.DELIVER))
                continue
            event = self._events.handed_over(delivery, versions, took_ms=(perf_counter() - began) * 1000)
            events.append(event)
            applied.append(_Applied(delivery, tuple(versions), event.event_id))
        changes.write()
        write.append(events)
        outbox.note_applied(write, BUILT_IN, batch[-1].seq, now)
        return applied

    def _give_up(self, write: WriteTransaction, batch: Sequence[Delivery], fault: EventError) -> list[_Applied]:
        write.append([self._events.dead_letter(write, delivery, fault, hop=Hop.DELIVER) for delivery in batch])
        outbox.note_applied(write, BUILT_IN, batch[-1].seq, to_micros(self._clock()))
        return []

    # ------------------------------------------------------------ proving

    def _prove_the_rest(self, reader: DriverConnection) -> int:
        """Reads back what an earlier run (or an interrupted one) applied and did not prove."""
        left = [
            delivery
            for delivery in outbox.first(reader, BUILT_IN, after=0, limit=BATCH, most_bytes=_MOST_BYTES)
            if delivery.seq <= self._applied_up_to
        ]
        if not left:
            self._unproven = False
            return self._run_once()
        self._prove([_Applied(d, tuple(e.version for e in d.entries), None) for d in left], reader)
        self._settle()
        return len(left)

    def _prove(self, applied: Sequence[_Applied], reader: DriverConnection) -> None:
        """Reads back, on a connection that did not write, what the store really holds."""
        proven: list[Event] = []
        missing: list[tuple[Delivery, EventError]] = []
        began = perf_counter()
        stored = stored_versions(reader, (key for one in applied for key in one.identities))
        reading_ms = (perf_counter() - began) * 1000 / max(len(applied), 1)
        for one in applied:
            began = perf_counter()
            fault = _difference(stored, one)
            if fault is None:
                took_ms = (perf_counter() - began) * 1000 + reading_ms
                proven.append(self._events.filed(one.delivery, one.versions, cause=one.event_id, took_ms=took_ms))
            else:
                missing.append((one.delivery, fault))

        def job(write: WriteTransaction) -> None:
            events = list(proven)
            events += [self._events.dead_letter(write, d, fault, hop=Hop.VERIFY) for d, fault in missing]
            write.append(events)
            outbox.remove(write, [one.delivery.seq for one in applied])

        self._proving = self._journal.submit_background(job)

    def _settle(self) -> None:
        """The proofs of the batch before are written. Raises what went wrong with them, once."""
        proving, self._proving = self._proving, None
        if proving is not None:
            proving.result()


def _difference(stored: Mapping[Identity, Version], one: _Applied) -> EventError | None:
    """What the store holds otherwise than it was sent; None when every resource is there byte for byte."""
    delivery = one.delivery
    for entry, key in zip(delivery.entries, one.identities, strict=True):
        found = stored.get(key)
        if found is None:
            return EventError(
                "read-back-missing", f"{entry.type} is not in the store after it was written", entry.reference
            )
        if found.body != with_version(delivery.content(entry), found.version, found.last_updated):
            return EventError(
                "read-back-differs", f"{entry.type} in the store differs from what was sent", entry.reference
            )
    return None
