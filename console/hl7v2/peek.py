"""The hot path: what intake must know of a message, without parsing it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from console.core.errors import InvalidMessage
from console.core.keys import Key, KeyKind
from console.hl7v2.delimiters import STANDARD, Delimiters, read_delimiters
from console.hl7v2.warnings import Code, Warning

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Header:
    """MSH as sent. `message_type` is MSH-9.1^9.2, `structure` MSH-9.3."""

    delimiters: Delimiters = STANDARD
    sending_application: str = ""
    sending_facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""
    message_time: str = ""
    message_type: str = ""
    structure: str = ""
    control_id: str = ""
    processing_id: str = ""
    version: str = ""
    accept_ack: str = ""
    application_ack: str = ""
    charset: str = ""


def normalised(payload: bytes) -> tuple[bytes, list[Warning]]:
    """The payload from MSH on with CR between segments, and what had to be mended for that."""
    warnings: list[Warning] = []
    if payload.startswith(_BOM):
        payload = payload[3:]
        warnings.append(Warning(Code.BYTE_ORDER_MARK, "the message begins with a byte order mark"))
    if payload[:1] == b"\x0b" or payload[-1:] == b"\x1c" or payload[-2:] == b"\x1c\r":
        payload = payload.strip(b"\x0b\x1c\r\n") + b"\r"
        warnings.append(Warning(Code.FRAMING_STRIPPED, "framing bytes stood inside the message"))
    if b"\n" in payload:
        crlf = payload.count(b"\r\n")
        if (payload.count(b"\n") > crlf) + (payload.count(b"\r") > crlf) + (crlf > 0) > 1:
            warnings.append(Warning(Code.MIXED_SEPARATORS, "segments are separated in more than one way"))
        payload = payload.replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    if not payload.startswith(b"MSH"):
        stripped = payload.lstrip(b" \t\r\x00")
        if not stripped.startswith(b"MSH"):
            at = stripped.find(b"\rMSH")
            stripped = stripped[at + 1 :] if at >= 0 else stripped
        if stripped.startswith(b"MSH"):
            warnings.append(Warning(Code.LEADING_BYTES, "something stands before MSH"))
            payload = stripped
    return payload, warnings


def peek(payload: bytes) -> Header:
    """The header of a message. Raises InvalidMessage (`no-header`, `bad-delimiters`) for what must be answered AR."""
    if not payload.startswith(b"MSH"):
        payload = normalised(payload)[0]
        if not payload.startswith(b"MSH"):
            raise InvalidMessage(
                "there is no MSH segment: these bytes are no HL7 v2 message", code="no-header", path="MSH"
            )
    end = payload.find(b"\r")
    newline = payload.find(b"\n", 0, end if end >= 0 else len(payload))
    if newline >= 0:
        end = newline
    line = (payload if end < 0 else payload[:end]).decode("utf-8", "surrogateescape")
    separator = line[3:4]
    fields = line[4:].split(separator) if separator else []
    delimiters = read_delimiters(separator, fields[0] if fields else "")
    fields += [""] * (19 - len(fields))
    component = delimiters.component
    kind = fields[7].split(component)
    return Header(
        delimiters,
        fields[1].split(component)[0],
        fields[2].split(component)[0],
        fields[3].split(component)[0],
        fields[4].split(component)[0],
        fields[5].split(component)[0],
        "^".join(kind[:2]) if len(kind) > 1 and kind[1] else kind[0],
        kind[2] if len(kind) > 2 else "",
        fields[8],
        fields[9].split(component)[0],
        fields[10].split(component)[0],
        fields[13],
        fields[14],
        fields[16],
    )


def dedup_digest(payload: bytes, header: Header) -> str:
    """SHA-256 (hex) of the body without MSH-7: what a resend with a fresh time stamp still shares."""
    if header.message_time:
        stamp = header.message_time.encode("utf-8", "surrogateescape")
        at = payload.find(stamp)
        if 0 <= at < 512:
            payload = payload[:at] + payload[at + len(stamp) :]
    return hashlib.sha256(payload).hexdigest()


_WANTED = (b"PID", b"PV1", b"ORC", b"OBR", b"SPM", b"SCH", b"TXA", b"MRG")


def peek_keys(payload: bytes, header: Header) -> tuple[Key, ...]:
    """The identifiers a message can be found by: patient, visit, placer, filler, accession, control id and others."""
    d = header.delimiters
    body = payload.replace(b"\n", b"\r") if b"\n" in payload else payload
    keys: dict[Key, None] = {}

    def add(kind: KeyKind, field: str, *, identifier: bool = False) -> None:
        for repetition in field.split(d.repetition) if d.repetition else [field]:
            parts = repetition.split(d.component)
            value = parts[0].split(d.subcomponent)[0] if d.subcomponent else parts[0]
            if value and value != '""':
                place = 3 if identifier else 1
                assigner = parts[place].split(d.subcomponent or "\0")[0] if len(parts) > place else ""
                keys[Key(kind, value, assigner)] = None

    for line in body.split(b"\r"):
        name = line[:3]
        if name not in _WANTED:
            continue
        fields = line.decode("utf-8", "surrogateescape").split(d.field)
        count = len(fields)
        for number, kind, identifier in _PLACES[name]:
            if number < count and fields[number]:
                add(kind, fields[number], identifier=identifier)
    if header.control_id:
        keys[Key(KeyKind.CONTROL, header.control_id)] = None
    return tuple(keys)


_PLACES: dict[bytes, tuple[tuple[int, KeyKind, bool], ...]] = {
    b"PID": (
        (2, KeyKind.PATIENT, True),
        (3, KeyKind.PATIENT, True),
        (4, KeyKind.PATIENT, True),
        (18, KeyKind.VISIT, True),
    ),
    b"MRG": ((1, KeyKind.PATIENT, True), (5, KeyKind.VISIT, True)),
    b"PV1": ((19, KeyKind.VISIT, True),),
    b"ORC": ((2, KeyKind.PLACER, False), (3, KeyKind.FILLER, False)),
    b"OBR": (
        (2, KeyKind.PLACER, False),
        (3, KeyKind.FILLER, False),
        (18, KeyKind.ACCESSION, False),
        (20, KeyKind.ACCESSION, False),
    ),
    b"SPM": ((2, KeyKind.ACCESSION, False), (30, KeyKind.ACCESSION, True)),
    b"SCH": ((1, KeyKind.APPOINTMENT, False), (2, KeyKind.APPOINTMENT, False)),
    b"TXA": ((12, KeyKind.DOCUMENT, False),),
}
