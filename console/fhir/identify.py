"""Reads from a message whose it is: the patient's identifiers and the visit, for the spine to resolve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from console.fhir import effect_id
from console.fhir.datatypes import part
from console.hl7v2.message import Message, Repetition, Segment
from console.identity import spine


@dataclass(frozen=True, slots=True)
class Visit:
    """The encounter key of a message; `encounter_id` None: the message belongs to no visit (it goes to the patient's
    unassigned ones)."""

    encounter_id: str | None = None
    number: str = ""
    assigner: str = ""


@dataclass(frozen=True, slots=True)
class Identified:
    """Patient and visit of a message, as journalled in patient.identified."""

    patient: spine.Resolution
    visit: Visit


def source_of(message: Message) -> str:
    """`MSH-3|MSH-4`, the name of the sender."""
    header = message.header
    return f"{header.sending_application}|{header.sending_facility}"


def identify(
    message: Message, *, tenant: str, authorities: Mapping[str, str], look_up: spine.Lookup, source: str = ""
) -> Identified:
    """Whose message this is: exact identifiers of the first PID, visit of the first PV1 (or PID-18). Pure; `look_up`
    asks the patient_identifiers table with (assigner, folded value)."""
    source = source or source_of(message)
    pid = message.first("PID")
    resolution = spine.resolve(tenant, claims(pid, authorities=authorities, source=source), look_up)
    return Identified(
        resolution, visit(message.first("PV1"), pid, tenant=tenant, authorities=authorities, source=source)
    )


def claims(pid: Segment | None, *, authorities: Mapping[str, str], source: str) -> tuple[spine.Claim, ...]:
    """The identifiers of PID-3; those of PID-2 and PID-4 only when PID-3 is empty (HL7 before 2.3.1), flagged."""
    if pid is None:
        return ()
    found = [
        claim for rep in pid.reps(3) if (claim := claim_of(rep, authorities=authorities, source=source)) is not None
    ]
    if found:
        return tuple(found)
    return tuple(
        spine.Claim(claim.value, claim.assigner, claim.type, (*claim.flags, spine.LEGACY_FIELD))
        for field in (2, 4)
        for rep in pid.reps(field)
        if (claim := claim_of(rep, authorities=authorities, source=source)) is not None
    )


def claim_of(rep: Repetition, *, authorities: Mapping[str, str], source: str) -> spine.Claim | None:
    """One CX as a claim; None when it is empty."""
    value = part(rep)
    if not value:
        return None
    assigner, flags = spine.assigner_of(part(rep, 4), part(rep, 4, 2), authorities, source)
    return spine.Claim(value, assigner, part(rep, 5).upper(), flags)


def visit(
    pv1: Segment | None, pid: Segment | None, *, tenant: str, authorities: Mapping[str, str], source: str
) -> Visit:
    """The encounter key: PV1-19, else PID-18, else none. Never MSH-7: that would be a new visit per message."""
    if pv1 is None:
        return Visit()
    for segment, field in ((pv1, 19), (pid, 18)):
        if segment is None or not segment.has(field) or segment.is_null(field):
            continue
        rep = segment.reps(field)[0]
        if number := part(rep):
            return visit_of(rep, number, tenant=tenant, authorities=authorities, source=source)
    return Visit()


def visit_of(rep: Repetition, number: str, *, tenant: str, authorities: Mapping[str, str], source: str) -> Visit:
    """The encounter a visit number (CX) names."""
    assigner, _ = spine.assigner_of(part(rep, 4), part(rep, 4, 2), authorities, source)
    return Visit(effect_id.encounter_id(tenant, assigner, number), number, assigner)
