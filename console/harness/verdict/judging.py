"""What one record says about one expected result: right, stale, wrong, misplaced, or nobody's fault. Pure."""

from __future__ import annotations

from console.harness.load.ledger import AnswerCode
from console.harness.verdict import evidence
from console.harness.verdict.buckets import Bucket
from console.harness.verdict.expected import CellKey, Slot
from console.harness.verdict.filed import ANY, Coverage, Filed, Key
from console.harness.verdict.matching import assign, equals
from console.harness.verdict.part import Part, Stray, Waiting, Withdrawal
from console.harness.verdict.people import People
from console.harness.verdict.versions import WITHDRAWN, Fate, SentRow, Version, finality, standing


class Judge:
    """Judges the cells of a chart. `people` and `coverage` as in `reconcile.Reconciler`."""

    def __init__(self, people: People, coverage: Coverage) -> None:
        self.people = people
        self.coverage = coverage

    def cell(self, part: Part, cell: CellKey, slots: list[Slot], records: list[Filed], waiting: Waiting) -> None:
        """Every expected result of an order and code against the records under them."""
        pairs, left = assign(slots, records, self.people)
        for slot in slots:
            key = (*cell, slot.sub_id)
            one = pairs.get(id(slot))
            if one is None:
                self.absent(part, key, slot, waiting)
            else:
                self.present(part, key, slot, one)
        for one in left:
            part.strays.append(self.stray(slots, one))

    def stray(self, slots: list[Slot], one: Filed) -> Stray:
        blurred = any(slot.blurred for slot in slots)
        return Stray(one, self.people.roots(one.patients), nearest(slots, one), excused=blurred)

    def absent(self, part: Part, key: Key, slot: Slot, waiting: Waiting) -> None:
        add = part.findings.add
        if slot.required:
            stands = standing(slot.versions)
            if all(finality(v.status) == WITHDRAWN for v in stands):
                part.miss_withdrawn(key, slot, _withdrawal(stands[0], slot))
            elif any(finality(v.status) == WITHDRAWN for v in stands):
                add(Bucket.UNKNOWN_ABSENT)
            elif (held := waiting.of(key, slot.rows)) is not None:
                add(
                    Bucket.WAITING,
                    evidence.of_slot(Bucket.WAITING, key, slot, self.people, where=held.where, note=held.reason),
                )
            else:
                part.lose(key, slot, self.people)
            return
        fates = {row.fate for row in slot.rows}
        if Fate.OPEN in fates or Fate.DAMAGED in fates:
            add(Bucket.UNKNOWN_ABSENT, evidence.of_slot(Bucket.UNKNOWN_ABSENT, key, slot, self.people))
        elif Fate.REFUSED in fates or Fate.BROKEN in fates:
            add(Bucket.LOST_AFTER_REFUSAL)
        else:
            add(Bucket.NOT_SENT)

    def present(self, part: Part, key: Key, slot: Slot, one: Filed) -> None:
        bucket, version, note = self.content(slot, one)
        if version is not None and finality(version.status) == WITHDRAWN:
            part.kept.add(_withdrawal(version, slot))
        if bucket in (Bucket.EXACTLY_ONCE, Bucket.UNKNOWN_PRESENT):
            wrong = self.misplaced(slot, one)
            if wrong is not None:
                bucket, note = wrong
            elif version is not None and self.coverage.order_kept:
                said_so = [v for v in slot.versions if equals(v, one, slot)]
                part.keep_order(self.people, key, slot, said_so, one)
        offender = None
        if bucket is not Bucket.EXACTLY_ONCE:
            offender = evidence.of_slot(bucket, key, slot, self.people, one, note=note)
        part.findings.add(bucket, offender)

    def content(self, slot: Slot, one: Filed) -> tuple[Bucket, Version | None, str]:
        """What the record's value, unit and status say: the bucket, the version it is, and a note."""
        stands = standing(slot.versions)
        fitting = [v for v in slot.versions if equals(v, one, slot)]
        for version in fitting:
            if version in stands:
                certain = version.has(Fate.CERTAIN)
                return (Bucket.EXACTLY_ONCE if certain else Bucket.UNKNOWN_PRESENT), version, ""
        if any(v.counts for v in fitting):
            newest = stands[0].shown if stands else ""
            return Bucket.STALE, None, f"superseded by {newest}" if newest else ""
        if fitting:
            return self._uncounted([row for version in fitting for row in version.rows])
        if slot.blurred:
            return Bucket.UNKNOWN_PRESENT, None, "a message about it was damaged on purpose"
        if not stands and any(row.fate is Fate.BROKEN for row in slot.rows):
            return Bucket.BROKEN_FILED, None, "a message that is broken was filed with damaged content"
        return Bucket.WRONG_VALUE, None, ""

    @staticmethod
    def _uncounted(rows: list[SentRow]) -> tuple[Bucket, Version | None, str]:
        """A record of something that no accepted row said."""
        if any(row.fate is Fate.DAMAGED for row in rows):
            return Bucket.UNKNOWN_PRESENT, None, "its message was damaged on purpose"
        broken = [row for row in rows if row.fate is Fate.BROKEN]
        if any(row.positive for row in broken):
            return Bucket.BROKEN_FILED, None, "a message that is broken was answered positively and filed"
        if broken:
            return Bucket.UNKNOWN_PRESENT, None, "its message was broken on purpose; its content is whole"
        refused = next((row for row in rows if row.fate is Fate.REFUSED), None)
        if refused is not None:
            return Bucket.REFUSED_FILED, None, f"its only message was answered {AnswerCode(refused.code).name}"
        return Bucket.REFUSED_FILED, None, "its message was never sent"

    def misplaced(self, slot: Slot, one: Filed) -> tuple[Bucket, str] | None:
        """Whether a record with the right content stands under the wrong patient or order."""
        people = self.people
        if self.coverage.patients and slot.person >= 0:
            roots = people.roots(one.patients)
            own = people.root(slot.person)
            if own not in roots:
                return Bucket.WRONG_PATIENT, "" if one.patients else "it is filed without a patient"
            others = people.surely(one.patients) - {own} if len(roots) > 1 else None
            if others:
                return Bucket.WRONG_PATIENT, f"the patient it is filed under is also {people.name(min(others))}"
        placers = {v.placer for v in slot.versions if v.placer}
        if self.coverage.orders and one.placer and placers and one.placer not in placers:
            return Bucket.WRONG_ORDER, f"filed under placer number {one.placer}, sent with {', '.join(sorted(placers))}"
        return None


def _withdrawal(version: Version, slot: Slot) -> Withdrawal:
    """What kind of withdrawal this is: stores treat the kinds differently."""
    before = any(finality(v.status) != WITHDRAWN and v.has(Fate.CERTAIN) for v in slot.versions)
    return version.status, before


def nearest(slots: list[Slot], one: Filed) -> Slot | None:
    """The slot a surplus record belongs to by its content, else by its sub-id; None when it fits no slot."""
    close = [slot for slot in slots if one.key[2] in (ANY, slot.sub_id)]
    for slot in close:
        if any(equals(v, one, slot) for v in slot.versions):
            return slot
    return close[0] if close else None
