"""What a scenario may not be although each of its values is allowed: contradictions, and plans that cannot happen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from console.harness.load.schedule import peak_rate, planned_total, total_duration
from console.harness.scenario.afterwards_checks import afterwards_findings
from console.harness.scenario.content_checks import content_findings
from console.harness.scenario.model import (
    HARNESS_FACILITY,
    Band,
    Content,
    Fault,
    FaultKind,
    Ingredient,
    Model,
    Scenario,
    Spread,
    Stage,
    StageKind,
    Tls,
)
from console.harness.scenario.places import KeyPath
from console.harness.scenario.problems import Finding, under
from console.harness.scenario.units import written_duration

MOST_BURSTS = 100_000

THIS_MACHINE = ("127.0.0.1", "::1", "localhost")

TLS_FAULTS = frozenset({FaultKind.TLS_PLAIN, FaultKind.TLS_STALL, FaultKind.TLS_BAD_CERTIFICATE})


def findings(scenario: Scenario) -> Iterator[Finding]:
    """Everything that is impossible or contradictory in a scenario. Values that are wrong in themselves may be in it as
    their defaults: what they say of the plan is not asked then."""
    for number, stage in enumerate(scenario.load.stages):
        yield from under(("load", "stages", number), stage_findings(stage))
    if not all(map(_can_be_planned, scenario.load.stages)):
        scenario = replace(scenario, load=replace(scenario.load, stages=()))
    yield from _load(scenario)
    yield from under(("load", "think_time"), spread_findings(scenario.load.think_time))
    yield from _connections(scenario)
    yield from _targets(scenario)
    yield from content_findings(scenario.content)
    yield from _faults(scenario)
    yield from _bands(scenario)
    yield from afterwards_findings(scenario)
    yield from _receiver(scenario)


def _can_be_planned(stage: Stage) -> bool:
    match stage.kind:
        case StageKind.CURVE:
            return bool(stage.points)
        case StageKind.BURST:
            return stage.size > 0 and stage.every > 0 and stage.duration / stage.every <= MOST_BURSTS
        case _:
            return True


def _load(scenario: Scenario) -> Iterator[Finding]:
    load, limits = scenario.load, scenario.limits
    whole = total_duration(load)
    if load.model is Model.OPEN and load.stages:
        if peak_rate(load) <= 0:
            yield Finding(("load", "stages"), "every rate is 0: nothing would be sent")
        total, peak = planned_total(load), peak_rate(load)
        if total > limits.max_messages:
            text = f"{total:,} messages are planned, and limits.max_messages is {limits.max_messages:,}"
            yield Finding(("load", "stages"), text, (("limits", "max_messages"), ("load",)))
        if peak > limits.max_rate:
            text = f"up to {peak:,.0f} messages a second are planned, and limits.max_rate is {limits.max_rate:,.0f}"
            yield Finding(("load", "stages"), text, (("limits", "max_rate"),))
    if load.model is not Model.OPEN and not (load.duration or load.messages or _ends(scenario.content)):
        text = f"a {load.model} run needs an end: a duration, messages, or files and streams with a repeat"
        yield Finding(("load",), text, (("content", "mix"),))
    if whole > limits.max_duration:
        text = f"takes {written_duration(whole)}, and limits.max_duration is {written_duration(limits.max_duration)}"
        yield Finding(("load",), text, (("limits", "max_duration"),))
    if load.messages > limits.max_messages:
        text = f"is more than limits.max_messages, {limits.max_messages:,}"
        yield Finding(("load", "messages"), text, (("limits", "max_messages"),))
    if whole and load.warm_up >= whole:
        text = f"takes the whole run of {written_duration(whole)}: nothing would be measured"
        yield Finding(("load", "warm_up"), text, (("load", "stages"), ("load", "duration")))
    if load.processes > scenario.connections.count:
        text = f"is more than connections.count, {scenario.connections.count}: some would have nothing to send on"
        yield Finding(("load", "processes"), text, (("connections", "count"),))


def _ends(content: Content) -> bool:
    return bool(content.mix) and all(part.repeat and part.kind in ("files", "stream") for part in content.mix)


def stage_findings(stage: Stage) -> Iterator[Finding]:
    match stage.kind:
        case StageKind.CONSTANT | StageKind.MORNING_RUSH if stage.rate <= 0:
            yield Finding(("rate",), "must be more than 0; a stage without messages is kind “pause”")
        case StageKind.RAMP if stage.rate == stage.to:
            text = "is the rate the ramp begins with: nothing rises or falls; use kind “constant” or “pause”"
            yield Finding(("to",), text, (("rate",),))
        case StageKind.BURST if stage.every > 0 and stage.duration / stage.every > MOST_BURSTS:
            text = f"makes more than {MOST_BURSTS:,} bursts; use kind “constant” for a steady rate"
            yield Finding(("every",), text, (("duration",),))
        case StageKind.CURVE if stage.points:
            yield from _curve(stage)
        case _:
            pass


def _curve(stage: Stage) -> Iterator[Finding]:
    times = [second for second, _ in stage.points]
    for number, second in enumerate(times):
        here: KeyPath = ("points", number)
        if number and second < times[number - 1]:
            yield Finding(here, f"goes back in time, from second {times[number - 1]:g} to {second:g}")
        elif second > stage.duration:
            text = f"second {second:g} is behind the end of the stage, which takes {written_duration(stage.duration)}"
            yield Finding(here, text, (("duration",),))
    if not any(rate for _, rate in stage.points):
        yield Finding(("points",), "every rate is 0; a stage without messages is kind “pause”")


def spread_findings(spread: Spread) -> Iterator[Finding]:
    if spread.law == "uniform" and spread.b < spread.a:
        yield Finding(("b",), "is less than a", (("a",),))
    if spread.law == "lognormal" and not 0 < spread.a < spread.b:
        yield Finding(("b",), "must be more than a, and a more than 0", (("a",),))
    if spread.law == "exponential" and spread.a <= 0:
        yield Finding(("a",), "must be more than 0")


def window_findings(window: Fault | Band) -> Iterator[Finding]:
    if window.end <= window.start:
        yield Finding(("end",), "is not after start", (("start",),))


def tls_findings(tls: Tls) -> Iterator[Finding]:
    if (tls.certificate is None) != (tls.key is None):
        missing, there = ("key", "certificate") if tls.key is None else ("certificate", "key")
        yield Finding((), f"has a {there} and no {missing}; a client certificate needs both")
    if tls.ca is not None and not tls.verify:
        yield Finding(("verify",), "is false, so ca would never be looked at", (("ca",),))


def _connections(scenario: Scenario) -> Iterator[Finding]:
    connections = scenario.connections
    if connections.per_message and connections.outstanding > 1:
        text = "is for kept connections; with per_message each carries one message"
        yield Finding(("connections", "outstanding"), text, (("connections", "per_message"),))
    if connections.backoff[0] > connections.backoff[1]:
        yield Finding(("connections", "backoff"), "the first pause is longer than the longest")
    if connections.count < len(scenario.targets):
        text = f"is less than the number of targets, {len(scenario.targets)}"
        yield Finding(("connections", "count"), text, (("targets",),))
    modes, plain = scenario.acknowledgment, type(scenario.acknowledgment)()
    if not modes.enhanced and (modes.accept, modes.application) != (plain.accept, plain.application):
        text = "accept and application mean something in enhanced mode only; set enhanced = true"
        yield Finding(("acknowledgment",), text)


def _targets(scenario: Scenario) -> Iterator[Finding]:
    claimed: dict[str, int] = {}
    for number, target in enumerate(scenario.targets):
        path: KeyPath = ("targets", number)
        for kind in target.kinds or ("",):
            if kind in claimed:
                what = f"messages of kind {kind} go" if kind else "everything that no other target claims goes"
                yield Finding((*path, "kinds"), f"{what} to target {claimed[kind] + 1} already", (("targets",),))
            claimed.setdefault(kind, number)
        if target.tls is not None:
            yield from under((*path, "tls"), tls_findings(target.tls))


def _faults(scenario: Scenario) -> Iterator[Finding]:
    whole = total_duration(scenario.load)
    total = planned_total(scenario.load) or scenario.load.messages
    encrypted = any(target.tls is not None for target in scenario.targets)
    for number, fault in enumerate(scenario.faults):
        path: KeyPath = ("faults", number)
        run = (("load",), (*path, "at"), (*path, "start"))
        yield from under(path, window_findings(fault))
        last = max(fault.at, fault.start)
        if whole and last >= whole:
            key = "at" if fault.at >= fault.start else "start"
            yield Finding((*path, key), f"is behind the end of the run, {written_duration(whole)}", run)
        if fault.nth and total and min(fault.nth) > total:
            yield Finding((*path, "nth"), f"is behind the last message, number {total:,}", (("load",),))
        if fault.kind in TLS_FAULTS and not encrypted:
            yield Finding((*path, "kind"), "needs a target with TLS: add [targets.tls]", (("targets",),))
    yield from _probabilities(scenario.faults)


def _probabilities(faults: tuple[Fault, ...]) -> Iterator[Finding]:
    """A message meets one fault at most, so the probabilities of one moment and kind add up."""
    for number, last in enumerate(faults):
        for kind in last.kinds or ("",):
            together = [
                fault.probability
                for fault in faults[: number + 1]
                if fault.start <= last.start < fault.end and _meets(fault, kind)
            ]
            if last.probability and math.fsum(together) > 1 + 1e-9:
                text = f"the probabilities of faults that can meet the same message add up to {math.fsum(together):.4g}"
                yield Finding(("faults", number, "probability"), f"{text}; 1 is the most", (("faults",),))
                break


def _meets(fault: Fault, kind: str) -> bool:
    """Whether the fault is meant for messages of a kind; `` stands for those that no `kinds` names."""
    return not fault.kinds or any(kind == own or kind.startswith(f"{own}^") for own in fault.kinds)


def _bands(scenario: Scenario) -> Iterator[Finding]:
    whole = total_duration(scenario.load)
    for number, band in enumerate(scenario.bands):
        path: KeyPath = ("bands", number)
        yield from under(path, window_findings(band))
        if whole and band.start >= whole:
            text = f"is behind the end of the run, {written_duration(whole)}"
            yield Finding((*path, "start"), text, (("load",),))


def _receiver(scenario: Scenario) -> Iterator[Finding]:
    receiver = scenario.receiver
    if receiver is not None and receiver.role == "target" and receiver.host not in THIS_MACHINE:
        text = f"the run sends to it from this machine: use 127.0.0.1, not {receiver.host}"
        yield Finding(("receiver", "host"), text, (("receiver", "role"),))


def warnings(scenario: Scenario) -> Iterator[str]:
    """Sentences about what is allowed and should be known."""
    content = scenario.content
    if content.allow_production:
        marked = "are marked as real" if content.processing_id == "P" else "may be marked as real"
        yield f"Messages {marked} (MSH-11 = P): be sure that the receiver is no production system."
    if content.facility != HARNESS_FACILITY:
        yield (
            f"MSH-4 is {content.facility}, not {HARNESS_FACILITY}: consoles cannot tell this traffic from the real, "
            "and their alarms will ring."
        )
    for part in content.mix:
        if not part.renew and part.repeat != 1:
            yield f"{_named(part)} is sent again and again unchanged (renew = false): receivers see duplicates."
    mode = scenario.acknowledgment
    if mode.enhanced and mode.application == "NE" and mode.accept == "NE":
        yield "No acknowledgment is asked for (MSH-15 and MSH-16 = NE): nothing can be measured but what was sent."
    receiver = scenario.receiver
    if receiver is not None and receiver.host not in THIS_MACHINE:
        yield f"The receiver listens on {receiver.host}: other machines can send to it while the run lasts."
    for target in scenario.targets:
        if target.tls is not None and not target.tls.verify:
            yield f"The certificate of {target.address} is not checked (tls.verify = false)."


def _named(part: Ingredient) -> str:
    return str(part.path.name) if part.path else f"The {part.kind}"
