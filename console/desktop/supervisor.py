"""Runs the embedded engine and the demo hospital as child processes: starts, waits, restarts, stops.

The engine is another process on purpose: the desktop may crash without losing a message, and load never shares an
interpreter with painting. The children hold the read end of a pipe of ours as standard input, so they end when we do,
also when we are killed. An engine that already runs on the data folder is used, not fought.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from PySide6.QtCore import QIODevice, QObject, QProcess, QProcessEnvironment, QTimer, Signal

from console.connections.local_port import free_or_any
from console.connections.private_file import private_folder
from console.core.errors import EnvironmentFault

_log = logging.getLogger(__name__)

ENDS_WITH_PARENT = "SIGNALBOX_ENDS_WITH_PARENT"
RUNNING_FILE = "running.json"
READY_POLL_MS = 50
READY_WITHIN_MS = 30_000
STOP_WITHIN_MS = 8_000
LOG_BYTES = 5_000_000
RESTARTS = (500, 1_000, 2_000, 5_000, 10_000)
"""Milliseconds before each restart; the last one repeats."""
STEADY_MS = 60_000
"""After this long without a fall, the next restart is quick again."""
GIVE_UP_AFTER = 5
DEFAULT_PORTS = ("127.0.0.1:2575", "127.0.0.1:8585")


@dataclass(frozen=True, slots=True)
class Running:
    """A running engine, from its ready file (contract: `--ready-file`)."""

    http: str
    mllp: str
    token_file: Path
    pid: int


def read_running(path: Path) -> Running | None:
    """The engine a ready file names; None when there is none or it is not (yet) whole."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return Running(str(body["http"]), str(body["mllp"]), Path(body["token_file"]), int(body["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def answers(running: Running, timeout_s: float = 0.3) -> bool:
    """Whether this very engine listens at its address: a mark left by a killed one may name a stranger's port now."""
    if not _lives(running.pid):
        return False
    parts = urlsplit(running.http)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 80), timeout=timeout_s):
            return True
    except OSError:
        return False


