"""The audit log as FHIR AuditEvent, shaped after IHE BALP (profiles.ihe.net/ITI/BALP: PatientRead, PatientQuery)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection, Row, or_, select

from console.core.clock import iso_micros
from console.engine.fhir_facade.bundles import Entry
from console.engine.fhir_facade.query import Query
from console.storage.audit_reading import about_patient
from console.storage.fhir_search import Ids, Reference, Span, Token, Updated, Value, Words
from console.storage.schema import audit

_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_ACTIONS = {"read": "R", "search": "E", "follow": "R", "publish": "C"}
_OUTCOMES = {"ok": "0", "not-found": "4", "refused": "4", "failed": "8"}
_ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_OBJECT = re.compile(r"[A-Z][A-Za-z]{2,40}/[A-Za-z0-9.\-]{1,64}")

SEARCHED_BY = frozenset({"_id", "_lastUpdated", "date", "patient", "entity", "action", "outcome", "agent-name"})


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Newest first. `behind` is the number the next page goes on from, None on the last."""

    entries: list[Entry]
    behind: int | None


def search(connection: Connection, query: Query, *, behind: int | None) -> AuditPage:
    """Entries that meet the criteria which the log can be searched by; others were left out before."""
    statement = select(audit)
    for criterion in query.criteria:
        met = or_(*(_met(value) for value in criterion.values)) if criterion.values else None
        if met is not None:
            statement = statement.where(~met if criterion.negated else met)
    if behind is not None:
        statement = statement.where(audit.c.seq < behind)
    rows = connection.execute(statement.order_by(audit.c.seq.desc()).limit(query.count + 1)).all()
    shown = rows[: query.count]
    entries = [Entry("AuditEvent", row.entry_id, orjson.dumps(audit_event(row))) for row in shown]
    return AuditPage(entries, shown[-1].seq if len(rows) > query.count else None)


def count(connection: Connection, query: Query) -> int:
    """How many there are."""
    total, behind = 0, None
    while True:
        page = search(connection, replace(query, count=1_000), behind=behind)
        total += len(page.entries)
        behind = page.behind
        if behind is None:
            return total


def read(connection: Connection, identity: str) -> Entry | None:
    row = connection.execute(select(audit).where(audit.c.entry_id == identity)).first()
    return Entry("AuditEvent", identity, orjson.dumps(audit_event(row))) if row else None


def _met(value: Value) -> Any:
    match value:
        case Ids(ids):
            return audit.c.entry_id.in_(ids)
        case Updated(low, high, relation) | Span(_, low, high, relation):
            return _compared(low, high, relation)
        case Reference(_, target):
            kind, _, identity = target.rpartition("/")
            return about_patient(identity) if kind == "Patient" else audit.c.seq < 0
        case Token("action", code, _):
            return audit.c.action.in_([name for name, letter in _ACTIONS.items() if letter == code])
        case Token("outcome", code, _):
            return audit.c.outcome.in_([name for name, number in _OUTCOMES.items() if number == code])
        case Words("agent-name", folded, _):
            return audit.c.actor.startswith(folded, autoescape=True)
    return audit.c.seq < 0


def _compared(low: int, high: int, relation: str) -> Any:
    at = audit.c.recorded_at
    return {
        "eq": (at >= low) & (at < high),
        "ap": (at >= low) & (at < high),
        "ne": (at < low) | (at >= high),
        "gt": at >= high,
        "sa": at >= high,
        "ge": at >= low,
        "lt": at < low,
        "eb": at < low,
        "le": at < high,
    }[relation]


def audit_event(row: Row[Any]) -> dict[str, Any]:
    """The entry as a FHIR R4 AuditEvent."""
    detail = orjson.loads(row.detail) if row.detail else {}
    read_one = row.action in ("read", "follow")
    patients: Sequence[str] = detail.get("patients") or ([row.patient_id] if row.patient_id else [])
    return {
        "resourceType": "AuditEvent",
        "id": row.entry_id,
        "meta": {"versionId": "1", "lastUpdated": iso_micros(row.recorded_at)},
        "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"},
        "subtype": [
            {"system": "http://hl7.org/fhir/restful-interaction", "code": "read" if read_one else "search"}
            if row.action != "publish"
            else {"system": "http://hl7.org/fhir/restful-interaction", "code": "create"}
        ],
        "action": _ACTIONS.get(row.action, "E"),
        "recorded": iso_micros(row.recorded_at),
        "outcome": _OUTCOMES.get(row.outcome, "8"),
        "agent": [
            {
                "type": {"coding": [{"system": _DCM, "code": "110152", "display": "Destination Role ID"}]},
                "who": {"display": detail.get("client") or "client"},
                "requestor": False,
            },
            {
                "type": {"coding": [{"system": _DCM, "code": "110153", "display": "Source Role ID"}]},
                "who": {"display": "Signalbox engine"},
                "requestor": False,
            },
            {
                "type": {
                    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}]
                },
                "who": {"display": row.actor},
                "name": row.actor,
                "requestor": True,
            },
        ],
        "source": {
            "observer": {"display": "Signalbox engine"},
            "type": [
                {"system": "http://terminology.hl7.org/CodeSystem/security-source-type", "code": "4"},
            ],
        },
        "entity": [
            *(_patient(identity) for identity in patients),
            *(_object(name) for name in detail.get("objects", ()) if _OBJECT.fullmatch(name)),
            {
                "what": {"display": row.resource},
                "type": {"system": _ENTITY_TYPE, "code": "2", "display": "System Object"},
                "role": {"system": _ROLE, "code": "24", "display": "Query"},
                "name": row.resource[:200],
            },
            {
                "what": {"identifier": {"value": row.request_id}},
                "type": {
                    "system": "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType",
                    "code": "XrequestId",
                },
            },
        ],
    }


def _patient(identity: str) -> dict[str, Any]:
    return {
        "what": {"reference": f"Patient/{identity}"},
        "type": {"system": _ENTITY_TYPE, "code": "1", "display": "Person"},
        "role": {"system": _ROLE, "code": "1", "display": "Patient"},
    }


def _object(reference: str) -> dict[str, Any]:
    return {
        "what": {"reference": reference},
        "type": {"system": _ENTITY_TYPE, "code": "2", "display": "System Object"},
        "role": {"system": _ROLE, "code": "4", "display": "Domain Resource"},
    }
