"""The journal's single writer: many jobs, one commit.

Callers on any thread submit jobs; one thread gathers what has queued up (at most `max_batch`, waiting at most `linger`
for more), runs everything in one `BEGIN IMMEDIATE .. COMMIT` with `synchronous=FULL`, and only then resolves the
futures. A job that raises is rolled back to its own savepoint and hurts nobody else. When the machine fails (disk full,
I/O error) the whole batch is rolled back, every waiter gets an EnvironmentFault, and the next batch tries afresh.
Nothing is ever reported done before it is on the disk (field rule: an HL7 AA or CA means committed to safe storage).
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from console.core.errors import Bug, EnvironmentFault, SignalboxError
from console.core.events import Event
from console.storage.checkpointer import Checkpointer
from console.storage.database import Database, DriverConnection, DriverError, fault_of, is_full
from console.storage.reserve import Reserve
from console.storage.write import WriteTransaction

T = TypeVar("T")
Job = Callable[[WriteTransaction], T]
GroupWork = Callable[[WriteTransaction, Sequence[Any]], Sequence[Any]]
Outcome = Any  # a result of GroupWork, or the exception that stopped that one item
GroupDone = Callable[[Sequence[Outcome]], None]
CommitListener = Callable[[int, int], None]
AppendListener = Callable[[int, Sequence[Event]], None]

MAX_BATCH = 256
MOST_DELAY_S = 0.1
"""How long a background job that is due can be put off by others' work."""
BUSY_S = 0.05
"""How long after a job that somebody waits for the next one is expected."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Single:
    job: Job[Any]
    future: Future[Any]
    result: Any = None
    error: BaseException | None = None
    due: float = 0.0


@dataclass(slots=True)
class _Group:
    work: GroupWork
    items: Sequence[Any]
    done: GroupDone
    outcomes: Sequence[Outcome] = ()


class _Wake:
    """In the queue: look at the background jobs."""


class _Stop:
    """In the queue: no more work will come."""


_WAKE, _STOP = _Wake(), _Stop()
_Entry = _Single | _Group | _Wake | _Stop


class _Abandoned(Exception):
    """The batch is lost; carries what its waiters are told."""

    def __init__(self, fault: SignalboxError, *, full: bool, reconnect: bool) -> None:
        super().__init__(fault.text)
        self.fault = fault
        self.full = full
        self.reconnect = reconnect


class Journal:
    """The writer. `start` it once; `submit*` from any thread; `stop` drains what was submitted before it."""

    def __init__(
        self, database: Database, *, reserve: Reserve | None = None, max_batch: int = MAX_BATCH, linger: float = 0.0
    ) -> None:
        """`linger` is how many seconds (at most 0.002) a batch waits for company once it holds something."""
        self._database = database
        self._reserve = reserve
        self._max_batch = max_batch
        self._linger = min(linger, 0.002)
        self._queue: SimpleQueue[_Entry] = SimpleQueue()
        self._background: deque[_Single] = deque()
        self._background_turn = 0.0
        self._busy_at = 0.0
        self._commit_listeners: list[CommitListener] = []
        self._append_listeners: list[AppendListener] = []
        self._checkpointer = Checkpointer(database)
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._closing = threading.Lock()
        self._closed = False
        self._connection: DriverConnection | None = None
        self._last_seq = 0
        self._fault: SignalboxError | None = None
        self._shortage: SignalboxError | None = None
        self._commits = 0

    # ------------------------------------------------------------ for callers

    def start(self) -> None:
        """Opens the writing connection and starts the thread. Raises EnvironmentFault when the file cannot be used."""
        self._connect()
        self._thread.start()
        self._checkpointer.start()

    def stop(self, timeout: float | None = None) -> bool:
        """Commits everything submitted so far, then closes. Gives False when `timeout` seconds did not suffice."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(_STOP)
        if self._thread.ident is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def submit(self, job: Job[T]) -> Future[T]:
        """Runs `job` in the next batch; the future resolves after COMMIT with its result or its exception."""
        entry = _Single(job, Future())
        self._put(entry)
        return entry.future

    def submit_background(self, job: Job[T], *, after: float = 0.0) -> Future[T]:
        """As `submit`, in a commit of its own when nobody else waits, or now and then. Keep it to a few ms.

        It waits its turn behind earlier ones, and at least `after` seconds (stopping ends the wait).
        """
        entry = _Single(job, Future(), due=time.monotonic() + after if after else 0.0)
        with self._closing:
            self._refuse_when_closed()
            self._background.append(entry)
            self._queue.put(_WAKE)
        return entry.future

    def submit_group(self, work: GroupWork, items: Sequence[Any], done: GroupDone) -> None:
        """Gives `items` to `work` together with everybody's in the batch; `work` returns one result per item.

        `done` is called once on the writer's thread, after COMMIT, with one outcome per item: the result or the
        exception. Such work comes first in a batch and is what a full disk refuses first (see Reserve).
        """
        self._put(_Group(work, items, done))

    def on_commit(self, listener: CommitListener) -> None:
        """Calls `listener(first_seq, last_seq)` on the writer's thread after each commit that appended events.

        It must return at once. Register before `start`.
        """
        self._commit_listeners.append(listener)

    def on_append(self, listener: AppendListener) -> None:
        """As `on_commit`, with the events themselves: `listener(first_seq, events)`; their own `seq` is 0."""
        self._append_listeners.append(listener)

    @property
    def last_seq(self) -> int:
        """The position of the newest committed event; 0 when there is none."""
        return self._last_seq

    @property
    def fault(self) -> SignalboxError | None:
        """Why the last batch could not be written, or why new messages are refused; None when all is well."""
        return self._fault or self._shortage

    @property
    def commits(self) -> int:
        return self._commits

    def portion(self, whole: int) -> int:
        """How much of `whole` a background job should take on now: a quarter while others' jobs come in, because each
        of them may have to wait for it."""
        busy = time.monotonic() - self._busy_at < BUSY_S
        return max(whole // 4, 1) if busy else whole

    # ------------------------------------------------------------ the thread

    def _put(self, entry: _Entry) -> None:
        with self._closing:
            self._refuse_when_closed()
            self._queue.put(entry)

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise EnvironmentFault("The engine is stopping and takes no more work.", code="stopping")

    def _run(self) -> None:
        running = True
        while running:
            batch, running = self._gather()
            if batch:
                self._write(batch)
                self._busy_at = time.monotonic()
            self._write_in_background()
        while self._background:
            self._write([self._background.popleft()])
        self._checkpointer.stop()
        if self._connection is not None:
            self._connection.close()  # the last one out copies the rest of the log
            self._connection = None

    def _gather(self) -> tuple[list[_Single | _Group], bool]:
        batch: list[_Single | _Group] = []
        size = 0
        entry = self._next_entry()
        while True:
            if isinstance(entry, _Stop):
                return batch, False
            if isinstance(entry, _Group):
                batch.append(entry)
                size += len(entry.items)
            elif isinstance(entry, _Single):
                batch.append(entry)
                size += 1
            if size >= self._max_batch:
                break
            try:
                entry = self._queue.get(timeout=self._linger) if size and self._linger else self._queue.get_nowait()
            except Empty:
                break
        return batch, True

    def _next_entry(self) -> _Entry:
        """What comes next: from the queue, or the moment a background job is due."""
        if not self._background:
            return self._queue.get()
        try:
            return self._queue.get(timeout=max(self._background[0].due - time.monotonic(), 0.0))
        except Empty:
            return _WAKE

    def _write_in_background(self) -> None:
        """Runs one background job that is due, in a commit of its own so that nobody's answer waits for it.

        While others have work the background gets a third of the time at most: its next turn comes when the others had
        twice what it took.
        """
        now = time.monotonic()
        if not self._background or self._background[0].due > now:
            return
        if now < self._background_turn and not self._queue.empty():
            return
        self._write([self._background.popleft()])
        took = time.monotonic() - now
        self._background_turn = now + took + min(2 * took, MOST_DELAY_S)

    def _write(self, batch: list[_Single | _Group]) -> None:
        try:
            first, appended = self._transact(batch)
        except _Abandoned as abandoned:
            self._abandon(batch, abandoned)
            return
        self._fault = None
        self._commits += 1
        self._checkpointer.committed()
        self._last_seq = first + len(appended) - 1
        for entry in batch:
            _resolve(entry)
        if self._checkpointer.wanted:
            self._copy_the_rest()
        if appended:
            for on_append in self._append_listeners:
                _call(on_append, first, appended)
            for on_commit in self._commit_listeners:
                _call(on_commit, first, self._last_seq)

    def _copy_the_rest(self) -> None:
        """Finishes the checkpoint while nobody writes, so that the next commit begins the log anew."""
        self._checkpointer.wanted = False
        if self._connection is not None:
            with contextlib.suppress(DriverError):  # the next commit will say what is wrong
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _transact(self, batch: list[_Single | _Group]) -> tuple[int, list[Event]]:
        """Runs the batch and commits it; gives the events it appended and their first position. Raises _Abandoned."""
        try:
            shed = self._shortage = self._reserve.shortage() if self._reserve else None
            if shed is not None:
                self._checkpointer.wanted = True  # where room is short the log must not take it
            connection = self._connection or self._connect()
            connection.execute("BEGIN IMMEDIATE")
            first = self._last_seq + 1
            transaction = WriteTransaction(connection, first)
            for work, groups in _by_work(batch).items():
                self._run_groups(transaction, work, groups, shed)
            for entry in batch:
                if isinstance(entry, _Single) and entry.future.set_running_or_notify_cancel():
                    entry.result, entry.error = self._guarded(transaction, entry.job)
            self._commit(connection)
        except _Abandoned:
            raise
        except Exception as error:  # whatever it was, the waiters must hear of it
            raise self._abandonment(error) from error
        return first, transaction.appended

    def _commit(self, connection: DriverConnection) -> None:
        """The moment of truth, on its own so that crash tests can stop the world around it."""
        connection.execute("COMMIT")

    def _run_groups(
        self, transaction: WriteTransaction, work: GroupWork, groups: list[_Group], shed: EnvironmentFault | None
    ) -> None:
        items = [item for group in groups for item in group.items]
        outcomes: Sequence[Outcome]
        if shed is not None:
            outcomes = [shed] * len(items)
        else:
            outcomes, error = self._guarded(transaction, lambda t: work(t, items))
            if error is not None:  # one of them is bad: find it, spare the others
                outcomes = [self._alone(transaction, work, item) for item in items]
        start = 0
        for group in groups:
            group.outcomes = outcomes[start : start + len(group.items)]
            start += len(group.items)

    def _alone(self, transaction: WriteTransaction, work: GroupWork, item: object) -> Outcome:
        outcomes, error = self._guarded(transaction, lambda t: work(t, [item]))
        return error if error is not None else outcomes[0]

    def _guarded(self, transaction: WriteTransaction, job: Job[Any]) -> tuple[Any, BaseException | None]:
        """Runs one job in a savepoint. Raises _Abandoned when the transaction did not survive it."""
        connection = self._connection
        assert connection is not None
        seq = transaction.next_seq
        connection.execute("SAVEPOINT job")
        try:
            result = job(transaction)
        except BaseException as error:  # handed to the one who waits for it
            if fault_of(error, self._database.path) is not None or not connection.in_transaction:
                raise self._abandonment(error) from error
            connection.execute("ROLLBACK TO job")
            connection.execute("RELEASE job")
            transaction._rewind(seq)
            return None, error
        connection.execute("RELEASE job")
        return result, None

    def _abandonment(self, error: BaseException) -> _Abandoned:
        fault = fault_of(error, self._database.path)
        if isinstance(error, SignalboxError):
            fault = error
        full = is_full(error)
        return _Abandoned(
            fault or Bug("The journal's transaction was ended from inside a job.", detail=str(error)),
            full=full,
            reconnect=not full,
        )

    def _abandon(self, batch: list[_Single | _Group], abandoned: _Abandoned) -> None:
        _log.error("the journal could not be written", extra={"code": abandoned.fault.code, "jobs": len(batch)})
        self._fault = abandoned.fault
        self._roll_back(reconnect=abandoned.reconnect)
        if abandoned.full:
            if self._reserve is not None:
                self._reserve.spend()
            self._copy_the_rest()  # a log that begins anew needs no room for a while
        for entry in batch:
            if isinstance(entry, _Group):
                entry.outcomes = [abandoned.fault] * len(entry.items)
            else:
                entry.error = abandoned.fault
            _resolve(entry)

    def _roll_back(self, *, reconnect: bool) -> None:
        connection = self._connection
        if connection is None:
            return
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except Exception:  # noqa: BLE001 - a connection that cannot roll back is replaced
            reconnect = True
        if reconnect:
            self._connection = None
            connection.close()

    def _connect(self) -> DriverConnection:
        connection = self._database.connect_writer()
        row = connection.execute("SELECT max(seq) FROM events").fetchone()
        self._last_seq = row[0] or 0
        self._connection = connection
        return connection


def _by_work(batch: list[_Single | _Group]) -> dict[GroupWork, list[_Group]]:
    groups: dict[GroupWork, list[_Group]] = {}
    for entry in batch:
        if isinstance(entry, _Group):
            groups.setdefault(entry.work, []).append(entry)
    return groups


def _resolve(entry: _Single | _Group) -> None:
    if isinstance(entry, _Group):
        _call(entry.done, entry.outcomes)
    elif entry.future.cancelled():
        return
    elif entry.error is not None:
        entry.future.set_exception(entry.error)
    else:
        entry.future.set_result(entry.result)


def _call(told: Callable[..., None], *arguments: object) -> None:
    """Tells somebody; what they do with it must not stop the writer."""
    try:
        told(*arguments)
    except Exception:  # noqa: BLE001
        _log.error("somebody who listens to the journal failed", extra={"listener": told.__qualname__})
