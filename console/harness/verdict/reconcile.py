"""Nothing lost, nothing charted twice: what was sent against what is filed, result by result. Pure.

It never accuses on a guess: a finding is what no sound receiver could have done with what it had acknowledged. What
the answers leave open stays open, in both directions.
"""

from __future__ import annotations

from collections.abc import Iterable

from console.harness.load.ledger import AnswerCode, Outcome
from console.harness.verdict.buckets import Bucket, Findings, Offender
from console.harness.verdict.expected import CellKey, Expected, Slot
from console.harness.verdict.filed import ANY, Coverage, Filed, Held, Keeping, Key
from console.harness.verdict.matching import assign, equals
from console.harness.verdict.order_kept import OrderKept
from console.harness.verdict.people import People
from console.harness.verdict.versions import NEVER, WITHDRAWN, Fate, SentRow, Version, finality, standing

MOST_STRAYS = 20_000
"""So many missing and surplus results are compared with each other to tell `filed under another order` from `lost`."""


class Reconciler:
    """Takes expected results and records in parts (each part whole orders) and gathers the findings.

    `people` is shared by all parts. `every_version`: in a log each accepted version must have been delivered, not only
    the one that stands at the end. `copies_as_sent`: a log of the target itself, which receives each copy we send."""

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
        self.findings = Findings()
        self._keeping = keeping
        self._coverage = coverage or Coverage()
        self._every_version = every_version
        self._copies_as_sent = copies_as_sent
        self._order = OrderKept()
        self._tickets: list[tuple[Key, SentRow, str]] = []
        self._missing: list[tuple[Key, Slot]] = []
        self._surplus: list[tuple[Filed, set[int], Slot | None]] = []

    def part(self, expected: Expected, found: Iterable[Filed], held: Iterable[Held] = ()) -> None:
        """Judges the results of some orders against everything that was found under them."""
        by_cell: dict[CellKey, list[Filed]] = {}
        for one in found:
            self.findings.records += 1
            order, code, _ = one.key
            cell = (order, code)
            if one.code_words and not expected.slots(cell):
                cell = next((c for w in one.code_words if expected.slots(c := (order, w))), cell)
            by_cell.setdefault(cell, []).append(one)
        waiting = _Waiting(held)
        for cell, slots in expected.cells():
            records = by_cell.pop(cell, [])
            if self._keeping is Keeping.LOG:
                self._log(cell, slots, records, waiting)
            else:
                self._chart(cell, slots, records, waiting)
        for strays in by_cell.values():
            for one in strays:
                self._stray(one, None)

    def finish(self) -> Findings:
        """The findings, once every part was judged."""
        self._pair_strays()
        for key, slot in self._missing:
            self.findings.add(Bucket.LOST, self._offender(Bucket.LOST, key, slot))
        for one, roots, home in self._surplus:
            self._surplus_record(one, roots, home)
        for person, late, before in self._order.broken():
            key, row, where = self._tickets[late]
            other_key, other, other_where = self._tickets[before]
            note = f"filed after {'/'.join(other_key)} (row {other.row}, {other_where}), which was accepted later"
            self.findings.add(
                Bucket.OUT_OF_ORDER,
                _evidence(Bucket.OUT_OF_ORDER, key, row, patient=self.people.name(person), where=where, note=note),
            )
        self._missing, self._surplus = [], []
        return self.findings

    def swapped(self, row: SentRow, named: str, other: SentRow) -> None:
        """An acknowledgment that came for `row` and named the message of `other`."""
        self.findings.add(
            Bucket.ACK_SWAPPED,
            _evidence(
                Bucket.ACK_SWAPPED,
                ("", "", ""),
                row,
                expected=f"MSA-2 {row.control_id}",
                found=f"MSA-2 {named}",
                note=f"it names the message of row {other.row}",
                also=((other.worker, other.row),),
            ),
        )

    # ------------------------------------------------------------ a chart

    def _chart(self, cell: CellKey, slots: list[Slot], records: list[Filed], waiting: _Waiting) -> None:
        self.findings.results += len(slots)
        pairs, left = assign(slots, records, self.people)
        for slot in slots:
            key = (*cell, slot.sub_id)
            one = pairs.get(id(slot))
            if one is None:
                self._absent(key, slot, waiting)
            else:
                self._present(key, slot, one)
        for one in left:
            self._stray(one, _nearest(slots, one))

    def _absent(self, key: Key, slot: Slot, waiting: _Waiting) -> None:
        add = self.findings.add
        if slot.required:
            stands = standing(slot.versions)
            if all(finality(v.status) == WITHDRAWN for v in stands):
                add(Bucket.EXACTLY_ONCE)  # withdrawn, and gone
            elif any(finality(v.status) == WITHDRAWN for v in stands):
                add(Bucket.UNKNOWN_ABSENT)
            elif (held := waiting.of(key, slot)) is not None:
                add(Bucket.WAITING, self._offender(Bucket.WAITING, key, slot, where=held.where, note=held.reason))
            elif len(self._missing) < MOST_STRAYS:
                self._missing.append((key, slot))
            else:
                add(Bucket.LOST, self._offender(Bucket.LOST, key, slot))
            return
        fates = {row.fate for row in slot.rows}
        if Fate.OPEN in fates or Fate.DAMAGED in fates:
            add(Bucket.UNKNOWN_ABSENT, self._offender(Bucket.UNKNOWN_ABSENT, key, slot))
        elif Fate.REFUSED in fates or Fate.BROKEN in fates:
            add(Bucket.LOST_AFTER_REFUSAL)
        else:
            add(Bucket.NOT_SENT)

    def _present(self, key: Key, slot: Slot, one: Filed) -> None:
        bucket, version, note = self._judged(slot, one)
        if bucket in (Bucket.EXACTLY_ONCE, Bucket.UNKNOWN_PRESENT):
            wrong = self._misplaced(slot, one)
            if wrong is not None:
                bucket, note = wrong
            elif version is not None:
                self._keep_order(key, slot, version, one)
        offender = None
        if bucket is not Bucket.EXACTLY_ONCE:
            offender = self._offender(bucket, key, slot, one, note=note)
        self.findings.add(bucket, offender)

    def _judged(self, slot: Slot, one: Filed) -> tuple[Bucket, Version | None, str]:
        """What the record's content says about the slot."""
        stands = standing(slot.versions)
        fitting = [v for v in slot.versions if equals(v, one, slot)]
        for version in fitting:
            if version in stands:
                certain = version.has(Fate.CERTAIN)
                return (Bucket.EXACTLY_ONCE if certain else Bucket.UNKNOWN_PRESENT), version, ""
        if not self._coverage.values and one.value is None and stands:
            return (Bucket.EXACTLY_ONCE if slot.required else Bucket.UNKNOWN_PRESENT), None, ""
        if any(v.counts for v in fitting):
            newest = stands[0].shown if stands else ""
            return Bucket.STALE, None, f"superseded by {newest}" if newest else ""
        if fitting:
            rows = [row for v in fitting for row in v.rows]
            if any(row.fate is Fate.DAMAGED for row in rows):
                return Bucket.UNKNOWN_PRESENT, None, "its message was damaged on purpose"
            if any(row.fate is Fate.BROKEN for row in rows):
                if any(row.fate is Fate.BROKEN and row.positive for row in rows):
                    return Bucket.BROKEN_FILED, None, "a message that is broken was answered positively and filed"
                return Bucket.UNKNOWN_PRESENT, None, "its message was broken on purpose; its content is whole"
            return Bucket.REFUSED_FILED, None, _why_not(rows)
        if slot.blurred:
            return Bucket.UNKNOWN_PRESENT, None, "a message about it was damaged on purpose"
        if not stands and any(row.fate is Fate.BROKEN for row in slot.rows):
            return Bucket.BROKEN_FILED, None, "a message that is broken was filed with damaged content"
        return Bucket.WRONG_VALUE, None, ""

    def _misplaced(self, slot: Slot, one: Filed) -> tuple[Bucket, str] | None:
        """Whether a record with the right content stands under the wrong patient or order."""
        people = self.people
        if self._coverage.patients and slot.person >= 0:
            roots = people.roots(one.patients)
            own = people.root(slot.person)
            if own not in roots:
                return Bucket.WRONG_PATIENT, "" if one.patients else "it is filed without a patient"
            others = people.surely(one.patients) - {own} if len(roots) > 1 else None
            if others:
                return Bucket.WRONG_PATIENT, f"the patient it is filed under is also {people.name(min(others))}"
        placers = {v.placer for v in slot.versions if v.placer}
        if self._coverage.orders and one.placer and placers and one.placer not in placers:
            return Bucket.WRONG_ORDER, f"filed under placer number {one.placer}, sent with {', '.join(sorted(placers))}"
        return None

    def _keep_order(self, key: Key, slot: Slot, version: Version, one: Filed) -> None:
        if not self._coverage.order_kept or one.sequence < 0 or slot.person < 0 or slot.blurred:
            return
        rows = [row for row in version.rows if row.fate is not Fate.UNSENT]
        if not rows or any(row.fate is not Fate.CERTAIN for row in rows):
            return
        sent = min(row.began or row.sent for row in rows)
        answered = max(row.answered or NEVER for row in rows)
        self._order.note(self.people.root(slot.person), sent, answered, one.sequence, len(self._tickets))
        self._tickets.append((key, rows[0], one.where))

    # ------------------------------------------------------------ a log

    def _log(self, cell: CellKey, slots: list[Slot], records: list[Filed], waiting: _Waiting) -> None:
        """Every record is a delivery of one version; each is judged, then each version counted."""
        self.findings.results += len(slots)
        left = list(records)
        alone = len({slot.person for slot in slots}) == 1
        for slot in slots:
            key = (*cell, slot.sub_id)
            mine, left = _of_slot(slot, left, self.people, alone=alone)
            if not mine:
                self._absent(key, slot, waiting)
            else:
                self._deliveries(key, slot, mine, waiting)
        for one in left:
            self._stray(one, _nearest(slots, one))

    def _deliveries(self, key: Key, slot: Slot, mine: list[Filed], waiting: _Waiting) -> None:
        stands = standing(slot.versions)
        taken: dict[int, list[Filed]] = {}
        worst: tuple[Bucket, Filed, str] | None = None
        for one in mine:
            version = _version_of(slot, one)
            if version is None or not version.counts:
                bucket, _, note = self._judged(slot, one)
                if bucket is not Bucket.UNKNOWN_PRESENT:
                    worst = worst or (bucket, one, note)
                continue
            wrong = self._misplaced(slot, one)
            if wrong is not None:
                worst = worst or (wrong[0], one, wrong[1])
            taken.setdefault(id(version), []).append(one)
        for version in slot.versions:
            copies = taken.get(id(version), [])
            if len(copies) > self._allowed(version) and self._coverage.copies:
                places = ", ".join(one.where for one in copies[:5])
                worst = worst or (Bucket.DOUBLE_CHARTED, copies[-1], f"{len(copies)} times: {places}")
            if copies:
                first = min(copies, key=lambda one: one.sequence)
                self._keep_order(key, slot, version, first)
        missing = [
            v
            for v in (slot.versions if self._every_version else stands)
            if v.has(Fate.CERTAIN) and id(v) not in taken and (v in stands or not _late(v, slot))
        ]
        if not self._every_version and any(id(v) in taken for v in stands):
            missing = []
        if worst is None and missing:
            held = waiting.of(key, slot)
            bucket = Bucket.WAITING if held else Bucket.LOST
            note = held.reason if held else f"the version {missing[0].shown} was never delivered"
            self.findings.add(bucket, self._offender(bucket, key, slot, mine[-1], rows=missing[0].rows, note=note))
        elif worst is not None:
            bucket, one, note = worst
            self.findings.add(bucket, self._offender(bucket, key, slot, one, note=note))
        elif slot.required:
            self.findings.add(Bucket.EXACTLY_ONCE)
        else:
            self.findings.add(Bucket.UNKNOWN_PRESENT, self._offender(Bucket.UNKNOWN_PRESENT, key, slot, mine[0]))

    def _allowed(self, version: Version) -> int:
        """How often a version may be delivered."""
        if not self._copies_as_sent:
            return 1
        return sum(max(1, row.attempts) for row in version.rows if row.fate is not Fate.UNSENT)

    # ------------------------------------------------------------ what is left over

    def _stray(self, one: Filed, slot: Slot | None) -> None:
        roots = self.people.roots(one.patients)
        if len(self._surplus) < MOST_STRAYS:
            self._surplus.append((one, roots, slot))
        else:
            self._surplus_record(one, roots, slot)

    def _pair_strays(self) -> None:
        """A missing result and a surplus record of the same patient, code and value are one result in a wrong place."""
        if not self._missing or not self._surplus:
            return
        index: dict[tuple[str, str], list[int]] = {}
        for place, (one, _, _) in enumerate(self._surplus):
            for code in (one.key[1], *one.code_words):
                index.setdefault((code, one.value or ""), []).append(place)
        taken: set[int] = set()
        still = []
        for key, slot in self._missing:
            home = None
            for version in standing(slot.versions):
                for value in (version.value, version.value_text):
                    for place in index.get((key[1], value), ()):
                        one, roots, _ = self._surplus[place]
                        at_home = slot.person < 0 or self.people.root(slot.person) in roots
                        if one.control_id and all(row.control_id != one.control_id for row in slot.rows):
                            continue  # it says which message it is of
                        if place not in taken and at_home and equals(version, one, slot):
                            home = place
                            break
                    if home is not None or not value:
                        break
                if home is not None:
                    break
            if home is None:
                still.append((key, slot))
                continue
            taken.add(home)
            one = self._surplus[home][0]
            note = f"filed under {'/'.join(part for part in one.key if part and part != ANY)}"
            self.findings.add(Bucket.WRONG_ORDER, self._offender(Bucket.WRONG_ORDER, key, slot, one, note=note))
        self._missing = still
        self._surplus = [entry for place, entry in enumerate(self._surplus) if place not in taken]

    def _surplus_record(self, one: Filed, roots: set[int], slot: Slot | None) -> None:
        if slot is None:
            bucket, note = Bucket.ORPHAN, "this run never sent a result with this number and code"
        elif slot.person >= 0 and roots and self.people.root(slot.person) not in roots:
            bucket, note = Bucket.WRONG_PATIENT, "filed under another patient, beside what is filed rightly"
        elif self._keeping is Keeping.LOG and not any(equals(v, one, slot) for v in slot.versions):
            bucket, note = Bucket.WRONG_VALUE, "delivered with a value that was never sent for it"
        else:
            bucket, note = Bucket.DOUBLE_CHARTED, "a second record of the same result"
        if bucket is Bucket.DOUBLE_CHARTED and not self._coverage.copies:
            return
        if slot is None:
            offender = Offender(
                bucket, one.key, control_id=one.control_id, found=_shown(one), where=one.where, note=note,
                found_patient=_person(one),
            )  # fmt: skip
        else:
            key = (one.key[0], one.key[1], slot.sub_id)
            offender = self._offender(bucket, key, slot, one, note=note)
        self.findings.add(bucket, offender)

    # ------------------------------------------------------------ evidence

    def _offender(
        self,
        bucket: Bucket,
        key: Key,
        slot: Slot,
        one: Filed | None = None,
        *,
        rows: list[SentRow] | None = None,
        where: str = "",
        note: str = "",
    ) -> Offender:
        stands = standing(slot.versions)
        told = rows or [row for v in (stands or slot.versions) for row in v.rows]
        row = next((r for r in told if r.fate is Fate.CERTAIN), told[0])
        others = tuple((r.worker, r.row) for r in slot.rows if r is not row)[:8]
        return _evidence(
            bucket,
            key,
            row,
            expected=" or ".join(dict.fromkeys(v.shown for v in (stands or slot.versions)[:4])),
            found=_shown(one) if one is not None else "",
            patient=self.people.name(slot.person),
            found_patient=_person(one) if one is not None else "",
            where=one.where if one is not None else where,
            note=note,
            also=others,
        )


