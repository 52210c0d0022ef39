"""Axes: round steps for values and for times, and their short labels. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from console.desktop.formats import Formats

TIME_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400)
"""Seconds between two marks that a person reads without counting."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A value axis from 0 to `top` with marks every `step`."""

    top: float
    step: float

    @property
    def marks(self) -> list[float]:
        count = round(self.top / self.step)
        return [self.step * n for n in range(count + 1)]


def value_axis(most: float, wanted: int = 4, *, whole: bool = False) -> Axis:
    """An axis that holds `most` with about `wanted` steps of 1, 2, 2.5 or 5 times a power of ten. `whole`: counts."""
    if not math.isfinite(most) or most <= 0:
        most = 1.0
    rough = most / max(wanted, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    if whole:
        step = float(max(1, math.ceil(step)))
    return Axis(step * max(math.ceil(most / step - 1e-9), 1), step)


def time_step(span: float, wanted: int) -> int:
    """Seconds between marks, so that a span has about `wanted` of them."""
    rough = max(span, 1) / max(wanted, 1)
    return next((step for step in TIME_STEPS if step >= rough), TIME_STEPS[-1])


def short_number(value: float, formats: Formats) -> str:
    """`40k`, `1.5M`, `250`, `0.5`: for an axis."""
    for limit, divisor, mark in ((1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if abs(value) >= limit:
            return _plain(value / divisor, formats) + mark
    return _plain(value, formats)


def _plain(value: float, formats: Formats) -> str:
    text = f"{value:.0f}" if value == int(value) else f"{value:.3g}"
    return text.replace(".", ",") if formats.language == "es" else text


def clock_label(seconds: float, formats: Formats) -> str:
    """`0`, `1min`, `2min 30sec`, `1hr`: a time of the run."""
    return "0" if seconds == 0 else formats.duration(float(round(seconds)))


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a spread: milliseconds from `low` to `high`, and how many messages."""

    low: float
    high: float
    count: int


_EDGES: Final = tuple(factor * 10.0**power for power in range(-2, 7) for factor in (1.0, 1.5, 2.0, 3.0, 5.0, 7.0))


def spread_bars(spread: Sequence[tuple[float, int]], *, limit: float | None = None) -> list[Bar]:
    """The buckets of a run (upper bound in ms, count) as bars of about equal width on a logarithmic scale.

    The limit is an edge of its own, so that no bar is half over it. Empty ends are left out.
    """
    counted = sorted((upper, count) for upper, count in spread if count > 0)
    if not counted:
        return []
    edges = sorted({*_EDGES, *([limit] if limit else [])})
    smallest, largest = counted[0][0], counted[-1][0]
    first = max((n for n, edge in enumerate(edges) if edge < smallest), default=0)
    last = next((n for n, edge in enumerate(edges) if edge >= largest), len(edges) - 1)
    edges = edges[first : last + 1] if last > first else edges[first : first + 2]
    counts = [0] * (len(edges) - 1)
    place = 0
    for upper, count in counted:
        while place < len(counts) - 1 and upper > edges[place + 1] * (1 + 1e-9):
            place += 1
        counts[place] += count
    return [Bar(low, high, count) for (low, high), count in zip(_pairs(edges), counts, strict=True)]


def _pairs(edges: Sequence[float]) -> Iterable[tuple[float, float]]:
    return pairwise(edges)
