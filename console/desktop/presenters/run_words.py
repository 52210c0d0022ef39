"""A run in words: state, figures, checks, answers, problems and the verdict. Reads values, touches no widget."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from console.desktop.formats import Formats
from console.desktop.models.live_run import LiveRun
from console.desktop.presenters.counted import counted
from console.harness.load.live import Problem, RunState, Snapshot

NOTHING: Final = "–"
_ON_RATE: Final = 0.98
"""Answered at least this share of what is planned: keeping up."""


@dataclass(frozen=True, slots=True)
class StateWord:
    """`token` is a colour family; `icon` a Lucide name."""

    text: str
    icon: str
    token: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the six numbers. `tone` of the note: '' plain, ok, warn, fail; `icon` stands before it."""

    label: str
    value: str
    unit: str
    note: str = ""
    tone: str = ""
    icon: str = ""

    @property
    def spoken(self) -> str:
        return " ".join(
            part for part in (f"{self.label}:", self.value, self.unit, f"({self.note})" if self.note else "") if part
        )


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


def state_word(state: RunState, elapsed_s: float, formats: Formats) -> StateWord:
    """`Running 4min`; the time is left out where it says nothing."""
    translate = QCoreApplication.translate
    words = {
        RunState.STARTING: (translate("RunWords", "Starting"), "loader-circle", "info"),
        RunState.WARMING_UP: (translate("RunWords", "Warming up"), "loader-circle", "info"),
        RunState.RUNNING: (translate("RunWords", "Running"), "loader-circle", "info"),
        RunState.PAUSED: (translate("RunWords", "Paused"), "pause", "warn"),
        RunState.DRAINING: (translate("RunWords", "Waiting for answers"), "hourglass", "info"),
        RunState.VERIFYING: (translate("RunWords", "Checking what arrived"), "scan-search", "info"),
        RunState.PASSED: (translate("RunWords", "Passed"), "circle-check", "ok"),
        RunState.FAILED: (translate("RunWords", "Failed"), "octagon-x", "fail"),
        RunState.INVALID: (translate("RunWords", "Invalid measurement"), "triangle-alert", "warn"),
        RunState.STOPPED: (translate("RunWords", "Stopped"), "square", "quiet"),
        RunState.REFUSED: (translate("RunWords", "Not started"), "shield-alert", "warn"),
    }
    text, icon, token = words[state]
    timed = state not in (RunState.STARTING, RunState.REFUSED) and elapsed_s >= 1
    return StateWord(f"{text} {formats.duration(float(int(elapsed_s)))}" if timed else text, icon, token)


def run_line(snapshot: Snapshot, formats: Formats) -> str:
    """`8 senders → 127.0.0.1:6661 · seed 20261121 · run H-0147`."""
    parts = []
    if snapshot.connections or snapshot.targets:
        senders = counted.senders(snapshot.connections) if snapshot.connections else ""
        parts.append(" → ".join(part for part in (senders, ", ".join(snapshot.targets)) if part))
    if snapshot.seed:
        parts.append(QCoreApplication.translate("RunWords", "seed %1").replace("%1", str(snapshot.seed)))
    if snapshot.run:
        parts.append(QCoreApplication.translate("RunWords", "run %1").replace("%1", snapshot.run))
    return " · ".join(parts)


def milliseconds(value: float | None, formats: Formats) -> str:
    """`7.4`, `38`, `0.21`, `1,204`: as many figures as mean something."""
    if value is None or math.isnan(value):
        return NOTHING
    if value >= 100:
        return formats.number(round(value))
    text = f"{value:.0f}" if value >= 10 and round(value, 1) == round(value) else f"{value:.{1 if value >= 1 else 2}f}"
    return text.replace(".", ",") if formats.language == "es" else text


def with_ms(value: float | None, formats: Formats) -> str:
    """`308 ms`, `12sec` from ten seconds on."""
    if value is not None and value >= 10_000:
        return formats.duration(value / 1000)
    shown = milliseconds(value, formats).removesuffix(".0").removesuffix(",0")
    return shown if shown == NOTHING else f"{shown} ms"


