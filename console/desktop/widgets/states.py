"""Empty, loading and error: what is the matter, what it means, the one next step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.core.errors import EnvironmentFault, InvalidMessage, SignalboxError
from console.desktop.error_words import error_text
from console.desktop.theme import px, theme
from console.desktop.widgets.kit import Button, IconLabel, Surface, Text, column, row

QUIET_MS = 150
"""Under this, waiting shows nothing at all."""
CANCEL_MS = 1_000
"""From here on, waiting offers Cancel."""


class StateCard(Surface):
    """Icon, a strong sentence, an explaining one, and at most one button."""

    def __init__(
        self,
        title: str,
        text: str = "",
        *,
        icon_name: str = "inbox",
        token: str = "text3",
        action: str = "",
        run: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("sunken", parent)
        self.icon = IconLabel(icon_name, token, 20)
        self.title = Text(title, "body_strong", wrap=True)
        self.text = Text(text, "body", "text2", wrap=True)
        self.text.setVisible(bool(text))
        self.button: Button | None = Button(action, run=run) if action else None
        words = column(self.title, self.text, gap=2)
        layout = row(self.icon, 4, words, gap=10, margins=(16, 12, 16, 12))
        layout.setStretchFactor(words, 1)
        if self.button is not None:
            layout.addWidget(self.button)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(f"{title} {text}".strip())


def empty_state(
    title: str,
    text: str,
    *,
    icon_name: str = "inbox",
    action: str = "",
    run: Callable[[], object] | None = None,
    parent: QWidget | None = None,
) -> StateCard:
    """What belongs here, since when, and the one next step."""
    return StateCard(title, text, icon_name=icon_name, action=action, run=run, parent=parent)


def error_state(
    error: SignalboxError,
    *,
    action: str = "",
    run: Callable[[], object] | None = None,
    parent: QWidget | None = None,
) -> StateCard:
    """An error as a person reads it: its sentence, then code and event id to quote."""
    icon_name, token = "octagon-x", "fail_fg"
    if isinstance(error, EnvironmentFault):
        icon_name, token = "cloud-off", "warn_fg"
    elif isinstance(error, InvalidMessage):
        icon_name, token = "triangle-alert", "warn_fg"
    quote = " · ".join(part for part in (error.code, error.event_id) if part)
    return StateCard(error_text(error), quote, icon_name=icon_name, token=token, action=action, run=run, parent=parent)


class LoadingState(QWidget):
    """Nothing under 150 ms, then grey rows, and after a second the words with Cancel."""

    def __init__(
        self, text: str, *, cancel: Callable[[], object] | None = None, rows: int = 3, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = rows
        self._show_rows = False
        self.card = StateCard(
            text, icon_name="loader-circle", token="text2", action=self.tr("Cancel") if cancel else "", run=cancel
        )
        self.card.hide()
        self.setLayout(column(self.card, None))
        self.setAccessibleName(text)
        self.setMinimumHeight(px(36) * rows)
        self._first = self._single_shot(QUIET_MS, self._grey)
        self._second = self._single_shot(CANCEL_MS, self._words)

    def _single_shot(self, after_ms: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(call)
        timer.start(after_ms)
        return timer

    def _grey(self) -> None:
        self._show_rows = True
        self.update()

    def _words(self) -> None:
        self.card.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._show_rows or self.card.isVisible():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(Qt.PenStyle.NoPen))
        painter.setBrush(theme().color("bg_sunken"))
        for number in range(self._rows):
            top = px(36) * number + px(8)
            painter.drawRoundedRect(QRectF(0, top, self.width() * (0.9 - 0.15 * (number % 3)), px(16)), px(4), px(4))
