"""The tables, once: SQLAlchemy Core, the same for SQLite and PostgreSQL.

The journal (`events`, `messages`) is append-only. Everything under "projections" can be rebuilt from it.
Times are integers, microseconds since the Unix epoch (UTC). JSON columns hold orjson bytes.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint, text

SCHEMA_VERSION = 2

metadata = MetaData()

# SQLite makes a rowid alias only from INTEGER; PostgreSQL wants 64 bits.
Serial = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, *, default: str | None = "", **more: object) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default, **more)  # type: ignore[arg-type]


def _int(name: str, **more: object) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0", **more)  # type: ignore[arg-type]


def _partial(name: str, *columns: str, where: str) -> Index:
    """An index over some of the rows. A query uses it only when it repeats the condition literally."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


# ---------------------------------------------------------------- the journal: append-only

events = Table(
    "events",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    _text("event_id", default=None),
    _text("trace_id", default=None),
    Column("causation_id", Text),
    _text("kind", default=None),
    _int("occurred_at"),
    _int("recorded_at"),
    _text("source"),
    _text("hop"),
    _text("state"),
    _text("evidence"),
    _text("payload_sha256"),
    _int("attempt"),
    Column("error", LargeBinary),  # {"code","text","path"} or NULL
    Column("keys", LargeBinary),  # [{"kind","value","assigner"}] or NULL
    Column("detail", LargeBinary),  # {...} or NULL
    _int("schema_version"),
    Index("ix_events_event_id", "event_id", unique=True),
    Index("ix_events_trace", "trace_id", "seq"),
)

messages = Table(  # what arrived, byte for byte; event_id is that of message.received or message.quarantined
    "messages",
    metadata,
    Column("event_id", Text, primary_key=True),
    _text("trace_id", default=None),
    Column("parent_trace_id", Text),  # the batch it came in
    _int("received_at"),
    _text("listener"),
    _text("peer"),
    _text("sending_application"),
    _text("sending_facility"),
    _text("receiving_application"),
    _text("receiving_facility"),
    _text("control_id"),
    _text("message_type"),  # ORU^R01
    _text("message_time"),  # MSH-7 as sent
    _text("charset"),
    _int("size"),
    _text("sha256"),  # of the frame's bytes as received
    _text("dedup_sha256"),  # of the body without MSH-7 (field notes: reliability 2.1)
    _text("ack_code"),
    Column("raw", LargeBinary),  # NULL once purged by retention
    Index("ix_messages_dedup", "control_id", "sending_application", "sending_facility", "dedup_sha256"),
    Index("ix_messages_trace", "trace_id"),
)

audit = Table(  # hash chain: hash = sha256(prev_hash | canonical entry)
    "audit",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    _int("recorded_at"),
    _text("entry_id", default=None),
    _text("actor"),
    _text("action"),  # read, search, export, publish, ...
    _text("resource"),  # what was looked at: route and object ids, never names
    _text("patient_id"),
    _text("outcome"),
    _text("request_id"),
    Column("detail", LargeBinary),
    _text("prev_hash"),
    _text("hash"),
)

# ---------------------------------------------------------------- work

inbox = Table(  # accepted, not yet mapped; a row goes when its outcome is journalled
    "inbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    _text("event_id", default=None),
    _text("trace_id", default=None),
    _text("state"),  # pending | waiting
    _text("waits_for"),  # the dead letter's event id, or the key of the parent that has not come yet
    _int("attempts"),
    _int("next_at"),
    Index("ix_inbox_state", "state", "seq"),
    _partial("ix_inbox_waits", "waits_for", where="waits_for <> ''"),
    sqlite_autoincrement=True,  # a position is never given twice: a released row keeps its place
)

order_holds = Table(  # numbers of orders that an open dead letter holds; their later messages wait
    "order_holds",
    metadata,
    Column("order_key", Text, primary_key=True),
    _text("event_id", default=None),  # of the message.dead_lettered that holds it
    Index("ix_order_holds_event", "event_id"),
    sqlite_with_rowid=False,
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    _text("destination", default=None),
    _text("trace_id", default=None),
    _text("causation_id"),
    _text("lane"),  # one or several, apart by spaces: deliveries that share one go in order
    Column("bundle", LargeBinary, nullable=False),
    Column("entries", LargeBinary, nullable=False),  # [[type, id, version, if_match, offset, length], ...] in bundle
    _text("bundle_sha256"),
    _text("state"),  # pending | handed_over (to be read back)
    _int("attempts"),
    _int("next_at"),
    _text("last_error"),
    _int("created_at"),
    Index("ix_outbox_order", "destination", "seq"),
    sqlite_autoincrement=True,  # the deliverer reads on from the last position it saw
)

