"""Acknowledgments (HL7 v2 chapter 2, 2.9): written in the sender's own delimiters, read without trust."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from console.core.errors import InvalidMessage
from console.hl7v2.delimiters import STANDARD
from console.hl7v2.escapes import escape
from console.hl7v2.message import parse
from console.hl7v2.peek import Header


@dataclass(frozen=True, slots=True)
class AckError:
    """ERR: `code` HL7 table 0357, `path` like `MSH-9`, severity E, W or I."""

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

    Sender and receiver change places; delimiters, version, processing id and charset are the sender's.
    """
    h = header or Header()
    d = h.delimiters if header else STANDARD
    f, c = d.field, d.component
    trigger = h.message_type.partition("^")[2]
    kind = f"ACK{c}{trigger}{c}ACK" if trigger else "ACK"
    lines = [
        f.join(
            (
                "MSH", d.encoding, h.receiving_application, h.receiving_facility, h.sending_application,
                h.sending_facility, now.strftime("%Y%m%d%H%M%S%z"), "", kind, control_id, h.processing_id or "P",
                h.version or "2.5.1", "", "", "", "", "", h.charset,
            )
        ).rstrip(f),
        f.join(("MSA", code, h.control_id, escape(text, d))).rstrip(f),
    ]  # fmt: skip
    if error is not None:
        lines.append(
            f.join(("ERR", "", _location(error.path, c), f"{error.code}{c}{c}HL70357", error.severity, "", "", "",
                    escape(error.text, d)))
        )  # fmt: skip
    return ("\r".join(lines) + "\r").encode("utf-8", "surrogateescape")


def _location(path: str, component: str) -> str:
    segment, _, field = path.partition("-")
    name, _, ordinal = segment.partition("[")
    return component.join((name, ordinal.rstrip("]") or "1", field)).rstrip(component) if name else ""


def parse_ack(payload: bytes) -> Acknowledgment:
    """Reads an acknowledgment; bytes that are none give code ''."""
    try:
        message = parse(payload)
    except InvalidMessage:
        return Acknowledgment("", "")
    msa = message.first("MSA")
    if msa is None:
        return Acknowledgment("", "")
    errors = tuple(
        AckError(err.get(3) or err.get(1, 4), err.get(8) or err.get(3, 2) or err.get(1, 4, 2), err.get(2), err.get(4))
        for err in message.all("ERR")
    )
    return Acknowledgment(msa.get(1).upper(), msa.get(2), msa.get(3), errors)
