"""The shapes of the answers, as the OpenAPI document tells them. A name here stays; new ones may come beside it.

Routes render their bytes themselves (see answers); a contract test holds every answer against its shape.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Time = str
"""RFC 3339 in UTC with milliseconds."""


class Shape(BaseModel):
    """What an answer has at least."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class SourceLine(Shape):
    """One source's part in an answer."""

    name: str
    status: str
    as_of: Time
    took_ms: float


class AsOf(Shape):
    as_of: Time
    sources: list[SourceLine]


class Listing(AsOf):
    """`next` is the cursor of the next page, null on the last."""

    next: str | None


class Fault(Shape):
    """Why something stopped: a stable code, a sentence, and the place (`OBX[2]-3`)."""

    code: str
    text: str
    path: str = ""


class Identifier(Shape):
    kind: str
    value: str
    assigner: str


class Health(Shape):
    """Without a token only `status`."""

    status: str
    version: str = ""
    instance: str = Field("", description="The journal's id: positions of another journal mean nothing here")
    tenant: str = ""
    now: Time = ""


class Ready(Shape):
    ready: bool
    parts: dict[str, bool]


class EventShape(Shape):
    seq: int
    event_id: str
    trace_id: str
    causation_id: str | None
    kind: str
    occurred_at: Time
    recorded_at: Time
    source: str
    hop: str
    state: str
    evidence: str
    keys: list[Identifier]
    payload_sha256: str
    error: Fault | None
    attempt: int
    detail: dict[str, Any]
    schema_version: int


class EventList(Listing):
    items: list[EventShape]
    journal_seq: int


class MessageLine(Shape):
    """A message in one line."""

    trace_id: str
    event_id: str
    parent_trace_id: str
    received_at: Time
    last_at: Time
    message_type: str
    control_id: str
    sender: str
    title: str
    state: str
    error_code: str
    patient_id: str
    encounter_id: str
    duplicates: int
    test: bool = Field(False, description="Traffic of the harness: MSH-4 is HARNESS")


class MessageList(Listing):
    items: list[MessageLine]
    indexed_up_to: int


class RawMessage(Shape):
    event_id: str
    text: str
    base64: str
    charset: str
    sha256: str


class TreeNode(Shape):
    """`span`: byte offsets [start, end) in the raw message, null where they cannot be told."""

    path: str
    name: str
    value: str
    children: list[TreeNode]
    span: list[int] | None


class MessageTree(Shape):
    event_id: str
    charset: str
    segments: list[TreeNode]
    warnings: list[Fault]


class FiledResource(Shape):
    """`text` is `body` as a text: its decimals have their digits."""

    type: str
    id: str
    version: int
    action: str
    body: dict[str, Any] | None
    text: str


class WaitingBundle(Shape):
    destination: str
    state: str
    sha256: str
    bundle: dict[str, Any]
    text: str


class MessageFhir(Shape):
    event_id: str
    trace_id: str
    bundle_sha256: str
    maps: list[str]
    unmapped: list[Any]
    resources: list[FiledResource]
    bundles: list[WaitingBundle]


class HopShape(Shape):
    hop: str
    kind: str
    label: str
    event_id: str
    source: str
    destination: str
    occurred_at: Time
    recorded_at: Time
    wait_ms: float
    run_ms: float | None
    state: str
    evidence: str
    payload_sha256: str
    attempt: int
    error: Fault | None
    detail: dict[str, Any]


class TraceShape(AsOf):
    trace_id: str
    event_id: str
    title: str
    category: str
    message_type: str
    control_id: str
    sender: str
    receiver: str
    state: str
    error: Fault | None
    received_at: Time
    last_at: Time
    patient_id: str
    encounter_id: str
    parent_trace_id: str
    children: list[str]
    duplicates: int
    test: bool = False
    hops: list[HopShape]
    not_reached: list[str]
    events: list[EventShape]


class FoundKey(Shape):
    """`hits` counts carrying messages; `more` says that there are more than were counted."""

    value: str
    kind: str
    assigner: str
    shown: str
    hits: int
    more: bool
    first_at: Time
    last_at: Time
    traces: list[MessageLine]


class KeyList(Listing):
    items: list[FoundKey]
    indexed_up_to: int


class PatientNumber(Shape):
    assigner: str
    value: str
    type: str
    status: str


class PatientLine(Shape):
    patient_id: str
    family: str
    given: str
    prefix: str
    birth_date: str
    sex: str
    flags: list[str]


class PatientShape(PatientLine):
    identifiers: list[PatientNumber]
    encounters: int
    last_at: Time | None


class PatientList(Listing):
    items: list[PatientShape]


