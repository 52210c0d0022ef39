"""What ADT messages carry beside the visit: diagnoses, allergies, procedures, insurance (DG1, AL1, IAM, PR1, IN1).

Each is known by what it is about (patient + code, or the sender's own identifier), so the same diagnosis sent with
every A08 stays one Condition. An entry that is not sent again is not removed: absence says nothing.
Sources: V2-to-FHIR DG1[Condition], DG1[Encounter], AL1/IAM[AllergyIntolerance], PR1[Procedure], IN1[Coverage].
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from console.core.keys import fold_name
from console.fhir import datatypes, fields
from console.fhir.context import Body
from console.fhir.datatypes import date_time, part
from console.fhir.mapping.draft import Draft
from console.fhir.projection import DELETE, Choice, Facts, Keyed, Mode
from console.hl7v2.message import Message, Repetition, Segment

_CLINICAL: Final = "http://terminology.hl7.org/CodeSystem/"


def project_visit(draft: Draft, segments: Iterable[Segment], patient_id: str, encounter_id: str | None) -> None:
    """What belongs to the visit: diagnoses and procedures of an ADT group, in the message's order."""
    for segment in segments:
        if segment.name == "DG1":
            diagnosis(draft, segment, patient_id, encounter_id)
        elif segment.name == "PR1":
            procedure(draft, segment, patient_id, encounter_id)


def project_personal(draft: Draft, message: Message, patient_id: str, *, mode: Mode) -> None:
    """What belongs to the person in any message: allergies and insurance."""
    for name in ("AL1", "IAM"):
        for segment in message.all(name):
            allergy(draft, segment, patient_id, mode=mode)
    for segment in message.all("IN1"):
        coverage(draft, segment, patient_id, mode=mode)


def _state(code: str, system: str) -> Body:
    return {"coding": [{"system": _CLINICAL + system, "code": code}]}


def _key(rep: Repetition | None) -> str:
    """What identifies a coded thing: code and system, else its folded text."""
    if rep is None:
        return ""
    code = datatypes.standard_code(rep)
    if code:
        return f"{code}|{part(rep, 3) or part(rep, 6)}"
    return fold_name(datatypes.display_text(rep))


def _rep(segment: Segment, field: int) -> Repetition | None:
    if not segment.has(field) or segment.is_null(field):
        return None
    return next(iter(segment.reps(field)), None)


# ---------------------------------------------------------------- DG1


def diagnosis(draft: Draft, dg1: Segment, patient_id: str, encounter_id: str | None) -> None:
    """DG1 -> Condition, and its place among the visit's diagnoses."""
    coded = _rep(dg1, 3)
    text = "" if dg1.is_null(4) else dg1.get(4).strip()
    own = "" if dg1.is_null(20) else dg1.get(20).strip()
    key = own or _key(coded) or fold_name(text)
    if not key:
        return
    terms = draft.terms
    identity = draft.id_of("Condition", patient_id, encounter_id or "", key)
    code: Body = (datatypes.concept(coded, terms, path=dg1.path(3)) if coded else None) or {}
    if text:
        code.setdefault("text", text)
    erroneous = dg1.get(21).upper() == "D"
    facts: Facts = {
        "subject": {"reference": f"Patient/{patient_id}"},
        "category": [_state("encounter-diagnosis", "condition-category")],
        "code": code,
        "clinicalStatus": DELETE if erroneous else _state("active", "condition-clinical"),
    }
    if erroneous:
        facts["verificationStatus"] = _state("entered-in-error", "condition-ver-status")
    if encounter_id:
        facts["encounter"] = {"reference": f"Encounter/{encounter_id}"}
    if onset := date_time(dg1.get(5), terms):
        facts["onset[x]"] = Choice("DateTime", onset)
    if recorded := date_time(dg1.get(19), terms):
        facts["recordedDate"] = recorded
    fields.state(facts, "asserter", dg1, 16, lambda r: datatypes.practitioner(r, terms))
    if (ei := _rep(dg1, 20)) and (made := datatypes.entity_identifier(ei, terms)):
        facts["identifier"] = Keyed([made])
    draft.projection.lay("Condition", identity, facts, rank=draft.rank)
    if encounter_id:
        _list_diagnosis(draft, dg1, identity, encounter_id)