def _lives(pid: int) -> bool:
    if os.name != "posix":  # no harmless question there
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def command_line(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """How to run ourselves with `arguments`: the frozen program, or this Python with `-m console`."""
    if getattr(sys, "frozen", False):
        return sys.executable, list(arguments)
    return sys.executable, ["-m", "console", *arguments]


def tail(data: bytes, lines: int = 1) -> str:
    """The last lines a child wrote, for telling a person why it ended."""
    said = data.decode("utf-8", "replace").strip().splitlines()[-lines:]
    return "\n".join(line.removeprefix("signalbox: ") for line in said)


def _make_room(log_file: Path) -> None:
    """A log that has grown large becomes the old one."""
    try:
        private_folder(log_file.parent)
        if log_file.exists() and log_file.stat().st_size > LOG_BYTES:
            log_file.replace(log_file.with_suffix(".old.log"))
    except OSError:
        _log.warning("log without room", extra={"folder": str(log_file.parent)})


class Phase(StrEnum):
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"
    """Fell; will be started again."""
    FAILED = "failed"
    """Fell too often; waits for the user."""


class Child(QObject):
    """One child process, kept alive. `phase_changed` carries the phase and a sentence (why it fell, or '')."""

    phase_changed = Signal(object, str)
    said = Signal(str)
    """A line the child wrote."""

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.phase = Phase.STOPPED
        self.arguments: list[str] = []
        self.falls = 0
        self.log_file: Path | None = None
        """Where its output goes; without one it is read here, line by line."""
        self._wanted = False
        self._output = b""
        self._process: QProcess | None = None
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._launch)
        self._steady = QTimer(self)
        self._steady.setSingleShot(True)
        self._steady.setInterval(STEADY_MS)
        self._steady.timeout.connect(self._forgive)

    def start(self, arguments: Sequence[str]) -> None:
        """Starts it with these arguments of the `signalbox` command and keeps it running until `stop`."""
        self.arguments = list(arguments)
        self._wanted = True
        self.falls = 0
        self._again.stop()
        if self._process is None:
            self._launch()

    def stop(self, within_ms: int = STOP_WITHIN_MS) -> None:
        """Asks it to end and waits; kills it when it does not. Blocks for at most `within_ms` and a little."""
        self._wanted = False
        self._again.stop()
        self._steady.stop()
        process = self._process
        if process is not None:
            process.closeWriteChannel()
            process.terminate()
            if not process.waitForFinished(within_ms):
                _log.warning("child killed", extra={"kind": self.name})
                process.kill()
                process.waitForFinished(2_000)
        self._set(Phase.STOPPED)

    def ready(self) -> None:
        """To be called when the child proved that it works."""
        self._steady.start()
        self._set(Phase.RUNNING)

    def give_up(self, why: str) -> None:
        """Stops trying; the user may start it again."""
        self._wanted = False
        process = self._process
        if process is not None:
            process.kill()
            process.waitForFinished(2_000)
        self._set(Phase.FAILED, why)

    @property
    def pid(self) -> int:
        return int(self._process.processId()) if self._process is not None else 0

    @property
    def last_words(self) -> str:
        """The last line it wrote."""
        if self.log_file is None:
            return tail(self._output)
        try:
            with self.log_file.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - 4_096))
                return tail(file.read())
        except OSError:
            return ""

    def _launch(self) -> None:
        process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert(ENDS_WITH_PARENT, "1")
        environment.insert("PYTHONUNBUFFERED", "1")
        environment.remove("QT_QPA_PLATFORM")
        process.setProcessEnvironment(environment)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        program, arguments = command_line(self.arguments)
        process.setProgram(program)
        process.setArguments(arguments)
        if self.log_file is not None:
            _make_room(self.log_file)
            process.setStandardOutputFile(str(self.log_file), QIODevice.OpenModeFlag.Append)
        else:
            process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._ended)
        process.errorOccurred.connect(self._not_started)
        self._process = process
        self._output = b""
        self._set(Phase.STARTING)
        process.start()

    def again(self) -> None:
        """Starts it once more with the arguments it had; nothing when it never ran or runs."""
        if self.arguments and self._process is None:
            self.start(self.arguments)

    def _read(self) -> None:
        if self._process is None:
            return
        came = bytes(self._process.readAllStandardOutput().data())
        self._output = (self._output + came)[-16_384:]
        for line in came.decode("utf-8", "replace").splitlines():
            self.said.emit(line)

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._ended(-1)

    def _ended(self, code: int) -> None:
        process, self._process = self._process, None
        if process is not None:
            if self.log_file is None:
                self._output = (self._output + process.readAllStandardOutput().data())[-16_384:]
            process.deleteLater()
        self._steady.stop()
        if not self._wanted:
            if self.phase is not Phase.FAILED:
                self._set(Phase.STOPPED)
            return
        self.falls += 1
        _log.warning("child fell", extra={"kind": self.name, "status": code, "count": self.falls})
        if self.falls >= GIVE_UP_AFTER:
            self._wanted = False
            self._set(Phase.FAILED, self.last_words)
            return
        self._again.start(RESTARTS[min(self.falls, len(RESTARTS)) - 1])
        self._set(Phase.WAITING, self.last_words)

    def _forgive(self) -> None:
        self.falls = 0

    def _set(self, phase: Phase, why: str = "") -> None:
        if (phase, why) != (self.phase, ""):
            self.phase = phase
            self.phase_changed.emit(phase, why)


