"""Chips in a line that breaks where it must: what a search recognised, each with how often it occurs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.desktop.presenters.case_words import ChipLine
from console.desktop.theme import px
from console.desktop.widgets.pill import paint_pill, pill_width

HEIGHT, GAP = 26, 6


class ChipStrip(QWidget):
    """Painted; its accessible name reads the chips out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: tuple[tuple[str, ChipLine], ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_chips(self, chips: Sequence[ChipLine]) -> None:
        self._chips = tuple((_words(chip), chip) for chip in chips)
        self.setAccessibleName(", ".join(words for words, _ in self._chips))
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        boxes = self._places(width)
        return int(boxes[-1].bottom()) + 1 if boxes else 0

    def sizeHint(self) -> QSize:
        return QSize(px(400), self.heightForWidth(max(self.width(), px(200))))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), px(HEIGHT) if self._chips else 0)

    def _places(self, width: int) -> list[QRectF]:
        left = top = 0
        boxes: list[QRectF] = []
        for words, _ in self._chips:
            wide = min(pill_width(words, True), width)
            if left and left + wide > width:
                left, top = 0, top + px(HEIGHT) + px(GAP)
            boxes.append(QRectF(left, top, wide, px(HEIGHT)))
            left += wide + px(GAP)
        return boxes

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for box, (words, chip) in zip(self._places(self.width()), self._chips, strict=True):
            paint_pill(painter, box, words, icon_name=chip.icon, token=chip.tone, dashed=chip.hits == "0")


def _words(chip: ChipLine) -> str:
    """`order 55121 · 2`."""
    said = f"{chip.kind} {chip.text}".strip()
    return f"{said} · {chip.hits}" if chip.hits else said
