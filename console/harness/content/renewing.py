"""One pass over recorded messages with everything new: within it the same old value becomes the same new one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from console.harness.content.lettering import Lettering
from console.harness.content.marks import base32
from console.harness.content.renewal import Cut, Slot
from console.harness.content.renewal_places import Role
from console.hl7v2.charset import codec_of
from console.hl7v2.timestamp import parse_time
from console.synthetic.people import Person

_STAMP = re.compile(rb"(\d{4,14})(\.\d+)?([+-]\d{4})?\s*", re.ASCII)
_FORMATS = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_FACES = 5_000
_BIRTHDAYS = 300
"""Days by which a birth date moves at most: the age stays plausible."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What all passes share. `seed` and `mark` (of the ingredient) make the new values; `groups` says which patient an
    identifier belongs to, over the whole set of files; `sexes` what PID-8 says of a group."""

    seed: int
    mark: str
    facility: str
    processing_id: str
    zone: tzinfo
    groups: Mapping[bytes, int]
    sexes: Mapping[int, str]
    face: Callable[[int], Person]
    marked: bool = True


class Pass:
    """`number` counts from 0; `offset` moves every time. Not thread-safe."""

    def __init__(self, sources: Sources, number: int, offset: timedelta) -> None:
        self._sources = sources
        self._offset = offset
        self._number = number
        self._begins = f"{sources.mark}{base32(number, 2) if number < 1024 else base32(number, 6)}".encode()
        self._numbers: dict[bytes, bytes] = {}
        self._times: dict[bytes, bytes] = {}
        self._people: dict[int, Person] = {}
        self._letterings: dict[str, Lettering] = {}
        self._controls: dict[bytes, bytes] = {}
        self._facility = sources.facility.encode("ascii", "replace")
        self._processing = sources.processing_id.encode("ascii", "replace")

    def render(self, message: Cut, control_id: bytes) -> bytes:
        """The message with new values and this control id."""
        out: list[bytes] = []
        slots = iter(message.slots)
        for piece in message.pieces:
            out.append(piece)
            slot = next(slots, None)
            if slot is not None:
                out.append(self._value(message, slot, control_id))
        body = b"".join(out)
        return body.decode().encode(message.transcode, "replace") if message.transcode else body

    def _value(self, message: Cut, slot: Slot, control_id: bytes) -> bytes:
        old = slot.old
        match slot.role:
            case Role.NUMBER:
                new = self._numbers.get(old)
                if new is None:
                    new = self._numbers[old] = b"%b%d" % (self._begins, len(self._numbers) + 1)
                return new
            case Role.TIME:
                moved = self._times.get(old)
                if moved is None:
                    moved = self._times[old] = shifted(old, self._offset)
                return moved
            case Role.CONTROL:
                self._controls[old] = control_id
                return control_id
            case Role.ANSWERED:
                return self._controls.get(old, old)
            case Role.FACILITY:
                return self._facility if self._sources.marked else old
            case Role.PROCESSING:
                return self._processing if self._sources.marked else old
            case Role.DIGITS:
                return self._digits(old)
            case Role.PHONE:
                return self._digits(old, keep=3)
            case Role.MAIL:
                return b"somebody@example.org"
            case Role.BORN:
                days = self._draw(b"born", self._group(message, slot.person)) % (2 * _BIRTHDAYS) - _BIRTHDAYS
                return shifted(old, timedelta(days=days or 1))
        return self._name(message, slot)

    def _name(self, message: Cut, slot: Slot) -> bytes:
        if slot.role in (Role.KIN_FAMILY, Role.KIN_GIVEN):
            person = self._sources.face(self._draw(b"kin", slot.old) % _FACES)
        else:
            person = self._person(self._group(message, slot.person))
        text = {
            Role.FAMILY: person.family,
            Role.KIN_FAMILY: person.family,
            Role.GIVEN: person.given,
            Role.KIN_GIVEN: person.given,
            Role.MIDDLE: person.given[:1],
            Role.STREET: person.street,
            Role.TOWN: person.town,
        }[slot.role]
        text = text.title() if not slot.old.isupper() else text.upper()
        return self._written(message, text)

    def _written(self, message: Cut, text: str) -> bytes:
        codec = "utf-8" if message.transcode else message.codec
        lettering = self._letterings.get(message.codec)
        if lettering is None:
            lettering = self._letterings[message.codec] = Lettering(_declared(message.codec))
        d = message.delimiters
        for separator in (d.field, d.component, d.repetition, d.escape, d.subcomponent):
            if separator:
                text = text.replace(separator, " ")
        return lettering.fit(text).encode(codec, "replace")

    def _group(self, message: Cut, person: int) -> int:
        if person >= len(message.persons):
            return -1
        identifiers, _ = message.persons[person]
        return self._sources.groups.get(min(identifiers, default=b""), -1)

    def _person(self, group: int) -> Person:
        """A face of the sex that the recorded patient has."""
        found = self._people.get(group)
        if found is None:
            first = self._draw(b"face", group)
            sex = self._sources.sexes.get(group, "")
            faces = (self._sources.face((first + step) % _FACES) for step in range(40))
            found = next((face for face in faces if face.sex == sex or sex not in ("F", "M")), None)
            found = self._people[group] = found or self._sources.face(first % _FACES)
        return found

    def _digits(self, old: bytes, keep: int = 0) -> bytes:
        """Other digits in the same shape: what is no digit stays, and of a telephone number its beginning."""
        digest = hashlib.sha256(b"%d/%d/" % (self._sources.seed, self._number) + self._sources.mark.encode() + old)
        drawn = [48 + byte % 10 for byte in digest.digest()]
        out, seen = bytearray(), 0
        for byte in old:
            if not 48 <= byte <= 57:
                out.append(byte)
                continue
            out.append(byte if seen < keep else drawn[seen % len(drawn)])
            seen += 1
        return bytes(out)

    def _draw(self, purpose: bytes, what: bytes | int) -> int:
        text = b"%d/%d/%b/%b" % (
            self._sources.seed,
            self._number,
            purpose,
            what if isinstance(what, bytes) else str(what).encode(),
        )
        return int.from_bytes(hashlib.sha256(text).digest()[:6])


def _declared(codec: str) -> str:
    return codec if codec_of(codec) else "ASCII"


def shifted(old: bytes, offset: timedelta) -> bytes:
    """An HL7 time moved, as precise and in the same zone as it was; what is no time stays as it is."""
    match = _STAMP.fullmatch(old)
    form = _FORMATS.get(len(match[1])) if match else None
    moment = parse_time(old.decode("ascii").strip(), UTC) if match and form else None
    if match is None or form is None or moment is None:
        return old
    if len(match[1]) <= 8:
        moment += timedelta(hours=12)
    if len(match[1]) <= 6:
        moment += timedelta(days=14)
    try:
        moved = moment + offset
    except OverflowError:
        return old
    if moved.year < 1000:
        return old
    fraction = b""
    if match[2]:
        digits = len(match[2]) - 1
        fraction = b"." + f"{moved.microsecond:06d}".ljust(digits, "0")[:digits].encode()
    return moved.strftime(form).encode() + fraction + (match[3] or b"")


def offset_to(first: bytes, starts: datetime) -> timedelta:
    """What moves the time of the first message (MSH-7, in the zone of `starts` where it names none) to `starts`."""
    moment = parse_time(first.decode("ascii", "replace").strip(), starts.tzinfo or UTC)
    return starts - moment if moment is not None else timedelta()
