"""Which order a message speaks of: placer and filler numbers meet in the alias table; an id is minted once.

Results look at the filler number first (the laboratory always sends its own), orders at the placer number. A number
that already belongs to another patient's order is not believed: labs and wards reuse numbers.
Source: HL7 v2.8 chapter 4, ORC-2, ORC-3; field practice on 1,313 OBR segments.
"""

from __future__ import annotations

from dataclasses import dataclass

from console.core.errors import InvalidMessage
from console.core.keys import fold_key
from console.fhir.context import Alias
from console.fhir.datatypes import part
from console.fhir.effect_id import order_id, request_id
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.order_groups import OrderGroup
from console.hl7v2.message import Repetition

UNKEYED = "unkeyed-result"
"""The code of the error for a group without any number."""

_SAME_AS = "order"
"""The kind of an alias that says: this order id is another name of that order."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number of an order as sent. `assigner` is EI.2, else EI.3, '' for none."""

    kind: str
    assigner: str
    value: str


@dataclass(frozen=True, slots=True)
class OrderIdentity:
    """`order` is what the ward asked for; `report` the order its results are kept under. They differ only when results
    came under the filler number alone before the two numbers were first seen together."""

    order: str
    report: str
    placer: str
    filler: str
    accession: str


def numbers(group: OrderGroup) -> tuple[Number | None, Number | None, Number | None]:
    """Placer, filler and accession number of a group, None where none was sent."""
    return _number(group, "placer", 2), _number(group, "filler", 3), _accession(group)


def identify(draft: Draft, group: OrderGroup, *, results: bool) -> OrderIdentity:
    """The group's order, known or newly minted; notes the aliases. Raises InvalidMessage `unkeyed-result`."""
    placer, filler, accession = numbers(group)
    by_placer, by_filler = _known(draft, placer), _known(draft, filler)
    resolved = {placer: by_placer, filler: by_filler}
    if by_filler and placer and by_filler != by_placer and _has_other_placer(draft, by_filler, placer):
        by_filler = ""  # one filler number over several orders: the placer number tells them apart
    own = by_placer or by_filler
    if not own:
        key = placer or filler or _with_test(accession, group) or _with_test(_group_number(group), group)
        if key is None:
            raise InvalidMessage(
                "the result has neither a placer nor a filler order number nor an accession: it cannot be kept apart "
                "from others",
                code=UNKEYED,
                path=group.obr.path(2) if group.obr else "OBR[1]-2",
            )
        own = (resolved[key] if key in resolved else _known(draft, key)) or _mint(draft, key)
        if key not in resolved:
            _alias(draft, key, own)
    for number in dict.fromkeys((placer, filler, _own_number(group, "placer", 2), _own_number(group, "filler", 3))):
        if number is not None and not resolved.get(number):
            _alias(draft, number, own)
    report = own
    if results and by_filler and by_filler != own:
        report = by_filler
        _alias(draft, Number(_SAME_AS, "", by_filler), own)
    return OrderIdentity(
        order=own if by_placer else _followed(draft, own),
        report=report,
        placer=placer.value if placer else "",
        filler=filler.value if filler else "",
        accession=accession.value if accession else "",
    )


def find_parent(draft: Draft, rep: Repetition) -> str:
    """The order that OBR-29 or ORC-8 (EIP: placer & filler) names; minted when it was not seen yet, '' when empty."""
    keys = [
        Number(kind, part(rep, at, 2) or part(rep, at, 3), value)
        for kind, at in (("filler", 2), ("placer", 1))
        if (value := part(rep, at, 1))
    ]
    for key in keys:
        if known := _known(draft, key):
            return known
    if not keys:
        return ""
    minted = _mint(draft, keys[-1])
    for key in keys:
        _alias(draft, key, minted)
    return minted


def _number(group: OrderGroup, kind: str, field: int) -> Number | None:
    """ORC before OBR; the ORC above counts for an OBR that has no number of its own."""
    above = None if group.obr is not None and (group.obr.has(2) or group.obr.has(3)) else group.above
    for segment in (group.orc, group.obr, above):
        if segment is None or segment.is_null(field):
            continue
        for rep in segment.reps(field):
            if value := part(rep, 1):
                return Number(kind, part(rep, 2) or part(rep, 3), value)
    return None


