"""Every second of a run, kept at several coarsenesses, so that four hours draw as fast as four minutes. No Qt.

A coarse value never hides a bad second: rates are means over the seconds they stand for, waiting and answer times are
the worst of them.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from console.harness.load.live import Second

RATES: Final = ("planned", "sent", "answered")
WORST: Final = ("waiting", "p50", "p95", "p99")
COLUMNS: Final = RATES + WORST
LEVELS: Final = 12
"""Level n stands for 2^n seconds: the last for more than an hour a point."""
MOST_SECONDS: Final = 7 * 24 * 3600
"""Longer runs keep their first week."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the series ready to draw: point n stands for the `step` seconds from `starts[n]` on. NaN: nothing was
    measured."""

    step: int
    starts: Sequence[int]
    columns: dict[str, Sequence[float]]


class SecondSeries:
    """Takes seconds in any order (each may come again, the last word counts) and gives slices of any length."""

    def __init__(self) -> None:
        self._levels: list[dict[str, array[float]]] = [{name: array("d") for name in COLUMNS} for _ in range(LEVELS)]
        self.peak_p99: tuple[float, int] = (math.nan, 0)
        """The worst p99 of a second in milliseconds, and that second."""
        self.peak_waiting: tuple[int, int] = (0, 0)
        self.generation = 0
        """Rises with each change: who draws knows whether there is anything new."""

    def __len__(self) -> int:
        """Seconds from the start to the last known one."""
        return len(self._levels[0]["planned"])

    def take(self, second: Second) -> None:
        at = second.at_s
        if not 0 <= at < MOST_SECONDS:
            return
        self.generation += 1
        finest = self._levels[0]
        values = (second.planned, second.sent, second.answered, second.waiting, second.p50, second.p95, second.p99)
        while len(self) <= at:
            for name in RATES:
                finest[name].append(0.0)
            for name in WORST:
                finest[name].append(math.nan)
            self._raise(len(self) - 1)
        for name, value in zip(COLUMNS, values, strict=True):
            finest[name][at] = math.nan if value is None else float(value)
        self._raise(at)
        if second.p99 is not None and not second.p99 <= self.peak_p99[0]:
            self.peak_p99 = (second.p99, at)
        if second.waiting > self.peak_waiting[0]:
            self.peak_waiting = (second.waiting, at)

    def _raise(self, at: int) -> None:
        """Brings the coarser levels over second `at` up to date."""
        for number in range(1, LEVELS):
            below, level, place = self._levels[number - 1], self._levels[number], at >> number
            for name in COLUMNS:
                pair = below[name][2 * place : 2 * place + 2]
                value = math.fsum(pair) if name in RATES else _worst(pair)
                column = level[name]
                if place < len(column):
                    column[place] = value
                else:
                    column.append(value)

    def last(self, name: str) -> float:
        column = self._levels[0][name]
        return column[-1] if column else math.nan

    def most(self, name: str, start: int = 0, stop: int | None = None) -> float:
        """The highest value of a column between two seconds; 0 without any. Rates of one second."""
        end = len(self) if stop is None else min(stop, len(self))
        return max((v for v in self._levels[0][name][start:end] if not math.isnan(v)), default=0.0)

    def at(self, second: int) -> dict[str, float]:
        """All values of one second; empty outside."""
        if not 0 <= second < len(self):
            return {}
        return {name: self._levels[0][name][second] for name in COLUMNS}

    def slice(self, start: int, stop: int, most_points: int) -> Slice:
        """The seconds [start, stop) in at most about `most_points` points, at the finest step that allows it."""
        stop = min(max(stop, start), len(self))
        number = 0
        while number < LEVELS - 1 and (stop - start) >> number > max(most_points, 2):
            number += 1
        first, last = start >> number, -(-stop >> number)
        level, step = self._levels[number], 1 << number
        starts = range(first * step, last * step, step)
        columns: dict[str, Sequence[float]] = {}
        for name in COLUMNS:
            values = level[name][first:last]
            if name in RATES and number:
                # The last point may stand for fewer seconds than the others.
                spans = [min(step, len(self) - s) for s in starts]
                columns[name] = [value / span for value, span in zip(values, spans, strict=True)]
            else:
                columns[name] = values
        return Slice(step, starts, columns)


def _worst(values: Sequence[float]) -> float:
    return max((v for v in values if not math.isnan(v)), default=math.nan)
