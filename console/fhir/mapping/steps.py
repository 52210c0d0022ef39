"""The state machine of a visit: what each kind of ADT event does to it, one small function each.

Which event does what stands in `adt.py`. Every step is idempotent or guarded there against the same message twice.
Sources: HL7 v2.8.2 chapter 3; V2-to-FHIR Event[EncounterStatus].
"""

from __future__ import annotations

from dataclasses import dataclass

from console.core.clock import to_micros
from console.fhir.context import Body
from console.fhir.datatypes import date_time
from console.fhir.mapping import encounter, merges, places
from console.fhir.mapping.draft import Draft
from console.hl7v2 import timestamp
from console.hl7v2.message import Segment


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


def admit(step: Step) -> None:
    """A01: under way from PV1-44, else the event, at PV1-3."""
    step.status("in-progress")
    encounter.set_period(step.draft, step.body, step.pv1, start=step.at)
    _arrive(step, step.body.get("period", {}).get("start", "") if step.new else step.at)


def _arrive(step: Step, at: str) -> None:
    if place := step.place:
        places.move(step.body, place, at)


def register(step: Step) -> None:
    """A04: under way when the admission time has come, planned before; a pre-admission (class P) is planned."""
    moment = timestamp.parse_time(step.pv1.get(44), step.draft.context.zone) if step.pv1 else None
    sent = timestamp.parse_time(step.draft.message.header.message_time, step.draft.context.zone)
    now = max(to_micros(step.draft.context.received_at), to_micros(sent) if sent else 0)
    preadmitted = step.pv1 is not None and step.pv1.get(2).upper() == "P"
    if preadmitted or (moment is not None and to_micros(moment) > now):
        preadmit(step)
    else:
        admit(step)


def preadmit(step: Step) -> None:
    """A05, A14: planned, with a planned place."""
    step.status("planned")
    encounter.set_period(step.draft, step.body, step.pv1)
    if place := step.place:
        places.plan(step.body, place)


def transfer(step: Step) -> None:
    """A02: the status stays; the current place is closed, the next opened. In a visit that is over, nobody arrives."""
    step.status_if_new("in-progress")
    encounter.set_period(step.draft, step.body, step.pv1)
    if before := encounter.place_of(step.draft, step.pv1, 6):
        places.was_at(step.body, before, step.at)
    if step.body.get("status") in ("finished", "cancelled", "entered-in-error"):
        if place := step.place:
            places.was_moved(step.body, place, step.at, step.body.get("period", {}).get("end", ""))
    else:
        _arrive(step, step.at)
    places.forget_planned(step.body)


def discharge(step: Step) -> None:
    """A03: finished, with end, disposition and the place left."""
    step.status("finished")
    encounter.set_period(step.draft, step.body, step.pv1, end=step.at)
    if step.new:
        _arrive(step, step.body.get("period", {}).get("start", ""))
    places.close(step.body, step.body.get("period", {}).get("end", ""))
    places.forget_planned(step.body)


def change_class(step: Step) -> None:
    """A06, A07: the class itself changed before the effect, with its history."""
    if step.new or step.body.get("status") == "planned":
        step.status("in-progress")
    encounter.set_period(step.draft, step.body, step.pv1)
    _arrive(step, step.at)


def update(step: Step) -> None:
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


def depart(step: Step) -> None:
    """A09: the temporary place is left, another may follow, a pending one is reserved."""
    known(step)
    places.leave_temporary(step.body, step.at)
    if place := encounter.place_of(step.draft, step.pv1, 11):
        places.visit_temporarily(step.body, place, step.at)
    reserve(step)


def arrive_tracking(step: Step) -> None:
    """A10: at a temporary place (PV1-11), or at the assigned one."""
    known(step)
    if step.body.get("status") == "planned":
        step.status("arrived")
    if place := encounter.place_of(step.draft, step.pv1, 11):
        places.visit_temporarily(step.body, place, step.at)
    else:
        _arrive(step, step.at)


def known(step: Step) -> None:
    """Gives a visit first heard of by this event a beginning."""
    if step.new:
        encounter.begin(step.draft, step.body, step.pv1)


def reserve(step: Step) -> None:
    if place := encounter.place_of(step.draft, step.pv1, 42):
        places.plan(step.body, place, reserved=True)


def cancel(step: Step) -> None:
    """A11, A27, A38: cancelled, history kept."""
    known(step)
    step.status("cancelled")
    places.forget_planned(step.body)


def undo_transfer(step: Step) -> None:
    """A12: the previous place is open again."""
    known(step)
    places.undo_move(step.body, step.place)


def undo_discharge(step: Step) -> None:
    """A13: under way again; end, disposition and destination are taken back."""
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


def plan_transfer(step: Step) -> None:
    """A15: PV1-42 is reserved."""
    known(step)
    reserve(step)


def plan_discharge(step: Step) -> None:
    """A16: the planned end is PV2-9, else EVN-3."""
    known(step)
    evn = step.draft.message.first("EVN")
    planned = date_time(evn.get(3), step.draft.terms) if evn else ""
    if planned and not any(e["url"] == encounter.PLANNED_END for e in step.body.get("extension", ())):
        extension = {"url": encounter.PLANNED_END, "valueDateTime": planned}
        step.body["extension"] = [*step.body.get("extension", ()), extension]


def unplan_discharge(step: Step) -> None:
    """A25: no planned end."""
    known(step)
    left = [e for e in step.body.pop("extension", ()) if e["url"] != encounter.PLANNED_END]
    if left:
        step.body["extension"] = left


def unplan_transfer(step: Step) -> None:
    """A26: no planned place."""
    known(step)
    places.forget_planned(step.body)


def undo_tracking(step: Step) -> None:
    """A32, A33: the last temporary stay did not happen."""
    known(step)
    places.forget_temporary(step.body)


def go_on_leave(step: Step) -> None:
    """A21, A53."""
    known(step)
    step.status("onleave")


def come_back(step: Step) -> None:
    """A22, A52."""
    known(step)
    step.status("in-progress")


def void(step: Step) -> None:
    """A23: entered in error."""
    known(step)
    step.status("entered-in-error")


def merge_visit(step: Step) -> None:
    """A42: the visit of MRG-5 becomes part of this one and is closed; its number leads here from now on."""
    known(step)
    merges.absorb_visits(step.draft, step.body)


def renumber_visit(step: Step) -> None:
    """A50, A51: the old number stays as an old identifier."""
    known(step)
    merges.retire_visit_numbers(step.draft, step.body)
