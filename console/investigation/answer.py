"""An answer says what it does not know: who spoke, who did not, as of when, and whether it is a kept copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from console.connections.source import FeedStatus

JsonObject = Mapping[str, Any]
"""A JSON object as the HTTP API gives it (contract: HTTP API of the engine)."""

T_co = TypeVar("T_co", covariant=True)


class SourceStatus(StrEnum):
    """How one source fared with one question."""

    OK = "ok"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    UNAUTHORISED = "unauthorised"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source's part in an answer. `text` is for a person (what happened, what to do), '' when all is well."""

    name: str
    status: SourceStatus
    as_of: datetime | None
    took_ms: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T_co]):
    """A value with its provenance.

    `from_cache` says the value is the kept copy because no source gave it now; `as_of` is then when the copy was
    fetched, otherwise the time of the slowest source's view. `took_ms` is wall time as the person felt it.
    """

    value: T_co
    reports: tuple[SourceReport, ...] = ()
    from_cache: bool = False
    as_of: datetime | None = None
    took_ms: float = 0.0

    @property
    def complete(self) -> bool:
        """True when every source that was asked answered now."""
        return not self.from_cache and all(r.status is SourceStatus.OK for r in self.reports)

    def age(self, now: datetime) -> timedelta | None:
        """How old the value is at `now` (never negative), None when unknown."""
        return max(now - self.as_of, timedelta(0)) if self.as_of else None


@dataclass(frozen=True, slots=True)
class EncounterTimeline:
    """One encounter's story: the two headers and `evidence.timeline.Timeline.as_json()`."""

    encounter: JsonObject
    patient: JsonObject
    timeline: JsonObject


@dataclass(frozen=True, slots=True)
class FeedState:
    """Where the live feed of one source stands. `as_of` is when we last heard anything; `text` is '' when live."""

    source: str
    status: FeedStatus
    as_of: datetime | None = None
    seq: int = 0
    text: str = ""
    next_try_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedChanges:
    """What a stretch of new events touched, gathered (at most ten notices a second).

    `encounters` and `patients` hold those the touched traces belong to, also when the event itself did not say so.
    `systems` are senders and destinations heard from. `everything` means that events may have been missed or that the
    journal is another one: whoever shows anything reads it again.
    """

    source: str
    count: int = 0
    last_seq: int = 0
    traces: frozenset[str] = frozenset()
    encounters: frozenset[str] = frozenset()
    patients: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    systems: frozenset[str] = frozenset()
    everything: bool = False

    def __or__(self, other: FeedChanges) -> FeedChanges:
        return FeedChanges(
            self.source,
            self.count + other.count,
            max(self.last_seq, other.last_seq),
            self.traces | other.traces,
            self.encounters | other.encounters,
            self.patients | other.patients,
            self.kinds | other.kinds,
            self.systems | other.systems,
            self.everything or other.everything,
        )
