"""Asks the system under test what it filed, waits until it had time enough, and compares it with what was sent.

Large runs are compared part by part (see `spool`), so that memory stays bounded whatever the run's size.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from console.core.clock import Clock, to_micros
from console.harness.load.plan import Plan, read_plan
from console.harness.load.run_folder import RunFolder
from console.harness.verdict.buckets import Bucket, Findings
from console.harness.verdict.filed import Coverage, Filed, Keeping, Receiving
from console.harness.verdict.part import Part
from console.harness.verdict.reconcile import Reconciler
from console.harness.verdict.spool import Spool
from console.harness.verdict.survey import Survey, survey

SHORTEST_WAIT_S, LONGEST_WAIT_S = 0.2, 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a verification is. `step`: `reading` (the run's own rows), `settling`, `asking`; `text` is a sentence."""

    step: str
    done: int
    total: int
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. `settled`: the system said it had nothing more to do, or everything was there; None when it
    cannot say and something is missing. `settle_s` in seconds after the last answer, None when not measured. `asked`:
    questions by purpose. `unseen`: a sentence for each thing that could not be observed."""

    source: str
    checked_at: datetime
    findings: Findings
    coverage: Coverage
    keeping: str = ""
    asked: Mapping[str, int] = field(default_factory=dict)
    settled: bool | None = None
    settle_s: float | None = None
    took_s: float = 0.0
    rows: int = 0
    unseen: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Nobody is accused."""
        return self.findings.faults == 0

    def values(self) -> dict[str, float | None]:
        """The metrics of origin VERIFICATION (verdict.thresholds); None for what could not be observed. A run that sent
        no result says nothing about results, and while the system still works what is not there yet is not lost."""
        counts, seen = self.findings.counts, self.coverage
        any_results = seen.results and self.findings.results > 0

        def count(bucket: Bucket, observed: bool = True) -> float | None:
            return float(counts[bucket]) if observed and (any_results or bucket is Bucket.ACK_SWAPPED) else None

        return {
            "lost": count(Bucket.LOST, self.settled is not False),
            "double_charted": count(Bucket.DOUBLE_CHARTED, seen.copies),
            "wrong_value": count(Bucket.WRONG_VALUE, seen.values),
            "stale": count(Bucket.STALE, seen.values and self.settled is not False),
            "wrong_patient": count(Bucket.WRONG_PATIENT, seen.patients),
            "wrong_order": count(Bucket.WRONG_ORDER, seen.orders),
            "out_of_order": count(Bucket.OUT_OF_ORDER, self.findings.order_seen),
            "ack_swapped": count(Bucket.ACK_SWAPPED),
            "orphans": count(Bucket.ORPHAN),
            "refused_filed": count(Bucket.REFUSED_FILED),
            "broken_filed": count(Bucket.BROKEN_FILED),
            "waiting": count(Bucket.WAITING, seen.held),
            "missing_after": float(counts[Bucket.LOST] + counts[Bucket.WAITING]) if any_results else None,
            "exactly_once": count(Bucket.EXACTLY_ONCE),
            "unknown": float(counts[Bucket.UNKNOWN_PRESENT] + counts[Bucket.UNKNOWN_ABSENT]) if any_results else None,
            "settle": self.settle_s,
        }

    def at_least(self) -> dict[str, float]:
        """What is known to have happened although its whole extent could not be observed."""
        known = self.values()
        counts = self.findings.counts
        partly = {"double_charted": Bucket.DOUBLE_CHARTED, "wrong_patient": Bucket.WRONG_PATIENT}
        return {name: float(counts[b]) for name, b in partly.items() if known[name] is None and counts[b]}


NOBODY_ASKED = "what was filed: nobody was asked"


