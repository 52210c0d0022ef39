"""The whole message, lazily: text once, segments by one split, fields and components only when asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from console.hl7v2.charset import decode, refuse_wide
from console.hl7v2.delimiters import Delimiters
from console.hl7v2.escapes import unescape
from console.hl7v2.peek import Header, normalised, peek
from console.hl7v2.warnings import Code, Warning

NULL = '""'
"""HL7's null: delete what the receiver holds. Kept literally; an absent field is ''."""

_NAME = re.compile(r"[A-Z][A-Z0-9]{2}\Z")


class Repetition:
    """One repetition of a field, as a grid of components and sub-components."""

    __slots__ = ("_grid", "_raw", "_segment")

    def __init__(self, raw: str, segment: Segment) -> None:
        self._raw = raw
        self._segment = segment
        self._grid: list[str] | None = None

    def get(self, component: int = 1, sub: int = 1) -> str:
        """Decoded and unescaped; '' when absent, `NULL` when the sender sent a null."""
        grid = self._grid
        if grid is None:
            grid = self._grid = self._raw.split(self._segment.message.delimiters.component)
        if component > len(grid):
            return ""
        text = grid[component - 1]
        separator = self._segment.message.delimiters.subcomponent
        if separator and separator in text:
            parts = text.split(separator)
            text = parts[sub - 1] if sub <= len(parts) else ""
        elif sub > 1:
            return ""
        return self._segment.message.unescaped(text, self._segment)

    @property
    def components(self) -> list[str]:
        """The first sub-component of every component."""
        return [self.get(n) for n in range(1, self._raw.count(self._segment.message.delimiters.component) + 2)]

    @property
    def raw(self) -> str:
        """As sent, still escaped."""
        return self._raw

    def text(self) -> str:
        """The whole repetition as one text: what a component separator inside free text was meant to be."""
        return self._segment.message.unescaped(self._raw, self._segment)


class Segment:
    """One segment. `position` counts in the message, `ordinal` among segments of its name; both from 1."""

    __slots__ = ("_fields", "_line", "message", "name", "ordinal", "position")

    def __init__(self, message: Message, name: str, line: str, position: int, ordinal: int) -> None:
        self.message = message
        self.name = name
        self.position = position
        self.ordinal = ordinal
        self._line = line
        self._fields: list[str] | None = None

    @property
    def line(self) -> str:
        """The segment as sent."""
        return self._line

    def _field(self, number: int) -> str:
        fields = self._fields
        if fields is None:
            separator = self.message.delimiters.field
            fields = self._line.split(separator)
            if self.name in _HEADERS:
                fields.insert(1, separator)
            self._fields = fields
        return fields[number] if 0 <= number < len(fields) else ""

    @property
    def field_count(self) -> int:
        """The number of the last field sent."""
        self._field(0)
        return len(self._fields or ()) - 1

    def get(self, field: int, component: int = 1, sub: int = 1, rep: int = 1) -> str:
        """Decoded and unescaped; '' when absent, `NULL` when the sender sent a null."""
        text = self._field(field)
        if not text:
            return ""
        d = self.message.delimiters
        if field <= 2 and self.name in _HEADERS:
            return text if component == sub == rep == 1 else ""
        if d.repetition and d.repetition in text:
            reps = text.split(d.repetition)
            text = reps[rep - 1] if rep <= len(reps) else ""
        elif rep > 1:
            return ""
        return Repetition(text, self).get(component, sub)

    def is_null(self, field: int) -> bool:
        return self._field(field) == NULL

    def has(self, field: int) -> bool:
        """Something was sent, a null included."""
        return bool(self._field(field))

    def raw(self, field: int) -> bytes:
        """The field's bytes as sent."""
        return self._field(field).encode(self.message.charset, "surrogateescape")

    def text(self, field: int) -> str:
        """The whole field as one text, unescaped."""
        return self.message.unescaped(self._field(field), self)

    def reps(self, field: int) -> list[Repetition]:
        """The non-empty repetitions."""
        text = self._field(field)
        if not text:
            return []
        mark = self.message.delimiters.repetition
        parts = text.split(mark) if mark and not (field == 2 and self.name in _HEADERS) else [text]
        return [Repetition(part, self) for part in parts if part]

    def path(self, field: int, component: int | None = None) -> str:
        """`OBX[2]-3.1`."""
        where = f"{self.name}[{self.ordinal}]-{field}"
        return where if component is None else f"{where}.{component}"


_HEADERS = frozenset({"MSH", "FHS", "BHS"})


@dataclass(slots=True)
class Message:
    """A parsed message. Read-only by convention; `warnings` grows as fields are read."""

    header: Header
    delimiters: Delimiters
    charset: str
    segments: list[Segment] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)
    _by_name: dict[str, list[Segment]] = field(default_factory=dict)

    def first(self, name: str) -> Segment | None:
        found = self._by_name.get(name)
        return found[0] if found else None

    def all(self, name: str) -> list[Segment]:
        return self._by_name.get(name, [])

    def unescaped(self, text: str, segment: Segment) -> str:
        if not self.delimiters.escape or self.delimiters.escape not in text:
            return text

        def complain(code: Code, said: str) -> None:
            warning = Warning(code, said, f"{segment.name}[{segment.ordinal}]")
            if warning not in self.warnings:
                self.warnings.append(warning)

        return unescape(text, self.delimiters, self.charset, complain)


def parse(payload: bytes, *, charset: str | None = None) -> Message:
    """The message in these bytes; `charset` overrides MSH-18.

    Tolerant: CR, LF, CRLF, a byte order mark, blank lines, lower-case segment names and lines that are no segment
    (joined to the one before) give warnings. Raises InvalidMessage only for what `peek` refuses.
    """
    refuse_wide(payload)
    header = peek(payload)
    body, warnings = normalised(payload)
    decoded = decode(body, header.charset, charset)
    message = Message(header, header.delimiters, decoded.codec, warnings=[*warnings, *decoded.warnings])
    if header.delimiters.repaired:
        message.warnings.append(
            Warning(Code.ENCODING_CHARACTERS_REPAIRED, "MSH-2 was damaged; read with the standard characters", "MSH-2")
        )
    lines: list[tuple[str, str]] = []
    separator = header.delimiters.field
    for line in decoded.text.split("\r"):
        if not line.strip():
            continue
        name = line[:3]
        if _NAME.match(name) and (len(line) == 3 or line[3] == separator):
            lines.append((name, line))
        elif _NAME.match(name.upper()) and line[3:4] == separator:
            message.warnings.append(Warning(Code.SEGMENT_CASE, "a segment name is not in capitals", name.upper()))
            lines.append((name.upper(), line))
        elif lines:
            message.warnings.append(Warning(Code.LINE_CONTINUED, "a line break inside a field was kept", lines[-1][0]))
            lines[-1] = (lines[-1][0], f"{lines[-1][1]}\n{line}")
        else:
            message.warnings.append(Warning(Code.NOT_A_SEGMENT, "a line before MSH is no segment"))
    for position, (name, line) in enumerate(lines, start=1):
        named = message._by_name.setdefault(name, [])
        segment = Segment(message, name, line, position, len(named) + 1)
        named.append(segment)
        message.segments.append(segment)
    return message
