"""ADT: what each event does to a visit, as a table of small effects over the projection.

The rule for every event is one line in `_VISIT_EVENTS` (or `_PERSON_EVENTS`, or `merges.EVENTS`); the effect functions
below are the state machine. Common to all: an older event than the one applied last is recorded, not applied; A08 never
touches the status; nothing is deleted. Sources: HL7 v2.8.2 chapter 3; V2-to-FHIR Event[EncounterStatus].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from console.core.clock import to_micros
from console.fhir.context import Alias, Body, Category, MappingContext, Outcome, State
from console.fhir.datatypes import date_time
from console.fhir.mapping import clinical, enclosed, encounter, merges, patient, places
from console.fhir.mapping.draft import Draft
from console.hl7v2 import timestamp
from console.hl7v2.message import Message, Segment


@dataclass(frozen=True, slots=True)
class Step:
    """One event about to change one visit. `at` is when it happened (FHIR dateTime or ''), `new` says that the visit
    was unknown before this message."""

    draft: Draft
    body: Body
    pv1: Segment | None
    pv2: Segment | None
    at: str
    new: bool

    @property
    def place(self) -> Body | None:
        return encounter.place_of(self.draft, self.pv1, 3)

    def status(self, status: str) -> None:
        encounter.set_status(self.body, status, self.at)

    def status_if_new(self, status: str) -> None:
        if self.new:
            self.status(status)


Effect = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class _Event:
    """What an ADT event is called and what it does to the visit. `place`: its title names where."""

    title: str
    effect: Effect
    place: bool = False


# ---------------------------------------------------------------- effects


def _admit(step: Step) -> None:
    step.status("in-progress")
    encounter.set_period(step.draft, step.body, step.pv1, start=step.at)
    _arrive(step, step.body.get("period", {}).get("start", "") if step.new else step.at)


def _arrive(step: Step, at: str) -> None:
    if place := step.place:
        places.move(step.body, place, at)


def _register(step: Step) -> None:
    """A04: under way when the admission time has come, planned before; a pre-admission (class P) is planned."""
    moment = timestamp.parse_time(step.pv1.get(44), step.draft.context.zone) if step.pv1 else None
    sent = timestamp.parse_time(step.draft.message.header.message_time, step.draft.context.zone)
    now = max(to_micros(step.draft.context.received_at), to_micros(sent) if sent else 0)
    preadmitted = step.pv1 is not None and step.pv1.get(2).upper() == "P"
    if preadmitted or (moment is not None and to_micros(moment) > now):
        _preadmit(step)
    else:
        _admit(step)


def _preadmit(step: Step) -> None:
    step.status("planned")
    encounter.set_period(step.draft, step.body, step.pv1)
    if place := step.place:
        places.plan(step.body, place)


def _transfer(step: Step) -> None:
    step.status_if_new("in-progress")
    encounter.set_period(step.draft, step.body, step.pv1)
    if before := encounter.place_of(step.draft, step.pv1, 6):
        places.was_at(step.body, before, step.at)
    _arrive(step, step.at)
    places.forget_planned(step.body)


def _discharge(step: Step) -> None:
    step.status("finished")
    encounter.set_period(step.draft, step.body, step.pv1, end=step.at)
    if step.new:
        _arrive(step, step.body.get("period", {}).get("start", ""))
    places.close(step.body, step.body.get("period", {}).get("end", ""))
    places.forget_planned(step.body)


def _change_class(step: Step) -> None:
    """A06, A07: the class itself changed before the effect, with its history."""
    if step.new or step.body.get("status") == "planned":
        step.status("in-progress")
    encounter.set_period(step.draft, step.body, step.pv1)
    _arrive(step, step.at)


def _update(step: Step) -> None:
    """A08 and its kind: never the status. A visit first heard of this way begins as its class says."""
    if step.new:
        encounter.begin(step.draft, step.body, step.pv1)
        return
    encounter.set_period(step.draft, step.body, step.pv1)
    place = step.place
    if place is None:
        return
    if step.body.get("status") == "planned":
        places.plan(step.body, place)
    elif step.body.get("status") not in ("finished", "cancelled", "entered-in-error"):
        places.move(step.body, place, step.at)


def _depart(step: Step) -> None:
    _known(step)
    places.leave_temporary(step.body, step.at)
    if place := encounter.place_of(step.draft, step.pv1, 11):
        places.visit_temporarily(step.body, place, step.at)
    _reserve(step)


def _arrive_tracking(step: Step) -> None:
    _known(step)
    if step.body.get("status") == "planned":
        step.status("arrived")
    if place := encounter.place_of(step.draft, step.pv1, 11):
        places.visit_temporarily(step.body, place, step.at)
    else:
        _arrive(step, step.at)


def _known(step: Step) -> None:
    """Gives a visit first heard of by this event a beginning."""
    if step.new:
        encounter.begin(step.draft, step.body, step.pv1)


def _reserve(step: Step) -> None:
    if place := encounter.place_of(step.draft, step.pv1, 42):
        places.plan(step.body, place, reserved=True)


def _cancel(step: Step) -> None:
    _known(step)
    step.status("cancelled")
    places.forget_planned(step.body)


def _undo_transfer(step: Step) -> None:
    _known(step)
    places.undo_move(step.body, step.place)


def _undo_discharge(step: Step) -> None:
    step.status("in-progress")
    encounter.set_period(step.draft, step.body, step.pv1)
    if (period := step.body.get("period")) is not None:
        period = {k: v for k, v in period.items() if k != "end"}
        step.body["period"] = period
        if not period:
            del step.body["period"]
    stay = {
        k: v
        for k, v in step.body.get("hospitalization", {}).items()
        if k not in ("dischargeDisposition", "destination")
    }
    step.body.pop("hospitalization", None)
    if stay:
        step.body["hospitalization"] = stay
    places.reopen(step.body)
    _arrive(step, step.at)


def _plan_transfer(step: Step) -> None:
    _known(step)
    _reserve(step)


def _plan_discharge(step: Step) -> None:
    """A16: the planned end is PV2-9, else EVN-3."""
    _known(step)
    evn = step.draft.message.first("EVN")
    planned = date_time(evn.get(3), step.draft.terms) if evn else ""
    if planned and not any(e["url"] == encounter.PLANNED_END for e in step.body.get("extension", ())):
        extension = {"url": encounter.PLANNED_END, "valueDateTime": planned}
        step.body["extension"] = [*step.body.get("extension", ()), extension]


def _unplan_discharge(step: Step) -> None:
    _known(step)
    left = [e for e in step.body.pop("extension", ()) if e["url"] != encounter.PLANNED_END]
    if left:
        step.body["extension"] = left


def _unplan_transfer(step: Step) -> None:
    _known(step)
    places.forget_planned(step.body)


def _undo_tracking(step: Step) -> None:
    _known(step)
    places.forget_temporary(step.body)


def _leave(step: Step) -> None:
    _known(step)
    step.status("onleave")


def _return(step: Step) -> None:
    _known(step)
    step.status("in-progress")


def _void(step: Step) -> None:
    _known(step)
    step.status("entered-in-error")


def _merge_visit(step: Step) -> None:
    """A42: the visit of MRG-5 becomes part of this one and is closed; its number leads here from now on."""
    _known(step)
    merges.absorb_visits(step.draft, step.body)


def _renumber_visit(step: Step) -> None:
    """A50, A51: the old number stays as an old identifier."""
    _known(step)
    merges.retire_visit_numbers(step.draft, step.body)


_VISIT_EVENTS: Final[Mapping[str, _Event]] = {
    "A01": _Event("Admission", _admit, place=True),
    "A02": _Event("Transfer", _transfer, place=True),
    "A03": _Event("Discharge", _discharge),
    "A04": _Event("Registration", _register, place=True),
    "A05": _Event("Pre-admission", _preadmit, place=True),
    "A06": _Event("Outpatient becomes inpatient", _change_class, place=True),
    "A07": _Event("Inpatient becomes outpatient", _change_class, place=True),
    "A08": _Event("Update of patient and visit", _update),
    "A09": _Event("Departure (tracking)", _depart),
    "A10": _Event("Arrival (tracking)", _arrive_tracking, place=True),
    "A11": _Event("Admission cancelled", _cancel),
    "A12": _Event("Transfer cancelled", _undo_transfer, place=True),
    "A13": _Event("Discharge cancelled", _undo_discharge, place=True),
    "A14": _Event("Admission planned", _preadmit, place=True),
    "A15": _Event("Transfer planned", _plan_transfer),
    "A16": _Event("Discharge planned", _plan_discharge),
    "A21": _Event("Leave of absence", _leave),
    "A22": _Event("Return from leave", _return, place=True),
    "A23": _Event("Visit deleted", _void),
    "A25": _Event("Planned discharge cancelled", _unplan_discharge),
    "A26": _Event("Planned transfer cancelled", _unplan_transfer),
    "A27": _Event("Planned admission cancelled", _cancel),
    "A32": _Event("Arrival cancelled (tracking)", _undo_tracking),
    "A33": _Event("Departure cancelled (tracking)", _undo_tracking),
    "A38": _Event("Pre-admission cancelled", _cancel),
    "A42": _Event("Merge of visits", _merge_visit),
    "A50": _Event("Visit number changed", _renumber_visit),
    "A51": _Event("Alternate visit number changed", _renumber_visit),
    "A52": _Event("Leave of absence cancelled", _return),
    "A53": _Event("Return from leave cancelled", _leave),
    "A54": _Event("Attending doctor changed", _update),
    "A55": _Event("Change of attending doctor cancelled", _update),
    "A61": _Event("Consulting doctor changed", _update),
    "A62": _Event("Change of consulting doctor cancelled", _update),
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
            rule = _Event(title, _transfer)
            _apply(draft, who.visit.encounter_id, who.patient_id, rule, group.first("PV1"), group.first("PV2"))
        encounter.finish(draft, who.visit.encounter_id)
        applied += 1
    if not applied:
        return draft.superseded(
            title, "Later events of these visits were applied before, or the visits have no number."
        )
    return draft.mapped(title)
