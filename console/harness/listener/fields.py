"""Fields of a message by path, found in its bytes when a rule asks for them and kept until the message is done.

In the common case (standard delimiters, ASCII, no escape, no repetition) one regular expression for each segment gives
every wanted field of it at once; else the message is normalised, decoded and split.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from console.hl7v2.charset import decode, splits_as_bytes
from console.hl7v2.escapes import unescape
from console.hl7v2.peek import Header, normalised

_UNROLLED = 30
_BEHIND_MSH_2 = len("MSH|^~\\&")


@dataclass(frozen=True, slots=True)
class FieldPath:
    """`OBX[2]-5.1.2`. `ordinal` 0: any segment of that name. `component` and `sub` 0: the whole field or component."""

    segment: str
    ordinal: int
    field: int
    component: int = 0
    sub: int = 0


@lru_cache(maxsize=1024)
def parse_path(text: str) -> FieldPath:
    """Takes a path apart. `text` must have the shape of tables.PATH."""
    segment, _, rest = text.partition("-")
    name, _, ordinal = segment.partition("[")
    return FieldPath(name, int(ordinal.rstrip("]") or 0), *map(int, rest.split(".")))


class Picker:
    """Picks several fields of the segments of one name out of simple bytes. `paths` share segment and ordinal and have
    no sub-component."""

    __slots__ = ("pick",)

    def __init__(self, paths: Sequence[FieldPath]) -> None:
        first = paths[0]
        header = first.segment == "MSH"
        wanted: dict[int, list[int]] = {}
        for path in paths:
            wanted.setdefault(path.field - header, []).append(path.component)
        start = first.segment if header else f"\\r{first.segment}"
        pattern = re.compile((start + r"(?=\|)" + _fields(wanted, max(wanted))).encode("ascii"))
        self.pick = _picking(pattern, f"\r{first.segment}|".encode("ascii"), 1 if header else first.ordinal, len(paths))
        """For each of the segments its values in the order of `ordered`, empty where nothing was sent."""


def _picking(
    pattern: re.Pattern[bytes], start: bytes, ordinal: int, width: int
) -> Callable[[bytes], Sequence[Sequence[bytes]]]:
    search, findall = pattern.search, pattern.findall

    def first(body: bytes) -> Sequence[Sequence[bytes]]:
        found = search(body)
        return (found.groups(b""),) if found is not None else ()

    def nth(body: bytes) -> Sequence[Sequence[bytes]]:
        at = -1
        for _ in range(ordinal):
            if (at := body.find(start, at + 1)) < 0:
                return ()
        found = search(body, at)
        return (found.groups(b""),) if found is not None else ()

    if ordinal == 1:
        return first
    if ordinal:
        return nth
    return findall if width > 1 else lambda body: [(value,) for value in findall(body)]


def pickable(path: FieldPath) -> bool:
    """Whether a Picker can find it."""
    return not path.sub and (path.segment != "MSH" or path.field > 2)


def ordered(paths: Iterable[FieldPath]) -> list[FieldPath]:
    """The order in which a Picker gives the values of its paths."""
    return sorted(paths, key=lambda path: (path.field, path.component))


def _fields(wanted: dict[int, list[int]], last: int) -> str:
    """`(?:\\|…(?:\\|…)?)?`: every field may be missing at the end of a segment."""
    pattern = ""
    skipped = 0
    opened = 0
    for number in range(1, last + 1):
        if number not in wanted:
            skipped += 1
            continue
        opened += 1
        skip = r"\|[^|\r]*" * skipped if skipped < _UNROLLED else rf"(?:\|[^|\r]*){{{skipped}}}"
        pattern += rf"(?:{skip}\|{_components(sorted(wanted[number]))}"
        skipped = 0
    return pattern + ")?" * opened


def _components(numbers: Sequence[int]) -> str:
    """One field with a group for each wanted component; 0 is the whole."""
    if numbers == [0]:
        return r"([^|\r]*)"
    if numbers == [1]:
        return r"([^|^\r]*)[^|\r]*"
    return "".join(map(_component, numbers)) + r"[^|\r]*"


def _component(number: int) -> str:
    if not number:
        return r"(?=([^|\r]*))"
    return rf"(?:(?=(?:[^|^\r]*\^){{{number - 1}}}([^|^\r]*)))?"


@lru_cache(maxsize=1024)
def _picker(path: FieldPath) -> Picker:
    return Picker((path,))


class Fields:
    """The fields of one message. `payload` as received. `easy`: the kind has standard delimiters and a charset that
    never hides one of them in another character's bytes.

    `simple`: besides that ASCII, no escape and no repetition anywhere: the bytes between delimiters are the values."""

    __slots__ = ("_header", "_separator", "_values", "body", "simple")

    def __init__(self, payload: bytes, header: Header, easy: bool = False) -> None:
        self.body = payload
        self._header = header
        self._separator = b"|"
        self._values: dict[FieldPath, tuple[str, ...]] = {}
        self.simple = (
            easy
            and payload.find(b"\\", _BEHIND_MSH_2) < 0
            and payload.find(b"~", _BEHIND_MSH_2) < 0
            and payload.find(b"\n") < 0
            and payload.isascii()
        )
        if not self.simple:
            self._prepare()

    def _prepare(self) -> None:
        body, header = self.body, self._header
        if b"\n" in body or not body.startswith(b"MSH"):
            body = normalised(body)[0]
        if header.charset and not splits_as_bytes(header.charset):
            body = decode(body, header.charset).text.encode("utf-8")
            self._header = replace(header, charset="UNICODE UTF-8")
        self.body = body
        self._separator = header.delimiters.field.encode("ascii")

    def values(self, path: FieldPath) -> tuple[str, ...]:
        """Every non-empty value there, decoded and unescaped: of all repetitions and, without an ordinal, of all
        segments of that name."""
        found = self._values.get(path)
        if found is None:
            if self.simple and pickable(path):
                found = tuple([row[0].decode("ascii") for row in _picker(path).pick(self.body) if row[0]])
            else:
                found = self._read(path)
            self._values[path] = found
        return found

    def _read(self, path: FieldPath) -> tuple[str, ...]:
        body, separator = self.body, self._separator
        out: list[str] = []
        if path.segment == "MSH":
            fields = body.partition(b"\r")[0].split(separator)
            fields.insert(1, separator)
            if path.field < 3:
                return (fields[path.field].decode("latin-1"),)
            self._add(fields, path, out)
            return tuple(out)
        mark = b"\r" + path.segment.encode("ascii") + separator
        seen = 0
        at = body.find(mark)
        while at >= 0:
            seen += 1
            if not path.ordinal or seen == path.ordinal:
                end = body.find(b"\r", at + 4)
                self._add((body[at + 1 :] if end < 0 else body[at + 1 : end]).split(separator), path, out)
            if seen == path.ordinal:
                break
            at = body.find(mark, at + 4)
        return tuple(out)

    def _add(self, fields: list[bytes], path: FieldPath, out: list[str]) -> None:
        if path.field >= len(fields) or not (field := fields[path.field]):
            return
        d = self._header.delimiters
        text = field.decode("ascii") if field.isascii() else decode(field, self._header.charset).text
        for value in text.split(d.repetition) if d.repetition else [text]:
            if path.component:
                value = _part(value, d.component, path.component)
                if path.sub:
                    value = _part(value, d.subcomponent, path.sub)
            if value:
                out.append(unescape(value, d) if d.escape and d.escape in value else value)


def _part(value: str, separator: str, number: int) -> str:
    if not separator or separator not in value:
        return value if number == 1 else ""
    parts = value.split(separator, number)
    return parts[number - 1] if number <= len(parts) else ""
