"""One thread, several jobs in turn: each does a little, until none has anything left, and then waits for news.

Mapping and filing take turns like this instead of running side by side. All threads of an engine share one interpreter,
so side by side they would only push each other off it: measured, the same work costs a tenth less in turn.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from console.core.errors import EnvironmentFault
from console.core.events import Event, Kind
from console.storage.journal import Journal

PAUSE_S: Final = 1.0
"""How long a job that failed rests; the others go on."""
LOOK_S: Final = 5.0
"""The longest wait without news: somebody may have let a paused destination go on."""

_log = logging.getLogger(__name__)


class Turn(Protocol):
    """A job that is done in portions."""

    name: str
    news: frozenset[Kind]
    """Events after which it may have something to do."""

    def run_once(self) -> int:
        """Does one portion; 0 when there was nothing to do. Raises EnvironmentFault when it must be done again."""
        ...

    def close(self) -> None: ...


class Turns:
    """See `component.Component`. To be made before the journal starts; `close`s the jobs when it stops."""

    def __init__(
        self, journal: Journal, jobs: Sequence[Turn], *, name: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._jobs = tuple(jobs)
        self._monotonic = monotonic
        self._news = frozenset(kind for job in jobs for kind in job.news)
        self._resting: dict[str, float] = {}
        self._work = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        journal.on_append(self._hear)

    async def start(self) -> None:
        self._thread.start()

    async def stop(self) -> None:
        """Finishes the portion in hand."""
        self._stopping = True
        self._work.set()
        if self._thread.ident is not None:
            await asyncio.to_thread(self._thread.join)

    def _hear(self, _first: int, events: Sequence[Event]) -> None:
        if not self._work.is_set() and any(event.kind in self._news for event in events):
            self._work.set()

    def _run(self) -> None:
        while True:
            self._work.clear()
            if self._stopping:
                break
            if not self.round():
                waits = [at - self._monotonic() for at in self._resting.values()]
                self._work.wait(max(min([*waits, LOOK_S]), 0.0))
        for job in self._jobs:
            self._guarded(job.name, job.close)

    def round(self) -> bool:
        """Gives every job that does not rest one turn; whether any had something to do."""
        busy = False
        for job in self._jobs:
            if self._resting.get(job.name, 0.0) > self._monotonic():
                continue
            self._resting.pop(job.name, None)
            busy |= bool(self._guarded(job.name, job.run_once))
        return busy

    def _guarded(self, name: str, work: Callable[[], int | None]) -> int | None:
        try:
            return work()
        except EnvironmentFault as fault:
            _log.warning("a part of the engine waits for the machine", extra={"kind": name, "code": fault.code})
        except Exception:  # noqa: BLE001 - the thread outlives whatever went wrong
            _log.exception("a part of the engine stumbled and tries again", extra={"kind": name})
        self._resting[name] = self._monotonic() + PAUSE_S
        return None
