"""After a run: check again what arrived, save its report elsewhere, compare it with another."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from console.connections.tokens import read_token_file
from console.core.errors import SignalboxError
from console.desktop.formats import Formats
from console.desktop.harness_program import Program
from console.desktop.jobs import Job, JobState
from console.desktop.models.live_run import LiveRun, read_snapshot
from console.desktop.operations import Latest
from console.desktop.presenters import run_words as words
from console.desktop.run_shelf import EarlierRun
from console.desktop.send_command import compare_arguments, verify_arguments
from console.desktop.session import Session
from console.harness.load.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One figure of two runs side by side. `tone` is a colour token, `icon` and `word` say the same."""

    name: str
    before: str
    after: str
    ratio: str
    word: str
    icon: str
    tone: str
    note: str


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """`verdict` in a sentence; `page` the same as an HTML file."""

    before: str
    after: str
    content: str
    verdict: str
    worse: bool
    notes: tuple[str, ...]
    lines: tuple[ChangeLine, ...]
    page: Path


class RunAfter(QObject):
    """`verified` carries the run with its new checks; `compared` a `ComparisonView`; `failed` a sentence; `saved` the
    file."""

    verified = Signal(object)
    compared = Signal(object)
    failed = Signal(str)
    saved = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._saving = Latest(session.io, self)
        self._verifying: Program | None = None
        self._comparing: Program | None = None

    @property
    def _data(self) -> Path:
        return self._session.settings.path.parent

    # ---- verifying ------------------------------------------------------------------------------------------------
    @property
    def is_verifying(self) -> bool:
        return self._verifying is not None

    def verify(self, run: LiveRun) -> None:
        """Asks once more what arrived and writes the answer into the run's report; in the job tray meanwhile."""
        snapshot = run.snapshot
        if snapshot is None or not snapshot.folder or self.is_verifying:
            return
        engine = self._session.local_engine
        local = engine is not None and engine.mllp in snapshot.targets
        token = (read_token_file(engine.token_file) or "") if engine is not None and local else ""
        url = engine.http if engine is not None and local else ""
        arguments = verify_arguments(Path(snapshot.folder), url)
        program = Program(arguments, data=self._data, token=token, parent=self._session)
        program.keep_output = True
        title = QCoreApplication.translate("RunAfter", "Check of run %1").replace("%1", snapshot.run)
        job = self._session.jobs.add(Job(title, icon="scan-search", stop=program.end))
        job.report(JobState.RUNNING, QCoreApplication.translate("RunAfter", "asking what arrived"))
        program.ended.connect(lambda code, said: self._verified(run, program, job, said))
        self._verifying = program
        program.start()

    def _verified(self, run: LiveRun, program: Program, job: Job, said: str) -> None:
        self._verifying = None
        program.deleteLater()
        try:
            checks = json.loads(program.output)["checks"]
        except (ValueError, KeyError, TypeError):
            text = said or QCoreApplication.translate("RunAfter", "It could not be checked what arrived.")
            job.report(JobState.FAILED, text)
            self.failed.emit(text)
            return
        with_new_checks(run, checks)
        failed = any(check.get("state") == "fail" for check in checks)
        word = QCoreApplication.translate("RunAfter", "checked")
        job.report(JobState.FAILED if failed else JobState.DONE, word)
        self.verified.emit(run)

    # ---- saving ---------------------------------------------------------------------------------------------------
    def save(self, folder: Path, path: Path, *, junit: bool) -> None:
        """The report of a run as JSON, or as JUnit XML for a build server."""

        def write() -> Path:
            from console.harness.verdict.report import read_report, write_reports

            report = read_report(RunFolder(folder).report)
            write_reports(report, json_to=() if junit else (path,), junit_to=(path,) if junit else ())
            return path

        async def away() -> Path:
            return await asyncio.to_thread(write)

        def failed(error: SignalboxError) -> None:
            self.failed.emit(error.text)

        self._saving.run(away, done=self.saved.emit, failed=failed)

    # ---- comparing ------------------------------------------------------------------------------------------------
    def compare(self, before: EarlierRun, after: EarlierRun) -> None:
        if self._comparing is not None:
            return
        page = after.folder / f"compared-with-{before.key}.html"
        program = Program(compare_arguments(before.folder, after.folder, page), data=self._data, parent=self._session)
        program.keep_output = True
        program.ended.connect(lambda code, said: self._compared(program, page, said))
        self._comparing = program
        program.start()

    def _compared(self, program: Program, page: Path, said: str) -> None:
        self._comparing = None
        program.deleteLater()
        try:
            view = comparison_view(json.loads(program.output), page, self._session.formats)
        except (ValueError, KeyError, TypeError):
            text = said or QCoreApplication.translate("RunAfter", "The two runs could not be compared.")
            self.failed.emit(text)
            return
        self.compared.emit(view)


