"""What was wrong with an input, field by field, without repeating what was sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_WORDS = {
    "extra_forbidden": "there is no such parameter",
    "missing": "is missing",
}


def errors_of(found: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """[{path, text}] from pydantic's errors: where (`query.limit`, `elements[2].code`) and what must be."""
    return [{"path": _path(error.get("loc", ())), "text": _text(error)} for error in found][:50]


def _path(location: Iterable[Any]) -> str:
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{str(part)[:60]}" if path else str(part)[:60]
    return path


def _text(error: Mapping[str, Any]) -> str:
    kind = str(error.get("type", ""))
    if kind in _WORDS:
        return _WORDS[kind]
    return str(error.get("msg", "is not valid")).removeprefix("Value error, ")[:200]