def at_second(second: float, formats: Formats) -> str:
    return formats.duration(float(round(second))) if second >= 1 else QCoreApplication.translate("RunWords", "start")


def percent(share: float, formats: Formats) -> str:
    """`96.2 %`; a little is never shown as nothing, and nearly all never as all."""
    value = 100 * share
    if 0 < value < 0.1:
        text = "< 0.1"
    elif 99.9 < value < 100:
        text = "> 99.9"
    else:
        text = f"{value:.1f}".removesuffix(".0")
    return f"{text.replace('.', ',') if formats.language == 'es' else text} %"


# ---- the six figures --------------------------------------------------------------------------------------------


def figures(run: LiveRun, formats: Formats) -> tuple[Figure, ...]:
    """Sent, acknowledged a second, p50, p99, waiting, lost: with what to hold each against."""
    snapshot = run.snapshot
    return (
        _sent(snapshot, formats),
        _acknowledged(run, snapshot, formats),
        _p50(snapshot, formats),
        _p99(run, snapshot, formats),
        _waiting(run, snapshot, formats),
        _lost(run, snapshot, formats),
    )


def _sent(snapshot: Snapshot | None, formats: Formats) -> Figure:
    label, unit = QCoreApplication.translate("RunWords", "Sent"), QCoreApplication.translate("RunWords", "messages")
    if snapshot is None:
        return Figure(label, NOTHING, "")
    note = ""
    if snapshot.planned_total:
        words = QCoreApplication.translate("RunWords", "of %1 planned, %2")
        share = min(snapshot.sent / snapshot.planned_total, 1.0)
        note = words.replace("%1", formats.number(snapshot.planned_total))
        note = note.replace("%2", f"{math.floor(100 * share + 1e-9)} %")
    return Figure(label, formats.number(snapshot.sent), unit, note)


def _acknowledged(run: LiveRun, snapshot: Snapshot | None, formats: Formats) -> Figure:
    label = QCoreApplication.translate("RunWords", "Acknowledged")
    unit = QCoreApplication.translate("RunWords", "per sec")
    if snapshot is None:
        return Figure(label, NOTHING, "")
    if snapshot.state.over or snapshot.state is RunState.VERIFYING:
        total = QCoreApplication.translate("RunWords", "messages")
        words = QCoreApplication.translate("RunWords", "at most %1 in a second")
        most = formats.number(round(run.series.most("answered")))
        return Figure(label, formats.number(snapshot.answered), total, words.replace("%1", most))
    rate = snapshot.answered_per_s
    planned = run.series.last("planned")
    value = formats.number(round(rate))
    if snapshot.state is not RunState.RUNNING or math.isnan(planned) or planned <= 0:
        return Figure(label, value, unit)
    note = QCoreApplication.translate("RunWords", "planned %1 per sec").replace("%1", formats.number(round(planned)))
    if rate >= _ON_RATE * planned or planned - rate < 1.5:
        return Figure(label, value, unit, note, "ok", "check")
    return Figure(label, value, unit, note, "warn", "triangle-alert")


def _p50(snapshot: Snapshot | None, formats: Formats) -> Figure:
    label = QCoreApplication.translate("RunWords", "Answer time p50")
    if snapshot is None:
        return Figure(label, NOTHING, "")
    times = snapshot.answer_whole_ms if snapshot.state.over else snapshot.answer_ms
    note = "" if times.p95 is None else f"p95 {with_ms(times.p95, formats)}"
    return Figure(label, milliseconds(times.p50, formats), "ms" if times.p50 is not None else "", note)


