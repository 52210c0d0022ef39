"""The processes a run starts: load workers and its own receiver. Each ends with us, and its last words are kept.

They are in a group of their own, so that Ctrl-C in a terminal reaches the conductor alone, which ends them in order.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from console.core.errors import EnvironmentFault

_LONGEST_WORDS = 16 * 1024
_ENDS_WITH_PARENT = "SIGNALBOX_ENDS_WITH_PARENT"


def worker_command(folder: Path, number: int) -> list[str]:
    """How load worker `number` of a run is started."""
    return _part("worker", folder, number)


def feeder_command(folder: Path, number: int) -> list[str]:
    """How the process is started that makes that worker's content."""
    return _part("feeder", folder, number)


def _part(name: str, folder: Path, number: int) -> list[str]:
    """The part's own module, or this program again where it is frozen."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "harness", "send", str(folder), f"--as-{name}", str(number)]
    return [sys.executable, "-m", f"console.harness.load.{name}", str(folder), str(number)]


def program_command(arguments: Sequence[str]) -> list[str]:
    """`signalbox` with these arguments."""
    return [sys.executable, *([] if getattr(sys, "frozen", False) else ["-m", "console"]), *arguments]


class Child:
    """One process. Its standard output is `output` if wanted, else nothing; standard error goes to the file `words`.

    Raises EnvironmentFault when it cannot be started.
    """

    def __init__(
        self, command: Sequence[str], words: Path, *, output: bool = False, ends_with_us: bool = False
    ) -> None:
        self._words = words
        self._stdin = ends_with_us
        environment: Mapping[str, str] = {
            **{name: value for name, value in os.environ.items() if name != _ENDS_WITH_PARENT},
            **({_ENDS_WITH_PARENT: "1"} if ends_with_us else {}),
        }
        try:
            with open(words, "wb", opener=_private) as file:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE if ends_with_us else subprocess.DEVNULL,
                    stdout=subprocess.PIPE if output else subprocess.DEVNULL,
                    stderr=file,
                    env=environment,
                    start_new_session=os.name == "posix",
                    creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                )
        except OSError as error:
            raise EnvironmentFault(
                f"The process {command[0]} cannot be started: {error.strerror or error}. Check free memory and disk.",
                code="no-process",
            ) from error

    @property
    def code(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> IO[bytes]:
        """Standard output, when it was wanted."""
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def last_words(self) -> str:
        """The last line it said on standard error, for a person."""
        try:
            with open(self._words, "rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - _LONGEST_WORDS))
                lines = file.read().decode("utf-8", "replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1].removeprefix("signalbox: ") if lines else ""

    def close_input(self) -> None:
        """A child that ends with us takes that for our end, and ends in order."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def end(self, within_s: float = 3.0) -> None:
        """Asks it to end by closing its input and by SIGTERM; kills it when it does not. May be called again."""
        process = self._process
        self.close_input()
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(within_s)
            except subprocess.TimeoutExpired:
                self.kill()
        if process.stdout is not None:
            process.stdout.close()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within that time."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Ends it at once."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
