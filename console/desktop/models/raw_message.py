"""A message as text on the screen: one segment a line, long values shortened, and where each field ended up.

Shortening is for the eye only: copying takes the bytes. Columns count characters of the shown line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from console.desktop.models.hl7_path import Hl7Path

LONGEST_FIELD = 1_200
"""Characters of one field shown; a base64 document of megabytes would only stop the reader."""
_SHOWN = 400
_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a shown line: from column `start` up to `end`."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RawLine:
    """A shown segment. `fields` are the columns where each field starts; the last entry is the line's end."""

    segment: str
    ordinal: int
    text: str
    fields: tuple[int, ...]
    first_field: int


@dataclass(frozen=True, slots=True)
class RawMessage:
    """The shown text and its places."""

    lines: tuple[RawLine, ...]
    separators: str
    """Field, component, repetition, escape, subcomponent."""

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def line_of(self, path: Hl7Path) -> int:
        """The line of a path's segment; -1 when there is none."""
        return next((i for i, x in enumerate(self.lines) if (x.segment, x.ordinal) == (path.segment, path.ordinal)), -1)

    def span(self, path: Hl7Path) -> Span | None:
        """The place of a segment, field, repetition, component or subcomponent, or of what is nearest around it."""
        number = self.line_of(path)
        if number < 0:
            return None
        line = self.lines[number]
        if not path.field:
            return Span(number, 0, len(line.text))
        place = path.field - line.first_field
        if not 0 <= place < len(line.fields) - 1:
            return Span(number, 0, 3)
        start, end = line.fields[place], line.fields[place + 1] - (1 if place + 1 < len(line.fields) - 1 else 0)
        if path.segment in _HEADERS and path.field <= 2:
            return Span(number, start, max(end, start + 1))
        component, repetition, sub = (self.separators[i : i + 1] for i in (1, 2, 4))
        for mark, wanted in ((repetition, path.rep), (component, path.component), (sub, path.sub)):
            start, end = _part(line.text, start, end, mark, wanted)
        return Span(number, start, end)

    def path_at(self, line: int, column: int) -> Hl7Path | None:
        """The field under a column."""
        if not 0 <= line < len(self.lines):
            return None
        shown = self.lines[line]
        place = sum(1 for start in shown.fields if start <= column) - 1
        if place < 0 or place >= len(shown.fields) - 1:
            return Hl7Path(shown.segment, shown.ordinal)
        return Hl7Path(shown.segment, shown.ordinal, place + shown.first_field)


_HEADERS = frozenset({"MSH", "FHS", "BHS"})


def _part(text: str, start: int, end: int, mark: str, wanted: int) -> tuple[int, int]:
    """The `wanted`th (from 1) piece between marks; everything when 0 or when there are fewer pieces."""
    if not wanted or not mark:
        return start, end
    at = start
    for _ in range(wanted - 1):
        found = text.find(mark, at, end)
        if found < 0:
            return start, end
        at = found + 1
    stop = text.find(mark, at, end)
    return at, end if stop < 0 else stop


def raw_message(text: str) -> RawMessage:
    """The message as it is shown. Tolerates anything: a text that is no HL7 becomes lines without fields."""
    segments = [line for line in _BREAK.split(text.lstrip("\ufeff\x0b").rstrip("\x1c\r\n")) if line]
    header = next((line for line in segments if line[:3] in _HEADERS and len(line) > 8), "")
    separators = header[3:8] if header else "|^~\\&"
    seen: dict[str, int] = {}
    lines = []
    for segment in segments:
        name = segment[:3]
        seen[name] = seen.get(name, 0) + 1
        lines.append(_line(segment, name, seen[name], separators[0]))
    return RawMessage(tuple(lines), separators)


def _line(segment: str, name: str, ordinal: int, mark: str) -> RawLine:
    parts = [_shortened(part) for part in segment.split(mark)]
    starts, column = [], 0
    for part in parts:
        starts.append(column)
        column += len(part) + 1
    if name in _HEADERS:
        # MSH-1 is the separator itself: it stands where MSH-2 would be counted from.
        fields = (3, *starts[1:], column - 1) if len(starts) > 1 else (3, column - 1)
        return RawLine(name, ordinal, mark.join(parts), fields, 1)
    return RawLine(name, ordinal, mark.join(parts), (*starts[1:], column - 1), 1)


def _shortened(value: str) -> str:
    if len(value) <= LONGEST_FIELD:
        return value
    return f"{value[:_SHOWN]}…[{len(value) - 2 * _SHOWN}]…{value[-_SHOWN:]}"
