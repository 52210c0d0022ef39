"""PID, PD1, NK1 -> Patient and RelatedPerson, laid over what is known.

Who may overwrite: an ADT message is the authority for demographics. Another message (a result, an order) may create the
patient and add what is missing; it overwrites only what no ADT message ever stated, so a laboratory's old address never
replaces the registration's. Sources: V2-to-FHIR PID[Patient], PD1[Patient], NK1[RelatedPerson].
"""

from __future__ import annotations

import hashlib
from typing import Any

from console.core.keys import fold_key, fold_name
from console.fhir import datatypes, fields
from console.fhir.context import Body, IdentifierFact, PatientFact
from console.fhir.datatypes import date, date_time, part
from console.fhir.identify import claims
from console.fhir.mapping import clinical
from console.fhir.mapping.draft import Draft
from console.fhir.projection import DELETE, Choice, Facts, Keyed, Mode
from console.fhir.terms import V2, V3, Terms, code_system
from console.hl7v2.message import Repetition, Segment
from console.identity import spine

_STRUCTURE = "http://hl7.org/fhir/StructureDefinition/"
SSN = "http://hl7.org/fhir/sid/us-ssn"
_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
_PERSONAL = ("PID", "PD1", "NK1", "AL1", "IAM", "IN1")
_SPEAKERS = 8
BIRTH_TIME = _STRUCTURE + "patient-birthTime"
_CDC_RACE = "urn:oid:2.16.840.1.113883.6.238"
_OMB = {
    "us-core-race": frozenset(("1002-5", "2028-9", "2054-5", "2076-8", "2106-3")),
    "us-core-ethnicity": frozenset(("2135-2", "2186-5")),
}


def project(draft: Draft, *, authority: bool) -> Body:
    """Lays the message's first PID (with PD1, NK1, AL1, IAM, IN1) over the message's patient. Raises InvalidMessage
    without a patient."""
    identity, message = draft.patient_id, draft.message
    if not authority and _heard(draft, identity):
        return draft.projection.open("Patient", identity)[0]
    body = project_person(
        draft,
        identity,
        message.first("PID"),
        message.first("PD1"),
        authority=authority,
        flags=draft.context.patient_flags,
    )
    mode: Mode = "update" if authority else "fill"
    project_relations(draft, message.all("NK1"), identity, mode=mode)
    clinical.project_personal(draft, message, identity, mode=mode)
    if not authority:
        _remember(draft, identity)
    return body


def _heard(draft: Draft, identity: str) -> bool:
    """Whether this sender said the very same of the patient before: then there is nothing to add. (Orders and results
    repeat the patient with every message; and what an ADT message deleted is not filled in again.)"""
    if spine.CONFLICT in draft.context.patient_flags:
        return False
    heard = draft.projection.guard("Patient", identity).get("heard", {})
    return bool(heard) and heard.get(draft.context.source) == _said(draft)


def _remember(draft: Draft, identity: str) -> None:
    guard = draft.projection.guard("Patient", identity)
    heard: dict[str, str] = guard.setdefault("heard", {})
    if not guard.get("adt"):
        heard.clear()  # without an authority the last speaker counts, so only what was said last is known
    heard.pop(draft.context.source, None)
    heard[draft.context.source] = _said(draft)
    while len(heard) > _SPEAKERS:
        del heard[next(iter(heard))]


def _said(draft: Draft) -> str:
    """What the message says of the person, in short."""
    lines = [segment.line for name in _PERSONAL for segment in draft.message.all(name)]
    return hashlib.blake2b("\r".join(lines).encode(), digest_size=9).hexdigest()


def project_person(
    draft: Draft,
    identity: str,
    pid: Segment | None,
    pd1: Segment | None = None,
    *,
    authority: bool,
    flags: tuple[str, ...] = (),
) -> Body:
    """Lays one PID over one patient and notes the patient's row. `authority`: the message is an ADT message."""
    projection = draft.projection
    guard = projection.guard("Patient", identity)
    mode = _mode(draft, identity, guard, authority=authority)
    facts: Facts = {}
    if not projection.known("Patient", identity):
        facts["active"] = True
    body, guard = projection.open("Patient", identity)
    if pid is not None:
        facts |= _pid_facts(draft.terms, pid, body, mode, draft.context.identifier_fields)
        _mother(draft, pid, identity, mode)
    if pd1 is not None:
        facts |= _pd1_facts(draft.terms, pd1)
    projection.lay("Patient", identity, facts, mode=mode, rank=draft.rank if authority else "")
    if authority:
        guard["adt"] = True
    note(draft, identity, pid, flags=flags)
    return body


