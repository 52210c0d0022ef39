"""Runs the suite against one receiver within a minute and says which probe took it down, should one do so.

First an ordinary message: what kind the receiver takes, what it answers, how fast. Then the harmless probes, several at
once; what failed beside others is tried again alone, so that nobody is accused of what only a crowd does to it. Then
the heavy and the risky ones, one by one, each risky one followed by an ordinary message on a new connection.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from console.core.clock import iso
from console.harness.probe.bench import BODIES, BREATH_S, Bench, Receiver
from console.harness.probe.catalogue import NUMBERS
from console.harness.probe.hearing import hear
from console.harness.probe.judge import AFTER, judge
from console.harness.probe.model import Finding, Outcome, Probe, ProbeReport, Quirk, Result, Severity
from console.hl7v2.framing import frame

BUDGET_S = 56.0
"""The whole suite's time; what has not begun by then is not run."""
LANES = 8
_LEAST_PATIENCE_S = 1.0
_LONGEST_PROBE_S = 22.0
COMES_BACK_S = 8.0
"""How long to wait for a receiver that a probe took down."""
_LEAST_BREATH_S = 0.03
_SILENT_KINDS = 2
"""Ordinary messages that may go unanswered before the receiver counts as one that answers nothing."""
_GREETING_NUMBER, _HEALTH_NUMBER = 99, 97
_QUIRKS = {
    Quirk.REPEATS: "With each message on a connection it answers the earlier ones again.",
    Quirk.CLOSES: "It closes the connection after an answer.",
    Quirk.STUCK: "It answers no second message on a connection.",
    Quirk.UNFRAMED: "Its answers are not framed.",
}

Told = Callable[[Result], None]


@dataclass(slots=True)
class _State:
    """What the runner knows while it runs."""

    receiver: Receiver
    run: str
    deadline: float
    comes_back: float
    told: Told
    results: dict[str, Result]
    killed_by: list[str]
    gone: str = ""
    """Why nothing more can be run."""
    health_checks: int = 0


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
    greeted, greeting, latency = await _greet(receiver, run, kinds or tuple(BODIES))
    state = _State(greeted or receiver, run, began + budget, comes_back, told, {}, [])
    if greeted is None:
        state.gone = greeting
    else:
        lanes = LANES if await _takes_two(state) else 1
        await _crowd(state, [p for p in probes if not p.risky and not p.heavy], lanes)
        for probe in sorted((p for p in probes if p.risky or p.heavy), key=_danger):
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


def _danger(probe: Probe) -> tuple[bool, bool]:
    """Heavy ones first, then risky ones, those that need much memory last."""
    return (not probe.heavy or probe.risky, probe.id.startswith("size."))


# ---------------------------------------------------------------- the ordinary message


async def _greet(receiver: Receiver, run: str, kinds: Sequence[str]) -> tuple[Receiver | None, str, float]:
    """The receiver as it is to be probed, a sentence about it, and the median answer time in seconds; None when it
    cannot be probed at all."""
    answered: Receiver | None = None
    silent = 0
    bench = Bench(receiver, run=run, number=_GREETING_NUMBER)
    try:
        for kind in kinds:
            name = kind.partition("^")[0] + " " + str(len(bench.observed().ids) + 1)
            line = await bench.open()
            if line.record().refused:
                why = next((event.text for event in line.record().events if event.text), "")
                return None, f"Nobody can be reached at {receiver.address}: {why}.", 0.0
            await line.send(frame(bench.message(name, kind=kind)))
            await line.answered(1, receiver.patience * 2)
            heard = hear(bench.observed(), answers_each=2)
            codes = heard.codes(name)
            await line.close()
            if not codes:
                if heard.said:
                    return None, "An ordinary message was answered with another MSA-2 than its MSH-10.", 0.0
                silent += 1
                if silent >= _SILENT_KINDS:
                    break
                continue
            unframed = any(answer.fault for _, answer in heard.noise)
            quirks = frozenset({Quirk.UNFRAMED}) if unframed else frozenset()
            found = replace(receiver, kind=kind, ordinary=codes[0], quirks=quirks)
            answered = answered or found
            if codes[0] in ("AA", "CA"):
                answered = found
                break
        if answered is None:
            return None, "It accepts connections, but an ordinary message gets no acknowledgment.", 0.0
        latency = await _latency(bench, answered)
        patience = min(max(_LEAST_PATIENCE_S, 30 * latency), receiver.patience)
        breath = min(max(_LEAST_BREATH_S, 5 * latency), BREATH_S)
        quirks = answered.quirks | await _second_message(replace(answered, patience=patience), run)
        kind = answered.kind.rpartition("^")[0]
        said = f"An ordinary {kind} is answered {answered.ordinary} after {latency * 1000:.1f} ms."
        said += "".join(f" {_QUIRKS[quirk]}" for quirk in Quirk if quirk in quirks)
        return replace(answered, patience=patience, breath=breath, quirks=quirks), said, latency
    finally:
        await bench.close()


