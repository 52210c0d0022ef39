"""Content made beside the load: a process of its own that hands over shots through a pipe, in small portions.

Making 256 messages of a hospital takes 5 to 10 ms, and no message that is due meanwhile could leave. So a load with a
schedule has its content made by `python -m console.harness.load.feeder RUN_FOLDER K`; what is left to the load is to
take bytes from a pipe. The feeder is ahead by what the look-ahead and the pipe hold, and then waits.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from console.core.errors import EnvironmentFault, SignalboxError
from console.harness.load.children import feeder_command
from console.harness.load.shots import Shots

PORTION = 64
"""Messages handed over at once: some ten microseconds of the load's time."""
_LENGTH = struct.Struct("<I")
_PIPE_BYTES = 1024 * 1024
_AT_ONCE = 256 * 1024
_SET_PIPE_SIZE = 1031
_LIVING = 5

Made = Callable[[], Iterator[Shots]]


def portions(chunk: Shots, size: int = PORTION) -> Iterator[Shots]:
    """The chunk in pieces of at most `size` shots."""
    for first in range(0, len(chunk), size):
        last = first + size
        yield Shots(
            chunk.frames[first:last],
            chunk.control_ids[first:last],
            chunk.lanes[first:last],
            chunk.origins[first:last],
            chunk.kinds[first:last],
            chunk.after[first:last],
            chunk.due[first:last],
            {at - first: delay for at, delay in chunk.delays.items() if first <= at < last},
            {at - first: special for at, special in chunk.specials.items() if first <= at < last},
        )


def feed(stream: Iterator[Shots], pipe: BinaryIO) -> None:
    """Writes everything into the pipe; the last word is the end, or a fault as (code, text)."""

    def tell(word: Any) -> None:
        data = pickle.dumps(word, protocol=pickle.HIGHEST_PROTOCOL)
        pipe.write(_LENGTH.pack(len(data)) + data)
        pipe.flush()

    try:
        for chunk in stream:
            for portion in portions(chunk):
                tell(portion)
        tell(None)
    except SignalboxError as error:
        tell((error.code, error.text))
    except BrokenPipeError:
        pass


class Feed:
    """The load's end of the pipe. `pull` never waits; `chunks` holds what has come and was not taken."""

    def __init__(self, folder: Path, worker: int) -> None:
        command = feeder_command(folder, worker)
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, bufsize=0)
        assert self._process.stdout is not None
        self.descriptor = self._process.stdout.fileno()
        os.set_blocking(self.descriptor, False)
        if sys.platform == "linux":
            import fcntl

            with contextlib.suppress(OSError):
                fcntl.fcntl(self.descriptor, _SET_PIPE_SIZE, _PIPE_BYTES)
        self._parts: list[bytes] = []
        self._have = 0
        self._want = _LENGTH.size
        self._in_head = True
        self.ended = False

    def pull(self) -> Shots | None:
        """The next portion when it is there whole. Raises EnvironmentFault when content cannot be made."""
        while not self.ended:
            try:
                data = os.read(self.descriptor, min(self._want - self._have, _AT_ONCE))
            except BlockingIOError:
                return None
            if not data:
                self.ended = True
                raise EnvironmentFault(
                    "The process that makes the content ended too soon. Start the run again.", code="content"
                )
            self._parts.append(data)
            self._have += len(data)
            if self._have < self._want:
                if len(data) == _AT_ONCE:
                    return None  # a large one: others have a turn first
                continue
            whole = b"".join(self._parts) if len(self._parts) > 1 else self._parts[0]
            self._parts, self._have = [], 0
            if self._in_head:
                self._in_head, self._want = False, _LENGTH.unpack(whole)[0]
                continue
            self._in_head, self._want = True, _LENGTH.size
            word = pickle.loads(whole)
            if isinstance(word, Shots):
                return word
            self.ended = True
            if word is not None:
                code, text = word
                raise EnvironmentFault(text, code=code, retryable=False)
        return None

    def close(self) -> None:
        """Ends the feeder, whatever it does."""
        if self._process.stdout is not None:
            self._process.stdout.close()
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait(_LIVING)


def main(arguments: Sequence[str]) -> int:
    from console.harness.load.fault_notes import noted
    from console.harness.load.plan import read_plan
    from console.harness.load.run_folder import RunFolder
    from console.harness.load.worker import make_content, stream_of

    folder, number = RunFolder(Path(arguments[0])), int(arguments[1])
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(15)  # the load goes first where they share a processor

    def stream() -> Iterator[Shots]:
        plan = read_plan(folder)
        yield from noted(stream_of(plan, lambda: make_content(plan), number), folder.faults(number))

    feed(stream(), sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
