"""Changes one place of a message's bytes and keeps every other byte: fields by path, segments, repetitions.

Paths are those of the message tree: `PID-5`, `PID-5.1`, `OBX[2]-3.1`, `PID-3(2).4.1`. Numbers count from 1 as HL7
does; MSH-1 is the separator itself. Works on the bytes as sent, whatever they are otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from console.core.errors import Refused
from console.hl7v2.charset import codec_of, decode, splits_as_bytes
from console.hl7v2.delimiters import Delimiters
from console.hl7v2.escapes import escape
from console.hl7v2.peek import Header, peek

_PATH = re.compile(
    r"(?P<segment>[A-Za-z][A-Za-z0-9]{2})(?:\[(?P<ordinal>\d+)\])?"
    r"(?:-(?P<field>\d+)(?:\((?P<repetition>\d+)\))?(?:\.(?P<component>\d+)(?:\.(?P<sub>\d+))?)?)?\Z"
)
_LINE = re.compile(rb"[^\r\n]+")
_HEADERS = frozenset({"MSH", "FHS", "BHS"})
_MOST = 999
"""Fields, repetitions, components or segments of one name that a path may count to."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where in a message; 0 means the whole of what stands above."""

    segment: str
    ordinal: int = 1
    field: int = 0
    repetition: int = 0
    component: int = 0
    sub: int = 0

    def __str__(self) -> str:
        text = self.segment + (f"[{self.ordinal}]" if self.ordinal != 1 else "")
        text += f"-{self.field}" if self.field else ""
        text += f"({self.repetition})" if self.repetition else ""
        text += f".{self.component}" if self.component else ""
        return text + (f".{self.sub}" if self.sub else "")


def parse_path(text: str) -> Path:
    """Raises Refused (`bad-path`) for what is none."""
    match = _PATH.match(text.strip())
    if match is None:
        raise Refused(f"“{text[:40]}” is no path. Write it like PID-5.1, OBX[2]-3 or PID-3(2).4.", code="bad-path")
    numbers = {
        name: int(match[name])
        for name in ("ordinal", "field", "repetition", "component", "sub")
        if match[name] is not None
    }
    if any(not 0 < number <= _MOST for number in numbers.values()):
        raise Refused(f"{text[:40]}: numbers in a path go from 1 to {_MOST}.", code="bad-path")
    return Path(match["segment"].upper(), **numbers)


# ---------------------------------------------------------------- reading


def source(payload: bytes, path: Path) -> bytes | None:
    """The bytes at a path as sent, still escaped; None where the message has no such place. Raises InvalidMessage for
    a message whose header cannot be read, Refused for a charset in which bytes cannot be told apart."""
    editor = _Editor(payload)
    place = editor.find(path)
    return None if place is None else payload[place[0] : place[1]]


# ---------------------------------------------------------------- changing


def set_text(payload: bytes, path: Path, text: str) -> bytes:
    """Puts plain text at a path: delimiters in it are escaped, line breaks become \\.br\\. What is missing on the way
    (separators, not segments) is added. Raises Refused and InvalidMessage."""
    editor = _Editor(payload)
    return editor.replace(path, editor.encoded(escape(text, editor.delimiters)))


def set_source(payload: bytes, path: Path, text: str) -> bytes:
    """Puts text at a path as it stands, separators of lower levels included. Raises Refused (`not-allowed-here`) when
    it holds a separator of the same level or a higher one, or a control character."""
    editor = _Editor(payload)
    d = editor.delimiters
    barred = {d.field: "field"}
    if path.repetition or path.component:
        barred[d.repetition] = "repetition"
    if path.component:
        barred[d.component] = "component"
    if path.sub:
        barred[d.subcomponent] = "sub-component"
    for mark, name in barred.items():
        if mark and mark in text:
            raise Refused(
                f"“{mark}” separates {name}s; it cannot stand inside {path}. Escape it, or edit the place above.",
                code="not-allowed-here",
            )
    if any(character < " " for character in text):
        raise Refused("A line break or control character cannot stand inside a segment.", code="not-allowed-here")
    return editor.replace(path, editor.encoded(text))


