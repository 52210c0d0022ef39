"""Acknowledgments (HL7 v2 chapter 2, 2.9): written in the sender's own delimiters and charset, read without trust.

Original mode answers AA, AE or AR once. Enhanced mode answers CA, CE or CR when the message is safe (MSH-15 says for
which outcomes) and AA, AE or AR when it was processed (MSH-16).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from console.core.errors import InvalidMessage
from console.hl7v2.charset import codec_of
from console.hl7v2.delimiters import Delimiters
from console.hl7v2.escapes import escape
from console.hl7v2.message import Segment, parse
from console.hl7v2.peek import Header

ACCEPTED = frozenset({"AA", "CA"})
REFUSED = frozenset({"AR", "CR"})
FAILED = frozenset({"AE", "CE"})


@dataclass(frozen=True, slots=True)
class AckError:
    """ERR: `code` HL7 table 0357, `path` like `OBX[2]-5.1`, severity E, W or I."""

    code: str
    text: str
    path: str = ""
    severity: str = "E"


@dataclass(frozen=True, slots=True)
class Acknowledgment:
    """MSA-1, MSA-2, MSA-3 and the ERR segments; `code` '' when there is no MSA."""

    code: str
    control_id: str
    text: str = ""
    errors: tuple[AckError, ...] = ()

    @property
    def accepted(self) -> bool:
        return self.code in ACCEPTED


def wanted(condition: str, code: str) -> bool:
    """Whether a sender that put `condition` (table 0155) in MSH-15 or MSH-16 wants to hear `code`. An unknown or empty
    condition in enhanced mode means never (chapter 2, 2.9.3.1)."""
    match condition.upper():
        case "AL":
            return True
        case "SU":
            return code in ACCEPTED
        case "ER":
            return code not in ACCEPTED
        case _:
            return False


def build_ack(
    header: Header | None,
    code: str,
    *,
    control_id: str,
    now: datetime,
    text: str = "",
    error: AckError | None = None,
) -> bytes:
    """The answer to the message with this header (None when it could not be read). `control_id` is the answer's own.

    Sender and receiver change places with all their components; delimiters, version, processing id and charset are
    the sender's, and so are the bytes of its control id. What the charset cannot say becomes `?`.
    """
    h = header or Header()
    d = h.delimiters
    f, c = d.field, d.component
    trigger = h.message_type.partition("^")[2]
    kind = "ACK"
    if trigger:
        kind = f"ACK{c}{trigger}" if _before(h.version, 2, 4) else f"ACK{c}{trigger}{c}ACK"
    version = h.field(12) or "2.5.1"
    msh = [
        "MSH", d.encoding, h.field(5), h.field(6), h.field(3), h.field(4), now.strftime("%Y%m%d%H%M%S%z"), "", kind,
        control_id, h.field(11) or "P", version, "", "", "", "", "", h.charset,
    ]  # fmt: skip
    said = escape(text, d)
    lines = [f.join(msh).rstrip(f), f.join(("MSA", code, h.control_id, said)).rstrip(f)]
    if error is not None:
        lines.append(_err(error, d, old=bool(h.version) and _before(h.version, 2, 5)))
    return _encoded("\r".join(lines) + "\r", h.charset)


def _err(error: AckError, d: Delimiters, *, old: bool) -> str:
    f, c, s = d.field, d.component, d.subcomponent
    name, ordinal, field, component = _location(error.path)
    if old:
        coded = s.join((error.code, escape(error.text, d), "HL70357")) if s else error.code
        return f"ERR{f}{c.join((name, ordinal, field, coded))}"
    place = c.join((name, ordinal, field, "1" if component else "", component)).rstrip(c) if name else ""
    coded = f"{error.code}{c}{c}HL70357" if error.code else ""
    return f.join(("ERR", "", place, coded, error.severity, "", "", "", escape(error.text, d))).rstrip(f)


def _location(path: str) -> tuple[str, str, str, str]:
    """Segment, its number, field and component of `OBX[2]-5.1`."""
    segment, _, rest = path.partition("-")
    name, _, ordinal = segment.partition("[")
    field, _, component = rest.partition(".")
    return name, (ordinal.rstrip("]") or "1") if name else "", field, component


def _before(version: str, major: int, minor: int) -> bool:
    numbers = [int(n) if n.isascii() and n.isdigit() else 0 for n in version.split(".")[:2]]
    return (*numbers, 0, 0)[:2] < (major, minor)


def _encoded(text: str, charset: str) -> bytes:
    """What was peeked at as UTF-8 keeps its bytes; only what we say ourselves may need `?`."""
    if text.isascii():
        return text.encode("ascii")
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode(codec_of(charset) or "ascii", "replace")


def parse_ack(payload: bytes) -> Acknowledgment:
    """Reads an acknowledgment; bytes that are none give code ''."""
    try:
        message = parse(payload)
    except InvalidMessage:
        return Acknowledgment("", "")
    msa = message.first("MSA")
    if msa is None:
        return Acknowledgment("", "")
    errors = tuple(_error_of(err) for err in message.all("ERR"))
    return Acknowledgment(msa.get(1).upper(), msa.source(2), msa.get(3), errors)


def _error_of(err: Segment) -> AckError:
    if err.has(3):
        name, ordinal, field, _, component = (err.get(2, n) for n in range(1, 6))
        code, text = err.get(3), err.get(8) or err.get(7) or err.get(3, 2)
    else:
        name, ordinal, field, component = (err.get(1, 1), err.get(1, 2), err.get(1, 3), "")
        code, text = err.get(1, 4), err.get(1, 4, 2)
    path = name + (f"[{ordinal}]" if ordinal not in ("", "1") else "") + (f"-{field}" if field else "")
    return AckError(code, text, path + (f".{component}" if component else ""), err.get(4) or "E")
