"""What the positions of a message are called: segments, fields, data types, components, codes. Read on first use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Place:
    """A field or a component. `type` is its data type ('*': OBX-2 says it), `table` the HL7 table of its codes."""

    name: str
    type: str = ""
    table: str = ""


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment; `fields[0]` is field 1."""

    title: str
    fields: tuple[Place, ...]


def segment(name: str) -> SegmentEntry | None:
    """The entry of a segment; None for a Z segment or one that hospitals do not use."""
    return _segments().get(name)


def field(segment_name: str, number: int) -> Place | None:
    """Field `number` (from 1) of a segment; None when the standard has none."""
    entry = _segments().get(segment_name)
    return entry.fields[number - 1] if entry and 0 < number <= len(entry.fields) else None


def component(type_name: str, number: int) -> Place | None:
    """Component `number` (from 1) of a data type; None when it has none."""
    parts = _types().get(type_name, ())
    return parts[number - 1] if 0 < number <= len(parts) else None


def is_composite(type_name: str) -> bool:
    """Whether a data type has components."""
    return type_name in _types()


def codes(table: str) -> Mapping[str, str]:
    """Every code of an HL7 table that is known here, with what it means; empty for a table that is not."""
    return _codes().get(table, {})


def meaning(table: str, code: str) -> str:
    """What a code of an HL7 table says; '' when unknown."""
    entry = _codes().get(table.zfill(4))
    return entry.get(code, "") if entry else ""


@cache
def _segments() -> Mapping[str, SegmentEntry]:
    from console.hl7v2.dictionary_segments import SEGMENTS

    entries = {}
    for head, items in _entries(SEGMENTS):
        name, _, title = head.partition(" ")
        entries[name] = SegmentEntry(title, tuple(_place(item) for item in items))
    return entries


@cache
def _types() -> Mapping[str, tuple[Place, ...]]:
    from console.hl7v2.dictionary_types import TYPES

    return {head: tuple(_place(item) for item in items) for head, items in _entries(TYPES)}


@cache
def _codes() -> Mapping[str, Mapping[str, str]]:
    from console.hl7v2.dictionary_codes import CODES

    return {
        head.partition(" ")[0]: {code: said for code, _, said in (item.partition(" ") for item in items)}
        for head, items in _entries(CODES)
    }


def _entries(table: str) -> Iterator[tuple[str, list[str]]]:
    """Head and items of each entry; a line that begins with blanks continues the one before."""
    for entry in table.replace("\n  ", " ").splitlines():
        head, _, items = entry.partition(": ")
        if items:
            yield head, items.split("; ")


def _place(item: str) -> Place:
    kind, _, name = item.partition(" ")
    kind, _, table = kind.partition("@")
    return Place("" if name == "-" else name, kind, table)
