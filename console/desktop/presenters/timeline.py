"""The timeline page's mind: which encounter, its newest snapshot, filter, selection, and what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import isValid

from console.core.clock import to_micros
from console.core.errors import SignalboxError
from console.desktop.models.event_rows import EventRow, EventRows
from console.desktop.models.status_words import Severity
from console.desktop.models.timeline_model import Filter, Loop, TimelineModel
from console.desktop.models.timeline_reading import timeline_from_json
from console.desktop.operations import Operation
from console.desktop.presenters.cause_words import Cause, message_cause, order_cause
from console.desktop.presenters.message_details import MessageDetails, Subject, no_connection
from console.desktop.session import Session
from console.investigation.answer import Answer, EncounterTimeline, FeedChanges, JsonObject, SourceReport
from console.investigation.desk import Desk

PAUSE_MS = 300
"""The least time between two readings of a live encounter: a new message still shows within a second."""
_LOOK_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer, ready to show. `model` was made on the io thread."""

    encounter: JsonObject
    patient: JsonObject
    model: TimelineModel
    as_of: datetime | None
    from_cache: bool
    reports: tuple[SourceReport, ...]


class TimelinePresenter(QObject):
    """GUI thread. Asks the desk through operations; knows no widget."""

    shown = Signal(bool)
    """A reading arrived or the filter changed; True when it is another encounter."""
    failed = Signal(object)
    """The encounter could not be had (a `SignalboxError`); nothing older of it is shown."""
    loading = Signal()
    selected = Signal(str)
    """The selection's key (see `EventRow.key`), '' for none."""
    arrived = Signal(int)
    """How many messages have come that the reader, who is not at now, has not seen."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.details = MessageDetails(session, self)
        self.encounter_id = ""
        self.reading: Reading | None = None
        self.filter = Filter()
        self.model: TimelineModel | None = None
        self.rows: EventRows | None = None
        self.selection = ""
        self.unseen = 0
        self.following = True
        self._wanted_event = ""
        self._read_at: datetime | None = None
        self._operation: Operation | None = None
        self._read_for = ""
        self._stale = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._after_pause)

    # ---- which encounter --------------------------------------------------------------------------------------
    def open(self, encounter_id: str, *, event_id: str = "") -> None:
        """Turns to an encounter (id, visit number, or `unassigned:<patient id>`), and to one of its messages."""
        self._wanted_event = event_id
        if encounter_id == self.encounter_id and self.reading is not None:
            self._select_wanted()
            return
        self.encounter_id = encounter_id
        self.reading = self.model = self.rows = None
        self.filter = Filter()
        self.selection = ""
        self.unseen = 0
        self.following = True
        self.details.show(None)
        self.loading.emit()
        self.reload()

    def reload(self) -> None:
        """Reads the encounter again; while one reading runs, one more is remembered."""
        if not self.encounter_id:
            return
        if self._operation is not None and not self._operation.is_over:
            if self._read_for == self.encounter_id:
                self._stale = True
                return
            self._operation.cancel()
        desk = self.session.desk
        if desk is None:
            self._fail(no_connection())
            return
        self._stale = False
        self._read_for = self.encounter_id
        encounter_id = self.encounter_id
        known = self.reading.patient if self.reading is not None else {}
        self._operation = self.session.start(_question(desk, encounter_id, known))
        self._operation.succeeded.connect(lambda reading: self._arrived(encounter_id, reading))
        self._operation.failed.connect(lambda error: self._refused(encounter_id, error))

    def _arrived(self, encounter_id: str, reading: Reading) -> None:
        if not isValid(self) or encounter_id != self.encounter_id:
            return
        before = self.reading
        self.reading = reading
        self._read_at = self.session.now()
        if before is not None and not self.following:
            self.unseen += max(len(reading.model) - len(before.model), 0)
        self._show(fresh=before is None)
        if self.unseen:
            self.arrived.emit(self.unseen)
        self._pause.start()

    def _refused(self, encounter_id: str, error: SignalboxError) -> None:
        if isValid(self) and encounter_id == self.encounter_id:
            self._fail(error)

    def _fail(self, error: SignalboxError) -> None:
        if self.reading is None:
            self.failed.emit(error)

    def _after_pause(self) -> None:
        if self._stale:
            self.reload()

    # ---- live -------------------------------------------------------------------------------------------------
    def changes_arrived(self, changes: FeedChanges) -> None:
        """New events: reads again when they touch this encounter, at most once per pause."""
        self.details.trace_moved(changes.traces, changes.everything)
        if self.reading is None or not self._touched(changes):
            return
        if self._pause.isActive():
            self._stale = True
        else:
            self.reload()

    def _touched(self, changes: FeedChanges) -> bool:
        assert self.reading is not None, "asked only while something is shown"
        header = self.reading.encounter
        if changes.everything or header.get("encounter_id") in changes.encounters:
            return True
        if not header.get("visit_number") and header.get("patient_id") in changes.patients:
            return True
        return any(str(e.get("trace_id")) in changes.traces for e in self.reading.model.entries[-400:])

    def second_passed(self) -> None:
        """Reads again when a result has become due, or once a minute: time alone makes orders late."""
        if self.reading is None or self._read_at is None:
            return
        now = self.now_micros()
        due = any(
            loop.due_at is not None and self.reading.model.now < loop.due_at <= now and loop.is_open
            for loop in self.reading.model.loops
        )
        if due or self.session.now() - self._read_at >= _LOOK_AGAIN:
            self.reload()

    def now_micros(self) -> int:
        """The engine's clock, running on since the last reading; a kept copy's clock stands still."""
        if self.reading is None or self._read_at is None:
            return to_micros(self.session.now())
        if self.reading.from_cache:
            return self.reading.model.now
        return self.reading.model.now + (self.session.now() - self._read_at) // timedelta(microseconds=1)

    def set_following(self, on: bool) -> None:
        """Whether the reader is at now; there, nothing stays unseen."""
        self.following = on
        if on and self.unseen:
            self.unseen = 0
            self.arrived.emit(0)

    # ---- filter -----------------------------------------------------------------------------------------------
    def set_filter(self, chosen: Filter) -> None:
        if chosen != self.filter:
            self.filter = chosen
            if self.reading is not None:
                self._show(fresh=False)

    def _show(self, *, fresh: bool) -> None:
        assert self.reading is not None, "shown only once read"
        self.model = self.reading.model.filtered(self.filter)
        self.rows = EventRows(self.model)
        self.shown.emit(fresh)
        if fresh:
            self._select_first()
        elif self.selection:
            self.selected.emit(self.selection)

    # ---- selection --------------------------------------------------------------------------------------------
    def _select_wanted(self) -> bool:
        """Selects the message the place asked for, by any of its event ids."""
        wanted, self._wanted_event = self._wanted_event, ""
        if wanted and self.model is not None and self.model.row_of(wanted) >= 0:
            self.select(wanted)
            return True
        return False

    def _select_first(self) -> None:
        """What a reader most likely came for: the message the place names, else what stopped last, else the newest."""
        if self._select_wanted() or self.rows is None or not len(self.rows):
            return
        stopped = self._newest_stopped()
        if stopped:
            self.select(stopped)
        elif len(self.rows.problems):
            self.select(self.rows.key_at(int(self.rows.problems[0])))
        else:
            self.select(self.rows.key_at(0))

    def _newest_stopped(self) -> str:
        """The newest message that stopped: it holds the cause, a missing result only the effect."""
        assert self.model is not None, "asked only while something is shown"
        critical = [r for r in self.model.problem_rows.tolist() if self.model.columns.severity[r] >= Severity.CRITICAL]
        return str(self.model.entries[critical[-1]]["event_id"]) if critical else ""

    def select(self, key: str) -> None:
        """Turns to a message (event id) or an order (`order:<id>`)."""
        self.selection = key
        self.details.show(self._subject(key))
        self.selected.emit(key)

    def _subject(self, key: str) -> Subject | None:
        entry = self.entry(key)
        if entry is None:
            return None
        return Subject(str(entry["event_id"]), str(entry.get("trace_id", "")), str(entry.get("duplicate_of") or ""))

    def entry(self, key: str = "") -> JsonObject | None:
        """The selected message, or the one with this event id; None for an order or nothing."""
        key = key or self.selection
        if self.model is None or not key or key.startswith("order:"):
            return None
        row = self.model.row_of(key)
        return self.model.entries[row] if row >= 0 else None

    def loop(self, key: str = "") -> Loop | None:
        key = key or self.selection
        if self.model is None or not key.startswith("order:"):
            return None
        return self.model.loop_of(key.removeprefix("order:"))

    def row(self) -> EventRow | None:
        """The selected line of the event list."""
        if self.rows is None or not self.selection:
            return None
        order = self.selection.removeprefix("order:") if self.selection.startswith("order:") else ""
        place = self.rows.index_of(event_id="" if order else self.selection, order_id=order)
        return self.rows[place] if place >= 0 else None

    def cause(self) -> Cause | None:
        """Why the selected message or result is not where it should be."""
        formats = self.session.formats
        loop = self.loop()
        if loop is not None:
            return order_cause(loop, self.now_micros(), formats)
        entry = self.entry()
        return message_cause(entry, self.details.trace, formats) if entry is not None else None

    def jump_to_cause(self) -> bool:
        """From a gap to the message that explains it; False when there is nothing to jump to."""
        loop = self.loop() or self._gap_of_selection() or self._first_gap()
        if loop is None:
            return False
        target = loop.stopped_event_id or loop.result_event_id or loop.event_id
        if self.model is None or self.model.row_of(target) < 0 or target == self.selection:
            return False
        self.select(target)
        return True

    def _gap_of_selection(self) -> Loop | None:
        """The overdue order the selected message belongs to."""
        entry = self.entry()
        if entry is None or self.model is None:
            return None
        orders = {str(o) for o in entry.get("order_ids") or ()}
        now = self.model.now
        return next((x for x in self.model.loops if x.order_id in orders and x.overdue_since(now) is not None), None)

    def _first_gap(self) -> Loop | None:
        if self.model is None:
            return None
        gaps = [x for x in self.model.loops if x.overdue_since(self.model.now) is not None]
        return max(gaps, key=lambda x: (bool(x.stopped_event_id), x.due_at or 0), default=None)


def _question(desk: Desk, encounter_id: str, known: JsonObject) -> Callable[[], Coroutine[Any, Any, Reading]]:
    async def read() -> Reading:
        answer: Answer[EncounterTimeline] = await desk.encounter_timeline(encounter_id, look=not known)
        patient = dict(answer.value.patient)
        patient_id = str(patient.get("patient_id") or answer.value.encounter.get("patient_id") or "")
        if patient_id and patient_id == known.get("patient_id"):
            patient = {**patient, "identifiers": known.get("identifiers") or ()}
        elif patient_id and not patient.get("identifiers"):
            # Without its numbers the banner still says who it is: the timeline is worth showing.
            with suppress(SignalboxError):
                patient |= (await desk.patient(patient_id)).value
        model = await asyncio.to_thread(lambda: timeline_from_json(answer.value.timeline).prepare())
        return Reading(answer.value.encounter, patient, model, answer.as_of, answer.from_cache, answer.reports)

    return read