def _mode(draft: Draft, identity: str, guard: dict[str, Any], *, authority: bool) -> Mode:
    if authority:
        return "fill" if draft.stale("Patient", identity) else "update"
    return "fill" if guard.get("adt") else "update"


def note(
    draft: Draft,
    identity: str,
    pid: Segment | None,
    *,
    flags: tuple[str, ...] = (),
    replaced_by: str = "",
    old: tuple[spine.Claim, ...] = (),
    moved: tuple[spine.Claim, ...] = (),
) -> None:
    """Notes the row of the patients table as the projection now stands. Identifiers of `old` and `moved` lead to this
    patient from now on, whoever had them: as retired numbers, or as current ones."""
    body = draft.projection.body("Patient", identity) or {}
    names: list[Body] = body.get("name", [])
    best = next((n for n in names if n.get("use") == "official"), names[0] if names else {})
    context = draft.context
    found = spine.by_priority(claims(pid, authorities=context.authorities, source=context.source))
    mine = [c for c in found if draft.state.patient_of(c.assigner, c.folded) in (None, identity)]
    draft.patients[identity] = PatientFact(
        patient_id=identity,
        family=best.get("family", ""),
        given=" ".join(best.get("given", ())),
        prefix=" ".join(best.get("prefix", ())),
        birth_date=body.get("birthDate", ""),
        sex=body.get("gender", ""),
        names=tuple(" ".join((*n.get("given", ()), n.get("family", ""))).strip() for n in names),
        flags=flags,
        replaced_by=replaced_by,
        identifiers=(
            *(IdentifierFact(c.assigner, c.folded, c.value, c.type) for c in mine),
            *(IdentifierFact(c.assigner, c.folded, c.value, c.type) for c in moved),
            *(IdentifierFact(c.assigner, c.folded, c.value, c.type, "old") for c in old),
        ),
    )


# ---------------------------------------------------------------- PID


def _pid_facts(terms: Terms, pid: Segment, body: Body, mode: Mode, numbers: tuple[int, ...]) -> Facts:
    facts: Facts = {}
    if found := _identifiers(terms, pid, numbers):
        facts["identifier"] = Keyed(found)
    _slot(facts, "name", PID_5=_names(terms, pid, 5), PID_9=_names(terms, pid, 9))
    _slot(facts, "address", PID_11=_addresses(terms, pid))
    _slot(
        facts,
        "telecom",
        PID_13=fields.listed(pid, 13, lambda r: datatypes.contact_points(r, terms, use="home")),
        PID_14=fields.listed(pid, 14, lambda r: datatypes.contact_points(r, terms, use="work")),
        PID_40=fields.listed(pid, 40, lambda r: datatypes.contact_points(r, terms)),
    )
    _birth(facts, terms, pid, body, mode)
    fields.state(facts, "gender", pid, 8, lambda r: gender(terms, r))
    fields.state(
        facts, "maritalStatus", pid, 16, lambda r: datatypes.concept(r, terms, table=("0002", "v2-0002-marital-status"))
    )
    _slot(facts, "communication", PID_15=fields.listed(pid, 15, lambda r: _language(r, terms)))
    _twin(facts, pid)
    _death(facts, terms, pid)
    _extensions(facts, terms, pid)
    return facts


def _slot(facts: Facts, name: str, **by_field: Any) -> None:
    if slots := fields.slots(**by_field):
        facts[name] = slots


def _identifiers(terms: Terms, pid: Segment, wanted: tuple[int, ...]) -> list[Body]:
    """The numbers of the wanted fields (PID-3 by default); PID-2 and PID-4 also in messages that have no PID-3."""
    for chosen in (wanted, (2, 4)):
        found: list[Body] = []
        for field in chosen:
            for rep in pid.reps(field) if pid.has(field) and not pid.is_null(field) else ():
                made = _licence(rep, terms) if field == 20 else datatypes.identifier(rep, terms)
                if made and field == 19:
                    made |= {"system": SSN, "type": {"coding": [{"system": V2 + "0203", "code": "SS"}]}}
                if made and not any(m["system"] == made["system"] and m["value"] == made["value"] for m in found):
                    found.append(made)
        if found:
            return found
    return []


