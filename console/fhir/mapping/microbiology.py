"""Parents of results: the organism and its susceptibilities, whichever arrives first.

OBR-26 names the parent result (OBX-3, OBX-4, text), OBR-29 the parent order (placer & filler). The parent observation
gets hasMember to every child; a parent that is still to come finds its waiting children in the notes of its order.
Source: HL7 v2.8 chapter 7, 7.4.1 (OBR-26, OBR-29); FHIR R4 Observation.hasMember.
"""

from __future__ import annotations

from console.fhir.context import Body
from console.fhir.datatypes import part
from console.fhir.effect_id import request_id
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.observations import Observed
from console.fhir.mapping.order_groups import OrderGroup
from console.fhir.mapping.order_identity import find_parent


def parent_order(draft: Draft, group: OrderGroup) -> str:
    """The order id of the group's parent, '' when it names none."""
    if group.obr is None or not group.obr.has(29) or group.obr.is_null(29):
        return ""
    return find_parent(draft, group.obr.reps(29)[0])


def parent_key(group: OrderGroup) -> str:
    """What OBR-26 says of the parent result: OBX-3 code, OBX-4; '' when it says nothing."""
    if group.obr is None or not group.obr.has(26) or group.obr.is_null(26):
        return ""
    rep = group.obr.reps(26)[0]
    code, sub_id = part(rep, 1, 1), part(rep, 2)
    return f"{code}|{sub_id}" if code or sub_id else ""


def link_children(draft: Draft, group: OrderGroup, parent: str, children: list[Observed]) -> None:
    """Puts the children under the parent observation, or leaves their names with the parent's order until it comes."""
    key = parent_key(group)
    if not parent or not key:
        return
    _, notes = draft.projection.open("ServiceRequest", request_id(draft.context.tenant, "ServiceRequest", parent))
    waiting: dict[str, list[str]] = notes.setdefault("children", {})
    names = waiting.setdefault(key, [])
    names.extend(child.identity for child in children if child.identity not in names)
    found = notes.get("observations", {}).get(key)
    if found:
        _adopt(draft, found, names)
    else:
        draft.warn("the parent result has not come yet; linked when it does")


def adopt_waiting(draft: Draft, order: str, observed: list[Observed]) -> None:
    """Notes the order's observations by OBX-3 and OBX-4, and links children that came before them."""
    _, notes = draft.projection.open("ServiceRequest", request_id(draft.context.tenant, "ServiceRequest", order))
    known: dict[str, str] = notes.setdefault("observations", {})
    for one in observed:
        key = f"{one.key[0].partition('|')[0]}|{one.key[1]}"
        known[key] = one.identity
        if children := notes.get("children", {}).get(key):
            _adopt(draft, one.identity, children)


def _adopt(draft: Draft, parent: str, children: list[str]) -> None:
    body = draft.projection.body("Observation", parent)
    if body is None:
        return
    members: list[Body] = list(body.get("hasMember", ()))
    held = {member["reference"] for member in members}
    members += [
        {"reference": f"Observation/{child}"}
        for child in children
        if f"Observation/{child}" not in held and child != parent
    ]
    if members:
        body["hasMember"] = members
