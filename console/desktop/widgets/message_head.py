"""The head of a message's details: ids that copy themselves, a title that gives way, and why it did not arrive."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from console.desktop.presenters.cause_words import Cause
from console.desktop.session import Session
from console.desktop.theme import px
from console.desktop.widgets.kit import Button, IconLabel, Surface, Text, column, row


class IdLink(Button):
    """A shortened identifier; a click copies it in full."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(kind="status", name="id", parent=parent, run=self._copy)
        self._session, self._value, self._what = session, "", ""

    def show_id(self, what: str, value: str, *, keep: int = 8) -> None:
        self._value, self._what = value, what
        short = value if len(value) <= keep + 5 else f"{value[:keep]}…{value[-4:]}"
        self.setText(f"{what} {short}")
        self.setAccessibleName(f"{what} {value}")
        self.setToolTip(f"{value}\n{self.tr('Click to copy')}")
        self.setVisible(bool(value))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._value)
        self._session.toast(self.tr("%1 copied.").replace("%1", self._what), tone="ok")


class Elided(Text):
    """A text that ends in an ellipsis where it has no room; the whole of it is in its tip."""

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(60), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


class CauseStrip(Surface):
    """Why it did not arrive, and the way to the place that says so."""

    show_place = Signal(str)
    open_event = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("fail", parent)
        self.icon = IconLabel("octagon-x", "fail_fg", 20)
        self.title = Text("", "body_strong")
        self.text = Text("", "body", wrap=True, selectable=True)
        self.place = Button(self.tr("Show the field"), icon_name="scan-search", run=self._go)
        self._cause: Cause | None = None
        words = column(self.title, self.text, gap=1)
        self._across = row(self.icon, words, self.place, gap=12, margins=(14, 10, 14, 10))
        self._across.setStretchFactor(words, 1)
        self._below = row(32, None)
        self._narrow = False
        self.setLayout(column(self._across, self._below, gap=0))

    def show_cause(self, cause: Cause | None) -> None:
        self._cause = cause
        self.setVisible(cause is not None)
        if cause is None:
            return
        self.set_surface(cause.tone if cause.tone in ("fail", "warn", "info") else "info")
        icon = {"fail": "octagon-x", "warn": "triangle-alert"}.get(cause.tone, "clock")
        self.icon.set_icon(icon, f"{cause.tone}_fg")
        self.title.setText(cause.title)
        self.text.setText(cause.text)
        if cause.event_id:
            self.place.setText(self.tr("Show the message"))
            self.place.setAccessibleName(self.tr("Show the message"))
        else:
            self.place.setText(self.tr("Show the field"))
            self.place.setAccessibleName(self.tr("Show the field"))
            self.place.setToolTip(cause.path)
        self.place.setVisible(bool(cause.path or cause.event_id))
        self._give_room()

    def _give_room(self) -> None:
        """The text keeps the height its lines need, whatever the layouts around it would like."""
        self.text.setMinimumHeight(max(self.text.heightForWidth(max(self.text.width(), px(120))), 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < px(520)
        if narrow != self._narrow:
            self._narrow = narrow
            if narrow:
                self._below.insertWidget(1, self.place)
                self._below.setContentsMargins(px(12), 0, px(12), px(10))
            else:
                self._across.addWidget(self.place)
                self._below.setContentsMargins(0, 0, 0, 0)
        QTimer.singleShot(0, self, self._give_room)

    def _go(self) -> None:
        if self._cause is not None and self._cause.event_id:
            self.open_event.emit(self._cause.event_id)
        elif self._cause is not None:
            self.show_place.emit(self._cause.path)
