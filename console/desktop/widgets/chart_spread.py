"""How answer times spread: a bar for each range on a logarithmic scale; what is over the limit is hatched."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from console.desktop.formats import Formats
from console.desktop.models.chart_scale import Axis, Bar, short_number, spread_bars, value_axis
from console.desktop.theme import px, theme
from console.desktop.widgets.chart_frame import ChartFrame


class SpreadChart(ChartFrame):
    """`show_spread` takes the buckets of the whole run: (upper bound in ms, count)."""

    def __init__(self, name: str, formats: Formats, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._formats = formats
        self._bars: list[Bar] = []
        self._limit: float | None = None
        self._total = 0
        self.nothing = ""

    def show_spread(self, spread: Sequence[tuple[float, int]], limit: float | None) -> None:
        bars = spread_bars(spread, limit=limit)
        if (bars, limit) != (self._bars, self._limit):
            self._bars, self._limit = bars, limit
            self._total = sum(bar.count for bar in bars)
            self.update()

    # ---- hovering -------------------------------------------------------------------------------------------------
    def places(self) -> int:
        return len(self._bars)

    def place_at(self, x: float) -> int:
        room = self._room(self._axis())
        if not self._bars or not room.left() <= x <= room.right():
            return -1
        return min(int((x - room.left()) / room.width() * len(self._bars)), len(self._bars) - 1)

    def range_text(self, bar: Bar) -> str:
        """`2 – 3 ms`."""
        low, high = (short_number(value, self._formats) for value in (bar.low, bar.high))
        return f"{low} – {high} ms"

    def share_text(self, bar: Bar) -> str:
        text = f"{100 * bar.count / max(self._total, 1):.1f}"
        return f"{text.replace('.', ',') if self._formats.language == 'es' else text} %"

    def place_words(self, place: int) -> list[tuple[str, str, str]]:
        if not 0 <= place < len(self._bars):
            return []
        bar = self._bars[place]
        return [
            ("", self.range_text(bar), ""),
            ("", self.tr("messages"), self._formats.number(bar.count)),
            ("", self.tr("share"), self.share_text(bar)),
        ]

    def summary(self) -> str:
        if not self._bars:
            return self.nothing
        most = max(self._bars, key=lambda bar: bar.count)
        words = self.tr("Most answers took %1 (%2).").replace("%1", self.range_text(most))
        return words.replace("%2", self.share_text(most))

    def table(self) -> list[tuple[str, str, str]]:
        """Range, messages, share."""
        return [(self.range_text(bar), self._formats.number(bar.count), self.share_text(bar)) for bar in self._bars]

    # ---- painting -------------------------------------------------------------------------------------------------
    def _axis(self) -> Axis:
        most = max((bar.count for bar in self._bars), default=0)
        return value_axis(most, 4 if self.height() >= px(150) else 2, whole=True)

    def _room(self, axis: Axis) -> QRectF:
        left = self.label_width([short_number(mark, self._formats) for mark in axis.marks]) + px(8)
        return QRectF(left, px(6), max(self.width() - left - px(6), 10), max(self.height() - px(30), 10))

    def _is_over(self, bar: Bar) -> bool:
        return self._limit is not None and bar.low >= self._limit

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        axis = self._axis()
        room = self._room(axis)
        if not self._bars:
            self.paint_nothing(painter, self.nothing)
            return
        marks = [(mark / axis.top, short_number(mark, self._formats)) for mark in axis.marks]
        self.paint_value_axis(painter, room, marks)
        wide = room.width() / max(len(self._bars), 1)
        for number, bar in enumerate(self._bars):
            self._paint_bar(painter, room, room.left() + number * wide, wide, bar, axis)
        self._paint_edges(painter, room, wide)
        if self.place >= 0:
            self.paint_hover(painter, room, room.left() + (self.place + 0.5) * wide)
        self.paint_focus(painter)

    def _paint_bar(self, painter: QPainter, room: QRectF, left: float, wide: float, bar: Bar, axis: Axis) -> None:
        if not bar.count:
            return
        high = max(bar.count / axis.top * room.height(), px(2))
        box = QRectF(round(left + px(1)), round(room.bottom() - high), max(round(wide - px(2)), 2), round(high))
        if self._is_over(bar):
            painter.fillRect(box, theme().color("fail_soft"))
            painter.fillRect(box, QBrush(theme().color("fail_solid"), Qt.BrushStyle.BDiagPattern))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(theme().color("fail_solid"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(0, 0, -1, -1))
        else:
            painter.fillRect(box, theme().color("cat_result"))

    def _paint_edges(self, painter: QPainter, room: QRectF, wide: float) -> None:
        edges = [bar.low for bar in self._bars] + [self._bars[-1].high]
        texts = [short_number(edge, self._formats) for edge in edges]
        texts[-1] += " ms"
        marks = [(room.left() + number * wide, text) for number, text in enumerate(texts)]
        limit = next((n for n, edge in enumerate(edges) if edge == self._limit), None)
        # The last (with the unit) must not fall away for want of room.
        free = self.width() - self.label_width([texts[-1]]) - px(8)
        keep = [m for m in marks[:-1] if m[0] + self.label_width([m[1]]) / 2 < free]
        self.paint_marks(painter, room, [*keep, marks[-1]])
        if limit is not None and self._limit is not None:
            x = round(room.left() + limit * wide)
            pen = QPen(theme().color("fail_solid"), px(1))
            pen.setDashPattern([5, 2])
            painter.setPen(pen)
            painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
