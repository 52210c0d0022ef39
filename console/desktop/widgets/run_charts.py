"""The three charts of a run: messages a second, answer times, and how those spread."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

from console.desktop.formats import Formats
from console.desktop.models.live_run import LiveRun
from console.desktop.presenters import run_words as words
from console.desktop.theme import px
from console.desktop.widgets.chart_card import ChartCard
from console.desktop.widgets.chart_spread import SpreadChart
from console.desktop.widgets.chart_time import Limit, Line, TimeChart
from console.desktop.widgets.kit import Button, column

RECENT_S: Final = 300
"""Seconds that "last 5 min" shows."""


class RunCharts(QWidget):
    """`show_run` after each batch of figures; the charts repaint no oftener."""

    def __init__(self, formats: Formats, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formats = formats
        self._run = LiveRun()
        self._busy = False
        rate_lines = (
            Line("answered", "cat_result", self.tr("acknowledged"), 2.0, filled=True),
            Line("sent", "cat_order", self.tr("sent"), 1.6),
            Line("planned", "text2", self.tr("planned"), dashed=True),
        )
        self.rate = TimeChart(self.tr("Messages per second"), rate_lines, lambda v: formats.number(round(v)), formats)
        self.rate.nothing = self.tr("Sent and acknowledged messages show here, second by second.")
        time_lines = (
            Line("p99", "cat_fhir", "p99", 2.0),
            Line("p95", "cat_order", "p95", 1.4),
            Line("p50", "cat_result", "p50", 1.6, filled=True),
        )
        self.time = TimeChart(self.tr("Answer time"), time_lines, lambda v: words.with_ms(v, formats), formats)
        self.time.nothing = self.tr("How long answers take from the planned send time shows here.")
        self.spread = SpreadChart(self.tr("Spread of answer times"), formats)
        self.spread.nothing = self.tr("How answer times spread shows here.")
        self.recent = Button(
            self.tr("Last 5 min"), kind="link", name=self.tr("Show only the last five minutes"), checkable=True
        )
        self.recent.toggled.connect(lambda _: self._show())
        self.rate_card = ChartCard(
            self.tr("Messages per second"),
            "",
            self.rate,
            headers=(self.tr("Time"), *(line.title for line in rate_lines)),
            rows=self.rate.table,
            lines=tuple(reversed(rate_lines)),
        )
        self.rate_card.extras.addWidget(self.recent)
        self.time_card = ChartCard(
            self.tr("Answer time"),
            self.tr("ms, from the planned send time"),
            self.time,
            headers=(self.tr("Time"), *(line.title for line in time_lines)),
            rows=self.time.table,
            lines=tuple(reversed(time_lines)),
        )
        self.spread_card = ChartCard(
            self.tr("Spread of answer times"),
            self.tr("whole run after warm-up"),
            self.spread,
            headers=(self.tr("Range"), self.tr("Messages"), self.tr("Share")),
            rows=self.spread.table,
        )
        self.cards = (self.rate_card, self.time_card, self.spread_card)
        whole = column(*self.cards, gap=10)
        for number in range(len(self.cards)):
            whole.setStretch(number, 1)
        self.setLayout(whole)
        self._show()

    def set_least_height(self, height: int) -> None:
        """Pixels at 100 % that each card needs."""
        for card in self.cards:
            card.setMinimumHeight(px(height))

    def show_run(self, run: LiveRun, *, busy: bool) -> None:
        self._run, self._busy = run, busy
        self._show()

    def _show(self) -> None:
        run, formats = self._run, self._formats
        snapshot, length = run.snapshot, len(run.series)
        self.recent.setVisible(length > RECENT_S)
        recent = self.recent.isChecked() and length > RECENT_S
        start = length - RECENT_S if recent else 0
        stop = max(length, 10 if self._busy else 2)
        note = self.tr("last %1").replace("%1", formats.duration(float(stop - start)))
        self.rate_card.set_note(note if recent else (self.tr("whole run") if length else ""))
        bands = snapshot.bands if snapshot is not None else ()
        self.rate.show_run(run.series, start, stop, bands=bands)
        self.time.show_run(run.series, start, stop, bands=bands, limit=self._limit())
        self.spread.show_spread(snapshot.spread if snapshot is not None else (), run.p99_limit)
        for card in self.cards:
            card.refresh()

    def _limit(self) -> Limit | None:
        limit = self._run.p99_limit
        if limit is None:
            return None
        return Limit(limit, self.tr("limit p99 %1").replace("%1", words.with_ms(limit, self._formats)))
