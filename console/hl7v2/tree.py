"""A message as nested nodes for the inspector: path, name, value, and the bytes of the raw message it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from console.hl7v2 import dictionary
from console.hl7v2.charset import splits_as_bytes
from console.hl7v2.dictionary import Place
from console.hl7v2.message import Message, Segment

LONGEST = 4096
"""Characters of a value that are shown; a node whose value was cut carries `size`, the full length."""

_LINE = re.compile(rb"[^\r\n]+")
_HEADERS = frozenset({"MSH", "FHS", "BHS"})

Node = dict[str, Any]
Span = tuple[int, int]


def tree(message: Message) -> list[Node]:
    """One node per segment: `{path, name, value, children, span}`; empty fields are left out.

    Paths are `OBX[2]`, `OBX[2]-3`, `OBX[2]-3.1`, `PID[1]-3(2)` for a repetition where there are several. Leaves hold
    the text (unescaped), branches the field as sent. `span` are byte offsets [start, end) in the raw message: those of
    the whole segment where the charset does not let bytes be told apart, null for lines that could not be found.
    `meaning` is added to leaves whose code is one of a known HL7 table.
    """
    places = _places(message)
    exact = splits_as_bytes(message.charset)
    return [_segment(message, segment, places[segment.position - 1], exact) for segment in message.segments]


def _segment(message: Message, segment: Segment, span: Span | None, exact: bool) -> Node:
    entry = dictionary.segment(segment.name)
    path = f"{segment.name}[{segment.ordinal}]"
    children: list[Node] = []
    spans = _pieces(message.raw, span, segment.delimiters.field) if exact else []
    value_type = segment.get(2) if segment.name == "OBX" else ""
    for number in range(1, segment.field_count + 1):
        source = segment.source(number)
        if not source:
            continue
        place = dictionary.field(segment.name, number) or Place("")
        if place.type == "*":
            place = Place(place.name, value_type)
        here = _field_span(segment, number, span, spans) if exact else span
        if segment.name in _HEADERS and number <= 2:
            children.append(_node(segment.path(number), place.name, source, here))
        else:
            children.append(_field(message, segment, number, place, here, exact))
    return {
        "path": path,
        "name": entry.title if entry else "",
        "value": "",
        "children": children,
        "span": list(span) if span else None,
    }


def _field_span(segment: Segment, number: int, span: Span | None, spans: list[Span]) -> Span | None:
    if segment.name in _HEADERS:
        if number == 1:
            return (span[0] + 3, span[0] + 4) if span else None
        number -= 1
    return spans[number] if number < len(spans) else span


def _field(message: Message, segment: Segment, number: int, place: Place, span: Span | None, exact: bool) -> Node:
    reps = segment.source(number).split(segment.delimiters.repetition) if segment.delimiters.repetition else []
    path = segment.path(number)
    if len(reps) < 2:
        return _value(message, path, place, segment.source(number), span, exact)
    spans = _pieces(message.raw, span, segment.delimiters.repetition) if exact else []
    node = _node(path, place.name, segment.source(number), span)
    node["children"] = [
        _value(message, f"{path}({index})", place, rep, _at(spans, index, span), exact)
        for index, rep in enumerate(reps, start=1)
        if rep
    ]
    return node


def _value(message: Message, path: str, place: Place, text: str, span: Span | None, exact: bool) -> Node:
    """A field or repetition: a leaf, or a branch of components."""
    separator = message.delimiters.component
    parts = text.split(separator)
    inner = message.delimiters.subcomponent
    if len(parts) == 1 and not (inner and inner in text and dictionary.is_composite(place.type)):
        return _leaf(message, path, place, text, span)
    node = _node(path, place.name, text, span)
    spans = _pieces(message.raw, span, separator) if exact else []
    node["children"] = [
        _component(
            message,
            f"{path}.{index}",
            dictionary.component(place.type, index) or Place(""),
            part,
            _at(spans, index, span),
            exact,
        )
        for index, part in enumerate(parts, start=1)
        if part
    ]
    return node


def _component(message: Message, path: str, place: Place, text: str, span: Span | None, exact: bool) -> Node:
    inner = message.delimiters.subcomponent
    if not inner or inner not in text:
        return _leaf(message, path, place, text, span)
    node = _node(path, place.name, text, span)
    spans = _pieces(message.raw, span, inner) if exact else []
    node["children"] = [
        _leaf(
            message,
            f"{path}.{index}",
            dictionary.component(place.type, index) or Place(""),
            part,
            _at(spans, index, span),
        )
        for index, part in enumerate(text.split(inner), start=1)
        if part
    ]
    return node


def _leaf(message: Message, path: str, place: Place, text: str, span: Span | None) -> Node:
    node = _node(path, place.name, message.plain(text, path), span)
    if place.table and (said := dictionary.meaning(place.table, text)):
        node["meaning"] = said
    return node


def _node(path: str, name: str, value: str, span: Span | None) -> Node:
    node: Node = {
        "path": path,
        "name": name,
        "value": value if len(value) <= LONGEST else value[:LONGEST] + "…",
        "children": [],
        "span": list(span) if span else None,
    }
    if len(value) > LONGEST:
        node["size"] = len(value)
    return node


def _at(spans: list[Span], index: int, otherwise: Span | None) -> Span | None:
    return spans[index - 1] if index <= len(spans) else otherwise


def _pieces(raw: bytes, span: Span | None, separator: str) -> list[Span]:
    """The spans between separators."""
    if span is None or not separator:
        return []
    mark = separator.encode("ascii")
    pieces: list[Span] = []
    start, end = span
    while (at := raw.find(mark, start, end)) >= 0:
        pieces.append((start, at))
        start = at + 1
    return [*pieces, (start, end)]


def _places(message: Message) -> list[Span | None]:
    """Where each segment lies in the raw bytes. Lines that were set aside are passed over."""
    places: list[Span | None] = []
    lines = list(_lines(message))
    at = 0
    for segment in message.segments:
        span: Span | None = None
        for piece in segment.line.split("\n"):
            found = next((i for i in range(at, len(lines)) if lines[i][2][3:] == piece[3:]), None)
            if found is None:
                break
            start, end, _ = lines[found]
            span = (span[0] if span else start, end)
            at = found + 1
        places.append(span)
    return places


def _lines(message: Message) -> Iterator[tuple[int, int, str]]:
    """Start, end and text of every physical line, from the header on."""
    began = False
    for found in _LINE.finditer(message.raw):
        start, end = found.span()
        line = found.group()
        if not began:
            at = line.upper().find(b"MSH")
            if at < 0 or line[:at].strip(b"\xef\xbb\xbf\x0b \t\x00"):
                continue
            start, line, began = start + at, line[at:], True
        kept = line.rstrip(b"\x1c") if end == len(message.raw.rstrip(b"\r\n")) else line
        yield start, start + len(kept), kept.decode(message.charset, "signalbox-latin1")