def insert_segment(payload: bytes, text: str, *, after: Path) -> bytes:
    """A new segment after the one at `after`, ended as that one is. Raises Refused (`no-such-segment`,
    `bad-segment`)."""
    editor = _Editor(payload)
    line = text.strip("\r\n")
    separator = editor.delimiters.field
    if not re.fullmatch(r"[A-Z][A-Z0-9]{2}", line[:3]) or (len(line) > 3 and line[3] != separator):
        raise Refused(f"A segment begins with its name and {separator}, e.g. NTE{separator}1.", code="bad-segment")
    if any(character < " " for character in line):
        raise Refused("A line break or control character cannot stand inside a segment.", code="bad-segment")
    _, end = editor.segment(after)
    ending = editor.ending(end)
    return payload[:end] + ending + editor.encoded(line) + payload[end:]


def remove_segment(payload: bytes, path: Path) -> bytes:
    """Without that segment and its line end. Raises Refused (`no-such-segment`, `not-allowed-here` for MSH)."""
    if path.segment in _HEADERS:
        raise Refused(f"{path.segment} cannot be removed: a message begins with it.", code="not-allowed-here")
    editor = _Editor(payload)
    start, end = editor.segment(path)
    tail = len(editor.ending(end)) if end < len(payload) else 0
    if not tail and start:  # the last segment, not ended: the end of the one before stays as this one had it
        start -= len(editor.ending_before(start))
    return payload[:start] + payload[end + tail :]


def insert_repetition(payload: bytes, path: Path, text: str = "") -> bytes:
    """A new repetition of the field after the one at `path` (the last, when it names none)."""
    editor = _Editor(payload)
    mark = editor.delimiters.repetition
    if not mark:
        raise Refused("MSH-2 names no repetition separator in this message.", code="not-allowed-here")
    where = Path(path.segment, path.ordinal, path.field, path.repetition)
    place = editor.find(where)
    if place is None:
        raise Refused(f"{where} is not in the message, so it cannot be repeated.", code="no-such-place")
    added = mark.encode("ascii") + editor.encoded(escape(text, editor.delimiters))
    return payload[: place[1]] + added + payload[place[1] :]


def remove_repetition(payload: bytes, path: Path) -> bytes:
    """Without that repetition; the only one leaves an empty field."""
    editor = _Editor(payload)
    where = Path(path.segment, path.ordinal, path.field, path.repetition or 1)
    place = editor.find(where)
    if place is None:
        raise Refused(f"{where} is not in the message.", code="no-such-place")
    start, end = place
    mark = editor.delimiters.repetition.encode("ascii")
    if mark and payload[end : end + 1] == mark:
        end += 1
    elif mark and payload[start - 1 : start] == mark:
        start -= 1
    return payload[:start] + payload[end:]


# ---------------------------------------------------------------- places in bytes


