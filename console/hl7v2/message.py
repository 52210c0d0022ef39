"""The whole message, lazily: text once, segments by one split, fields and components only when asked for.

The bytes are decoded before they are split, so that charsets whose second byte may look like a delimiter (ISO 2022,
Shift-JIS, GB 18030) cannot tear a field apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from console.core.errors import InvalidMessage
from console.hl7v2 import dictionary
from console.hl7v2.charset import decode
from console.hl7v2.delimiters import Delimiters
from console.hl7v2.escapes import unescape
from console.hl7v2.peek import Header, normalised, peek
from console.hl7v2.warnings import Code, Warning

NULL = '""'
"""HL7's null: delete what the receiver holds. Kept literally; an absent field is ''."""

_HEADERS = frozenset({"MSH", "FHS", "BHS"})
_CONTINUABLE = {"OBX": 6, "NTE": 4}
"""Segments in which a raw line break may stand inside text, and how many separators follow the text's field."""


class _Sheet:
    """What all segments of a message share. Segments point here and not at the message, so nothing points in circles
    and memory is given back at once."""

    __slots__ = ("codec", "delimiters", "seen", "warnings")

    def __init__(self, delimiters: Delimiters, codec: str, warnings: list[Warning]) -> None:
        self.delimiters = delimiters
        self.codec = codec
        self.warnings = warnings
        self.seen: set[tuple[str, str]] = set()

    def warn(self, code: str, text: str, path: str) -> None:
        if (code, path) not in self.seen:
            self.seen.add((code, path))
            self.warnings.append(Warning(code, text, path))

    def plain(self, text: str, path: str) -> str:
        """Unescaped, complaints noted under the path."""
        return unescape(text, self.delimiters, self.codec, lambda code, said: self.warn(code, said, path))


_VERBATIM = _Sheet(Delimiters("\0", "\0", "", "", ""), "ascii", [])
"""For MSH-1 and MSH-2, which are delimiters and hold none."""


class Repetition:
    """One repetition of a field, as a grid of components and sub-components."""

    __slots__ = ("_field", "_grid", "_segment", "_sheet", "raw")

    def __init__(self, raw: str, sheet: _Sheet, segment: Segment, field: int) -> None:
        self.raw = raw
        """As sent, still escaped."""
        self._sheet = sheet
        self._segment = segment
        self._field = field
        self._grid: list[str] | None = None

    def _plain(self, text: str) -> str:
        return self._sheet.plain(text, self._segment.path(self._field))

    def get(self, component: int = 1, sub: int = 1) -> str:
        """Decoded and unescaped; '' when absent, `NULL` when the sender sent a null."""
        d = self._sheet.delimiters
        grid = self._grid
        if grid is None:
            grid = self._grid = self.raw.split(d.component)
        if component > len(grid):
            return ""
        text = grid[component - 1]
        if not text:
            return text
        if d.subcomponent and d.subcomponent in text:
            parts = text.split(d.subcomponent)
            text = parts[sub - 1] if sub <= len(parts) else ""
        elif sub > 1:
            return ""
        return self._plain(text) if d.escape and d.escape in text else text

    def subs(self, component: int = 1) -> list[str]:
        """Every sub-component of a component."""
        d = self._sheet.delimiters
        grid = self.raw.split(d.component)
        text = grid[component - 1] if component <= len(grid) else ""
        parts = text.split(d.subcomponent) if d.subcomponent else [text]
        return [self._plain(part) for part in parts]

    @property
    def components(self) -> list[str]:
        """The first sub-component of every component."""
        return [self.get(n) for n in range(1, self.raw.count(self._sheet.delimiters.component) + 2)]

    def text(self) -> str:
        """The whole repetition as one text: what a component separator inside free text was meant to be."""
        mark = self._sheet.delimiters.escape
        return self._plain(self.raw) if mark and mark in self.raw else self.raw


