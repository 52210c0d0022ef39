"""The listener that this window keeps: its program, what it has told, its place in the job tray.

Lives as long as the session, not as a page; the Listener view and the strip beside one message show the same one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from console.desktop.harness_program import Program
from console.desktop.jobs import Job, JobState
from console.desktop.models.live_listener import LiveListener

if TYPE_CHECKING:
    from console.desktop.session import Session

ADDRESS = "127.0.0.1:2576"
FREE = "127.0.0.1:0"
"""Any port that is free."""
PLAIN_SCRIPT = "always-aa"


class ListenPhase(StrEnum):
    """IDLE: nothing was started. STARTING: no word yet. ON: it listens. OVER: it ended in order. BROKEN: it did not
    come to listen, or fell."""

    IDLE = "idle"
    STARTING = "starting"
    ON = "on"
    OVER = "over"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Listening:
    """What to start. `script` is a shipped name or a file; `certificate`, `key`, `client_ca` are PEM files."""

    address: str = ADDRESS
    script: str = PLAIN_SCRIPT
    capture: Path | None = None
    certificate: str = ""
    key: str = ""
    client_ca: str = ""

    def arguments(self, data: Path) -> list[str]:
        """The command line."""
        words = ["harness", "listen", "--mllp", self.address, "--script", self.script, "--live-json"]
        words += ["--data", str(data)]
        if self.capture is not None:
            words += ["--capture", str(self.capture)]
        for option, value in (
            ("--tls-certificate", self.certificate),
            ("--tls-key", self.key),
            ("--tls-client-ca", self.client_ca),
        ):
            words += [option, value] if value else []
        return words


class ListenerRunner(QObject):
    """`changed` about four times a second while it listens, and at each step of its life."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.phase = ListenPhase.IDLE
        self.wanted = Listening()
        self.live = LiveListener()
        self.words = ""
        """Why it broke: every line that was said."""
        self._program: Program | None = None
        self._job: Job | None = None

    @property
    def busy(self) -> bool:
        return self.phase in (ListenPhase.STARTING, ListenPhase.ON)

    @property
    def data(self) -> Path:
        return self._session.settings.path.parent

    @property
    def captures(self) -> Path:
        """Where captures are kept when no other folder was chosen."""
        return self.data / "harness" / "captures"

    def new_capture(self) -> Path:
        """A folder that is not there yet, named by the time."""
        name = f"{self._session.now():%Y%m%d-%H%M%S}"
        taken = (self.captures / (name if not n else f"{name}-{n}") for n in range(1_000))
        return next(path for path in taken if not path.exists())

    def start(self, wanted: Listening) -> None:
        """Begins to listen; nothing while it does."""
        if self.busy:
            return
        self.wanted, self.live, self.words = wanted, LiveListener(), ""
        self.phase = ListenPhase.STARTING
        self._program = Program(wanted.arguments(self.data), data=self.data, parent=self._session)
        self._program.lines_came.connect(self._take)
        self._program.ended.connect(self._ended)
        if self._job is not None:
            self._session.jobs.remove(self._job)
        self._job = self._session.jobs.add(Job(self.tr("Listener"), icon="radio-tower", stop=self.stop))
        self._program.start()
        self.changed.emit()

    def start_beside(self) -> None:
        """The plainest receiver, on a port that is free."""
        self.start(Listening(FREE))

    def stop(self) -> None:
        self.say("stop")

    def say(self, command: str) -> None:
        """One command: `outage on KIND`, `outage off`, `silence on`, `silence off`, `answer CODE`, `answer script`."""
        if self._program is not None:
            self._program.say(command)

    def _take(self, lines: list[bytes]) -> None:
        known = [line for line in lines if self.live.take_line(line)]
        if not known:
            return
        self.phase = ListenPhase.ON
        if self._job is not None:
            came = self._session.formats.number(self.live.count("received"))
            said = self.tr("%1: %2 messages").replace("%1", self.live.address).replace("%2", came)
            self._job.report(JobState.RUNNING, said)
        self.changed.emit()

    def _ended(self, code: int, words: str) -> None:
        program, self._program = self._program, None
        if program is not None:
            self.words = program.all_words or words
            program.deleteLater()
        good = code == 0 and self.phase is ListenPhase.ON
        self.phase = ListenPhase.OVER if good else ListenPhase.BROKEN
        if self._job is not None:
            count = self._session.formats.number(self.live.count("received"))
            said = self.tr("stopped after %1 messages").replace("%1", count) if good else words
            self._job.report(JobState.DONE if good else JobState.FAILED, said)
        self.changed.emit()


def listener_runner(session: Session) -> ListenerRunner:
    """The session's one listener, made when first asked for."""
    found = session.findChild(ListenerRunner)
    return found if isinstance(found, ListenerRunner) else ListenerRunner(session)
