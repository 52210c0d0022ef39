"""What changed, told to the screen at most ten times a second however many sources speak and however fast."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from console.desktop.io_thread import GuiBridge
from console.investigation.answer import FeedChanges

INTERVAL_MS = 100


class ChangeHub(QObject):
    """Gathers `FeedChanges` and emits them coalesced, of all sources together. The first after a pause goes at once.

    `report` may be called from any thread; `changed` is emitted on the GUI thread.
    """

    changed = Signal(object)

    def __init__(self, bridge: GuiBridge, parent: QObject | None = None, *, interval_ms: int = INTERVAL_MS) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._gathered: FeedChanges | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(interval_ms)
        self._pause.timeout.connect(self._flush)

    def report(self, changes: FeedChanges) -> None:
        """Takes changes from any thread."""
        self._bridge.post(lambda: self._take(changes))

    def forget(self) -> None:
        """Drops what is gathered: it belongs to a connection that is gone."""
        self._gathered = None

    def _take(self, changes: FeedChanges) -> None:
        self._gathered = changes if self._gathered is None else self._gathered | changes
        if not self._pause.isActive():
            self._flush()

    def _flush(self) -> None:
        if self._gathered is None:
            return
        gathered, self._gathered = self._gathered, None
        self._pause.start()
        self.changed.emit(gathered)
