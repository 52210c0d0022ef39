"""The small drawings of the timeline: a shape per kind of message, a drawing per thing that happened to it.

Square = admission or move, pentagon = order, diamond = result; ring = passed through, octagon = stopped, dashed ring =
never reached, grey ring = duplicate. Each is drawn once per colour, size and screen density and then stamped.
"""

from __future__ import annotations

import math
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap, QPolygonF

from console.desktop.icons import paint_icon
from console.desktop.models.timeline_model import Shape
from console.desktop.theme import theme


class Glyph(StrEnum):
    SQUARE = "square"
    PENTAGON = "pentagon"
    DIAMOND = "diamond"
    RING = "ring"
    WAITING = "waiting"
    OCTAGON = "octagon"
    UNREACHED = "unreached"
    DUPLICATE = "duplicate"
    EXPECTED = "expected"
    PRELIMINARY = "preliminary"
    CANCELLED = "cancelled"


SHAPE_GLYPHS = {Shape.SQUARE: Glyph.SQUARE, Shape.PENTAGON: Glyph.PENTAGON, Shape.DIAMOND: Glyph.DIAMOND}
SHAPE_TOKENS = {Shape.SQUARE: "cat_adt", Shape.PENTAGON: "cat_order", Shape.DIAMOND: "cat_result"}


class GlyphCache:
    """Pixmaps by (glyph, colour token, side in logical pixels, density, surface colour)."""

    def __init__(self) -> None:
        self._pixmaps: dict[tuple[Glyph, str, int, float, str], QPixmap] = {}

    def clear(self) -> None:
        self._pixmaps.clear()

    def get(self, glyph: Glyph, token: str, side: int, ratio: float, surface: str = "bg_surface") -> QPixmap:
        """A pixmap `side` logical pixels square with the glyph centred in it."""
        key = (glyph, token, side, ratio, surface)
        pixmap = self._pixmaps.get(key)
        if pixmap is None:
            pixmap = self._pixmaps[key] = _drawn(glyph, token, side, ratio, surface)
        return pixmap


def paint_glyph(painter: QPainter, glyph: Glyph, token: str, rect: QRectF, surface: str = "bg_surface") -> None:
    """Paints a glyph into `rect`, for places that draw few of them."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint(painter, glyph, token, rect.center(), min(rect.width(), rect.height()), surface)
    painter.restore()


def _drawn(glyph: Glyph, token: str, side: int, ratio: float, surface: str) -> QPixmap:
    device = math.ceil(side * ratio)
    pixmap = QPixmap(device, device)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint(painter, glyph, token, QPointF(side / 2, side / 2), side, surface)
    painter.end()
    return pixmap


def _pen(color: QColor, width: float) -> QPen:
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _polygon(center: QPointF, radius: float, corners: int, turn: float) -> QPolygonF:
    return QPolygonF(
        [
            QPointF(
                center.x() + radius * math.cos(turn + 2 * math.pi * i / corners),
                center.y() + radius * math.sin(turn + 2 * math.pi * i / corners),
            )
            for i in range(corners)
        ]
    )


def _outline(glyph: Glyph, center: QPointF, side: float) -> QPolygonF:
    x, y = center.x(), center.y()
    if glyph in (Glyph.DIAMOND, Glyph.EXPECTED, Glyph.PRELIMINARY):
        return _polygon(center, side * 0.44, 4, 0.0)
    if glyph is Glyph.PENTAGON:
        w, h = side * 0.36, side * 0.34
        return QPolygonF(
            [
                QPointF(x - w, y - h),
                QPointF(x + w * 0.28, y - h),
                QPointF(x + w * 1.1, y),
                QPointF(x + w * 0.28, y + h),
                QPointF(x - w, y + h),
            ]
        )
    return QPolygonF(QRectF(x - side * 0.33, y - side * 0.33, side * 0.66, side * 0.66))


def _paint(painter: QPainter, glyph: Glyph, token: str, center: QPointF, side: float, surface: str) -> None:
    color, ground = theme().color(token), theme().color(surface)
    line = max(1.4, side / 9)
    if glyph in (Glyph.SQUARE, Glyph.PENTAGON, Glyph.DIAMOND):
        # A rim in the ground's colour keeps neighbours apart where they overlap.
        painter.setPen(_pen(ground, line))
        painter.setBrush(color)
        painter.drawPolygon(_outline(glyph, center, side))
    elif glyph in (Glyph.EXPECTED, Glyph.PRELIMINARY):
        pen = _pen(color, line)
        if glyph is Glyph.EXPECTED:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setDashPattern([1.9, 1.4])
        painter.setPen(pen)
        painter.setBrush(ground)
        painter.drawPolygon(_outline(glyph, center, side))
    elif glyph is Glyph.OCTAGON:
        painter.setPen(QPen(ground, line))
        painter.setBrush(color)
        painter.drawPolygon(_polygon(center, side * 0.5, 8, math.pi / 8))
        arm = side * 0.15
        painter.setPen(_pen(theme().color("on_solid"), max(1.5, side / 10)))
        for sign in (1, -1):
            painter.drawLine(
                QPointF(center.x() - arm, center.y() - arm * sign), QPointF(center.x() + arm, center.y() + arm * sign)
            )
    elif glyph is Glyph.CANCELLED:
        painter.setPen(QPen(color, line))
        painter.setBrush(ground)
        radius = side * 0.36
        painter.drawEllipse(center, radius, radius)
        arm = radius * 0.7
        painter.drawLine(QPointF(center.x() - arm, center.y() + arm), QPointF(center.x() + arm, center.y() - arm))
    elif glyph is Glyph.DUPLICATE:
        painter.setPen(QPen(color, line))
        painter.setBrush(QBrush(theme().color("quiet_soft")))
        painter.drawEllipse(center, side * 0.46, side * 0.46)
        half = round(side * 0.28)
        paint_icon(painter, "copy", token, QRectF(center.x() - half, center.y() - half, half * 2, half * 2))
    else:
        pen = QPen(color, line, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
        radius = side * 0.36
        if glyph is Glyph.UNREACHED:
            pen.setDashPattern([1.6, 1.3])
            radius = side * 0.4
        elif glyph is Glyph.WAITING:
            pen.setDashPattern([0.9, 1.1])
        painter.setPen(pen)
        painter.setBrush(ground)
        painter.drawEllipse(center, radius, radius)
