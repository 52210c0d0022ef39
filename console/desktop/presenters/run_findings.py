"""What a run found, in words: checks, answers, problems and the verdict. Reads values, touches no widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from console.core.errors import Refused
from console.desktop.formats import Formats
from console.desktop.models.live_run import LiveRun
from console.desktop.presenters.run_words import (
    NOTHING,
    percent,
    with_ms,
)
from console.harness.load.live import Check, Problem, RunState
from console.harness.verdict.thresholds import parse_threshold


@dataclass(frozen=True, slots=True)
class CheckLine:
    """`word` says the state: passed, failed, running, not observed."""

    title: str
    detail: str
    word: str
    icon: str
    tone: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A share of the answers; `token` a colour token."""

    code: str
    words: str
    count: int
    shown: str
    share: str
    token: str


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """`key` finds the problem again: worker and row."""

    key: str
    when: str
    code: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The banner after a run. `surface` is ok, fail, warn or info."""

    title: str
    text: str
    icon: str
    token: str
    surface: str


def checks(run: LiveRun, formats: Formats) -> tuple[CheckLine, ...]:
    """The verdict line by line as it stands."""
    translate = QCoreApplication.translate
    looks = {
        "pass": (translate("RunWords", "passed"), "check", "ok"),
        "fail": (translate("RunWords", "failed"), "octagon-x", "fail"),
        "running": (translate("RunWords", "running"), "clock", "quiet"),
        "unknown": (translate("RunWords", "not observed"), "circle-question-mark", "quiet"),
    }
    if run.snapshot is None:
        return ()
    lines = []
    for check in sorted(run.snapshot.checks, key=_weight):
        word, icon, tone = looks.get(check.state, looks["unknown"])
        title = check_title(check.name, check.title, check.limit, formats)
        lines.append(CheckLine(title, check.detail, word, icon, tone, check.state == "fail"))
    return tuple(lines)


_LEADING: Final = ("lost", "double_charted", "out_of_order", "wrong_patient", "wrong_value", "unanswered")
"""The questions a run is made for come first, in this order; the rest as the scenario has them."""


def _weight(check: Check) -> int:
    return _LEADING.index(check.name) if check.name in _LEADING else len(_LEADING)


def most_telling(lines: Sequence[CheckLine], most: int) -> tuple[CheckLine, ...]:
    """Those to show where there is room for so many: what failed, then what is not decided, then the rest in order."""
    if len(lines) <= most:
        return tuple(lines)
    rank = {line: 0 if line.failed else 1 if line.tone == "quiet" else 2 for line in lines}
    chosen = sorted(range(len(lines)), key=lambda number: (rank[lines[number]], number))[:most]
    return tuple(lines[number] for number in sorted(chosen))


def planned_checks(thresholds: Sequence[str], formats: Formats) -> tuple[CheckLine, ...]:
    """What a scenario demands, before it has run."""
    word = QCoreApplication.translate("RunWords", "planned")
    lines = []
    for text in thresholds:
        try:
            threshold = parse_threshold(text)
        except Refused:
            title = text
        else:
            title = check_title(threshold.metric, threshold.text, threshold.limit, formats)
        lines.append(CheckLine(title, "", word, "circle-dashed", "quiet"))
    return tuple(lines)


def check_title(name: str, title: str, limit: float | None, formats: Formats) -> str:
    """The questions everybody asks in plain words; any other threshold as it is written in the scenario.

    `title` tells which way the comparison goes: `answer.p99 < 300ms`."""
    translate = QCoreApplication.translate
    plain = {
        "lost": translate("RunWords", "No result lost"),
        "double_charted": translate("RunWords", "No result charted twice"),
        "out_of_order": translate("RunWords", "Order kept per patient"),
        "wrong_patient": translate("RunWords", "No result at the wrong patient"),
        "wrong_value": translate("RunWords", "No result changed on the way"),
        "wrong_order": translate("RunWords", "No result at the wrong order"),
        "stale": translate("RunWords", "Corrections last"),
        "unanswered": translate("RunWords", "Every message answered"),
        "positive_for_broken": translate("RunWords", "No broken message accepted"),
        "ack_swapped": translate("RunWords", "No acknowledgment for another message"),
        "not_sent": translate("RunWords", "Everything planned was sent"),
    }
    if name in plain:
        return plain[name] if not limit else title
    if limit is None or "<" not in title:
        return title
    kind, _, which = name.partition(".")
    if kind in ("answer", "service", "lag") and which:
        under = {
            "answer": translate("RunWords", "%1 under %2"),
            "service": translate("RunWords", "%1 from the actual send under %2"),
            "lag": translate("RunWords", "The harness itself late by less than %2 (%1)"),
        }[kind]
        return under.replace("%1", which).replace("%2", with_ms(limit, formats))
    if name == "drain":
        words = translate("RunWords", "Queue empty within %1 of the end")
        return words.replace("%1", formats.duration(float(limit)))
    if name == "recovery":
        words = translate("RunWords", "Recovered within %1 of the outage")
        return words.replace("%1", formats.duration(float(limit)))
    if name == "errors":
        return translate("RunWords", "Errors under %1").replace("%1", percent(limit, formats))
    return title


_ANSWERS: Final = (
    ("AA", "cat_result"),
    ("CA", "cat_order"),
    ("AE", "warn_solid"),
    ("CE", "warn_solid"),
    ("AR", "fail_solid"),
    ("CR", "fail_solid"),
    ("none", "quiet_solid"),
    ("late", "review_solid"),
    ("lost", "quiet_solid"),
    ("no connection", "quiet_solid"),
    ("malformed", "fail_solid"),
    ("wrong id", "fail_solid"),
)


def answers(run: LiveRun, formats: Formats) -> tuple[AnswerLine, ...]:
    """What the receiver said, by code, in a fixed order; codes that did not occur are left out, AA never."""
    if run.snapshot is None:
        return ()
    translate = QCoreApplication.translate
    words = {
        "AA": translate("RunWords", "AA accepted"),
        "CA": translate("RunWords", "CA taken, not yet applied"),
        "AE": translate("RunWords", "AE error"),
        "CE": translate("RunWords", "CE error"),
        "AR": translate("RunWords", "AR rejected"),
        "CR": translate("RunWords", "CR rejected"),
        "none": translate("RunWords", "no answer in time"),
        "late": translate("RunWords", "answered too late"),
        "lost": translate("RunWords", "connection lost"),
        "no connection": translate("RunWords", "nobody could be reached"),
        "malformed": translate("RunWords", "no acknowledgment"),
        "wrong id": translate("RunWords", "for another message"),
    }
    found = run.snapshot.answers
    total = sum(found.values())
    known = [*_ANSWERS, *((code, "quiet_solid") for code in found if code not in dict(_ANSWERS))]
    return tuple(
        AnswerLine(
            code,
            words.get(code, code),
            found.get(code, 0),
            formats.number(found.get(code, 0)),
            percent(found.get(code, 0) / total, formats) if total else NOTHING,
            token,
        )
        for code, token in known
        if found.get(code, 0) or code == "AA"
    )


def problem_lines(problems: Sequence[Problem], formats: Formats) -> tuple[ProblemLine, ...]:
    """Newest first."""
    return tuple(problem_line(problem, formats) for problem in reversed(problems))


def problem_line(problem: Problem, formats: Formats) -> ProblemLine:
    whole = int(problem.at_s)
    when = f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}" if whole >= 3600 else ""
    when = when or f"{whole // 60:02d}:{whole % 60:02d}"
    text = problem.text or outcome_words(problem.outcome)
    if problem.fault:
        text = f"{text} ({problem.fault})"
    tone = "warn_fg" if problem.fault or problem.code in ("AE", "CE") else "fail_fg"
    return ProblemLine(f"{problem.worker}:{problem.row}", when, problem.code or NOTHING, text, tone)


def outcome_words(outcome: str) -> str:
    """What became of a message, by the ledger's word for it."""
    translate = QCoreApplication.translate
    words = {
        "accepted": translate("RunWords", "accepted although it was broken"),
        "failed": translate("RunWords", "answered with an error"),
        "rejected": translate("RunWords", "rejected"),
        "commit-only": translate("RunWords", "taken, and never applied"),
        "no-answer": translate("RunWords", "no answer in time"),
        "late": translate("RunWords", "answered too late"),
        "connection-lost": translate("RunWords", "the connection ended before the answer"),
        "malformed-answer": translate("RunWords", "the answer is no acknowledgment"),
        "wrong-id": translate("RunWords", "the answer names another message"),
        "not-sent": translate("RunWords", "not sent"),
        "no-connection": translate("RunWords", "nobody could be reached"),
    }
    return words.get(outcome.lower().replace("_", "-").replace(" ", "-"), outcome)


