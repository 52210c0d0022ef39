"""The parsed message as nodes: path, field name, value, and a note where something is to be said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from console.desktop.models.hl7_path import Hl7Path, hl7_path

_LONGEST = 400


@dataclass(slots=True)
class Node:
    """One line of the tree. `label` is like `OBX-3` or, for a segment, `OBX 2`; `row` its place among its siblings."""

    path: str
    name: str
    value: str
    label: str = ""
    note: str = ""
    is_error: bool = False
    children: list[Node] = field(default_factory=list)
    parent: Node | None = None
    row: int = 0

    @property
    def place(self) -> Hl7Path | None:
        return hl7_path(self.path)

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Remark:
    """Something said about a place: an error, or a warning of the parser."""

    path: str
    text: str
    is_error: bool


def build_tree(items: Sequence[Mapping[str, Any]], remarks: Sequence[Remark] = ()) -> list[Node]:
    """The nodes of the API's tree (`messages/{id}/tree`), with remarks on the places they name."""
    roots = [_node(item, None, i) for i, item in enumerate(items)]
    many = {root.path[:3] for root in roots if sum(1 for x in roots if x.path[:3] == root.path[:3]) > 1}
    for root in roots:
        place = root.place
        root.label = root.path[:3] if place is None or place.segment not in many else f"{place.segment} {place.ordinal}"
        if not root.value:
            root.value = _gist(root)
    for remark in remarks:
        found = find(roots, remark.path)
        if found is not None:
            found.note = f"{found.note} · {remark.text}" if found.note else remark.text
            found.is_error = found.is_error or remark.is_error
    return roots


def _node(item: Mapping[str, Any], parent: Node | None, row: int) -> Node:
    path = str(item.get("path", ""))
    value = str(item.get("value") or "")
    node = Node(path, str(item.get("name") or ""), value, parent=parent, row=row)
    node.label = _label(path)
    node.note = "null" if value == '""' else str(item.get("meaning") or "")
    node.children = [_node(child, node, i) for i, child in enumerate(item.get("children") or ())]
    return node


def _label(path: str) -> str:
    place = hl7_path(path)
    if place is None or not place.field:
        return path
    text = f"{place.segment}-{place.field}"
    if place.rep > 1:
        text += f"({place.rep})"
    if place.component:
        text += f".{place.component}"
    return f"{text}.{place.sub}" if place.sub else text


_GISTS = {"MSH": 9, "PID": 5, "PV1": 19, "OBR": 4, "ORC": 2, "OBX": 5, "EVN": 1, "RXO": 1, "RXE": 2, "SCH": 2, "TXA": 2}


def _gist(segment: Node) -> str:
    """What a closed segment shows of itself: the field a reader looks for."""
    place = segment.place
    wanted = _GISTS.get(place.segment, 0) if place else 0
    for child in segment.children:
        inner = child.place
        if inner is not None and inner.field == wanted:
            return child.value[:_LONGEST]
    return ""


def find(roots: Sequence[Node], path: str) -> Node | None:
    """The node of a path, or the closest node around it; None when its segment is not there."""
    wanted = hl7_path(path)
    if wanted is None:
        return None
    best: Node | None = None
    for root in roots:
        place = root.place
        if place is None or (place.segment, place.ordinal) != (wanted.segment, wanted.ordinal):
            continue
        for node in root.walk():
            inner = node.place
            if inner is not None and inner.covers(wanted) and not (inner.field == 0 and best):
                best = node
    return best
