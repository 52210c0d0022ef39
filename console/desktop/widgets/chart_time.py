"""A chart of a run's seconds: lines over time, shaded bands, a limit, and the values of the second under the mouse."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from console.desktop.formats import Formats
from console.desktop.models.chart_scale import Axis, clock_label, short_number, time_step, value_axis
from console.desktop.models.second_series import SecondSeries, Slice
from console.desktop.theme import px, theme
from console.desktop.widgets.chart_frame import ChartFrame
from console.harness.load.live import Band

LIMIT_IN_VIEW: Final = 4.0
"""A limit further away than so many times the highest value is named, not drawn: it would flatten everything."""
QUIET_BANDS: Final = ("stage", "pause")
"""Stretches in which nothing is wrong on purpose."""
POINTS_WIDE: Final = 2.0
"""Pixels a point needs at least: more points would only paint over each other."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the chart. `column` is one of the series; `title` its word in legend and hover box."""

    column: str
    token: str
    title: str
    width: float = 1.8
    dashed: bool = False
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A value that must not be passed, with the words beside its line."""

    value: float
    text: str


class TimeChart(ChartFrame):
    """`show_run` takes what there is; painting asks the series for no more points than the chart has room for."""

    def __init__(
        self,
        name: str,
        lines: Sequence[Line],
        value_text: Callable[[float], str],
        formats: Formats,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, parent)
        self.lines = tuple(lines)
        self._value_text = value_text
        self._formats = formats
        self._series = SecondSeries()
        self._start, self._stop = 0, 1
        self._bands: tuple[Band, ...] = ()
        self._limit: Limit | None = None
        self._slice = Slice(1, (), {})
        self._sliced_for: tuple[int, ...] = ()
        self._most = 0.0
        self.nothing = ""
        """What the chart says while it has nothing to show."""

    def show_run(
        self, series: SecondSeries, start: int, stop: int, *, bands: Sequence[Band] = (), limit: Limit | None = None
    ) -> None:
        """Seconds [start, stop) of a series."""
        if series is not self._series:
            self._sliced_for = ()
        self._series, self._start, self._stop = series, start, max(stop, start + 1)
        self._bands, self._limit = tuple(bands), limit
        self.update()

    # ---- geometry -----------------------------------------------------------------------------------------------
    def _current(self) -> Slice:
        """The points to paint, asked of the series only when something changed."""
        points = max(int(self.width() / px(POINTS_WIDE)), 16)
        key = (self._series.generation, self._start, self._stop, points)
        if key != self._sliced_for:
            self._slice = self._series.slice(self._start, self._stop, points)
            self._sliced_for = key
            self._most = max(
                (v for line in self.lines for v in self._slice.columns.get(line.column, ()) if not math.isnan(v)),
                default=0.0,
            )
        return self._slice

    def _axis(self) -> Axis:
        most = self._most
        if self._limit is not None and self._limit.value <= LIMIT_IN_VIEW * max(most, 1e-9):
            most = max(most, self._limit.value * 1.12)
        wanted = 4 if self.height() >= px(150) else 2
        return value_axis(most * 1.02, wanted)

    def room(self, axis: Axis) -> QRectF:
        left = self.label_width([self._mark_text(mark) for mark in axis.marks]) + px(8)
        return QRectF(left, px(6), max(self.width() - left - px(6), 10), max(self.height() - px(30), 10))

    def _mark_text(self, value: float) -> str:
        return short_number(value, self._formats)

    def _x(self, room: QRectF, second: float) -> float:
        return room.left() + (second - self._start) / (self._stop - self._start) * room.width()

    # ---- hovering -----------------------------------------------------------------------------------------------
    def places(self) -> int:
        return len(self._current().starts)

    def place_at(self, x: float) -> int:
        current, room = self._current(), self.room(self._axis())
        if not current.starts or not room.left() - px(4) <= x <= room.right() + px(4):
            return -1
        second = self._start + (x - room.left()) / room.width() * (self._stop - self._start)
        place = int((second - current.starts[0]) // current.step)
        return min(max(place, 0), len(current.starts) - 1) if second <= len(self._series) + current.step else -1

    def place_words(self, place: int) -> list[tuple[str, str, str]]:
        current = self._current()
        if not 0 <= place < len(current.starts):
            return []
        start = current.starts[place]
        heading = clock_label(start, self._formats)
        if current.step > 1:
            heading = f"{heading} – {clock_label(start + current.step, self._formats)}"
        words = [("", heading, "")]
        for line in self.lines:
            value = current.columns[line.column][place]
            words.append((line.token, line.title, "–" if math.isnan(value) else self._value_text(value)))
        words += [("", band.label, "") for band in self._bands if band.from_s <= start < band.to_s][:2]
        return words

    def summary(self) -> str:
        last = len(self._series) - 1
        if last < 0:
            return self.nothing
        values = self._series.at(last)
        parts = [
            f"{line.title} {self._value_text(values[line.column])}"
            for line in self.lines
            if not math.isnan(values[line.column])
        ]
        if self._limit is not None:
            parts.append(self._limit.text)
        return ", ".join([clock_label(last, self._formats), *parts])

    def table(self, most_rows: int = 400) -> list[tuple[str, ...]]:
        """The values as rows of words, newest first: time, then one column a line."""
        rows = []
        current = self._series.slice(self._start, self._stop, most_rows)
        for place in range(len(current.starts) - 1, -1, -1):
            values = [current.columns[line.column][place] for line in self.lines]
            texts = ["–" if math.isnan(value) else self._value_text(value) for value in values]
            rows.append((clock_label(current.starts[place], self._formats), *texts))
        return rows

    # ---- painting -----------------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        current = self._current()
        axis = self._axis()
        room = self.room(axis)
        if not current.starts:
            self.paint_nothing(painter, self.nothing)
            return
        self._paint_bands(painter, room)
        self.paint_value_axis(painter, room, [(mark / axis.top, self._mark_text(mark)) for mark in axis.marks])
        self._paint_times(painter, room)
        for line in self.lines:
            self._paint_line(painter, room, axis, current, line)
        taken = [self._paint_limit(painter, room, axis, self._limit)] if self._limit is not None else []
        self._paint_band_labels(painter, room, taken)
        place = self.place
        if place >= 0:
            self.paint_hover(painter, room, self._x(room, current.starts[place] + current.step / 2))
        self.paint_focus(painter)

    def _paint_times(self, painter: QPainter, room: QRectF) -> None:
        span = self._stop - self._start
        step = time_step(span, max(int(room.width() / px(130)), 1))
        first = -(-self._start // step) * step
        self.paint_marks(
            painter,
            room,
            [(self._x(room, s), clock_label(s, self._formats)) for s in range(first, self._stop + 1, step)],
        )

    def _paint_line(self, painter: QPainter, room: QRectF, axis: Axis, current: Slice, line: Line) -> None:
        values = current.columns.get(line.column, ())
        if not len(values):
            return
        scale, half = room.height() / axis.top, current.step / 2
        per_second = room.width() / (self._stop - self._start)
        left, bottom = room.left() + (half - self._start) * per_second, room.bottom()
        points = [
            None if math.isnan(value) else (left + start * per_second, bottom - value * scale)
            for start, value in zip(current.starts, values, strict=True)
        ]
        color = theme().color(line.token)
        if line.filled:
            self._paint_fill(painter, room, points, color)
        pen = QPen(color, px(1) if line.dashed else line.width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if line.dashed:
            # One thin polyline: dashes that begin anew with every piece would never be seen.
            pen.setDashPattern([4, 3])
            painter.setPen(pen)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.drawPolyline(QPolygonF([QPointF(*p) for p in points if p is not None]))
            return
        painter.setPen(pen)
        painter.drawLines([QLineF(*a, *b) for a, b in pairwise(points) if a is not None and b is not None])
        lonely = [
            point
            for number, point in enumerate(points)
            if point is not None
            and (number == 0 or points[number - 1] is None)
            and (number == len(points) - 1 or points[number + 1] is None)
        ]
        for x, y in lonely:
            painter.fillRect(QRectF(x - 1, y - 1, 2, 2), color)

    @staticmethod
    def _paint_fill(
        painter: QPainter, room: QRectF, points: Sequence[tuple[float, float] | None], color: QColor
    ) -> None:
        whole = [point for point in points if point is not None]
        if len(whole) < 2:
            return
        soft = QColor(color)
        soft.setAlphaF(0.12)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(soft)
        corners = [
            QPointF(whole[0][0], room.bottom()),
            *(QPointF(*point) for point in whole),
            QPointF(whole[-1][0], room.bottom()),
        ]
        painter.drawPolygon(QPolygonF(corners))

    def _paint_limit(self, painter: QPainter, room: QRectF, axis: Axis, limit: Limit) -> QRectF:
        """The line and its words; gives the room the words took."""
        font = theme().font("caption", 600)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        above = limit.value > axis.top
        text = self.tr("%1, above this chart").replace("%1", limit.text) if above else limit.text
        y = room.top() if above else round(room.bottom() - limit.value / axis.top * room.height())
        if not above:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            pen = QPen(theme().color("fail_solid"), px(1))
            pen.setDashPattern([5, 2])
            painter.setPen(pen)
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
        width = metrics.horizontalAdvance(text)
        left = room.right() - width if above else room.left() + px(4)
        top = y if above else max(y - px(17), room.top())
        place = QRectF(left, top, width, px(15))
        painter.setPen(theme().color("text3" if above else "fail_fg"))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        return place

    def _visible_bands(self, room: QRectF) -> list[tuple[Band, QRectF]]:
        found = []
        for band in self._bands:
            left = self._x(room, max(band.from_s, self._start))
            right = self._x(room, min(band.to_s, self._stop))
            if band.to_s > self._start and band.from_s < self._stop:
                found.append((band, QRectF(left, room.top(), max(right - left, px(2)), room.height())))
        return found

    def _paint_bands(self, painter: QPainter, room: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for band, box in sorted(self._visible_bands(room), key=lambda found: found[0].kind not in QUIET_BANDS):
            if band.kind == "stage":  # part of the plan: its beginning is marked, nothing is shaded
                painter.setPen(QPen(theme().color("border"), 1, Qt.PenStyle.DashLine))
                painter.drawLine(box.topLeft(), box.bottomLeft())
                continue
            painter.fillRect(box, theme().color("quiet_soft" if band.kind == "pause" else "warn_soft"))
            if band.kind == "pause":  # hatched: told apart without colour
                painter.fillRect(box, QBrush(theme().color("border"), Qt.BrushStyle.BDiagPattern))

    def _paint_band_labels(self, painter: QPainter, room: QRectF, taken: list[QRectF]) -> None:
        """Each label once where it fits: in its band, else beside it, else a line lower; never over another."""
        font = theme().font("caption", 600)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        said: set[str] = set()
        for band, box in sorted(self._visible_bands(room), key=lambda found: found[0].kind in QUIET_BANDS):
            if not band.label or band.label in said:
                continue
            width = metrics.horizontalAdvance(band.label)
            lefts = [box.left() - width - px(6), box.right() + px(6)]
            if width + px(8) <= box.width():
                lefts.insert(0, box.center().x() - width / 2)
            if band.kind == "stage":
                lefts = [box.left() + px(4)]
            for left, line in ((left, line) for line in range(3) for left in lefts):
                place = QRectF(left, room.top() + px(2) + line * px(15), width, px(15))
                fits = place.left() >= room.left() and place.right() <= room.right()
                if fits and not any(place.adjusted(-px(6), 0, px(6), 0).intersects(other) for other in taken):
                    ground = QColor(theme().color("bg_surface"))
                    ground.setAlphaF(0.8)
                    painter.fillRect(place.adjusted(-px(2), 0, px(2), 0), ground)
                    painter.setPen(theme().color("quiet_fg" if band.kind in QUIET_BANDS else "warn_fg"))
                    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, band.label)
                    taken.append(place)
                    said.add(band.label)
                    break