def verdict(run: LiveRun, formats: Formats) -> Verdict | None:
    """What the run proved; None while it goes on."""
    snapshot = run.snapshot
    if snapshot is None or not snapshot.state.over:
        return None
    translate = QCoreApplication.translate
    text = snapshot.text.removeprefix(snapshot.state.value).lstrip(" ;:")
    text = text[:1].upper() + text[1:]
    if snapshot.state is RunState.PASSED:
        passed = sum(1 for check in snapshot.checks if check.state == "pass")
        open_ones = [c for c in checks(run, formats) if c.icon == "circle-question-mark"]
        title = translate("RunWords", "Passed: %1 of %2 checks")
        title = title.replace("%1", str(passed)).replace("%2", str(len(snapshot.checks)))
        if not snapshot.checks:
            title = translate("RunWords", "Done: this scenario checks nothing")
        if open_ones:
            could_not = translate("RunWords", "Not observed: %1.")
            text = f"{could_not.replace('%1', ', '.join(c.title for c in open_ones))} {text}".strip()
        return Verdict(title, text, "circle-check", "ok_fg", "ok")
    if snapshot.state is RunState.FAILED:
        failed = ", ".join(check.title for check in checks(run, formats) if check.failed)
        title = translate("RunWords", "Failed: %1").replace("%1", failed) if failed else translate("RunWords", "Failed")
        return Verdict(title, text, "octagon-x", "fail_fg", "fail")
    if snapshot.state is RunState.INVALID:
        title = translate("RunWords", "Invalid measurement: this computer was too slow, not the target")
        return Verdict(title, text, "triangle-alert", "warn_fg", "warn")
    if snapshot.state is RunState.STOPPED:
        title = translate("RunWords", "Stopped after %1").replace(
            "%1", formats.duration(float(int(snapshot.elapsed_s)))
        )
        return Verdict(title, text, "square", "text2", "info")
    return Verdict(translate("RunWords", "Not started"), text, "shield-alert", "warn_fg", "warn")
