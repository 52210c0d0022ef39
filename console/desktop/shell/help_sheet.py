"""The help sheet: every key of this screen, read from the same book the keys are bound from."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from console.desktop.actions import EVERYWHERE, Command
from console.desktop.pages import page_spec
from console.desktop.session import Session
from console.desktop.theme import px, theme
from console.desktop.widgets.key_caps import KeyCaps
from console.desktop.widgets.kit import Button, Surface, Text, clear_layout, column, divider, row


class HelpSheet(QWidget):
    """A layer over the window. F1 or `?` opens and closes it."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Keys of this screen"))
        self._session = session
        self.box = Surface("raised", self)
        self._heading = Text("", "title")
        self._close = Button(icon_name="x", kind="icon", name=self.tr("Close"), run=self.close_layer)
        manual = Button(self.tr("Manual and glossary"), icon_name="book-open", kind="link", run=self._open_manual)
        self._inside = QWidget()
        self._list = QVBoxLayout(self._inside)
        self._list.setContentsMargins(px(20), px(12), px(20), px(12))
        self._list.setSpacing(px(12))
        scroll = QScrollArea()
        scroll.setWidget(self._inside)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        scroll.setAccessibleName(self.tr("Keys of this screen"))
        self._inside.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        self.box.setLayout(
            column(
                row(self._heading, None, manual, self._close, margins=(20, 12, 12, 8)),
                divider(),
                scroll,
                gap=0,
            )
        )
        self.hide()

    def toggle(self, scope: str) -> None:
        """`scope`: the page shown, or the page and its part."""
        if self.isVisible():
            self.close_layer()
            return
        spec = page_spec(scope.partition("/")[0])
        title = spec.title() if spec is not None else ""
        self._heading.setText(self.tr("Keys on %1").replace("%1", title) if title else self.tr("Keys"))
        self._fill(scope, title)
        parent = self.parentWidget()
        if parent is not None:
            self.place_in(parent.rect())
        self.show()
        self.raise_()
        self._close.setFocus()

    def _fill(self, scope: str, title: str) -> None:
        clear_layout(self._list)
        groups: dict[str, list[Command]] = {}
        for command in self._session.commands.on(scope):
            if command.shortcuts:
                own = command.scope != EVERYWHERE and "/" not in command.scope
                group = title if own else command.where
                groups.setdefault(group, []).append(command)
        for name, commands in groups.items():
            self._list.addWidget(Text(name, "heading"))
            grid = QGridLayout()
            grid.setHorizontalSpacing(px(48))
            grid.setVerticalSpacing(px(6))
            for number, command in enumerate(commands):
                cell = row(Text(command.title, "body", "text2", wrap=True), KeyCaps(command.shortcuts), gap=12)
                cell.setStretch(0, 1)
                grid.addLayout(cell, number // 2, number % 2)
            grid.setColumnStretch(0, 1)
            grid.setColumnStretch(1, 1)
            grid.setColumnMinimumWidth(0, px(200))
            self._list.addLayout(grid)
        if not self._session.settings.value.keyboard.single_letters:
            self._list.addWidget(Text(self.tr("Single-letter keys are switched off in Settings."), "small", "warn"))
        self._list.addStretch(1)

    def _open_manual(self) -> None:
        self.close_layer()
        self._session.go("help")

    def close_layer(self) -> None:
        self.hide()
        parent = self.parentWidget()
        if parent is not None:
            parent.setFocus()

    def place_in(self, area: QRect) -> None:
        self.setGeometry(area)
        width, height = min(px(860), area.width() - px(48)), min(px(600), area.height() - px(96))
        self.box.setGeometry((area.width() - width) // 2, (area.height() - height) // 2, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        scrim = QColor(theme().color("scrim"))
        scrim.setAlphaF(0.45)
        QPainter(self).fillRect(self.rect(), scrim)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.box.geometry().contains(event.position().toPoint()):
            self.close_layer()
