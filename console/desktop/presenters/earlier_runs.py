"""The runs that were made before: read, opened, compared and deleted away from the screen's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from console.core.errors import SignalboxError
from console.desktop.models.live_run import LiveRun
from console.desktop.models.run_request import RunRequest
from console.desktop.operations import Latest
from console.desktop.run_shelf import EarlierRun, delete_run, earlier_runs, read_run
from console.desktop.session import Session


class EarlierRuns(QObject):
    """`changed`: another list; `opened`: a run read back, with the request that would make it again; `failed`: why
    not."""

    changed = Signal()
    opened = Signal(object, object)
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.runs: Sequence[EarlierRun] = ()
        self.known = False
        """Whether the list has been read."""
        self._reading = Latest(session.io, self)
        self._opening = Latest(session.io, self)

    @property
    def _data(self) -> Path:
        return self._session.settings.path.parent

    def read(self) -> None:
        self._away(self._reading, partial(earlier_runs, self._data), self._read)

    def _read(self, runs: Sequence[EarlierRun]) -> None:
        self.runs, self.known = runs, True
        self.changed.emit()

    def find(self, key: str) -> EarlierRun | None:
        return next((run for run in self.runs if run.key == key), None)

    def open(self, key: str) -> None:
        """Reads a run back: the one of the list, or (by a link) of the folder."""
        earlier = self.find(key)
        if earlier is None:
            return
        request = RunRequest(earlier.scenario or earlier.folder / "scenario.toml", earlier.title, seed=earlier.seed)

        def read(run: LiveRun) -> None:
            self.opened.emit(run, request)

        self._away(self._opening, partial(read_run, earlier.folder), read)

    def delete(self, keys: Sequence[str]) -> None:
        folders = [run.folder for key in keys if (run := self.find(key)) is not None]
        data = self._data

        def remove() -> Sequence[EarlierRun]:
            for folder in folders:
                delete_run(data, folder)
            return earlier_runs(data)

        self._away(self._reading, remove, self._read)

    def _away(self, line: Latest, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        async def away() -> Any:
            return await asyncio.to_thread(work)

        line.run(away, done=done, failed=self._could_not)

    def _could_not(self, error: SignalboxError) -> None:
        self.failed.emit(error)
