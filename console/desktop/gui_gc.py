"""Python's cyclic garbage is collected on the GUI thread only.

A collection on another thread destroys widgets there and crashes the process (measured with PySide6 6.11.3: three of
three runs within 6 s). So automatic collection is off and a timer collects where the widgets live.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 1_000


class GuiThreadCollector(QObject):
    """Collects by generation as Python itself would, but only ever here. Make it on the GUI thread."""

    def __init__(self, parent: QObject | None = None, *, interval_ms: int = INTERVAL_MS) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.check)
        self._timer.start(interval_ms)

    def check(self) -> None:
        """Collects the oldest generation that is due."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

    def stop(self) -> None:
        """Gives automatic collection back to Python; call it when no other thread is left."""
        self._timer.stop()
        gc.enable()
