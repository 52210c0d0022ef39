"""What an OBX says apart from value, status and time: code, unit, range, flags, performers, method, device, site.

A laboratory says the same of a test thousands of times a day, so what follows from the same fields is worked out once
per set of concept maps and clinical day and then kept. Sources: V2-to-FHIR OBX[Observation]; HL7 v2.8 chapter 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from console.fhir import datatypes
from console.fhir.context import Body
from console.fhir.datatypes import part
from console.fhir.mapping.draft import Draft
from console.fhir.terms import V3, Terms, code_system, table_system
from console.hl7v2.message import NULL, Repetition, Segment

_FLAG_MAP: Final = "v2-0078-interpretation"
_NORMAL: Final = frozenset({"", "N", "NEG", "S", "NR", "ND"})
_MEMO: Final = 8192
_FURTHER: Final = (15, 16, 17, 18, 20, 23, 25)


@dataclass(frozen=True, slots=True)
class Standing:
    """The lasting part of an observation. `code` is None when OBX-3 is empty; `facts` are members of the resource,
    read-only; `unit` those of a Quantity; `flag` the first abnormal flag of OBX-8, '' for none."""

    code: Body | None
    unit: Body
    facts: Body
    flag: str
    maps: tuple[str, ...]
    unmapped: tuple[str, ...]
    broken_range: bool
    authorities: Mapping[str, str]


def key_of(obx: Segment) -> tuple[str, str]:
    """OBX-3 (code and system, else text) and OBX-4, as they identify a result within its report."""
    source, d = obx.source(3), obx.delimiters
    if (d.escape and d.escape in source) or (d.repetition and d.repetition in source):
        rep = _first(obx, 3)
        code = _code_in(rep.components) if rep is not None else ""
    else:
        code = _code_of(source, d.component, d.subcomponent)
    sub_id = obx.text(4).strip()
    return code, "" if sub_id == NULL else sub_id


@lru_cache(maxsize=4096)
def _code_of(source: str, component: str, subcomponent: str) -> str:
    """`_code_in` of a field without escapes and repetitions: what laboratories send all day."""
    words = source.split(component)
    return _code_in([word.partition(subcomponent)[0] for word in words] if subcomponent else words)


def _code_in(components: list[str]) -> str:
    """CWE.1 with its system, else CWE.4 with its system, else the text."""
    words = ["" if word == NULL else word.strip() for word in components] + [""] * 6
    if words[0]:
        return f"{words[0]}|{code_system(words[2])}"
    return f"{words[3]}|{code_system(words[5])}" if words[3] else words[1]


def flag_of(obx: Segment) -> str:
    """The first abnormal flag of OBX-8, '' when there is none."""
    flags = (part(rep).upper() for rep in obx.reps(8))
    return next((flag for flag in flags if flag not in _NORMAL), "")


def standing(draft: Draft, obx: Segment, day: str) -> Standing:
    """The lasting part of this OBX. `day` is the clinical day, by which concept maps are chosen.

    Raises InvalidMessage `code-not-mapped` from a map with the policy stop."""
    terms = draft.terms
    fields = obx.fields
    more = tuple(fields[n] for n in _FURTHER if n < len(fields)) if len(fields) > 15 else ()
    key = ("OBX", terms.marks, terms.source, terms.era(day), tuple(fields[3:4] + fields[6:9]), more)
    memo = terms.memo
    found = memo.get(key)
    if not isinstance(found, Standing) or found.authorities != terms.authorities:
        aside = terms.aside()
        found = _work_out(aside, obx, day)
        if len(memo) >= _MEMO:
            memo.clear()
        memo[key] = found
    for stamp in found.maps:
        terms.maps[stamp] = None
    for code in found.unmapped:
        terms.unmapped[code] = None
    if found.broken_range:
        draft.warn(f"{obx.path(7)}: the range's low end lies above its high end; kept as text")
    return found


def _work_out(terms: Terms, obx: Segment, day: str) -> Standing:
    rep = _first(obx, 3)
    code = datatypes.concept(rep, terms, path=obx.path(3), day=day) if rep is not None else None
    facts: Body = {}
    if performers := _performers(terms, obx):
        facts["performer"] = performers
    if flags := [made for r in obx.reps(8) if (made := _interpretation(terms, part(r)))]:
        facts["interpretation"] = flags
    unit = _first(obx, 6)
    span, broken = _reference_range(obx, unit)
    if span:
        facts["referenceRange"] = [span]
    for name, field in (("bodySite", 20), ("method", 17)):
        said = _first(obx, field)
        if said is not None and (made := datatypes.concept(said, terms)):
            facts[name] = made
    if device := _device(_first(obx, 18)):
        facts["device"] = device
    return Standing(
        code,
        datatypes.unit_of(unit) if unit is not None else {},
        facts,
        flag_of(obx),
        tuple(terms.maps),
        tuple(terms.unmapped),
        broken,
        terms.authorities,
    )


def _first(obx: Segment, field: int) -> Repetition | None:
    """The first repetition of a field; None when it is empty or HL7 null."""
    if obx.is_null(field):
        return None
    return next(iter(obx.reps(field)), None)


def _interpretation(terms: Terms, code: str) -> Body | None:
    if not code:
        return None
    coding = terms.coding(_FLAG_MAP, code)
    if coding is not None:
        coding.setdefault("system", V3 + "ObservationInterpretation")
        return {"coding": [coding]}
    code = " ".join(code.split())
    return {"coding": [{"system": table_system("0078", code), "code": code}]}


def _reference_range(obx: Segment, unit: Repetition | None) -> tuple[Body | None, bool]:
    """OBX-7: the text as sent, and its ends where it is `low-high`, `< high` or `> low`; whether the ends are wrong."""
    text = obx.text(7).strip()
    if not text or text == NULL:
        return None, False
    made: Body = {"text": text}
    for sign, end in (("<=", "high"), (">=", "low"), ("<", "high"), (">", "low")):
        if text.startswith(sign):
            if number := datatypes.quantity(text[len(sign) :].strip(), unit):
                made[end] = number
            return made, False
    for place in (i for i, c in enumerate(text) if c == "-" and i > 0):
        low, high = datatypes.quantity(text[:place], unit), datatypes.quantity(text[place + 1 :], unit)
        if low is not None and high is not None:
            if low["value"] > high["value"]:
                return made, True
            made["low"], made["high"] = low, high
            break
    return made, False


def _performers(terms: Terms, obx: Segment) -> list[Body]:
    """OBX-16 observers, OBX-25 medical director, OBX-23 performing organization, else OBX-15 producer."""
    found = [
        made
        for field in (16, 25)
        if not obx.is_null(field)
        for rep in obx.reps(field)
        if (made := datatypes.practitioner(rep, terms))
    ]
    if (organization := _first(obx, 23)) is not None:
        if made := datatypes.organization(organization, terms):
            found.append(made)
    elif (producer := _first(obx, 15)) is not None and (name := part(producer, 2) or part(producer, 1)):
        found.append({"type": "Organization", "display": name})
    return found


def _device(rep: Repetition | None) -> Body | None:
    if rep is None:
        return None
    text = " ".join(word for word in (part(rep, 1), part(rep, 2)) if word)
    return {"type": "Device", "display": text} if text else None
