"""The hot path: what intake must know of a message before it may acknowledge, without parsing it.

Bytes in, no tree. Header and keys of a small result cost about 15 microseconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from console.core.errors import InvalidMessage
from console.core.keys import Key, KeyKind
from console.hl7v2.charset import decode, refuse_wide, splits_as_bytes
from console.hl7v2.delimiters import STANDARD, Delimiters, read_delimiters
from console.hl7v2.escapes import unescape
from console.hl7v2.warnings import Code, Warning

_BOM = b"\xef\xbb\xbf"
_NULL = '""'


@dataclass(frozen=True, slots=True)
class Header:
    """MSH as sent, read as UTF-8 with surrogates for other bytes. `message_type` is MSH-9.1^9.2, `structure` MSH-9.3.

    Applications and facilities are HD.1, or HD.2 where the sender gives only a universal id. `fields` is the whole
    segment, index = field number; [1] is the separator.
    """

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
    fields: tuple[str, ...] = ()

    def field(self, number: int) -> str:
        """A field as sent; '' when absent."""
        return self.fields[number] if number < len(self.fields) else ""


def normalised(payload: bytes) -> tuple[bytes, list[Warning]]:
    """The payload from MSH on with CR between segments, and what had to be mended for that.

    Bytes without MSH come back as they are."""
    if payload.startswith(b"MSH") and b"\n" not in payload and payload[-1] != 0x1C and payload[-2:] != b"\x1c\r":
        return payload, []
    warnings: list[Warning] = []
    stripped = payload.lstrip(b"\x0b\r\n \t\x00")
    if payload[:1] == b"\x0b" or payload[-1:] == b"\x1c" or payload[-2:] == b"\x1c\r":
        stripped = stripped.rstrip(b"\x1c\r\n")
        warnings.append(Warning(Code.FRAMING_STRIPPED, "framing bytes stood inside the message"))
    if stripped.startswith(_BOM):
        stripped = stripped[3:].lstrip(b"\x0b\r\n \t\x00")
        warnings.append(Warning(Code.BYTE_ORDER_MARK, "the message begins with a byte order mark"))
    payload = stripped
    if b"\n" in payload:
        crlf = payload.count(b"\r\n")
        if (payload.count(b"\n") > crlf) + (payload.count(b"\r") > crlf) + (crlf > 0) > 1:
            warnings.append(Warning(Code.MIXED_SEPARATORS, "segments are separated in more than one way"))
        payload = payload.replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    if not payload.startswith(b"MSH"):
        if payload[:3].upper() == b"MSH":
            warnings.append(Warning(Code.SEGMENT_CASE, "a segment name is not in capitals", "MSH"))
            payload = b"MSH" + payload[3:]
        elif (at := payload.find(b"\rMSH")) >= 0:
            warnings.append(Warning(Code.LEADING_BYTES, "something stands before MSH"))
            payload = payload[at + 1 :]
    return payload, warnings


def peek(payload: bytes) -> Header:
    """The header of a message.

    Raises InvalidMessage (`no-header`, `bad-delimiters`, `charset-refused`) only for what must be answered AR. A
    missing type, control id or version is the caller's to judge.
    """
    if not payload.startswith(b"MSH"):
        refuse_wide(payload.lstrip(b"\x0b"))
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
    fields = line.split(separator) if separator else [line]
    delimiters = read_delimiters(separator, fields[1] if len(fields) > 1 else "")
    sent = (fields[0], separator, *fields[1:])
    if len(fields) < 18:
        fields += [""] * (18 - len(fields))
    component = delimiters.component
    kind = fields[8].split(component)
    code = kind[0].strip()
    event = kind[1].strip() if len(kind) > 1 else ""
    return Header(
        delimiters,
        _hd(fields[2], component, delimiters),
        _hd(fields[3], component, delimiters),
        _hd(fields[4], component, delimiters),
        _hd(fields[5], component, delimiters),
        fields[6].partition(component)[0],
        f"{code}^{event}" if event else code,
        kind[2].strip() if len(kind) > 2 else "",
        fields[9],
        fields[10].partition(component)[0].strip(),
        fields[11].partition(component)[0].strip(),
        fields[14].strip(),
        fields[15].strip(),
        fields[17].strip(),
        sent,
    )


def _hd(value: str, separator: str, delimiters: Delimiters) -> str:
    """The namespace of an HD, else its universal id."""
    if not value:
        return ""
    if separator and separator in value:
        first, _, rest = value.partition(separator)
        value = first or rest.partition(separator)[0]
    if delimiters.escape and delimiters.escape in value:
        value = unescape(value, delimiters)
    return value.strip()


def dedup_digest(payload: bytes, header: Header) -> str:
    """SHA-256 (hex) of the message without MSH-7, the same for CR, LF and CRLF: what a resend has in common."""
    if not payload.startswith(b"MSH") or b"\n" in payload:
        payload = normalised(payload)[0]
    digest = hashlib.sha256()
    if len(header.fields) > 7 and (stamp := header.fields[7]):
        start = 4 + sum(len(_bytes(f)) + 1 for f in header.fields[2:7])
        digest.update(payload[:start])
        payload = payload[start + len(_bytes(stamp)) :]
    digest.update(payload.rstrip(b"\r"))
    return digest.hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


# ---------------------------------------------------------------- keys

Found = dict[Key, None]


def peek_keys(payload: bytes, header: Header) -> tuple[Key, ...]:
    """Every identifier the message can be found by, in order of appearance, each once, the control id last.

    Patients (PID-2, -3, -4, MRG-1), visits (PID-18, PV1-19, MRG-5), placer and filler numbers (ORC-2/3, OBR-2/3, those
    of the orders an appointment or a document names: SCH-26/27, TXA-14/15), accessions (OBR-18, OBR-20, SPM-2, SPM-30),
    documents (TXA-12), appointments (SCH-1, SCH-2). The assigner is the namespace of CX.4 or EI.2, else the universal
    id, '' where none was sent. Bytes that are no UTF-8 are surrogates, as in `Header`.
    """
    d = header.delimiters
    body = payload
    if b"\n" in body:
        body = body.replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    codec = ""
    if header.charset and not splits_as_bytes(header.charset):
        decoded = decode(body, header.charset)
        body, codec = decoded.text.encode("utf-8"), decoded.codec
    found: Found = {}
    for line in body.split(b"\r"):
        reader = _READERS.get(line[:3])
        if reader is not None:
            reader(line.decode("utf-8", "surrogateescape").split(d.field), d, found)
    if codec:
        found = {Key(k.kind, _as_sent(k.value, codec), _as_sent(k.assigner, codec)): None for k in found}
    if header.control_id.strip():
        found[Key(KeyKind.CONTROL, header.control_id.strip())] = None
    return tuple(found)


def _as_sent(text: str, codec: str) -> str:
    return text if text.isascii() else text.encode(codec, "replace").decode("utf-8", "surrogateescape")


def _value(text: str, d: Delimiters) -> str:
    text = text.strip()
    if d.escape and d.escape in text:
        text = unescape(text, d)
    return "" if text == _NULL else text


def _cx(kind: KeyKind, field: str, d: Delimiters, found: Found) -> None:
    """CX: the value is CX.1, the assigner CX.4."""
    for repetition in field.split(d.repetition) if d.repetition else (field,):
        parts = repetition.split(d.component)
        first = parts[0].partition(d.subcomponent)[0] if d.subcomponent else parts[0]
        if value := _value(first, d):
            authority = parts[3] if len(parts) > 3 else ""
            found[Key(kind, value, _hd(authority, d.subcomponent, d))] = None


def _ei(kind: KeyKind, field: str, d: Delimiters, found: Found, *, inner: bool = False) -> None:
    """EI: the value is EI.1, the assigner EI.2, else EI.3. `inner`: the parts are sub-components."""
    separator = d.subcomponent if inner else d.component
    for repetition in field.split(d.repetition) if d.repetition and not inner else (field,):
        first, _, rest = repetition.partition(separator) if separator else (repetition, "", "")
        if not inner and d.subcomponent and d.subcomponent in first:
            first = first.partition(d.subcomponent)[0]
        if value := _value(first, d):
            found[Key(kind, value, _hd(rest, separator, d))] = None


def _pairs(kind: KeyKind, field: str, d: Delimiters, found: Found) -> None:
    """EIP (SPM-2): two EI, the placer's and the filler's, in sub-components."""
    for repetition in field.split(d.repetition) if d.repetition else (field,):
        for entity in repetition.split(d.component):
            _ei(kind, entity, d, found, inner=True)


Take = Callable[[KeyKind, str, Delimiters, Found], None]


def _reader(*places: tuple[int, KeyKind, Take]) -> Callable[[list[str], Delimiters, Found], None]:
    def read(fields: list[str], d: Delimiters, found: Found) -> None:
        count = len(fields)
        for number, kind, take in places:
            if number < count and fields[number]:
                take(kind, fields[number], d, found)

    return read


_READERS = {
    b"PID": _reader(
        (3, KeyKind.PATIENT, _cx), (2, KeyKind.PATIENT, _cx), (4, KeyKind.PATIENT, _cx), (18, KeyKind.VISIT, _cx)
    ),
    b"MRG": _reader((1, KeyKind.PATIENT, _cx), (5, KeyKind.VISIT, _cx)),
    b"PV1": _reader((19, KeyKind.VISIT, _cx)),
    b"ORC": _reader((2, KeyKind.PLACER, _ei), (3, KeyKind.FILLER, _ei)),
    b"OBR": _reader(
        (2, KeyKind.PLACER, _ei),
        (3, KeyKind.FILLER, _ei),
        (18, KeyKind.ACCESSION, _ei),
        (20, KeyKind.ACCESSION, _ei),
    ),
    b"SPM": _reader((2, KeyKind.ACCESSION, _pairs), (30, KeyKind.ACCESSION, _cx)),
    b"SCH": _reader(
        (1, KeyKind.APPOINTMENT, _ei),
        (2, KeyKind.APPOINTMENT, _ei),
        (26, KeyKind.PLACER, _ei),
        (27, KeyKind.FILLER, _ei),
    ),
    b"TXA": _reader((12, KeyKind.DOCUMENT, _ei), (14, KeyKind.PLACER, _ei), (15, KeyKind.FILLER, _ei)),
}
