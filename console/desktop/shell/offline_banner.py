"""The amber bar: no contact, how old the copy is, when the next try comes, and a button for now."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from console.desktop.session import Link, Session, Standing
from console.desktop.widgets.kit import Button, IconLabel, Surface, Text, row


class OfflineBanner(Surface):
    """Shown only while no source answers."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("warn", parent)
        self._session = session
        self.title = Text("", "body_strong", "warn")
        self.text = Text("", "body", "text2")
        button = Button(self.tr("Try now"), run=session.try_now.emit)
        layout = row(IconLabel("cloud-off", "warn_fg", 18), self.title, self.text, None, button, gap=10)
        layout.setContentsMargins(16, 6, 16, 6)
        self.setLayout(layout)
        self._timer = QTimer(self)
        self._timer.setInterval(1_000)
        self._timer.timeout.connect(lambda: self._show(session.standing))
        session.standing_changed.connect(self._show)
        self._show(session.standing)

    def _show(self, standing: Standing) -> None:
        offline = standing.link is Link.OFFLINE
        self.setVisible(offline)
        if not offline:
            self._timer.stop()
            return
        self._timer.start()
        formats, now = self._session.formats, self._session.now()
        self.title.setText(standing.because or self.tr("No source answers."))
        parts = []
        if standing.copy_as_of is not None:
            age = formats.duration(round((now - standing.copy_as_of).total_seconds()))
            parts.append(self.tr("Showing the copy kept here, %1 old.").replace("%1", age))
        if standing.next_try is not None and standing.next_try > now:
            wait = formats.duration(round((standing.next_try - now).total_seconds()))
            parts.append(self.tr("Trying again in %1.").replace("%1", wait))
        self.text.setText(" ".join(parts))
        self.setAccessibleName(f"{self.title.text()} {self.text.text()}")
