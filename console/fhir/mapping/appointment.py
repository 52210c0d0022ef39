"""SIU -> Appointment: booked, moved, cancelled, missed; who and what takes part.

The status is what SCH-25 says, else what the event says. One appointment is known by its placer and filler numbers
(SCH-1, SCH-2) for life. Sources: HL7 v2.8.2 chapter 10; V2-to-FHIR SCH, AIS, AIG, AIL, AIP[Appointment].
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from console.core.errors import InvalidMessage
from console.fhir import datatypes, fields
from console.fhir.context import Alias, Body, Category, MappingContext, Outcome, State
from console.fhir.datatypes import date_time, part
from console.fhir.effect_id import request_id
from console.fhir.mapping import enclosed, encounter, patient
from console.fhir.mapping.draft import Draft
from console.fhir.projection import Facts, Keyed
from console.hl7v2 import timestamp
from console.hl7v2.message import Message, Segment

# Event -> (title, status when SCH-25 says nothing; '' keeps the current one)
_EVENTS: Final[Mapping[str, tuple[str, str]]] = {
    "S12": ("Appointment booked", "booked"),
    "S13": ("Appointment rescheduled", "booked"),
    "S14": ("Appointment changed", ""),
    "S15": ("Appointment cancelled", "cancelled"),
    "S16": ("Appointment discontinued", "cancelled"),
    "S17": ("Appointment deleted", "entered-in-error"),
    "S18": ("Service added to an appointment", ""),
    "S19": ("Service of an appointment changed", ""),
    "S20": ("Service of an appointment cancelled", ""),
    "S21": ("Service of an appointment discontinued", ""),
    "S22": ("Service of an appointment deleted", ""),
    "S26": ("Patient did not come", "noshow"),
}
_STATUSES: Final = frozenset(
    "proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in waitlist".split()
)
_MINUTES: Final[Mapping[str, float]] = {
    "": 1, "min": 1, "m": 1, "minute": 1, "minutes": 1, "h": 60, "hr": 60, "hour": 60, "hours": 60,
    "s": 1 / 60, "sec": 1 / 60, "d": 1440, "day": 1440,
}  # fmt: skip
OVERBOOKED: Final[Body] = {"system": "urn:signalbox:tag", "code": "overbooked"}


def map_siu(message: Message, context: MappingContext, state: State) -> Outcome:
    """SIU^S12-S26 -> one Appointment. Raises InvalidMessage without SCH, number or patient."""
    draft = Draft(message, context, state, category=Category.APPOINTMENT)
    event = message.header.message_type.partition("^")[2]
    if event not in _EVENTS:
        return draft.recorded(f"SIU {event}".strip(), "No rule for this event; the message is kept as it came.")
    title, by_event = _EVENTS[event]
    sch = message.first("SCH")
    if sch is None:
        raise InvalidMessage("a schedule message without SCH says nothing", code="no-sch", path="SCH")
    identity = _identity(draft, sch)
    patient.project(draft, authority=False)
    encounter.project_context(draft)
    if draft.stale("Appointment", identity):
        return draft.superseded(
            title, f"A later message about this appointment was applied before; {event} changes nothing."
        )
    _lay(draft, sch, identity, by_event)
    enclosed.project(draft, identity)
    what = datatypes.display_text(sch.reps(7)[0]) if sch.has(7) and not sch.is_null(7) else ""
    return draft.mapped(f"{title}: {what}" if what else title, lane=identity)


def _identity(draft: Draft, sch: Segment) -> str:
    """The appointment's id, minted from the first number ever seen; the other number becomes an alias of it."""
    given = [
        key
        for kind, field in (("placer", 1), ("filler", 2))
        if (key := _number(draft, f"appointment-{kind}", sch, field))
    ]
    if not given:
        raise InvalidMessage("no appointment number: SCH-1 and SCH-2 are empty", code="no-number", path="SCH-1")
    known = [found for key in given if (found := draft.state.order_id(*key))]
    identity = known[0] if known else draft.id_of("Appointment", *given[0])
    draft.aliases += [Alias(*key, identity) for key in given if draft.state.order_id(*key) is None]
    return identity


def _number(draft: Draft, kind: str, segment: Segment, field: int) -> tuple[str, str, str] | None:
    """(kind, assigner, value) of an EI; without an authority the number is its sender's."""
    if not segment.has(field) or segment.is_null(field):
        return None
    rep = segment.reps(field)[0]
    value = part(rep)
    return (kind, part(rep, 2) or part(rep, 3) or f"source:{draft.context.source}", value) if value else None


def _lay(draft: Draft, sch: Segment, identity: str, by_event: str) -> None:
    terms = draft.terms
    status, overbooked = _status(draft, sch)
    facts: Facts = {}
    if chosen := status or by_event:
        facts["status"] = chosen
    elif not draft.projection.known("Appointment", identity):
        facts["status"] = "booked"
    if overbooked:
        facts["meta"] = {"tag": [OVERBOOKED]}
    found = [
        made
        for field, kind in ((1, "PLAC"), (2, "FILL"))
        if sch.has(field) and not sch.is_null(field)
        if (made := datatypes.entity_identifier(sch.reps(field)[0], terms, type_code=kind))
    ]
    if found:
        facts["identifier"] = Keyed(found)
    if reason := fields.listed(sch, 7, lambda r: datatypes.concept(r, terms, table=("0276", ""))):
        facts["reasonCode"] = reason
    fields.state(
        facts,
        "appointmentType",
        sch,
        8,
        lambda r: datatypes.concept(r, terms, table=("0277", "v2-0277-appointment-type")),
    )
    if chosen == "cancelled":
        fields.state(facts, "cancelationReason", sch, 6, lambda r: datatypes.concept(r, terms))
    if services := _services(draft):
        facts["serviceType"] = services
    _times(facts, draft, sch)
    if note := _comment(draft):
        facts["comment"] = note
    if orders := _orders(draft, sch):
        facts["basedOn"] = orders
    facts["participant"] = _participants(draft, chosen or "booked")
    draft.projection.lay("Appointment", identity, facts, rank=draft.rank)


