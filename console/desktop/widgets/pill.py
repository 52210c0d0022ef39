"""A pill: icon and word on a tinted ground; solid, soft or dashed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.desktop.icons import paint_icon
from console.desktop.theme import px, theme


def paint_pill(
    painter: QPainter,
    rect: QRectF,
    text: str,
    *,
    icon_name: str = "",
    token: str = "quiet",
    solid: bool = False,
    dashed: bool = False,
    role: str = "label",
) -> None:
    """Paints a pill into `rect`; its width should be `pill_width`. For delegates and canvases."""
    colors = theme()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ink = _ink(token, solid)
    pen = QPen(colors.color(f"{token}_solid"), 1)
    if dashed:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.setBrush(colors.color(f"{token}_solid" if solid else f"{token}_soft"))
    radius = rect.height() / 2
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    left = rect.left() + px(8)
    if icon_name:
        side = px(13)
        paint_icon(painter, icon_name, ink, QRectF(left, rect.center().y() - side / 2, side, side))
        left += side + px(4)
    painter.setFont(colors.font(role, 600))
    painter.setPen(colors.color(ink))
    painter.drawText(
        QRectF(left, rect.top(), rect.right() - left - px(4), rect.height()),
        Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
        text,
    )


def _ink(token: str, solid: bool) -> str:
    if not solid:
        return f"{token}_fg"
    return "on_warn" if token == "warn" else "on_solid"


class Pill(QWidget):
    """A pill as a widget. The accessible name is its word."""

    def __init__(
        self,
        text: str,
        *,
        icon_name: str = "",
        token: str = "quiet",
        solid: bool = False,
        dashed: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._text, self._icon_name, self._token = text, icon_name, token
        self._solid, self._dashed = solid, dashed
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def show_status(self, text: str, *, icon_name: str, token: str, solid: bool = False, dashed: bool = False) -> None:
        self._text, self._icon_name, self._token, self._solid, self._dashed = text, icon_name, token, solid, dashed
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(pill_width(self._text, bool(self._icon_name)), px(24))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_pill(
            QPainter(self),
            QRectF(self.rect()),
            self._text,
            icon_name=self._icon_name,
            token=self._token,
            solid=self._solid,
            dashed=self._dashed,
        )


def pill_width(text: str, with_icon: bool, role: str = "label") -> int:
    """The width a pill needs, in pixels."""
    advance = QFontMetricsF(theme().font(role, 600)).horizontalAdvance(text)
    return int(advance + 1) + px(8) + px(10) + (px(17) if with_icon else 0)
