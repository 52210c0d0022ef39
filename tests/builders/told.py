"""Hears what the journal is told, and lets a test wait for it instead of for time."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from console.core.events import Event, Kind
from console.storage.journal import Journal


class Told:
    """Every event appended from now on. To be made before the journal starts."""

    def __init__(self, journal: Journal) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()
        journal.on_append(self._hear)

    def _hear(self, _first: int, events: Sequence[Event]) -> None:
        with self._changed:
            self.events.extend(events)
            self._changed.notify_all()

    def of(self, *kinds: Kind) -> list[Event]:
        return [event for event in list(self.events) if event.kind in kinds]

    def wait(self, kind: Kind, count: int, timeout: float = 20.0) -> list[Event]:
        """The events of the kind, once there are `count`. Fails with the newest events otherwise."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.of(kind)) >= count, timeout), [
                (event.kind.value, event.error.text if event.error else "") for event in self.events[-5:]
            ]
        return self.of(kind)
