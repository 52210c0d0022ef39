"""HL7 v2 data types as FHIR R4 elements: CX, XPN, XAD, XTN, XCN, XON, CWE, EI, HD, PL, CQ.

Each function takes one repetition (anything with `get(component, sub) -> str`) and gives a fresh element, or None when
the repetition says nothing. HL7 null (`""`) inside a component counts as empty here: deleting is a matter of whole
fields (`fields.py`), never a literal `""` in a resource. Sources: HL7 v2.8.2 chapter 2A; V2-to-FHIR data type maps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import Final, Protocol

from console.fhir import document, primitives
from console.fhir.context import Body
from console.fhir.terms import SNOMED, UCUM, V2, Terms, code_system, table_system
from console.hl7v2 import timestamp

NULL = '""'


class Parts(Protocol):
    """One repetition of a field (`hl7v2.message.Repetition`); `raw` is its text as sent, still escaped."""

    raw: str

    def get(self, component: int = 1, sub: int = 1) -> str: ...


def part(rep: Parts, component: int = 1, sub: int = 1) -> str:
    """A component without surrounding blanks; '' for absent and for HL7 null."""
    value = rep.get(component, sub)
    if not value or value == NULL:
        return ""
    return value.strip()


# ---------------------------------------------------------------- time


@lru_cache(maxsize=4096)
def _date_time(text: str, zone: tzinfo) -> str:
    made = timestamp.fhir_date_time(text, zone) or ""
    return made if primitives.date_time(made) else ""


def date_time(text: str, terms: Terms) -> str:
    """A FHIR dateTime of the precision sent; '' when the text is no time that FHIR can say."""
    return _date_time(text, terms.zone) if text and text != NULL else ""


def date(text: str) -> str:
    """A FHIR date (at most to the day); '' when the text is no date."""
    made = (timestamp.fhir_date(text) or "") if text and text != NULL else ""
    return made if primitives.day(made) else ""


def instant(text: str, terms: Terms) -> str:
    """A time as UTC text that sorts in time order, missing parts at their start; '' when the text is no time."""
    moment = timestamp.parse_time(text, terms.zone) if text and text != NULL else None
    if moment is None:
        return ""
    try:
        return moment.astimezone(UTC).isoformat(timespec="microseconds")
    except OverflowError:
        return ""


def period(start: str, end: str, terms: Terms) -> Body | None:
    """A Period. An end before the start is left out: a broken interval says less than an open one."""
    first, last = date_time(start, terms), date_time(end, terms)
    if first and last and not primitives.in_order(first, last):
        last = ""
    body: Body = {}
    if first:
        body["start"] = first
    if last:
        body["end"] = last
    return body or None


# ---------------------------------------------------------------- identifiers


def identifier(rep: Parts, terms: Terms) -> Body | None:
    """CX -> Identifier. The system is the authority of CX.4; without one, the sender's own space."""
    value = part(rep)
    if not value:
        return None
    namespace = part(rep, 4)
    body: Body = {
        "system": terms.authority(namespace, part(rep, 4, 2), part(rep, 4, 3)),
        "value": value,
    }
    if kind := part(rep, 5):
        body["type"] = {"coding": [{"system": table_system("0203", kind), "code": kind}]}
    if namespace:
        body["assigner"] = {"display": namespace}
    if valid := period(part(rep, 7), part(rep, 8), terms):
        body["period"] = valid
    return body


def entity_identifier(rep: Parts, terms: Terms, *, type_code: str = "") -> Body | None:
    """EI -> Identifier; `type_code` of table 0203 (PLAC, FILL, ...)."""
    value = part(rep)
    if not value:
        return None
    namespace = part(rep, 2)
    body: Body = {"system": terms.authority(namespace, part(rep, 3), part(rep, 4)), "value": value}
    if type_code:
        body["type"] = {"coding": [{"system": table_system("0203", type_code), "code": type_code}]}
    if namespace:
        body["assigner"] = {"display": namespace}
    return body


# ---------------------------------------------------------------- people


def human_name(rep: Parts, terms: Terms) -> Body | None:
    """XPN -> HumanName. XPN.3 holds further given names, parted by blanks."""
    body: Body = {}
    if family := part(rep, 1):
        body["family"] = family
    given = [g for g in (part(rep, 2), *part(rep, 3).split()) if g]
    if given:
        body["given"] = given
    if prefix := part(rep, 5):
        body["prefix"] = [prefix]
    if suffix := [s for s in (part(rep, 4), part(rep, 6)) if s]:
        body["suffix"] = suffix
    if not body:
        return None
    if (kind := part(rep, 7)) and (use := terms.target("v2-0200-name-use", kind)):
        body["use"] = use
    if valid := period(part(rep, 12), part(rep, 13), terms):
        body["period"] = valid
    return body


