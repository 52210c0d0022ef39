"""ORM, OMG, OML, OMI and their answers ORR, ORG, ORL, ORI: every ORC/OBR group is one order (HL7 v2.8 chapter 4)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Final

from console.core.errors import InvalidMessage
from console.fhir.context import Body, Category, MappingContext, OrderFact, Outcome, State
from console.fhir.effect_id import request_id
from console.fhir.mapping import attachments, encounter, medication, observations, order_identity, patient, requests
from console.fhir.mapping import specimens as samples
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.observation_value import ATTACHED_TYPES
from console.fhir.mapping.observations import Report
from console.fhir.mapping.order_groups import OrderGroup, order_groups
from console.fhir.mapping.order_identity import OrderIdentity
from console.hl7v2.message import Message

_ALERTS: Final = frozenset({"UA", "UC", "UD", "UF", "UH", "UM", "UN", "UR", "UX"})
"""Order controls that say the filler could not do it (HL7 table 0119)."""

_ANSWERS: Final = frozenset({"ORR", "ORG", "ORL", "ORI"})
_REPLACED: Final = frozenset({"RP", "RU"})
_REPLACING: Final = frozenset({"RO", "RQ"})
_VERBS: Final = {
    "CA": "Cancel",
    "OC": "Cancelled",
    "CR": "Cancelled",
    "DC": "Stop",
    "OD": "Stopped",
    "DR": "Stopped",
    "HD": "Hold",
    "OH": "On hold",
    "RL": "Release",
    "RP": "Replace",
    "XO": "Change",
    "UA": "Not accepted",
    "UC": "Not cancelled",
    "UX": "Not changed",
}


def map_orders(message: Message, context: MappingContext, state: State) -> Outcome:
    """Orders -> ServiceRequest with Specimen and the observations sent along."""
    if message.first("OBR") is None and (message.first("RXO") or message.first("RXE")):
        return medication.map_pharmacy(message, context, state)
    draft = Draft(message, context, state, category=Category.ORDER)
    title = lane = ""
    try:
        groups = [group for group in order_groups(message) if group.orc is not None or group.obr is not None]
        title = title_of(groups) or "Order"
        if not groups:
            return without_groups(draft, title, "The message names no order: there is neither ORC nor OBR in it.")
        if not context.patient_id and message.header.message_type[:3] in _ANSWERS:
            draft = _of_known_order(draft, groups)
        draft.subject  # noqa: B018 - raises when the message identified nobody
        keyed = _keyed(draft, groups)
        lane = keyed[0][1].order
        stale = [is_stale(draft, identity) for _, identity in keyed]
        draft.orders.extend(order_fact(draft, group, identity, role="order") for group, identity in keyed)
        if all(stale):
            reason = "A newer statement about the order was applied before; this one is recorded, not applied."
            return draft.superseded(title, reason, lane=lane)
        project_people(draft)
        _lay_orders(draft, [pair for pair, old in zip(keyed, stale, strict=True) if not old])
    except InvalidMessage as fault:
        return draft.dead(title or "Order", fault, lane=lane)
    return draft.mapped(title, lane=lane)


def _keyed(draft: Draft, groups: list[OrderGroup]) -> list[tuple[OrderGroup, OrderIdentity]]:
    """The groups with their orders. A group without any number is no order of its own (prior results are sent along
    so): it is passed over with a warning. Raises InvalidMessage `unkeyed-order` when no group has a number."""
    keyed: list[tuple[OrderGroup, OrderIdentity]] = []
    for group in groups:
        try:
            keyed.append((group, order_identity.identify(draft, group, results=False)))
        except InvalidMessage as fault:
            if fault.code != order_identity.UNKEYED:
                raise
            draft.warn(f"{fault.path}: a group without an order number was passed over")
    if not keyed:
        raise InvalidMessage(
            "the order has neither a placer nor a filler nor a group number: it cannot be told from others",
            code="unkeyed-order",
            path="ORC[1]-2",
        )
    return keyed


def _of_known_order(draft: Draft, groups: list[OrderGroup]) -> Draft:
    """An answer may leave the patient out (in ORR_O02 PID is optional): it means the patient of the order it names."""
    context = draft.context
    for number in (number for group in groups for number in order_identity.numbers(group)[:2]):
        order = draft.order_of(number.kind, number.assigner, number.value) if number else ""
        if not order:
            continue
        body = draft.projection.body("ServiceRequest", request_id(context.tenant, "ServiceRequest", order))
        if body is not None:
            owner = str(body["subject"]["reference"]).removeprefix("Patient/")
            return Draft(draft.message, replace(context, patient_id=owner), draft.state, category=Category.ORDER)
    return draft


def without_groups(draft: Draft, title: str, reason: str) -> Outcome:
    """A message without its subject matter: what it says of patient and visit still counts."""
    draft.warn(reason)
    if not draft.context.patient_id:
        return draft.recorded(title, reason)
    project_people(draft)
    return draft.mapped(f"{title}: patient details only")


def project_people(draft: Draft) -> None:
    """Patient and visit as the message names them: made if unknown, gaps filled."""
    if draft.message.first("PID") is None:
        return
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
        at=draft.occurred,
        priority=requests.priority_of(group).upper(),
        section=group.text(("OBR", 24)).upper(),
    )


def status_of(draft: Draft, group: OrderGroup) -> tuple[str, str]:
    """The R4 request-status that the group states ('' = none) and its order control. ORC-5 counts before ORC-1, but a
    cancellation or a stop in ORC-1 counts before an ORC-5 that was left as it was."""
    if group.orc is None:
        return "", ""
    control = group.orc.get(1).strip().upper()
    state = group.orc.get(5).strip().upper() if not group.orc.is_null(5) else ""
    by_control = draft.terms.target("v2-0119-request-status", control)
    by_state = draft.terms.target("v2-0038-order-status", state)
    if control == "CA":
        return "", control  # a request: the answer (CR, UC) decides
    if by_control in ("revoked", "on-hold") or not by_state:
        return by_control, control
    return by_state, control


def _lay_orders(draft: Draft, keyed: list[tuple[OrderGroup, OrderIdentity]]) -> None:
    shared = Counter(identity.order for _, identity in keyed)
    replaced: list[str] = []
    for group, identity in keyed:
        status, control = status_of(draft, group)
        resource_id = requests.resource_of(draft, group, identity, alone=shared[identity.order] == 1)
        if control in _ALERTS:
            draft.warn(f"order control {control}: the filler could not do what was asked; the order stays as it was")
        body = requests.lay(
            draft,
            group,
            identity,
            status=status,
            authority=True,
            specimens=samples.project(draft, group, identity.order),
            supporting=_supporting(draft, group, identity),
            resource_id=resource_id,
        )
        if control in ("CA", "CR", "OC", "UC"):
            requests.tag_cancel_request(body, requested=control == "CA")
        if control in _REPLACED:
            replaced.append(resource_id)
        elif control in _REPLACING:
            requests.replace(body, replaced)


def _supporting(draft: Draft, group: OrderGroup, identity: OrderIdentity) -> list[Body]:
    """OBX sent with an order: answers the laboratory asks for. Observations of the order, not results."""
    if not group.findings:
        return []
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
    for reading in observations.readings(observations.speaking(draft, group.findings)):
        if reading.obx.get(2).strip().upper() in ATTACHED_TYPES:
            document, _ = attachments.project(draft, reading, context)
            made.append({"reference": f"DocumentReference/{document.identity}"})
        else:
            found = observations.project(draft, reading, context)
            made.append({"reference": f"Observation/{found.identity}"})
    return made
