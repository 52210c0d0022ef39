"""ORC and OBR -> ServiceRequest (V2-to-FHIR ORC[ServiceRequest], OBR[ServiceRequest]).

An order number is one request. When several OBR with different tests stand under the same numbers, as newborn screening
sends its panels, each further test is a request of its own that is based on the first.
"""

from __future__ import annotations

from typing import Final

from console.fhir import datatypes, fields
from console.fhir.context import Body
from console.fhir.datatypes import date_time
from console.fhir.effect_id import effect_id, request_id
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.notes import as_annotations
from console.fhir.mapping.order_groups import OrderGroup
from console.fhir.mapping.order_identity import OrderIdentity, find_parent
from console.fhir.projection import Facts, Keyed
from console.fhir.terms import V2
from console.hl7v2.message import Repetition, Segment

_TAGS: Final = "urn:signalbox:order-tag"
_SPECIMEN_ACTION: Final = "urn:signalbox:specimen-action"
CANCEL_REQUESTED: Final[Body] = {"system": _TAGS, "code": "cancel-requested", "display": "Cancellation requested"}
_NUMBERS: Final = (("PLAC", 2), ("FILL", 3))
_AUTHORING: Final = frozenset({"NW", "OK", "RO", "RQ"})


def service_code(group: OrderGroup) -> Repetition | None:
    """OBR-4, what was ordered."""
    if group.obr is None or not group.obr.has(4) or group.obr.is_null(4):
        return None
    return group.obr.reps(4)[0]


def display_of(group: OrderGroup) -> tuple[str, str]:
    """Code and readable name of what was ordered, '' when OBR-4 is empty."""
    if group.test is None:
        rep = service_code(group)
        group.test = (datatypes.standard_code(rep), datatypes.display_text(rep)) if rep is not None else ("", "")
    return group.test


def identifiers(draft: Draft, group: OrderGroup) -> list[Body]:
    """Placer (ORC-2, OBR-2), filler (ORC-3, OBR-3), placer group (ORC-4), alternate placer numbers (ORC-33, OBR-53)."""
    if group.numbers is not None:
        return group.numbers
    terms = draft.terms
    made: list[Body | None] = []
    for kind, field in _NUMBERS:
        reps = [rep for segment in (group.orc, group.obr) for rep in said(segment, field)[:1]]
        made += [datatypes.entity_identifier(rep, terms, type_code=kind) for rep in reps[:1]]
        made += [datatypes.entity_identifier(r, terms, type_code=kind) for r in reps[1:] if r.raw != reps[0].raw]
    made += [datatypes.entity_identifier(rep, terms, type_code="PGN") for rep in said(group.orc, 4)[:1]]
    made += [datatypes.identifier(rep, terms) for rep in (*said(group.orc, 33), *said(group.obr, 53))]
    group.numbers = [one for place, one in enumerate(made) if one is not None and one not in made[:place]]
    return group.numbers


def said(segment: Segment | None, field: int) -> list[Repetition]:
    """The repetitions of a field; [] when there is no segment, nothing in it, or HL7 null."""
    if segment is None or not segment.has(field) or segment.is_null(field):
        return []
    return segment.reps(field)


def resource_of(draft: Draft, group: OrderGroup, identity: OrderIdentity, *, alone: bool) -> str:
    """The id of the group's ServiceRequest. `alone`: no other group of the message stands under the same order.

    The request of an order number is that of its first test; a test that stands beside another one, now or in an
    earlier message, has its own."""
    tenant, code = draft.context.tenant, display_of(group)[0]
    main = request_id(tenant, "ServiceRequest", identity.order)
    if not code:
        return main
    known = draft.projection.body("ServiceRequest", main)
    coded = {c.get("code") for c in (known or {}).get("code", {}).get("coding", ())}
    if not coded or code in coded:
        return main
    further = effect_id(tenant, "ServiceRequest", identity.order, code)
    return main if alone and not draft.projection.known("ServiceRequest", further) else further


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
    resource_id: str = "",
) -> Body:
    """Lays the group over its ServiceRequest (`resource_id`, else the order's). `authority`: the message is an order;
    results only fill gaps.

    `status` is an R4 request-status, '' to keep what it was. Without one, a new request is active when it was ordered
    and unknown when only its result came: the laboratory does not say how the ward's order stands."""
    main = request_id(draft.context.tenant, "ServiceRequest", identity.order)
    resource_id = resource_id or main
    projection = draft.projection
    known = bool(projection.guard("ServiceRequest", resource_id).get("stated")) or (
        "status" in (projection.body("ServiceRequest", resource_id) or {})
    )
    facts = _facts(draft, group, specimens, supporting or [], authority=authority)
    parent = parent_of(draft, group)
    based_on = [reference(draft, parent)] if parent and parent != identity.order else []
    if resource_id != main:
        based_on.append({"reference": f"ServiceRequest/{main}"})
    if based_on:
        facts["basedOn"] = based_on
    body = projection.lay(
        "ServiceRequest",
        resource_id,
        facts,
        mode="update" if authority or not known else "fill",
        rank=draft.rank if authority else "",
    )
    for one in based_on:
        stub(draft, one["reference"].removeprefix("ServiceRequest/"))
    if status:
        body["status"] = status
    elif body.get("status", "unknown") == "unknown":
        body["status"] = "active" if authority else "unknown"
    body.setdefault("intent", "order")
    if authority:
        projection.guard("ServiceRequest", resource_id)["stated"] = True
    return body