class _Waiting:
    """What is held, by control id and by order."""

    def __init__(self, held: Iterable[Held]) -> None:
        self._by_id: dict[str, Held] = {}
        self._by_order: dict[str, Held] = {}
        for one in held:
            if one.control_id:
                self._by_id.setdefault(one.control_id, one)
            for order in one.orders:
                self._by_order.setdefault(order, one)

    def of(self, key: Key, slot: Slot) -> Held | None:
        if not self._by_id and not self._by_order:
            return None
        for row in slot.rows:
            if (found := self._by_id.get(row.control_id)) is not None:
                return found
        return self._by_order.get(key[0])


def _nearest(slots: list[Slot], one: Filed) -> Slot | None:
    """The slot a surplus record belongs to by its sub-id, or by its value; None when it fits no slot."""
    close = [slot for slot in slots if one.key[2] in (ANY, slot.sub_id)]
    for slot in close:
        if any(equals(v, one, slot) for v in slot.versions):
            return slot
    return close[0] if close else None


def _of_slot(slot: Slot, records: list[Filed], people: People, *, alone: bool) -> tuple[list[Filed], list[Filed]]:
    """The deliveries that speak of this slot, and the others."""
    mine: list[Filed] = []
    left: list[Filed] = []
    ids = {row.control_id for row in slot.rows if row.control_id}
    for one in records:
        fits = one.key[2] in (ANY, slot.sub_id)
        if fits and not alone and slot.person >= 0:
            fits = people.root(slot.person) in people.roots(one.patients) or (
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


def _late(version: Version, slot: Slot) -> bool:
    """Whether a newer version may have been accepted before this one was: then leaving it out is right."""
    rank = finality(version.status)
    for other in slot.versions:
        if other is version or not other.counts or other.earliest >= version.latest:
            continue
        theirs = finality(other.status)
        if rank is None or theirs is None or theirs >= rank:
            return True
    return False


def _why_not(rows: list[SentRow]) -> str:
    refused = next((row for row in rows if row.fate is Fate.REFUSED), None)
    if refused is not None:
        return f"its only message was answered {AnswerCode(refused.code).name}"
    return "its message was never sent"


def _evidence(
    bucket: Bucket,
    key: Key,
    row: SentRow,
    *,
    expected: str = "",
    found: str = "",
    patient: str = "",
    found_patient: str = "",
    where: str = "",
    note: str = "",
    also: tuple[tuple[int, int], ...] = (),
) -> Offender:
    code = AnswerCode(row.code).name if row.code in AnswerCode._value2member_map_ else str(row.code)
    return Offender(
        bucket,
        key,
        worker=row.worker,
        row=row.row,
        control_id=row.control_id,
        sent_s=row.sent / 1e9 if row.sent else -1.0,
        answered_s=row.answered / 1e9 if row.answered else -1.0,
        outcome=Outcome(row.outcome).name.lower().replace("_", " "),
        answer="" if row.code == AnswerCode.NONE else code,
        fault=row.fault,
        expected=expected[:300],
        found=found[:300],
        patient=patient,
        found_patient=found_patient,
        where=where,
        note=note,
        also=also,
    )


def _shown(one: Filed) -> str:
    words = (one.value or "", one.unit or "", f"({one.status})" if one.status else "")
    return " ".join(word for word in words if word)


def _person(one: Filed) -> str:
    return "~".join(f"{value}^^^{authority}" if authority else value for value, authority in one.patients[:4])
