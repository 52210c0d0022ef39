"""Draws one page with its data into a file and ends the program: `--screenshot`.

Waits until the page says that it has settled (with a connection: after the desk is open, and for the demo after its
past has been sent), then a moment for the last repaint. Bounded: after a minute it draws what there is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from console.core.errors import EnvironmentFault
from console.desktop.supervisor import Phase

if TYPE_CHECKING:
    from console.desktop.application import Desktop

LONGEST_MS = 60_000
STILL_MS = 250
QUIET_MS = 1_200
"""Without a new event for so long, the demo's past has gone all the way."""


class Photographer(QObject):
    """Takes one picture of `desktop`. `fault` says afterwards why there is none."""

    def __init__(self, desktop: Desktop, path: Path) -> None:
        super().__init__(desktop)
        self.fault: EnvironmentFault | None = None
        self._desktop = desktop
        self._path = path
        self._done = False
        self._needs_desk = desktop.first_connection is not None
        self._needs_demo = desktop.options.demo
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.setInterval(STILL_MS)
        self._still.timeout.connect(self._take)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET_MS)
        self._quiet.timeout.connect(self._show_again)
        self._longest = QTimer(self)
        self._longest.setSingleShot(True)
        self._longest.timeout.connect(self._take)
        self._longest.start(LONGEST_MS)
        desktop.window.page_settled.connect(self._settled)
        desktop.session.desk_changed.connect(self._desk_changed)
        desktop.failed.connect(self._failed)

    def _desk_changed(self) -> None:
        connector = self._desktop.connector
        if self._needs_demo and connector is not None and self._desktop.session.desk is not None:
            connector.demo_is_live.connect(self._demo_is_live)
            connector.supervisor.demo.phase_changed.connect(self._demo_phase)

    def _demo_phase(self, phase: Phase) -> None:
        if phase is Phase.FAILED:
            self._demo_is_live()

    def _demo_is_live(self) -> None:
        """The hospital's past is in; once the engine has mapped and filed it, the page is asked to read again."""
        self._quiet.start()
        self._desktop.session.hub.changed.connect(lambda _: self._quiet.start())

    def _show_again(self) -> None:
        if not self._needs_demo:
            return
        self._needs_demo = False
        place = self._desktop.window.history.current
        page = self._desktop.window.page
        if place is not None and page is not None:
            page.show_place(place)

    def _settled(self, name: str) -> None:
        waiting = self._needs_demo or (self._needs_desk and self._desktop.session.desk is None)
        if name == self._desktop.window.page_name and not waiting:
            self._still.start()

    def _failed(self, text: str) -> None:
        self.fault = EnvironmentFault(text, code="no-connection")
        self._end()

    def _take(self) -> None:
        if self._done:
            return
        if not self._desktop.window.grab().save(str(self._path)):
            self.fault = EnvironmentFault(
                f"The picture could not be written to {self._path}. Check the folder and the free space.",
                code="picture-not-written",
            )
        self._end()

    def _end(self) -> None:
        self._done = True
        QTimer.singleShot(0, self._desktop.application.quit)
