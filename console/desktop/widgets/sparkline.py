"""A sparkline: the recent course of one number, as a thin line without axes. Decoration beside its figure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QLineF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.desktop.theme import px, theme

POINTS = 36
"""At most so many points: more are added up two by two, for a line a few pixels high."""


class Sparkline(QWidget):
    """`show_values` takes counts, oldest first. `token` is a colour token."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: tuple[int, ...] = ()
        self._token = "text3"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(68), px(24))

    def show_values(self, values: Sequence[int], token: str = "text3") -> None:
        step = max(-(-len(values) // POINTS), 1)
        cut = len(values) % step
        added = tuple(sum(values[start : start + step]) for start in range(cut, len(values), step))
        if (added, token) != (self._values, self._token):
            self._values, self._token = added, token
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if len(self._values) < 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme().color(self._token), 1.4)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        top, high = px(3), self.height() - px(6)
        across = self.width() / (len(self._values) - 1)
        most = max(self._values) or 1
        points = [(n * across, top + high * (1 - value / most)) for n, value in enumerate(self._values)]
        # Separate lines: an antialiased polyline wider than a pixel costs twenty times as much.
        painter.drawLines([QLineF(*a, *b) for a, b in pairwise(points)])
