"""One message of a run, asked for by its row: as it went out, what came back, and why it is no plain success."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QCoreApplication, QObject, Signal

from console.desktop.formats import Formats
from console.desktop.harness_program import Program
from console.desktop.presenters import run_words as words
from console.desktop.presenters.run_findings import outcome_words
from console.desktop.send_command import message_arguments
from console.desktop.session import Session
from console.harness.load.live import Problem

_PLACE: Final = re.compile(r"\b([A-Z][A-Z0-9]{2}(?:\[\d+\])?-\d+(?:\.\d+)*)")
_ERR_2: Final = re.compile(r"^ERR\|[^|]*\|([A-Z][A-Z0-9]{2})\^(\d+)(?:\^(\d+))?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ProblemView:
    """`facts` are label and value; `places` the fields that the answer or the error names. `failure` says why the
    message itself cannot be shown."""

    title: str
    facts: tuple[tuple[str, str], ...]
    why: str
    message: str = ""
    answer: str = ""
    places: tuple[str, ...] = ()
    failure: str = ""
    copied: str = field(default="", repr=False)


class RunProblem(QObject):
    """`shown` with what is known at once, and again with the message when its program has made it."""

    shown = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._program: Program | None = None

    def open(self, problem: Problem, folder: str) -> None:
        self.stop()
        formats = self._session.formats
        self.shown.emit(problem_view(problem, None, formats))
        if not folder:
            return
        data = self._session.settings.path.parent
        program = Program(message_arguments(Path(folder), problem.worker, problem.row), data=data, parent=self._session)
        program.keep_output = True
        program.ended.connect(lambda code, said: self._made(problem, program, said))
        self._program = program
        program.start()

    def stop(self) -> None:
        if self._program is not None:
            self._program.ended.disconnect()
            self._program.end()
            self._program.deleteLater()
            self._program = None

    def _made(self, problem: Problem, program: Program, said: str) -> None:
        self._program = None
        program.deleteLater()
        try:
            body = json.loads(program.output)
        except ValueError:
            body = {"failure": said or QCoreApplication.translate("RunProblem", "The message could not be made again.")}
        self.shown.emit(problem_view(problem, body, self._session.formats))


def problem_view(problem: Problem, body: Mapping[str, Any] | None, formats: Formats) -> ProblemView:
    """`body`: what `harness show --json` said, None while it is being made."""
    translate = QCoreApplication.translate
    answers = [str(text) for text in (body or {}).get("answers") or ()]
    answer = answers[-1] if answers else problem.answer
    why = " ".join(
        part for part in (outcome_words(problem.outcome), f"({problem.text})" if problem.text else "") if part
    )
    facts = [
        (translate("RunProblem", "Control id"), problem.control_id or words.NOTHING),
        (translate("RunProblem", "Answer"), problem.code or words.NOTHING),
        (translate("RunProblem", "Time of the run"), formats.duration(problem.at_s)),
        (translate("RunProblem", "Row"), f"{problem.worker}:{problem.row}"),
    ]
    if body:
        facts += _measured(body, formats)
    if problem.fault:
        on_purpose = " · ".join(part for part in (problem.fault, str((body or {}).get("note") or "")) if part)
        facts.append((translate("RunProblem", "Broken on purpose"), on_purpose))
    expected = ", ".join(str(word) for word in (body or {}).get("expected") or ())
    if expected:
        facts.append((translate("RunProblem", "A sound receiver may say"), expected))
    message = str((body or {}).get("payload") or "")
    failure = str((body or {}).get("failure") or "")
    title = "  ".join(part for part in (problem.kind, problem.control_id) if part)
    lines = [title, why, *(f"{label}: {value}" for label, value in facts)]
    copied = "\n".join([*lines, "", *message.split("\r"), "", *answer.split("\r")]).strip()
    return ProblemView(title, tuple(facts), why, message, answer, places_named(answer, problem.text), failure, copied)


def _measured(body: Mapping[str, Any], formats: Formats) -> list[tuple[str, str]]:
    translate = QCoreApplication.translate
    sent, answered = body.get("sent_s"), body.get("answered_s")
    facts = []
    if sent is not None and answered is not None:
        facts.append((translate("RunProblem", "Answered after"), words.with_ms(1000 * (answered - sent), formats)))
    if int(body.get("attempts") or 0) > 1:
        facts.append((translate("RunProblem", "Sent so often"), str(body["attempts"])))
    if body.get("connection") is not None:
        facts.append((translate("RunProblem", "Connection"), str(body["connection"])))
    return facts


def places_named(*texts: str) -> tuple[str, ...]:
    """The fields that an answer (ERR-2) or an error text names: `OBX[2]-5`."""
    found: list[str] = []
    for text in texts:
        lines = text.replace("\r", "\n")
        found += [
            f"{segment}[{number}]-{place}" if place else f"{segment}-{number}"
            for segment, number, place in _ERR_2.findall(lines)
        ]
        found += _PLACE.findall(re.sub(r"^(MSH|ERR)\|.*$", "", lines, flags=re.MULTILINE))
    return tuple(dict.fromkeys(found))
