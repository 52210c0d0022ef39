"""One run of a `signalbox harness` command as a child process: lines come out, commands go in, and it always ends.

The load never shares an interpreter with painting. What the child prints comes in batches of lines, as they were read
from the pipe; standard input carries commands, and its end tells the child that the desktop is gone.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from console.desktop.supervisor import command_line, tail

_log = logging.getLogger(__name__)

STOP_WITHIN_MS = 3_000
_WORDS_KEPT = 16_384
_LINE_KEPT = 8_000_000
"""A line longer than this is none of ours."""


class Program(QObject):
    """`lines_came` carries a list of bytes, one a line; `ended` the exit code and the last words on standard error.

    Its parent should be the session, which ends all its programs when the window closes.
    """

    lines_came = Signal(object)
    ended = Signal(int, str)

    def __init__(self, arguments: Sequence[str], *, data: Path, token: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.arguments = list(arguments)
        self.output = b""
        """All of standard output with `keep_output`; without, what is not yet a line."""
        self.keep_output = False
        """For programs that only read and print one answer: they may also be killed at any moment."""
        self.obeys = True
        """Whether it reads commands on standard input; one that does not is ended by a signal."""
        self._data = data
        self._token = token
        self._words = b""
        self._process: QProcess | None = None

    @property
    def runs(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int:
        return int(self._process.processId()) if self._process is not None else 0

    @property
    def last_words(self) -> str:
        """The last line on standard error, without the program's name."""
        return tail(self._words)

    @property
    def all_words(self) -> str:
        """Everything kept of standard error, without the program's name."""
        return tail(self._words, 100)

    def start(self) -> Program:
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("SIGNALBOX_DATA", str(self._data))
        environment.insert("PYTHONUNBUFFERED", "1")
        if self._token:  # never on the command line, which everybody on this computer can read
            environment.insert("SIGNALBOX_TOKEN", self._token)
        environment.remove("QT_QPA_PLATFORM")
        process.setProcessEnvironment(environment)
        program, arguments = command_line(self.arguments)
        process.setProgram(program)
        process.setArguments(arguments)
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_words)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._not_started)
        self._process = process
        process.start()
        return self

    def say(self, command: str) -> None:
        """One command on standard input; nothing when it has ended."""
        if self._process is not None:
            self._process.write(command.encode() + b"\n")

    def close_input(self) -> None:
        """Nothing more will be said."""
        if self._process is not None:
            self._process.closeWriteChannel()

    def interrupt(self) -> None:
        """Asks the system to end it; `ended` tells when it has. Never blocks."""
        if self._process is not None:
            self._process.terminate()

    def end(self, within_ms: int = STOP_WITHIN_MS) -> None:
        """Asks it to stop and waits; kills it when it does not. Blocks for at most `within_ms` and a little."""
        process = self._process
        if process is None:
            return
        if self.keep_output:
            process.kill()
            process.waitForFinished(1_000)
            return
        if self.obeys:
            process.write(b"stop\n")
            process.closeWriteChannel()
        else:
            process.terminate()
        if not process.waitForFinished(within_ms):
            process.terminate()
            if not process.waitForFinished(1_000):
                _log.warning("harness program killed", extra={"kind": self.arguments[1] if self.arguments else ""})
                process.kill()
                process.waitForFinished(1_000)

    def _read(self) -> None:
        if self._process is None:
            return
        self._take(bytes(self._process.readAllStandardOutput().data()))

    def _take(self, came: bytes) -> None:
        self.output += came
        if self.keep_output:
            return
        whole, newline, rest = self.output.rpartition(b"\n")
        self.output = rest if len(rest) <= _LINE_KEPT else b""
        if newline:
            self.lines_came.emit([line for line in whole.split(b"\n") if line])

    def _read_words(self) -> None:
        if self._process is not None:
            self._words = (self._words + bytes(self._process.readAllStandardError().data()))[-_WORDS_KEPT:]

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._finished(-1)

    def _finished(self, code: int) -> None:
        process = self._process
        if process is None:
            return
        self._take(bytes(process.readAllStandardOutput().data()))
        self._words = (self._words + bytes(process.readAllStandardError().data()))[-_WORDS_KEPT:]
        crashed = process.exitStatus() is QProcess.ExitStatus.CrashExit
        self._process = None
        process.deleteLater()
        if not self.keep_output and self.output:
            rest, self.output = self.output, b""
            self.lines_came.emit([rest])
        self.ended.emit(-1 if crashed else code, self.last_words)
