"""OBX-5 by its OBX-2: which value[x] an observation has, or why it has none (V2-to-FHIR OBX[Observation])."""

from __future__ import annotations

import re
from typing import Any

from console.fhir import datatypes, document
from console.fhir.context import Body
from console.fhir.datatypes import part
from console.fhir.mapping.draft import Draft
from console.hl7v2.message import Repetition, Segment

TEXT_TYPES = frozenset({"TX", "FT"})
ATTACHED_TYPES = frozenset({"ED", "RP"})
_CODED = frozenset({"CE", "CWE", "CNE", "CF", "CX", "IS", "ID"})
_COMPARATORS = {"<": "<", ">": ">", "<=": "<=", ">=": ">=", "=": "", "": ""}
_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d)?([0-5]\d)?(?:\.\d+)?(?:[+-]\d{4})?\Z")

Value = tuple[str, Any]
"""The name of the value[x] member and what it holds."""


def values(draft: Draft, obx: Segment) -> list[Value]:
    """One value per repetition of OBX-5; a repetition that says nothing gives none."""
    kind = obx.get(2).strip().upper()
    found = [value for rep in obx.reps(5) if (value := _one(draft, obx, kind, rep)) is not None]
    if kind == "NA":
        return _sampled(draft, obx)
    return found


def _one(draft: Draft, obx: Segment, kind: str, rep: Repetition) -> Value | None:
    if rep.raw == datatypes.NULL:
        return None
    if kind == "NM":
        return _number(draft, obx, rep)
    if kind == "SN":
        return _structured(draft, obx, rep)
    if kind in _CODED:
        made = datatypes.concept(rep, draft.terms, path=obx.path(5)) if kind not in ("IS", "ID") else _plain_code(rep)
        return ("valueCodeableConcept", made) if made else None
    if kind in ("DT", "DTM", "TS"):
        moment = datatypes.date_time(rep.get(1), draft.terms)
        return ("valueDateTime", moment) if moment else _text(draft, obx, rep, "no date")
    if kind == "TM":
        return _time(draft, obx, rep)
    if kind == "DR":
        span = datatypes.period(rep.get(1), rep.get(2), draft.terms)
        return ("valuePeriod", span) if span else None
    if kind == "NR":
        return _range(rep, _unit(obx))
    if kind == "CQ":
        made = datatypes.quantity(part(rep, 1))
        if made is None:
            return _text(draft, obx, rep, "no number")
        if unit := part(rep, 2, 2) or part(rep, 2, 1):
            made["unit"] = unit
        return "valueQuantity", made
    if kind not in ("ST", "TX", "FT", "", "XPN", "XCN", "XAD", "XTN", "XON", "EI", "HD", "PN", "CN", "CK", "PPN", "NA"):
        draft.warn(f"{obx.path(2)}: value type not known; kept as text")
    text = rep.text().strip()
    return ("valueString", text) if text and kind != "NA" else None


def _number(draft: Draft, obx: Segment, rep: Repetition) -> Value | None:
    text = part(rep)
    if not text:
        return None
    made = datatypes.quantity(text, _unit(obx))
    if made is not None:
        return "valueQuantity", made
    for sign in ("<=", ">=", "<", ">"):
        rest = text.removeprefix(sign).strip()
        if rest != text and (made := datatypes.quantity(rest, _unit(obx))) is not None:
            return "valueQuantity", {**made, "comparator": sign}
    return _text(draft, obx, rep, "no number")


def _structured(draft: Draft, obx: Segment, rep: Repetition) -> Value | None:
    """SN: comparator, number, separator or suffix, number (chapter 2A, SN)."""
    comparator, low, middle, high = (part(rep, n) for n in (1, 2, 3, 4))
    unit = _unit(obx)
    first, second = document.decimal_text(low) if low else None, document.decimal_text(high) if high else None
    if first is not None and middle == "" and not high and comparator in _COMPARATORS:
        made: Body = {**(datatypes.quantity(low, unit) or {})}
        if sign := _COMPARATORS[comparator]:
            made["comparator"] = sign
        return "valueQuantity", made
    if first is not None and second is not None and not comparator:
        if middle == "-" and first <= second:
            return "valueRange", {"low": datatypes.quantity(low, unit), "high": datatypes.quantity(high, unit)}
        if middle in (":", "/"):
            return "valueRatio", {"numerator": datatypes.quantity(low), "denominator": datatypes.quantity(high)}
    text = "".join((comparator, low, middle, high))
    return ("valueString", text) if text else None


def _range(rep: Repetition, unit: Repetition | None) -> Value | None:
    low, high = datatypes.quantity(part(rep, 1), unit), datatypes.quantity(part(rep, 2), unit)
    made = {name: value for name, value in (("low", low), ("high", high)) if value is not None}
    return ("valueRange", made) if made else None


def _time(draft: Draft, obx: Segment, rep: Repetition) -> Value | None:
    found = _TIME.match(part(rep))
    if not found:
        return _text(draft, obx, rep, "no time")
    return "valueTime", ":".join((found[1], found[2] or "00", found[3] or "00"))


def _text(draft: Draft, obx: Segment, rep: Repetition, why: str) -> Value | None:
    text = rep.text().strip()
    if not text:
        return None
    draft.warn(f"{obx.path(5)}: {why}; kept as text")
    return "valueString", text


def _plain_code(rep: Repetition) -> Body | None:
    code = " ".join(part(rep).split())
    return {"coding": [{"code": code}], "text": code} if code else None


def _sampled(draft: Draft, obx: Segment) -> list[Value]:
    """NA: every repetition is a channel, every component a reading. FHIR wants a sampling period and OBX does not say
    one (its waveform channel definition does): 1 ms is written, with a warning."""
    channels = [[c for c in rep.components if c] for rep in obx.reps(5)]
    if not channels or not channels[0]:
        return []
    if any(document.decimal_text(reading) is None for channel in channels for reading in channel):
        draft.warn(f"{obx.path(5)}: readings are no numbers; kept as text")
        return [("valueString", obx.text(5))]
    if len({len(channel) for channel in channels}) != 1:
        draft.warn(f"{obx.path(5)}: channels of different length; kept as text")
        return [("valueString", obx.text(5))]
    draft.warn(f"{obx.path(5)}: the sampling period is not stated; 1 ms assumed")
    unit = _unit(obx)
    origin = datatypes.quantity("0", unit)
    readings = " ".join(reading for column in zip(*channels, strict=True) for reading in column)
    sampled = {"origin": origin, "period": document.decimal_text("1"), "dimensions": len(channels), "data": readings}
    return [("valueSampledData", sampled)]


def _unit(obx: Segment) -> Repetition | None:
    return obx.reps(6)[0] if obx.has(6) and not obx.is_null(6) else None
