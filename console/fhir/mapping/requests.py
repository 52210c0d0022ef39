"""ORC and OBR -> ServiceRequest, one per order (V2-to-FHIR ORC[ServiceRequest], OBR[ServiceRequest])."""

from __future__ import annotations

from typing import Final

from console.fhir import datatypes, fields
from console.fhir.context import Body
from console.fhir.datatypes import date_time, part
from console.fhir.effect_id import request_id
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.notes import as_annotations
from console.fhir.mapping.order_groups import OrderGroup
from console.fhir.mapping.order_identity import OrderIdentity, find_parent
from console.fhir.projection import Facts, Keyed
from console.hl7v2.message import Repetition

_TAGS: Final = "urn:signalbox:order-tag"
CANCEL_REQUESTED: Final[Body] = {"system": _TAGS, "code": "cancel-requested", "display": "Cancellation requested"}
_TYPED: Final = {"PLAC": (("ORC", 2), ("OBR", 2)), "FILL": (("ORC", 3), ("OBR", 3))}


def service_code(group: OrderGroup) -> Repetition | None:
    """OBR-4, what was ordered."""
    if group.obr is None or not group.obr.has(4) or group.obr.is_null(4):
        return None
    return group.obr.reps(4)[0]


def reference(draft: Draft, order: str) -> Body:
    """The Reference to an order's ServiceRequest."""
    return {"reference": f"ServiceRequest/{request_id(draft.context.tenant, 'ServiceRequest', order)}"}


def priority_of(group: OrderGroup) -> str:
    """TQ1-9, else OBR-5, else OBR-27.6, else ORC-7.6, as sent."""
    if group.tq1 is not None and (code := group.tq1.get(9).strip()):
        return code
    for segment, field, component in ((group.obr, 5, 1), (group.obr, 27, 6), (group.orc, 7, 6)):
        if segment is not None and not segment.is_null(field) and (code := segment.get(field, component).strip()):
            return code
    return ""


def lay(
    draft: Draft,
    group: OrderGroup,
    identity: OrderIdentity,
    *,
    status: str,
    authority: bool,
    specimens: list[Body],
    supporting: list[Body] | None = None,
) -> Body:
    """Lays the group over its order's ServiceRequest. `authority`: the message is an order; results only fill gaps.

    `status` is an R4 request-status, '' to keep what it was (active for a new one)."""
    resource_id = request_id(draft.context.tenant, "ServiceRequest", identity.order)
    known = bool(draft.projection.guard("ServiceRequest", resource_id).get("stated")) or (
        "status" in (draft.projection.body("ServiceRequest", resource_id) or {})
    )
    facts = _facts(draft, group, specimens, supporting or [])
    body = draft.projection.lay(
        "ServiceRequest",
        resource_id,
        facts,
        mode="update" if authority or not known else "fill",
        rank=draft.rank if authority else "",
    )
    for parent in facts.get("basedOn", ()):
        stub(draft, parent["reference"].removeprefix("ServiceRequest/"))
    body.setdefault("status", "active")
    body.setdefault("intent", "order")
    if status:
        body["status"] = status
    if authority:
        _, notes = draft.projection.open("ServiceRequest", resource_id)
        notes["stated"] = True
    return body


def _facts(draft: Draft, group: OrderGroup, specimens: list[Body], supporting: list[Body]) -> Facts:
    terms, orc, obr = draft.terms, group.orc, group.obr
    facts: Facts = {"subject": draft.subject, "intent": _intent(group)}
    if draft.encounter is not None:
        facts["encounter"] = draft.encounter
    identifiers = [
        made
        for kind, places in _TYPED.items()
        if (found := group.first(*places))
        for rep in found[0].reps(found[1])[:1]
        if (made := datatypes.entity_identifier(rep, terms, type_code=kind))
    ]
    if identifiers:
        facts["identifier"] = Keyed(identifiers)
    fields.state(facts, "requisition", orc, 4, lambda r: datatypes.entity_identifier(r, terms, type_code="PGN"))
    coded = service_code(group)
    if coded is not None and obr is not None:
        facts["code"] = datatypes.concept(coded, terms)
    if priority := terms.target("v2-0485-priority", priority_of(group).upper()):
        facts["priority"] = priority
    if orc is not None and orc.get(1).upper() in ("NW", "OK", "RO", "RQ") and (at := date_time(orc.get(9), terms)):
        facts["authoredOn"] = at
    when = next(
        (
            at
            for segment, field, component in ((group.tq1, 7, 1), (obr, 27, 4), (orc, 7, 4), (obr, 6, 1))
            if segment is not None and (at := date_time(segment.get(field, component), terms))
        ),
        "",
    )
    if when:
        facts["occurrenceDateTime"] = when
    for segment, field in ((orc, 12), (obr, 16)):
        if "requester" not in facts and segment is not None:
            fields.state(facts, "requester", segment, field, lambda r: datatypes.practitioner(r, terms))
    if "requester" not in facts:
        fields.state(facts, "requester", orc, 21, lambda r: datatypes.organization(r, terms))
    reasons = [
        made for r in (obr.reps(31) if obr and not obr.is_null(31) else ()) if (made := datatypes.concept(r, terms))
    ]
    reasons += [
        made for r in (orc.reps(16) if orc and not orc.is_null(16) else ()) if (made := datatypes.concept(r, terms))
    ]
    reasons += [made for dg1 in group.diagnoses for r in dg1.reps(3) if (made := datatypes.concept(r, terms))]
    if reasons:
        facts["reasonCode"] = reasons
    parent = _parent(draft, group)
    if parent:
        facts["basedOn"] = [reference(draft, parent)]
    if specimens:
        facts["specimen"] = specimens
    if supporting:
        facts["supportingInfo"] = supporting
    if notes := as_annotations(group.notes):
        facts["note"] = notes
    return facts


def _parent(draft: Draft, group: OrderGroup) -> str:
    for segment, field in ((group.orc, 8), (group.obr, 29)):
        if segment is not None and segment.has(field) and not segment.is_null(field):
            return find_parent(draft, segment.reps(field)[0])
    return ""


def _intent(group: OrderGroup) -> str:
    """OBR-11 G: the laboratory added it by its own rules."""
    return "reflex-order" if group.obr is not None and group.obr.get(11).upper() == "G" else "order"


def stub(draft: Draft, resource_id: str) -> None:
    """A parent order nobody sent yet: real enough to be pointed at; the order itself fills it when it comes."""
    body = draft.projection.body("ServiceRequest", resource_id)
    if body is None or "status" not in body:
        draft.projection.lay(
            "ServiceRequest", resource_id, {"status": "unknown", "intent": "order", "subject": draft.subject}
        )


def tag_cancel_request(body: Body, *, requested: bool) -> None:
    """CA asks for a cancellation: the order stays active, and says so, until CR or OC (decision, HL7 table 0119)."""
    tags = [t for t in body.get("meta", {}).get("tag", ()) if t != CANCEL_REQUESTED]
    if requested:
        tags.append(dict(CANCEL_REQUESTED))
    if tags:
        body["meta"] = {"tag": tags}
    else:
        body.pop("meta", None)


def display_of(group: OrderGroup) -> tuple[str, str]:
    """Code and readable name of what was ordered, '' when OBR-4 is empty."""
    rep = service_code(group)
    if rep is None:
        return "", ""
    return datatypes.standard_code(rep), datatypes.display_text(rep) or part(rep, 1)
