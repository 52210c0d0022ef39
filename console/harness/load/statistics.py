"""The figures of a run, kept up to date from its ledgers a few times a second, or made from finished ones at once.

Two latencies, never mixed: `answer` counts from the time the schedule wanted the message sent (so a receiver that
stalls is charged for the messages it kept from being sent), `service` from the time it was sent. `lag` is the harness's
own lateness: sent minus intended, of messages that no connection had to be waited for, that no fault held up on
purpose, and that are not so large that the receiver decides when the last byte goes. What was sent while warming up is
counted, and left out of latencies and of everything thresholds look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from console.harness.load.draws import OF_CONNECTIONS, Array
from console.harness.load.follower import Follower, News
from console.harness.load.histogram import Histogram
from console.harness.load.ledger import AnswerCode, Control, Flag, Outcome, WorkerState
from console.harness.load.live import Percentiles, Second
from console.harness.load.run_folder import RunFolder
from console.harness.load.shots import FAULTS
from console.harness.scenario.model import FaultKind

SECOND = 1_000_000_000
_MS = 1e6

MAY_BE_REFUSED = frozenset(
    {
        FaultKind.TRUNCATE, FaultKind.GLUED_SEGMENTS, FaultKind.SPLIT_SEGMENT, FaultKind.WRONG_CHARSET,
        FaultKind.LYING_CHARSET, FaultKind.OVERSIZE, FaultKind.BAD_HEADER, FaultKind.NO_CR, FaultKind.STRAY_BYTES,
        FaultKind.SLOW_LORIS,
    }
)  # fmt: skip
"""Faults a sound receiver may see through or refuse: an answer that is not positive is no error there."""
OFF_TIME = OF_CONNECTIONS | {
    FaultKind.DELAY, FaultKind.BYTE_BY_BYTE, FaultKind.SLOW_LORIS, FaultKind.SPLIT_FRAME, FaultKind.COALESCE,
    FaultKind.DISCONNECT_BEFORE, FaultKind.DISCONNECT_DURING, FaultKind.DISCONNECT_AFTER, FaultKind.RESET,
    FaultKind.OVERSIZE,
}  # fmt: skip
"""Faults that hold a message up on purpose: its send time says nothing about the harness."""

LARGE = 64 * 1024
"""Bytes of a message that the receiver's side has to make room for: when its last byte is sent is not ours alone."""

_WARM_UP, _QUEUED, _BROKEN, _OUT_OF_ORDER = (
    int(flag) for flag in (Flag.WARM_UP, Flag.QUEUED, Flag.BROKEN, Flag.OUT_OF_ORDER)
)
_WITH_TIME = np.zeros(256, dtype=bool)
_WITH_TIME[[Outcome.ACCEPTED, Outcome.FAILED, Outcome.REJECTED, Outcome.LATE]] = True
"""Outcomes whose answer time is a latency."""

SOUND, LENIENT, BROKEN, DROPPED = range(4)
"""What a message was meant to be: in order, refusable, to be refused, never sent."""
_SHAPE = (2, 4, len(Outcome), len(AnswerCode))


def _by_fault(kinds: frozenset[FaultKind]) -> Array:
    """A table over the ledger's column `fault`."""
    table = np.zeros(256, dtype=bool)
    table[[1 + FAULTS.index(kind) for kind in kinds]] = True
    return table


_LENIENT_FAULT = _by_fault(MAY_BE_REFUSED)
_OFF_TIME_FAULT = _by_fault(frozenset(OFF_TIME))
_DROP = 1 + FAULTS.index(FaultKind.DROP)

_BOUNDS = np.array([round(lead * 10.0**power) for power in range(4, 11) for lead in (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)])
"""Upper bounds of the spread's buckets, nanoseconds: six a decade from 0.01 ms to 70 s."""


@dataclass(slots=True)
class Span:
    """First and last of some times, and how many; nanoseconds of the run."""

    count: int = 0
    first: int = 1 << 62
    last: int = 0

    def take(self, times: Array) -> None:
        if len(times):
            self.count += len(times)
            self.first = min(self.first, int(times.min()))
            self.last = max(self.last, int(times.max()))


class _PerSecond:
    """A count a second, as long as the run."""

    def __init__(self) -> None:
        self.counts: Array = np.zeros(64, dtype=np.int64)
        self.length = 0

    def take(self, seconds: Array) -> None:
        if not len(seconds):
            return
        self.length = max(self.length, int(seconds.max()) + 1)
        if self.length > len(self.counts):
            self.counts = np.concatenate((self.counts, np.zeros(self.length, dtype=np.int64)))
        first = int(seconds.min())
        found = np.bincount(seconds - first)
        self.counts[first : first + len(found)] += found

    def at(self, second: int) -> int:
        return int(self.counts[second]) if second < self.length else 0


