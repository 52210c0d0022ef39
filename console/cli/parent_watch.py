"""A child of the desktop ends with it, however the desktop ended.

The desktop holds the write end of the child's standard input and never writes. When the desktop is gone, crashed or
killed, the pipe ends; then the child is asked to stop as by a terminal, and made to after a while.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from typing import BinaryIO

VARIABLE = "SIGNALBOX_ENDS_WITH_PARENT"
GRACE_S = 10.0
_THREAD = "parent-watch"


def ask_to_stop() -> None:
    """What Ctrl+C and a service manager do: SIGTERM, or the console's interrupt on Windows."""
    signal.raise_signal(signal.SIGINT if sys.platform == "win32" else signal.SIGTERM)


def watch(
    pipe: BinaryIO,
    *,
    stop: Callable[[], None] = ask_to_stop,
    end: Callable[[int], object] = os._exit,
    grace_s: float = GRACE_S,
) -> threading.Thread:
    """Waits on a daemon thread for the end of `pipe`, then calls `stop` and, `grace_s` later, `end(0)`."""

    def wait() -> None:
        try:
            while pipe.read(4096):
                pass
        except OSError:
            pass
        killer = threading.Timer(grace_s, end, args=(0,))
        killer.daemon = True
        killer.start()
        stop()

    thread = threading.Thread(target=wait, name=_THREAD, daemon=True)
    thread.start()
    return thread


def watch_if_asked(environment: Mapping[str, str] = os.environ) -> bool:
    """Starts the watch when the parent asked for it, once; whether it watches."""
    if environment.get(VARIABLE) != "1":
        return False
    if any(thread.name == _THREAD for thread in threading.enumerate()):
        return True
    watch(sys.stdin.buffer.raw if hasattr(sys.stdin.buffer, "raw") else sys.stdin.buffer)
    return True