async def _latency(bench: Bench, receiver: Receiver) -> float:
    """The median time of five answers, each on a connection of its own."""
    clock = asyncio.get_running_loop().time
    took: list[float] = []
    for number in range(5):
        line = await bench.open()
        sent = clock()
        await line.send(frame(bench.message(f"ordinary {number + 1}", kind=receiver.kind)))
        if await line.answered(1, receiver.patience):
            took.append(clock() - sent)
        await line.close()
    return statistics.median(took) if took else receiver.patience


async def _second_message(receiver: Receiver, run: str) -> frozenset[Quirk]:
    """What becomes of a second message on a connection: asked once here, so that not every probe stumbles over it."""
    bench = Bench(receiver, run=run, number=_GREETING_NUMBER - 1)
    try:
        line = await bench.open()
        await line.send(frame(bench.message("one")))
        await bench.answered(line, 1)
        if not line.is_open:
            return frozenset({Quirk.CLOSES})
        came = await line.send(frame(bench.message("two"))) and await bench.heard(line, "two")
        if line.record().closed_by_peer:
            return frozenset({Quirk.CLOSES})
        if len(line.answers) > 2:
            return frozenset({Quirk.REPEATS})
        return frozenset() if came else frozenset({Quirk.STUCK})
    finally:
        await bench.close()


async def _takes_two(state: _State) -> bool:
    """Whether a second connection is served while another is open."""
    bench = Bench(state.receiver, run=state.run, number=_GREETING_NUMBER - 3)
    try:
        await bench.open()
        line = await bench.open()
        await line.send(frame(bench.message("on the second connection")))
        return await line.answered(1, state.receiver.patience)
    finally:
        await bench.close()


# ---------------------------------------------------------------- running


async def _crowd(state: _State, probes: Sequence[Probe], lanes: int) -> None:
    """The harmless probes, `lanes` at once; failures are confirmed alone."""
    places = asyncio.Semaphore(lanes)
    failed: list[Result] = []

    async def one(probe: Probe) -> None:
        async with places:
            if (result := await _try(state, probe)) is None:
                return
        if result.finding.outcome is Outcome.FAIL and lanes > 1:
            failed.append(result)
        else:
            _settle(state, result)

    await asyncio.gather(*(one(probe) for probe in probes))
    for first in sorted(failed, key=lambda result: NUMBERS[result.probe.id]):
        again = await _try(state, first.probe)
        if again is None:
            _settle(state, first)
        elif again.finding.outcome is Outcome.FAIL:
            _settle(state, again)
        else:
            text = f"Failed beside other connections and passed alone. Beside others: {first.finding.sentence}"
            _settle(state, replace(first, finding=Finding(Outcome.UNCLEAR, text)))


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
    """Runs a script and judges what it saw; None when there is no time or no receiver left."""
    loop = asyncio.get_running_loop()
    left = state.deadline - loop.time()
    if state.gone or left < 0.5:
        return None
    bench = Bench(state.receiver, run=state.run, number=NUMBERS[probe.id])
    began = loop.time()
    try:
        await asyncio.wait_for(_play(probe, bench), min(_LONGEST_PROBE_S, left))
    except TimeoutError:
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
        number = _HEALTH_NUMBER
        bench = Bench(state.receiver, run=f"{state.run}{state.health_checks:02d}", number=number)
        try:
            line = await bench.open()
            await line.send(frame(bench.message(AFTER)))
            if await line.answered(1, max(1.5, state.receiver.patience)):
                return True
        finally:
            await bench.close()
    return False


async def _after_the_fall(state: _State, result: Result) -> Result:
    """The receiver no longer works: says so, waits for it, and ends the suite when it stays away."""
    loop = asyncio.get_running_loop()
    state.killed_by.append(result.probe.id)
    gone = loop.time()
    while loop.time() - gone < state.comes_back and loop.time() < state.deadline:
        await asyncio.sleep(0.25)
        if await _connects(state) and await _healthy(state):
            text = (
                "This probe took the receiver down: it took no ordinary message on a new connection until "
                f"{loop.time() - gone:.0f} s later.{_beside(result)}"
            )
            return replace(result, finding=Finding(Outcome.FAIL, text, Severity.CRITICAL))
    state.gone = f"Not run: {result.probe.id} took the receiver down and it did not come back."
    text = f"This probe took the receiver down: no ordinary message is taken on a new connection.{_beside(result)}"
    return replace(result, finding=Finding(Outcome.FAIL, text, Severity.CRITICAL))


def _beside(result: Result) -> str:
    """What else the probe found, when it is more than that the receiver is gone."""
    said = result.finding.sentence
    if result.finding.outcome is not Outcome.FAIL or said.startswith(("Afterwards", "The connection is wedged")):
        return ""
    return f" {said}"


async def _connects(state: _State) -> bool:
    bench = Bench(state.receiver, run=state.run, number=_HEALTH_NUMBER)
    try:
        return (await bench.open()).is_open
    finally:
        await bench.close()
