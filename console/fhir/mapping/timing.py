"""TQ1, and its legacy forms ORC-7 and RXE-1, as a FHIR Timing: what is understood is structured, the rest is text.

Never guesses: a pattern that is not one of table 0335 becomes the timing's text. Source: HL7 v2.8.2 chapter 4A (4A.4.1,
Q<integer>H and its kind); FHIR R4 datatypes: Timing.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from console.fhir import datatypes, document
from console.fhir.context import Body
from console.fhir.terms import Terms, table_system

_GTS: Final = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"

# Pattern -> (times, per, unit)
_DAILY: Final = {
    "QD": (1, 1, "d"), "DAILY": (1, 1, "d"), "OD": (1, 1, "d"), "Q24H": (1, 24, "h"), "QAM": (1, 1, "d"),
    "QPM": (1, 1, "d"), "QHS": (1, 1, "d"), "HS": (1, 1, "d"), "BID": (2, 1, "d"), "TID": (3, 1, "d"),
    "QID": (4, 1, "d"), "QOD": (1, 2, "d"), "QSHIFT": (3, 1, "d"), "ONCE": (1, 0, ""), "STAT": (1, 0, ""),
}  # fmt: skip
_EVERY: Final = re.compile(r"Q([1-9][0-9]{0,2})([SMHDWL])")
_TIMES: Final = re.compile(r"([5-9]|1[0-9]|2[0-4])ID")
_UNITS: Final = {"S": "s", "M": "min", "H": "h", "D": "d", "W": "wk", "L": "mo"}
_STANDARD: Final = frozenset(("BID", "TID", "QID", "QOD", "QD", "Q4H", "Q6H"))


def repeat_of(pattern: str) -> Body:
    """The repeat of a pattern of table 0335; {} when it is not understood."""
    code = pattern.upper().removeprefix("PRN").strip()
    if found := _DAILY.get(code):
        times, per, unit = found
        return {"count": times} if not unit else {"frequency": times, "period": per, "periodUnit": unit}
    if every := _EVERY.fullmatch(code):
        return {"frequency": 1, "period": int(every[1]), "periodUnit": _UNITS[every[2]]}
    if times_a_day := _TIMES.fullmatch(code):
        return {"frequency": int(times_a_day[1]), "period": 1, "periodUnit": "d"}
    return {}


def as_needed(pattern: str) -> bool:
    """Whether the pattern says "when needed"."""
    return pattern.upper().startswith("PRN")


def timing(
    pattern: str,
    terms: Terms,
    *,
    start: str = "",
    end: str = "",
    count: str = "",
    duration: str = "",
    duration_unit: str = "",
) -> Body | None:
    """A Timing from the parts as sent; None when they say nothing. `count` TQ1-14, `duration` TQ1-13 with its unit."""
    repeat = repeat_of(pattern)
    if bounds := datatypes.period(start, end, terms):
        repeat["boundsPeriod"] = bounds
    if count.isascii() and count.isdigit() and int(count) > 0:
        repeat["count"] = int(count)
    long = document.decimal_text(duration) if duration else None
    unit = {"s": "s", "sec": "s", "min": "min", "h": "h", "hr": "h", "d": "d", "day": "d", "wk": "wk", "mo": "mo"}.get(
        duration_unit.lower()
    )
    if long is not None and long > Decimal(0) and unit:
        repeat["duration"], repeat["durationUnit"] = long, unit
    body: Body = {"repeat": repeat} if repeat else {}
    if code := " ".join(pattern.split()):
        standard = code.upper() in _STANDARD
        body["code"] = {
            "coding": [
                {"system": _GTS if standard else table_system("0335", code), "code": code.upper() if standard else code}
            ],
            "text": code,
        }
    return body or None
