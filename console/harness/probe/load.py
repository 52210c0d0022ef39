"""Load probes: many connections, pipelined frames, answer times. Not a benchmark: only what no receiver may fail at."""

from __future__ import annotations

import asyncio
import statistics

from console.harness.probe.bench import Bench
from console.harness.probe.judge import AFTER
from console.harness.probe.model import Expect, Fate, Finding, Group, Observed, Outcome, Probe, Severity
from console.hl7v2.framing import frame

_TAKEN = Fate.TAKEN
_STILL = Expect(AFTER, _TAKEN, severity=Severity.CRITICAL)
CONNECTIONS = 64
LIMIT = 256
PIPELINED = 100
UNREAD = 300
PATIENCE_S = 5.0
"""How long connections that come at once may wait: with a full backlog TCP tries again after one and three seconds."""
SLOW_S = 2.0
"""An answer that takes longer than this is too slow for a sender that waits for each one."""


async def _at_once(bench: Bench) -> None:
    lines = await bench.open_unseen(CONNECTIONS)
    open_lines = [line for line in lines if line.is_open]
    names: list[str] = []
    for number, line in enumerate(open_lines):
        names.append(f"on connection {number + 1}")
        await line.send(frame(bench.message(names[-1])))
    await asyncio.gather(*(line.answered(1, max(PATIENCE_S, bench.patience)) for line in open_lines))
    bench.facts["connections taken"] = f"{len(open_lines)} of {CONNECTIONS}"
    for line in open_lines:
        bench.show(line)
    await bench.close_unseen(lines)
    await bench.elsewhere()


def _all_served(observed: Observed) -> Finding | None:
    silent = [line for line in observed.lines if not line.answers]
    if not silent:
        return None
    closed = sum(line.closed_by_peer for line in silent)
    if closed == len(silent):
        return Finding(
            Outcome.PASS,
            f"{len(observed.lines) - len(silent)} connections were served; {closed} were closed at once: a limit.",
        )
    return Finding(
        Outcome.FAIL,
        f"{len(silent) - closed} of {CONNECTIONS} connections were accepted and their message not answered within "
        f"{max(PATIENCE_S, observed.patience):.2g} s.",
    )


async def _limit(bench: Bench) -> None:
    first = await bench.open()
    lines = await bench.open_unseen(LIMIT)
    await asyncio.sleep(0.1)
    taken = sum(line.is_open for line in lines)
    bench.facts["connections held"] = f"{taken} of {LIMIT}"
    await first.send(frame(bench.message("on the first")))
    await bench.heard(first, "on the first")
    await bench.close_unseen(lines)
    await asyncio.sleep(0.1)
    await bench.elsewhere()


async def _pipelined(bench: Bench) -> None:
    line = await bench.open()
    names = [f"no. {n + 1}" for n in range(PIPELINED)]
    await line.send(b"".join(frame(bench.message(name)) for name in names))
    await bench.answered(line, PIPELINED, bench.patience * 2)


async def _latency(bench: Bench) -> None:
    took = await bench.several(20)
    if took:
        bench.facts["median"] = f"{statistics.median(took) * 1000:.1f} ms"
        bench.facts["longest"] = f"{max(took) * 1000:.1f} ms"


def _fast_enough(observed: Observed) -> Finding | None:
    median = float(observed.facts.get("median", "0 ms").split()[0]) / 1000
    if median <= SLOW_S:
        return None
    return Finding(
        Outcome.FAIL, f"The median answer took {median:.1f} s; a sender that waits sends {1 / median:.1f} a second."
    )


async def _unread(bench: Bench) -> None:
    greedy = (await bench.open_unseen(1))[0]
    greedy.stop_reading()
    for number in range(UNREAD):
        if not greedy.is_open or not await greedy.send(frame(bench.message(f"unread {number}")), patience=0.3):
            break
    await bench.elsewhere()
    await bench.close_unseen([greedy])


PROBES = (
    Probe(
        "load.connections-at-once",
        Group.LOAD,
        f"{CONNECTIONS} connections at once, one message each",
        Severity.MAJOR,
        "After a network failure all senders come back in the same second.",
        "field survey (64 connections)",
        "Every message is answered. Connections over a limit are refused or closed at once, never accepted and left "
        "without an answer; afterwards new ones work.",
        "Accept and serve, or close; raise the backlog of the listening socket.",
        _at_once,
        (_STILL,),
        check=_all_served,
        heavy=True,
        risky=True,
    ),
    Probe(
        "load.connection-limit",
        Group.LOAD,
        f"{LIMIT} idle connections",
        Severity.MAJOR,
        "Monitoring and half-dead gateways leave connections open; the one that works must go on working.",
        "field survey (connection limit)",
        "The first connection's message is taken, whatever the limit; when the others have gone, a new one works.",
        "Limit connections per address and free them when they close.",
        _limit,
        (Expect("on the first", _TAKEN), _STILL),
        heavy=True,
        risky=True,
    ),
    Probe(
        "load.pipelined",
        Group.LOAD,
        f"{PIPELINED} frames without waiting",
        Severity.CRITICAL,
        "A sender that catches up after an outage may not wait for each answer. Strict MLLP waits; TCP does not, and "
        "what was received must be answered.",
        "Apache Camel CAMEL-24668; field survey (pipelined)",
        "One hundred answers in the order of the messages.",
        "Read from the buffer until it is empty, in order.",
        _pipelined,
        tuple(Expect(f"no. {n + 1}", _TAKEN) for n in range(PIPELINED)),
        heavy=True,
    ),
    Probe(
        "load.latency",
        Group.LOAD,
        "How long an answer takes",
        Severity.MAJOR,
        "A sender that waits for each answer sends no faster than the answers come.",
        "HL7 v2.5.1, 2.9.2; field survey (answer times)",
        f"Half of twenty answers within {SLOW_S:.0f} s.",
        "Answer when the message is safe; process afterwards.",
        _latency,
        tuple(Expect(f"no. {n + 1}", _TAKEN) for n in range(20)),
        check=_fast_enough,
        heavy=True,
    ),
    Probe(
        "load.unread-answers",
        Group.LOAD,
        "A sender that never reads its answers",
        Severity.CRITICAL,
        "Its receive window fills up. A receiver that blocks on writing to it serves nobody else.",
        "field survey (stop reading ACKs)",
        "A message on another connection is answered as always.",
        "Write without blocking, or with a time-out; one connection must not hold the others.",
        _unread,
        (_STILL,),
        heavy=True,
        risky=True,
    ),
)