def _list_diagnosis(draft: Draft, dg1: Segment, condition_id: str, encounter_id: str) -> None:
    entry: Body = {"condition": {"reference": f"Condition/{condition_id}"}}
    kind = "" if dg1.is_null(6) else dg1.get(6).strip()
    if kind and (use := datatypes.table_concept(kind, "0052")):
        standard = draft.terms.coding("v2-0052-diagnosis-use", kind)
        entry["use"] = {"coding": [standard]} if standard else use
    rank = dg1.get(15)
    if rank.isascii() and rank.isdigit() and int(rank) > 0:
        entry["rank"] = int(rank)
    draft.projection.lay("Encounter", encounter_id, {"diagnosis": Keyed([entry], "condition")})


# ---------------------------------------------------------------- AL1, IAM


def allergy(draft: Draft, segment: Segment, patient_id: str, *, mode: Mode = "update") -> None:
    """AL1 or IAM -> AllergyIntolerance. IAM adds an action (delete), a status and an identifier."""
    iam = segment.name == "IAM"
    coded = _rep(segment, 3)
    own = segment.get(7).strip() if iam and not segment.is_null(7) else ""
    key = _key(coded) or own
    if not key:
        return
    terms = draft.terms
    identity = draft.id_of("AllergyIntolerance", patient_id, key)
    facts: Facts = {"patient": {"reference": f"Patient/{patient_id}"}}
    if coded and (code := datatypes.concept(coded, terms, path=segment.path(3))):
        facts["code"] = code
    kind = part(r) if (r := _rep(segment, 2)) else ""
    if category := terms.target("v2-0127-allergy-category", kind):
        facts["category"] = [category]
    if sort := terms.target("v2-0127-allergy-type", kind):
        facts["type"] = sort
    severity = part(r) if (r := _rep(segment, 4)) else ""
    if criticality := terms.target("v2-0128-criticality", severity):
        facts["criticality"] = criticality
    reactions = [
        made
        for rep in (segment.reps(5) if segment.has(5) and not segment.is_null(5) else ())
        if (made := _reaction(draft, rep, severity))
    ]
    if reactions:
        facts["reaction"] = reactions
    onset = date_time(segment.get(11 if iam else 6), terms)
    if onset:
        facts["onset[x]"] = Choice("DateTime", onset)
    clinical, verification = _allergy_standing(segment) if iam else ("active", "")
    facts["clinicalStatus"] = _state(clinical, "allergyintolerance-clinical") if clinical else DELETE
    if verification:
        facts["verificationStatus"] = _state(verification, "allergyintolerance-verification")
    if iam:
        if recorded := date_time(segment.get(13), terms):
            facts["recordedDate"] = recorded
        if (ei := _rep(segment, 7)) and (made_id := datatypes.entity_identifier(ei, terms)):
            facts["identifier"] = Keyed([made_id])
    draft.projection.lay("AllergyIntolerance", identity, facts, mode=mode, rank=draft.rank)


def _reaction(draft: Draft, rep: Repetition, severity: str) -> Body | None:
    manifestation = datatypes.concept(rep, draft.terms)
    if manifestation is None:
        return None
    reaction: Body = {"manifestation": [manifestation]}
    if grade := draft.terms.target("v2-0128-severity", severity):
        reaction["severity"] = grade
    return reaction


def _allergy_standing(iam: Segment) -> tuple[str, str]:
    """Clinical and verification status from IAM-6 (action) and IAM-17 (table 0438)."""
    if iam.get(6).upper() == "D" or iam.get(17).upper() == "E":
        return "", "entered-in-error"
    return {"C": ("active", "confirmed"), "I": ("inactive", "confirmed")}.get(
        iam.get(17).upper(), ("active", "unconfirmed" if iam.get(17).upper() in ("P", "S", "D", "U") else "")
    )


# ---------------------------------------------------------------- PR1


