"""After the load: who is asked what arrived, and the asking itself on a thread, so that it can be watched and left.

Whom to ask is settled and tried before the first byte: a flood whose verdict nobody can fetch is not begun.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from pathlib import Path

from console.core.errors import Bug, SignalboxError
from console.harness.load.plan import Plan
from console.harness.load.run_folder import RunFolder
from console.harness.verdict.filed import Receiving
from console.harness.verdict.sources.opening import Whom, open_source, whom_of
from console.harness.verdict.verification import Progress, Verification, verify

_OVER_THE_NET = frozenset({"signalbox", "fhir", "mirth"})


@dataclass(frozen=True, slots=True)
class Asks:
    """Whom a run asks: the engine at `engine`, else whom the scenario says. `data`: the folder where the token of this
    machine's engine lies."""

    data: Path
    engine: str = ""

    def whom(self, plan: Plan) -> str:
        """The kind of system, `none` for nobody."""
        return whom_of(plan, self._asked).source or "none"

    def source(self, plan: Plan, folder: RunFolder) -> Receiving | None:
        """Raises Refused: no address, no token, no capture, an option that cannot be."""
        return open_source(folder, plan, self._asked, data=self.data)

    def try_before(self, plan: Plan) -> None:
        """One harmless question, so that a wrong address or token shows before the load. Raises SignalboxError."""
        if self.whom(plan) not in _OVER_THE_NET or (source := self.source(plan, RunFolder(self.data))) is None:
            return
        asked = source

        async def ask() -> None:
            try:
                await asked.settled()
            finally:
                await asked.close()

        asyncio.run(ask())

    @property
    def _asked(self) -> Whom:
        return Whom(kind="signalbox", url=self.engine) if self.engine else Whom()


class Asking:
    """A verification on a thread of its own. `done` tells when `result` or `trouble` is there."""

    def __init__(self, folder: RunFolder, source: Receiving | None, *, settle: float | None = None) -> None:
        self.result: Verification | None = None
        self.trouble: SignalboxError | None = None
        self.text = "asking what arrived"
        self.done = threading.Event()
        self._folder = folder
        self._source = source
        self._settle = settle
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="asking", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def leave(self) -> None:
        """Nobody wants to know any more."""
        loop, task = self._loop, self._task
        if loop is not None and task is not None and not self.done.is_set():
            loop.call_soon_threadsafe(task.cancel)
        self._thread.join(2.0)

    def _run(self) -> None:
        try:
            asyncio.run(self._ask())
        except asyncio.CancelledError:
            pass
        except SignalboxError as error:
            self.trouble = error
        except Exception as error:  # noqa: BLE001 - told as ours, with the run's figures beside it
            self.trouble = Bug(
                f"the verification failed by a fault of Signalbox itself ({type(error).__name__}: {error})"
            )
        finally:
            self.done.set()

    async def _ask(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        try:
            self.result = await verify(
                self._folder, source=self._source, settle=self._settle, fresh=True, progress=self._told
            )
        finally:
            if self._source is not None:
                await self._source.close()

    def _told(self, progress: Progress) -> None:
        self.text = progress.text