async def verify(
    folder: RunFolder,
    *,
    source: Receiving | None,
    settle: float | None = None,
    fresh: bool = False,
    progress: Callable[[Progress], None] | None = None,
    clock: Clock = lambda: datetime.now(UTC),
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Verification:
    """Checks a finished run. `source` None: only what the ledger itself says (swapped acknowledgments). `settle`: for
    how many seconds to wait for what is missing (default: the scenario's). `fresh`: the run has just ended, so the
    time it took to settle means something.

    Raises Refused when the run cannot be read, EnvironmentFault when the system cannot be asked."""
    plan = read_plan(folder)
    return await _Checking(folder, plan, source, settle, fresh, progress, clock, sleep).run()


class _Checking:
    def __init__(
        self,
        folder: RunFolder,
        plan: Plan,
        source: Receiving | None,
        settle: float | None,
        fresh: bool,
        progress: Callable[[Progress], None] | None,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._source = source
        self._settle = plan.scenario.verification.settle if settle is None else settle
        self._fresh = fresh
        self._told = progress or (lambda progress: None)
        self._clock = clock
        self._sleep = sleep
        self._began = time.monotonic()
        self._settled_at: datetime | None = None

    async def run(self) -> Verification:
        made = await asyncio.to_thread(survey, self._folder, self._plan, told=self._read)
        try:
            if self._source is None:
                findings = Reconciler(made.people).finish([], made.swaps)
                return Verification(
                    source="", checked_at=self._clock(), findings=findings, coverage=_NOTHING, rows=made.rows,
                    took_s=time.monotonic() - self._began, unseen=(NOBODY_ASKED,),
                )  # fmt: skip
            return await self._compare(made, self._source)
        finally:
            made.close()

    def _read(self, done: int, total: int) -> None:
        self._told(Progress("reading", done, total, f"Reading what was sent: {done:,} of {total:,} messages."))

    async def _compare(self, made: Survey, source: Receiving) -> Verification:
        deadline = time.monotonic() + self._settle
        settled = await self._wait(source, deadline) if source.says_settled else None
        log = source.keeping is Keeping.LOG
        as_sent = bool(getattr(source, "copies_as_sent", False))
        reconciler = Reconciler(
            made.people,
            keeping=source.keeping,
            coverage=source.coverage,
            every_version=bool(getattr(source, "every_version", True)) if log else True,
            copies_as_sent=as_sent,
        )
        parts: dict[int, Part] = {}
        open_parts = list(range(made.spool.parts))
        pause = SHORTEST_WAIT_S
        while True:
            await self._ask(made, source, reconciler, open_parts, parts)
            open_parts = [number for number in open_parts if parts[number].unsettled]
            left = deadline - time.monotonic()
            if not open_parts or source.says_settled or left <= 0:
                break
            self._told(
                Progress(
                    "settling", len(parts) - len(open_parts), len(parts),
                    f"Not everything is there yet; asking again, for {left:.0f} s at most.",
                )
            )  # fmt: skip
            await self._sleep(min(pause, max(left, 0.01)))
            pause = min(pause * 2, LONGEST_WAIT_S)
        if not source.says_settled and not open_parts:
            settled = True
            self._settled_at = self._clock()
        findings = await asyncio.to_thread(reconciler.finish, [parts[number] for number in sorted(parts)], made.swaps)
        coverage = source.coverage
        unseen = [*coverage.unseen]
        if coverage.order_kept and not findings.order_seen:
            unseen.append("the order in which results were filed: there are too many of them")
        if settled is False:
            unseen.append(f"what was still queued after {self._settle:g} s")
        return Verification(
            source=source.name,
            checked_at=self._clock(),
            findings=findings,
            coverage=coverage,
            keeping=source.keeping.value,
            asked=dict(source.asked),
            settled=settled,
            settle_s=self._settle_seconds(made),
            took_s=time.monotonic() - self._began,
            rows=made.rows,
            unseen=tuple(unseen),
        )

    async def _wait(self, source: Receiving, deadline: float) -> bool:
        """Until the system says it has nothing more to do; whether it did."""
        pause = SHORTEST_WAIT_S
        while True:
            if await source.settled():
                self._settled_at = self._clock()
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._told(Progress("settling", 0, 0, f"{source.name} still has work; waiting for {left:.0f} s at most."))
            await self._sleep(min(pause, max(left, 0.01)))
            pause = min(pause * 1.5, LONGEST_WAIT_S)

    async def _ask(
        self, made: Survey, source: Receiving, reconciler: Reconciler, numbers: list[int], parts: dict[int, Part]
    ) -> None:
        """Asks for these parts and judges them."""
        if source.whole:
            with Spool(made.spool.parts, self._folder.path) as found:
                async for one in source.filed(()):
                    found.put(found.part_of(one.key[0]), one)
                for number in numbers:
                    await self._judge(made, source, reconciler, number, parts, list(found.read(number)))
            return
        for number in numbers:
            await self._judge(made, source, reconciler, number, parts, None)

    async def _judge(
        self,
        made: Survey,
        source: Receiving,
        reconciler: Reconciler,
        number: int,
        parts: dict[int, Part],
        found: list[Filed] | None,
    ) -> None:
        total = made.spool.parts
        expected = await asyncio.to_thread(made.expected, number)
        keys = expected.keys()
        self._told(
            Progress(
                "asking", number, total, f"Asking {source.name} for {len(keys):,} results ({number + 1} of {total})."
            )
        )
        if found is None:
            found = [one async for one in source.filed(keys)] if keys else []
        held = [one async for one in source.held(keys)]
        parts[number] = await asyncio.to_thread(reconciler.judge, expected, found, held)

    def _settle_seconds(self, made: Survey) -> float | None:
        """From the last answer until everything had settled; None when the run is long over."""
        if not self._fresh or self._settled_at is None or not made.began_us:
            return None
        last = made.began_us + int(made.last_answer_s * 1e6)
        return max(0.0, (to_micros(self._settled_at) - last) / 1e6)


_NOTHING = Coverage(results=False, copies=False, values=False, patients=False, orders=False, unseen=(NOBODY_ASKED,))


def verify_now(
    folder: RunFolder,
    *,
    source: Receiving | None,
    settle: float | None = None,
    fresh: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Verification:
    """`verify` for callers without an event loop; closes the source."""

    async def whole() -> Verification:
        try:
            return await verify(folder, source=source, settle=settle, fresh=fresh, progress=progress)
        finally:
            if source is not None:
                await source.close()

    return asyncio.run(whole())
