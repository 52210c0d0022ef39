"""A run in words: its state, its line, and how times, shares and moments are written. Reads values, no widget."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from console.desktop.formats import Formats
from console.desktop.presenters.counted import counted
from console.harness.load.live import RunState, Snapshot

NOTHING: Final = "–"


@dataclass(frozen=True, slots=True)
class StateWord:
    """`token` is a colour family; `icon` a Lucide name."""

    text: str
    icon: str
    token: str


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
