"""May this statement replace that one? A late preliminary never overwrites a final, nor a final a correction.

Statements about one result are ordered by how final they are (preliminary < final < corrected), then by when they were
issued (OBR-22), then by when they were sent (MSH-7), then by arrival. A withdrawal (cancelled, entered in error) stands
beside that order: only time decides whether it, or what comes after it, is the later word. Sources: HL7 tables 0085
and 0123.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_FINALITY: Final = {
    "registered": 0,
    "partial": 1,
    "preliminary": 1,
    "final": 2,
    "amended": 3,
    "corrected": 3,
    "appended": 3,
}
_WITHDRAWN: Final = 9


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a statement stands among the others about the same result. Times are UTC texts that sort, '' unknown."""

    finality: int
    issued: str
    sent: str


def rank(status: str, issued: str, sent: str) -> Rank:
    """`status`: an R4 observation or report status."""
    finality = _WITHDRAWN if status in ("cancelled", "entered-in-error") else _FINALITY.get(status, 0)
    return Rank(finality, issued, sent)


def is_stale(new: Rank, guard: Mapping[str, Any]) -> bool:
    """Whether what was applied before outranks this. Equal ranks pass: a resend says the same again."""
    noted = guard.get("result")
    if noted is None:
        return False
    held = Rank(*noted)
    if new.finality != held.finality and _WITHDRAWN not in (new.finality, held.finality):
        return new.finality < held.finality
    for one, other in ((new.issued, held.issued), (new.sent, held.sent)):
        if one and other and one != other:
            return one < other
    return False


def note(new: Rank, guard: dict[str, Any]) -> None:
    """Remembers the rank of what is applied now."""
    guard["result"] = [new.finality, new.issued, new.sent]
