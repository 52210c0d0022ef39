"""NK1 and PID-21 -> RelatedPerson: next of kin, contacts, a newborn's mother.

Source: V2-to-FHIR NK1[RelatedPerson], CX[RelatedPerson-Mother].
"""

from __future__ import annotations

from console.core.keys import fold_key, fold_name
from console.fhir import datatypes, fields
from console.fhir.datatypes import date, part
from console.fhir.mapping.demographics import gender, names, slot
from console.fhir.mapping.draft import Draft
from console.fhir.projection import Facts, Keyed, Mode
from console.fhir.terms import V3, Terms
from console.hl7v2.message import Segment


def project_mother(draft: Draft, pid: Segment, patient_id: str, mode: Mode) -> None:
    """PID-21, the mother's identifiers: how a newborn is tied to her."""
    found = [
        made
        for rep in (pid.reps(21) if pid.has(21) and not pid.is_null(21) else ())
        if (made := datatypes.identifier(rep, draft.terms))
    ]
    if not found:
        return
    coding = {"system": V3 + "RoleCode", "code": "MTH", "display": "mother"}
    facts: Facts = {
        "patient": {"reference": f"Patient/{patient_id}"},
        "identifier": Keyed(found),
        "relationship": [{"coding": [coding]}],
    }
    identity = draft.id_of("RelatedPerson", patient_id, "PID-21")
    draft.projection.lay("RelatedPerson", identity, facts, mode=mode, rank=draft.rank)


def project_relations(draft: Draft, nk1s: list[Segment], patient_id: str, *, mode: Mode = "update") -> None:
    """NK1 -> RelatedPerson. A relation is known by its identifier, else by name and relationship, so that a new phone
    number changes the same person."""
    for nk1 in nk1s:
        key = _relation_key(nk1)
        if not key:
            continue
        identity = draft.id_of("RelatedPerson", patient_id, key)
        facts = _relation_facts(draft.terms, nk1)
        facts["patient"] = {"reference": f"Patient/{patient_id}"}
        draft.projection.lay("RelatedPerson", identity, facts, mode=mode, rank=draft.rank)


def _relation_key(nk1: Segment) -> str:
    for field in (33, 12):
        if nk1.has(field) and not nk1.is_null(field) and (number := part(nk1.reps(field)[0])):
            return fold_key(number)
    for field in (2, 30):
        if nk1.has(field) and not nk1.is_null(field):
            rep = nk1.reps(field)[0]
            name = fold_name(f"{part(rep, 1)} {part(rep, 2)}")
            if name:
                return f"{name}|{nk1.get(3).upper()}"
    organization = nk1.get(13)
    if organization and not nk1.is_null(13):
        return f"{fold_name(organization)}|{nk1.get(3).upper()}"
    if nk1.get(3) and not nk1.is_null(3):
        return f"|{nk1.get(3).upper()}"
    said = any(nk1.has(field) and not nk1.is_null(field) for field in (4, 5, 6, 32, 40))
    return f"#{nk1.get(1) or nk1.ordinal}" if said else ""


def _relation_facts(terms: Terms, nk1: Segment) -> Facts:
    facts: Facts = {}
    slot(facts, "name", NK1_2=names(terms, nk1, 2), NK1_30=names(terms, nk1, 30))
    slot(
        facts,
        "relationship",
        NK1_3=fields.listed(nk1, 3, lambda r: datatypes.concept(r, terms, table=("0063", "v2-0063-relationship"))),
        NK1_7=fields.listed(nk1, 7, lambda r: datatypes.concept(r, terms, table=("0131", "v2-0131-contact-role"))),
    )
    slot(
        facts,
        "address",
        NK1_4=fields.listed(nk1, 4, lambda r: datatypes.address(r, terms)),
        NK1_32=fields.listed(nk1, 32, lambda r: datatypes.address(r, terms)),
    )
    slot(
        facts,
        "telecom",
        NK1_5=fields.listed(nk1, 5, lambda r: datatypes.contact_points(r, terms, use="home")),
        NK1_6=fields.listed(nk1, 6, lambda r: datatypes.contact_points(r, terms, use="work")),
        NK1_31=fields.listed(nk1, 31, lambda r: datatypes.contact_points(r, terms)),
        NK1_40=fields.listed(nk1, 40, lambda r: datatypes.contact_points(r, terms)),
        NK1_41=fields.listed(nk1, 41, lambda r: datatypes.contact_points(r, terms)),
    )
    if valid := datatypes.period(nk1.get(8), nk1.get(9), terms):
        facts["period"] = valid
    found = [
        made
        for field in (33, 12)
        if nk1.has(field) and not nk1.is_null(field)
        for rep in nk1.reps(field)
        if (made := datatypes.identifier(rep, terms))
    ]
    if found:
        facts["identifier"] = Keyed(found)
    fields.state(facts, "gender", nk1, 15, lambda r: gender(terms, r))
    fields.state(facts, "birthDate", nk1, 16, lambda r: date(part(r)))
    return facts
