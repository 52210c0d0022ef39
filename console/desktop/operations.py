"""One sentence per user action: start this coroutine over there, tell me here how it ended.

An `Operation` reports on the GUI thread exactly once: `succeeded` or `failed` or neither (cancelled), then `finished`.
`Latest` keeps only the newest of a line of operations, so that a late reply never overwrites a newer one.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from console.core.errors import Bug, SignalboxError
from console.desktop.io_thread import IoThread

_log = logging.getLogger(__name__)

Work = Callable[[], Coroutine[Any, Any, Any]]
"""Makes the coroutine; it runs on the io thread and must not touch a QObject."""


def as_signalbox_error(error: BaseException) -> SignalboxError:
    """Ours as they are; anything else is a bug of ours, logged with its kind only (a message may hold patient data)."""
    if isinstance(error, SignalboxError):
        return error
    _log.error("operation failed", extra={"kind": type(error).__name__, "code": _where(error)})
    return Bug(
        "Something went wrong inside Signalbox. Nothing was changed; try again, and report it if it comes back.",
        code="internal-error",
        detail=type(error).__name__,
    )


def _where(error: BaseException) -> str:
    """File and line where it was raised; the message stays out of the log."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


class Operation(QObject):
    """One piece of work on the io thread. Make and use it on the GUI thread."""

    succeeded = Signal(object)
    failed = Signal(object)
    finished = Signal()

    def __init__(self, io: IoThread, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._io = io
        self._work = work
        self._future: Future[Any] | None = None
        self._over = False

    @property
    def is_over(self) -> bool:
        return self._over

    def start(self) -> Operation:
        """Sends the work off. Connect the signals first or after: results arrive through the event loop only. When the
        io thread has stopped, nothing runs: a timer that fires while the window goes away does no harm."""
        try:
            self._future = self._io.submit(self._work())
        except RuntimeError:
            self._end()
            return self
        _running.add(self)
        self._future.add_done_callback(lambda future: self._io.bridge.post(lambda: self._arrived(future)))
        return self

    def cancel(self) -> None:
        """Gives up: no result will be reported, `finished` will."""
        if self._future is not None and not self._over:
            self._future.cancel()
            self._end()

    def _arrived(self, future: Future[Any]) -> None:
        if self._over:
            return
        try:
            result = future.result()
        except (CancelledError, asyncio.CancelledError):
            self._end()
        except Exception as error:  # noqa: BLE001  the edge: whatever it was becomes one of our errors
            self._over = True
            self.failed.emit(as_signalbox_error(error))
            self._end()
        else:
            self._over = True
            self.succeeded.emit(result)
            self._end()

    def _end(self) -> None:
        self._over = True
        _running.discard(self)
        self.finished.emit()


_running: set[Operation] = set()


class Latest(QObject):
    """A line of operations of which only the newest counts (search while typing, a page that changes its subject).

    `generation` rises with each `run`; results of older generations are dropped and their work is cancelled.
    """

    busy_changed = Signal(bool)

    def __init__(self, io: IoThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._io = io
        self._operation: Operation | None = None
        self.generation = 0

    @property
    def busy(self) -> bool:
        return self._operation is not None

    def run(
        self,
        work: Work,
        *,
        done: Callable[[Any], None],
        failed: Callable[[SignalboxError], None] | None = None,
    ) -> int:
        """Starts `work`, cancelling what ran; returns its generation. The callbacks run on the GUI thread."""
        self._drop()
        self.generation += 1
        generation = self.generation
        operation = Operation(self._io, work)
        self._operation = operation

        def deliver(call: Callable[[Any], None] | None, value: Any) -> None:
            if generation == self.generation:
                self._operation = None
                self.busy_changed.emit(False)
                if call is not None:
                    call(value)

        operation.succeeded.connect(lambda value: deliver(done, value))
        operation.failed.connect(lambda error: deliver(failed, error))
        self.busy_changed.emit(True)
        operation.start()
        return generation

    def cancel(self) -> None:
        """Forgets what runs."""
        self.generation += 1
        if self._drop():
            self.busy_changed.emit(False)

    def _drop(self) -> bool:
        operation, self._operation = self._operation, None
        if operation is None:
            return False
        operation.cancel()
        return True
