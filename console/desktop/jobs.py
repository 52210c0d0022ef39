"""Long work in one tray: what runs, how far it is, and a way to stop it; it survives the view that started it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QObject, Signal


class JobState(StrEnum):
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class Job(QObject):
    """One piece of long work. `stop` is None when it cannot be stopped; `retry` when it cannot be started again."""

    changed = Signal()

    def __init__(
        self,
        title: str,
        *,
        icon: str = "activity",
        stop: Callable[[], None] | None = None,
        retry: Callable[[], None] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.title = title
        self.icon = icon
        self.stop = stop
        self.retry = retry
        self.state = JobState.WAITING
        self.detail = ""

    def report(self, state: JobState, detail: str = "") -> None:
        """`detail` is a sentence for a person."""
        self.state, self.detail = state, detail
        self.changed.emit()


class Jobs(QObject):
    """The tray's contents, oldest first."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[Job] = []

    def add(self, job: Job) -> Job:
        job.setParent(self)
        self._jobs.append(job)
        job.changed.connect(self.changed)
        self.changed.emit()
        return job

    def remove(self, job: Job) -> None:
        if job in self._jobs:
            self._jobs.remove(job)
            self.changed.emit()
            job.deleteLater()

    def all(self) -> list[Job]:
        return list(self._jobs)

    def failed(self) -> list[Job]:
        return [job for job in self._jobs if job.state is JobState.FAILED]
