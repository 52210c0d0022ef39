"""What is known of one message: its trace, parsed tree, bytes, what it became; each part fetched when wanted."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from console.core.errors import EnvironmentFault, SignalboxError
from console.desktop.operations import Operation
from console.desktop.session import Session
from console.investigation.answer import Answer
from console.investigation.desk import Desk

_MOST_KEPT = 24


class Part(StrEnum):
    """What can be asked about a message."""

    TRACE = "trace"
    TREE = "tree"
    RAW = "raw"
    FHIR = "fhir"


@dataclass(frozen=True, slots=True)
class Subject:
    """Which message. `message_id` names the event that holds the bytes (for a duplicate, the original's).

    A `provisional` one is known by some id only; until its trace says which message it is, nothing else is asked.
    """

    event_id: str
    trace_id: str = ""
    message_id: str = ""
    provisional: bool = False

    @property
    def bytes_of(self) -> str:
        return self.message_id or self.event_id


@dataclass(frozen=True, slots=True)
class Known:
    """A part that has arrived. `as_of` and `from_cache` say how fresh it is."""

    value: Any
    as_of: datetime | None = None
    from_cache: bool = False


def no_connection() -> EnvironmentFault:
    """What is said when there is nobody to ask."""
    return EnvironmentFault("Nothing is connected. Choose a connection in Settings.", code="not-connected")


class MessageDetails(QObject):
    """The parts of the message now shown. GUI thread; late answers for another message are kept, not shown."""

    changed = Signal(str)
    """A `Part` of the subject arrived, failed or began to load."""
    subject_changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.subject: Subject | None = None
        self._parts: dict[tuple[str, Part], Known | SignalboxError] = {}
        self._running: dict[tuple[str, Part], Operation] = {}

    # ---- asking -----------------------------------------------------------------------------------------------
    def show(self, subject: Subject | None) -> None:
        """Turns to another message; None shows nothing."""
        if subject != self.subject:
            self.subject = subject
            self.subject_changed.emit()

    def adopt(self, subject: Subject) -> None:
        """The same message under its proper ids: what is known of its trace stays."""
        known = self.get(Part.TRACE)
        if subject == self.subject or known is None:
            return
        self._parts[self._key(subject, Part.TRACE)] = known
        self.show(subject)

    def want(self, part: Part) -> None:
        """Fetches a part unless it is here or on its way."""
        if self.subject is None or self.get(part) is not None or self.loading(part):
            return
        if self.subject.provisional and part is not Part.TRACE:
            return
        self._fetch(self.subject, part)

    def again(self, part: Part) -> None:
        """Fetches a part anew; what is known of it stays until the answer comes."""
        if self.subject is not None:
            key = self._key(self.subject, part)
            if isinstance(self._parts.get(key), SignalboxError):
                del self._parts[key]
            if key not in self._running:
                self._fetch(self.subject, part)

    def trace_moved(self, traces: frozenset[str], everything: bool) -> None:
        """New events: a trace that is shown is read again; kept ones that changed are forgotten."""
        for key in [k for k in self._parts if k[1] in (Part.TRACE, Part.FHIR)]:
            if (everything or key[0] in traces) and (self.subject is None or self._trace_key(self.subject) != key[0]):
                del self._parts[key]
        if self.subject is not None and (everything or self._trace_key(self.subject) in traces):
            self.again(Part.TRACE)
            if self.get(Part.FHIR) is not None:
                self.again(Part.FHIR)

    # ---- answering --------------------------------------------------------------------------------------------
    def get(self, part: Part) -> Known | SignalboxError | None:
        """The part, why it could not be had, or None while unknown."""
        return self._parts.get(self._key(self.subject, part)) if self.subject is not None else None

    def loading(self, part: Part) -> bool:
        return self.subject is not None and self._key(self.subject, part) in self._running

    @property
    def trace(self) -> dict[str, Any] | None:
        """The trace, when it is here."""
        known = self.get(Part.TRACE)
        return known.value if isinstance(known, Known) else None

    # ---- plumbing ---------------------------------------------------------------------------------------------
    @staticmethod
    def _trace_key(subject: Subject) -> str:
        return subject.trace_id or subject.event_id

    def _key(self, subject: Subject, part: Part) -> tuple[str, Part]:
        by_trace = part in (Part.TRACE, Part.FHIR)
        return (self._trace_key(subject) if by_trace else subject.bytes_of, part)

    def _fetch(self, subject: Subject, part: Part) -> None:
        desk, key = self._session.desk, self._key(subject, part)
        if desk is None:
            self._arrived(key, no_connection())
            return
        operation = self._session.start(_question(desk, subject, part))
        self._running[key] = operation
        operation.succeeded.connect(lambda answer: self._arrived(key, _known(answer)))
        operation.failed.connect(lambda error: self._arrived(key, error))
        self.changed.emit(part.value)

    def _arrived(self, key: tuple[str, Part], value: Known | SignalboxError) -> None:
        if not isValid(self):
            return  # The page was closed while the answer was on its way.
        self._running.pop(key, None)
        if isinstance(value, SignalboxError) and isinstance(self._parts.get(key), Known):
            # A refresh that failed takes nothing away that was already shown.
            return
        while len(self._parts) >= _MOST_KEPT * len(Part):
            del self._parts[next(iter(self._parts))]
        self._parts[key] = value
        if self.subject is not None and key == self._key(self.subject, key[1]):
            self.changed.emit(key[1].value)


def _known(answer: Answer[Any]) -> Known:
    return Known(answer.value, answer.as_of, answer.from_cache)


def _question(desk: Desk, subject: Subject, part: Part) -> Callable[[], Coroutine[Any, Any, Any]]:
    if part is Part.TRACE:
        return lambda: desk.trace(subject.trace_id or subject.event_id)
    if part is Part.TREE:
        return lambda: desk.message_tree(subject.bytes_of)
    if part is Part.RAW:
        return lambda: desk.message_raw(subject.bytes_of)
    return lambda: desk.message_fhir(subject.bytes_of)
