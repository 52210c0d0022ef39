"""A template's text taken apart: literal text and `{fields}`, each field known by name or refused with a suggestion."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from console.core.errors import Refused

PLACEHOLDERS: dict[str, str] = {
    "control_id": "MSH-10, unique in every run",
    "counter": "1, 2, 3 ...",
    "run": "the run's code",
    "now": "hospital time, to the second, with zone",
    "time": "five minutes to an hour before `now`",
    "visit": "a visit number, new in every message",
    "placer": "a placer number, new in every message",
    "filler": "a filler number, new in every message",
    "accession": "an accession number, new in every message",
    "patient.mrn": "the patient's number",
    "patient.family": "the patient's family name",
    "patient.given": "the patient's given names",
    "patient.born": "the birth date, YYYYMMDD",
    "patient.sex": "F or M",
    "patient.street": "street and number",
    "patient.town": "the town",
    "patient.phone": "a telephone number",
    "number": "{number:LOW-HIGH:DECIMALS}: any value of the range; {number:LOW-HIGH:DECIMALS:normal}: values around a "
    "reference range, one in twelve outside",
    "flag": "H, L, HH, LL or nothing, for the {number} before it",
    "choice": "{choice:A,B,C}: one of them",
    "csv": "{csv:COLUMN}: from the CSV file beside the template",
    "facility": "content.facility",
    "receiver": "content.receiving_application",
    "processing_id": "content.processing_id",
    "version": "content.version",
    "charset": "content.charset",
}
"""What may stand in braces, and what it becomes. A brace itself is written twice."""

_WITH_ARGUMENTS = ("number", "choice", "csv")
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}\r\n]*)\}|[{}]")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)(?::(\d))?(?::(uniform|normal))?")
_MOST_VALUES = 200_000


@dataclass(frozen=True, slots=True)
class Field:
    """One placeholder. `line` is where it stands, from 1."""

    name: str
    argument: str
    line: int


Token = str | Field


@dataclass(frozen=True, slots=True)
class Range:
    """`low` to `high` in steps of 10**-decimals. `normal`: around the range, else anywhere within."""

    low: float
    high: float
    decimals: int
    normal: bool


def tokens(text: str, *, origin: str) -> list[Token]:
    """The template with CR between segments. Raises Refused with the line for an unknown or broken placeholder."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found: list[Token] = []
    at = 0
    for match in _TOKEN.finditer(text):
        _literal(found, text[at : match.start()])
        at = match.end()
        line = text.count("\n", 0, match.start()) + 1
        whole = match.group(0)
        if whole in ("{{", "}}"):
            _literal(found, whole[0])
        elif len(whole) == 1:
            raise _refused(origin, line, f"a single {whole!r} stands here; write it twice if the message holds it")
        else:
            found.append(_field(match.group(1), origin, line))
    _literal(found, text[at:])
    return _segments(found)


def _field(inner: str, origin: str, line: int) -> Field:
    name, colon, argument = inner.strip().partition(":")
    if name not in PLACEHOLDERS:
        close = difflib.get_close_matches(name, PLACEHOLDERS, n=1, cutoff=0.5)
        hint = f"did you mean {{{close[0]}}}?" if close else f"there are {', '.join(PLACEHOLDERS)}"
        raise _refused(origin, line, f"nobody knows the placeholder {{{inner}}}; {hint}")
    if (name in _WITH_ARGUMENTS) != bool(colon and argument):
        if name in _WITH_ARGUMENTS:
            raise _refused(origin, line, f"{{{name}}} needs an argument: {_usage(name)}")
        raise _refused(origin, line, f"{{{name}}} takes no argument")
    if name == "number":
        range_of(Field(name, argument, line), origin=origin)
    return Field(name, argument, line)


def range_of(field: Field, *, origin: str) -> Range:
    """What `{number:...}` says. Raises Refused."""
    match = _NUMBER.fullmatch(field.argument.strip())
    if match is None:
        raise _refused(origin, field.line, f"{{number:{field.argument}}} cannot be read; {_usage('number')}")
    low, high = float(match[1]), float(match[2])
    decimals = int(match[3] or 0)
    if low >= high:
        raise _refused(origin, field.line, f"the range {match[1]}-{match[2]} is empty; the lower limit comes first")
    if (high - low) * 10**decimals > _MOST_VALUES:
        raise _refused(origin, field.line, f"{{number:{field.argument}}} has too many values; take fewer decimals")
    return Range(low, high, decimals, match[4] == "normal")


def _usage(name: str) -> str:
    said = PLACEHOLDERS[name]
    return said if said.startswith("{") else f"{{{name}:...}} is {said}"


def _refused(origin: str, line: int, text: str) -> Refused:
    return Refused(f"{origin}, line {line}: {text}", code="template-invalid")


def _literal(found: list[Token], text: str) -> None:
    if not text:
        return
    last = found[-1] if found else None
    if isinstance(last, str):
        found[-1] = last + text
    else:
        found.append(text)


def _segments(found: list[Token]) -> list[Token]:
    """Line breaks become one CR each, blank lines go, and the last segment is ended."""
    out: list[Token] = []
    for token in found:
        _literal(out, token) if isinstance(token, str) else out.append(token)
    joined: list[Token] = []
    for token in out:
        if isinstance(token, str):
            token = re.sub(r"\n[ \t]*(?:\n[ \t]*)*", "\r", token)
        joined.append(token)
    if joined and isinstance(joined[0], str):
        joined[0] = joined[0].lstrip("\r \t")
    if joined and isinstance(joined[-1], str):
        joined[-1] = joined[-1].rstrip("\r")
    _literal(joined, "\r")
    return joined