class Statistics:
    """Give it the ledgers' paths, `look` as often as wanted, `close` in the end. `waiting` of a second is what the
    control words said at the last look in it."""

    def __init__(self, ledgers: Sequence[Path]) -> None:
        self.followers = [Follower(path) for path in ledgers]
        self.answer = Histogram()
        self.service = Histogram()
        self.lag = Histogram()
        self.tally: Array = np.zeros(_SHAPE, dtype=np.int64)
        """Decided rows by (warm-up, SOUND..DROPPED, outcome, code)."""
        self.sent_after_warm_up = Span()
        self.answered_after_warm_up = Span()
        self.planned_free = Span()
        """Rows that no connection had to be waited for: when they were intended, and below, sent."""
        self.sent_free = Span()
        self.intended = Span()
        """All rows that were to be sent, by intended time."""
        self.sent = Span()
        self.last_answer = 0
        self.out_of_order = 0
        self.peak_waiting = 0
        self._planned, self._sent, self._answered = _PerSecond(), _PerSecond(), _PerSecond()
        self._latencies: dict[int, Histogram] = {}
        self._unpacked: set[int] = set()
        self._percentiles: dict[int, tuple[float | None, float | None, float | None]] = {}
        self._waiting: dict[int, int] = {}
        self._touched: set[int] = set()
        self._told = 0

    @classmethod
    def of_run(cls, folder: RunFolder, workers: int) -> Statistics:
        return cls([folder.ledger(worker) for worker in range(workers)])

    # ---- reading -----------------------------------------------------------------------------------------------------
    def look(self, *, at_s: float | None = None, last: bool = False) -> None:
        """Takes in what is new. `at_s`: the second of the run, for the number of waiting messages."""
        for follower in self.followers:
            while True:
                news = follower.look(last=last)
                if news is not None:
                    self._take(news)
                if not follower.behind:
                    break
        waiting = self.word(Control.WAITING) + self.word(Control.QUEUED)
        self.peak_waiting = max(self.peak_waiting, waiting)
        if at_s is not None and at_s >= 0:
            self._waiting[int(at_s)] = waiting
            self._touched.add(int(at_s))

    def word(self, which: Control) -> int:
        """A control word over all workers."""
        return sum(follower.word(which) for follower in self.followers)

    @property
    def states(self) -> list[WorkerState]:
        return [follower.state for follower in self.followers]

    def _take(self, news: News) -> None:
        self._take_planned(news.planned)
        self._take_sent(news.sent)
        self._take_decided(news.decided)
        if len(news.changed["outcome"]):
            cells = {**news.changed, **news.before}
            np.subtract.at(self.tally, _cells(cells), 1)
            self._count(news.changed)
            late = news.changed
            fresh = _WITH_TIME[late["outcome"]] & ~_WITH_TIME[news.before["outcome"]]
            self._take_answered({name: column[fresh] for name, column in late.items()})

    def _take_planned(self, rows: dict[str, Array]) -> None:
        to_send = rows["fault"] != _DROP
        intended = rows["intended"][to_send]
        self._planned.take(self._seconds(intended))
        self.intended.take(intended)

    def _take_sent(self, rows: dict[str, Array]) -> None:
        sent = rows["sent"]
        if not len(sent):
            return
        self._sent.take(self._seconds(sent))
        self.sent.take(sent)
        cold = (rows["flags"] & _WARM_UP) == 0
        self.sent_after_warm_up.take(sent[cold])
        free = ((rows["flags"] & _QUEUED) == 0) & ~_OFF_TIME_FAULT[rows["fault"]] & (rows["intended"] > 0)
        free &= rows["size"] <= LARGE
        self.planned_free.take(rows["intended"][free])
        self.sent_free.take(sent[free])
        free &= cold
        self.lag.add(sent[free] - rows["intended"][free])

    def _take_decided(self, rows: dict[str, Array]) -> None:
        if len(rows["outcome"]):
            self._count(rows)
            self.out_of_order += int(np.count_nonzero(rows["flags"] & _OUT_OF_ORDER))
            timed = _WITH_TIME[rows["outcome"]]
            self._take_answered(rows if timed.all() else {name: column[timed] for name, column in rows.items()})

    def _count(self, rows: dict[str, Array]) -> None:
        np.add.at(self.tally, _cells(rows), 1)

    def _take_answered(self, rows: dict[str, Array]) -> None:
        """Rows that have an answer with a time now, and had none before."""
        answered = rows["answered"]
        if not len(answered):
            return
        seconds = self._seconds(answered)
        self._answered.take(seconds)
        self.last_answer = max(self.last_answer, int(answered.max()))
        latencies = answered - np.where(rows["intended"] > 0, rows["intended"], rows["sent"])
        low, high = int(seconds.min()), int(seconds.max())
        for second in range(low, high + 1) if high - low < 8 else np.unique(seconds).tolist():
            self._latencies.setdefault(second, Histogram()).add(latencies[seconds == second])
            self._percentiles.pop(second, None)
            self._unpacked.add(second)
        cold = (rows["flags"] & _WARM_UP) == 0
        self.answer.add(latencies[cold])
        self.service.add(answered[cold] - rows["sent"][cold])
        self.answered_after_warm_up.take(answered[cold])
        for second in [one for one in self._unpacked if one < high - 1]:
            self._unpacked.discard(second)
            self._latencies[second].pack()

    def _seconds(self, times: Array) -> Array:
        seconds = times // SECOND
        if len(seconds):
            low, high = int(seconds.min()), int(seconds.max())
            self._touched.update(range(low, high + 1) if high - low < 8 else np.unique(seconds).tolist())
        return seconds

    # ---- telling -----------------------------------------------------------------------------------------------------
    @property
    def seconds(self) -> int:
        """How many seconds have figures."""
        return max(self._planned.length, self._sent.length, self._answered.length, max(self._waiting, default=-1) + 1)

    def keep_waiting(self, other: Statistics) -> None:
        """Takes over what was seen of waiting messages while the run went on: no ledger tells that afterwards."""
        self._waiting = dict(other._waiting)
        self._touched.update(other._waiting)
        self.peak_waiting = max(self.peak_waiting, other.peak_waiting)

    def second(self, at: int) -> Second:
        p50, p95, p99 = self._of_second(at)
        return Second(
            at, self._planned.at(at), self._sent.at(at), self._answered.at(at), self._waiting.get(at, 0), p50, p95, p99
        )

    def series(self) -> list[Second]:
        """Every second of the run."""
        return [self.second(at) for at in range(self.seconds)]

    def news(self, before: int) -> list[Second]:
        """The seconds below `before` that are new or have changed since they were last asked for."""
        low = min(self._told, before)
        ready = sorted({at for at in self._touched if at < before} | set(range(low, before)))
        self._touched.difference_update(ready)
        self._told = max(self._told, before)
        return [self.second(at) for at in ready]

    def answer_of_second(self, at: int) -> Percentiles:
        histogram = self._latencies.get(at)
        return percentiles(histogram) if histogram is not None else Percentiles()

    def _of_second(self, at: int) -> tuple[float | None, float | None, float | None]:
        histogram = self._latencies.get(at)
        if histogram is None:
            return None, None, None
        known = self._percentiles.get(at)
        if known is None:
            p50, p95, p99 = (_ms(value) for value in histogram.percentiles(50, 95, 99))
            known = self._percentiles[at] = (p50, p95, p99)
        return known

    def answers(self) -> dict[str, int]:
        """All messages decided so far, by what was answered."""
        by = self.tally.sum(axis=(0, 1))
        told = {code.name: 0 for code in AnswerCode if code not in (AnswerCode.NONE, AnswerCode.OTHER)}
        for outcome in (Outcome.ACCEPTED, Outcome.FAILED, Outcome.REJECTED, Outcome.COMMIT_ONLY):
            for code in AnswerCode:
                if code.name in told:
                    told[code.name] += int(by[outcome, code])
        for name, outcome in _OTHERWISE.items():
            told[name] = int(by[outcome].sum())
        return told

    def spread(self) -> list[tuple[float, int]]:
        """Answer times of the whole run after warm-up: (upper bound in ms, how many up to it and above the last)."""
        below = self.answer.at_most(_BOUNDS)
        counts = np.diff(below, prepend=0)
        counts[-1] += self.answer.total - below[-1]
        filled = np.flatnonzero(counts)
        if not len(filled):
            return []
        return [(float(_BOUNDS[at]) / _MS, int(counts[at])) for at in range(filled[0], filled[-1] + 1)]

    def close(self) -> None:
        for follower in self.followers:
            follower.close()


