"""The mark: three lines, and a signal on the middle one."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from console.desktop.theme import px, theme


def paint_mark(painter: QPainter, width: float, line: QColor, ring: QColor) -> None:
    """Paints the mark at the origin; its height is 5/8 of its width."""
    unit = width / 24
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(line, 2 * unit, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for y, right in ((1.5, 23.0), (7.5, 14.0), (13.5, 23.0)):
        painter.drawLine(QPointF(1 * unit, y * unit), QPointF(right * unit, y * unit))
    painter.setPen(QPen(ring, 2 * unit))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(20 * unit, 7.5 * unit), 2.5 * unit, 2.5 * unit)


class Mark(QWidget):
    """The mark as decoration, `width` pixels wide at 100 %. On the rail it uses the rail's colours."""

    def __init__(self, width: float, *, on_rail: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._width, self._on_rail = width, on_rail
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(px(self._width), round(px(self._width) * 0.625))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = ("mark_line", "mark_ring") if self._on_rail else ("accent", "fail_solid")
        painter = QPainter(self)
        paint_mark(painter, self.width(), theme().color(tokens[0]), theme().color(tokens[1]))


def mark_pixmap(side: int) -> QPixmap:
    """The window icon."""
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("rail_bg"))
    painter.drawRoundedRect(0, 0, side, side, side * 0.22, side * 0.22)
    painter.translate(side * 0.16, side * 0.285)
    paint_mark(painter, side * 0.68, theme().color("mark_line"), theme().color("mark_ring"))
    painter.end()
    return pixmap
