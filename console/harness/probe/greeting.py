"""The greeting: which ordinary message a receiver takes, what it answers, how fast, and what is peculiar about it.

Asked once, before any probe, so that the probes measure a receiver by its own ordinary answer and one fault is not
told eighty times.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from dataclasses import replace

from console.harness.probe.bench import BREATH_S, Bench, Receiver
from console.harness.probe.hearing import hear
from console.harness.probe.model import Quirk
from console.hl7v2.framing import frame

_LEAST_PATIENCE_S = 1.0
_LEAST_BREATH_S = 0.03
_SILENT_KINDS = 2
"""Ordinary messages that may go unanswered before the receiver counts as one that answers nothing."""
_NUMBER = 99
"""Probe numbers in control ids from here down belong to the greeting."""
_QUIRKS = {
    Quirk.REPEATS: "With each message on a connection it answers the earlier ones again.",
    Quirk.CLOSES: "It closes the connection after an answer.",
    Quirk.STUCK: "It answers no second message on a connection.",
    Quirk.UNFRAMED: "Its answers are not framed.",
}


async def greet(receiver: Receiver, run: str, kinds: Sequence[str]) -> tuple[Receiver | None, str, float]:
    """The receiver as it is to be probed, a sentence about it, and the median answer time in seconds; None when it
    cannot be probed at all."""
    answered: Receiver | None = None
    silent = 0
    bench = Bench(receiver, run=run, number=_NUMBER)
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
        patience = min(max(_LEAST_PATIENCE_S, 12 * latency), receiver.patience)
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
    bench = Bench(receiver, run=run, number=_NUMBER - 1)
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


async def takes_two(receiver: Receiver, run: str) -> bool:
    """Whether a second connection is served while another is open."""
    bench = Bench(receiver, run=run, number=_NUMBER - 3)
    try:
        await bench.open()
        line = await bench.open()
        await line.send(frame(bench.message("on the second connection")))
        return await line.answered(1, receiver.patience)
    finally:
        await bench.close()
