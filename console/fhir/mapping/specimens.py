"""SPM (and OBR-15 of older versions) -> Specimen, known by its own numbers or its order (V2-to-FHIR SPM[Specimen])."""

from __future__ import annotations

from console.fhir import datatypes, fields
from console.fhir.context import Body
from console.fhir.datatypes import date_time, part
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.order_groups import OrderGroup
from console.fhir.projection import Facts, Keyed
from console.fhir.terms import V2
from console.hl7v2.message import Segment


def project(draft: Draft, group: OrderGroup, order: str) -> list[Body]:
    """The group's specimens, laid; gives the References."""
    references = [_from_spm(draft, spm, order, place) for place, spm in enumerate(group.specimens)]
    if not references and group.obr is not None and group.obr.has(15) and not group.obr.is_null(15):
        references = [_from_obr(draft, group.obr, order)]
    return [{"reference": f"Specimen/{identity}"} for identity in dict.fromkeys(references) if identity]


def _from_spm(draft: Draft, spm: Segment, order: str, place: int) -> str:
    terms = draft.terms
    identifiers: list[Body] = []
    key = ""
    for rep in spm.reps(2):
        for at, kind in ((2, "FILL"), (1, "PLAC")):
            if value := part(rep, at, 1):
                system = terms.authority(part(rep, at, 2), part(rep, at, 3), part(rep, at, 4))
                typed = {"coding": [{"system": V2 + "0203", "code": kind}]}
                identifiers.append({"type": typed, "system": system, "value": value})
                key = key or f"{system}|{value}"
    accession = next((made for rep in spm.reps(30) if (made := datatypes.identifier(rep, terms))), None)
    if accession and not key:
        key = f"{accession['system']}|{accession['value']}"
    identity = draft.id_of("Specimen", draft.patient_id, key or f"{order}/{spm.get(1) or place + 1}")
    facts: Facts = {"subject": draft.subject}
    if identifiers:
        facts["identifier"] = Keyed(identifiers)
    if accession:
        facts["accessionIdentifier"] = accession
    fields.state(facts, "type", spm, 4, lambda r: datatypes.concept(r, terms))
    if spm.has(21):
        facts["status"] = "unsatisfactory"
    if received := date_time(spm.get(18), terms):
        facts["receivedTime"] = received
    fields.state(facts, "condition", spm, 24, lambda r: [c] if (c := datatypes.concept(r, terms)) else None)
    collection: Body = {}
    begins, ends = date_time(spm.get(17), terms), date_time(spm.get(17, 2), terms)
    if begins and ends and begins != ends:
        collection["collectedPeriod"] = datatypes.period(spm.get(17), spm.get(17, 2), terms)
    elif begins:
        collection["collectedDateTime"] = begins
    if site := next((c for r in spm.reps(8) if (c := datatypes.concept(r, terms))), None):
        collection["bodySite"] = site
    if method := next((c for r in spm.reps(7) if (c := datatypes.concept(r, terms))), None):
        collection["method"] = method
    amount = next(iter(spm.reps(12)), None)
    if amount and (number := datatypes.quantity(part(amount, 1))):
        if unit := part(amount, 2, 2) or part(amount, 2, 1):
            number["unit"] = unit
        collection["quantity"] = number
    if collection:
        facts["collection"] = collection
    if text := spm.get(14).strip():
        facts["note"] = [{"text": text}]
    draft.projection.lay("Specimen", identity, facts)
    return identity


def _from_obr(draft: Draft, obr: Segment, order: str) -> str:
    """OBR-15 (SPS, before v2.5): SPS.1 the source, SPS.4 the body site; OBR-14 when it was received."""
    rep = obr.reps(15)[0]
    code, text = part(rep, 1, 1), part(rep, 1, 2)
    if not code and not text:
        return ""
    coding: Body = {"system": V2 + "0070", "code": code} if code else {}
    facts: Facts = {
        "subject": draft.subject,
        "type": {k: v for k, v in (("coding", [coding] if coding else None), ("text", text or None)) if v},
    }
    if received := date_time(obr.get(14), draft.terms):
        facts["receivedTime"] = received
    if collected := date_time(obr.get(7), draft.terms):
        facts["collection"] = {"collectedDateTime": collected}
    identity = draft.id_of("Specimen", draft.patient_id, f"{order}/source")
    draft.projection.lay("Specimen", identity, facts)
    return identity
