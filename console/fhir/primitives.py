"""When a FHIR primitive value is certainly right, decided fast: the leaf checks of the gate's quick road.

Each check may only be stricter than `fhir.resources` and our own rules together, never looser: a value it refuses goes
the slow road, where the real models decide. A differential test holds the two together. Source: FHIR R4 datatypes.html.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

Check = Callable[[Any], object]
"""Truthy: the value is certainly valid for its type."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_VISIBLE = re.compile(r"\S")
_CODE = re.compile(r"[!-~]+(?: [!-~]+)*")
_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_URI = re.compile(r"[!-~]+")
_SYSTEM = re.compile(r"(?:https?://|urn:[a-z0-9][a-z0-9-]*:)[!-~]+")
_YEAR = r"(?:1[5-9]|2[0-9])[0-9]{2}"
_DAY_28 = rf"{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"
_DATE = re.compile(rf"{_YEAR}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")
_DATE_TIME = re.compile(rf"({_YEAR}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?)(?:T{_CLOCK}{_ZONE})?")
_EARLY_INSTANT = re.compile(rf"{_DAY_28}T{_CLOCK}{_ZONE}")
_INSTANT = re.compile(rf"({_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))T{_CLOCK}{_ZONE}")
_TIME = re.compile(_CLOCK)
_INT32: Final = 2147483647


def text(value: Any) -> bool:
    """string, markdown: something visible, no control characters."""
    return value.__class__ is str and _VISIBLE.search(value) is not None and _CONTROL.search(value) is None


def code(value: Any) -> bool:
    return value.__class__ is str and _CODE.fullmatch(value) is not None


def identifier(value: Any) -> bool:
    return value.__class__ is str and _ID.fullmatch(value) is not None


def uri(value: Any) -> bool:
    return value.__class__ is str and _URI.fullmatch(value) is not None


def absolute_uri(value: Any) -> bool:
    """The `system` of identifiers, codings and quantities: absolute (FHIR R4: Identifier.system)."""
    return value.__class__ is str and _SYSTEM.fullmatch(value) is not None


def day(value: Any) -> bool:
    return value.__class__ is str and _DATE.fullmatch(value) is not None and _in_calendar(value)


def date_time(value: Any) -> bool:
    if value.__class__ is not str:
        return False
    if _EARLY_INSTANT.fullmatch(value):
        return True
    found = _DATE_TIME.fullmatch(value)
    # A time needs a whole date before it.
    return found is not None and ("T" not in value or len(found[1]) == 10) and _in_calendar(found[1])


def instant(value: Any) -> bool:
    if value.__class__ is not str:
        return False
    if _EARLY_INSTANT.fullmatch(value):
        return True
    found = _INSTANT.fullmatch(value)
    return found is not None and _in_calendar(found[1])


def clock_time(value: Any) -> bool:
    return value.__class__ is str and _TIME.fullmatch(value) is not None


def _in_calendar(day_text: str) -> bool:
    """Whether a well-formed YYYY[-MM[-DD]] exists."""
    if len(day_text) < 10 or day_text[8:] <= "28":
        return True
    try:
        date.fromisoformat(day_text)
    except ValueError:
        return False
    return True


def boolean(value: Any) -> bool:
    return value is True or value is False


def integer(value: Any) -> bool:
    return value.__class__ is int and -_INT32 - 1 <= value <= _INT32


def unsigned(value: Any) -> bool:
    return value.__class__ is int and 0 <= value <= _INT32


def positive(value: Any) -> bool:
    return value.__class__ is int and 1 <= value <= _INT32


def number(value: Any) -> bool:
    """decimal: exact numbers only; a float has lost its digits already."""
    return value.__class__ is int or (value.__class__ is Decimal and value.is_finite())


def base64(value: Any) -> bool:
    if value.__class__ is not str or not value:
        return False
    try:
        binascii.a2b_base64(value, strict_mode=True)
    except (binascii.Error, ValueError):
        return False
    return True


CHECKS: Final[Mapping[str, Check]] = {
    "string": text,
    "markdown": text,
    "code": code,
    "id": identifier,
    "uri": uri,
    "canonical": uri,
    "date": day,
    "dateTime": date_time,
    "instant": instant,
    "time": clock_time,
    "boolean": boolean,
    "integer": integer,
    "unsignedInt": unsigned,
    "positiveInt": positive,
    "decimal": number,
    "base64Binary": base64,
}
"""By FHIR primitive type. A type that is not here (url, oid, uuid, xhtml) always goes the slow road."""


def in_order(first: str, last: str) -> bool:
    """Whether two well-formed FHIR dateTimes may be the start and end of a period. Instants are compared as instants;
    when one is partial, only the part both have is compared: 2026-03 may end what began on 2026-03-20."""
    if "T" in first and "T" in last:
        return datetime.fromisoformat(first) <= datetime.fromisoformat(last)
    shared = min(len(first), len(last), 10)
    return first[:shared] <= last[:shared]
