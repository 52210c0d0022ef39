"""A case is what a ward asks about: a patient, the encounter, sometimes one order or one message, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from console.core.events import State
from console.investigation.answer import JsonObject, SourceReport


class ChipKind(StrEnum):
    """What a piece of the pasted text was taken for. The identifier kinds are those of `core.keys.KeyKind`."""

    NAME = "name"
    DATE = "date"
    NHS_NUMBER = "nhs_number"
    PATIENT = "patient"
    VISIT = "visit"
    PLACER = "placer"
    FILLER = "filler"
    ACCESSION = "accession"
    CONTROL = "control"
    DOCUMENT = "document"
    APPOINTMENT = "appointment"
    EVENT = "event"
    TRACE = "trace"
    MESSAGE = "message"
    ACKNOWLEDGMENT = "acknowledgment"
    IDENTIFIER = "identifier"


@dataclass(frozen=True, slots=True)
class Chip:
    """One recognised piece. `value` is what was asked for, `text` what the person gave.

    `hits` counts messages (for names and dates: patients); None when it was not counted. `kinds` are the kinds the
    index knows the value as: one number can be a visit here and an order there. `warning` is a stable code or ''
    (`check-digit`: looks like an NHS number and fails its check).
    """

    kind: ChipKind
    text: str
    value: str
    hits: int | None = None
    kinds: tuple[ChipKind, ...] = ()
    warning: str = ""


class Opens(StrEnum):
    """Where Enter on a case leads."""

    TIMELINE = "timeline"
    TRACE = "trace"


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a search answer.

    `key` is stable across searches. `target_id` is an encounter id (`unassigned:<patient id>` for messages without a
    visit) when it opens the timeline, an event or trace id when it opens a trace. `standing` counts messages by state;
    `state` is the worst of them, None when no message is known. `matched` are the indexes into the answer's chips.
    """

    key: str
    opens: Opens
    target_id: str
    patient: JsonObject | None
    encounter: JsonObject | None
    trace: JsonObject | None
    state: State | None
    standing: Mapping[str, int]
    last_at: datetime | None
    matched: tuple[int, ...]


class Advice(StrEnum):
    """What to try after no hits; the words are the page's."""

    CHECK_DIGIT = "check-digit"
    PART_OF_NAME = "part-of-name"
    FEWER_WORDS = "fewer-words"
    OTHER_IDENTIFIER = "other-identifier"
    INDEX_BEHIND = "index-behind"
    SOURCES_MISSING = "sources-missing"
    KEPT_COPY_ONLY = "kept-copy-only"


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What a search found, and everything needed to trust it or not.

    `all_matched` is False when no case satisfied every chip and the cases shown satisfy only some. `more` says that
    the limit cut the list.
    """

    text: str
    chips: tuple[Chip, ...]
    cases: tuple[Case, ...]
    reports: tuple[SourceReport, ...]
    took_ms: float
    from_cache: bool = False
    as_of: datetime | None = None
    all_matched: bool = True
    more: bool = False
    behind: int = 0
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Messages that stopped for one reason. The ids in `sample` are of dead-letter events."""

    group_key: str
    title: str
    code: str
    hop: str
    destination: str
    count: int
    patients: int
    first_at: datetime | None
    last_at: datetime | None
    sample: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sender:
    """A system that sends to us. `counts` are messages per bucket of the heat strip, oldest first. `test`: the harness,
    all its messages together."""

    name: str
    last_at: datetime | None
    per_minute: float
    usual_gap_s: float | None
    silent: bool
    counts: tuple[int, ...]
    test: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    name: str
    kind: str
    state: str
    breaker: str
    pending: int
    oldest_at: datetime | None
    last_ok_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """Something the person opened: kept encrypted, clearable.

    `subject` is the visit number, or the message's type and title; `person` is who it was about (family|given|prefix),
    '' when unknown.
    """

    opens: Opens
    target_id: str
    subject: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of the road at a glance. `bucket_s` and `until` place the counts: the last ends at `until`.

    `behind` counts journal events the key index has not taken in yet; `kept_out` messages of the harness that stopped
    or were refused and are in no failure and no queue here.
    """

    failures: tuple[FailureGroup, ...] = ()
    senders: tuple[Sender, ...] = ()
    destinations: tuple[Destination, ...] = ()
    queues: Mapping[str, int] = field(default_factory=dict)
    received_total: int = 0
    bucket_s: int = 600
    until: datetime | None = None
    recent: tuple[Look, ...] = ()
    behind: int = 0
    kept_out: int = 0
