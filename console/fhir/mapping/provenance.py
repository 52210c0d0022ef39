"""Provenance: which message made these resources, who said so, when, and by which versions of which maps.

One per message, named by the hash of the message's bytes, written once: a replay finds it and leaves it alone.
Source: FHIR R4 provenance.html; V2-to-FHIR EVN[Provenance], MSH[Provenance-Source].
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from console.core.clock import iso
from console.fhir import datatypes, document
from console.fhir.context import Action, Body, Change
from console.fhir.effect_id import provenance_id
from console.fhir.terms import table_system

if TYPE_CHECKING:
    from console.fhir.mapping.draft import Draft

HASH_SYSTEM = "urn:signalbox:message-sha256"
SOURCE_SYSTEM = "urn:signalbox:sender"
MAP_POLICY = "urn:signalbox:concept-map:"
_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def of_message(draft: Draft, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The message's Provenance over the resources it wrote; nothing when it exists or the message has no hash."""
    context = draft.context
    if not context.payload_sha256:
        return ()
    identity = provenance_id(context.tenant, context.payload_sha256)
    if draft.state.resource("Provenance", identity) is not None:
        return ()
    evn = draft.message.first("EVN")
    reason = datatypes.concept(evn.reps(4)[0], draft.terms) if evn and evn.has(4) and not evn.is_null(4) else None
    operator = datatypes.practitioner(evn.reps(5)[0], draft.terms) if evn and evn.has(5) else None
    body: Body = {
        "resourceType": "Provenance",
        "id": identity,
        "target": [{"reference": c.reference} for c in changes if c.action is not Action.NONE],
        "recorded": _recorded(draft),
        "activity": _activity(draft.trigger),
        "agent": [_sender(context.source)],
        "entity": [
            {"role": "source", "what": {"identifier": {"system": HASH_SYSTEM, "value": context.payload_sha256}}}
        ],
    }
    if draft.occurred:
        body["occurredDateTime"] = draft.occurred
    if reason:
        body["reason"] = [reason]
    if operator:
        body["agent"].append({"type": _role("enterer"), "who": operator})
    if draft.terms.maps:
        body["policy"] = [MAP_POLICY + quote(stamp, safe="@") for stamp in sorted(draft.terms.maps)]
    return (Change("Provenance", identity, body, document.to_bytes(body), {}, Action.CREATE),)


def _recorded(draft: Draft) -> str:
    """EVN-2 when it names an instant, else when we received the message."""
    if "T" in draft.recorded_at:
        return draft.recorded_at
    return iso(draft.context.received_at)


def _activity(trigger: str) -> Body:
    event = trigger.partition("^")[2] or trigger
    return {"coding": [{"system": table_system("0003", event), "code": event}], "text": trigger}


def _sender(source: str) -> Body:
    return {
        "type": _role("author"),
        "who": {
            "identifier": {"system": SOURCE_SYSTEM, "value": source},
            "display": source.replace("|", " ").strip() or source,
        },
    }


def _role(code: str) -> Body:
    return {"coding": [{"system": _PARTICIPANT, "code": code}]}