def address(rep: Parts, terms: Terms) -> Body | None:
    """XAD -> Address. XAD.1 is the street line (1.1), or number and street name in parts (1.3 or 1.1, then 1.2)."""
    body: Body = {}
    line, name = part(rep, 1), part(rep, 1, 2)
    street = line if name in line else f"{line or part(rep, 1, 3)} {name}".strip()
    if lines := [line for line in (street, part(rep, 2)) if line]:
        body["line"] = lines
    for name, component in (("city", 3), ("district", 9), ("state", 4), ("postalCode", 5), ("country", 6)):
        if value := part(rep, component):
            body[name] = value
    if not body:
        return None
    if kind := part(rep, 7):
        if use := terms.target("v2-0190-address-use", kind):
            body["use"] = use
        if sort := terms.target("v2-0190-address-type", kind):
            body["type"] = sort
    start, end = part(rep, 13), part(rep, 14)
    if valid := period(start or part(rep, 12, 1), end or part(rep, 12, 2), terms):
        body["period"] = valid
    return body


def contact_points(rep: Parts, terms: Terms, *, use: str = "") -> list[Body]:
    """XTN -> ContactPoints: a number and an e-mail address in one repetition are two. `use` when XTN.2 gives none."""
    use_code, equipment = part(rep, 2), part(rep, 3)
    stated = terms.target("v2-0201-telecom-use", use_code) if use_code else ""
    system = terms.target("v2-0202-telecom-equipment", equipment) if equipment else ""
    if equipment == "CP":
        stated = "mobile"
    number = _number(rep)
    email = part(rep, 4)
    points: list[Body] = []
    if number:
        by_form = "email" if "@" in number else "phone"
        if use_code == "NET" and not equipment:
            system = "email"
        points.append({"system": system or by_form, "value": number})
    if email and email != number:
        points.append({"system": "email", "value": email})
    valid = period(part(rep, 13), part(rep, 14), terms)
    rank = part(rep, 18)
    for point in points:
        if chosen := stated or use:
            point["use"] = chosen
        if valid:
            point["period"] = valid
        if rank.isascii() and rank.isdigit() and int(rank) > 0:
            point["rank"] = int(rank)
    return points


def _number(rep: Parts) -> str:
    if formatted := part(rep, 12) or part(rep, 1):
        return formatted
    country, area, local, extension = (part(rep, n) for n in (5, 6, 7, 8))
    if not local:
        return ""
    number = " ".join(
        p for p in (f"+{country.lstrip('+')}" if country else "", f"({area})" if area else "", local) if p
    )
    return f"{number} x{extension}" if extension else number


def practitioner(rep: Parts, terms: Terms) -> Body | None:
    """XCN -> a logical Reference to a Practitioner: identifier and name, no resource of its own."""
    number = part(rep, 1)
    names = [part(rep, n) for n in (6, 3, 4, 2, 5)]
    display = " ".join(n for n in names if n)
    if not number and not display:
        return None
    body: Body = {"type": "Practitioner"}
    if number:
        found: Body = {"system": terms.authority(part(rep, 9), part(rep, 9, 2), part(rep, 9, 3)), "value": number}
        if kind := part(rep, 13):
            found["type"] = {"coding": [{"system": table_system("0203", kind), "code": kind}]}
        body["identifier"] = found
    body["display"] = display or number
    return body


def organization(rep: Parts, terms: Terms) -> Body | None:
    """XON -> a logical Reference to an Organization."""
    name, number = part(rep, 1), part(rep, 10) or part(rep, 3)
    if not name and not number:
        return None
    body: Body = {"type": "Organization"}
    if number:
        body["identifier"] = {
            "system": terms.authority(part(rep, 6), part(rep, 6, 2), part(rep, 6, 3)),
            "value": number,
        }
    body["display"] = name or number
    return body


# ---------------------------------------------------------------- places


def location(rep: Parts, terms: Terms) -> Body | None:
    """PL -> a logical Reference to a Location, most specific part last: `AMU 4-02`."""
    display = location_text(rep)
    if not display:
        return None
    key = "^".join(part(rep, n) for n in (1, 2, 3, 7, 8)).rstrip("^") or part(rep, 9) or part(rep, 4)
    return {
        "type": "Location",
        "identifier": {"system": terms.authority(part(rep, 4), part(rep, 4, 2), part(rep, 4, 3)), "value": key},
        "display": display,
    }


def location_text(rep: Parts) -> str:
    """A PL as staff say it: unit, room-bed; else the description, the building or the facility."""
    unit, room, bed = part(rep, 1), part(rep, 2), part(rep, 3)
    place = "-".join(p for p in (room, bed) if p)
    text = " ".join(p for p in (unit, place) if p)
    return text or part(rep, 9) or " ".join(p for p in (part(rep, 7), part(rep, 8)) if p) or part(rep, 4)


# ---------------------------------------------------------------- codes


