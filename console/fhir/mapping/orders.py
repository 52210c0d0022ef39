"""ORM, OMG, OML and their answers ORR, ORG, ORL: every ORC/OBR group is one order (HL7 v2.8 chapter 4)."""

from __future__ import annotations

from typing import Final

from console.core.errors import InvalidMessage
from console.fhir.context import Body, Category, MappingContext, OrderFact, Outcome, State
from console.fhir.effect_id import request_id
from console.fhir.mapping import encounter, medication, observations, patient, requests, specimens
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.observations import Report
from console.fhir.mapping.order_groups import OrderGroup, order_groups
from console.fhir.mapping.order_identity import OrderIdentity, identify
from console.hl7v2.message import Message

_ALERTS: Final = frozenset({"UA", "UC", "UD", "UF", "UH", "UM", "UN", "UR", "UX"})
"""Order controls that say the filler could not do it (HL7 table 0119)."""

_VERBS: Final = {
    "CA": "Cancel",
    "OC": "Cancelled",
    "CR": "Cancelled",
    "DC": "Stop",
    "DR": "Stopped",
    "HD": "Hold",
    "XO": "Change",
}


def map_orders(message: Message, context: MappingContext, state: State) -> Outcome:
    """Orders -> ServiceRequest with Specimen and the observations sent along. Raises InvalidMessage for what no order
    can be made of: no patient, several patients, no order number, no ORC."""
    if message.first("OBR") is None and (message.first("RXO") or message.first("RXE")):
        return medication.map_pharmacy(message, context, state)
    draft = Draft(message, context, state, category=Category.ORDER)
    groups = [group for group in order_groups(message) if group.orc is not None or group.obr is not None]
    title = title_of(groups) or "Order"
    lane = ""
    try:
        if not groups:
            return without_groups(draft, title, "The message names no order: there is neither ORC nor OBR in it.")
        draft.subject  # noqa: B018 - raises when the message identified nobody
        identities = [identify(draft, group, results=False) for group in groups]
        lane = identities[0].order
        for group, identity in zip(groups, identities, strict=True):
            draft.orders.append(order_fact(draft, group, identity, role="order"))
        stale = [is_stale(draft, identity) for identity in identities]
        if all(stale):
            reason = "A newer statement about the order was applied before; this one is recorded, not applied."
            return draft.superseded(title, reason, lane=lane)
        project_people(draft)
        for place, (group, identity) in enumerate(zip(groups, identities, strict=True)):
            if not stale[place]:
                _lay_order(draft, group, identity, place)
    except InvalidMessage as fault:
        return draft.dead(title, fault, lane=lane)
    return draft.mapped(title, lane=lane)


def without_groups(draft: Draft, title: str, reason: str) -> Outcome:
    """A message without its subject matter: what it says of patient and visit still counts."""
    draft.warn(reason)
    if not draft.context.patient_id:
        return draft.recorded(title, reason)
    project_people(draft)
    return draft.mapped(f"{title}: patient details only")


def project_people(draft: Draft) -> None:
    """Patient and visit as the message names them: made if unknown, gaps filled."""
    patient.project(draft, authority=False)
    visit = draft.context.encounter_id
    if encounter.project_context(draft) is None and visit and not draft.projection.known("Encounter", visit):
        body = encounter.lay_facts(draft, visit, draft.patient_id, None, None, mode="update")
        encounter.begin(draft, body, None)
        encounter.finish(draft, visit)


def is_stale(draft: Draft, identity: OrderIdentity) -> bool:
    """Whether a newer message about the order was applied before."""
    return draft.stale("ServiceRequest", request_id(draft.context.tenant, "ServiceRequest", identity.order))


def title_of(groups: list[OrderGroup]) -> str:
    """The tests by name, the first three, with what is asked when that is not simply 'do it'."""
    names = list(dict.fromkeys(name for group in groups if (name := requests.display_of(group)[1])))
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    control = groups[0].orc.get(1).upper() if groups and groups[0].orc is not None else ""
    return f"{_VERBS[control]}: {shown}" if control in _VERBS and shown else shown


def order_fact(
    draft: Draft, group: OrderGroup, identity: OrderIdentity, *, role: str, result_status: str = "", abnormal: str = ""
) -> OrderFact:
    """The order as the lists and the timeline know it."""
    code, display = requests.display_of(group)
    at = draft.occurred
    return OrderFact(
        order_id=identity.order,
        role="order" if role == "order" else "result",
        placer=identity.placer,
        filler=identity.filler,
        accession=identity.accession,
        code=code,
        display=display,
        status=status_of(draft, group)[0] or ("active" if role == "order" else ""),
        result_status=result_status,
        abnormal=abnormal,
        at=at,
        priority=requests.priority_of(group).upper(),
        section=group.text(("OBR", 24)).upper(),
    )


def status_of(draft: Draft, group: OrderGroup) -> tuple[str, str]:
    """The R4 request-status that the group states ('' = none) and its order control. ORC-5 counts before ORC-1, but a
    cancellation or a stop in ORC-1 counts before an ORC-5 that was left as it was."""
    control = group.orc.get(1).strip().upper() if group.orc is not None else ""
    state = group.orc.get(5).strip().upper() if group.orc is not None and not group.orc.is_null(5) else ""
    by_control = draft.terms.target("v2-0119-request-status", control)
    by_state = draft.terms.target("v2-0038-order-status", state)
    if control == "CA":
        return "", control  # a request: the answer (CR, UC) decides
    if by_control in ("revoked", "on-hold") or not by_state:
        return by_control, control
    return by_state, control


def _lay_order(draft: Draft, group: OrderGroup, identity: OrderIdentity, place: int) -> None:
    status, control = status_of(draft, group)
    if control in _ALERTS:
        draft.warn(f"order control {control}: the filler could not do what was asked; the order stays as it was")
    samples = specimens.project(draft, group, identity.order)
    sent_along = _supporting(draft, group, identity, place)
    body = requests.lay(draft, group, identity, status=status, authority=True, specimens=samples, supporting=sent_along)
    if control in ("CA", "CR", "OC", "UC"):
        requests.tag_cancel_request(body, requested=control == "CA")


def _supporting(draft: Draft, group: OrderGroup, identity: OrderIdentity, place: int) -> list[Body]:
    """OBX sent with an order: answers the laboratory asks for. Observations of the order, not results."""
    context = Report(
        identity=f"{identity.order}/asked/{requests.display_of(group)[0]}",
        effective=draft.occurred,
        issued="",
        sent=draft.rank,
        based_on=[],
        specimen=None,
        performer=[],
    )
    made = []
    for reading in observations.readings(group.findings):
        found = observations.project(draft, reading, context)
        made.append({"reference": f"Observation/{found.identity}"})
    return made
