"""SPM (and OBR-15 of older versions) -> Specimen, known by its own numbers or its order (V2-to-FHIR SPM[Specimen]).

What was observed of the sample itself (OBX under SPM) becomes Observations about the Specimen, not results of an order.
"""

from __future__ import annotations

from typing import Final

from console.fhir import datatypes, fields
from console.fhir.context import Body
from console.fhir.datatypes import date_time, instant, part
from console.fhir.mapping import attachments, observations
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.notes import as_annotations
from console.fhir.mapping.observation_value import ATTACHED_TYPES
from console.fhir.mapping.observations import Report
from console.fhir.mapping.order_groups import OrderGroup, Sample
from console.fhir.projection import Facts, Keyed
from console.fhir.terms import V2, table_system
from console.hl7v2.message import Segment

_NUMBERS: Final = ((2, "FILL"), (1, "PLAC"))


def project(draft: Draft, group: OrderGroup, order: str) -> list[Body]:
    """The group's specimens, laid; gives the References."""
    names = [_from_spm(draft, sample, order, place) for place, sample in enumerate(group.samples)]
    if not names and group.obr is not None and group.obr.has(15) and not group.obr.is_null(15):
        names = [_from_obr(draft, group.obr, order)]
    return [{"reference": f"Specimen/{identity}"} for identity in dict.fromkeys(names) if identity]


def _from_spm(draft: Draft, sample: Sample, order: str, place: int) -> str:
    terms, spm = draft.terms, sample.spm
    identifiers = _identifiers(draft, spm)
    accession = next((made for rep in spm.reps(30) if (made := datatypes.identifier(rep, terms))), None)
    named = identifiers[0] if identifiers else accession
    key = f"{named['system']}|{named['value']}" if named else f"{order}/{spm.get(1) or place + 1}"
    identity = draft.id_of("Specimen", draft.patient_id, key)
    facts: Facts = {"subject": draft.subject}
    if identifiers:
        facts["identifier"] = Keyed(identifiers)
    if accession:
        facts["accessionIdentifier"] = accession
    fields.state(facts, "type", spm, 4, lambda r: datatypes.concept(r, terms))
    if spm.has(21) and not spm.is_null(21):
        facts["status"] = "unsatisfactory"
    if received := date_time(spm.get(18), terms):
        facts["receivedTime"] = received
    fields.state(facts, "condition", spm, 24, lambda r: [c] if (c := datatypes.concept(r, terms)) else None)
    if collection := _collection(draft, spm):
        facts["collection"] = collection
    notes = [{"text": text}] if (text := spm.get(14).strip()) and not spm.is_null(14) else []
    if notes := [*notes, *as_annotations(sample.notes)]:
        facts["note"] = notes
    draft.projection.lay("Specimen", identity, facts)
    _observed(draft, sample, identity)
    return identity


def _identifiers(draft: Draft, spm: Segment) -> list[Body]:
    """SPM-2 (EIP): the filler's number, then the placer's, each in sub-components."""
    made: list[Body] = []
    for rep in spm.reps(2):
        for at, kind in _NUMBERS:
            if value := part(rep, at, 1):
                system = draft.terms.authority(part(rep, at, 2), part(rep, at, 3), part(rep, at, 4))
                typed = {"coding": [{"system": V2 + "0203", "code": kind}]}
                made.append({"type": typed, "system": system, "value": value})
    return made


def _collection(draft: Draft, spm: Segment) -> Body:
    terms = draft.terms
    made: Body = {}
    begins, ends = date_time(spm.get(17), terms), date_time(spm.get(17, 2), terms)
    if begins and ends and begins != ends:
        made["collectedPeriod"] = datatypes.period(spm.get(17), spm.get(17, 2), terms)
    elif begins:
        made["collectedDateTime"] = begins
    for name, field in (("bodySite", 8), ("method", 7)):
        if (rep := next(iter(spm.reps(field)), None)) and (concept := datatypes.concept(rep, terms)):
            made[name] = concept
    amount = next(iter(spm.reps(12)), None)
    if amount and (number := datatypes.quantity(part(amount, 1))):
        if unit := part(amount, 2, 2) or part(amount, 2, 1):
            number["unit"] = unit
        made["quantity"] = number
    return made


def _observed(draft: Draft, sample: Sample, identity: str) -> None:
    if not sample.findings:
        return
    report = Report(
        identity=f"specimen/{identity}",
        effective=date_time(sample.spm.get(18), draft.terms) or date_time(sample.spm.get(17), draft.terms),
        issued="",
        sent=instant(draft.message.header.message_time, draft.terms),
        based_on=[],
        specimen={"reference": f"Specimen/{identity}"},
        performer=[],
    )
    for reading in observations.readings(sample.findings):
        if reading.obx.get(2).strip().upper() in ATTACHED_TYPES:
            attachments.project(draft, reading, report)
        else:
            observations.project(draft, reading, report)


def _from_obr(draft: Draft, obr: Segment, order: str) -> str:
    """OBR-15 (SPS, before v2.5): SPS.1 the source, SPS.4 the body site; OBR-7 collected, OBR-14 received."""
    rep = obr.reps(15)[0]
    code, text = part(rep, 1, 1), part(rep, 1, 2)
    if not code and not text:
        return ""
    kind: Body = {}
    if code:
        code = " ".join(code.split())
        kind["coding"] = [{"system": table_system("0070", code), "code": code}]
    if text:
        kind["text"] = text
    facts: Facts = {"subject": draft.subject, "type": kind}
    if received := date_time(obr.get(14), draft.terms):
        facts["receivedTime"] = received
    collection: Body = {}
    if collected := date_time(obr.get(7), draft.terms):
        collection["collectedDateTime"] = collected
    if site := part(rep, 4, 2) or part(rep, 4, 1):
        collection["bodySite"] = {"text": site}
    if collection:
        facts["collection"] = collection
    identity = draft.id_of("Specimen", draft.patient_id, f"{order}/source")
    draft.projection.lay("Specimen", identity, facts)
    return identity