_OTHERWISE = {
    "none": Outcome.NO_ANSWER,
    "late": Outcome.LATE,
    "lost": Outcome.CONNECTION_LOST,
    "malformed": Outcome.MALFORMED_ANSWER,
    "wrong id": Outcome.WRONG_ID,
    "no connection": Outcome.NO_CONNECTION,
}


def _cells(rows: dict[str, Array]) -> tuple[Array, Array, Array, Array]:
    """The place of each row in the tally."""
    flags, fault = rows["flags"], rows["fault"]
    kind = np.where(_LENIENT_FAULT[fault], LENIENT, SOUND)
    kind = np.where(flags & _BROKEN, BROKEN, kind)
    kind = np.where(fault == _DROP, DROPPED, kind)
    outcome = np.minimum(rows["outcome"], len(Outcome) - 1)
    code = np.minimum(rows["code"], len(AnswerCode) - 1)
    return (flags & _WARM_UP) // _WARM_UP, kind, outcome, code


def percentiles(histogram: Histogram) -> Percentiles:
    """In milliseconds."""
    p50, p95, p99, p999 = (_ms(value) for value in histogram.percentiles(50, 95, 99, 99.9))
    return Percentiles(p50, p95, p99, p999, _ms(float(histogram.highest)) if histogram.total else None)


def _ms(nanoseconds: float | None) -> float | None:
    return None if nanoseconds is None else round(nanoseconds / _MS, 4)