def _facts(draft: Draft, group: OrderGroup, specimens: list[Body], supporting: list[Body], *, authority: bool) -> Facts:
    terms, orc, obr = draft.terms, group.orc, group.obr
    action = obr.get(11).strip().upper() if obr is not None else ""
    facts: Facts = {"subject": draft.subject, "intent": "reflex-order" if action == "G" else "order"}
    if action == "A":
        added = {"system": V2 + "0065", "code": "A", "display": "Add ordered tests to the existing specimen"}
        facts["extension"] = Keyed([{"url": _SPECIMEN_ACTION, "valueCoding": added}], "url")
    if draft.encounter is not None:
        facts["encounter"] = draft.encounter
    if numbers := identifiers(draft, group):
        facts["identifier"] = Keyed(numbers)
    fields.state(facts, "requisition", orc, 4, lambda r: datatypes.entity_identifier(r, terms, type_code="PGN"))
    coded = service_code(group)
    if coded is not None:
        facts["code"] = datatypes.concept(coded, terms)
    if priority := terms.target("v2-0485-priority", priority_of(group).upper()):
        facts["priority"] = priority
    if orc is not None and orc.get(1).upper() in _AUTHORING and (at := date_time(orc.get(9), terms)):
        facts["authoredOn"] = at
    if when := _when(draft, group):
        facts["occurrenceDateTime"] = when
    for segment, field in ((orc, 12), (obr, 16)):
        if "requester" not in facts and segment is not None:
            fields.state(facts, "requester", segment, field, lambda r: datatypes.practitioner(r, terms))
    if "requester" not in facts:
        fields.state(facts, "requester", orc, 21, lambda r: datatypes.organization(r, terms))
    if reasons := _reasons(draft, group):
        facts["reasonCode"] = reasons
    if specimens:
        facts["specimen"] = specimens
    if supporting:
        facts["supportingInfo"] = supporting
    if authority and (notes := as_annotations(group.notes)):
        facts["note"] = notes
    return facts


def _when(draft: Draft, group: OrderGroup) -> str:
    """When it is to be done: TQ1-7, OBR-27.4, ORC-7.4, OBR-6."""
    for segment, field, component in ((group.tq1, 7, 1), (group.obr, 27, 4), (group.orc, 7, 4), (group.obr, 6, 1)):
        if segment is not None and (at := date_time(segment.get(field, component), draft.terms)):
            return at
    return ""


def _reasons(draft: Draft, group: OrderGroup) -> list[Body]:
    """OBR-31, ORC-16, DG1-3."""
    places = [(group.obr, 31), (group.orc, 16), *((dg1, 3) for dg1 in group.diagnoses)]
    return [
        made
        for segment, field in places
        for rep in said(segment, field)
        if (made := datatypes.concept(rep, draft.terms))
    ]


def parent_of(draft: Draft, group: OrderGroup) -> str:
    """The order that ORC-8 or OBR-29 names as the parent, '' for none."""
    for segment, field in ((group.orc, 8), (group.obr, 29)):
        for rep in said(segment, field)[:1]:
            return find_parent(draft, rep)
    return ""


def stub(draft: Draft, resource_id: str) -> None:
    """An order nobody sent yet: real enough to be pointed at; the order itself fills it when it comes."""
    body = draft.projection.body("ServiceRequest", resource_id)
    if body is None or "status" not in body:
        draft.projection.lay(
            "ServiceRequest", resource_id, {"status": "unknown", "intent": "order", "subject": draft.subject}
        )


def replace(body: Body, replaced: list[str]) -> None:
    """A replacement order (RO, RQ) says which orders it takes the place of."""
    links: list[Body] = list(body.get("replaces", ()))
    for resource_id in replaced:
        link = {"reference": f"ServiceRequest/{resource_id}"}
        if link not in links and resource_id != body["id"]:
            links.append(link)
    if links:
        body["replaces"] = links


def tag_cancel_request(body: Body, *, requested: bool) -> None:
    """CA asks for a cancellation: the order stays active, and says so, until CR or OC (decision, HL7 table 0119)."""
    tags = [t for t in body.get("meta", {}).get("tag", ()) if t != CANCEL_REQUESTED]
    if requested:
        tags.append(dict(CANCEL_REQUESTED))
    if tags:
        body["meta"] = {"tag": tags}
    else:
        body.pop("meta", None)
