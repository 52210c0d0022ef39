"""Looking into messages: duplicates by bytes and by content, order per patient, gaps in the numbering.

About 30 microseconds a small result. What is remembered is bounded: beyond MOST the older half is forgotten.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Generic, TypeVar

from console.core.errors import InvalidMessage
from console.harness.listener.live import Findings
from console.harness.verdict.truth import MessageTruth, read_truth
from console.hl7v2.timestamp import parse_time

MOST = 200_000
"""Messages, results and patients that are remembered, each."""
_NUMBERED = re.compile(r"(.*?)(\d{1,18})")

T = TypeVar("T")


class _Recent(Generic[T]):
    """A set that forgets its older half when it grows too large."""

    def __init__(self) -> None:
        self._new: set[T] = set()
        self._old: set[T] = set()

    def met(self, value: T) -> bool:
        """Whether it was there; it is afterwards."""
        known = value in self._new or value in self._old
        self._new.add(value)
        if len(self._new) >= MOST // 2:
            self._old, self._new = self._new, set()
        return known


class Looking:
    """Takes messages in the order of arrival."""

    def __init__(self) -> None:
        self._looked_at = self._duplicates = self._same_results = self._backwards = 0
        self._bytes: _Recent[int] = _Recent()
        self._results: _Recent[tuple[str, ...]] = _Recent()
        self._times: dict[tuple[str, str], datetime] = {}
        self._numbers: dict[tuple[str, int], _Numbers] = {}

    def look(self, payload: bytes) -> None:
        """One message as received; what cannot be read counts only by its bytes."""
        self._looked_at += 1
        if self._bytes.met(hash(payload)):
            self._duplicates += 1
            return
        try:
            truth = read_truth(payload)
        except InvalidMessage:
            return
        said = [(*fact.key, fact.value, fact.unit, fact.status) for fact in truth.results]
        known = [self._results.met(one) for one in said]
        if known and all(known):
            self._same_results += 1
        self._order(truth)
        self._count(truth.control_id)

    def _order(self, truth: MessageTruth) -> None:
        moment = parse_time(truth.time, UTC)
        if moment is None or not truth.patients:
            return
        patient = truth.patients[0]
        last = self._times.pop(patient, moment)
        if moment < last:
            self._backwards += 1
        self._times[patient] = max(moment, last)
        if len(self._times) > MOST:
            del self._times[next(iter(self._times))]

    def _count(self, control_id: str) -> None:
        found = _NUMBERED.fullmatch(control_id)
        if found is None:
            return
        key = (found[1], len(found[2]))
        numbers = self._numbers.get(key)
        if numbers is None:
            if len(self._numbers) >= 1000:
                return
            numbers = self._numbers[key] = _Numbers(int(found[2]))
        numbers.take(int(found[2]))

    @property
    def findings(self) -> Findings:
        return Findings(
            looked_at=self._looked_at,
            duplicates=self._duplicates,
            same_results=self._same_results,
            backwards=self._backwards,
            gaps=sum(numbers.gaps for numbers in self._numbers.values()),
        )


class _Numbers:
    """One sender's numbering: it counts when more than half of the numbers between its ends came."""

    __slots__ = ("_came", "_high", "_low")

    def __init__(self, first: int) -> None:
        self._low = self._high = first
        self._came = 0

    def take(self, number: int) -> None:
        self._low, self._high = min(self._low, number), max(self._high, number)
        self._came += 1

    @property
    def gaps(self) -> int:
        span = self._high - self._low + 1
        return max(0, span - self._came) if self._came * 2 > span else 0
