"""JSON documents in and out without touching the numbers: 4.10 stays 4.10.

FHIR forbids changing the precision of a decimal (R4, datatypes: decimal), and Python floats cannot keep it. In our
bodies a decimal is a `decimal.Decimal`; it is written digit for digit.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import orjson

_OPTIONS = orjson.OPT_SORT_KEYS

# In the compact form that `to_bytes` writes, a fractional number always follows `":`. A match inside a string would
# only cost the slower reader.
_FRACTION = re.compile(rb'":-?[0-9]+(?:\.|[eE])')


def _plain(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(format(value, "f").encode())
    raise TypeError(f"no JSON form for {type(value).__name__}")


def to_bytes(body: Any) -> bytes:
    """Canonical bytes: UTF-8, keys sorted, no white space, decimals digit for digit. Equal bodies, equal bytes."""
    return orjson.dumps(body, _plain, _OPTIONS)


def from_bytes(raw: bytes) -> Any:
    """The inverse of `to_bytes`. Also reads any other JSON, but then keeps decimals only if written compactly."""
    if _FRACTION.search(raw):
        return json.loads(raw, parse_float=Decimal)
    return orjson.loads(raw)


_NUMBER = re.compile(r"([+-]?)0*([0-9]*)(?:\.([0-9]*))?")


def decimal_text(text: str) -> Decimal | None:
    """A number as HL7 v2 sends it (NM, chapter 2A: `+12`, `.5`, `5.`, `007.50`) as a decimal, digits kept; None when
    it is no number. Exponents are no NM and give None."""
    found = _NUMBER.fullmatch(text.strip())
    if not found:
        return None
    sign, whole, fraction = found.groups()
    if not whole and not fraction and not any(c == "0" for c in text):
        return None
    return Decimal(("-" if sign == "-" else "") + (whole or "0") + ("." + fraction if fraction else ""))
