"""The game day that this window plays: its program, what it has told, and its place in the job tray.

Lives as long as the session, not as a page: leaving the page changes nothing for a game.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from console.desktop.harness_program import Program
from console.desktop.jobs import Job, JobState

if TYPE_CHECKING:
    from console.desktop.session import Session

SAID_KEPT = 200


class GamePhase(StrEnum):
    """IDLE: nothing was started. SETTING_UP: the hospital is being built. ON: the game runs. OVER: there is a debrief.
    BROKEN: it ended without one."""

    IDLE = "idle"
    SETTING_UP = "setting-up"
    ON = "on"
    OVER = "over"
    BROKEN = "broken"


class GameDayRunner(QObject):
    """`changed` about once a second while a game is on, and at each step of its life."""

    changed = Signal()
    hospital_opened = Signal()
    """The hospital of this game can be looked at now."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.phase = GamePhase.IDLE
        self.title = ""
        self.state: Mapping[str, Any] = {}
        self.debrief: Mapping[str, Any] = {}
        self.said: list[str] = []
        self.words = ""
        """Why it broke."""
        self._program: Program | None = None
        self._job: Job | None = None

    @property
    def busy(self) -> bool:
        return self.phase in (GamePhase.SETTING_UP, GamePhase.ON)

    @property
    def folder(self) -> Path:
        """Where game days are kept."""
        return self._session.settings.path.parent / "harness" / "gamedays"

    @property
    def engine(self) -> tuple[str, Path]:
        """URL of the game's engine and the file with its token; '' before it runs."""
        engine = self.state.get("engine", {})
        return str(engine.get("http", "")), Path(engine.get("token_file", ""))

    def start(self, name: str, title: str) -> None:
        """Begins a game; nothing while another is on."""
        if self.busy:
            return
        self.title, self.state, self.debrief, self.said, self.words = title, {}, {}, [], ""
        self.phase = GamePhase.SETTING_UP
        data = self._session.settings.path.parent
        self._program = Program(
            ["gameday", "run", name, "--data", str(data), "--live-json"], data=data, parent=self._session
        )
        self._program.lines_came.connect(self._take)
        self._program.ended.connect(self._ended)
        if self._job is not None:
            self._session.jobs.remove(self._job)
        self._job = self._session.jobs.add(Job(title, icon="hospital", stop=self.stop))
        self._program.start()
        self.changed.emit()

    def say(self, line: str) -> None:
        """One line of the person on call: `seen ...`, `cause ...`, `do ...`."""
        if self._program is not None:
            self._program.say(" ".join(line.split()))

    def stop(self) -> None:
        self.say("stop")

    def show(self, debrief: Mapping[str, Any]) -> None:
        """Takes an earlier game as the one to look at; nothing while one is on."""
        if not self.busy:
            self.debrief, self.title, self.phase = debrief, str(debrief.get("title", "")), GamePhase.OVER
            self.changed.emit()

    def close(self) -> None:
        if self._program is not None:
            self._program.end()

    # ---- what it tells ----------------------------------------------------------------------------------------
    def _take(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            try:
                body = json.loads(line)
            except ValueError:
                continue
            if isinstance(body, dict):
                self._told(body)
        self.changed.emit()

    def _told(self, body: dict[str, Any]) -> None:
        match body.get("type"):
            case "gameday":
                opened = not self.state
                self.state, self.phase = body, GamePhase.ON
                if opened:
                    self.hospital_opened.emit()
                if self._job is not None:
                    self._job.report(JobState.RUNNING, self._session.formats.duration(float(body["elapsed_s"])))
            case "debrief":
                self.debrief, self.phase = body, GamePhase.OVER
            case "said":
                self.said = [*self.said, str(body.get("words", ""))][-SAID_KEPT:]

    def _ended(self, code: int, words: str) -> None:
        program, self._program = self._program, None
        if program is not None:
            program.deleteLater()
        if self.phase is not GamePhase.OVER:
            self.phase, self.words = GamePhase.BROKEN, words
        if self._job is not None:
            done = self.phase is GamePhase.OVER
            said = self.tr("debriefed") if done else words or self.tr("ended without a debrief")
            self._job.report(JobState.DONE if done else JobState.FAILED, said)
        self.changed.emit()


def game_day_runner(session: Session) -> GameDayRunner:
    """The session's one runner, made when first asked for."""
    found = session.findChild(GameDayRunner)
    return found if isinstance(found, GameDayRunner) else GameDayRunner(session)