class Segment:
    """One segment. Field numbers are HL7's: `pid.get(3)` is PID-3; MSH-1 is the separator. `position` counts in the
    message, `ordinal` among segments of its name; both from 1."""

    __slots__ = ("_fields", "_sheet", "line", "name", "ordinal", "position")

    def __init__(self, sheet: _Sheet, name: str, line: str, position: int, ordinal: int) -> None:
        self._sheet = sheet
        self.name = name
        self.line = line
        """The segment as sent."""
        self.position = position
        self.ordinal = ordinal
        self._fields: list[str] | None = None

    @property
    def fields(self) -> list[str]:
        """Every field as sent, still escaped; index = field number, [0] is the segment's name."""
        fields = self._fields
        if fields is None:
            separator = self._sheet.delimiters.field
            fields = self._fields = self.line.split(separator)
            if self.name in _HEADERS:
                fields.insert(1, separator)
        return fields

    @property
    def field_count(self) -> int:
        """The number of the last field sent."""
        return len(self.fields) - 1

    @property
    def delimiters(self) -> Delimiters:
        return self._sheet.delimiters

    def source(self, field: int) -> str:
        """A whole field as sent, still escaped; '' when absent. Equal sources are equal values: a key for caches."""
        fields = self._fields or self.fields
        return fields[field] if field < len(fields) else ""

    def get(self, field: int, component: int = 1, sub: int = 1, rep: int = 1) -> str:
        """Decoded and unescaped; '' when absent, `NULL` when the sender sent a null."""
        fields = self._fields or self.fields
        if field >= len(fields):
            return ""
        text = fields[field]
        if not text:
            return ""
        if field <= 2 and self.name in _HEADERS:
            return text if component == sub == rep == 1 else ""
        d = self._sheet.delimiters
        if d.repetition and d.repetition in text:
            reps = text.split(d.repetition)
            text = reps[rep - 1] if rep <= len(reps) else ""
        elif rep > 1:
            return ""
        if d.component in text:
            parts = text.split(d.component, component)
            text = parts[component - 1] if component <= len(parts) else ""
        elif component > 1:
            return ""
        if d.subcomponent and d.subcomponent in text:
            subs = text.split(d.subcomponent)
            text = subs[sub - 1] if sub <= len(subs) else ""
        elif sub > 1:
            return ""
        return self._sheet.plain(text, self.path(field)) if d.escape and d.escape in text else text

    def is_null(self, field: int) -> bool:
        """The sender sent HL7's null."""
        return self.source(field) == NULL

    def has(self, field: int) -> bool:
        """Something was sent, a null included; separators of repetitions alone say nothing."""
        text = self.source(field)
        mark = self._sheet.delimiters.repetition
        return bool(text) and (text[0] != mark or not mark or bool(text.strip(mark)))

    def raw(self, field: int) -> bytes:
        """The field in the message's charset, still escaped."""
        return _encode(self.source(field), self._sheet.codec)

    def text(self, field: int) -> str:
        """The whole field as one text, unescaped, separators as they stand."""
        source = self.source(field)
        mark = self._sheet.delimiters.escape
        if not mark or mark not in source or (field <= 2 and self.name in _HEADERS):
            return source
        return self._sheet.plain(source, self.path(field))

    def reps(self, field: int) -> list[Repetition]:
        """The non-empty repetitions."""
        source = self.source(field)
        if not source:
            return []
        mark = self._sheet.delimiters.repetition
        if field <= 2 and self.name in _HEADERS:
            return [Repetition(source, _VERBATIM, self, field)]
        if not mark or mark not in source:
            return [Repetition(source, self._sheet, self, field)]
        return [Repetition(part, self._sheet, self, field) for part in source.split(mark) if part]

    def path(self, field: int, component: int | None = None) -> str:
        """`OBX[2]-3.1`."""
        where = f"{self.name}[{self.ordinal}]-{field}"
        return where if component is None else f"{where}.{component}"

    def warn(self, code: str, text: str, field: int) -> None:
        """Notes a deviation that a reader of this segment found; once per code and field."""
        self._sheet.warn(code, text, self.path(field))

    def __repr__(self) -> str:
        return f"Segment({self.name}[{self.ordinal}])"


