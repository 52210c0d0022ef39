"""What differs between two messages field by field, between two FHIR documents element by element, and what arrived.

A row names the place on each side; equal places are kept so that a reader can see them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from console.desktop.models.json_lines import ExactNumber
from console.desktop.models.message_tree import Node


class Change(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One place. `place` is shown; `left_path` and `right_path` lead there ('' where there is none)."""

    place: str
    name: str
    left: str
    right: str
    change: Change
    left_path: str = ""
    right_path: str = ""


def _leaves(node: Node) -> Iterator[Node]:
    if not node.children:
        yield node
    for child in node.children:
        yield from _leaves(child)


def _signature(segment: Node) -> tuple[str, ...]:
    """What makes two segments the same one: their name and, for repeated ones, what they are about."""
    place = segment.place
    name = place.segment if place else segment.path[:3]
    telling = {"OBX": (3, 4), "OBR": (4,), "ORC": (2,), "NTE": (3,), "AL1": (3,), "DG1": (3,), "NK1": (2,), "IN1": (3,)}
    wanted = telling.get(name, ())
    values = [c.value for c in segment.children if (p := c.place) is not None and p.field in wanted]
    return (name, *values)


def diff_trees(left: Sequence[Node], right: Sequence[Node]) -> list[DiffRow]:
    """Field by field. Segments are aligned by what they are about, so one inserted OBX does not shift the rest."""
    rows: list[DiffRow] = []
    matcher = SequenceMatcher(a=[_signature(s) for s in left], b=[_signature(s) for s in right], autojunk=False)
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        mine, theirs = list(left[a0:a1]), list(right[b0:b1])
        if tag in ("equal", "replace"):
            for pair in _paired(mine, theirs):
                rows.extend(_segment_rows(*pair))
        else:
            rows.extend(row for segment in mine for row in _segment_rows(segment, None))
            rows.extend(row for segment in theirs for row in _segment_rows(None, segment))
    return rows


def _paired(mine: list[Node], theirs: list[Node]) -> Iterator[tuple[Node | None, Node | None]]:
    """Segments of the same name side by side, in order; what is over stands alone."""
    rest = list(theirs)
    for segment in mine:
        match = next((x for x in rest if x.path[:3] == segment.path[:3]), None)
        if match is not None:
            rest.remove(match)
        yield segment, match
    for segment in rest:
        yield None, segment


def _segment_rows(left: Node | None, right: Node | None) -> Iterator[DiffRow]:
    mine = {_within(n): n for n in _leaves(left)} if left else {}
    theirs = {_within(n): n for n in _leaves(right)} if right else {}
    for key in sorted({*mine, *theirs}):
        a, b = mine.get(key), theirs.get(key)
        one, other = (a.value if a else ""), (b.value if b else "")
        if not one and not other:
            continue
        node = a or b
        assert node is not None, "a key comes from one side or the other"
        change = (
            Change.SAME
            if one == other
            else Change.ADDED
            if not one
            else Change.REMOVED
            if not other
            else Change.CHANGED
        )
        yield DiffRow(
            node.label if not node.children else node.path,
            node.name,
            one,
            other,
            change,
            a.path if a else "",
            b.path if b else "",
        )


def _change(left: str | None, right: str | None) -> Change:
    if left == right:
        return Change.SAME
    return Change.ADDED if left is None else Change.REMOVED if right is None else Change.CHANGED


def _within(node: Node) -> tuple[int, int, int, int]:
    """A leaf's place within its segment; a field without components is its own first component."""
    place = node.place
    if place is None:
        return (0, 0, 0, 0)
    return (place.field, max(place.rep, 1), max(place.component, 1), max(place.sub, 1))


# ---- FHIR ---------------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if isinstance(value, ExactNumber):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def flatten(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every leaf as (path, text), in document order."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from flatten(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, (list, tuple)):
        for i, inner in enumerate(value):
            yield from flatten(inner, f"{path}[{i}]")
    else:
        yield path, _text(value)


def _resources(document: Any) -> dict[str, Any]:
    """A bundle's resources by type and id, so that their order does not matter; anything else under ''."""
    if not isinstance(document, Mapping) or "entry" not in document:
        return {"": document}
    found: dict[str, Any] = {}
    for i, entry in enumerate(document.get("entry") or ()):
        resource = entry.get("resource") or {}
        found[f"{resource.get('resourceType', 'entry')}/{resource.get('id', i)}"] = resource
    return found


def diff_json(left: Any, right: Any) -> list[DiffRow]:
    """Element by element; the resources of two bundles are compared by type and id."""
    rows: list[DiffRow] = []
    mine, theirs = _resources(left), _resources(right)
    for key in dict.fromkeys([*mine, *theirs]):
        a, b = dict(flatten(mine.get(key, {}))), dict(flatten(theirs.get(key, {})))
        for path in dict.fromkeys([*a, *b]):
            one, other = a.get(path), b.get(path)
            change = _change(one, other)
            shown = f"{key} {path}".strip()
            rows.append(
                DiffRow(
                    shown,
                    "",
                    one or "",
                    other or "",
                    change,
                    path if one is not None else "",
                    path if other is not None else "",
                )
            )
    return rows


# ---- what arrived -------------------------------------------------------------------------------------------------

_TOO_COMMON = 2


_ENVELOPE = ("MSH", "SFT", "FHS", "BHS")
"""Segments about the sending, not about the patient."""


def _named_leaves(document: Any) -> Iterator[tuple[str, str]]:
    """Leaves with paths a reader knows: `Observation.valueQuantity.value`, numbered where a kind occurs again."""
    if not isinstance(document, Mapping) or "entry" not in document:
        yield from flatten(document)
        return
    seen: dict[str, int] = {}
    for entry in document.get("entry") or ():
        resource = entry.get("resource") or {}
        kind = str(resource.get("resourceType", "resource"))
        seen[kind] = seen.get(kind, 0) + 1
        yield from flatten(resource, kind if seen[kind] == 1 else f"{kind}({seen[kind]})")


def carried(tree: Sequence[Node], document: Any) -> list[DiffRow]:
    """Each value of the message with the element that carries it. REMOVED: found nowhere in the document.

    A comparison of values, not of rules: dates are compared by their digits, codes and numbers as they stand, names
    without regard to case. Values of one character are left out, for they would be found everywhere; so is the
    envelope (MSH).
    """
    places: dict[str, list[str]] = {}
    for path, text in _named_leaves(document):
        for key in _keys(text):
            places.setdefault(key, []).append(path)
    rows = []
    for segment in tree:
        if segment.path[:3] in _ENVELOPE:
            continue
        for leaf in _leaves(segment):
            if len(leaf.value) < _TOO_COMMON or leaf.value == '""':
                continue
            found = next((places[key] for key in _keys(leaf.value) if key in places), [])
            change = Change.SAME if found else Change.REMOVED
            right = found[0] if found else ""
            rows.append(DiffRow(leaf.label, leaf.name, leaf.value, right, change, leaf.path, right))
    return rows


def _keys(text: str) -> Iterator[str]:
    """The forms under which two values count as the same."""
    folded = text.strip().casefold()
    if folded:
        yield folded
    digits = "".join(c for c in text if c.isdigit())
    if len(digits) >= 8 and len(digits) >= len(text) * 0.6:
        yield digits[:8] if len(digits) < 12 else digits[:12]