def with_new_checks(run: LiveRun, checks: list[Mapping[str, Any]]) -> None:
    """The run with these checks in the place of those of the same name; others stay."""
    if run.snapshot is None:
        return
    made = read_snapshot({"state": run.snapshot.state.value, "checks": checks})
    if made is None:
        return
    new = {check.name: check for check in made.checks}
    kept = [new.pop(check.name, check) for check in run.snapshot.checks]
    run.snapshot = replace(run.snapshot, checks=[*kept, *new.values()])


def comparison_view(body: Mapping[str, Any], page: Path, formats: Formats) -> ComparisonView:
    """From `harness compare --json`. Raises KeyError or TypeError when it is none."""
    translate = QCoreApplication.translate
    worse = bool(body["worse"])
    verdict = (
        translate("RunAfter", "The later run is worse.")
        if worse
        else translate("RunAfter", "The later run is not worse.")
    )
    return ComparisonView(
        before=str(body["a"]),
        after=str(body["b"]),
        content=str(body["content"]),
        verdict=verdict,
        worse=worse,
        notes=tuple(str(note) for note in body.get("notes") or ()),
        lines=tuple(_change(row, formats) for row in body["rows"]),
        page=page,
    )


def _change(row: Mapping[str, Any], formats: Formats) -> ChangeLine:
    translate = QCoreApplication.translate
    looks = {
        "better": (translate("RunAfter", "better"), "check", "ok_fg"),
        "worse": (translate("RunAfter", "worse"), "octagon-x", "fail_fg"),
        "same": (translate("RunAfter", "same"), "minus", "text2"),
        "unclear": (translate("RunAfter", "within noise"), "minus", "text2"),
        "unknown": (translate("RunAfter", "not known"), "circle-question-mark", "text3"),
    }
    word, icon, tone = looks.get(str(row["change"]), looks["unknown"])
    ratio = row.get("ratio")
    text = f"× {ratio:.2f}" if ratio is not None else ""
    if row.get("low") is not None and row.get("high") is not None:
        text += f"  [{row['low']:.2f}, {row['high']:.2f}]"
    return ChangeLine(
        name=str(row["name"]),
        before=metric_words(str(row["name"]), row.get("a"), formats),
        after=metric_words(str(row["name"]), row.get("b"), formats),
        ratio=text.replace(".", ",") if formats.language == "es" else text,
        word=word,
        icon=icon,
        tone=tone,
        note=str(row.get("note") or ""),
    )


def metric_words(name: str, value: float | None, formats: Formats) -> str:
    """A value of a metric with its unit."""
    if value is None:
        return words.NOTHING
    kind = name.partition(".")[0]
    if kind in ("answer", "service", "lag"):
        return words.with_ms(value, formats)
    if kind == "rate":
        return QCoreApplication.translate("RunAfter", "%1 per sec").replace("%1", formats.number(round(value)))
    if name in ("drain", "recovery", "settle"):
        return formats.duration(float(value))
    if name in ("errors", "achieved"):
        return words.percent(value, formats)
    return formats.number(round(value)) if value == int(value) else f"{value:.4g}"
