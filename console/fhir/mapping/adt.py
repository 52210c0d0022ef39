"""ADT: what each event does to a visit or a person, as a table.

The rule for every event is one line in `_VISIT_EVENTS` (or `_PERSON_EVENTS`, or `merges.EVENTS`); the steps it names
are in `steps.py`. Common to all: an older event than the one applied last is recorded, not applied; A08 never
touches the status; nothing is deleted. Sources: HL7 v2.8.2 chapter 3; V2-to-FHIR Event[EncounterStatus].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from console.fhir.context import Alias, Body, Category, MappingContext, Outcome, State
from console.fhir.mapping import clinical, enclosed, encounter, merges, patient, steps
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.steps import Step
from console.hl7v2.message import Message, Segment


@dataclass(frozen=True, slots=True)
class _Event:
    """What an ADT event is called and what it does to the visit. `place`: its title names where."""

    title: str
    effect: Callable[[Step], None]
    place: bool = False


_VISIT_EVENTS: Final[Mapping[str, _Event]] = {
    "A01": _Event("Admission", steps.admit, place=True),
    "A02": _Event("Transfer", steps.transfer, place=True),
    "A03": _Event("Discharge", steps.discharge),
    "A04": _Event("Registration", steps.register, place=True),
    "A05": _Event("Pre-admission", steps.preadmit, place=True),
    "A06": _Event("Outpatient becomes inpatient", steps.change_class, place=True),
    "A07": _Event("Inpatient becomes outpatient", steps.change_class, place=True),
    "A08": _Event("Update of patient and visit", steps.update),
    "A09": _Event("Departure (tracking)", steps.depart),
    "A10": _Event("Arrival (tracking)", steps.arrive_tracking, place=True),
    "A11": _Event("Admission cancelled", steps.cancel),
    "A12": _Event("Transfer cancelled", steps.undo_transfer, place=True),
    "A13": _Event("Discharge cancelled", steps.undo_discharge, place=True),
    "A14": _Event("Admission planned", steps.preadmit, place=True),
    "A15": _Event("Transfer planned", steps.plan_transfer),
    "A16": _Event("Discharge planned", steps.plan_discharge),
    "A21": _Event("Leave of absence", steps.go_on_leave),
    "A22": _Event("Return from leave", steps.come_back, place=True),
    "A23": _Event("Visit deleted", steps.void),
    "A25": _Event("Planned discharge cancelled", steps.unplan_discharge),
    "A26": _Event("Planned transfer cancelled", steps.unplan_transfer),
    "A27": _Event("Planned admission cancelled", steps.cancel),
    "A32": _Event("Arrival cancelled (tracking)", steps.undo_tracking),
    "A33": _Event("Departure cancelled (tracking)", steps.undo_tracking),
    "A38": _Event("Pre-admission cancelled", steps.cancel),
    "A42": _Event("Merge of visits", steps.merge_visit),
    "A50": _Event("Visit number changed", steps.renumber_visit),
    "A51": _Event("Alternate visit number changed", steps.renumber_visit),
    "A52": _Event("Leave of absence cancelled", steps.come_back),
    "A53": _Event("Return from leave cancelled", steps.go_on_leave),
    "A54": _Event("Attending doctor changed", steps.update),
    "A55": _Event("Change of attending doctor cancelled", steps.update),
    "A61": _Event("Consulting doctor changed", steps.update),
    "A62": _Event("Change of consulting doctor cancelled", steps.update),
}

_PERSON_EVENTS: Final[Mapping[str, str]] = {
    "A28": "Person added",
    "A29": "Person deleted",
    "A31": "Update of person",
    "A60": "Update of allergies",
}

_NO_ACCOUNTS: Final = "Accounts are not kept as resources; the patient and the visits stay as they are."

_NOT_KEPT: Final[Mapping[str, tuple[str, str]]] = {
    "A19": ("Answer to a patient query", "An answer to a query is a statement to the one who asked, not an event."),
    "A20": ("Bed status update", "It speaks of a bed, not of a patient; beds are not kept."),
    "A35": ("Merge of accounts", "Accounts are not kept as resources; the patient and the visits stay as they are."),
    "A41": ("Merge of accounts", "Accounts are not kept as resources; the patient and the visits stay as they are."),
    "A49": (
        "Account number changed",
        "Accounts are not kept as resources; the patient and the visits stay as they are.",
    ),
}


# ---------------------------------------------------------------- the road of one message


def map_adt(message: Message, context: MappingContext, state: State) -> Outcome:
    """ADT^Axx -> what it does to the patient and the visit. Raises InvalidMessage when nobody is identified."""
    draft = Draft(message, context, state, category=Category.ADT)
    event = message.header.message_type.partition("^")[2] or _event_of(message)
    if rule := _VISIT_EVENTS.get(event):
        return _visit_event(draft, event, rule)
    if title := _PERSON_EVENTS.get(event):
        return _person_event(draft, event, title)
    if merge := merges.EVENTS.get(event):
        return merge.apply(draft, merge.title)
    if event == "A17":
        return _swap(draft)
    if known := _NOT_KEPT.get(event):
        return draft.recorded(*known)
    return draft.recorded(f"ADT {event}".strip(), f"No rule for the event {event or '(none sent)'}; kept as it came.")


def _event_of(message: Message) -> str:
    evn = message.first("EVN")
    return evn.get(1) if evn else ""


def _visit_event(draft: Draft, event: str, rule: _Event) -> Outcome:
    patient_id, identity = draft.patient_id, draft.context.encounter_id
    message = draft.message
    if identity is not None and draft.stale("Encounter", identity):
        return draft.superseded(
            rule.title, f"A later event of this visit was applied before; {event} is kept and changes nothing."
        )
    patient.project(draft, authority=True)
    if identity is None:
        draft.warn("no visit number: only the patient was updated")
        clinical.project_visit(draft, message.segments, patient_id, None)
        enclosed.project(draft, patient_id)
        return draft.mapped(rule.title)
    if not _applied_before(draft, identity):
        _apply(draft, identity, patient_id, rule, message.first("PV1"), message.first("PV2"))
    clinical.project_visit(draft, message.segments, patient_id, identity)
    enclosed.project(draft, identity)
    _alias(draft, identity)
    encounter.finish(draft, identity)
    return draft.mapped(_title(rule, draft.location))


def _apply(
    draft: Draft, identity: str, patient_id: str, rule: _Event, pv1: Segment | None, pv2: Segment | None
) -> Body:
    new = not draft.projection.known("Encounter", identity)
    body = encounter.lay_facts(draft, identity, patient_id, pv1, pv2, mode="update", rank=draft.rank)
    encounter.set_class(draft, body, pv1, draft.occurred)
    rule.effect(Step(draft, body, pv1, pv2, draft.occurred, new))
    draft.projection.guard("Encounter", identity)["by"] = draft.context.payload_sha256
    return body


def _applied_before(draft: Draft, identity: str) -> bool:
    """Whether this very message was the last to change the visit: its effect is not repeated."""
    sha = draft.context.payload_sha256
    return bool(sha) and draft.projection.guard("Encounter", identity).get("by") == sha


def _alias(draft: Draft, identity: str) -> None:
    """Remembers a visit number that leads to an encounter minted under another one."""
    context = draft.context
    if not context.visit_number:
        return
    if identity != merges.encounter_id(draft, context.visit_assigner, context.visit_number):
        draft.aliases.append(Alias("visit", context.visit_assigner, context.visit_number, identity))


def _title(rule: _Event, location: str) -> str:
    if not rule.place or not location:
        return rule.title
    return f"{rule.title} to {location}" if rule.title in ("Admission", "Transfer") else f"{rule.title}: {location}"


def _person_event(draft: Draft, event: str, title: str) -> Outcome:
    """A28, A29, A31, A60: the patient only; PV1 is ignored."""
    identity = draft.patient_id
    if draft.stale("Patient", identity):
        return draft.superseded(
            title, f"A later statement about this patient was applied before; {event} is kept and changes nothing."
        )
    body = patient.project(draft, authority=True)
    body["active"] = event != "A29" and not any(e["type"] == "replaced-by" for e in body.get("link", ()))
    clinical.project_visit(draft, draft.message.segments, identity, None)
    enclosed.project(draft, identity)
    return draft.mapped(title)


def _swap(draft: Draft) -> Outcome:
    """A17: two patients change places; both groups in one transaction."""
    title = "Two patients change places"
    applied = 0
    for group in merges.groups(draft.message):
        who = merges.whose(draft, group)
        if who.visit.encounter_id is None or draft.stale("Encounter", who.visit.encounter_id):
            continue
        patient.project_person(draft, who.patient_id, group.pid, group.first("PD1"), authority=True, flags=who.flags)
        if not _applied_before(draft, who.visit.encounter_id):
            rule = _Event(title, steps.transfer)
            _apply(draft, who.visit.encounter_id, who.patient_id, rule, group.first("PV1"), group.first("PV2"))
        encounter.finish(draft, who.visit.encounter_id)
        applied += 1
    if not applied:
        return draft.superseded(
            title, "Later events of these visits were applied before, or the visits have no number."
        )
    return draft.mapped(title)
