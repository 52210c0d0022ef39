"""Runs the suite against one receiver within a minute and says which probe took it down, should one do so.

First the greeting. Then the harmless probes, several at once; what failed beside others is tried again alone, so that
nobody is accused of what only a crowd does to it. Then the heavy and the risky ones, one by one, each risky one
followed by an ordinary message on a new connection. Where a receiver keeps so many waiting that the time would not
suffice, risky ones go several at once too; should a wave take it down, its probes are tried one by one once it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import ceil

from console.core.clock import iso
from console.harness.probe.bench import BODIES, Bench, Receiver
from console.harness.probe.catalogue import NUMBERS
from console.harness.probe.greeting import greet, takes_two
from console.harness.probe.judge import AFTER, judge
from console.harness.probe.model import Finding, Outcome, Probe, ProbeReport, Result, Severity
from console.hl7v2.framing import frame

BUDGET_S = 56.0
"""The whole suite's time; what has not ended by then counts as not run."""
COMES_BACK_S = 8.0
"""How long to wait for a receiver that a probe took down."""
LANES = 8
_CONFIRM_S = 8.0
"""Time for trying again alone what failed beside others."""
_KEPT_S = 22.0
"""Time kept for what only runs alone: load and size."""
_LEAST_LEFT_S = 1.0
_LARGEST_WAVE = 24
_LONGEST_PROBE_S = 22.0
_HEALTH_NUMBER = 97

Told = Callable[[Result], None]


@dataclass(slots=True)
class _State:
    """What the runner knows while it runs."""

    receiver: Receiver
    run: str
    deadline: float
    comes_back: float
    told: Told
    results: dict[str, Result] = field(default_factory=dict)
    killed_by: list[str] = field(default_factory=list)
    gone: str = ""
    """Why nothing more can be run."""
    health_checks: int = 0

    @property
    def left(self) -> float:
        return self.deadline - asyncio.get_running_loop().time()


