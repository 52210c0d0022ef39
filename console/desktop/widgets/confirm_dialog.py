"""A question before something that cannot be taken back: Cancel has the focus, and where it matters a word is typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from console.desktop.theme import px
from console.desktop.widgets.kit import Button, IconLabel, Text, column, row


class ConfirmDialog(QDialog):
    """`ask` opens it without blocking. With `typed` the action stays off until exactly that was typed."""

    def __init__(
        self,
        title: str,
        text: str,
        *,
        action: str,
        run: Callable[[], object],
        typed: str = "",
        cancel: str = "",
        danger: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setMinimumWidth(px(440))
        self._typed = typed
        self._run = run
        heading = Text(title, "title", wrap=True)
        words = Text(text, "body", "text2", wrap=True)
        self.input = QLineEdit()
        self.input.setVisible(bool(typed))
        self.cancel = Button(cancel or self.tr("Cancel"), run=self.reject)
        self.action = Button(action, kind="danger" if danger else "primary", run=self._do)
        icon = IconLabel("shield-alert" if danger else "info", "warn_fg" if danger else "accent", 22)
        head = row(icon, heading, gap=10)
        head.setStretch(1, 1)
        body = column(head, words, gap=10, margins=(20, 16, 20, 16))
        if typed:
            ask = self.tr("Type %1 to go on:").replace("%1", typed)
            label = Text(ask, "label")
            label.setBuddy(self.input)
            self.input.setAccessibleName(ask)
            self.input.textChanged.connect(self._follow)
            self.input.returnPressed.connect(self._do)
            body.addWidget(label)
            body.addWidget(self.input)
        body.addSpacing(px(6))
        body.addLayout(row(None, self.cancel, self.action, gap=8))
        self.setLayout(body)
        self._follow()

    def _follow(self) -> None:
        self.action.setEnabled(not self._typed or self.input.text().strip() == self._typed)

    def _do(self) -> None:
        if self.action.isEnabled():
            self.accept()
            self._run()

    def ask(self) -> ConfirmDialog:
        self.open()
        self.cancel.setFocus()
        return self
