"""Which record belongs to which expected result, and whether it says what was sent. Pure."""

from __future__ import annotations

from console.harness.verdict.expected import Slot
from console.harness.verdict.filed import ANY, Filed
from console.harness.verdict.people import People
from console.harness.verdict.versions import FINAL, Version, finality, standing

_KEEPING = frozenset({"U", "D", "W", "X", "N"})
"""Statuses with which an empty OBX-5 leaves the value as it was (table 0085), or takes it away."""


def equals(version: Version, one: Filed, slot: Slot) -> bool:
    """Whether a record says what this version said: value, unit and status, as far as the system shows them."""
    return _value(version, one, slot) and _unit(version, one) and _status(version, one)


def _value(version: Version, one: Filed, slot: Slot) -> bool:
    found = one.value
    if found is None:
        return True
    sent = version.value
    if found == sent or (sent and sent in one.other_values):
        return True
    if version.value_text and version.value_text in (found, *one.other_values):
        return True
    if not sent and version.status in _KEEPING:
        return not found or any(found == v.value or v.value in one.other_values for v in slot.versions if v.value)
    return False


def _unit(version: Version, one: Filed) -> bool:
    if one.unit is None or one.unit == version.unit or not version.unit or (not one.value and one.value is not None):
        return True
    sent = {same_words(version.unit), same_words(version.unit_text)} - {""}
    return bool(sent & {same_words(one.unit), *(same_words(unit) for unit in one.other_units)})


def _status(version: Version, one: Filed) -> bool:
    if not one.status:
        return True
    sent, found = finality(version.status), finality(one.status)
    if sent is None or sent == found:
        return True
    return version.status == "N" and found in (FINAL, None)


def same_words(text: str) -> str:
    """A unit without blanks."""
    return "".join(text.split())


def assign(slots: list[Slot], records: list[Filed], people: People) -> tuple[dict[int, Filed], list[Filed]]:
    """At most one record for each slot (by `id` of the slot), the best fitting first, and the records left over.

    In turn: the same patient and what stands there; the same patient and anything ever sent; the same patient; then
    whoever's, with the right content; then the same sub-id alone."""
    if not records:
        return {}, []
    pairs: dict[int, Filed] = {}
    if len(slots) == 1 and len(records) == 1:
        if records[0].key[2] in (ANY, slots[0].sub_id):
            return {id(slots[0]): records[0]}, []
        return {}, list(records)
    roots = [people.roots(one.patients) for one in records]
    stands = {id(slot): standing(slot.versions) for slot in slots}
    left = list(range(len(records)))

    def fits(slot: Slot, at: int, *, person: bool, content: str) -> bool:
        one = records[at]
        if one.key[2] not in (ANY, slot.sub_id):
            return False
        if person and slot.person >= 0 and people.root(slot.person) not in roots[at]:
            return False
        if content == "stands":
            return any(equals(v, one, slot) for v in stands[id(slot)])
        return content == "" or any(equals(v, one, slot) for v in slot.versions)

    for person, content in (
        (True, "stands"),
        (True, "any"),
        (True, ""),
        (False, "stands"),
        (False, "any"),
        (False, ""),
    ):
        for slot in slots:
            if id(slot) in pairs:
                continue
            for at in left:
                if fits(slot, at, person=person, content=content):
                    pairs[id(slot)] = records[at]
                    left.remove(at)
                    break
        if not left:
            break
    return pairs, [records[at] for at in left]
