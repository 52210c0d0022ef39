"""The run of a scenario that this window started: its program, what it has told, and its place in the job tray.

Lives as long as the session, not as a page: leaving the page, another language or another connection change nothing
for a run. One run at a time; the last one stays to be looked at until the next begins.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from console.connections.tokens import read_token_file
from console.desktop.formats import Formats
from console.desktop.harness_program import Program
from console.desktop.jobs import Job, JobState
from console.desktop.models.live_run import LiveRun
from console.desktop.models.run_request import RunRequest
from console.desktop.presenters.run_findings import Verdict, verdict
from console.desktop.send_command import send_arguments
from console.harness.load.live import RunState

if TYPE_CHECKING:
    from console.desktop.session import Session

STALE_MS = 3_000
"""Without a line for so long, the screen says that the run does not answer."""


class Phase(StrEnum):
    """IDLE: nothing was started in this window. GOING: its program runs. OVER: it ended and said how. CRASHED: it
    ended without a word."""

    IDLE = "idle"
    GOING = "going"
    OVER = "over"
    CRASHED = "crashed"


class HarnessRunner(QObject):
    """`changed` after each batch of lines (a few times a second); `phase_changed` when a run begins or ends."""

    changed = Signal()
    phase_changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.phase = Phase.IDLE
        self.request: RunRequest | None = None
        self.run = LiveRun()
        self.code: int | None = None
        """The exit code, once it has ended."""
        self.words = ""
        """The last thing the program said on standard error."""
        self.quiet = False
        """The program runs but has said nothing for a while."""
        self._program: Program | None = None
        self._job: Job | None = None
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setInterval(STALE_MS)
        self._silence.timeout.connect(self._fell_quiet)

    @property
    def data(self) -> Path:
        """The data folder, below which runs lie."""
        return self._session.settings.path.parent

    @property
    def busy(self) -> bool:
        return self.phase is Phase.GOING

    @property
    def is_paused(self) -> bool:
        return self.busy and self.run.state is RunState.PAUSED

    def verdict(self, formats: Formats) -> Verdict | None:
        """What there is to say above the figures: the verdict, or what keeps the run from going on."""
        snapshot, made = self.run.snapshot, verdict(self.run, formats)
        if self.phase is Phase.CRASHED:
            text = self.words or self.tr("Its program ended with code %1.").replace("%1", str(self.code))
            return Verdict(self.tr("The run ended without a verdict"), text, "octagon-x", "fail_fg", "fail")
        if made is not None:
            needs_words = snapshot is not None and snapshot.state is RunState.REFUSED and not made.text
            return replace(made, text=self.words) if needs_words else made
        if self.busy and self.quiet:
            text = self.tr("Nothing has been heard from the run for some seconds. It may be very busy.")
            return Verdict(self.tr("The run does not answer"), text, "hourglass", "warn_fg", "warn")
        if snapshot is not None and snapshot.state is RunState.VERIFYING:
            return Verdict(self.tr("Checking what arrived"), snapshot.text, "scan-search", "info_fg", "info")
        return None

    # ---- a run --------------------------------------------------------------------------------------------------
    def start(self, request: RunRequest) -> None:
        """Starts a run; nothing while another goes on."""
        if self.busy:
            return
        self.request, self.run = request, LiveRun()
        self.code, self.words, self.quiet = None, "", False
        token = read_token_file(request.token_file) if request.token_file is not None else ""
        self._program = Program(send_arguments(request), data=self.data, token=token or "", parent=self._session)
        self._program.lines_came.connect(self._take)
        self._program.ended.connect(self._ended)
        if self._job is not None:
            self._session.jobs.remove(self._job)
        self._job = self._session.jobs.add(
            Job(request.title or request.scenario.stem, icon="flask-conical", stop=self.stop)
        )
        self._set(Phase.GOING)
        self._program.start()
        self._silence.start()

    def show(self, run: LiveRun, request: RunRequest) -> None:
        """Takes an earlier run as the one to look at; nothing while one goes on."""
        if not self.busy:
            self.run, self.request, self.code, self.words = run, request, None, ""
            self._set(Phase.OVER)
            self.changed.emit()

    def pause(self) -> None:
        self._say("pause")

    def resume(self) -> None:
        self._say("resume")

    def stop(self) -> None:
        """Stops it: no confirmation, nothing is lost by stopping but the rest of the run."""
        self._say("stop")

    def _say(self, command: str) -> None:
        if self._program is not None:
            self._program.say(command)

    # ---- what it tells ------------------------------------------------------------------------------------------
    def _take(self, lines: list[bytes]) -> None:
        known = [line for line in lines if self.run.take_line(line)]
        if known:
            self.quiet = False
            self._silence.start()
            self._report()
            self.changed.emit()

    def _fell_quiet(self) -> None:
        if self.busy:
            self.quiet = True
            self.changed.emit()

    def _ended(self, code: int, words: str) -> None:
        program, self._program = self._program, None
        if program is not None:
            program.deleteLater()
        self._silence.stop()
        self.code, self.words, self.quiet = code, words, False
        self._set(Phase.OVER if self.run.state.over else Phase.CRASHED)
        self._report()
        self.changed.emit()

    def _set(self, phase: Phase) -> None:
        self.phase = phase
        self._notice()
        self.phase_changed.emit()

    def _report(self) -> None:
        self._notice()
        if self._job is None:
            return
        snapshot = self.run.snapshot
        formats = self._session.formats
        if self.phase is Phase.CRASHED:
            self._job.report(JobState.FAILED, self.words or self.tr("ended without a verdict"))
        elif snapshot is None:
            self._job.report(JobState.WAITING, self.tr("starting"))
        elif self.phase is Phase.GOING:
            words = self.tr("%1 sent, %2 a second").replace("%1", formats.number(snapshot.sent))
            self._job.report(JobState.RUNNING, words.replace("%2", formats.number(round(snapshot.sent_per_s))))
        else:
            ended = {
                RunState.PASSED: (JobState.DONE, self.tr("passed")),
                RunState.FAILED: (JobState.FAILED, self.tr("a check failed")),
                RunState.INVALID: (JobState.FAILED, self.tr("invalid measurement")),
                RunState.STOPPED: (JobState.STOPPED, self.tr("stopped")),
            }
            self._job.report(*ended.get(snapshot.state, (JobState.FAILED, self.tr("refused"))))

    def _notice(self) -> None:
        """The line of the status bar while a run goes on."""
        if not self.busy:
            self._session.set_notice("")
        elif self.run.identity:
            words = self.tr("Harness running in this window: alarms from run %1 are kept out of Investigate")
            self._session.set_notice(words.replace("%1", self.run.identity))
        else:
            self._session.set_notice(self.tr("Harness starting in this window"))
