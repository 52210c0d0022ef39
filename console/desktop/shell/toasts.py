"""Short notices in the corner: never over the work, never the only place where something is said."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.desktop.session import Toast
from console.desktop.theme import px
from console.desktop.widgets.kit import Button, IconLabel, Surface, Text, row

SHOWN_MS = 6_000
_ICONS = {"info": "info", "ok": "circle-check", "warn": "triangle-alert", "fail": "octagon-x"}


class Toasts(QWidget):
    """A stack of at most four notices at the lower right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(px(8))
        self._shown: list[Surface] = []
        self.hide()

    def show_toast(self, toast: Toast) -> None:
        """Adds a notice; the oldest makes room. A notice with a button stays until it is closed."""
        card = Surface("raised", self)
        token = f"{toast.tone}_fg"
        words = Text(toast.text, "body", wrap=True)
        words.setMinimumWidth(px(220))
        layout = row(IconLabel(_ICONS[toast.tone], token, 18), words, gap=10, margins=(14, 8, 8, 8))
        layout.setStretchFactor(words, 1)
        if toast.action and toast.run is not None:
            act = Button(toast.action, run=toast.run)
            act.clicked.connect(lambda: self._close(card))
            layout.addWidget(act)
        layout.addWidget(Button(icon_name="x", kind="icon", name=self.tr("Close"), run=lambda: self._close(card)))
        card.setLayout(layout)
        self._shown.append(card)
        self._layout.addWidget(card)
        card.show()
        if len(self._shown) > 4:
            self._close(self._shown[0])
        if not toast.action:
            timer = QTimer(card)
            timer.setSingleShot(True)
            timer.timeout.connect(lambda: self._close(card))
            timer.start(SHOWN_MS)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, toast.text))
        self.show()
        self.raise_()
        parent = self.parentWidget()
        if parent is not None:
            self.place_in(parent.rect())

    def _close(self, card: Surface) -> None:
        if card in self._shown:
            self._shown.remove(card)
            card.hide()
            card.deleteLater()
            parent = self.parentWidget()
            if parent is not None:
                self.place_in(parent.rect())
        self.setVisible(bool(self._shown))

    def dismiss_last(self) -> None:
        if self._shown:
            self._close(self._shown[-1])

    def place_in(self, area: QRect) -> None:
        width = min(px(420), area.width() - px(40))
        height = self._layout.heightForWidth(width) if self._layout.hasHeightForWidth() else self.sizeHint().height()
        self.setGeometry(area.right() - width - px(20), area.bottom() - height - px(44), width, height)
