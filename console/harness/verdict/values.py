"""One spelling for each value, by which what was sent and what is filed are compared: numbers by value, text by words.

`4.10`, `4.1` and ` +4.1 ` are one number; `<4.1` is another thing than `4.1`; blanks between words do not count. Codes,
dates and attachments have spellings of their own that FHIR values can be brought into as well.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Protocol

TEXT_TYPES = frozenset({"ST", "TX", "FT"})
"""OBX-2 whose repetitions, and whose segments that follow one another, are lines of one text."""

_NUMBER = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_COMPARED = re.compile(r"(<=|>=|<|>)\s*(.+)", re.DOTALL)
_CODED = frozenset({"CE", "CWE", "CNE", "CF", "IS", "ID"})
_TIMES = frozenset({"DT", "TM", "DTM", "TS"})


class Reader(Protocol):
    """What is needed of `truth`'s field reader."""

    component: str

    def plain(self, text: str) -> str: ...
    def parts(self, repetition: str, count: int) -> list[str]: ...
    def repetitions(self, field: str) -> list[str]: ...
    def code(self, field: str) -> tuple[str, str]: ...


def normal(text: str) -> str:
    """The spelling by which values are compared. Never raises."""
    return _remembered(text) if len(text) <= 64 else _normal(text)


def _normal(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        return ""
    found = _NUMBER.fullmatch(text)
    if found:
        return _number(found[1], found[2], found[3])
    compared = _COMPARED.fullmatch(text)
    if compared:
        return compared[1] + normal(compared[2])
    return text


_remembered = lru_cache(maxsize=32_768)(_normal)


def _number(sign: str, digits: str, exponent: str | None) -> str:
    if exponent:
        try:
            digits = f"{Decimal(digits + exponent):f}"
        except InvalidOperation:
            return sign + digits + exponent
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0")
    whole = whole.lstrip("0") or "0"
    made = f"{whole}.{fraction}" if fraction else whole
    return f"-{made}" if sign == "-" and made != "0" else made


def words(text: str) -> str:
    """Text that is no number, as a code: blanks made one, nothing else changed (`007` is not `7`)."""
    return " ".join(text.split())


def moment(text: str) -> str:
    """A time by its digits: `20261123080000`, `2026-11-23T08:00:00Z` and `20261123080000.00` are one; a zone stays."""
    text = text.strip()
    zone = ""
    found = re.search(r"(Z|[+-]\d{2}:?\d{2})$", text)
    if found and len(re.sub(r"\D", "", text[: found.start()])) >= 8:
        zone = "+0000" if found[1] == "Z" or found[1].endswith(("00:00", "0000")) else found[1].replace(":", "")
        text = text[: found.start()]
    whole, _, fraction = text.partition(".")
    digits = re.sub(r"\D", "", whole)
    if len(digits) < 2 or re.search(r"[^\d\s:T./+-]", text):
        return words(text + zone)  # no time
    fraction = fraction.rstrip("0")
    return f"{digits}.{fraction}{zone}" if fraction else digits + zone


def digest(content: bytes) -> str:
    """An attachment by its SHA-1, which FHIR keeps as Attachment.hash."""
    return "sha1:" + hashlib.sha1(content, usedforsecurity=False).hexdigest()


def of_obx(sort: str, field: str, reader: Reader) -> tuple[str, str]:
    """OBX-5 by OBX-2: (the value in its spelling, the words beside a code). '' when nothing is said."""
    if not field:
        return "", ""
    if sort == "NM":
        if reader.component not in field:
            reps = reader.repetitions(field)
            if len(reps) == 1:
                return normal(reader.plain(reps[0])), ""
        return "~".join(normal(reader.parts(one, 1)[0]) for one in reader.repetitions(field)), ""
    if sort in _CODED:
        reps = reader.repetitions(field)
        if len(reps) == 1:
            code, text = reader.code(reps[0])
            return words(code), words(text)
        return "~".join(words(reader.code(one)[0]) for one in reps), ""
    if sort in TEXT_TYPES:
        return normal("\n".join(reader.plain(one) for one in reader.repetitions(field))), ""
    special = _SPECIAL.get(sort)
    if special is not None:
        return "~".join(special(one, reader) for one in reader.repetitions(field)), ""
    return "~".join(normal(reader.plain(one)) for one in reader.repetitions(field)), ""


def structured(comparator: str, low: str, middle: str, high: str) -> str:
    """SN: `<4.1`, `1:128`, `4-8`; an equals sign says nothing."""
    first, second = normal(low), normal(high)
    if not middle and not second:
        return normal(("" if comparator == "=" else comparator) + first)
    return f"{'' if comparator == '=' else comparator}{first}{middle}{second}"


def _structured(repetition: str, reader: Reader) -> str:
    return structured(*reader.parts(repetition, 4))


def _moment(repetition: str, reader: Reader) -> str:
    return moment(reader.parts(repetition, 1)[0])


def _range(repetition: str, reader: Reader) -> str:
    return "-".join(normal(one) for one in reader.parts(repetition, 2))


def _span(repetition: str, reader: Reader) -> str:
    return "/".join(moment(one) for one in reader.parts(repetition, 2))


def _quantity(repetition: str, reader: Reader) -> str:
    return normal(reader.parts(repetition, 1)[0])


def _attachment(repetition: str, reader: Reader) -> str:
    """ED by its content, decoded as ED.4 says; by its text where it cannot be."""
    words_ = reader.parts(repetition, 5)
    encoding, text = words_[3].upper(), words_[4]
    try:
        if encoding == "HEX":
            return digest(bytes.fromhex(text))
        if encoding in ("A", "") and not text[:16].startswith(("JVBER", "e1xydG", "/9j/", "iVBOR")):
            return digest(text.encode())
        packed = "".join(text.split()).rstrip("=")
        return digest(base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True))
    except (ValueError, binascii.Error):
        return digest(text.encode("utf-8", "surrogatepass"))


def _pointer(repetition: str, reader: Reader) -> str:
    return reader.parts(repetition, 1)[0]


_SPECIAL: dict[str, Callable[[str, Reader], str]] = {
    "SN": _structured,
    "NR": _range,
    "DR": _span,
    "CQ": _quantity,
    "ED": _attachment,
    "RP": _pointer,
    **dict.fromkeys(_TIMES, _moment),
}
