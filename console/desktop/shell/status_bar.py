"""The status bar: how fresh this is, what runs, whether names are shown, and the hospital's clock."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QWidget

from console.desktop.jobs import JobState
from console.desktop.session import Link, Session, Standing
from console.desktop.theme import px
from console.desktop.widgets.kit import Button, ElidedText, IconLabel, Text, row

_LINK_LOOK = {
    Link.NONE: ("unplug", "text3"),
    Link.CONNECTING: ("loader-circle", "text3"),
    Link.LIVE: ("circle-check", "ok_fg"),
    Link.BEHIND: ("hourglass", "warn_fg"),
    Link.OFFLINE: ("cloud-off", "warn_fg"),
}


class StatusBar(QFrame):
    """Reads the session; its buttons ask the shell."""

    privacy_toggled = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusbar")
        self.setFixedHeight(px(28))
        self._session = session
        self._link_icon = IconLabel("unplug", "text3", 14)
        self._link = Text("", "small", "text2")
        self._notice_icon = IconLabel("flask-conical", "info_fg", 14)
        self._notice = ElidedText("", "small", "text2")
        self._notice_line = QWidget()
        self._notice_line.setLayout(row(self._notice_icon, self._notice, gap=6))
        self._jobs = Button("", icon_name="activity", kind="status", name=self.tr("Jobs"))
        self._jobs.clicked.connect(self._open_jobs)
        self._privacy = Button("", icon_name="eye", kind="status", name=self.tr("Privacy"))
        self._privacy.clicked.connect(self.privacy_toggled)
        self._clock = Text("", "small", "text2")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(px(16), 0, px(16), 0)
        layout.setSpacing(px(20))
        layout.addLayout(row(self._link_icon, self._link, gap=6))
        layout.addWidget(self._notice_line, 8)
        layout.addWidget(self._jobs)
        layout.addStretch(1)
        layout.addWidget(self._privacy)
        layout.addLayout(row(IconLabel("clock", "text2", 14), self._clock, gap=6))
        session.standing_changed.connect(self._show_standing)
        session.privacy_changed.connect(self._show_privacy)
        session.jobs.changed.connect(self._show_jobs)
        session.notice_changed.connect(self._show_notice)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._timer.start(1_000)
        self._show_standing(session.standing)
        self._show_privacy(session.privacy)
        self._show_jobs()
        self._show_notice(session.notice)
        self._tick()

    def _show_notice(self, text: str) -> None:
        self._notice.setText(text)
        self._notice.setToolTip(text)
        self._notice_line.setVisible(bool(text))

    def _tick(self) -> None:
        self._clock.setText(self._session.formats.clock(self._session.now()))
        if self._session.standing.copy_as_of is not None:
            self._show_standing(self._session.standing)

    def _show_standing(self, standing: Standing) -> None:
        formats = self._session.formats
        name, token = _LINK_LOOK[standing.link]
        self._link_icon.set_icon(name, token)
        words = {
            Link.NONE: self.tr("Not connected"),
            Link.CONNECTING: self.tr("Connecting"),
            Link.LIVE: self.tr("Live"),
            Link.BEHIND: self.tr("Behind"),
            Link.OFFLINE: self.tr("Offline"),
        }
        parts = [words[standing.link]]
        if standing.link in (Link.LIVE, Link.BEHIND):
            parts.append(self.tr("heard %1").replace("%1", formats.heard(standing.behind_seconds)))
        if standing.link is Link.OFFLINE and standing.copy_as_of is not None:
            age = formats.duration(round((self._session.now() - standing.copy_as_of).total_seconds()))
            parts.append(self.tr("copy %1 old").replace("%1", age))
        if standing.copy_bytes:
            parts.append(self.tr("cache %1").replace("%1", formats.size(standing.copy_bytes)))
        self._link.setText(" · ".join(parts))

    def _show_privacy(self, on: bool) -> None:
        text = self.tr("Patient details hidden") if on else self.tr("Patient details shown")
        self._privacy.setText(text)
        self._privacy.setAccessibleName(text)
        self._privacy.set_icon("eye-off" if on else "eye")

    def _show_jobs(self) -> None:
        jobs = self._session.jobs.all()
        running = [job for job in jobs if job.state in (JobState.RUNNING, JobState.WAITING)]
        failed = self._session.jobs.failed()
        self._jobs.setVisible(bool(jobs))
        if failed:
            text = self.tr("%n job(s) failed", "", len(failed))
        elif running:
            text = self.tr("%n job(s) running", "", len(running))
        else:
            text = self.tr("Jobs")
        self._jobs.setText(text)
        self._jobs.setAccessibleName(text)
        self._jobs.set_icon("triangle-alert" if failed else "activity")

    def _open_jobs(self) -> None:
        menu = QMenu(self)
        menu.setAccessibleName(self.tr("Jobs"))
        for job in self._session.jobs.all():
            entry = menu.addMenu(f"{job.title}: {job.detail}" if job.detail else job.title)
            if job.stop is not None and job.state in (JobState.RUNNING, JobState.WAITING):
                entry.addAction(self.tr("Stop"), job.stop)
            if job.retry is not None and job.state in (JobState.FAILED, JobState.STOPPED):
                entry.addAction(self.tr("Start again"), job.retry)
            entry.setEnabled(not entry.isEmpty())
        menu.aboutToHide.connect(menu.deleteLater)
        corner = self._jobs.mapToGlobal(self._jobs.rect().topLeft())
        menu.popup(corner - QPoint(0, menu.sizeHint().height()))
