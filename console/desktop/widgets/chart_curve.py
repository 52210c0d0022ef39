"""The planned rate over the run as a small picture: what is behind us darker, and the line of now."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.desktop.formats import Formats
from console.desktop.models.chart_scale import clock_label, short_number
from console.desktop.theme import px, theme
from console.desktop.widgets.chart_frame import ChartFrame

_MOST_HANDLES = 14
"""More points than these are a curve, not corners: they get no rings."""


class CurveChart(ChartFrame):
    """`show_curve` takes (second, messages a second) joined by straight lines; a jump is two points of one second."""

    def __init__(self, name: str, formats: Formats, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._formats = formats
        self._points: tuple[tuple[float, float], ...] = ()
        self._now = -1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(px(92))
        self.nothing = ""

    def sizeHint(self) -> QSize:
        return QSize(px(220), px(112))

    def show_curve(self, points: Sequence[tuple[float, float]]) -> None:
        if tuple(points) != self._points:
            self._points = tuple(points)
            self.update()

    def show_now(self, second: float) -> None:
        """-1: the run has not begun."""
        if round(second) != round(self._now):
            self._now = second
            self.update()

    # ---- hovering -------------------------------------------------------------------------------------------------
    def places(self) -> int:
        return 0 if len(self._points) < 2 else 101

    def place_at(self, x: float) -> int:
        room = self._room()
        return round((x - room.left()) / room.width() * 100) if room.left() <= x <= room.right() else -1

    def place_words(self, place: int) -> list[tuple[str, str, str]]:
        second = self._length * place / 100
        rate = short_number(round(self.rate_at(second), 1), self._formats)
        return [("", clock_label(second, self._formats), ""), ("", self.tr("planned a second"), rate)]

    def summary(self) -> str:
        if len(self._points) < 2:
            return self.nothing
        words = self.tr("Up to %1 messages a second, %2 long.")
        words = words.replace("%1", short_number(self._top, self._formats))
        return words.replace("%2", self._formats.duration(self._length))

    # ---- the curve ------------------------------------------------------------------------------------------------
    @property
    def _length(self) -> float:
        return max(self._points[-1][0], 1.0) if self._points else 1.0

    @property
    def _top(self) -> float:
        return max((rate for _, rate in self._points), default=0.0)

    def rate_at(self, second: float) -> float:
        """Messages a second that are planned then."""
        for (t0, r0), (t1, r1) in zip(self._points, self._points[1:], strict=False):
            if t0 <= second < t1:
                return r0 + (r1 - r0) * (second - t0) / (t1 - t0)
        return self._points[-1][1] if self._points else 0.0

    def _room(self) -> QRectF:
        return QRectF(px(5), px(8), max(self.width() - px(10), 10), max(self.height() - px(28), 10))

    # ---- painting -------------------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        colors, painter, room = theme(), QPainter(self), self._room()
        painter.fillRect(room, colors.color("bg_app"))
        if len(self._points) < 2:
            self.paint_nothing(painter, self.nothing)
            return
        top = (self._top or 1.0) * 1.08
        places = [
            QPointF(room.left() + s / self._length * room.width(), room.bottom() - r / top * room.height())
            for s, r in self._points
        ]
        corners = [QPointF(places[0].x(), room.bottom()), *places, QPointF(places[-1].x(), room.bottom())]
        line = colors.color("cat_order")
        soft = QColor(line)
        soft.setAlphaF(0.18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(soft)
        painter.drawPolygon(QPolygonF(corners))
        now_x = room.left() + min(self._now, self._length) / self._length * room.width()
        if self._now >= 0:
            painter.save()
            painter.setClipRect(QRectF(room.left(), room.top(), now_x - room.left(), room.height()))
            soft.setAlphaF(0.38)
            painter.setBrush(soft)
            painter.drawPolygon(QPolygonF(corners))
            painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(line, px(1.6))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLines([QLineF(a, b) for a, b in pairwise(places)])
        if len(places) <= _MOST_HANDLES:
            painter.setBrush(colors.color("bg_surface"))
            for place in places:
                painter.drawEllipse(place, px(3), px(3))
        if self._now >= 0:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(colors.color("accent"), px(2)))
            painter.drawLine(QPointF(now_x, room.top() - px(4)), QPointF(now_x, room.bottom()))
        self._paint_ends(painter, room)
        if self.place >= 0:
            self.paint_hover(painter, room, room.left() + self.place / 100 * room.width())
        self.paint_focus(painter)

    def _paint_ends(self, painter: QPainter, room: QRectF) -> None:
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text3"))
        line = QRectF(room.left(), room.bottom() + px(2), room.width(), px(16))
        top = self.tr("peak %1 a second").replace("%1", short_number(round(self._top, 1), self._formats))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, top)
        end = clock_label(self._length, self._formats)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, end)
