"""The six figures of a run in words: each with what to hold it against. Reads values, touches no widget."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from console.desktop.formats import Formats
from console.desktop.models.live_run import LiveRun
from console.desktop.presenters.run_words import (
    NOTHING,
    at_second,
    milliseconds,
    with_ms,
)
from console.harness.load.live import RunState, Snapshot

_ON_RATE: Final = 0.98
"""Answered at least this share of what is planned: keeping up."""


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
