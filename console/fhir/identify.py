"""Reads from a message whose it is: the patient's identifiers and the visit, for the spine to resolve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from console.fhir import effect_id
from console.fhir.datatypes import part
from console.hl7v2.message import Message, Repetition, Segment
from console.identity import spine

_RENUMBERS_PATIENT = frozenset(("A46", "A47", "A48", "A49"))
"""Events that give the patient of MRG-1 another number: PID-3 may be new, the person is not."""

_RENUMBERS_VISIT = frozenset(("A06", "A07", "A45", "A50"))
"""Events that speak of the visit of MRG-5, whatever PV1-19 calls it from now on."""


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
    message: Message,
    *,
    tenant: str,
    authorities: Mapping[str, str],
    look_up: spine.Lookup,
    visit_alias: spine.Lookup | None = None,
    source: str = "",
) -> Identified:
    """Whose message this is: exact identifiers of the first PID, visit of the first PV1 (or PID-18). Pure.

    `look_up` asks the patient_identifiers table with (assigner, folded value); `visit_alias` asks the alias table for
    visits that were given another number, with (assigner, value) (kind `visit`; see `Outcome.aliases`)."""
    source = source or source_of(message)
    pid = message.first("PID")
    event = message.header.message_type.partition("^")[2]
    resolution = spine.resolve(tenant, claims(pid, authorities=authorities, source=source), look_up)
    mrg = message.first("MRG")
    if mrg is not None and event in _RENUMBERS_PATIENT and resolution.how != "matched":
        before = spine.resolve(tenant, prior_claims(mrg, authorities=authorities, source=source), look_up)
        if before.how == "matched":
            resolution = spine.Resolution(before.patient_id, "matched", resolution.claims, resolution.flags)
    found = visit(message.first("PV1"), pid, tenant=tenant, authorities=authorities, source=source, alias=visit_alias)
    if mrg is not None and event in _RENUMBERS_VISIT and mrg.has(5) and not mrg.is_null(5):
        rep = mrg.reps(5)[0]
        if number := part(rep):
            before_visit = visit_of(
                rep, number, tenant=tenant, authorities=authorities, source=source, alias=visit_alias
            )
            found = Visit(
                before_visit.encounter_id, found.number or before_visit.number, found.assigner or before_visit.assigner
            )
    return Identified(resolution, found)


def prior_claims(mrg: Segment, *, authorities: Mapping[str, str], source: str) -> tuple[spine.Claim, ...]:
    """The identifiers that give way in a merge or change: MRG-1, in old messages MRG-4 or MRG-2."""
    for field in (1, 4, 2):
        if mrg.is_null(field):
            continue
        found = [c for rep in mrg.reps(field) if (c := claim_of(rep, authorities=authorities, source=source))]
        if found:
            return tuple(found)
    return ()


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
    pv1: Segment | None,
    pid: Segment | None,
    *,
    tenant: str,
    authorities: Mapping[str, str],
    source: str,
    alias: spine.Lookup | None = None,
) -> Visit:
    """The encounter key: PV1-19, else PID-18, else none. Never MSH-7: that would be a new visit per message."""
    if pv1 is None:
        return Visit()
    for segment, field in ((pv1, 19), (pid, 18)):
        if segment is None or not segment.has(field) or segment.is_null(field):
            continue
        rep = segment.reps(field)[0]
        if number := part(rep):
            return visit_of(rep, number, tenant=tenant, authorities=authorities, source=source, alias=alias)
    return Visit()


def visit_of(
    rep: Repetition,
    number: str,
    *,
    tenant: str,
    authorities: Mapping[str, str],
    source: str,
    alias: spine.Lookup | None = None,
) -> Visit:
    """The encounter a visit number (CX) names, after renumbering."""
    assigner, _ = spine.assigner_of(part(rep, 4), part(rep, 4, 2), authorities, source)
    known = alias(assigner, number) if alias else None
    return Visit(known or effect_id.encounter_id(tenant, assigner, number), number, assigner)