def _licence(rep: Repetition, terms: Terms) -> Body | None:
    """DLN: number, issuing state or country, expiry."""
    number = part(rep)
    if not number:
        return None
    kind = {"coding": [{"system": V2 + "0203", "code": "DL"}]}
    body: Body = {"system": terms.authority(part(rep, 2)), "value": number, "type": kind}
    if until := datatypes.period("", part(rep, 3), terms):
        body["period"] = until
    return body


def _names(terms: Terms, pid: Segment, field: int) -> Any:
    return fields.listed(pid, field, lambda r: _names_of(r, terms))


def _names_of(rep: Repetition, terms: Terms) -> list[Body]:
    """The name, and the name the person is called by (XPN.15)."""
    made = [name] if (name := datatypes.human_name(rep, terms)) else []
    if called := part(rep, 15):
        made.append({"use": "nickname", "given": [called]})
    return made


def _addresses(terms: Terms, pid: Segment) -> Any:
    """PID-11; the county of PID-12 belongs to the only address that has none."""
    found = fields.listed(pid, 11, lambda r: datatypes.address(r, terms))
    county = part(pid.reps(12)[0]) if pid.has(12) and not pid.is_null(12) else ""
    if county and found is None:
        return [{"district": county}]
    if county and isinstance(found, list) and len(found) == 1:
        found[0].setdefault("district", county)
    return found


def gender(terms: Terms, rep: Repetition) -> str:
    """Administrative gender by table 0001; words are taken as such, anything else stays unsaid and is listed."""
    code = part(rep)
    word = code.lower()
    if word in ("male", "female", "other", "unknown"):
        return word
    return terms.target("v2-0001-gender", code.upper())


def _birth(facts: Facts, terms: Terms, pid: Segment, body: Body, mode: Mode) -> None:
    if mode == "fill" and "birthDate" in body:
        return
    fields.state(facts, "birthDate", pid, 7, lambda r: date(part(r)))
    if "birthDate" in facts:
        moment = "" if pid.is_null(7) else date_time(part(pid.reps(7)[0]), terms)
        facts["_birthDate"] = {"extension": [{"url": BIRTH_TIME, "valueDateTime": moment}]} if "T" in moment else DELETE


def _language(rep: Repetition, terms: Terms) -> Body | None:
    made = datatypes.concept(rep, terms)
    return {"language": made} if made else None


def _twin(facts: Facts, pid: Segment) -> None:
    order = pid.get(25)
    if order.isascii() and order.isdigit() and int(order) > 0:
        facts["multipleBirth[x]"] = Choice("Integer", int(order))
    elif pid.is_null(25) or pid.is_null(24):
        facts["multipleBirth[x]"] = DELETE
    elif (flag := pid.get(24).upper()) in ("Y", "N"):
        facts["multipleBirth[x]"] = Choice("Boolean", flag == "Y")


def _death(facts: Facts, terms: Terms, pid: Segment) -> None:
    moment = date_time(part(pid.reps(29)[0]), terms) if pid.has(29) and not pid.is_null(29) else ""
    flag = pid.get(30)[:1].upper()
    if moment:
        facts["deceased[x]"] = Choice("DateTime", moment)
    elif flag in ("Y", "N"):
        facts["deceased[x]"] = Choice("Boolean", flag == "Y")
    elif pid.is_null(29) or pid.is_null(30):
        facts["deceased[x]"] = DELETE


def _extensions(facts: Facts, terms: Terms, pid: Segment) -> None:
    made: list[Body] = []
    if maiden := _first(pid, 6, lambda r: part(r)):
        made.append({"url": _STRUCTURE + "patient-mothersMaidenName", "valueString": maiden})
    if religion := _first(pid, 17, lambda r: datatypes.concept(r, terms)):
        made.append({"url": _STRUCTURE + "patient-religion", "valueCodeableConcept": religion})
    if place := _first(pid, 23, lambda r: part(r)):
        made.append({"url": _STRUCTURE + "patient-birthPlace", "valueAddress": {"text": place}})
    for field, name in ((26, "citizenship"), (28, "nationality")):
        if concept := _first(pid, field, lambda r: datatypes.concept(r, terms)):
            made.append(
                {
                    "url": f"{_STRUCTURE}patient-{name}",
                    "extension": [{"url": "code", "valueCodeableConcept": concept}],
                }
            )
    for field, name in ((10, "us-core-race"), (22, "us-core-ethnicity")):
        if heritage := _heritage(pid, field, name):
            made.append(heritage)
    if made:
        facts["extension"] = Keyed(made, "url")


