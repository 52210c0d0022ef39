"""What PID and PD1 say of a person, field by field, as facts.

Sources: HL7 v2.8.2 chapter 3 (PID, PD1); V2-to-FHIR PID[Patient], PD1[Patient]; US Core race and ethnicity.
"""

from __future__ import annotations

from typing import Any, Final

from console.fhir import datatypes, fields
from console.fhir.context import Body
from console.fhir.datatypes import date, date_time, part
from console.fhir.projection import DELETE, Choice, Facts, Keyed, Mode
from console.fhir.terms import V2, Terms, code_system
from console.hl7v2.message import Repetition, Segment

_STRUCTURE: Final = "http://hl7.org/fhir/StructureDefinition/"
_US_CORE: Final = "http://hl7.org/fhir/us/core/StructureDefinition/"
_CDC_RACE: Final = "urn:oid:2.16.840.1.113883.6.238"
_OMB: Final = {
    "us-core-race": frozenset(("1002-5", "2028-9", "2054-5", "2076-8", "2106-3")),
    "us-core-ethnicity": frozenset(("2135-2", "2186-5")),
}
BIRTH_TIME: Final = _STRUCTURE + "patient-birthTime"
SSN: Final = "http://hl7.org/fhir/sid/us-ssn"


def pid_facts(terms: Terms, pid: Segment, body: Body, mode: Mode, numbers: tuple[int, ...]) -> Facts:
    """What a PID says of the person in `body`; `numbers` are the PID fields that give identifiers."""
    facts: Facts = {}
    if found := _identifiers(terms, pid, numbers):
        facts["identifier"] = Keyed(found)
    slot(facts, "name", PID_5=names(terms, pid, 5), PID_9=names(terms, pid, 9))
    slot(facts, "address", PID_11=_addresses(terms, pid))
    slot(
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
    slot(facts, "communication", PID_15=fields.listed(pid, 15, lambda r: _language(r, terms)))
    _twin(facts, pid)
    _death(facts, terms, pid)
    _extensions(facts, terms, pid)
    return facts


def slot(facts: Facts, name: str, **by_field: Any) -> None:
    """Adds what repeating fields said about a list element, each as its own slot."""
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


def names(terms: Terms, pid: Segment, field: int) -> Any:
    """The names of an XPN field, DELETE, or None (`fields.listed`)."""
    return fields.listed(pid, field, lambda r: names_of(r, terms))


def names_of(rep: Repetition, terms: Terms) -> list[Body]:
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


def pd1_facts(terms: Terms, pd1: Segment) -> Facts:
    """Who cares for the person outside: facility and primary provider."""
    facts: Facts = {}
    slot(
        facts,
        "generalPractitioner",
        PD1_3=fields.listed(pd1, 3, lambda r: datatypes.organization(r, terms)),
        PD1_4=fields.listed(pd1, 4, lambda r: datatypes.practitioner(r, terms)),
    )
    return facts