class EncounterShape(Shape):
    encounter_id: str
    patient_id: str
    visit_number: str
    assigner: str
    class_: str = Field(alias="class")
    status: str
    location: str
    attending: str
    started_at: Time | None
    ended_at: Time | None
    last_at: Time | None
    standing: dict[str, int]


class EncounterLine(EncounterShape):
    patient: PatientLine | None


class EncounterList(Listing):
    items: list[EncounterLine]


class LaneShape(Shape):
    lane: str
    label: str
    kind: str
    last_at: Time
    count: int


class LoopShape(Shape):
    order_id: str
    display: str
    code: str
    placer: str
    filler: str
    accession: str
    ordered_at: Time | None
    resulted_at: Time | None
    due_at: Time | None
    status: str
    state: str
    event_id: str
    result_event_id: str
    stopped_event_id: str
    abnormal: bool


class MarkShape(Shape):
    lane: str
    at: Time | None
    state: str


class EntryShape(Shape):
    trace_id: str
    event_id: str
    at: Time
    message_type: str
    title: str
    category: str
    shape: str
    from_: str = Field(alias="from")
    to: list[str]
    state: str
    status_word: str
    took_ms: float | None
    error: Fault | None
    order_ids: list[str]
    abnormal: bool
    duplicate_of: str
    test: bool = False
    marks: list[MarkShape]


class StoryShape(Shape):
    from_: Time | None = Field(alias="from")
    to: Time | None
    now: Time
    lanes: list[LaneShape]
    loops: list[LoopShape]
    entries: list[EntryShape]
    counts: dict[str, int]


class TimelineShape(AsOf):
    encounter: EncounterShape
    patient: PatientLine | None
    timeline: StoryShape
    indexed_up_to: int


class OrderShape(Shape):
    order_id: str
    patient_id: str
    encounter_id: str
    placer: str
    filler: str
    accession: str
    code: str
    display: str
    status: str
    result_status: str
    ordered_at: Time | None
    resulted_at: Time | None
    last_at: Time | None


class OrderList(Listing):
    items: list[OrderShape]


class FailureGroup(Shape):
    group_key: str
    title: str
    code: str
    hop: str
    destination: str
    count: int
    patients: int
    first_at: Time
    last_at: Time
    sample: list[str]


class FailureList(Listing):
    items: list[FailureGroup]


class DeadLetterShape(Shape):
    event_id: str
    trace_id: str
    hop: str
    destination: str
    error: Fault
    group_key: str
    group_title: str
    message_type: str
    sender: str
    patient_id: str
    encounter_id: str
    attempts: int
    first_at: Time
    last_at: Time
    test: bool = False


class DeadLetterList(Listing):
    items: list[DeadLetterShape]


class DestinationShape(Shape):
    name: str
    kind: str
    url: str
    state: str
    reason: str
    breaker: str
    pending: int
    oldest_at: Time | None
    last_ok_at: Time | None


class DestinationList(Listing):
    items: list[DestinationShape]


class SenderMinutes(Shape):
    """`counts`: one number per minute (or ten minutes), oldest first, the last being the current one."""

    sender: str
    counts: list[int]
    last_at: Time


class SenderShape(Shape):
    name: str
    last_at: Time
    per_minute: float
    usual_gap_s: float | None
    silent: bool
    test: bool = False


class StatisticsShape(AsOf):
    now: Time
    received_total: int
    per_minute: list[SenderMinutes]
    queues: dict[str, int]
    kept_out: int = Field(0, description="Messages of the harness that stopped or were refused: not in `queues`")
    indexed_up_to: int
    journal_seq: int
    senders: list[SenderShape]
    destinations: list[DestinationShape]


class MapLine(Shape):
    name: str
    url: str
    version: str
    status: str
    effective_from: str
    effective_to: str
    author: str
    approved_by: str
    published_at: Time | None


class MapList(Listing):
    items: list[MapLine]


class MapVersion(AsOf):
    name: str
    versions: list[MapLine]
    map: dict[str, Any]


class Published(Shape):
    """`event_id` is null when exactly this version was there already."""

    published: bool
    event_id: str | None
    map: str


class AuditEntryShape(Shape):
    seq: int
    entry_id: str
    recorded_at: Time
    actor: str
    action: str
    resource: str
    patient_id: str
    outcome: str
    request_id: str
    detail: dict[str, Any]
    hash: str
    prev_hash: str


class AuditList(Listing):
    items: list[AuditEntryShape]


class AuditFinding(Shape):
    flaw: str
    seq: int
    text: str


class AuditVerification(AsOf):
    intact: bool
    entries: int
    head: str
    findings: list[AuditFinding]