remote_versions = Table(  # what a destination is known to hold: its ETag for If-Match, our content for comparison
    "remote_versions",
    metadata,
    Column("destination", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    _text("etag"),
    _text("sha256"),
    sqlite_with_rowid=False,
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("event_id", Text, primary_key=True),  # of message.dead_lettered
    _text("trace_id", default=None),
    _text("message_event_id"),  # of the message.received whose bytes these are
    _int("arrival"),  # its place in the inbox, kept for the day it is taken up again; 0 = failed at delivery
    _text("hop"),
    _text("destination"),
    _text("code"),
    _text("text"),
    _text("path"),
    _text("group_key"),  # why failures belong together
    _text("group_title"),
    _text("message_type"),
    _text("sender"),
    _text("patient_id"),
    _text("encounter_id"),
    _text("lane"),
    _int("attempts"),
    _int("first_at"),
    _int("last_at"),
    _text("state"),  # open | resolved
    Column("bundle", LargeBinary),
    _int("test"),  # 1: test traffic of the harness, which asks nobody to do anything
    Index("ix_dead_group", "state", "group_key"),
    Index("ix_dead_lane", "lane", "state"),
    Index("ix_dead_trace", "trace_id"),
)

destinations = Table(
    "destinations",
    metadata,
    Column("name", Text, primary_key=True),
    _text("kind"),  # builtin | fhir
    _text("url"),
    _text("state"),  # running | paused
    _text("reason"),
    _int("changed_at"),
    _text("breaker"),  # closed | open | half_open, kept up behind the journal
    _int("last_ok_at"),  # of the last delivery proven there
)

watermarks = Table(
    "watermarks",
    metadata,
    Column("name", Text, primary_key=True),  # key_index, ...
    _int("seq"),
    _int("moved_at"),
)

traffic = Table(  # messages per sender and minute, kept up behind the ACK by storage.traffic
    "traffic",
    metadata,
    Column("sender", Text, primary_key=True),
    Column("minute", BigInteger, primary_key=True, autoincrement=False),  # minutes since the epoch
    _int("count"),
    _int("last_at"),
    Index("ix_traffic_minute", "minute"),
    sqlite_with_rowid=False,
)

settings = Table("settings", metadata, Column("name", Text, primary_key=True), _text("value"))

# ---------------------------------------------------------------- projections (rebuildable)

key_index = Table(
    "key_index",
    metadata,
    Column("value", Text, primary_key=True),  # fold_key()
    Column("kind", Text, primary_key=True),
    Column("assigner", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of the event that carries the key
    _text("trace_id", default=None),
    _text("shown"),  # as sent
    sqlite_with_rowid=False,
)

traces = Table(
    "traces",
    metadata,
    Column("trace_id", Text, primary_key=True),
    _text("event_id"),  # the root: message.received
    Column("parent_trace_id", Text),
    _int("received_at"),
    _int("last_at"),
    _text("message_type"),
    _text("control_id"),
    _text("sender"),
    _text("title"),  # what it is about: "Potassium, Sodium" or "Admission"
    _text("state"),  # the last event's state that counts (evidence.trace.standing)
    _text("error_code"),
    _text("patient_id"),
    _text("encounter_id"),
    _int("duplicates"),
    _int("test"),  # 1: test traffic of the harness
    Index("ix_traces_encounter", "encounter_id", "received_at"),
    Index("ix_traces_patient", "patient_id", "received_at"),
    Index("ix_traces_received", "received_at"),
    Index("ix_traces_state", "state", "received_at"),
    Index("ix_traces_parent", "parent_trace_id"),
)

patients = Table(
    "patients",
    metadata,
    Column("patient_id", Text, primary_key=True),  # one UUID per human per tenant; also the FHIR Patient.id
    _int("created_at"),
    _text("family"),
    _text("given"),
    _text("prefix"),
    _text("birth_date"),
    _text("sex"),
    _text("flags"),  # comma separated: no-authority, ...
    _text("replaced_by"),
)

patient_names = Table(  # every word of every name, folded, for prefix search
    "patient_names",
    metadata,
    Column("word", Text, primary_key=True),
    Column("patient_id", Text, primary_key=True),
    Index("ix_patient_names_patient", "patient_id"),
    sqlite_with_rowid=False,
)

patient_identifiers = Table(
    "patient_identifiers",
    metadata,
    Column("assigner", Text, primary_key=True),
    Column("value", Text, primary_key=True),  # fold_key()
    _text("patient_id", default=None),
    _text("shown"),
    _text("type"),  # HL7 table 0203
    _text("status"),  # current | old
    _int("since"),
    Index("ix_patient_identifiers_patient", "patient_id"),
    Index("ix_patient_identifiers_value", "value"),
    sqlite_with_rowid=False,
)

encounters = Table(
    "encounters",
    metadata,
    Column("encounter_id", Text, primary_key=True),
    _text("patient_id", default=None),
    _text("visit_number"),
    _text("assigner"),
    _text("class"),
    _text("status"),
    _text("location"),
    _text("attending"),
    _int("started_at"),
    _int("ended_at"),
    _int("last_at"),
    Index("ix_encounters_patient", "patient_id", "started_at"),
    Index("ix_encounters_last", "last_at"),
    Index("ix_encounters_visit", "visit_number"),
)

orders = Table(
    "orders",
    metadata,
    Column("order_id", Text, primary_key=True),
    _text("patient_id"),
    _text("encounter_id"),
    _text("placer"),
    _text("filler"),
    _text("accession"),
    _text("code"),
    _text("display"),
    _text("status"),
    _text("result_status"),
    _int("ordered_at"),
    _int("resulted_at"),
    _int("last_at"),
    Index("ix_orders_encounter", "encounter_id", "ordered_at"),
    Index("ix_orders_patient", "patient_id", "ordered_at"),
)

order_aliases = Table(  # placer and filler numbers of one order meet here
    "order_aliases",
    metadata,
    Column("kind", Text, primary_key=True),  # placer | filler | accession
    Column("assigner", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    _text("order_id", default=None),
    Index("ix_order_aliases_value", "value"),
    sqlite_with_rowid=False,
)

resource_state = Table(  # our own current state: what the next message is projected over
    "resource_state",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    _text("type", default=None),
    _text("id", default=None),
    _int("version"),
    Column("body", LargeBinary, nullable=False),
    Column("guard", LargeBinary),  # rank of what was last applied; mapping's own notes
    _text("event_id"),  # of the message.mapped that made this version
    Index("ix_resource_state_identity", "type", "id", unique=True),
)

# ---------------------------------------------------------------- the built-in FHIR store

fhir_resources = Table(  # the current version of each
    "fhir_resources",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    _text("type", default=None),
    _text("id", default=None),
    _int("version"),
    _int("last_updated"),
    _text("sha256"),  # of the content as delivered, without the version's own meta
    _int("current"),  # fhir_history.number of this version
    _text("event_id"),
    Index("ix_fhir_identity", "type", "id", unique=True),
    Index("ix_fhir_updated", "type", "last_updated"),
    Index("ix_fhir_number", "type", "number"),
)

fhir_history = Table(  # every version, the current one too
    "fhir_history",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    _text("type", default=None),
    _text("id", default=None),
    _int("version"),
    _int("last_updated"),
    _text("method"),
    _text("event_id"),
    Column("body", LargeBinary, nullable=False),  # with meta.versionId and meta.lastUpdated
    Index("ix_fhir_history_version", "type", "id", "version", unique=True),
)

# One row per search value of the current version. Written by storage.fhir_index, read by storage.fhir_search: `param`
# is the CRC-32 of "Type.parameter" and `resource` is fhir_resources.number, so that new rows fall beside each other
# (measured: a third of the time, a sixth of the space of names and ids as text). Dates and quantities in low/high.
fhir_search = Table(
    "fhir_search",
    metadata,
    Column("param", BigInteger, primary_key=True, autoincrement=False),
    Column("value", Text, primary_key=True),  # token code, folded string, or reference "Patient/x"
    Column("system", Text, primary_key=True),
    Column("low", BigInteger, primary_key=True, autoincrement=False),  # dates: microseconds, half-open [low, high)
    Column("high", BigInteger, primary_key=True, autoincrement=False),
    Column("resource", BigInteger, primary_key=True, autoincrement=False),
    _partial("ix_fhir_search_dates", "resource", "param", "low", "high", where="value = '' AND system = ''"),
    sqlite_with_rowid=False,
)

concept_maps = Table(
    "concept_maps",
    metadata,
    Column("url", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    _text("status"),  # draft | active | retired
    _text("effective_from"),  # ISO date, '' = always
    _text("effective_to"),
    _text("author"),
    _text("approved_by"),
    _int("published_at"),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("url", "version"),
)