class Supervisor(QObject):
    """The embedded engine of one data folder, with or without the demo hospital.

    `engine_ready` carries a `Running` each time an engine begins to accept work, also after a restart; `failed` an
    `EnvironmentFault` when there will be none.
    """

    engine_ready = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.engine = Child("engine", self)
        self.demo = Child("demo", self)
        self.running: Running | None = None
        self._folder = Path()
        self._with_demo = False
        self._demo_arguments: tuple[str, ...] = ()
        self._poll = QTimer(self)
        self._poll.setInterval(READY_POLL_MS)
        self._poll.timeout.connect(self._look)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(READY_WITHIN_MS)
        self._patience.timeout.connect(self._too_late)
        self.engine.phase_changed.connect(self._engine_phase)
        self.demo.phase_changed.connect(lambda phase, _: self.demo.ready() if phase is Phase.STARTING else None)

    def start(self, folder: Path, *, demo: bool, demo_arguments: Sequence[str] = ()) -> None:
        """Brings the engine of `folder` up (or finds it running) and, with `demo`, the hospital that feeds it."""
        self._folder, self._with_demo, self._demo_arguments = folder, demo, tuple(demo_arguments)
        found = read_running(self._ready_file)
        if found is not None and found.pid != os.getpid() and answers(found):
            self._is_ready(found, ours=False)
            return
        self._launch()

    def answers(self) -> bool:
        """Whether the engine found or started last still listens."""
        return self.running is not None and answers(self.running)

    def stop(self) -> None:
        """Ends both children, the hospital first."""
        self._poll.stop()
        self._patience.stop()
        self.demo.stop()
        if self.engine.phase is not Phase.STOPPED:
            self.engine.stop()
            self._ready_file.unlink(missing_ok=True)
        self.running = None

    @property
    def _ready_file(self) -> Path:
        return self._folder / RUNNING_FILE

    def _launch(self) -> None:
        try:
            private_folder(self._folder)
            self._ready_file.unlink(missing_ok=True)
        except OSError as error:
            self._fail(f"The data folder {self._folder} cannot be used: {error.strerror}. Choose another with --data.")
            return
        mllp, http = map(free_or_any, DEFAULT_PORTS)
        self.running = None
        self.engine.log_file = self._folder / "logs" / "engine.log"
        serve = ["engine", "serve", "--data", str(self._folder), "--mllp", mllp, "--http", http]
        self.engine.start([*serve, "--ready-file", str(self._ready_file)])

    def _engine_phase(self, phase: Phase, why: str) -> None:
        if phase is Phase.STARTING:
            self.running = None
            self._ready_file.unlink(missing_ok=True)
            self._poll.start()
            self._patience.start()
        elif phase is Phase.WAITING:
            self.engine.arguments = _with_ports(self.engine.arguments, free_or_any)
        elif phase is Phase.FAILED:
            self._poll.stop()
            self._patience.stop()
            self._fail(why or "The engine on this computer does not start.")

    def _look(self) -> None:
        found = read_running(self._ready_file)
        if found is not None:
            self._poll.stop()
            self._patience.stop()
            # A restart keeps the address while it is free, also where the first start had to take another port.
            actual = {"--mllp": found.mllp, "--http": found.http.removeprefix("http://").rstrip("/")}
            for option, address in actual.items():
                self.engine.arguments[self.engine.arguments.index(option) + 1] = address
            self.engine.ready()
            self._is_ready(found, ours=True)

    def _is_ready(self, running: Running, *, ours: bool) -> None:
        self.running = running
        _log.info("engine ready", extra={"pid": running.pid, "http": running.http, "mllp": running.mllp})
        if self._with_demo and ours:
            # An engine somebody else started has its own traffic: a second hospital would double it.
            arguments = ["engine", "demo", "--mllp", running.mllp, "--data", str(self._folder), *self._demo_arguments]
            if self.demo.arguments != arguments:  # the engine has moved
                self.demo.stop()
            self.demo.start(arguments)
        self.engine_ready.emit(running)

    def _too_late(self) -> None:
        self._poll.stop()
        self.engine.give_up("The engine did not become ready within 30 seconds.")

    def _fail(self, text: str) -> None:
        self.failed.emit(EnvironmentFault(text, code="engine-not-started"))


def _with_ports(arguments: list[str], choose: Callable[[str], str]) -> list[str]:
    """The arguments with `choose` applied to both addresses."""
    changed = list(arguments)
    for number, word in enumerate(arguments[:-1]):
        if word in ("--mllp", "--http"):
            changed[number + 1] = choose(arguments[number + 1])
    return changed
