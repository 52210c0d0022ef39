"""The feed: everybody who listens gets the journal's new events, in order, none twice, none left out.

One reader follows the journal's tail while anybody listens; it sleeps until a commit wakes it, so an idle engine reads
nothing. Each listener has a short queue. One that falls behind loses the queue, not events: it goes on reading from the
journal at its own speed, and joins the others again when it has caught up.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence

import orjson

from console.core.errors import EnvironmentFault
from console.storage.database import Database
from console.storage.event_reading import event_json, tail
from console.storage.journal import Journal

QUEUE = 2_000
"""Events a listener may be behind the tail before it reads for itself."""

PAGE = 500
"""Events read from the journal at once."""

LISTENERS = 64
_log = logging.getLogger(__name__)
GATHER_S = 0.05
"""New events are read at most so often: a burst of commits costs one read."""


class FeedEvent:
    """One event, rendered once for everybody: its position, kind, trace and JSON."""

    __slots__ = ("body", "kind", "seq", "trace_id")

    def __init__(self, seq: int, kind: str, trace_id: str, body: bytes) -> None:
        self.seq = seq
        self.kind = kind
        self.trace_id = trace_id
        self.body = body


class _Listener:
    """One listener's place: `seq` is the last event it was given, `queue` what it has not taken yet."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.queue: deque[FeedEvent] = deque()
        self.live = False
        self.woken = asyncio.Event()


class Feed:
    """The feed of one engine. Everything but the commit hook belongs to the event loop `start` was called on."""

    def __init__(self, database: Database, journal: Journal, *, gather: float = GATHER_S) -> None:
        self._database = database
        self._journal = journal
        self._gather = gather
        self._listeners: set[_Listener] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._committed = asyncio.Event()
        self._head = 0
        self._tailed = 0
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        journal.on_commit(self._on_commit)

    def start(self) -> None:
        """On the event loop, after the journal has started."""
        self._loop = asyncio.get_running_loop()
        self._head = self._tailed = self._journal.last_seq
        self._task = self._loop.create_task(self._follow())

    async def stop(self) -> None:
        """Ends every listener's stream."""
        self._closed = True
        for listener in self._listeners:
            listener.woken.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._loop = None

    @property
    def head(self) -> int:
        """The newest position the feed has heard of."""
        return max(self._head, self._journal.last_seq)

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def check_room(self) -> None:
        """Raises EnvironmentFault (code `too-many-listeners`) when nobody else can be served."""
        if len(self._listeners) >= LISTENERS:
            raise EnvironmentFault(
                f"{LISTENERS} programs follow the feed already. Close one, or poll /api/v1/events.",
                code="too-many-listeners",
            )

    async def listen(self, after: int | None, *, heartbeat: float) -> AsyncIterator[Sequence[FeedEvent]]:
        """Batches of events behind position `after` (None: from now); an empty one after `heartbeat` seconds of quiet.

        Ends when the feed stops. Raises EnvironmentFault when there is no room.
        """
        self.check_room()
        listener = _Listener(self.head if after is None else after)
        self._listeners.add(listener)
        try:
            while not self._closed:
                yield await self._next(listener, heartbeat)
        finally:
            self._listeners.discard(listener)

    async def _next(self, listener: _Listener, heartbeat: float) -> Sequence[FeedEvent]:
        while not listener.live and not self._closed:
            batch = await asyncio.to_thread(self._read, listener.seq)
            if batch:
                listener.seq = batch[-1].seq
            listener.live = listener.seq >= self._tailed  # nothing between here and the tail: join it
            if batch:
                return batch
        if not listener.queue:
            listener.woken.clear()
            try:
                async with asyncio.timeout(heartbeat):
                    await listener.woken.wait()
            except TimeoutError:
                return ()
        taken = [event for event in listener.queue if event.seq > listener.seq]
        listener.queue.clear()
        if taken:
            listener.seq = taken[-1].seq
        return taken

    # ------------------------------------------------------------ the tail

    def _on_commit(self, _first: int, last: int) -> None:
        """On the journal's thread."""
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(self._hear, last)
        except RuntimeError:  # the loop closed a moment ago
            self._loop = None

    def _hear(self, last: int) -> None:
        self._head = max(self._head, last)
        self._committed.set()

    async def _follow(self) -> None:
        while True:
            await self._committed.wait()
            self._committed.clear()
            while self._tailed < self._head:
                if not any(listener.live for listener in self._listeners):
                    self._tailed = self._head  # nobody to tell: whoever joins reads from the journal
                    break
                try:
                    page = await asyncio.to_thread(self._read, self._tailed)
                except Exception:  # noqa: BLE001 - the next commit tries again; listeners read for themselves
                    _log.error("the journal's tail could not be read")
                    break
                self._tell(page)
            await asyncio.sleep(self._gather)

    def _tell(self, page: Sequence[FeedEvent]) -> None:
        for listener in self._listeners:
            if not listener.live:
                continue
            if len(listener.queue) + len(page) > QUEUE:
                listener.queue.clear()
                listener.live = False
            else:
                listener.queue.extend(page)
            listener.woken.set()
        self._tailed = page[-1].seq if page else self._head

    def _read(self, after: int) -> list[FeedEvent]:
        """On a worker thread."""
        with self._database.reader() as connection:
            rows = tail(connection, after, PAGE)
        return [FeedEvent(row.seq, row.kind, row.trace_id, orjson.dumps(event_json(row))) for row in rows]
