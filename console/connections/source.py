"""A source: something that can tell what happened to messages, and says which questions it can answer.

Our own engine, a Mirth server, a FHIR server and a broker all fit this. Answers are the JSON of the engine's HTTP API
(contract: HTTP API); a source of another make translates into it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

JsonObject = dict[str, Any]


class Capability(StrEnum):
    """What a source can answer. A question it cannot answer is refused with the code `not-supported`."""

    STATISTICS = "statistics"
    EVENTS = "events"
    FEED = "feed"
    MESSAGES = "messages"
    TRACES = "traces"
    KEYS = "keys"
    PATIENTS = "patients"
    TIMELINE = "timeline"
    ORDERS = "orders"
    FAILURES = "failures"
    DESTINATIONS = "destinations"
    CONCEPT_MAPS = "concept_maps"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `next` is an opaque cursor, empty on the last page. Times are RFC 3339 text.

    `indexed_up_to` is the journal position up to which identifiers are searchable, None where the list has no index.
    """

    items: tuple[JsonObject, ...]
    next: str = ""
    as_of: str = ""
    sources: tuple[JsonObject, ...] = ()
    indexed_up_to: int | None = None


@dataclass(frozen=True, slots=True)
class Payload:
    """A message byte for byte. `text` is `data` decoded by `charset`, for showing."""

    data: bytes
    text: str
    charset: str
    sha256: str


class FeedStatus(StrEnum):
    """How new events reach us. `polling` is the fallback where a proxy cuts or buffers the stream."""

    CONNECTING = "connecting"
    LIVE = "live"
    POLLING = "polling"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """What the feed gave at one moment: events in journal order, none twice, none left out.

    `seq` is the position to resume after, -1 while it is not known; a batch without events is a heartbeat or a change
    of `status`. `text` is for a person ('' when live); `retry_in` is seconds until the next try while offline.
    """

    status: FeedStatus
    seq: int
    events: tuple[JsonObject, ...] = ()
    text: str = ""
    retry_in: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """Which events. `after` is a cursor or a journal position; `since` and `until` are RFC 3339; '' means any."""

    after: str = ""
    limit: int = 200
    kinds: Sequence[str] = ()
    states: Sequence[str] = ()
    trace_id: str = ""
    key: str = ""
    since: str = ""
    until: str = ""
    order: str = "asc"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQuery:
    """Which messages, newest first. The times are of receipt."""

    after: str = ""
    limit: int = 100
    states: Sequence[str] = ()
    sender: str = ""
    message_type: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientQuery:
    """Which patients. `name` matches the beginning of every word given, without accents or case."""

    after: str = ""
    limit: int = 50
    name: str = ""
    identifier: str = ""
    assigner: str = ""
    birth_date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterQuery:
    """Which encounters. `text` matches visit number, identifier or name."""

    after: str = ""
    limit: int = 50
    patient_id: str = ""
    visit: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuery:
    """Which orders: of an encounter, of a patient, or by a placer, filler or accession number."""

    after: str = ""
    limit: int = 200
    encounter_id: str = ""
    patient_id: str = ""
    key: str = ""


class Source(Protocol):
    """One source. Every method may raise:

    - `Refused` when the source answered no (`code` is its own: `not-found`, `unauthorised`, `invalid-query`, ...);
    - `EnvironmentFault` when it did not answer (`unreachable`, `timed-out`, `broken-answer`) or cannot work now.

    Safe to use from one event loop. Cancelling a call cancels the request.
    """

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    async def health(self) -> JsonObject: ...

    async def statistics(self) -> JsonObject: ...

    async def events(self, query: EventQuery) -> Page: ...

    async def event(self, event_id: str) -> JsonObject: ...

    async def messages(self, query: MessageQuery) -> Page: ...

    async def message_raw(self, event_id: str) -> Payload: ...

    async def message_tree(self, event_id: str) -> JsonObject: ...

    async def message_fhir(self, event_id: str) -> JsonObject: ...

    async def trace(self, identifier: str) -> JsonObject: ...

    async def keys(self, values: Sequence[str], *, kind: str = "", assigner: str = "") -> Page: ...

    async def patients(self, query: PatientQuery) -> Page: ...

    async def patient(self, patient_id: str) -> JsonObject: ...

    async def encounters(self, query: EncounterQuery) -> Page: ...

    async def timeline(self, encounter: str) -> JsonObject: ...

    async def orders(self, query: OrderQuery) -> Page: ...

    async def failures(self, *, test: bool = False) -> Page: ...

    async def dead_letters(self, *, group_key: str = "", after: str = "", limit: int = 100) -> Page: ...

    async def destinations(self) -> Page: ...

    def feed(self, after: int | None = None) -> AsyncIterator[FeedBatch]:
        """Follows the journal from behind position `after` (None: from now), for as long as the caller listens.

        Resumes by itself after a break, without gap or double, and never raises for one: it says so by `status`.
        Ends when the journal turns out to be another one than `after` is from; the caller then begins anew.
        """
        ...

    async def close(self) -> None: ...
