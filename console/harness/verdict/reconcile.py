"""Nothing lost, nothing charted twice: what was sent against what is filed, result by result. Pure.

It never accuses on a guess: a finding is what no sound receiver could have done with what it had acknowledged. What
the answers leave open stays open, in both directions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from console.harness.verdict import evidence
from console.harness.verdict.buckets import Bucket, Findings
from console.harness.verdict.deliveries import DeliveryJudge
from console.harness.verdict.expected import CellKey, Expected, Slot
from console.harness.verdict.filed import ANY, Coverage, Filed, Held, Keeping, Key
from console.harness.verdict.judging import Judge
from console.harness.verdict.matching import equals
from console.harness.verdict.order_kept import OrderKept
from console.harness.verdict.part import MOST_ORDERED, MOST_STRAYS, Part, Stray, Waiting
from console.harness.verdict.people import People
from console.harness.verdict.versions import SentRow, standing

_Swap = tuple[SentRow, str, SentRow]


class Reconciler:
    """Judges a run in parts, each of whole orders, and puts the parts together. `people` is shared by all of them.

    For a log: `every_version` and `copies_as_sent`, see `deliveries.DeliveryJudge`."""

    def __init__(
        self,
        people: People,
        *,
        keeping: Keeping = Keeping.CHART,
        coverage: Coverage | None = None,
        every_version: bool = True,
        copies_as_sent: bool = False,
    ) -> None:
        self.people = people
        self.keeping = keeping
        self.coverage = coverage or Coverage()
        self._judge = (
            DeliveryJudge(people, self.coverage, every_version=every_version, copies_as_sent=copies_as_sent)
            if keeping is Keeping.LOG
            else Judge(people, self.coverage)
        )

    def judge(self, expected: Expected, found: Iterable[Filed], held: Iterable[Held] = ()) -> Part:
        """The results of some orders against everything that was found under them."""
        part = Part()
        by_cell: dict[CellKey, list[Filed]] = {}
        documents: dict[str, list[Filed]] = {}
        for one in found:
            part.findings.records += 1
            order, code, _ = one.key
            if code == ANY:
                documents.setdefault(order, []).append(one)
                continue
            cell = (order, code)
            if one.code_words and not expected.slots(cell):
                cell = next((c for word in one.code_words if expected.slots(c := (order, word))), cell)
            by_cell.setdefault(cell, []).append(one)
        if documents:
            _find_documents(expected, documents, by_cell)
        waiting = Waiting(held)
        orders: set[str] = set()
        for cell, slots in expected.cells():
            orders.add(cell[0])
            part.findings.results += len(slots)
            self._judge.cell(part, cell, slots, by_cell.pop(cell, []), waiting)
        for cell, strays in by_cell.items():
            excused = cell[0] not in orders or cell[0] in expected.blurred
            for one in strays if not excused or len(part.strays) < MOST_STRAYS else ():
                part.strays.append(Stray(one, self.people.roots(one.patients), None, excused))
        return part

    def finish(self, parts: Sequence[Part], swaps: Iterable[_Swap] = ()) -> Findings:
        """All parts as one. `swaps`: a row, the control id its acknowledgment named, the row of that message."""
        findings = Findings()
        missing: list[tuple[Key, Slot]] = []
        strays: list[Stray] = []
        order = OrderKept()
        tickets: list[tuple[Key, SentRow, str]] = []
        for part in parts:
            findings.take(part.findings)
            missing += part.missing
            strays += part.strays
            order.take(part.order, offset=len(tickets))
            tickets += part.tickets
        kept = set().union(*(part.kept for part in parts)) if parts else set()
        for part in parts:
            for key, slot, kind in part.gone:
                if kind in kept:
                    missing.append((key, slot))
                else:
                    findings.add(Bucket.WITHDRAWN_GONE)
        missing, strays = self._pair(missing, strays, findings)
        for key, slot in missing:
            findings.add(Bucket.LOST, evidence.of_slot(Bucket.LOST, key, slot, self.people))
        for stray in strays:
            self._stray(stray, findings)
        findings.order_seen = self.coverage.order_kept and not (
            any(part.order_left_out for part in parts) or len(tickets) > MOST_ORDERED
        )
        if findings.order_seen:
            self._out_of_order(order, tickets, findings)
        for row, named, other in swaps:
            findings.add(
                Bucket.ACK_SWAPPED,
                evidence.of_row(
                    Bucket.ACK_SWAPPED,
                    ("", "", ""),
                    row,
                    expected=f"MSA-2 {row.control_id}",
                    found=f"MSA-2 {named}",
                    note=f"it names the message of row {other.row}",
                    also=((other.worker, other.row),),
                ),
            )
        return findings

    def _pair(
        self, missing: list[tuple[Key, Slot]], strays: list[Stray], findings: Findings
    ) -> tuple[list[tuple[Key, Slot]], list[Stray]]:
        """A missing result and a stray record of the same patient, code and value are one result in a wrong place."""
        if not missing or not strays:
            return missing, strays
        index: dict[tuple[str, str], list[int]] = {}
        for place, stray in enumerate(strays):
            for code in dict.fromkeys((stray.one.key[1], *stray.one.code_words)):
                index.setdefault((code, stray.one.value or ""), []).append(place)
        taken: set[int] = set()
        still = []
        for key, slot in missing:
            home = self._home(key, slot, strays, index, taken)
            if home < 0:
                still.append((key, slot))
                continue
            taken.add(home)
            one = strays[home].one
            note = f"filed under {'/'.join(word for word in one.key if word and word != ANY)}"
            told = evidence.of_slot(Bucket.WRONG_ORDER, key, slot, self.people, one, note=note)
            findings.add(Bucket.WRONG_ORDER, told)
        return still, [stray for place, stray in enumerate(strays) if place not in taken]

    def _home(
        self, key: Key, slot: Slot, strays: list[Stray], index: dict[tuple[str, str], list[int]], taken: set[int]
    ) -> int:
        """The stray record that is this missing result, -1 for none."""
        ids = {row.control_id for row in slot.rows}
        for version in standing(slot.versions):
            for value in dict.fromkeys((version.value, version.value_text)):
                for place in index.get((key[1], value), ()) if value else ():
                    stray = strays[place]
                    if place in taken or (stray.one.control_id and stray.one.control_id not in ids):
                        continue  # it says which message it is of
                    at_home = slot.person < 0 or self.people.root(slot.person) in stray.roots
                    if at_home and equals(version, stray.one, slot):
                        return place
        return -1

    def _stray(self, stray: Stray, findings: Findings) -> None:
        one, slot = stray.one, stray.slot
        if stray.excused:
            return
        if slot is None:
            note = "this run never sent a result with this number and code"
            findings.add(Bucket.ORPHAN, evidence.of_record(Bucket.ORPHAN, one, note=note))
            return
        if slot.person >= 0 and stray.roots and self.people.root(slot.person) not in stray.roots:
            bucket, note = Bucket.WRONG_PATIENT, "filed under another patient, beside what is filed rightly"
        elif self.keeping is Keeping.LOG and not any(equals(v, one, slot) for v in slot.versions):
            bucket, note = Bucket.WRONG_VALUE, "delivered with a value that was never sent for it"
        else:
            bucket, note = Bucket.DOUBLE_CHARTED, "a second record of the same result"
            if not self.coverage.copies:
                return
        key = (one.key[0], one.key[1], slot.sub_id)
        findings.add(bucket, evidence.of_slot(bucket, key, slot, self.people, one, note=note))

    def _out_of_order(self, order: OrderKept, tickets: list[tuple[Key, SentRow, str]], findings: Findings) -> None:
        for person, late, before in order.broken():
            key, row, where = tickets[late]
            other_key, other, other_where = tickets[before]
            note = (
                f"filed after {'/'.join(word for word in other_key if word)} (row {other.row}, {other_where}), "
                "which was accepted later"
            )
            findings.add(
                Bucket.OUT_OF_ORDER,
                evidence.of_row(
                    Bucket.OUT_OF_ORDER, key, row, patient=self.people.name(person), where=where, note=note
                ),
            )


def _find_documents(expected: Expected, documents: dict[str, list[Filed]], by_cell: dict[CellKey, list[Filed]]) -> None:
    """Records without a code (presented forms) are told by their content. Such a record that is nobody's is a copy of
    something else, as a report's text, and blames no one."""
    for cell, slots in expected.cells():
        left = documents.get(cell[0])
        if not left or by_cell.get(cell):
            continue
        for slot in slots:
            for one in left:
                if any(v.value == one.value for v in slot.versions):
                    by_cell.setdefault(cell, []).append(one)
                    left.remove(one)
                    break
