"""Asking several sources at once: everybody gets the same time, nobody's silence hides behind another's answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from console.connections.source import Capability, Source
from console.core.clock import Clock
from console.core.errors import EnvironmentFault, Refused, SignalboxError
from console.investigation.answer import SourceReport, SourceStatus

T = TypeVar("T")

NOT_FOUND = "not-found"
UNAUTHORISED = frozenset({"unauthorised", "unauthorized", "forbidden"})


@dataclass(frozen=True, slots=True)
class Heard(Generic[T]):
    """What came back: values by source name, a report for each source, in the order the sources were given."""

    values: tuple[tuple[str, T], ...]
    reports: tuple[SourceReport, ...]
    refused: SignalboxError | None = None

    @property
    def answered(self) -> bool:
        """True when at least one source answered, be it with "no such thing"."""
        return any(r.status is SourceStatus.OK for r in self.reports)

    @property
    def oldest_view(self) -> datetime | None:
        return min((r.as_of for r in self.reports if r.status is SourceStatus.OK and r.as_of), default=None)


async def ask(
    sources: Sequence[Source],
    needs: Capability,
    question: Callable[[Source], Awaitable[T]],
    *,
    clock: Clock,
    budget_s: float,
) -> Heard[T]:
    """Puts one question to every source that can answer such, together, each within `budget_s` seconds.

    A source that refuses because it knows no such thing has answered: its report is OK and it gives no value.
    Cancelling the caller cancels every question on its way.
    """
    able = [s for s in sources if needs in s.capabilities]
    outcomes = await asyncio.gather(*(_ask_one(s, question, clock, budget_s) for s in able))
    return Heard(
        values=tuple((report.name, value[0]) for report, value, _ in outcomes if value is not None),
        reports=tuple(report for report, _, _ in outcomes),
        refused=next((error for _, _, error in outcomes if error is not None), None),
    )


async def _ask_one(
    source: Source, question: Callable[[Source], Awaitable[T]], clock: Clock, budget_s: float
) -> tuple[SourceReport, tuple[T] | None, SignalboxError | None]:
    began = time.perf_counter()

    def report(status: SourceStatus, text: str = "") -> SourceReport:
        took_ms = round((time.perf_counter() - began) * 1000, 3)
        return SourceReport(source.name, status, clock() if status is SourceStatus.OK else None, took_ms, text)

    try:
        async with asyncio.timeout(budget_s):
            value = await question(source)
    except TimeoutError:
        text = f"{source.name} did not answer within {budget_s:g} s. Try again, or look at its own log."
        return report(SourceStatus.TIMED_OUT, text), None, None
    except Refused as refusal:
        if refusal.code == NOT_FOUND:
            return report(SourceStatus.OK), None, refusal
        status = SourceStatus.UNAUTHORISED if refusal.code in UNAUTHORISED else SourceStatus.FAILED
        return report(status, refusal.text), None, refusal
    except EnvironmentFault as fault:
        return report(_status_of(fault), fault.text), None, None
    return report(SourceStatus.OK), (value,), None


def _status_of(fault: EnvironmentFault) -> SourceStatus:
    if fault.code in UNAUTHORISED:
        return SourceStatus.UNAUTHORISED
    return SourceStatus.TIMED_OUT if fault.code in ("timed-out", "timeout") else SourceStatus.UNREACHABLE
