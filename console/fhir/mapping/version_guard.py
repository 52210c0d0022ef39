"""May this statement replace that one? A late preliminary never overwrites a final, nor a final a correction.

A rank orders the statements about one result: first how final it is (preliminary < final < corrected; withdrawn stands
beside corrected), then when it was issued (OBR-22), then when it was sent (MSH-7). Sources: HL7 tables 0085 and 0123.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Rank = tuple[int, str, str]

_FINALITY: Final = {
    "registered": 0,
    "partial": 1,
    "preliminary": 1,
    "final": 2,
    "amended": 3,
    "corrected": 3,
    "appended": 3,
    "cancelled": 3,
    "entered-in-error": 3,
}


def rank(status: str, issued: str, sent: str) -> Rank:
    """`status`: an R4 observation or report status; `issued` and `sent`: UTC texts that sort, '' when unknown."""
    return _FINALITY.get(status, 0), issued, sent


def is_stale(new: Rank, guard: Mapping[str, Any]) -> bool:
    """Whether what was applied before outranks this. Equal ranks pass: a resend says the same again."""
    held = guard.get("result")
    return held is not None and new < (held[0], held[1], held[2])


def note(new: Rank, guard: dict[str, Any]) -> None:
    """Remembers the rank of what is applied now."""
    guard["result"] = list(new)


def finality(status: str) -> int:
    """How final a status is, for choosing the report's status among its results."""
    return _FINALITY.get(status, 0)
