"""The probes that this window sends: their program, what it has found, its place in the job tray, earlier reports.

Lives as long as the session, not as a page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from console.connections.private_file import private_folder
from console.desktop.harness_program import Program
from console.desktop.jobs import Job, JobState
from console.harness.scenario.model import Tls

if TYPE_CHECKING:
    from console.desktop.session import Session

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class ProbePhase(StrEnum):
    """OVER: every probe has ended. STOPPED: a person ended it; what was found stays. BROKEN: it could not begin."""

    IDLE = "idle"
    GOING = "going"
    OVER = "over"
    STOPPED = "stopped"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Probing:
    """What to probe. `only`: a group, '' for all. `confirmed`: the address as a person typed it."""

    target: str
    tls: Tls | None = None
    only: str = ""
    confirmed: bool = False

    def arguments(self, data: Path, report: Path) -> list[str]:
        """The command line; the report goes to `report` and, beside it, as HTML and JUnit."""
        words = ["harness", "probe", self.target, "--live-json", "--data", str(data), "--report", str(report)]
        words += ["--html", str(report.with_suffix(".html")), "--junit", str(report.with_suffix(".xml"))]
        words += ["--only", self.only] if self.only else []
        words += ["--i-confirm", self.target] if self.confirmed else []
        if self.tls is not None:
            words += ["--tls"]
            for option, file in (
                ("--ca", self.tls.ca),
                ("--certificate", self.tls.certificate),
                ("--key", self.tls.key),
            ):
                words += [option, str(file)] if file else []
            words += [] if self.tls.verify else ["--no-verify"]
        return words


class ProbeRunner(QObject):
    """`changed` at each finished probe and each step of its life."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.phase = ProbePhase.IDLE
        self.target = ""
        self.planned = 0
        self.probes: dict[str, Mapping[str, Any]] = {}
        """Finished probes by id, as the report has them (`console.harness.probe.report`)."""
        self.end: Mapping[str, Any] = {}
        """The line of the end, or a report read back: `passed`, `reachable`, `greeting`, `seconds`..."""
        self.words = ""
        self.report: Path | None = None
        self._program: Program | None = None
        self._job: Job | None = None
        self._stopping = False

    @property
    def busy(self) -> bool:
        return self.phase is ProbePhase.GOING

    @property
    def data(self) -> Path:
        return self._session.settings.path.parent

    @property
    def folder(self) -> Path:
        """Where reports are kept."""
        return self.data / "harness" / "probes"

    def start(self, wanted: Probing) -> None:
        """Begins; nothing while it goes on."""
        if self.busy:
            return
        private_folder(self.folder)
        name = f"{self._session.now():%Y%m%d-%H%M%S}-{_UNSAFE.sub('_', wanted.target)}"
        numbered = (self.folder / f"{name}{f'-{n}' if n else ''}.json" for n in range(1_000))
        self.report = next(path for path in numbered if not path.exists())
        self.target, self.planned, self.probes, self.end, self.words = wanted.target, 0, {}, {}, ""
        self._stopping, self.phase = False, ProbePhase.GOING
        self._program = Program(wanted.arguments(self.data, self.report), data=self.data, parent=self._session)
        self._program.obeys = False
        self._program.lines_came.connect(self._take)
        self._program.ended.connect(self._ended)
        if self._job is not None:
            self._session.jobs.remove(self._job)
        title = self.tr("Probing %1").replace("%1", wanted.target)
        self._job = self._session.jobs.add(Job(title, icon="stethoscope", stop=self.stop))
        self._program.start()
        self.changed.emit()

    def stop(self) -> None:
        if self._program is not None:
            self._stopping = True
            self._program.interrupt()

    def open(self, path: Path) -> bool:
        """Takes an earlier report as the one to look at; False when it is none, or probes are going on."""
        body = read_report(path)
        if body is None or self.busy:
            return False
        self.report, self.target, self.end, self.words = path, str(body["target"]), body, ""
        self.probes = {str(one["id"]): one for one in body["probes"]}
        self.planned, self.phase = len(self.probes), ProbePhase.OVER
        self.changed.emit()
        return True

    # ---- what it tells ----------------------------------------------------------------------------------------
    def _take(self, lines: list[bytes]) -> None:
        for line in lines:
            try:
                body = json.loads(line)
            except ValueError:
                continue
            if isinstance(body, dict):
                self._told(body)
        self.changed.emit()

    def _told(self, body: dict[str, Any]) -> None:
        match body.get("event"):
            case "begin":
                self.planned = len(body["probes"])
            case "probe":
                self.probes[str(body["id"])] = body
                if self._job is not None:
                    said = self.tr("%1 of %2 probes").replace("%1", str(len(self.probes)))
                    self._job.report(JobState.RUNNING, said.replace("%2", str(self.planned)))
            case "end":
                self.end = body

    def _ended(self, code: int, words: str) -> None:
        program, self._program = self._program, None
        if program is not None:
            program.deleteLater()
        self.words = words
        if self.end and self.end.get("reachable", False):
            self.phase = ProbePhase.OVER
        else:
            self.phase = ProbePhase.STOPPED if self._stopping else ProbePhase.BROKEN
            self.report = None
        if self._job is not None:
            passed = self.phase is ProbePhase.OVER and bool(self.end.get("passed"))
            state = JobState.DONE if passed else JobState.STOPPED if self._stopping else JobState.FAILED
            failed = sum(one["outcome"] == "fail" for one in self.probes.values())
            done = self.tr("all passed") if passed else self.tr("%n failed", "", failed)
            self._job.report(state, done if self.phase is ProbePhase.OVER else words or self.tr("stopped"))
        self.changed.emit()


def read_report(path: Path) -> dict[str, Any] | None:
    """A report of probes as it was written; None when it is none."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = (
        isinstance(body, dict) and body.get("schema") == 1 and {"target", "probes", "counts", "started"} <= set(body)
    )
    return body if known and body.get("reachable") else None


def probe_runner(session: Session) -> ProbeRunner:
    """The session's one runner, made when first asked for."""
    found = session.findChild(ProbeRunner)
    return found if isinstance(found, ProbeRunner) else ProbeRunner(session)