def _first(segment: Segment, field: int, convert: Any) -> Any:
    if not segment.has(field) or segment.is_null(field):
        return None
    return convert(segment.reps(field)[0])


def _heritage(pid: Segment, field: int, name: str) -> Body | None:
    """Race or ethnicity by US Core, where the sender used CDC codes; a text otherwise."""
    if not pid.has(field) or pid.is_null(field):
        return None
    inner: list[Body] = []
    texts: list[str] = []
    for rep in pid.reps(field):
        code, text = part(rep), part(rep, 2) or part(rep, 9)
        if said := text or code:
            texts.append(said)
        if (code and code_system(part(rep, 3)) == _CDC_RACE) or code in _OMB[name]:
            coding: Body = {"system": _CDC_RACE, "code": code}
            if text:
                coding["display"] = text
            kind = "ombCategory" if code in _OMB[name] else "detailed"
            if not any(e["valueCoding"]["code"] == code for e in inner):
                inner.append({"url": kind, "valueCoding": coding})
    if not texts:
        return None
    inner.append({"url": "text", "valueString": ", ".join(dict.fromkeys(texts))})
    return {"url": _US_CORE + name, "extension": inner}


# ---------------------------------------------------------------- PD1


def _pd1_facts(terms: Terms, pd1: Segment) -> Facts:
    facts: Facts = {}
    _slot(
        facts,
        "generalPractitioner",
        PD1_3=fields.listed(pd1, 3, lambda r: datatypes.organization(r, terms)),
        PD1_4=fields.listed(pd1, 4, lambda r: datatypes.practitioner(r, terms)),
    )
    return facts


# ---------------------------------------------------------------- NK1


def _mother(draft: Draft, pid: Segment, patient_id: str, mode: Mode) -> None:
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
    _slot(facts, "name", NK1_2=_names(terms, nk1, 2), NK1_30=_names(terms, nk1, 30))
    _slot(
        facts,
        "relationship",
        NK1_3=fields.listed(nk1, 3, lambda r: datatypes.concept(r, terms, table=("0063", "v2-0063-relationship"))),
        NK1_7=fields.listed(nk1, 7, lambda r: datatypes.concept(r, terms, table=("0131", "v2-0131-contact-role"))),
    )
    _slot(
        facts,
        "address",
        NK1_4=fields.listed(nk1, 4, lambda r: datatypes.address(r, terms)),
        NK1_32=fields.listed(nk1, 32, lambda r: datatypes.address(r, terms)),
    )
    _slot(
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


# ---------------------------------------------------------------- links


def link(body: Body, other: str, kind: str) -> None:
    """Adds a Patient.link (`replaced-by`, `replaces`, `seealso`) once."""
    reference = {"reference": f"Patient/{other}"}
    links: list[Body] = body.setdefault("link", [])
    if not any(entry["other"] == reference and entry["type"] == kind for entry in links):
        links.append({"other": reference, "type": kind})


def unlink(body: Body, other: str, kind: str) -> None:
    """Removes a Patient.link."""
    reference = {"reference": f"Patient/{other}"}
    left = [e for e in body.get("link", []) if e["other"] != reference or e["type"] != kind]
    if left:
        body["link"] = left
    else:
        body.pop("link", None)


def retire_identifiers(body: Body, retired: list[Body]) -> None:
    """Marks identifiers `use: old`, adding those the patient did not have."""
    known: list[Body] = body.setdefault("identifier", [])
    for old in retired:
        for entry in known:
            if entry.get("system") == old.get("system") and entry.get("value") == old.get("value"):
                entry["use"] = "old"
                break
        else:
            known.append({**old, "use": "old"})
    if not known:
        del body["identifier"]


def stub(identity: str, identifiers: list[Body]) -> Body:
    """A patient known only by a number that was merged away before we ever saw it."""
    body: Body = {"resourceType": "Patient", "id": identity, "active": False}
    if identifiers:
        body["identifier"] = identifiers
    return body