_TRIPLES = ((1, 2, 3, 7, 14), (4, 5, 6, 8, 17), (10, 11, 12, 13, 20))
"""Code, text, system, version and system OID of the three codings of a CWE."""


@dataclass(frozen=True, slots=True)
class _Worked:
    """A CWE worked out before: the element, the maps it used, the codes they did not know."""

    body: Body | None
    maps: tuple[str, ...]
    unmapped: tuple[str, ...]


def concept(
    rep: Parts, terms: Terms, *, path: str = "", day: str = "", table: tuple[str, str] | None = None
) -> Body | None:
    """CE, CWE, CNE, CF -> CodeableConcept: the codings as sent, preceded by the standard one where a map knows it.

    `path` names the field in the error of a local map with the policy `stop`; without it no local map is asked.
    `table` is (HL7 table, name of its map) for a field bound to a table: a bare code is one of that table. The same
    few codes come again and again, so what was worked out is kept, per text and set of maps."""
    key = (rep.raw, terms.marks, bool(path), terms.era(day), table)
    worked = terms.memo.get(key)
    if not isinstance(worked, _Worked):
        aside = terms.aside()
        body = _concept(rep, aside, path, day, table)
        worked = _Worked(body, tuple(aside.maps), tuple(aside.unmapped))
        if len(terms.memo) >= _MEMO:
            terms.memo.clear()
        terms.memo[key] = worked
    for stamp in worked.maps:
        terms.maps[stamp] = None
    for code in worked.unmapped:
        terms.unmapped[code] = None
    return dict(worked.body) if worked.body is not None else None


_MEMO: Final = 8192


def _concept(rep: Parts, terms: Terms, path: str, day: str, table: tuple[str, str] | None) -> Body | None:
    codings: list[Body] = []
    standard: Body | None = None
    for code_at, text_at, system_at, version_at, oid_at in _TRIPLES:
        code = part(rep, code_at)
        if not code:
            continue
        name = part(rep, system_at)
        system = code_system(name, part(rep, oid_at)) or (V2 + table[0] if table else "")
        coding: Body = {"code": " ".join(code.split())}
        if system.startswith(V2):
            coding["system"] = table_system(system.removeprefix(V2), coding["code"])
        elif system:
            coding["system"] = system
        if text := part(rep, text_at):
            coding["display"] = text
        if version := part(rep, version_at):
            coding["version"] = version
        codings.append(coding)
        if standard is None:
            if table and system == V2 + table[0]:
                standard = terms.coding(table[1], code)
            elif path and name:
                standard = terms.translate(code, name, path=path, day=day)
    if standard:
        codings.insert(0, standard)
    body: Body = {}
    if codings:
        body["coding"] = _unique(codings)
    bare = codings[0]["code"] if codings and not any("system" in c or "display" in c for c in codings) else ""
    if text := part(rep, 9) or part(rep, 2) or part(rep, 5) or bare:
        body["text"] = text
    return body or None


def _unique(codings: list[Body]) -> list[Body]:
    seen: set[tuple[str, str]] = set()
    kept = []
    for coding in codings:
        key = (coding.get("system", ""), coding["code"])
        if key not in seen:
            seen.add(key)
            kept.append(coding)
    return kept


def table_concept(code: str, table: str, display: str = "") -> Body | None:
    """An ID or IS value of an HL7 table as CodeableConcept."""
    code = " ".join(code.split())
    if not code or code == NULL:
        return None
    coding: Body = {"system": table_system(table, code), "code": code}
    if display:
        coding["display"] = display
    return {"coding": [coding]}


def standard_code(rep: Parts) -> str:
    """The code of a CWE: CWE.1, else CWE.4."""
    return part(rep, 1) or part(rep, 4)


def display_text(rep: Parts) -> str:
    """What a CWE says to a reader."""
    return part(rep, 9) or part(rep, 2) or part(rep, 5) or part(rep, 1)


# ---------------------------------------------------------------- numbers


def quantity(value: str, unit: Parts | None = None) -> Body | None:
    """A number with its unit -> Quantity, digits kept. UCUM only when the unit says so (CWE.3): else unit text only."""
    number = document.decimal_text(value)
    if number is None:
        return None
    body: Body = {"value": number}
    if unit is not None:
        body.update(unit_of(unit))
    return body


def unit_of(rep: Parts) -> Body:
    """The unit members of a Quantity from a CWE: code and system when UCUM (or SNOMED CT) is named, else text."""
    for code_at, text_at, system_at in ((1, 2, 3), (4, 5, 6)):
        system = code_system(part(rep, system_at))
        code = part(rep, code_at)
        if code and system in (UCUM, SNOMED) and not code.isspace():
            return {"unit": part(rep, text_at) or code, "system": system, "code": code.replace(" ", "")}
    text = part(rep, 2) or part(rep, 1) or part(rep, 9)
    return {"unit": text} if text else {}
