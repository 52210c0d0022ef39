"""PV1, PV2 -> Encounter: the visit's facts, its status and class with their histories.

Status belongs to events (`adt.py`); here is what any message may say about a visit. A message that is no ADT event
creates the visit when it is unknown and fills in what is missing, nothing more. Sources: V2-to-FHIR PV1[Encounter],
PV2[Encounter]; FHIR R4 encounter.html.
"""

from __future__ import annotations

import hashlib
from typing import Final

from console.fhir import datatypes, fields, primitives
from console.fhir.context import Body, EncounterFact
from console.fhir.datatypes import date_time, part
from console.fhir.mapping import places
from console.fhir.mapping.draft import Draft
from console.fhir.projection import Facts, Keyed, Mode, Nested
from console.fhir.terms import V2, V3, Terms, table_system
from console.hl7v2.message import Repetition, Segment

_R5: Final = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter."
_ROLES: Final = ((7, "ATND"), (8, "REF"), (9, "CON"), (17, "ADM"), (52, "PART"))
PLANNED_END: Final = _R5 + "plannedEndDate"
MODE_OF_ARRIVAL: Final = "http://hl7.org/fhir/StructureDefinition/encounter-modeOfArrival"
_NO_CLASS: Final[Body] = {"system": V3 + "NullFlavor", "code": "UNK", "display": "unknown"}


def project_context(draft: Draft) -> Body | None:
    """The visit of a message that is no ADT event: made if unknown, gaps filled; None when the message names none."""
    identity = draft.context.encounter_id
    pv1 = draft.message.first("PV1")
    if identity is None or pv1 is None:
        return None
    known = draft.projection.known("Encounter", identity)
    pv2 = draft.message.first("PV2")
    said = pv1.line + (pv2.line if pv2 else "")
    heard = hashlib.blake2b(said.encode(), digest_size=9).hexdigest()
    if known and draft.projection.guard("Encounter", identity).get("heard") == heard:
        body, _ = draft.projection.open("Encounter", identity)
        draft.location = places.text(body)
        return body  # orders and results repeat the visit with every message: nothing new
    mode: Mode = "fill" if known else "update"
    body = lay_facts(draft, identity, draft.patient_id, pv1, pv2, mode=mode)
    if not known:
        begin(draft, body, pv1)
    draft.projection.guard("Encounter", identity)["heard"] = heard
    finish(draft, identity)
    return body


def lay_facts(
    draft: Draft,
    identity: str,
    patient_id: str,
    pv1: Segment | None,
    pv2: Segment | None,
    *,
    mode: Mode,
    rank: str = "",
) -> Body:
    """Lays what PV1 and PV2 say over the visit, without status, class history, location and period."""
    facts: Facts = {}
    if not draft.projection.known("Encounter", identity) or mode == "update":
        facts["subject"] = {"reference": f"Patient/{patient_id}"}
    if pv1 is not None:
        facts |= _pv1_facts(draft, pv1)
    if pv2 is not None:
        facts |= _pv2_facts(draft.terms, pv2)
    return draft.projection.lay("Encounter", identity, facts, mode=mode, rank=rank)


def _pv1_facts(draft: Draft, pv1: Segment) -> Facts:
    terms = draft.terms
    facts: Facts = {}
    if found := _identifiers(draft, pv1):
        facts["identifier"] = Keyed(found)
    if kind := fields.listed(pv1, 4, lambda r: datatypes.concept(r, terms, table=("0007", "v2-0007-admission-type"))):
        facts["type"] = kind
    fields.state(
        facts, "serviceType", pv1, 10, lambda r: datatypes.concept(r, terms, table=("0069", "v2-0069-hospital-service"))
    )
    participants = {
        f"PV1_{field}": fields.listed(pv1, field, lambda r, role=role: _participant(r, role, terms))  # type: ignore[misc]
        for field, role in _ROLES
    }
    if slots := fields.slots(**participants):
        facts["participant"] = slots
    stay: Facts = {}
    fields.state(stay, "preAdmissionIdentifier", pv1, 5, lambda r: datatypes.identifier(r, terms))
    fields.state(stay, "reAdmission", pv1, 13, lambda r: _of_table(r, terms, "0092"))
    fields.state(stay, "admitSource", pv1, 14, lambda r: _of_table(r, terms, "0023"))
    if arrangements := fields.listed(
        pv1, 15, lambda r: datatypes.concept(r, terms, table=("0009", "v2-0009-arrangement"))
    ):
        stay["specialArrangement"] = arrangements
    if courtesy := fields.listed(pv1, 16, lambda r: _of_table(r, terms, "0099")):
        stay["specialCourtesy"] = courtesy
    fields.state(stay, "dischargeDisposition", pv1, 36, lambda r: _of_table(r, terms, "0112"))
    fields.state(stay, "destination", pv1, 37, lambda r: _destination(r, terms))
    if diet := fields.listed(pv1, 38, lambda r: _of_table(r, terms, "0114")):
        stay["dietPreference"] = diet
    if stay:
        facts["hospitalization"] = Nested(stay)
    return facts