async def run_probes(
    receiver: Receiver,
    probes: Sequence[Probe],
    *,
    run: str,
    started: datetime,
    told: Told = lambda result: None,
    kinds: Sequence[str] = (),
    budget: float = BUDGET_S,
    comes_back: float = COMES_BACK_S,
    version: str = "",
) -> ProbeReport:
    """Probes the receiver. `run` marks the control ids (at most 9 letters and digits); `kinds`: MSH-9 to try for the
    ordinary message. `told` hears of each result as it comes. Raises nothing for what a receiver does."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    greeted, greeting, latency = await greet(receiver, run, kinds or tuple(BODIES))
    state = _State(greeted or receiver, run, began + budget, comes_back, told)
    if greeted is None:
        state.gone = greeting
    else:
        lanes = LANES if await takes_two(greeted, run) else 1
        await _crowd(state, [p for p in probes if not p.risky and not p.heavy], lanes)
        for probe in (p for p in probes if p.heavy and not p.risky):
            await _alone(state, probe)
        await _risky(state, [p for p in probes if p.risky and not _runs_last(p)], lanes)
        for probe in (p for p in probes if p.risky and _runs_last(p)):
            await _alone(state, probe)
    for probe in probes:
        if probe.id not in state.results:
            _settle(state, Result(probe, Finding(Outcome.NOT_RUN, state.gone or "The time for the suite was up.")))
    return ProbeReport(
        receiver.address,
        run,
        iso(started),
        loop.time() - began,
        state.receiver.kind,
        state.receiver.ordinary,
        greeting,
        latency * 1000,
        tuple(state.results[probe.id] for probe in probes),
        tuple(state.killed_by),
        state.receiver.quirks,
        reachable=greeted is not None,
        tls=receiver.tls is not None,
        version=version,
    )


def _runs_last(probe: Probe) -> bool:
    """Needs the receiver for itself: many connections, or much memory."""
    return probe.heavy or probe.id.startswith("size.")


# ---------------------------------------------------------------- several at once


async def _crowd(state: _State, probes: Sequence[Probe], lanes: int) -> None:
    """The harmless probes, `lanes` at once; failures are confirmed alone while there is time for it."""
    failed = [first for first in await _at_once(state, probes, lanes) if _has_failed(first) and lanes > 1]
    until = state.left - _CONFIRM_S
    for first in sorted(failed, key=lambda result: NUMBERS[result.probe.id]):
        again = await _try(state, first.probe) if state.left > until else None
        if again is None:
            _settle(state, _beside_others(first))
        elif _has_failed(again):
            _settle(state, again)
        else:
            text = f"Failed beside other connections and passed alone. Beside others: {first.finding.sentence}"
            _settle(state, replace(first, finding=Finding(Outcome.UNCLEAR, text)))


async def _at_once(state: _State, probes: Sequence[Probe], lanes: int) -> list[Result]:
    """All results, `lanes` probes at a time; what did not fail (or ran alone) is settled already."""
    places = asyncio.Semaphore(lanes)

    async def one(probe: Probe) -> Result | None:
        async with places:
            result = await _try(state, probe)
        if result is not None and (lanes == 1 or not _has_failed(result)):
            _settle(state, result)
        return result

    found = await asyncio.gather(*(one(probe) for probe in probes))
    return [result for result in found if result is not None]


async def _risky(state: _State, probes: Sequence[Probe], lanes: int) -> None:
    """One by one while the time suffices; else in waves."""
    waiting = list(probes)
    done = 0
    began = state.left
    while waiting and not state.gone and state.left > 0.5:
        each = (began - state.left) / done if done else 0.0
        if lanes == 1 or each * len(waiting) < max(state.left - _KEPT_S, _LEAST_LEFT_S):
            await _alone(state, waiting.pop(0))
            done += 1
        else:
            size = min(max(lanes, ceil(each * len(waiting) / max(state.left - _KEPT_S, _LEAST_LEFT_S))), _LARGEST_WAVE)
            wave, waiting = waiting[:size], waiting[size:]
            await _wave(state, wave)


async def _wave(state: _State, probes: Sequence[Probe]) -> None:
    found = [result for result in await _at_once(state, probes, len(probes) + 1) if _has_failed(result)]
    if await _healthy(state):
        for result in found:
            _settle(state, _beside_others(result))
    elif await _back(state) is not None:
        for probe in probes:
            await _alone(state, probe)
    else:
        names = ", ".join(probe.id for probe in probes)
        state.killed_by += [probe.id for probe in probes]
        state.gone = f"Not run: one of {names} took the receiver down and it did not come back."
        for result in found:
            text = f"The receiver went down while this probe and others ran; one of {names} did it.{_beside(result)}"
            _settle(state, replace(result, finding=Finding(Outcome.FAIL, text, Severity.CRITICAL)))


def _beside_others(result: Result) -> Result:
    """Says that it was not tried alone."""
    found = result.finding
    return replace(result, finding=replace(found, sentence=f"{found.sentence} (Seen beside other connections.)"))


def _has_failed(result: Result) -> bool:
    return result.finding.outcome is Outcome.FAIL


# ---------------------------------------------------------------- one alone


async def _alone(state: _State, probe: Probe) -> None:
    if probe.after:
        before = state.results.get(probe.after)
        if before is not None and before.finding.outcome is not Outcome.PASS:
            text = f"Not tried, because {probe.after} did not pass already."
            _settle(state, Result(probe, Finding(Outcome.NOT_RUN, text)))
            return
    result = await _try(state, probe)
    if result is None:
        return
    if probe.risky and not await _healthy(state):
        result = await _after_the_fall(state, result)
    _settle(state, result)


async def _try(state: _State, probe: Probe) -> Result | None:
    """Runs a script and judges what it saw; None when there is no time or no receiver left, also when the time was up
    before the script was: what was not waited for is no fault."""
    loop = asyncio.get_running_loop()
    left = state.left
    if state.gone or left < 0.5:
        return None
    bench = Bench(state.receiver, run=state.run, number=NUMBERS[probe.id])
    began = loop.time()
    try:
        await asyncio.wait_for(_play(probe, bench), min(_LONGEST_PROBE_S, left))
    except TimeoutError:
        if left <= _LONGEST_PROBE_S:
            return None
        bench.facts["cut short"] = f"after {loop.time() - began:.0f} s"
    finally:
        observed = bench.observed()
        await bench.close()
    return Result(probe, judge(probe, observed), observed, loop.time() - began)


async def _play(probe: Probe, bench: Bench) -> None:
    await probe.script(bench)


def _settle(state: _State, result: Result) -> None:
    state.results[result.probe.id] = result
    state.told(result)


# ---------------------------------------------------------------- the receiver's health


async def _healthy(state: _State) -> bool:
    """Whether an ordinary message on a new connection is answered; asked twice before the answer is no."""
    for _ in range(2):
        state.health_checks += 1
        bench = Bench(state.receiver, run=f"{state.run}{state.health_checks:02d}", number=_HEALTH_NUMBER)
        try:
            line = await bench.open()
            await line.send(frame(bench.message(AFTER)))
            if await line.answered(1, max(1.5, state.receiver.patience)):
                return True
        finally:
            await bench.close()
    return False


async def _back(state: _State) -> float | None:
    """Waits for a receiver that went down; the seconds it was away, None when it stays away."""
    loop = asyncio.get_running_loop()
    gone = loop.time()
    while loop.time() - gone < state.comes_back and state.left > 0:
        await asyncio.sleep(0.25)
        bench = Bench(state.receiver, run=state.run, number=_HEALTH_NUMBER)
        try:
            is_open = (await bench.open()).is_open
        finally:
            await bench.close()
        if is_open and await _healthy(state):
            return loop.time() - gone
    return None


async def _after_the_fall(state: _State, result: Result) -> Result:
    """The receiver no longer works: says so, waits for it, and ends the suite when it stays away."""
    state.killed_by.append(result.probe.id)
    away = await _back(state)
    if away is None:
        state.gone = f"Not run: {result.probe.id} took the receiver down and it did not come back."
        text = f"This probe took the receiver down: no ordinary message is taken on a new connection.{_beside(result)}"
    else:
        text = (
            "This probe took the receiver down: it took no ordinary message on a new connection until "
            f"{away:.0f} s later.{_beside(result)}"
        )
    return replace(result, finding=Finding(Outcome.FAIL, text, Severity.CRITICAL))


def _beside(result: Result) -> str:
    """What else the probe found, when it is more than that the receiver is gone."""
    said = result.finding.sentence
    if not _has_failed(result) or said.startswith(("Afterwards", "The connection is wedged")):
        return ""
    return f" {said}"
