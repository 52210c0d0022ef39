"""ORU and OUL: every OBR is a DiagnosticReport, every OBX one Observation or document (HL7 v2.8 chapter 7).

A correction of one OBX leaves its siblings alone; a message older than what is filed is recorded and not applied; the
report's status never goes back. Sources: V2-to-FHIR OBR[DiagnosticReport], OBX[Observation]; HL7 tables 0123 and 0085.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from console.core.errors import InvalidMessage
from console.fhir import datatypes
from console.fhir.context import Body, Category, MappingContext, Outcome, State
from console.fhir.datatypes import date_time, instant
from console.fhir.effect_id import report_id, request_id
from console.fhir.mapping import attachments, enclosed, microbiology, observations, orders, reports, requests, specimens
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.observation_value import ATTACHED_TYPES
from console.fhir.mapping.observations import Observed, Report
from console.fhir.mapping.order_groups import OrderGroup, order_groups
from console.fhir.mapping.order_identity import OrderIdentity, identify
from console.hl7v2.message import Message, Segment

_REPORT_STATUS: Final = "v2-0123-report-status"
_NOBODY_KNOWS: Final = frozenset({"Y", "Z"})
_STALE: Final = "A newer version of the result is filed; this one is recorded, not applied."
_AS_REPORT: Final = {
    **dict.fromkeys("CADW", "C"),
    **dict.fromkeys("FUVB", "F"),
    **dict.fromkeys("PRS", "P"),
    **dict.fromkeys("IO", "I"),
    **dict.fromkeys("XN", "X"),
}
"""OBX-11 -> OBR-25, for reports that leave it out."""

_SEVERE: Final = ("HH", "LL", "AA", ">", "<", "H", "L", "A")

_Keyed = tuple[OrderGroup, OrderIdentity]


@dataclass(slots=True)
class _Seen:
    """What came of one report: for the message's outcome and the order's loop."""

    status: str
    flags: list[str]
    stale: bool


def map_results(message: Message, context: MappingContext, state: State) -> Outcome:
    """Results -> DiagnosticReport, Observation, DocumentReference, Specimen, and the ServiceRequest they answer."""
    draft = Draft(message, context, state, category=Category.RESULT)
    title = lane = ""
    keyed: list[_Keyed] = []
    try:
        groups = [group for group in order_groups(message) if group.obr is not None or group.findings]
        title = orders.title_of(groups) or "Result"
        if not groups:
            return orders.without_groups(
                draft, title, "The message holds no result: there is neither OBR nor OBX in it."
            )
        draft.subject  # noqa: B018 - raises when the message identified nobody
        groups, about_patient = _of_patient(groups)
        keyed = [(group, identify(draft, group, results=True)) for group in groups]
        lane = keyed[0][1].order
        orders.project_people(draft)
        if about_patient:
            enclosed.project(draft, context.encounter_id or draft.patient_id, about_patient)
        seen = _lay_reports(draft, keyed)
    except InvalidMessage as fault:
        draft.orders = [
            orders.order_fact(draft, group, identity, role="result", result_status=_status(draft, group))
            for group, identity in keyed
        ]
        return draft.dead(title or "Result", fault, lane=lane)
    draft.orders = [
        orders.order_fact(draft, group, identity, role="result", result_status=one.status, abnormal=_worst(one.flags))
        for (group, identity), one in zip(keyed, seen, strict=True)
    ]
    if all(one.stale for one in seen):
        return draft.superseded(title, _STALE, lane=lane)
    return draft.mapped(title, lane=lane)


def _of_patient(groups: list[OrderGroup]) -> tuple[list[OrderGroup], list[Segment]]:
    """Parts observations of the patient, which stand before the first order (PATIENT_OBSERVATION of ORU_R01 and
    OUL_R22), from the orders' results."""
    first, *others = groups
    if first.obr is not None or first.orc is not None or not others:
        return groups, []
    return others, [s for f in first.findings for s in (f.obx, *f.notes)]


def _sent_status(group: OrderGroup) -> str:
    """OBR-25; when it is empty, what the most final of OBX-11 would be there; '' when nothing is said."""
    status = group.obr.get(25).strip().upper() if group.obr is not None and not group.obr.is_null(25) else ""
    if status:
        return status
    sent = {_AS_REPORT.get(finding.obx.get(11).strip().upper(), "") for finding in group.findings}
    return next((status for status in ("C", "F", "P", "I", "X") if status in sent), "")


def _status(draft: Draft, group: OrderGroup) -> str:
    return draft.terms.target(_REPORT_STATUS, _sent_status(group), "unknown")


def _worst(flags: list[str]) -> str:
    return next((f for f in _SEVERE if f in flags), flags[0] if flags else "")