def _status(draft: Draft, sch: Segment) -> tuple[str, bool]:
    """SCH-25 by table 0278, in any case of letters, or a FHIR status written out; and whether it means overbooked."""
    code = part(sch.reps(25)[0]) if sch.has(25) and not sch.is_null(25) else ""
    if not code:
        return "", False
    if code.lower() in _STATUSES:
        return code.lower(), False
    return draft.terms.target("v2-0278-appointment-status", code.capitalize()), code.lower() == "overbook"


def _services(draft: Draft) -> list[Body]:
    found: list[Body] = []
    for ais in draft.message.all("AIS"):
        if ais.get(2).upper() == "D" or not ais.has(3) or ais.is_null(3):
            continue
        made = datatypes.concept(ais.reps(3)[0], draft.terms, path=ais.path(3))
        if made and made not in found:
            found.append(made)
    return found


def _times(facts: Facts, draft: Draft, sch: Segment) -> None:
    """Start and end from SCH-11.4/5 or TQ1-7/8; the end also from the duration. R4 wants both or neither: a lone start
    is a requested period."""
    terms = draft.terms
    tq1 = draft.message.first("TQ1")
    start_raw = sch.get(11, 4) or (tq1.get(7) if tq1 else "")
    end_raw = sch.get(11, 5) or (tq1.get(8) if tq1 else "")
    minutes = _duration(sch)
    start, end = date_time(start_raw, terms), date_time(end_raw, terms)
    if minutes:
        facts["minutesDuration"] = minutes
        moment = timestamp.parse_time(start_raw, terms.zone)
        if "T" in start and not end and moment is not None:
            end = date_time((moment + timedelta(minutes=minutes)).strftime("%Y%m%d%H%M%S%z"), terms)
    if "T" in start and "T" in end and datatypes.period(start_raw, end_raw or start_raw, terms):
        facts["start"], facts["end"] = start, end
    elif start:
        facts["requestedPeriod"] = [{"start": start}]


def _duration(sch: Segment) -> int:
    try:
        number = float(sch.get(9) or "0")
    except ValueError:
        return 0
    minutes = number * _MINUTES.get(sch.get(10).lower(), 0)
    return int(minutes) if 1 <= minutes < 2**31 else 0


def _comment(draft: Draft) -> str:
    """The notes that follow SCH, before the first resource group."""
    lines: list[str] = []
    after = False
    for segment in draft.message.segments:
        if segment.name == "SCH":
            after = True
        elif after and segment.name == "NTE":
            lines += [text for rep in segment.reps(3) if (text := part(rep))]
        elif after and segment.name in ("RGS", "PID"):
            break
    return "\n".join(lines)


def _orders(draft: Draft, sch: Segment) -> list[Body]:
    """The requests of SCH-26 and SCH-27, where they are known."""
    found: list[Body] = []
    for field, kind in ((26, "placer"), (27, "filler")):
        if not sch.has(field) or sch.is_null(field):
            continue
        rep = sch.reps(field)[0]
        order = draft.state.order_id(kind, part(rep, 2) or part(rep, 3), part(rep))
        identity = request_id(draft.context.tenant, "ServiceRequest", order) if order else ""
        reference = {"reference": f"ServiceRequest/{identity}"}
        if identity and reference not in found and draft.projection.known("ServiceRequest", identity):
            found.append(reference)
    return found


def _participants(draft: Draft, status: str) -> list[Body]:
    """The patient, then staff, places and equipment in the message's order. The list is a snapshot of the message."""
    answer = {
        "pending": "needs-action",
        "proposed": "needs-action",
        "waitlist": "needs-action",
        "cancelled": "declined",
    }
    standing = answer.get(status, "accepted")
    made: list[Body] = [{"actor": draft.subject, "status": "declined" if status == "cancelled" else standing}]
    for segment in draft.message.segments:
        if segment.name in ("AIP", "AIL", "AIG") and segment.get(2).upper() != "D":
            actor = _actor(draft, segment)
            if actor is None:
                continue
            entry: Body = {"actor": actor, "status": standing}
            kind = (
                datatypes.concept(segment.reps(4)[0], draft.terms)
                if segment.has(4) and not segment.is_null(4)
                else None
            )
            if kind:
                entry["type"] = [kind]
            if entry not in made:
                made.append(entry)
    return made


def _actor(draft: Draft, segment: Segment) -> Body | None:
    if not segment.has(3) or segment.is_null(3):
        return None
    rep = segment.reps(3)[0]
    if segment.name == "AIP":
        return datatypes.practitioner(rep, draft.terms)
    if segment.name == "AIL":
        return datatypes.location(rep, draft.terms)
    display = datatypes.display_text(rep)
    if not display:
        return None
    return {"type": "Device", "display": display}
