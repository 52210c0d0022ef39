"""What a person says to a run: lines on standard input, keys of the terminal view, Ctrl-C. One queue for all."""

from __future__ import annotations

import os
import queue
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from types import FrameType
from typing import BinaryIO

_LONGEST_LINE = 64 * 1024


class Say(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    ABORT = "abort"  # do not wait for anything any more
    GONE = "gone"  # whoever listened has gone


class Commands:
    """Thread-safe; `say` may be called from a signal handler."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Say] = queue.SimpleQueue()

    def say(self, command: Say) -> None:
        self._queue.put(command)

    def next(self, within_s: float) -> Say | None:
        """The next command, or None when none came in time."""
        try:
            return self._queue.get(timeout=max(0.0, within_s))
        except queue.Empty:
            return None

    def listen_to(self, pipe: BinaryIO, *, end_means_gone: bool = True) -> threading.Thread:
        """Takes `pause`, `resume`, `stop` and `abort`, one a line, from a pipe until it ends; its end is GONE, if it is
        to mean that. On a daemon thread."""

        descriptor = pipe.fileno()  # a daemon thread inside the buffer's lock would abort the interpreter's end

        def read() -> None:
            rest = b""
            try:
                while data := os.read(descriptor, 4096):
                    *lines, rest = (rest + data)[-_LONGEST_LINE:].split(b"\n")
                    for line in lines:
                        word = line.decode("utf-8", "replace").strip().lower()
                        if word in (Say.PAUSE, Say.RESUME, Say.STOP, Say.ABORT):
                            self.say(Say(word))
            except OSError:
                pass
            if end_means_gone:
                self.say(Say.GONE)

        thread = threading.Thread(target=read, name="commands", daemon=True)
        thread.start()
        return thread

    @contextmanager
    def interrupts(self) -> Iterator[None]:
        """Ctrl-C and SIGTERM: the first stops in order, the second aborts. On the main thread only."""
        told = 0

        def handle(number: int, frame: FrameType | None) -> None:
            nonlocal told
            told += 1
            self.say(Say.STOP if told == 1 else Say.ABORT)

        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def standard_input_is_a_pipe() -> bool:
    """Somebody may say something there, and its end means that they have gone: not a terminal, a file or nothing."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
