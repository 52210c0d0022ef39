"""What must be found, folded from the rows of the ledger: for each result every statement that was made about it.

A cell is an order number with a code; it holds a slot for each sub-id and patient. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from console.harness.verdict.filed import Key
from console.harness.verdict.people import People
from console.harness.verdict.truth import ResultFact
from console.harness.verdict.versions import Fate, SentRow, Version

CellKey = tuple[str, str]


class Slot:
    """One result of one patient. `blurred`: a row whose bytes no longer say what was meant spoke of it too."""

    __slots__ = ("blurred", "person", "sub_id", "versions")

    def __init__(self, sub_id: str, person: int) -> None:
        self.sub_id = sub_id
        self.person = person
        self.versions: list[Version] = []
        self.blurred = False

    @property
    def required(self) -> bool:
        """Some row that carried it was accepted."""
        return any(v.has(Fate.CERTAIN) for v in self.versions)

    @property
    def rows(self) -> list[SentRow]:
        return [row for version in self.versions for row in version.rows]

    def add(self, fact: ResultFact, row: SentRow, fate: Fate) -> None:
        made = Version(
            fact.value, fact.unit, fact.status, fact.value_text, fact.unit_text, fact.issued, row.time, fact.placer
        )
        for version in self.versions:
            if version.same(made):
                version.carried_by(row, fate)
                break
        else:
            made.carried_by(row, fate)
            self.versions.append(made)
        if fate is Fate.DAMAGED:
            self.blurred = True


class Expected:
    """The fold. `people` must know everybody before `cells` is read: a merge may come after what it moves."""

    def __init__(self, people: People) -> None:
        self.people = people
        self._cells: dict[CellKey, list[Slot]] = {}
        self.blurred: set[str] = set()
        """Orders that a damaged message spoke of: whatever a receiver made of it stands under them."""

    def add(self, row: SentRow, facts: Iterable[ResultFact]) -> None:
        """A row with the results it carried, in any order of rows."""
        person = self.people.root(row.person) if row.person >= 0 else -1
        fate = row.fate
        for fact in facts:
            order, code, sub_id = fact.key
            if not order:
                continue  # nobody could find it again
            slots = self._cells.setdefault((order, code), [])
            for slot in slots:
                if slot.sub_id == sub_id and slot.person == person:
                    break
            else:
                slot = Slot(sub_id, person)
                slots.append(slot)
            slot.add(fact, row, fate)
            if fate is Fate.DAMAGED:
                self.blurred.add(order)

    def __len__(self) -> int:
        return len(self._cells)

    def slots(self, cell: CellKey) -> list[Slot]:
        return self._cells.get(cell, [])

    def cells(self) -> Iterator[tuple[CellKey, list[Slot]]]:
        """Every cell; slots of persons that turned out to be one are one."""
        root = self.people.root
        for cell, slots in self._cells.items():
            if len(slots) > 1:
                merged: dict[tuple[str, int], Slot] = {}
                for slot in slots:
                    slot.person = root(slot.person) if slot.person >= 0 else -1
                    known = merged.setdefault((slot.sub_id, slot.person), slot)
                    if known is not slot:
                        known.blurred |= slot.blurred
                        _pour(known, slot)
                slots[:] = merged.values()
            yield cell, slots

    def keys(self) -> list[Key]:
        """Every key, for asking."""
        return [(order, code, slot.sub_id) for (order, code), slots in self._cells.items() for slot in slots]


def _pour(into: Slot, other: Slot) -> None:
    for version in other.versions:
        for known in into.versions:
            if known.same(version):
                known.join(version)
                break
        else:
            into.versions.append(version)
