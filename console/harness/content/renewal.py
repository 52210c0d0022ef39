"""A recorded message cut at the places that change: what lies between is kept to the byte.

Raises nothing about content: a message that cannot be read well enough comes back as None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from console.core.errors import InvalidMessage
from console.harness.content.renewal_places import TIME_VALUES, Role, places
from console.hl7v2.charset import codec_of, decode, splits_as_bytes
from console.hl7v2.delimiters import Delimiters
from console.hl7v2.peek import Header, peek

_LINE = re.compile(rb"[^\r\n]+")
_NULL = b'""'


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that changes: its role, the bytes that stood there, and which of the message's PID it belongs to."""

    role: Role
    old: bytes
    person: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """`pieces` and `slots` alternate: piece, slot, piece ... piece. `persons`: of each PID, its identifiers with their
    authorities, and PID-8; those that an MRG names belong to the PID before it. `codec` is what new text is written
    in; `transcode`: pieces are UTF-8 and the whole goes back to this codec. `order` is the first order number."""

    pieces: tuple[bytes, ...]
    slots: tuple[Slot, ...]
    persons: tuple[tuple[frozenset[bytes], str], ...]
    order: bytes
    time: bytes
    codec: str
    transcode: str
    delimiters: Delimiters


def header_of(payload: bytes) -> Header | None:
    """MSH, or None when there is none that can be read."""
    try:
        return peek(payload)
    except InvalidMessage:
        return None


def cut(payload: bytes) -> Cut | None:
    """Takes a message apart at everything that renewing replaces; None when its header cannot be read."""
    header = header_of(payload)
    if header is None:
        return None
    codec = codec_of(header.charset.split("~")[0]) if header.charset else None
    transcode = ""
    body = payload
    if header.charset and not splits_as_bytes(header.charset):
        decoded = decode(payload, header.charset)
        if decoded.text.encode(decoded.codec, "replace") != payload:
            return None
        body, transcode = decoded.text.encode(), decoded.codec
        codec = decoded.codec
    start = body.find(b"MSH")
    if start < 0:
        return None
    return _Cutting(body, start, header.delimiters, codec or "ascii", transcode).done()


class _Cutting:
    def __init__(self, body: bytes, start: int, delimiters: Delimiters, codec: str, transcode: str) -> None:
        self._body = body
        self._start = start
        self._delimiters = delimiters
        self._codec = codec
        self._transcode = transcode
        self._field = delimiters.field.encode()
        self._component = delimiters.component.encode()
        self._repetition = delimiters.repetition.encode()
        self._sub = delimiters.subcomponent.encode()
        self._places: list[tuple[int, int, Slot]] = []
        self._persons: list[tuple[set[bytes], str]] = []
        self._order = self._time = b""

    def done(self) -> Cut:
        for match in _LINE.finditer(self._body, self._start):
            self._segment(match.start(), match.group(0))
        pieces: list[bytes] = []
        at = 0
        for begin, end, _ in self._places:
            pieces.append(self._body[at:begin])
            at = end
        pieces.append(self._body[at:])
        return Cut(
            tuple(pieces),
            tuple(slot for _, _, slot in self._places),
            tuple((frozenset(identifiers), sex) for identifiers, sex in self._persons),
            self._order,
            self._time,
            self._codec,
            self._transcode,
            self._delimiters,
        )

    def _segment(self, at: int, line: bytes) -> None:
        name = line[:3]
        if line[3:4] not in (self._field, b"") or not name.isalnum():
            return
        known = places(name.decode("ascii", "replace"))
        fields = line.split(self._field)
        if name == b"MSH":
            fields.insert(1, b"")
            at -= 1
        if name == b"PID":
            self._persons.append((set(), self._plain(fields[8]) if len(fields) > 8 else ""))
        for number, field in enumerate(fields):
            roles = known.get(number)
            if name == b"OBX" and number == 5 and fields[2].strip() in TIME_VALUES:
                roles = {1: Role.TIME}
            if roles and field and number:
                for role, begin, value in self._values(at, field, dict(roles)):
                    self._take(name, number, role, begin, value)
                if (name, number) in _IDENTIFIERS and self._persons:
                    self._identify(field)
            at += len(field) + 1

    def _values(self, at: int, field: bytes, roles: dict[int, Role]) -> Iterator[tuple[Role, int, bytes]]:
        for repetition in field.split(self._repetition) if self._repetition else [field]:
            place = at
            for number, component in enumerate(repetition.split(self._component), start=1):
                role = roles.get(number)
                if role is not None and component:
                    first = component.split(self._sub)[0] if self._sub else component
                    value = first.strip()
                    if value and value != _NULL:
                        yield role, place + first.index(value), value
                place += len(component) + 1
            at += len(repetition) + 1

    def _take(self, name: bytes, number: int, role: Role, begin: int, value: bytes) -> None:
        self._places.append((begin, begin + len(value), Slot(role, value, max(0, len(self._persons) - 1))))
        if name == b"MSH" and number == 7:
            self._time = value
        elif not self._order and role is Role.NUMBER and (name, number) in _ORDERS:
            self._order = value

    def _identify(self, field: bytes) -> None:
        """Remembers the identifiers of a patient list, each with its authority."""
        for repetition in field.split(self._repetition) if self._repetition else [field]:
            parts = repetition.split(self._component)
            if parts[0].strip() and parts[0] != _NULL:
                authority = parts[3] if len(parts) > 3 else b""
                self._persons[-1][0].add(parts[0].strip() + b"\0" + authority)

    def _plain(self, field: bytes) -> str:
        return field.split(self._component)[0].decode("ascii", "replace").strip().upper()


_IDENTIFIERS = {(b"PID", 2), (b"PID", 3), (b"PID", 4), (b"MRG", 1), (b"MRG", 2), (b"MRG", 4)}
_ORDERS = {(b"ORC", 2), (b"ORC", 3), (b"OBR", 2), (b"OBR", 3)}
