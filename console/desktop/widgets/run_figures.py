"""The six figures of a run: a label, one large number, and what to hold it against."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from console.desktop.presenters.run_figures import Figure
from console.desktop.theme import px
from console.desktop.widgets.kit import IconLabel, Surface, Text, column, row

LEAST_WIDTH = 150
"""Pixels at 100 % below which a card goes into the next line."""


class FigureCard(Surface):
    """Shows one `Figure`; a figure is read as one sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._label = Text("", "label", "text2")
        self._value = Text("", "metric")
        self._unit = Text("", "small", "text2")
        self._icon = IconLabel("check", "ok_fg", 14)
        self._note = Text("", "small", "text2", wrap=True)
        value = row(self._value, self._unit, None, gap=6)
        note = row(self._icon, self._note, gap=5)
        note.setStretchFactor(self._note, 1)
        self.setLayout(column(self._label, value, note, None, gap=1, margins=(14, 8, 10, 6)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_figure(self, figure: Figure) -> None:
        self._label.setText(figure.label)
        self._value.setText(figure.value)
        self._unit.setText(figure.unit)
        self._note.setText(figure.note or " ")
        self._note.set_tone(figure.tone or "text2")
        self._icon.setVisible(bool(figure.icon))
        if figure.icon:
            self._icon.set_icon(figure.icon, f"{figure.tone}_fg" if figure.tone else "text2")
        self.setAccessibleName(figure.spoken)
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """The number is never cut: its unit gives way first (the label says what is counted)."""
        room = self.width() - px(24)
        needed = self._value.sizeHint().width() + px(6) + self._unit.sizeHint().width()
        self._unit.setVisible(needed <= room)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(LEAST_WIDTH), super().minimumSizeHint().height())


class FigureRow(QWidget):
    """Six cards side by side, three where there is less room, two where there is little."""

    def __init__(self, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards = [FigureCard() for _ in range(count)]
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(px(10))
        self._across = 0
        self._arrange(count)

    def show_figures(self, figures: Sequence[Figure]) -> None:
        for card, figure in zip(self.cards, figures, strict=True):
            card.show_figure(figure)

    def _arrange(self, across: int) -> None:
        if across == self._across:
            return
        self._across = across
        for card in self.cards:
            self._grid.removeWidget(card)
        for number, card in enumerate(self.cards):
            self._grid.addWidget(card, number // across, number % across)
        for number in range(len(self.cards)):
            self._grid.setColumnStretch(number, 1 if number < across else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = event.size().width() / px(LEAST_WIDTH + 10)
        self._arrange(next((n for n in (6, 3, 2) if n <= room), 1))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(LEAST_WIDTH), super().minimumSizeHint().height())