class _Editor:
    """A message's bytes with its delimiters and the codec that new text is written in."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.header: Header = peek(payload)
        self.delimiters: Delimiters = self.header.delimiters
        if not splits_as_bytes(self.header.charset):
            raise Refused(
                f"In the charset of MSH-18 ({self.header.charset[:24]}) a byte may look like a separator. "
                "Edit the raw text instead.",
                code="charset-not-editable",
            )

    def encoded(self, text: str) -> bytes:
        declared = self.header.charset.partition("~")[0]
        codec = codec_of(declared) if declared else decode(self.payload, "").codec
        if codec in (None, "ascii") and not declared:
            codec = "utf-8"
        try:
            return text.encode(codec or "ascii")
        except UnicodeEncodeError as error:
            raise Refused(
                f"“{text[error.start]}” does not exist in the charset of MSH-18 ({declared[:24]}). Change MSH-18 "
                "first, for example to UNICODE UTF-8.",
                code="not-in-charset",
            ) from error

    def segment(self, path: Path) -> tuple[int, int]:
        """Start and end of a segment, its line end left out. Raises Refused (`no-such-segment`)."""
        seen = 0
        separator = self.delimiters.field.encode("ascii")
        for match in _LINE.finditer(self.payload):
            line = match.group()
            name = line[:3].decode("ascii", "replace").upper()
            if name == path.segment and line[3:4] in (b"", separator):
                seen += 1
                if seen == path.ordinal:
                    return match.start(), match.end()
        raise Refused(
            f"The message has no {path.segment}{f'[{path.ordinal}]' if path.ordinal > 1 else ''}. Insert it first.",
            code="no-such-segment",
        )

    def ending(self, at: int) -> bytes:
        """The line end that stands at `at`, or the one the message uses."""
        for mark in (b"\r\n", b"\r", b"\n"):
            if self.payload.startswith(mark, at):
                return mark
        return b"\r\n" if b"\r\n" in self.payload else b"\n" if b"\n" in self.payload else b"\r"

    def ending_before(self, at: int) -> bytes:
        for mark in (b"\r\n", b"\r", b"\n"):
            if self.payload.endswith(mark, 0, at):
                return mark
        return b""

    def find(self, path: Path) -> tuple[int, int] | None:
        """Start and end of the place; None where it is not there."""
        try:
            span = self.segment(path)
        except Refused:
            return None
        for separator, number in self._levels(path):
            found = self._part(span, separator, number)
            if found is None:
                return None
            span = found
        return span

    def replace(self, path: Path, value: bytes) -> bytes:
        """The message with `value` there; missing separators are added at the end of what is there."""
        if path.segment in _HEADERS and path.field <= 2:
            raise Refused(
                f"{path} holds the separators of the whole message; it cannot be edited by itself.",
                code="not-allowed-here",
            )
        if not path.field:
            raise Refused(f"{path} names a whole segment. Name a field, e.g. {path}-1.", code="bad-path")
        span = self.segment(path)
        for separator, number in self._levels(path):
            found = self._part(span, separator, number)
            if found is None:
                if not separator:
                    raise Refused(f"MSH-2 names no separator for {path}.", code="not-allowed-here")
                there = self.payload[span[0] : span[1]].count(separator) + 1
                return self._padded(path, span[1], separator, number - there, value)
            span = found
        return self.payload[: span[0]] + value + self.payload[span[1] :]

    def _padded(self, path: Path, at: int, separator: bytes, missing: int, value: bytes) -> bytes:
        """Adds separators at `at`, those of the lower levels too, and the value after them."""
        added = separator * missing
        levels = self._levels(path)
        for lower, number in levels[levels.index((separator, self._number(path, separator))) + 1 :]:
            added += lower * (number - 1)
        return self.payload[:at] + added + value + self.payload[at:]

    def _number(self, path: Path, separator: bytes) -> int:
        return next(number for mark, number in self._levels(path) if mark == separator)

    def _levels(self, path: Path) -> list[tuple[bytes, int]]:
        """Separator and which part of it, from the segment down to the place."""
        if not path.field:
            return []
        d = self.delimiters
        offset = 0 if path.segment in _HEADERS else 1
        levels = [(d.field, path.field + offset)]
        if path.repetition or (path.component and d.repetition):
            levels.append((d.repetition, path.repetition or 1))
        if path.component:
            levels.append((d.component, path.component))
        if path.sub:
            levels.append((d.subcomponent, path.sub))
        return [(mark.encode("ascii"), number) for mark, number in levels]

    def _part(self, span: tuple[int, int], separator: bytes, number: int) -> tuple[int, int] | None:
        start, end = span
        if not separator:
            return span if number == 1 else None
        for _ in range(number - 1):
            at = self.payload.find(separator, start, end)
            if at < 0:
                return None
            start = at + 1
        at = self.payload.find(separator, start, end)
        return start, end if at < 0 else at