class Message:
    """A parsed message. Read-only by convention; `warnings` grows as readers find fault. Reading never raises."""

    __slots__ = ("_by_name", "_checked", "_lines", "_segments", "_sheet", "charset", "delimiters", "header", "raw")

    def __init__(self, raw: bytes, header: Header, lines: list[str], sheet: _Sheet) -> None:
        self.raw = raw
        """The bytes as they came."""
        self.header = header
        self.delimiters = sheet.delimiters
        self.charset = sheet.codec
        """The Python codec in which the bytes were read."""
        self._lines = lines
        self._sheet = sheet
        self._segments: list[Segment] | None = None
        self._by_name: dict[str, list[Segment]] = {}
        self._checked = False

    @property
    def segments(self) -> list[Segment]:
        """All segments, in order."""
        if self._segments is None:
            self._segments = self._index()
        return self._segments

    @property
    def warnings(self) -> list[Warning]:
        """What was wrong with the message, escape sequences that could not be read included, and what its readers
        found wrong so far."""
        if not self._checked:
            self._checked = True
            self._check_escapes()
        return self._sheet.warnings

    def _check_escapes(self) -> None:
        d = self.delimiters
        for segment in self.segments:
            if not d.escape or d.escape not in segment.line or segment.name in _HEADERS:
                continue
            for number, field in enumerate(segment.fields):
                if d.escape in field:
                    for piece in field.split(d.component):
                        self._sheet.plain(piece, segment.path(number))

    def warn(self, code: str, text: str, path: str = "") -> None:
        """Notes a deviation that a reader of the message found; once per code and path."""
        self._sheet.warn(code, text, path)

    def plain(self, text: str, path: str = "") -> str:
        """A piece of the message unescaped; what cannot be read is noted under the path."""
        return self._sheet.plain(text, path)

    def first(self, name: str) -> Segment | None:
        """The first segment of that name."""
        if self._segments is None:
            self._segments = self._index()
        found = self._by_name.get(name)
        return found[0] if found else None

    def all(self, name: str) -> list[Segment]:
        """Every segment of that name, in order."""
        if self._segments is None:
            self._segments = self._index()
        return self._by_name.get(name, [])

    def encoded(self) -> bytes:
        """The message with CR after each segment, in its own charset: what a sender that kept the rules would send."""
        return _encode("".join(f"{segment.line}\r" for segment in self.segments), self.charset)

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)

    def _index(self) -> list[Segment]:
        separator = self.delimiters.field
        sheet = self._sheet
        by_name = self._by_name
        segments: list[Segment] = []
        for line in self._lines:
            name = line[:3]
            if line[3:4] != separator or len(name) != 3 or not (name.isupper() and name.isalnum()):
                if not line or line.isspace() or not self._is_segment(line, segments):
                    continue
                name = line[:3].upper()
                line = name + line[3:]
            same = by_name.get(name)
            if same is None:
                same = by_name[name] = []
            segment = Segment(sheet, name, line, len(segments) + 1, len(same) + 1)
            same.append(segment)
            segments.append(segment)
        if len(by_name.get("MSH", ())) > 1:
            sheet.warn(Code.SEVERAL_MESSAGES, "one payload holds several MSH segments", "MSH[2]")
        return segments

    def _is_segment(self, line: str, segments: list[Segment]) -> bool:
        """Whether an irregular line is a segment after all; if not, it is joined to the text before it or set aside."""
        separator = self.delimiters.field
        name = line[:3]
        if len(name) == 3 and name.isalnum() and name.isascii() and name[0].isalpha():
            if line[3:4] == separator and dictionary.segment(name.upper()):
                self._sheet.warn(Code.SEGMENT_CASE, "a segment name is not in capitals", name.upper())
                return True
            if len(line) == 3 and name.isupper():
                return True
        if segments:
            last = segments[-1]
            limit = _CONTINUABLE.get(last.name, 0)
            if limit and last.line.count(separator) < limit:
                last.line = f"{last.line}\n{line}"
                last._fields = None
                self._sheet.warn(Code.LINE_CONTINUED, "a raw line break inside text was kept", last.path(limit - 1))
                return False
        place = f"{segments[-1].name}[{segments[-1].ordinal}]" if segments else ""
        self._sheet.warn(Code.NOT_A_SEGMENT, "a line after this one is no segment; it was set aside", place)
        return False


def parse(payload: bytes, *, charset: str | None = None) -> Message:
    """The message in these bytes; `charset` overrides MSH-18.

    Tolerant: CR, LF, CRLF or a mixture, a byte order mark, blank lines, lower-case segment names, raw line breaks in
    text and lines that are no segment give warnings. Raises InvalidMessage for what `peek` refuses and nothing else.
    """
    header = peek(payload)
    body, warnings = normalised(payload)
    decoded = decode(body, header.charset, charset)
    warnings += decoded.warnings
    if header.delimiters.repaired:
        text = "MSH-2 was damaged; read with the standard characters"
        warnings.append(Warning(Code.ENCODING_CHARACTERS_REPAIRED, text, "MSH-2"))
    if not decoded.text.startswith("MSH"):
        raise InvalidMessage("the bytes do not begin with MSH in the charset they claim", code="no-header", path="MSH")
    return Message(payload, header, decoded.text.split("\r"), _Sheet(header.delimiters, decoded.codec, warnings))


def _encode(text: str, codec: str) -> bytes:
    try:
        return text.encode(codec)
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
