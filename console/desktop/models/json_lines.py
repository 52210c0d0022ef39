"""JSON as lines of text that know which element they show: for highlighting the element an error names.

Layout: two spaces a level; an object or array of plain values that fits on one line stays on one. Numbers are shown as
they stand in the text (decimals keep their zeros), so parse with `parse_exact`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_WIDTH = 96
_LONGEST_TEXT = 600


class ExactNumber(float):
    """A number that remembers how it was written."""

    text: str

    def __new__(cls, text: str) -> ExactNumber:
        made = super().__new__(cls, text)
        made.text = text
        return made

    def __repr__(self) -> str:
        return self.text


def parse_exact(text: str | bytes) -> Any:
    """JSON with numbers as written. Raises ValueError when it is none."""
    return json.loads(text, parse_float=ExactNumber)


@dataclass(frozen=True, slots=True)
class JsonLine:
    """One shown line; `path` is the FHIR path of what begins on it, e.g. `entry[1].resource.code.coding[0]`."""

    text: str
    path: str


def json_lines(value: Any, path: str = "") -> list[JsonLine]:
    """The lines of a JSON value."""
    return list(_lines(value, path, 0, "", ""))


_FIRST = ("resourceType", "id", "status", "meta")


def _for_reading(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """A resource says first what it is; the order of the rest stays (JSON gives order no meaning, readers do)."""
    if "resourceType" not in value:
        return list(value.items())
    first = [(name, value[name]) for name in _FIRST if name in value]
    return first + [(name, inner) for name, inner in value.items() if name not in _FIRST]


def _plain(value: Any) -> bool:
    return not isinstance(value, (Mapping, list, tuple)) or not value


def _short(value: Any) -> str:
    """A value on one line; '' when it does not belong on one."""
    if isinstance(value, Mapping):
        if value and all(_plain(v) for v in value.values()):
            inner = ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_literal(v)}" for k, v in value.items())
            return f"{{ {inner} }}"
        return "" if value else "{}"
    if isinstance(value, (list, tuple)):
        if value and all(_plain(v) for v in value):
            return f"[{', '.join(_literal(v) for v in value)}]"
        return "" if value else "[]"
    return _literal(value)


def _literal(value: Any) -> str:
    if isinstance(value, ExactNumber):
        return value.text
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        cut = _LONGEST_TEXT // 3
        value = f"{value[:cut]}…[{len(value) - 2 * cut}]…{value[-cut:]}"
    if isinstance(value, (Mapping, list, tuple)):
        return "{}" if isinstance(value, Mapping) else "[]"
    return json.dumps(value, ensure_ascii=False)


def _lines(value: Any, path: str, depth: int, before: str, after: str) -> Iterator[JsonLine]:
    indent = "  " * depth
    short = _short(value)
    if _plain(value) or (short and len(indent) + len(before) + len(short) <= _WIDTH):
        yield JsonLine(f"{indent}{before}{short}{after}", path)
        return
    if isinstance(value, Mapping):
        yield JsonLine(f"{indent}{before}{{", path)
        last = len(value) - 1
        for i, (name, inner) in enumerate(_for_reading(value)):
            label = f"{json.dumps(str(name), ensure_ascii=False)}: "
            below = f"{path}.{name}" if path else str(name)
            yield from _lines(inner, below, depth + 1, label, "," if i < last else "")
        yield JsonLine(f"{indent}}}{after}", path)
        return
    yield JsonLine(f"{indent}{before}[", path)
    last = len(value) - 1
    for i, inner in enumerate(value):
        yield from _lines(inner, f"{path}[{i}]", depth + 1, "", "," if i < last else "")
    yield JsonLine(f"{indent}]{after}", path)


_TYPED = re.compile(r"^[A-Z][A-Za-z]+\.")


def find_line(lines: Sequence[JsonLine], path: str) -> int:
    """The line that shows the element an error names, or the nearest element around it; -1 when nothing fits.

    `Observation.code.coding[1].code` and `entry[2].resource.code` are both understood: a path that begins with a
    resource type is looked for as the end of any path.
    """
    if not path:
        return -1
    wanted = _TYPED.sub("", path)
    typed = wanted != path
    while wanted:
        for number, line in enumerate(lines):
            if line.path == wanted or (typed and line.path.endswith(f".{wanted}")):
                return number
        cut = max(wanted.rfind("."), wanted.rfind("["))
        if cut < 0:
            return -1
        wanted = wanted[:cut]
    return -1
