"""What changed, told to the screen at most ten times a second however fast events arrive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from console.core.events import Event
from console.desktop.io_thread import GuiBridge

INTERVAL_MS = 100


@dataclass(frozen=True, slots=True)
class Changes:
    """What a stretch of new events touched. Empty sets mean nothing of that sort; `everything` asks for a reload."""

    count: int = 0
    last_seq: int = 0
    traces: frozenset[str] = frozenset()
    encounters: frozenset[str] = frozenset()
    patients: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    """Names of the destinations and senders heard from."""
    everything: bool = False

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            self.count + other.count,
            max(self.last_seq, other.last_seq),
            self.traces | other.traces,
            self.encounters | other.encounters,
            self.patients | other.patients,
            self.kinds | other.kinds,
            self.sources | other.sources,
            self.everything or other.everything,
        )

    @classmethod
    def of(cls, events: Iterable[Event]) -> Changes:
        """The changes a batch of events makes."""
        count = last = 0
        traces: set[str] = set()
        encounters: set[str] = set()
        patients: set[str] = set()
        kinds: set[str] = set()
        sources: set[str] = set()
        for event in events:
            count += 1
            last = max(last, event.seq)
            traces.add(event.trace_id)
            kinds.add(event.kind.value)
            detail = event.detail
            _add(encounters, detail.get("encounter_id"))
            _add(patients, detail.get("patient_id"))
            _add(sources, detail.get("destination"))
            sender = detail.get("sender")
            if isinstance(sender, dict):
                _add(sources, sender.get("application"))
        return cls(
            count,
            last,
            frozenset(traces),
            frozenset(encounters),
            frozenset(patients),
            frozenset(kinds),
            frozenset(sources),
        )


def _add(names: set[str], value: Any) -> None:
    if isinstance(value, str) and value:
        names.add(value)


class ChangeHub(QObject):
    """Gathers `Changes` and emits them coalesced. The first after a pause goes out at once.

    `report` may be called from any thread; `changed` is emitted on the GUI thread.
    """

    changed = Signal(object)

    def __init__(self, bridge: GuiBridge, parent: QObject | None = None, *, interval_ms: int = INTERVAL_MS) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._gathered: Changes | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(interval_ms)
        self._pause.timeout.connect(self._flush)

    def report(self, changes: Changes) -> None:
        """Takes changes from any thread."""
        self._bridge.post(lambda: self._take(changes))

    def report_events(self, events: Iterable[Event]) -> None:
        """Like `report`, with the events themselves; they are summed up on the calling thread."""
        self.report(Changes.of(events))

    def _take(self, changes: Changes) -> None:
        self._gathered = changes if self._gathered is None else self._gathered | changes
        if not self._pause.isActive():
            self._flush()

    def _flush(self) -> None:
        if self._gathered is None:
            return
        gathered, self._gathered = self._gathered, None
        self._pause.start()
        self.changed.emit(gathered)
