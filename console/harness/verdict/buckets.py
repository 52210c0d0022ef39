"""What can have become of a result, each with its meaning, and the evidence that a finding carries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Bucket(StrEnum):
    EXACTLY_ONCE = "exactly_once"
    LOST = "lost"
    WAITING = "waiting"
    LOST_AFTER_REFUSAL = "lost_after_refusal"
    UNKNOWN_PRESENT = "unknown_present"
    UNKNOWN_ABSENT = "unknown_absent"
    NOT_SENT = "not_sent"
    WITHDRAWN_GONE = "withdrawn_gone"
    DOUBLE_CHARTED = "double_charted"
    WRONG_VALUE = "wrong_value"
    STALE = "stale"
    WRONG_PATIENT = "wrong_patient"
    WRONG_ORDER = "wrong_order"
    ORPHAN = "orphan"
    REFUSED_FILED = "refused_filed"
    BROKEN_FILED = "broken_filed"
    OUT_OF_ORDER = "out_of_order"
    ACK_SWAPPED = "ack_swapped"


MEANING: dict[Bucket, str] = {
    Bucket.EXACTLY_ONCE: "found once, with the right value, patient and order",
    Bucket.LOST: "answered positively, and not there",
    Bucket.WAITING: "answered positively and held at the receiving system: it says where and why",
    Bucket.LOST_AFTER_REFUSAL: "refused, and not there: as it should be",
    Bucket.UNKNOWN_PRESENT: "the answer left its fate open; it is there, and right",
    Bucket.UNKNOWN_ABSENT: "the answer left its fate open; it is not there",
    Bucket.NOT_SENT: "never sent, and not there",
    Bucket.WITHDRAWN_GONE: "withdrawn by its sender, and not there: a store may keep it or not",
    Bucket.DOUBLE_CHARTED: "filed more than once",
    Bucket.WRONG_VALUE: "filed with a value, unit or status that was never sent for it",
    Bucket.STALE: "an older version stands where a newer one was accepted",
    Bucket.WRONG_PATIENT: "filed under another patient",
    Bucket.WRONG_ORDER: "filed under another order",
    Bucket.ORPHAN: "filed under this run's numbers, and never sent",
    Bucket.REFUSED_FILED: "refused or never sent, and filed all the same",
    Bucket.BROKEN_FILED: "broken on purpose, and filed: answered positively, or with damaged content",
    Bucket.OUT_OF_ORDER: "filed after something that was accepted later, of the same patient",
    Bucket.ACK_SWAPPED: "an acknowledgment that named another message of this run",
}

GOOD = frozenset({Bucket.EXACTLY_ONCE, Bucket.LOST_AFTER_REFUSAL, Bucket.NOT_SENT})
OPEN = frozenset({Bucket.UNKNOWN_PRESENT, Bucket.UNKNOWN_ABSENT, Bucket.WITHDRAWN_GONE})
"""Neither good nor bad: both are right where nobody knows whether the message was taken, or must be kept."""
BAD = frozenset(Bucket) - GOOD - OPEN
"""Every one of these is the receiver's fault."""

KEPT = 200
"""So many offenders of each bucket are kept with their evidence; all are counted."""


@dataclass(frozen=True, slots=True)
class Offender:
    """One finding with its evidence. `key`: order number, code, sub-id. `sent_s`, `answered_s`: seconds in the run, -1
    for never. `answer`: MSA-1, or what came instead. `expected`, `found`: value, unit, status; patients by identifier
    only. `also`: further rows that speak of the same result (worker, row)."""

    bucket: Bucket
    key: tuple[str, str, str]
    worker: int = -1
    row: int = -1
    control_id: str = ""
    sent_s: float = -1.0
    answered_s: float = -1.0
    outcome: str = ""
    answer: str = ""
    fault: str = ""
    expected: str = ""
    found: str = ""
    patient: str = ""
    found_patient: str = ""
    where: str = ""
    note: str = ""
    also: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class Findings:
    """Everything a reconciliation found: how many results of each bucket, the first offenders of the bad ones and some
    of the open ones."""

    counts: Counter[Bucket] = field(default_factory=Counter)
    offenders: dict[Bucket, list[Offender]] = field(default_factory=dict)
    results: int = 0
    """Different results that were sent or planned."""
    records: int = 0
    """Records found at the receiving system."""

    def add(self, bucket: Bucket, offender: Offender | None = None) -> None:
        self.counts[bucket] += 1
        if offender is not None:
            kept = self.offenders.setdefault(bucket, [])
            if len(kept) < KEPT:
                kept.append(offender)

    order_seen: bool = False
    """Whether the order of filing could be looked at."""

    def take(self, other: Findings) -> None:
        """Adds the findings of another part."""
        self.counts.update(other.counts)
        self.results += other.results
        self.records += other.records
        for bucket, found in other.offenders.items():
            kept = self.offenders.setdefault(bucket, [])
            kept += found[: KEPT - len(kept)]

    @property
    def faults(self) -> int:
        return sum(count for bucket, count in self.counts.items() if bucket in BAD)
