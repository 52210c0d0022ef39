"""May we write over what a destination holds? The version guard, asked of somebody else's copy.

A result on a destination that says more than ours (a correction over our final) is not overwritten: a late preliminary
must never replace a final, whoever filed it. Of other resources we are the source, so ours counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_RANKS = {
    "registered": 0,
    "preliminary": 1,
    "partial": 1,
    "final": 2,
    "amended": 3,
    "corrected": 3,
    "appended": 3,
    "cancelled": 4,
    "entered-in-error": 4,
}
_RANKED = frozenset({"Observation", "DiagnosticReport"})


def says_more(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether their copy of a result stands later in its life than ours (P < F < C < withdrawn)."""
    if ours.get("resourceType") not in _RANKED:
        return False
    return _RANKS.get(str(theirs.get("status")), -1) > _RANKS.get(str(ours.get("status")), -1)


_SERVERS_OWN = frozenset({"meta", "text"})


def holds(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether their copy of a resource says everything ours does. Servers may add elements (meta, narrative, resolved
    references), but not change one; numbers are compared by value."""
    return _says(dict(theirs), {n: v for n, v in ours.items() if n not in _SERVERS_OWN})


def _says(theirs: Any, ours: Any) -> bool:
    if isinstance(ours, dict):
        if not isinstance(theirs, dict):
            return False
        return all(name in theirs and _member_says(name, theirs[name], value) for name, value in ours.items())
    if isinstance(ours, list):
        if not isinstance(theirs, list) or len(theirs) != len(ours):
            return False
        return all(_says(their, our) for their, our in zip(theirs, ours, strict=True))
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    return bool(theirs == ours)


def _member_says(name: str, theirs: Any, ours: Any) -> bool:
    """References may come back absolute or with a version."""
    if name == "reference" and isinstance(ours, str) and isinstance(theirs, str):
        plain = theirs.partition("/_history/")[0]
        return plain == ours or plain.endswith(f"/{ours}")
    return _says(theirs, ours)