def _p99(run: LiveRun, snapshot: Snapshot | None, formats: Formats) -> Figure:
    label = QCoreApplication.translate("RunWords", "Answer time p99")
    limit = run.p99_limit
    limited = QCoreApplication.translate("RunWords", "limit %1").replace("%1", with_ms(limit, formats)) if limit else ""
    if snapshot is None:
        return Figure(label, NOTHING, "", limited)
    times = snapshot.answer_whole_ms if snapshot.state.over else snapshot.answer_ms
    value, unit = milliseconds(times.p99, formats), "ms" if times.p99 is not None else ""
    peak, second = run.series.peak_p99
    if math.isnan(peak):
        return Figure(label, value, unit, limited)
    words = QCoreApplication.translate("RunWords", "peak %1 at %2")
    peaked = words.replace("%1", with_ms(peak, formats)).replace("%2", at_second(second, formats))
    note = " · ".join(part for part in (limited, peaked) if part)
    if limit is None:
        return Figure(label, value, unit, note)
    check = run.check("answer.p99")
    if check is not None and check.state == "fail":
        return Figure(label, value, unit, note, "fail", "octagon-x")
    if peak > limit:
        return Figure(label, value, unit, note, "warn", "triangle-alert")
    return Figure(label, value, unit, note, "ok", "check")


def _waiting(run: LiveRun, snapshot: Snapshot | None, formats: Formats) -> Figure:
    label, unit = QCoreApplication.translate("RunWords", "Waiting"), QCoreApplication.translate("RunWords", "messages")
    if snapshot is None:
        return Figure(label, NOTHING, "")
    peak, second = run.series.peak_waiting
    note = ""
    if snapshot.peak_waiting or peak:
        words = QCoreApplication.translate("RunWords", "peak %1 at %2")
        shown = formats.number(max(snapshot.peak_waiting, peak))
        note = words.replace("%1", shown).replace("%2", at_second(second, formats))
    return Figure(label, formats.number(snapshot.waiting + snapshot.queued), unit, note)


def _lost(run: LiveRun, snapshot: Snapshot | None, formats: Formats) -> Figure:
    """Known only once somebody was asked what arrived; until then it says so and counts what was not answered."""
    label, unit = QCoreApplication.translate("RunWords", "Lost"), QCoreApplication.translate("RunWords", "results")
    check = run.check("lost")
    if check is not None and check.value is not None:
        value = formats.number(round(check.value))
        if check.value:
            note = QCoreApplication.translate("RunWords", "acknowledged and not there")
            return Figure(label, value, unit, note, "fail", "octagon-x")
        note = QCoreApplication.translate("RunWords", "every acknowledged result is there")
        return Figure(label, value, unit, note, "ok", "check")
    if snapshot is None:
        return Figure(label, NOTHING, "")
    silent = sum(snapshot.answers.get(code, 0) for code in ("none", "lost", "no connection"))
    if silent:
        words = QCoreApplication.translate("RunWords", "not checked yet · %1 without an answer")
        return Figure(label, NOTHING, "", words.replace("%1", formats.number(silent)), "warn", "triangle-alert")
    if check is None and snapshot.state.over:
        return Figure(label, NOTHING, "", QCoreApplication.translate("RunWords", "not checked in this run"))
    if check is None:
        return Figure(label, NOTHING, "", QCoreApplication.translate("RunWords", "all answered so far"))
    return Figure(label, NOTHING, "", QCoreApplication.translate("RunWords", "checked when the run has ended"))


# ---- checks, answers, problems ----------------------------------------------------------------------------------


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
    for check in run.snapshot.checks:
        word, icon, tone = looks.get(check.state, looks["unknown"])
        title = check_title(check.name, check.title, check.limit, formats)
        lines.append(CheckLine(title, check.detail, word, icon, tone, check.state == "fail"))
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


# ---- the verdict ------------------------------------------------------------------------------------------------


def verdict(run: LiveRun, formats: Formats) -> Verdict | None:
    """What the run proved; None while it goes on."""
    snapshot = run.snapshot
    if snapshot is None or not snapshot.state.over:
        return None
    translate = QCoreApplication.translate
    text = "" if snapshot.text.strip() == snapshot.state.value else snapshot.text
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
