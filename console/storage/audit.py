"""The audit log: every look at patient data, sealed into the chain by the journal's writer.

Entries of many requests ride in one commit. The anchor (the head of the chain, kept outside the database) follows each
commit; it may lag behind a crash but never runs ahead.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import orjson

from console.core.errors import EnvironmentFault, SignalboxError
from console.evidence.audit_chain import GENESIS, Anchor, AuditEntry, Verification, anchor, seal
from console.storage.audit_reading import AnchorKeeper, head_of, holds, verify_log
from console.storage.database import Database
from console.storage.journal import Journal
from console.storage.write import WriteTransaction

_log = logging.getLogger(__name__)

RETRY_S = 5.0
"""Seconds until an anchor that could not be written is tried again."""

PENDING_LIMIT = 10_000
"""Entries that may wait for a writer that does not come; after that nobody may look any more."""

_SEALED = (
    "seq",
    "recorded_at",
    "entry_id",
    "actor",
    "action",
    "resource",
    "patient_id",
    "outcome",
    "request_id",
    "detail",
    "prev_hash",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One request that touched patient data, before it is sealed. `at` is microseconds since the epoch.

    `resource` is a route and object ids, never names. `patient_ids` are all patients whose data was given.
    """

    at: int
    entry_id: str
    actor: str
    action: str
    resource: str
    outcome: str
    request_id: str
    patient_ids: Sequence[str] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)


class AuditLog:
    """Writes the audit log. Thread-safe. `start` after the journal has started, `stop` before it stops."""

    def __init__(self, database: Database, journal: Journal, *, key: bytes, keeper: AnchorKeeper) -> None:
        self._database = database
        self._journal = journal
        self._key = key
        self._keeper = keeper
        self._guard = threading.Condition()
        self._pending: deque[tuple[Access, Future[None]]] = deque()
        self._writing = False
        self._head = Anchor(0, GENESIS, "")
        self._sound = True
        self._to_anchor: Anchor | None = None
        self._stopping = False
        self._anchoring = threading.Thread(target=self._follow_head, name="audit-anchor", daemon=True)

    def start(self) -> None:
        """Compares the log with its anchor, makes the anchor of a new log, and goes on from the head.

        Raises EnvironmentFault when the anchor cannot be read or written.
        """
        kept = self._keeper.read()
        with self._database.reader() as connection:
            self._head = anchor(*head_of(connection), self._key)
            self._sound = holds(connection, kept, self._key)
        if kept is None and self._head.seq == 0:
            self._keeper.write(self._head)
            self._sound = True
        if not self._sound:
            _log.error("the audit log does not match its anchor", extra={"seq": self._head.seq})
        self._anchoring.start()

    def stop(self) -> None:
        """Writes the last anchor. Entries still pending stay with the journal, which drains after this."""
        with self._guard:
            self._stopping = True
            self._guard.notify_all()
        if self._anchoring.ident is not None:
            self._anchoring.join()

    @property
    def sound(self) -> bool:
        """False once the log was found cut or replaced; the anchor then stays where it was, as evidence."""
        return self._sound

    def record(self, access: Access) -> Future[None]:
        """Seals one access into the chain; the future resolves when it is durable.

        Raises EnvironmentFault (code `audit-not-writable`) when so many wait already that no more may be promised.
        """
        future: Future[None] = Future()
        with self._guard:
            if len(self._pending) >= PENDING_LIMIT:
                raise EnvironmentFault(
                    "The audit log cannot be written, so patient data is not shown. Check the disk of the data folder.",
                    code="audit-not-writable",
                )
            self._pending.append((access, future))
            if self._writing:
                return future
            self._writing = True
        self._write_next()
        return future

    def verify(self) -> Verification:
        """Reads the whole chain and compares it with the anchor."""
        return verify_log(self._database, self._key, self._keeper)

    # ------------------------------------------------------------ writing: one job at a time

    def _write_next(self) -> None:
        with self._guard:
            batch = list(self._pending)
            self._pending.clear()
            if not batch:
                self._writing = False
                return
        try:
            written = self._journal.submit(lambda write: append(write, self._key, [access for access, _ in batch]))
        except SignalboxError as error:
            self._written(batch, error)
            return
        written.add_done_callback(lambda done: self._written(batch, done.exception() or done.result()))

    def _written(self, batch: list[tuple[Access, Future[None]]], outcome: Appended | BaseException) -> None:
        if isinstance(outcome, Appended):
            self._advance(outcome)
        for _, future in batch:
            if not future.set_running_or_notify_cancel():
                continue
            if isinstance(outcome, Appended):
                future.set_result(None)
            else:
                future.set_exception(outcome)
        self._write_next()

    def _advance(self, appended: Appended) -> None:
        with self._guard:
            if self._sound and (appended.found_seq, appended.found_hash) != (self._head.seq, self._head.hash):
                self._sound = False
                _log.error("the audit log was changed from outside", extra={"seq": appended.found_seq})
            self._head = appended.head
            if self._sound:
                self._to_anchor = appended.head
                self._guard.notify_all()

    # ------------------------------------------------------------ the anchor's thread

    def _follow_head(self) -> None:
        while True:
            with self._guard:
                self._guard.wait_for(lambda: self._to_anchor is not None or self._stopping)
                head, self._to_anchor = self._to_anchor, None
            if head is None:
                return
            try:
                self._keeper.write(head)
            except EnvironmentFault:
                self._try_again(head)

    def _try_again(self, head: Anchor) -> None:
        """A full disk must not end the following: the next head, or this one in a while, is written instead."""
        with self._guard:
            self._guard.wait_for(lambda: self._to_anchor is not None or self._stopping, timeout=RETRY_S)
            if self._to_anchor is None and not self._stopping:
                self._to_anchor = head


@dataclass(frozen=True, slots=True)
class Appended:
    """The head that `append` found and the one it left."""

    found_seq: int
    found_hash: str
    head: Anchor


def append(write: WriteTransaction, key: bytes, accesses: Sequence[Access]) -> Appended:
    """Seals the accesses into the chain, in order. A journal job."""
    last = write.query("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
    found = last[0] if last else (0, GENESIS)
    seq, head = found
    rows = []
    for access in accesses:
        seq += 1
        detail = dict(access.detail)
        if len(access.patient_ids) > 1:
            detail["patients"] = list(access.patient_ids)
        entry = AuditEntry(
            seq=seq,
            entry_id=access.entry_id,
            recorded_at=access.at,
            actor=access.actor,
            action=access.action,
            resource=access.resource,
            patient_id=access.patient_ids[0] if len(access.patient_ids) == 1 else "",
            outcome=access.outcome,
            request_id=access.request_id,
            detail=orjson.dumps(detail) if detail else None,
            prev_hash=head,
        )
        head = seal(entry, key)
        rows.append((*(getattr(entry, name) for name in _SEALED), head))
    write.insert("audit", (*_SEALED, "hash"), rows)
    return Appended(found[0], found[1], anchor(seq, head, key))
