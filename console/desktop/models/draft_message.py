"""A message being written: its bytes, the text and the tree they show, and every step back. No Qt, no I/O.

Bytes are the truth. An edit in the tree changes only the bytes at its place; an edit of the text is taken as typed,
whatever it is: what cannot be parsed is kept and said, never lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from console.core.errors import InvalidMessage, Refused
from console.desktop.models.message_tree import Node, Remark, build_tree
from console.harness.single import editing
from console.harness.single.editing import Path, parse_path
from console.hl7v2 import dictionary
from console.hl7v2.charset import codec_of
from console.hl7v2.message import parse
from console.hl7v2.peek import Header, peek
from console.hl7v2.tree import LONGEST, tree

STEPS = 300
"""Steps back that are kept."""
LARGEST_TREE = 2 * 1024 * 1024
"""Bytes of a message that is still shown as a tree."""


class Draft:
    """One message. Every change can be undone until another message is put in its place."""

    def __init__(self, payload: bytes = b"") -> None:
        self.payload = payload
        self._back: list[bytes] = []
        self._forward: list[bytes] = []

    # ---- reading ----------------------------------------------------------------------------------------------
    @property
    def header(self) -> Header:
        """What MSH says, as far as it can be read."""
        try:
            return peek(self.payload)
        except InvalidMessage:
            return Header()

    @property
    def fault(self) -> str:
        """Why this is no message; '' when it is one."""
        try:
            peek(self.payload)
        except InvalidMessage as error:
            return error.text
        return ""

    @property
    def text(self) -> str:
        """One segment a line. Bytes that the charset cannot read are kept as lone surrogates."""
        return self.payload.decode(self._codec, "surrogateescape").replace("\r\n", "\n").replace("\r", "\n")

    @property
    def ending(self) -> bytes:
        """What ends a segment: CR unless the message came with something else."""
        if b"\r\n" in self.payload:
            return b"\r\n"
        return b"\n" if b"\n" in self.payload and b"\r" not in self.payload else b"\r"

    def nodes(self, *, empty: bool = False) -> list[Node]:
        """The tree, with warnings at their places; `empty` adds the fields the standard has and the message leaves
        out. Nothing for bytes that are no message."""
        if len(self.payload) > LARGEST_TREE:
            return []
        try:
            message = parse(self.payload)
        except InvalidMessage:
            return []
        items: list[dict[str, Any]] = tree(message)
        if empty:
            items = [_with_empty_fields(item) for item in items]
        remarks = [Remark(warning.path, warning.text, False) for warning in message.warnings if warning.path]
        return build_tree(items, remarks)

    # ---- changing ---------------------------------------------------------------------------------------------
    def replace(self, payload: bytes) -> None:
        """Another message; a step back leads to the one before."""
        if payload != self.payload:
            self._back = [*self._back, self.payload][-STEPS:]
            self._forward.clear()
            self.payload = payload

    def set_text(self, text: str) -> None:
        """The text as typed."""
        shown = text.replace("\n", self.ending.decode("ascii"))
        try:
            payload = shown.encode(self._codec, "surrogateescape")
        except UnicodeEncodeError:  # a character the charset of MSH-18 has not: better sent as UTF-8 than lost
            payload = shown.encode("utf-8", "surrogateescape")
        self.replace(payload)

    def set_value(self, path: str, value: str, *, leaf: bool) -> None:
        """A value at a path: plain text at a leaf, text with its separators above. Raises Refused, InvalidMessage."""
        change = editing.set_text if leaf else editing.set_source
        self.replace(change(self.payload, parse_path(path), value))

    def insert_segment(self, text: str, after: str) -> None:
        """A segment after the one a path is in. Raises Refused, InvalidMessage."""
        self.replace(editing.insert_segment(self.payload, text, after=_segment_of(after)))

    def remove(self, path: str) -> None:
        """Removes what a path names: a segment, a repetition, or the value of a field. Raises Refused."""
        place = parse_path(path)
        if not place.field:
            self.replace(editing.remove_segment(self.payload, place))
        elif place.repetition and not place.component:
            self.replace(editing.remove_repetition(self.payload, place))
        else:
            self.replace(editing.set_text(self.payload, place, ""))

    def repeat(self, path: str) -> None:
        """One more repetition of a field, as a copy's empty place. Raises Refused."""
        self.replace(editing.insert_repetition(self.payload, parse_path(path)))

    @property
    def can_undo(self) -> bool:
        return bool(self._back)

    @property
    def can_redo(self) -> bool:
        return bool(self._forward)

    def undo(self) -> None:
        if self._back:
            self._forward.append(self.payload)
            self.payload = self._back.pop()

    def redo(self) -> None:
        if self._forward:
            self._back.append(self.payload)
            self.payload = self._forward.pop()

    @property
    def _codec(self) -> str:
        return codec_of(self.header.charset) or "utf-8"


def codes_at(path: str) -> Mapping[str, str]:
    """The codes of the HL7 table that is used at a path, with their meanings; empty where there is none."""
    try:
        place = parse_path(path)
    except Refused:
        return {}
    found = dictionary.field(place.segment, place.field)
    if found is not None and place.component:
        found = dictionary.component(found.type, place.component)
    elif found is not None and not found.table and dictionary.is_composite(found.type):
        found = dictionary.component(found.type, 1)  # a field of one component is written without it
    return dictionary.codes(found.table) if found is not None and found.table else {}


def editable(node: Node) -> bool:
    """Whether a line of the tree can be changed in place: not a segment as a whole, nor a value that is shown cut."""
    place = node.place
    return place is not None and bool(place.field) and len(node.value) < LONGEST and not _is_delimiter(node)


def _is_delimiter(node: Node) -> bool:
    place = node.place
    return place is not None and place.segment in ("MSH", "FHS", "BHS") and place.field in (1, 2)


def _segment_of(path: str) -> Path:
    place = parse_path(path)
    return Path(place.segment, place.ordinal)


def _with_empty_fields(item: dict[str, Any]) -> dict[str, Any]:
    """The segment with a line for every field the standard gives it."""
    path: str = item["path"]
    entry = dictionary.segment(path[:3])
    if entry is None:
        return item
    there: Sequence[dict[str, Any]] = item["children"]
    known = {_field_number(child["path"]): child for child in there}
    last = max([len(entry.fields), *known])
    children = [
        known.get(number)
        or {
            "path": f"{path}-{number}",
            "name": entry.fields[number - 1].name if number <= len(entry.fields) else "",
            "value": "",
            "children": [],
        }
        for number in range(1, last + 1)
    ]
    return {**item, "children": children}


def _field_number(path: str) -> int:
    digits = path.partition("-")[2].partition(".")[0].partition("(")[0]
    return int(digits) if digits.isdigit() else 0
