"""VXU -> Immunization: what was given, or refused, or long ago.

An entry is known by the number its sender gave it (ORC-3, ORC-2), else by vaccine and day. A historical record (RXA-9
other than 00) is not a primary source. Amount 999 means unknown. Sources: HL7 v2.8.2 chapter 4A, RXA; V2-to-FHIR
RXA[Immunization], ORC[Immunization], RXR[Immunization].
"""

from __future__ import annotations

from dataclasses import dataclass, field

from console.core.errors import InvalidMessage
from console.fhir import datatypes, fields
from console.fhir.context import Body, Category, MappingContext, Outcome, State
from console.fhir.datatypes import date_time, part
from console.fhir.mapping import enclosed, encounter, patient
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.drug_groups import first_rep
from console.fhir.projection import Facts, Keyed
from console.fhir.terms import table_system
from console.hl7v2.message import Message, Segment


@dataclass(slots=True)
class _Shot:
    """One RXA with its order, route and observations."""

    rxa: Segment
    orc: Segment | None = None
    rxr: Segment | None = None
    observations: list[Segment] = field(default_factory=list)


def map_vxu(message: Message, context: MappingContext, state: State) -> Outcome:
    """VXU^V04 -> Immunizations. Raises InvalidMessage without patient or RXA."""
    draft = Draft(message, context, state, category=Category.MEDICATION)
    shots = _shots(message)
    if not shots:
        raise InvalidMessage("a vaccination message without RXA names no vaccine", code="no-vaccination", path="RXA")
    patient.project(draft, authority=False)
    encounter.project_context(draft)
    before = [s for s in message.segments if s.name in ("OBX", "NTE") and s.position < shots[0].rxa.position]
    enclosed.project(draft, draft.patient_id, before)
    applied = [_lay(draft, shot) for shot in shots]
    names = [datatypes.display_text(rep) for shot in shots if (rep := first_rep(shot.rxa, 5))]
    title = f"Vaccination: {', '.join(dict.fromkeys(n for n in names if n))}".rstrip(": ")
    if not any(applied):
        return draft.superseded(title, "A later statement about these vaccinations was applied before.")
    return draft.mapped(title)


def _shots(message: Message) -> list[_Shot]:
    found: list[_Shot] = []
    orc: Segment | None = None
    for segment in message.segments:
        if segment.name == "ORC":
            orc = segment
        elif segment.name == "RXA":
            found.append(_Shot(segment, orc))
            orc = None
        elif found and orc is None:
            if segment.name == "RXR":
                found[-1].rxr = segment
            elif segment.name in ("OBX", "NTE"):
                found[-1].observations.append(segment)
    return found


def _identity(draft: Draft, shot: _Shot) -> str:
    for number in (3, 2):
        if shot.orc and (rep := first_rep(shot.orc, number)) and (value := part(rep)):
            assigner = part(rep, 2) or part(rep, 3) or f"source:{draft.context.source}"
            return draft.id_of("Immunization", draft.patient_id, assigner, value)
    vaccine = first_rep(shot.rxa, 5)
    code = datatypes.standard_code(vaccine) if vaccine else ""
    return draft.id_of("Immunization", draft.patient_id, code or "unnamed", shot.rxa.get(3)[:8])


def _lay(draft: Draft, shot: _Shot) -> bool:
    """Lays one vaccination; False when a later statement about it was applied before."""
    terms, rxa = draft.terms, shot.rxa
    identity = _identity(draft, shot)
    if draft.stale("Immunization", identity):
        return False
    vaccine = first_rep(rxa, 5)
    code = datatypes.concept(vaccine, terms, path=rxa.path(5)) if vaccine else None
    given = date_time(rxa.get(3), terms)
    status = terms.target("v2-0322-completion-status", rxa.get(20).upper(), "completed")
    facts: Facts = {
        "status": "entered-in-error" if rxa.get(21).upper() == "D" else status,
        "vaccineCode": code or {"text": "vaccine not named"},
        "patient": draft.subject,
    }
    if given:
        facts["occurrenceDateTime"] = given
    else:
        facts["occurrenceString"] = "unknown"
    if draft.encounter:
        facts["encounter"] = draft.encounter
    found = [
        made
        for number, kind in ((2, "PLAC"), (3, "FILL"))
        if shot.orc and (rep := first_rep(shot.orc, number))
        if (made := datatypes.entity_identifier(rep, terms, type_code=kind))
    ]
    if found:
        facts["identifier"] = Keyed(found)
    source = part(rep) if (rep := first_rep(rxa, 9)) else ""
    if source:
        facts["primarySource"] = source == "00"
    if rxa.get(6) != "999" and (dose := datatypes.quantity(rxa.get(6), first_rep(rxa, 7))):
        facts["doseQuantity"] = dose
    if lot := part(rep) if (rep := first_rep(rxa, 15)) else "":
        facts["lotNumber"] = lot
    if expires := datatypes.date(rxa.get(16)):
        facts["expirationDate"] = expires
    if (rep := first_rep(rxa, 17)) and (maker := datatypes.display_text(rep)):
        facts["manufacturer"] = {"type": "Organization", "display": maker}
    if performers := _performers(draft, shot):
        facts["performer"] = performers
    fields.state(facts, "statusReason", rxa, 18, lambda r: datatypes.concept(r, terms))
    fields.state(facts, "route", shot.rxr, 1, lambda r: datatypes.concept(r, terms, table=("0162", "v2-0162-route")))
    fields.state(facts, "site", shot.rxr, 2, lambda r: datatypes.concept(r, terms, table=("0163", "")))
    draft.projection.lay("Immunization", identity, facts, rank=draft.rank)
    enclosed.project(draft, identity, shot.observations, at=given)
    return True


def _performers(draft: Draft, shot: _Shot) -> list[Body]:
    """Who gave it (RXA-10) and who ordered it (ORC-12), by table 0443."""
    found: list[Body] = []
    for segment, number, function in ((shot.rxa, 10, "AP"), (shot.orc, 12, "OP")):
        if segment and (rep := first_rep(segment, number)) and (who := datatypes.practitioner(rep, draft.terms)):
            found.append(
                {"function": {"coding": [{"system": table_system("0443", function), "code": function}]}, "actor": who}
            )
    return found
