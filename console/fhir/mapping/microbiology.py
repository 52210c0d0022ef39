"""Parents of results: the organism and its susceptibilities, whichever arrives first.

OBR-26 names the parent result (OBX-3, OBX-4, its text), OBR-29 the parent order (placer and filler). The parent
observation gets hasMember to every child; children of a parent that is still to come wait in the notes of its order.
Source: HL7 v2.8 chapter 7, 7.4.1 (OBR-26, OBR-29); FHIR R4 Observation.hasMember.
"""

from __future__ import annotations

from typing import Any, Final

from console.core.keys import fold_name
from console.fhir.context import Body
from console.fhir.datatypes import part
from console.fhir.effect_id import request_id
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.observations import Observed
from console.fhir.mapping.order_groups import OrderGroup
from console.fhir.mapping.order_identity import find_parent

_NOT_YET: Final = "the parent result has not come yet; linked when it does"


def parent_order(draft: Draft, group: OrderGroup) -> str:
    """The order id of the group's parent, '' when it names none."""
    if group.obr is None or not group.obr.has(29) or group.obr.is_null(29):
        return ""
    return find_parent(draft, group.obr.reps(29)[0])


def parent_key(group: OrderGroup) -> str:
    """What OBR-26 says of the parent result: code, sub-id, text, parted by bars; '' when it names no result."""
    if group.obr is None or not group.obr.has(26) or group.obr.is_null(26):
        return ""
    rep = group.obr.reps(26)[0]
    code, sub_id = part(rep, 1, 1), part(rep, 2)
    if not code and not sub_id:
        return ""
    return "|".join(word.replace("|", " ") for word in (code, sub_id, fold_name(part(rep, 3))))


def link_children(draft: Draft, group: OrderGroup, parent: str, children: list[Observed]) -> None:
    """Puts the children under the parent observation, or leaves their names with the parent's order until it comes."""
    key = parent_key(group)
    if not parent or not key or not children:
        return
    notes = _notes(draft, parent)
    names: list[str] = notes.setdefault("children", {}).setdefault(key, [])
    names.extend(child.identity for child in children if child.identity not in names)
    found = _parent_of(draft, notes, key)
    if found:
        _adopt(draft, found, names)
    else:
        draft.warn(_NOT_YET)


def adopt_waiting(draft: Draft, order: str, observed: list[Observed]) -> None:
    """Notes the order's observations by OBX-3 and OBX-4, and links children that came before them."""
    if not observed:
        return
    notes = _notes(draft, order)
    known: dict[str, str] = notes.setdefault("observations", {})
    for one in observed:
        known[f"{one.key[0].partition('|')[0]}|{one.key[1]}"] = one.identity
    for key, names in notes.get("children", {}).items():
        if found := _parent_of(draft, notes, key):
            _adopt(draft, found, names)


def _notes(draft: Draft, order: str) -> dict[str, Any]:
    return draft.projection.open("ServiceRequest", request_id(draft.context.tenant, "ServiceRequest", order))[1]


def _parent_of(draft: Draft, notes: dict[str, Any], key: str) -> str:
    """The observation that OBR-26 means, '' while it cannot be told. With a sub-id it is the one of that code and
    sub-id; without, the only one of that code, or the only one whose value reads as OBR-26.3 says."""
    code, sub_id, text = key.split("|")
    known: dict[str, str] = notes.get("observations", {})
    if exact := known.get(f"{code}|{sub_id}"):
        return exact
    if sub_id:
        return ""
    same = [name for place, name in known.items() if place.partition("|")[0] == code]
    if len(same) > 1 and text:
        same = [name for name in same if text in _value_words(draft.projection.body("Observation", name))]
    return same[0] if len(same) == 1 else ""


def _value_words(body: Body | None) -> set[str]:
    """How the value of an observation reads, folded."""
    if body is None:
        return set()
    concept = body.get("valueCodeableConcept", {})
    words = [body.get("valueString", ""), concept.get("text", "")]
    words += [coding.get("display", "") for coding in concept.get("coding", ())]
    return {fold_name(word) for word in words if word}


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
