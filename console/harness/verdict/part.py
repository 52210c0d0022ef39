"""One part of a reconciliation: the findings about some orders, and what only all parts together can decide. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from console.harness.verdict import evidence
from console.harness.verdict.buckets import Bucket, Findings
from console.harness.verdict.expected import Slot
from console.harness.verdict.filed import Filed, Held, Key
from console.harness.verdict.order_kept import OrderKept
from console.harness.verdict.people import People
from console.harness.verdict.versions import NEVER, Fate, SentRow, Version

MOST_STRAYS = 20_000
"""So many missing and surplus results of a part are compared with each other at the end."""
MOST_ORDERED = 1_000_000
"""So many results are looked at for the order they were filed in; a larger run's order stays unknown."""


Withdrawal = tuple[str, bool]
"""The withdrawing status (OBX-11), and whether a value had been accepted before it."""


@dataclass(slots=True)
class Stray:
    """A record that fits no expected result. `slot`: what it comes nearest to; `excused`: its order is none of
    ours, or a damaged message spoke of it. It can still be what is missing elsewhere."""

    one: Filed
    roots: set[int]
    slot: Slot | None
    excused: bool = False


@dataclass(slots=True)
class Part:
    """`missing` and `strays` wait for each other: a result that is missing here may stand under another order there."""

    findings: Findings = field(default_factory=Findings)
    missing: list[tuple[Key, Slot]] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    gone: list[tuple[Key, Slot, Withdrawal]] = field(default_factory=list)
    """Withdrawn results that are not there."""
    kept: set[Withdrawal] = field(default_factory=set)
    """Kinds of withdrawn results that the system does keep: then one that is not there is lost."""
    order: OrderKept = field(default_factory=OrderKept)
    tickets: list[tuple[Key, SentRow, str]] = field(default_factory=list)
    order_left_out: bool = False

    @property
    def unsettled(self) -> bool:
        """Whether waiting longer could make it better: something is missing, or an older version stands."""
        counts = self.findings.counts
        return bool(self.missing or counts[Bucket.LOST] or counts[Bucket.STALE] or counts[Bucket.WAITING])

    def lose(self, key: Key, slot: Slot, people: People) -> None:
        if len(self.missing) < MOST_STRAYS:
            self.missing.append((key, slot))
        else:
            self.findings.add(Bucket.LOST, evidence.of_slot(Bucket.LOST, key, slot, people))

    def miss_withdrawn(self, key: Key, slot: Slot, kind: Withdrawal) -> None:
        if len(self.gone) < MOST_STRAYS:
            self.gone.append((key, slot, kind))
        else:
            self.findings.add(Bucket.WITHDRAWN_GONE)

    def keep_order(self, people: People, key: Key, slot: Slot, versions: Iterable[Version], one: Filed) -> None:
        """Notes when the record's content was accepted and where in the receiver's order it was filed. Every message
        that said the same may have been the one, and only what is certain counts: what may have been taken at another
        time has no place."""
        if one.sequence < 0 or slot.person < 0 or slot.blurred:
            return
        rows = [row for version in versions for row in version.rows if row.fate is not Fate.UNSENT]
        if not rows or any(row.fate is not Fate.CERTAIN for row in rows):
            return
        if len(self.tickets) >= MOST_ORDERED:
            self.order_left_out = True
            return
        began = min(row.began or row.sent for row in rows)
        answered = max(row.answered or NEVER for row in rows)
        self.order.note(people.root(slot.person), began, answered, one.sequence, len(self.tickets))
        self.tickets.append((key, rows[0], one.where))


class Waiting:
    """What is held at the receiving system, by control id and by order."""

    def __init__(self, held: Iterable[Held]) -> None:
        self._by_id: dict[str, Held] = {}
        self._by_order: dict[str, Held] = {}
        for one in held:
            if one.control_id:
                self._by_id.setdefault(one.control_id, one)
            for order in one.orders:
                self._by_order.setdefault(order, one)

    def of(self, key: Key, rows: Iterable[SentRow]) -> Held | None:
        if not self._by_id and not self._by_order:
            return None
        for row in rows:
            if (found := self._by_id.get(row.control_id)) is not None:
                return found
        return self._by_order.get(key[0])
