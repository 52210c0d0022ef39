"""One asyncio loop on one worker thread: everything that waits for a network or a disk happens there.

Qt's own asyncio bridge has no sockets, and an event loop inside the GUI thread would let painting delay the network.
What comes back crosses to the GUI thread through one bridge, in batches: a queued signal per batch, not per result.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class GuiBridge(QObject):
    """Runs callables on the GUI thread. `post` may be called from any thread."""

    _wake = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._woken = False
        self._closed = False
        self._wake.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        """Queues `call` for the GUI thread; after `close` it is dropped."""
        with self._lock:
            if self._closed:
                return
            self._waiting.append(call)
            if self._woken:
                return
            self._woken = True
            # Inside the lock: once `close` returns, no thread is still emitting.
            self._wake.emit()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._waiting.clear()

    def _drain(self) -> None:
        with self._lock:
            self._woken = False
            calls = list(self._waiting)
            self._waiting.clear()
        for call in calls:
            call()


class IoThread(QObject):
    """Owns the loop and its thread. The thread starts with the first work; `stop` cancels what runs and joins it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.bridge = GuiBridge(self)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopped = False

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def submit(self, coroutine: Coroutine[Any, Any, _T]) -> Future[_T]:
        """Runs a coroutine on the loop. Raises RuntimeError once stopped."""
        if self._stopped:
            coroutine.close()
            raise RuntimeError("the io thread has stopped")
        return asyncio.run_coroutine_threadsafe(coroutine, self._started_loop())

    def _started_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._run, args=(self._loop,), name="signalbox-io", daemon=True)
            self._thread.start()
        return self._loop

    @staticmethod
    def _run(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
            loop.run_until_complete(_cancel_all(loop))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()

    def stop(self, timeout: float = 5.0) -> bool:
        """Cancels every task, ends the loop and joins the thread; True when it ended in time."""
        self._stopped = True
        self.bridge.close()
        if self._loop is None or self._thread is None:
            return True
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout)
        if self._thread.is_alive():
            _log.warning("io thread did not stop")
            return False
        return True


async def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    tasks = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
