"""OBX-5 by its OBX-2: which value[x] an observation has, or why it has none (V2-to-FHIR OBX[Observation])."""

from __future__ import annotations

from typing import Any, Final

from console.core.errors import InvalidMessage
from console.fhir import datatypes, document
from console.fhir.context import Body
from console.fhir.datatypes import part
from console.fhir.mapping.draft import Draft
from console.hl7v2 import timestamp
from console.hl7v2.message import Repetition, Segment

TEXT_TYPES: Final = frozenset({"ST", "TX", "FT"})
ATTACHED_TYPES: Final = frozenset({"ED", "RP"})
_CODED: Final = frozenset({"CE", "CWE", "CNE", "CF"})
_TABLE_CODES: Final = frozenset({"IS", "ID"})
_TEXTS: Final = frozenset(
    "ST TX FT AD CK CN CP CX DLN EI FN HD JCC MO PL PN PPN PT RPT TN URL VID XAD XCN XON XPN XTN".split()
)
"""Types that have no value[x] of their own: their text is kept as it was sent."""

_COMPARATORS: Final = {"<": "<", ">": ">", "<=": "<=", ">=": ">=", "=": "", "": ""}

Value = tuple[str, Any]
"""The name of the value[x] member and what it holds."""


def values(draft: Draft, obx: Segment, unit: Body) -> list[Value]:
    """One value per repetition of OBX-5; a repetition that says nothing gives none. `unit` are a Quantity's members."""
    kind = obx.get(2).strip().upper()
    if kind == "NA":
        return _sampled(draft, obx, unit)
    if kind == "" and obx.has(5):
        draft.warn(f"{obx.path(2)}: the value's type is not said; kept as text")
    return [value for rep in obx.reps(5) if (value := _one(draft, obx, kind, rep, unit)) is not None]


def _one(draft: Draft, obx: Segment, kind: str, rep: Repetition, unit: Body) -> Value | None:
    if rep.raw == datatypes.NULL:
        return None
    if kind == "NM":
        return _number(draft, obx, rep, unit)
    if kind in _CODED:
        made = _concept(draft, obx, rep)
        return ("valueCodeableConcept", made) if made else None
    if kind in _TABLE_CODES:
        code = " ".join(part(rep).split())
        return ("valueCodeableConcept", {"coding": [{"code": code}], "text": code}) if code else None
    if kind == "SN":
        return _structured(rep, unit)
    if kind in ("DT", "DTM", "TS"):
        moment = datatypes.date_time(rep.get(1), draft.terms)
        return ("valueDateTime", moment) if moment else _text(draft, obx, rep, "no date")
    if kind == "TM":
        clock = timestamp.fhir_time(part(rep))
        return ("valueTime", clock) if clock else _text(draft, obx, rep, "no time")
    if kind == "DR":
        span = datatypes.period(rep.get(1), rep.get(2), draft.terms)
        return ("valuePeriod", span) if span else _text(draft, obx, rep, "no dates")
    if kind == "NR":
        return _range(rep, unit) or _text(draft, obx, rep, "no numbers")
    if kind == "CQ":
        return _with_unit(rep) or _text(draft, obx, rep, "no number")
    if kind and kind not in _TEXTS:
        draft.warn(f"{obx.path(2)}: value type not known; kept as text")
    text = rep.text().strip()
    return ("valueString", text) if text else None


def _quantity(text: str, unit: Body) -> Body | None:
    number = document.decimal_text(text)
    return None if number is None else {"value": number, **unit}


def _number(draft: Draft, obx: Segment, rep: Repetition, unit: Body) -> Value | None:
    text = part(rep)
    if not text:
        return None
    if (made := _quantity(text, unit)) is not None:
        return "valueQuantity", made
    for sign in ("<=", ">=", "<", ">"):
        if text.startswith(sign):
            made = _quantity(text[len(sign) :].strip(), unit)
            if made is not None:
                return "valueQuantity", {**made, "comparator": sign}
            break
    return _text(draft, obx, rep, "no number")


def _concept(draft: Draft, obx: Segment, rep: Repetition) -> Body | None:
    """A coded value. A local code that no map knows is kept and listed, whatever the map's policy: the policy `stop`
    guards what was measured (OBX-3), not what was found."""
    try:
        return datatypes.concept(rep, draft.terms, path=obx.path(5))
    except InvalidMessage:
        draft.terms.unmapped[f"{part(rep, 3)}|{part(rep)}"] = None
        return datatypes.concept(rep, draft.terms)


def _structured(rep: Repetition, unit: Body) -> Value | None:
    """SN: comparator, number, separator or suffix, number (chapter 2A, SN)."""
    comparator, low, middle, high = (part(rep, n) for n in (1, 2, 3, 4))
    first, second = _quantity(low, unit), _quantity(high, unit)
    if first is not None and not middle and not high and comparator in _COMPARATORS:
        if sign := _COMPARATORS[comparator]:
            first["comparator"] = sign
        return "valueQuantity", first
    if first is not None and second is not None and not comparator:
        if middle == "-" and first["value"] <= second["value"]:
            return "valueRange", {"low": first, "high": second}
        if middle in (":", "/"):
            return "valueRatio", {"numerator": {"value": first["value"]}, "denominator": {"value": second["value"]}}
    text = "".join((comparator, low, middle, high))
    return ("valueString", text) if text else None


def _range(rep: Repetition, unit: Body) -> Value | None:
    ends = (("low", _quantity(part(rep, 1), unit)), ("high", _quantity(part(rep, 2), unit)))
    made = {name: value for name, value in ends if value is not None}
    return ("valueRange", made) if made else None


def _with_unit(rep: Repetition) -> Value | None:
    made = datatypes.quantity(part(rep, 1))
    if made is None:
        return None
    if unit := part(rep, 2, 2) or part(rep, 2, 1):
        made["unit"] = unit
    return "valueQuantity", made


def _text(draft: Draft, obx: Segment, rep: Repetition, why: str) -> Value | None:
    text = rep.text().strip()
    if not text:
        return None
    draft.warn(f"{obx.path(5)}: {why}; kept as text")
    return "valueString", text


def _sampled(draft: Draft, obx: Segment, unit: Body) -> list[Value]:
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
    readings = " ".join(reading for column in zip(*channels, strict=True) for reading in column)
    sampled = {
        "origin": {"value": 0, **unit},
        "period": document.decimal_text("1"),
        "dimensions": len(channels),
        "data": readings,
    }
    return [("valueSampledData", sampled)]
