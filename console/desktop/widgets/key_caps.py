"""Shortcuts drawn as key caps, in the palette, the top bar and the help sheet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.desktop.actions import key_caps, shown_shortcut
from console.desktop.theme import px, theme

HEIGHT = 20
GAP = 4
BETWEEN = 12
"""Pixels between two shortcuts for the same command."""


def cap_width(text: str) -> int:
    """The width of one cap in pixels."""
    advance = QFontMetricsF(theme().font("caption")).horizontalAdvance(text)
    return max(px(HEIGHT), int(advance + 1) + px(10))


def paint_key_cap(painter: QPainter, text: str, right: float, middle: float) -> float:
    """Paints one cap that ends at `right`, centred on `middle`; gives where the cap left of it ends."""
    colors = theme()
    width = cap_width(text)
    frame = QRectF(right - width, middle - px(HEIGHT) / 2, width, px(HEIGHT))
    painter.setPen(colors.color("border"))
    painter.setBrush(colors.color("bg_surface"))
    painter.drawRoundedRect(frame, px(4), px(4))
    painter.setPen(colors.color("text2"))
    painter.setFont(colors.font("caption"))
    painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, text)
    return frame.left() - px(GAP)


class KeyCaps(QWidget):
    """All shortcuts of one command, side by side. The accessible name spells them."""

    def __init__(self, shortcuts: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caps = [key_caps(shortcut) for shortcut in shortcuts]
        self.setAccessibleName(", ".join(shown_shortcut(shortcut) for shortcut in shortcuts))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        widths = [sum(cap_width(cap) + px(GAP) for cap in caps) - px(GAP) for caps in self._caps]
        return QSize(sum(widths) + px(BETWEEN) * max(0, len(widths) - 1) + 1, px(HEIGHT) + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        right = self.width() - 0.5
        for caps in reversed(self._caps):
            for cap in reversed(caps):
                right = paint_key_cap(painter, cap, right, self.height() / 2)
            right -= px(BETWEEN) - px(GAP)