def procedure(draft: Draft, pr1: Segment, patient_id: str, encounter_id: str | None) -> None:
    """PR1 -> Procedure."""
    coded = _rep(pr1, 3)
    text = "" if pr1.is_null(4) else pr1.get(4).strip()
    own = "" if pr1.is_null(19) else pr1.get(19).strip()
    key = own or "|".join(p for p in (_key(coded) or fold_name(text), pr1.get(5)) if p)
    if not key:
        return
    terms = draft.terms
    identity = draft.id_of("Procedure", patient_id, encounter_id or "", key)
    code: Body = (datatypes.concept(coded, terms, path=pr1.path(3)) if coded else None) or {}
    if text:
        code.setdefault("text", text)
    facts: Facts = {
        "status": "entered-in-error" if pr1.get(20).upper() == "D" else "completed",
        "subject": {"reference": f"Patient/{patient_id}"},
        "code": code,
    }
    if encounter_id:
        facts["encounter"] = {"reference": f"Encounter/{encounter_id}"}
    if performed := date_time(pr1.get(5), terms):
        facts["performed[x]"] = Choice("DateTime", performed)
    performers = {f"PR1_{field}": fields.listed(pr1, field, lambda r: _performer(r, draft)) for field in (8, 11, 12)}
    if slots := fields.slots(**performers):
        facts["performer"] = slots
    if reasons := fields.listed(pr1, 15, lambda r: datatypes.concept(r, terms)):
        facts["reasonCode"] = reasons
    if (ei := _rep(pr1, 19)) and (made := datatypes.entity_identifier(ei, terms)):
        facts["identifier"] = Keyed([made])
    draft.projection.lay("Procedure", identity, facts, rank=draft.rank)


def _performer(rep: Repetition, draft: Draft) -> Body | None:
    person = datatypes.practitioner(rep, draft.terms)
    return {"actor": person} if person else None


# ---------------------------------------------------------------- IN1


def coverage(draft: Draft, in1: Segment, patient_id: str, *, mode: Mode = "update") -> None:
    """IN1 -> Coverage. The payor is named, not stored."""
    plan, company, policy = (part(r) if (r := _rep(in1, n)) else "" for n in (2, 3, 36))
    name = part(r) if (r := _rep(in1, 4)) else ""
    key = "|".join((plan, company or fold_name(name), policy))
    if not key.strip("|"):
        return
    terms = draft.terms
    identity = draft.id_of("Coverage", patient_id, key)
    facts: Facts = {"status": "active", "beneficiary": {"reference": f"Patient/{patient_id}"}}
    payor: Body = {"type": "Organization", "display": name or company or plan}
    if (cx := _rep(in1, 3)) and (made := datatypes.identifier(cx, terms)):
        payor["identifier"] = {"system": made["system"], "value": made["value"]}
    facts["payor"] = [payor]
    fields.state(facts, "type", in1, 15, lambda r: datatypes.concept(r, terms, table=("0086", "")))
    if valid := datatypes.period(in1.get(12), in1.get(13), terms):
        facts["period"] = valid
    if number := policy or (part(r) if (r := _rep(in1, 49)) else ""):
        facts["subscriberId"] = number
    fields.state(
        facts, "relationship", in1, 17, lambda r: datatypes.concept(r, terms, table=("0063", "v2-0063-relationship"))
    )
    if subscriber := _subscriber(draft, in1, patient_id, mode):
        facts["subscriber"] = subscriber
    groups: list[Body] = []
    for field, label, kind in ((8, 9, "group"), (2, 0, "plan")):
        if (r := _rep(in1, field)) and (value := part(r)):
            group: Body = {"type": _state(kind, "coverage-class"), "value": value}
            if label and (r := _rep(in1, label)) and (title := part(r)):
                group["name"] = title
            groups.append(group)
    if groups:
        facts["class"] = groups
    draft.projection.lay("Coverage", identity, facts, mode=mode, rank=draft.rank)


def _subscriber(draft: Draft, in1: Segment, patient_id: str, mode: Mode) -> Body | None:
    """Who is insured: the patient (IN1-17 SEL), or the person of IN1-16 as a RelatedPerson."""
    relation = part(r) if (r := _rep(in1, 17)) else ""
    rep = _rep(in1, 16)
    if relation in ("SEL", "18", "01") or rep is None:
        return {"reference": f"Patient/{patient_id}"} if relation == "SEL" else None
    name = datatypes.human_name(rep, draft.terms)
    key = fold_name(f"{part(rep, 1)} {part(rep, 2)}")
    if name is None or not key:
        return None
    identity = draft.id_of("RelatedPerson", patient_id, f"{key}|{relation.upper()}")
    facts: Facts = {"patient": {"reference": f"Patient/{patient_id}"}, "name": fields.slots(IN1_16=[name])}
    if relation and (r := _rep(in1, 17)):
        made = datatypes.concept(r, draft.terms, table=("0063", "v2-0063-relationship"))
        facts["relationship"] = fields.slots(IN1_17=[made] if made else None)
    fields.state(facts, "birthDate", in1, 18, lambda r: datatypes.date(part(r)))
    draft.projection.lay("RelatedPerson", identity, facts, mode=mode, rank=draft.rank)
    return {"reference": f"RelatedPerson/{identity}"}
