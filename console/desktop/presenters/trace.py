"""The trace page's mind: which message, its road, and what it is compared with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from console.core.clock import parse_iso
from console.core.errors import SignalboxError
from console.desktop.models.message_diff import Change, DiffRow, carried, diff_json, diff_trees
from console.desktop.models.message_tree import build_tree
from console.desktop.operations import Latest
from console.desktop.presenters.message_details import Known, MessageDetails, Part, Subject, no_connection
from console.desktop.session import Session
from console.investigation.answer import FeedChanges, JsonObject
from console.investigation.desk import Desk

_MOST_OFFERED = 12


class Against(StrEnum):
    """What the message is compared with."""

    ITS_FHIR = "its-fhir"
    OTHER_HL7 = "other-hl7"
    OTHER_FHIR = "other-fhir"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`other` is an event or trace id, '' when the message is compared with what it became."""

    against: Against
    other: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """The rows, and how many of each kind."""

    comparison: Comparison
    rows: tuple[DiffRow, ...]
    other: JsonObject = field(default_factory=dict)

    def count(self, change: Change) -> int:
        return sum(1 for row in self.rows if row.change is change)


@dataclass(frozen=True, slots=True)
class Related:
    """Another message of the same order or encounter, offered for comparison."""

    event_id: str
    title: str
    message_type: str
    at: str
    same_order: bool


class TracePresenter(QObject):
    """GUI thread. The trace itself comes through `details`."""

    shown = Signal()
    """The trace arrived or changed."""
    failed = Signal(object)
    compared = Signal(object)
    """A `Compared`."""
    comparing_failed = Signal(object)
    comparing = Signal()
    related_found = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.details = MessageDetails(session, self)
        self.identifier = ""
        self.related: tuple[Related, ...] = ()
        self._compare = Latest(session.io)
        self._relate = Latest(session.io)
        self.details.changed.connect(self._part_changed)

    # ---- which message ----------------------------------------------------------------------------------------
    def open(self, identifier: str) -> None:
        """By event or trace id."""
        if identifier != self.identifier:
            self.identifier = identifier
            self.related = ()
            self._compare.cancel()
            self._relate.cancel()
            self.details.show(Subject(identifier, provisional=True))
        self.details.want(Part.TRACE)

    def reload(self) -> None:
        self.details.again(Part.TRACE)

    def changes_arrived(self, changes: FeedChanges) -> None:
        self.details.trace_moved(changes.traces, changes.everything)

    @property
    def trace(self) -> dict[str, Any] | None:
        return self.details.trace

    def _part_changed(self, part: str) -> None:
        if part != Part.TRACE:
            return
        known = self.details.get(Part.TRACE)
        if isinstance(known, SignalboxError):
            self.failed.emit(known)
        elif known is not None:
            if self.details.subject is not None and self.details.subject.provisional:
                self._opened(known.value)
            self.shown.emit()

    def _opened(self, trace: JsonObject) -> None:
        """The message is known: an id of any of its events led here, bytes and tree belong to its first."""
        self.details.adopt(Subject(str(trace["event_id"]), str(trace["trace_id"])))
        desk = self.session.desk
        if desk is not None:
            self.session.start(lambda: desk.remember_trace(trace))

    # ---- comparing --------------------------------------------------------------------------------------------
    def find_related(self) -> None:
        """Looks for messages worth comparing with: of the same order first, then of the same kind in the encounter."""
        desk, trace = self.session.desk, self.trace
        if desk is None or trace is None or not trace.get("encounter_id"):
            return
        self._relate.run(_related(desk, trace), done=self._related_arrived, failed=lambda error: None)

    def _related_arrived(self, found: tuple[Related, ...]) -> None:
        if isValid(self):
            self.related = found
            self.related_found.emit()

    def compare(self, comparison: Comparison) -> None:
        """Fetches both sides and compares them on the io thread's workers."""
        desk, trace = self.session.desk, self.trace
        if desk is None:
            self.comparing_failed.emit(no_connection())
            return
        if trace is None:
            return
        self.comparing.emit()
        self._compare.run(
            _comparing(desk, str(trace["event_id"]), comparison),
            done=self._compared,
            failed=self._not_compared,
        )

    def _compared(self, result: Compared) -> None:
        if isValid(self):
            self.compared.emit(result)

    def _not_compared(self, error: SignalboxError) -> None:
        if isValid(self):
            self.comparing_failed.emit(error)

    def known(self) -> Known | None:
        """How fresh the trace shown is."""
        known = self.details.get(Part.TRACE)
        return known if isinstance(known, Known) else None


def _related(desk: Desk, trace: JsonObject) -> Callable[[], Coroutine[Any, Any, tuple[Related, ...]]]:
    async def look() -> tuple[Related, ...]:
        answer = await desk.encounter_timeline(str(trace["encounter_id"]), look=False)
        entries = [e for e in answer.value.timeline["entries"] if not e.get("duplicate_of")]
        own = next((e for e in entries if e["trace_id"] == trace["trace_id"]), None)
        orders = set(own.get("order_ids") or ()) if own else set()
        others = [e for e in entries if e["trace_id"] != trace["trace_id"]]
        at = parse_iso(str(trace["received_at"]))

        def nearness(entry: JsonObject) -> tuple[bool, bool, float]:
            same = bool(orders & set(entry.get("order_ids") or ()))
            kind = entry.get("message_type") == trace.get("message_type")
            return (not same, not kind, abs((parse_iso(str(entry["at"])) - at).total_seconds()))

        others.sort(key=nearness)
        return tuple(
            Related(
                str(e["event_id"]),
                str(e.get("title", "")),
                str(e.get("message_type", "")),
                str(e["at"]),
                bool(orders & set(e.get("order_ids") or ())),
            )
            for e in others[:_MOST_OFFERED]
        )

    return look


def _comparing(desk: Desk, event_id: str, wanted: Comparison) -> Callable[[], Coroutine[Any, Any, Compared]]:
    async def work() -> Compared:
        if wanted.against is Against.ITS_FHIR:
            tree = await desk.message_tree(event_id)
            fhir = await desk.message_fhir(event_id)
            became = bool(_document(fhir.value)["entry"])
            rows = await asyncio.to_thread(_carried, tree.value, fhir.value) if became else []
            return Compared(wanted, tuple(rows))
        other = await desk.trace(wanted.other)
        other_id = str(other.value["event_id"])
        if wanted.against is Against.OTHER_HL7:
            left, right = await desk.message_tree(event_id), await desk.message_tree(other_id)
            rows = await asyncio.to_thread(
                lambda: diff_trees(build_tree(_segments(left.value)), build_tree(_segments(right.value)))
            )
        else:
            mine, theirs = await desk.message_fhir(event_id), await desk.message_fhir(other_id)
            rows = await asyncio.to_thread(lambda: diff_json(_document(mine.value), _document(theirs.value)))
        return Compared(wanted, tuple(rows), other.value)

    return work


def _segments(body: JsonObject) -> Sequence[JsonObject]:
    return body.get("segments") or ()


def _document(body: JsonObject) -> JsonObject:
    """The resources of a message as one document; what still waits for delivery when nothing is filed yet."""
    resources = [r["body"] for r in body.get("resources") or () if r.get("body")]
    if resources:
        return {"entry": [{"resource": resource} for resource in resources]}
    bundles = [b["bundle"] for b in body.get("bundles") or () if b.get("bundle")]
    return bundles[0] if bundles else {"entry": []}


def _carried(tree: JsonObject, fhir: JsonObject) -> list[DiffRow]:
    return carried(build_tree(_segments(tree)), _document(fhir))
