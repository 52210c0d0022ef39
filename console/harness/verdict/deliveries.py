"""A log of everything that was delivered: each record one delivery of one version, each version counted. Pure."""

from __future__ import annotations

from console.harness.verdict import evidence
from console.harness.verdict.buckets import Bucket
from console.harness.verdict.expected import CellKey, Slot
from console.harness.verdict.filed import ANY, Coverage, Filed, Key
from console.harness.verdict.judging import Judge
from console.harness.verdict.matching import equals
from console.harness.verdict.part import Part, Waiting
from console.harness.verdict.people import People
from console.harness.verdict.versions import Fate, Version, finality, standing


class DeliveryJudge(Judge):
    """`every_version`: each accepted version must have been delivered, not only the one that stands at the end.
    `copies_as_sent`: the log is the target's own, and holds each copy that we sent."""

    def __init__(self, people: People, coverage: Coverage, *, every_version: bool, copies_as_sent: bool) -> None:
        super().__init__(people, coverage)
        self._every_version = every_version
        self._copies_as_sent = copies_as_sent

    def cell(self, part: Part, cell: CellKey, slots: list[Slot], records: list[Filed], waiting: Waiting) -> None:
        left = list(records)
        alone = len({slot.person for slot in slots}) == 1
        for slot in slots:
            key = (*cell, slot.sub_id)
            mine, left = self._of_slot(slot, left, alone=alone)
            if not mine:
                self.absent(part, key, slot, waiting)
            else:
                self._deliveries(part, key, slot, mine, waiting)
        for one in left:
            part.strays.append(self.stray(slots, one))

    def absent(self, part: Part, key: Key, slot: Slot, waiting: Waiting) -> None:
        """A log takes nothing away: what was withdrawn later was delivered all the same."""
        if slot.required and waiting.of(key, slot.rows) is None:
            part.lose(key, slot, self.people)
        else:
            super().absent(part, key, slot, waiting)

    def _deliveries(self, part: Part, key: Key, slot: Slot, mine: list[Filed], waiting: Waiting) -> None:
        taken: dict[int, list[Filed]] = {}
        worst: tuple[Bucket, Filed, str] | None = None
        for one in mine:
            version = _version_of(slot, one)
            if version is None or not version.counts:
                bucket, _, note = self.content(slot, one)
                if bucket is not Bucket.UNKNOWN_PRESENT:
                    worst = worst or (bucket, one, note)
                continue
            wrong = self.misplaced(slot, one)
            if wrong is not None:
                worst = worst or (wrong[0], one, wrong[1])
            taken.setdefault(id(version), []).append(one)
        for version in slot.versions:
            copies = taken.get(id(version), [])
            if len(copies) > self._allowed(version) and self.coverage.copies:
                places = ", ".join(one.where for one in copies[:5])
                worst = worst or (Bucket.DOUBLE_CHARTED, copies[-1], f"{len(copies)} times: {places}")
            if copies and self.coverage.order_kept:
                first = min(copies, key=lambda one: one.sequence)
                said_so = [version] if first.control_id else [v for v in slot.versions if equals(v, first, slot)]
                part.keep_order(self.people, key, slot, said_so, first)
        missing = self._undelivered(slot, taken)
        if worst is None and missing:
            held = waiting.of(key, slot.rows)
            worst = (
                Bucket.WAITING if held else Bucket.LOST,
                mine[-1],
                held.reason if held else f"the version {missing[0].shown} was never delivered",
            )
        if worst is not None:
            bucket, one, note = worst
            rows = missing[0].rows if missing and bucket is Bucket.LOST else None
            told = evidence.of_slot(bucket, key, slot, self.people, one, rows=rows, note=note)
            part.findings.add(bucket, told)
        elif slot.required:
            part.findings.add(Bucket.EXACTLY_ONCE)
        else:
            told = evidence.of_slot(Bucket.UNKNOWN_PRESENT, key, slot, self.people, mine[0])
            part.findings.add(Bucket.UNKNOWN_PRESENT, told)

    def _undelivered(self, slot: Slot, taken: dict[int, list[Filed]]) -> list[Version]:
        """Accepted versions that must have been delivered and were not."""
        stands = standing(slot.versions)
        if not self._every_version:
            if any(id(v) in taken for v in stands):
                return []
            return [v for v in stands if v.has(Fate.CERTAIN)]
        return [
            v
            for v in slot.versions
            if v.has(Fate.CERTAIN) and id(v) not in taken and (v in stands or not _may_be_left_out(v, slot))
        ]

    def _allowed(self, version: Version) -> int:
        """How often a version may be delivered."""
        if not self._copies_as_sent:
            return 1
        return sum(max(1, row.attempts) for row in version.rows if row.fate is not Fate.UNSENT)

    def _of_slot(self, slot: Slot, records: list[Filed], *, alone: bool) -> tuple[list[Filed], list[Filed]]:
        """The deliveries that speak of this slot, and the others. `alone`: no other patient has this order number."""
        mine: list[Filed] = []
        left: list[Filed] = []
        ids = {row.control_id for row in slot.rows if row.control_id}
        for one in records:
            fits = one.key[2] in (ANY, slot.sub_id)
            if fits and not alone and slot.person >= 0:
                fits = self.people.root(slot.person) in self.people.roots(one.patients) or (
                    bool(one.control_id) and one.control_id in ids
                )
            (mine if fits else left).append(one)
        return mine, left


def _version_of(slot: Slot, one: Filed) -> Version | None:
    """The version a delivery carries: the one of its control id first, else the first that fits and counts."""
    fitting = [v for v in slot.versions if equals(v, one, slot)]
    if one.control_id:
        for version in fitting:
            if any(row.control_id == one.control_id for row in version.rows):
                return version
    return next((v for v in fitting if v.counts), fitting[0] if fitting else None)


def _may_be_left_out(version: Version, slot: Slot) -> bool:
    """Whether a newer version may have been accepted before this one was: then nobody needs it any more."""
    rank = finality(version.status)
    for other in slot.versions:
        if other is version or not other.counts or other.earliest >= version.latest:
            continue
        theirs = finality(other.status)
        if rank is None or theirs is None or theirs >= rank:
            return True
    return False