def _own_number(group: OrderGroup, kind: str, field: int) -> Number | None:
    """The number in OBR, where ORC may name another."""
    if group.obr is None or group.obr.is_null(field):
        return None
    rep = next(iter(group.obr.reps(field)), None)
    value = part(rep, 1) if rep is not None else ""
    return Number(kind, part(rep, 2) or part(rep, 3), value) if rep is not None and value else None


def _group_number(group: OrderGroup) -> Number | None:
    """ORC-4, the placer's number for orders that belong together."""
    for rep in group.orc.reps(4) if group.orc is not None and not group.orc.is_null(4) else ():
        if value := part(rep, 1):
            return Number("group", part(rep, 2) or part(rep, 3), value)
    return None


def _accession(group: OrderGroup) -> Number | None:
    """OBR-18 or OBR-20, else SPM-30, else the filler's specimen number of SPM-2."""
    if value := group.text(("OBR", 18), ("OBR", 20)):
        return Number("accession", "", value)
    for spm in group.specimens:
        for rep in spm.reps(30):
            if value := part(rep, 1):
                return Number("accession", part(rep, 4), value)
        for rep in spm.reps(2):
            if value := part(rep, 2, 1) or part(rep, 1, 1):
                return Number("accession", part(rep, 2, 2), value)
    return None


def _with_test(number: Number | None, group: OrderGroup) -> Number | None:
    """One sample, and one group number, serve several tests: alone they name no order, with OBR-4 they do."""
    code = group.text(("OBR", 4))
    if number is None or not code:
        return None
    return Number(number.kind, number.assigner, f"{number.value}/{code}")


def _known(draft: Draft, number: Number | None) -> str:
    """The order this number belongs to, if it is this patient's; '' otherwise."""
    if number is None:
        return ""
    ours = _of_patient(draft, number)
    for alias in draft.aliases:
        if alias.value == number.value and alias.kind == number.kind and alias.assigner in (number.assigner, ours):
            return alias.order_id
    taken = draft.order_of(number.kind, number.assigner, number.value)
    if not taken:
        return ""
    if _same_patient(draft, taken):
        return taken
    found = draft.order_of(number.kind, ours, number.value)
    return found if found and _same_patient(draft, found) else ""


def _followed(draft: Draft, order: str) -> str:
    """The order under which another one was found to be the same: its results came first, by the filler number."""
    return _known(draft, Number(_SAME_AS, "", order)) or order


def _of_patient(draft: Draft, number: Number) -> str:
    """The assigner of a number that another patient's order holds already."""
    return f"{number.assigner}@{draft.patient_id}"


def _mint(draft: Draft, number: Number) -> str:
    taken = draft.order_of(number.kind, number.assigner, number.value)
    if taken:
        draft.warn(f"the {number.kind} number belongs to another patient's order; kept apart")
        return order_id(draft.context.tenant, number.kind, _of_patient(draft, number), number.value)
    return order_id(draft.context.tenant, number.kind, number.assigner, number.value)


def _alias(draft: Draft, number: Number, order: str) -> None:
    if _known(draft, number):
        return
    taken = draft.order_of(number.kind, number.assigner, number.value)
    assigner = _of_patient(draft, number) if taken else number.assigner
    draft.aliases.append(Alias(number.kind, assigner, number.value, order))


def _same_patient(draft: Draft, order: str) -> bool:
    for kind in ("ServiceRequest", "MedicationRequest"):
        request = draft.projection.body(kind, request_id(draft.context.tenant, kind, order))
        if request is not None:
            subject = str(request.get("subject", {}).get("reference", ""))
            return subject == f"Patient/{draft.patient_id}" or _replaced_by_us(draft, subject)
    return True


def _replaced_by_us(draft: Draft, subject: str) -> bool:
    """The order's patient was merged into ours, or ours into it."""
    for one, other in ((subject, f"Patient/{draft.patient_id}"), (f"Patient/{draft.patient_id}", subject)):
        body = draft.projection.body("Patient", one.removeprefix("Patient/"))
        if body and any(
            link.get("type") == "replaced-by" and link.get("other", {}).get("reference") == other
            for link in body.get("link", ())
        ):
            return True
    return False


def _has_other_placer(draft: Draft, order: str, placer: Number) -> bool:
    request = draft.projection.body("ServiceRequest", request_id(draft.context.tenant, "ServiceRequest", order))
    placers = [
        item["value"]
        for item in (request or {}).get("identifier", ())
        if any(c.get("code") == "PLAC" for c in item.get("type", {}).get("coding", ()))
    ]
    return bool(placers) and fold_key(placer.value) not in {fold_key(value) for value in placers}
