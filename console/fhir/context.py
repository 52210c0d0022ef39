"""What a mapping is given and what it gives back: context, state, outcome. All frozen, nothing does I/O.

`mapping.map_message(message, context, state)` is a pure function: the same three arguments give the same outcome, byte
for byte, on every machine. The pipeline journals the outcome; nobody else interprets a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Protocol

from console.core.events import EventError
from console.fhir import document

if TYPE_CHECKING:
    from console.fhir.concept_map import ConceptMaps

Body = dict[str, Any]
"""A FHIR resource or element as JSON values; decimals are `decimal.Decimal`, so that 4.10 stays 4.10."""


class OutcomeKind(StrEnum):
    """What became of a message at the map hop."""

    MAPPED = "mapped"
    SUPERSEDED = "superseded"  # a newer statement about the same thing was applied before
    RECORDED = "recorded"  # kept and understood, but no resource follows from it
    WAITING = "waiting"  # for another message (`waits_for`)
    DEAD = "dead"  # cannot be used; `error` says why and where


class Category(StrEnum):
    """What a message is about, for the eye."""

    ADT = "adt"
    ORDER = "order"
    RESULT = "result"
    MEDICATION = "medication"
    APPOINTMENT = "appointment"
    DOCUMENT = "document"
    OTHER = "other"


class Action(StrEnum):
    """What a change does to the resource. `NONE`: the message said nothing new about it."""

    CREATE = "create"
    UPDATE = "update"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Stored:
    """A resource as our own projection holds it. `raw` are canonical bytes (`document.to_bytes`), `guard` the
    mapping's own notes: the rank of what was last applied and which field a list element came from."""

    raw: bytes
    version: int
    guard: Mapping[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> Body:
        """A fresh copy, decimals as sent."""
        body: Body = document.from_bytes(self.raw)
        return body


class State(Protocol):
    """What a mapping may ask about what came before. One message sees the effects of all earlier ones of its lane."""

    def resource(self, resource_type: str, resource_id: str) -> Stored | None: ...

    def order_id(self, kind: str, assigner: str, value: str) -> str | None:
        """The order an alias belongs to. `kind`: placer, filler or accession; `value` as sent."""

    def patient_of(self, assigner: str, value: str) -> str | None:
        """The internal patient id an identifier belongs to, after merges. `value` folded (`core.keys.fold_key`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingContext:
    """Everything about a message that is not in it.

    `source` is `MSH-3|MSH-4`; `zone` applies to times without an offset (per source); `authorities` maps a namespace
    or OID to the identifier system URI; `patient_id` is '' when no patient was identified; `payload_sha256` is that of
    the bytes as received and names the message in its Provenance. On a replay `received_at` stays the first time's.
    `identifier_fields` are the PID fields whose numbers become Patient.identifier (2, 4, 18, 19 and 20 only where a
    source is configured so: they are superseded, or not the hospital's to pass on).
    """

    tenant: str
    received_at: datetime
    source: str
    concept_maps: ConceptMaps
    zone: tzinfo = UTC
    authorities: Mapping[str, str] = field(default_factory=dict)
    event_id: str = ""
    trace_id: str = ""
    payload_sha256: str = ""
    patient_id: str = ""
    patient_flags: tuple[str, ...] = ()
    encounter_id: str | None = None
    visit_number: str = ""
    visit_assigner: str = ""
    identifier_fields: tuple[int, ...] = (3,)


@dataclass(frozen=True, slots=True)
class Change:
    """One resource after the message. `raw` are its canonical bytes; `if_match` the version it was projected over
    (None: it must not exist yet). `body` is read-only by agreement. `guard` may have moved even when the action is
    NONE, so it is to be stored in any case."""

    type: str
    id: str
    body: Body
    raw: bytes
    guard: Mapping[str, Any]
    action: Action
    if_match: int | None = None

    @property
    def reference(self) -> str:
        return f"{self.type}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFact:
    """What a message said about one order, for the orders table and the order's loop on the timeline.

    `at` is RFC 3339 or '' (unknown); `priority` and `section` are as sent (HL7 tables 0485 and 0074) and decide when a
    result is due; `role` says whether the message asked or answered; `status` is the
    ServiceRequest's or MedicationRequest's, `result_status` the DiagnosticReport's.
    """

    order_id: str
    role: Literal["order", "result"]
    placer: str = ""
    filler: str = ""
    accession: str = ""
    code: str = ""
    display: str = ""
    status: str = ""
    result_status: str = ""
    abnormal: str = ""
    at: str = ""
    priority: str = ""
    section: str = ""

    def as_json(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Alias:
    """One number of an order. `kind`: placer, filler or accession."""

    kind: str
    assigner: str
    value: str
    order_id: str


@dataclass(frozen=True, slots=True)
class IdentifierFact:
    """A row of patient_identifiers. `value` is folded, `shown` as sent, `type` HL7 table 0203, `status` current|old."""

    assigner: str
    value: str
    shown: str
    type: str = ""
    status: str = "current"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFact:
    """A row of patients with its identifiers, as the projection now stands. `replaced_by` is a patient id or ''."""

    patient_id: str
    family: str = ""
    given: str = ""
    prefix: str = ""
    birth_date: str = ""
    sex: str = ""
    names: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    replaced_by: str = ""
    identifiers: tuple[IdentifierFact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterFact:
    """A row of encounters, as the projection now stands. Times are FHIR dateTime texts or ''."""

    encounter_id: str
    patient_id: str
    visit_number: str = ""
    assigner: str = ""
    encounter_class: str = ""
    status: str = ""
    location: str = ""
    attending: str = ""
    started_at: str = ""
    ended_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one message amounts to.

    `changes` are in the order in which they may be applied; those with action NONE are not written. `reason` is a
    sentence for RECORDED and SUPERSEDED, `because` and `waits_for` for WAITING, `error` for DEAD. `maps` are
    `name@version` of the concept maps used; `unmapped` `system|code` texts that no map knew and that were kept.
    `lane` is the key that orders this message among others ('' = none).
    """

    kind: OutcomeKind
    category: Category
    title: str
    trigger: str = ""
    changes: tuple[Change, ...] = ()
    aliases: tuple[Alias, ...] = ()
    orders: tuple[OrderFact, ...] = ()
    patients: tuple[PatientFact, ...] = ()
    encounters: tuple[EncounterFact, ...] = ()
    maps: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    lane: str = ""
    location: str = ""
    reason: str = ""
    waits_for: str = ""
    because: str = ""
    error: EventError | None = None

    @property
    def writes(self) -> tuple[Change, ...]:
        """The changes that must reach a FHIR server."""
        return tuple(c for c in self.changes if c.action is not Action.NONE)