def _of_table(rep: Repetition, terms: Terms, table: str) -> Body | None:
    return datatypes.concept(rep, terms, table=(table, ""))


def _destination(rep: Repetition, terms: Terms) -> Body | None:
    """DLD: a location code with, at most, the date of arrival there."""
    code = part(rep)
    return {"type": "Location", "display": part(rep, 1, 2) or code} if code else None


def _participant(rep: Repetition, role: str, terms: Terms) -> Body | None:
    person = datatypes.practitioner(rep, terms)
    if person is None:
        return None
    return {"type": [{"coding": [{"system": V3 + "ParticipationType", "code": role}]}], "individual": person}


def _identifiers(draft: Draft, pv1: Segment) -> list[Body]:
    found: list[Body] = []
    for field, kind in ((19, "VN"), (50, "VN")):
        if not pv1.has(field) or pv1.is_null(field):
            continue
        for rep in pv1.reps(field):
            if made := datatypes.identifier(rep, draft.terms):
                made.setdefault("type", {"coding": [{"system": table_system("0203", kind), "code": kind}]})
                found.append(made)
    pid = draft.message.first("PID")
    if not pv1.has(19) and pid is not None and pid.has(18) and not pid.is_null(18):
        made = datatypes.identifier(pid.reps(18)[0], draft.terms)
        if made:
            made.setdefault("type", {"coding": [{"system": V2 + "0203", "code": "AN"}]})
            found.insert(0, made)
    return found


def _pv2_facts(terms: Terms, pv2: Segment) -> Facts:
    facts: Facts = {}
    if reasons := fields.listed(pv2, 3, lambda r: datatypes.concept(r, terms)):
        facts["reasonCode"] = reasons
    fields.state(
        facts, "priority", pv2, 25, lambda r: datatypes.concept(r, terms, table=("0217", "v2-0217-visit-priority"))
    )
    extensions: list[Body] = [
        {"url": _R5 + name, "valueDateTime": moment}
        for field, name in ((8, "plannedStartDate"), (9, "plannedEndDate"))
        if (moment := date_time(pv2.get(field), terms))
    ]
    if arrival := " ".join(part(rep) for rep in pv2.reps(38)[:1]).strip():
        arrival = " ".join(arrival.split())
        coding = {"system": table_system("0430", arrival), "code": arrival}
        extensions.append({"url": MODE_OF_ARRIVAL, "valueCoding": coding})
    if extensions:
        facts["extension"] = Keyed(extensions, "url")
    return facts


# ---------------------------------------------------------------- status, class, period


def begin(draft: Draft, body: Body, pv1: Segment | None) -> None:
    """A visit first heard of outside its admission: status from PV1-45 and the patient class, place from PV1-3."""
    at = draft.occurred
    code = _class_code(pv1)
    ended = date_time(pv1.get(45), draft.terms) if pv1 else ""
    status = "finished" if ended else draft.terms.target("v2-0004-status", code, "unknown")
    set_status(body, status, at)
    set_class(draft, body, pv1, at)
    set_period(draft, body, pv1)
    if place := place_of(draft, pv1, 3):
        if status == "planned":
            places.plan(body, place)
        else:
            places.move(body, place, "")
            if status == "finished":
                places.close(body, ended)