def _lay_reports(draft: Draft, keyed: list[_Keyed]) -> list[_Seen]:
    shared = Counter(identity.order for _, identity in keyed)
    parents = [microbiology.parent_order(draft, group) for group, _ in keyed]
    keys = [_report_key(group, identity, parent) for (group, identity), parent in zip(keyed, parents, strict=True)]
    counts = Counter(keys)
    places: Counter[tuple[str, str, str]] = Counter()
    seen: list[_Seen] = []
    for (group, identity), parent, key in zip(keyed, parents, keys, strict=True):
        first = report_id(draft.context.tenant, key[0], key[1], parent=key[2])
        if not places[key]:
            reports.check_count(draft, group, first, counts[key])
        place = places[key]
        resource_id = report_id(draft.context.tenant, key[0], key[1], parent=key[2], nth=place) if place else first
        seen.append(_lay_report(draft, group, identity, parent, resource_id, alone=shared[identity.order] == 1))
        places[key] += 1
        if places[key] == counts[key]:
            reports.note_count(draft, first, counts[key])
    return seen


def _report_key(group: OrderGroup, identity: OrderIdentity, parent: str) -> tuple[str, str, str]:
    """Order, OBR-4, and the parent result with its order."""
    above = "|".join(word for word in (parent, microbiology.parent_key(group)) if word)
    return identity.report, requests.display_of(group)[0], above


def _lay_report(
    draft: Draft, group: OrderGroup, identity: OrderIdentity, parent: str, resource_id: str, *, alone: bool
) -> _Seen:
    sent_status = _sent_status(group)
    if sent_status in _NOBODY_KNOWS:
        raise InvalidMessage(
            "the laboratory says it has no order or no patient for this result (OBR-25 Y or Z): a person must decide",
            code="no-order-on-record",
            path=group.obr.path(25) if group.obr else "OBR[1]-25",
        )
    status = _status(draft, group)
    sent_samples = specimens.project(draft, group, identity.order)
    request = _lay_request(draft, group, identity, sent_samples, alone=alone)
    if parent:
        requests.stub(draft, request_id(draft.context.tenant, "ServiceRequest", parent))
    asked = [request, *(requests.reference(draft, order) for order in (identity.order, parent) if order)]
    based_on = [one for place, one in enumerate(asked) if one not in asked[:place]]
    report = _shared(draft, group, resource_id, status, sent_samples, based_on)
    made = observations.readings(observations.speaking(draft, group.findings))
    reports.check_repeats(draft, report, made)
    observed: list[Observed] = []
    documents: list[Observed] = []
    forms: list[Body] = []
    for reading in made:
        if reading.obx.get(2).strip().upper() in ATTACHED_TYPES:
            one, form = attachments.project(draft, reading, report)
            documents.append(one)
            if not one.stale:
                forms.append(form)
        else:
            observed.append(observations.project(draft, reading, report))
    if (prose := attachments.text_form(made)) is not None:
        forms.append(prose)
    corrected = sent_status == "M"
    stale = reports.lay(draft, group, report, observed, forms, sent_samples, tagged_corrected=corrected)
    fresh = [one for one in observed if not one.stale]
    microbiology.adopt_waiting(draft, identity.report, fresh)
    microbiology.link_children(draft, group, parent, fresh)
    flags = [one.flag for one in observed if one.flag]
    return _Seen(status, flags, stale and all(one.stale for one in (*observed, *documents)))


def _lay_request(
    draft: Draft, group: OrderGroup, identity: OrderIdentity, sent_samples: list[Body], *, alone: bool
) -> Body:
    """The order the result answers: made if nobody sent it, its gaps filled, completed when the filler says so; gives
    the Reference to it."""
    status, _ = orders.status_of(draft, group)
    resource_id = requests.resource_of(draft, group, identity, alone=alone)
    before = (draft.projection.body("ServiceRequest", resource_id) or {}).get("status", "")
    unknown = before in ("", "unknown")
    done = status if unknown or (status in ("completed", "revoked") and before in ("active", "on-hold")) else ""
    requests.lay(draft, group, identity, status=done, authority=False, specimens=sent_samples, resource_id=resource_id)
    return {"reference": f"ServiceRequest/{resource_id}"}


def _shared(
    draft: Draft, group: OrderGroup, resource_id: str, status: str, sent_samples: list[Body], based_on: list[Body]
) -> Report:
    obr = group.obr
    effective = issued = ""
    if obr is not None:
        for field in (7, 22):
            if obr.has(field) and not obr.is_null(field) and not date_time(obr.get(field), draft.terms):
                draft.warn(f"{obr.path(field)}: no time that can be read")
        effective = next((t for n in (7, 8, 14, 22) if (t := date_time(obr.get(n), draft.terms))), "")
        issued = instant(obr.get(22), draft.terms)
    if not effective:
        effective = next((t for f in group.findings if (t := date_time(f.obx.get(14), draft.terms))), "")
    draft.terms.day = (effective or draft.occurred)[:10]
    tested = requests.service_code(group)
    code = datatypes.concept(tested, draft.terms) if tested is not None else None
    return Report(
        identity=resource_id,
        effective=effective,
        issued=issued,
        sent=instant(draft.message.header.message_time, draft.terms),
        based_on=based_on,
        specimen=sent_samples[0] if len(sent_samples) == 1 else None,
        performer=[],
        status=status,
        code=code,
    )