def set_status(body: Body, status: str, at: str) -> None:
    """Changes the status and keeps the old one in statusHistory, where its time is known."""
    old = body.get("status")
    if old == status:
        return
    if old:
        since = _since(body, "statusHistory") or body.get("period", {}).get("start", "")
        if span := _span(since, at):
            body["statusHistory"] = [*body.get("statusHistory", ()), {"status": old, "period": span}]
    body["status"] = status


def set_class(draft: Draft, body: Body, pv1: Segment | None, at: str) -> None:
    """Sets the class of PV1-2 and keeps the old one in classHistory. A visit always has a class: unknown if unsaid."""
    code = _class_code(pv1)
    old = body.get("class")
    if not code:
        body.setdefault("class", dict(_NO_CLASS))
        return
    new = draft.terms.coding("v2-0004-class", code) or {"system": table_system("0004", code), "code": code}
    if old and old.get("code") != new["code"] and old != _NO_CLASS:
        since = _since(body, "classHistory") or body.get("period", {}).get("start", "")
        if span := _span(since, at):
            body["classHistory"] = [*body.get("classHistory", ()), {"class": old, "period": span}]
    body["class"] = new


def set_period(draft: Draft, body: Body, pv1: Segment | None, *, start: str = "", end: str = "") -> None:
    """PV1-44 and PV1-45, else the given ends; `""` deletes an end. A broken interval is not made."""
    period: Body = dict(body.get("period", ()))
    for name, field, fallback in (("start", 44, start), ("end", 45, end)):
        if pv1 is not None and pv1.is_null(field):
            period.pop(name, None)
        elif moment := (date_time(pv1.get(field), draft.terms) if pv1 else ""):
            period[name] = moment
        elif fallback and (name not in period or name == "end"):
            period[name] = fallback
    if (span := _span(period.get("start", ""), period.get("end", ""))) is not None:
        body["period"] = span
    else:
        body.pop("period", None)


def _class_code(pv1: Segment | None) -> str:
    if pv1 is None or pv1.is_null(2):
        return ""
    return " ".join(pv1.get(2).split()).upper()


def _since(body: Body, history: str) -> str:
    entries = body.get(history)
    return str(entries[-1]["period"].get("end", "")) if entries else ""


def _span(start: str, end: str) -> Body | None:
    """A period of two FHIR dateTimes; the end is dropped when it lies before the start, None when nothing is left."""
    if start and end and not primitives.in_order(start, end):
        end = ""
    span = {name: value for name, value in (("start", start), ("end", end)) if value}
    return span or None


def place_of(draft: Draft, pv1: Segment | None, field: int) -> Body | None:
    """The place a PL field names; None when it says nothing."""
    if pv1 is None or not pv1.has(field) or pv1.is_null(field):
        return None
    return datatypes.location(pv1.reps(field)[0], draft.terms)


# ---------------------------------------------------------------- the row


def finish(draft: Draft, identity: str) -> None:
    """Makes the visit whole (R4 requires a class and a status) and notes its row."""
    body = draft.projection.body("Encounter", identity)
    if body is None:
        return
    body.setdefault("class", dict(_NO_CLASS))
    body.setdefault("status", "unknown")
    draft.location = places.text(body)
    first: Body = next((i for i in body.get("identifier", ()) if i.get("use") != "old"), {})
    mine = identity == draft.context.encounter_id
    period = body.get("period", {})
    draft.encounters[identity] = EncounterFact(
        encounter_id=identity,
        patient_id=str(body.get("subject", {}).get("reference", "")).removeprefix("Patient/"),
        visit_number=draft.context.visit_number if mine else first.get("value", ""),
        assigner=draft.context.visit_assigner if mine else "",
        encounter_class=body["class"].get("code", ""),
        status=body["status"],
        location=draft.location,
        attending=_attending(body),
        started_at=period.get("start", ""),
        ended_at=period.get("end", ""),
    )


def _attending(body: Body) -> str:
    for participant in body.get("participant", ()):
        if any(c.get("code") == "ATND" for t in participant.get("type", ()) for c in t.get("coding", ())):
            return str(participant["individual"].get("display", ""))
    return ""
