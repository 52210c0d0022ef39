"""Recovery probes: connections that break, stall or talk nonsense, and whether the next one works."""

from __future__ import annotations

import asyncio
import random

from console.harness.probe.bench import Bench
from console.harness.probe.judge import AFTER
from console.harness.probe.model import Expect, Fate, Finding, Group, Observed, Outcome, Probe, Severity
from console.harness.single.line import What
from console.hl7v2.framing import VT, frame

_TAKEN = Fate.TAKEN
_STILL = Expect(AFTER, _TAKEN, severity=Severity.CRITICAL)
_SLOW = 60
IDLE_S = 2.5


async def _reset_before_answer(bench: Bench) -> None:
    for number in range(5):
        line = await bench.open()
        await line.send(frame(bench.message(f"reset {number + 1}")))
        line.reset()
        await line.ended(1.0)
    await bench.elsewhere()


async def _reset_in_frame(bench: Bench) -> None:
    for number in range(5):
        line = await bench.open()
        whole = frame(bench.message(f"torn {number + 1}"))
        await line.send(whole[: len(whole) // 2])
        await asyncio.sleep(0.02)
        line.reset()
        await line.ended(1.0)
    await bench.elsewhere()


async def _fin_in_frame(bench: Bench) -> None:
    line = await bench.open()
    whole = frame(bench.message("torn"))
    await line.send(whole[: len(whole) * 2 // 3])
    line.half_close()
    await line.ended(min(bench.patience, 1.0))
    await bench.elsewhere()


async def _fin_after_frame(bench: Bench) -> None:
    line = await bench.open()
    await line.send(frame(bench.message("first")))
    line.half_close()
    await bench.heard(line, "first")
    await bench.elsewhere()


async def _idle_then_message(bench: Bench) -> None:
    line = await bench.open()
    await line.ended(IDLE_S)
    await line.send(frame(bench.message("first")))
    await bench.heard(line, "first")


async def _pause_in_frame(bench: Bench) -> None:
    line = await bench.open()
    whole = frame(bench.message("first"))
    await line.send(whole[:40])
    await line.ended(IDLE_S)
    await line.send(whole[40:])
    await bench.heard(line, "first")


async def _slow_senders(bench: Bench) -> None:
    slow = await bench.open_unseen(_SLOW)
    for line in slow:
        await line.send(VT + b"MSH|^~")
    await bench.several(20)
    bench.facts["unfinished frames still held"] = f"{sum(line.is_open for line in slow)} of {_SLOW}"
    await bench.close_unseen(slow)


async def _abandoned(bench: Bench) -> None:
    for _ in range(4):
        await bench.close_unseen(await bench.open_unseen(25))
    await bench.elsewhere()


async def _random_bytes(bench: Bench) -> None:
    line = await bench.open()
    bench.name("random bytes")
    await line.send(random.Random("probe/random bytes").randbytes(64 * 1024))
    await line.ended(0.4)
    await line.close()
    await bench.elsewhere()


async def _http(bench: Bench) -> None:
    line = await bench.open()
    bench.name("an HTTP request")
    await line.send(b"GET / HTTP/1.1\r\nHost: hospital\r\n\r\n")
    await line.ended(0.3)
    await line.close()
    await bench.elsewhere()


async def _two_lines(bench: Bench) -> None:
    """Messages on two connections at the same time: answers must come on the connection of their message."""
    left, right = await bench.open(), await bench.open()
    for number in range(4):
        left, right = await bench.reuse(left), await bench.reuse(right)
        await asyncio.gather(
            left.send(frame(bench.message(f"left {number + 1}"))),
            right.send(frame(bench.message(f"right {number + 1}"))),
        )
        await bench.heard(left, f"left {number + 1}")
        await bench.heard(right, f"right {number + 1}")


def _on_its_own_line(observed: Observed) -> Finding | None:
    for line in observed.lines:
        sent = b"".join(event.data for event in line.events if event.what is What.SENT)
        for name, control_id in observed.ids.items():
            mark = control_id.encode()
            if any(mark in answer.payload for answer in line.answers) and mark not in sent:
                return Finding(Outcome.FAIL, f'The answer to "{name}" came on another connection than its message.')
    return None


async def _closed_then_again(bench: Bench) -> None:
    """The sender gives up waiting, reconnects and sends the same bytes."""
    line = await bench.open()
    payload = bench.message("first try")
    await line.send(frame(payload))
    await line.close()
    again = await bench.open()
    bench.name("second try", bench.id_of("first try"))
    await again.send(frame(payload))
    await again.answered(1, bench.patience)
    await bench.breath(again)


def _second_try(observed: Observed) -> Finding | None:
    """The first connection is gone, so only what came on the second counts."""
    if observed.lines[-1].answers:
        return None
    return Finding(Outcome.FAIL, "The message was not answered when it was sent again on a new connection.")


PROBES = (
    Probe(
        "recovery.answers-stay-on-their-line",
        Group.RECOVERY,
        "Two connections in turn",
        Severity.CRITICAL,
        "An answer on the wrong connection confirms another sender's message.",
        "HL7 v2.5.1, 2.9.2; nextgenhealthcare/connect#1441",
        "Each answer comes on the connection of its message, in order.",
        "Keep the answer with its connection, never in a shared place.",
        _two_lines,
        tuple(Expect(f"{side} {n + 1}", _TAKEN) for side in ("left", "right") for n in range(4)),
        check=_on_its_own_line,
        ordered=False,
    ),
    Probe(
        "recovery.resend-on-new-connection",
        Group.RECOVERY,
        "The sender gives up, connects anew and sends the same bytes",
        Severity.MAJOR,
        "What every sender does after a time-out.",
        "HL7 v2.5.1, 2.9.2; nextgenhealthcare/connect#1314, #734",
        "The message is answered on the new connection.",
        "Repeat the answer to a message you have; never keep silent about it.",
        _closed_then_again,
        (),
        check=_second_try,
    ),
    Probe(
        "recovery.idle-then-message",
        Group.RECOVERY,
        f"A connection idle for {IDLE_S} s, then a message",
        Severity.MAJOR,
        "At night minutes pass between messages. A receiver that forgets idle connections without closing them loses "
        "the first message of the morning.",
        "HL7 v2.5.1, 2.9.2; hitgeek/simple-hl7#89",
        "The message is taken.",
        "Keep idle connections, or close them so that the sender sees it.",
        _idle_then_message,
        (Expect("first", _TAKEN),),
    ),
    Probe(
        "recovery.pause-in-frame",
        Group.RECOVERY,
        f"A frame that stops for {IDLE_S} s and goes on",
        Severity.MAJOR,
        "A lost packet on a slow line costs seconds. Reading with a short time-out tears the message.",
        "MLLP release 1; field survey (TCP faults)",
        "The message is taken, or the connection closed; it is never torn in two.",
        "Give a frame half a minute, and bytes that come the right to more.",
        _pause_in_frame,
        (Expect("first", _TAKEN, closing=True),),
    ),
    Probe(
        "recovery.slow-senders",
        Group.RECOVERY,
        f"{_SLOW} senders that begin a frame and stop",
        Severity.CRITICAL,
        "Broken gateways hang in the middle of a frame. They must not keep others waiting.",
        "field survey, probe 22",
        "Twenty messages on another connection are answered as always. Unfinished frames may be given up.",
        "One reader for each connection, or none that blocks; a time-out for unfinished frames.",
        _slow_senders,
        tuple(Expect(f"no. {n + 1}", _TAKEN) for n in range(20)),
        heavy=True,
        risky=True,
    ),
    Probe(
        "recovery.reset-before-answer",
        Group.RECOVERY,
        "Five messages, the connection reset before the answer",
        Severity.CRITICAL,
        "The sender crashed. Writing to its dead connection throws; one receiver ends its process over it.",
        "field survey, probe 21",
        "A message on a new connection is taken.",
        "Handle errors of a connection in that connection.",
        _reset_before_answer,
        (_STILL,),
        risky=True,
    ),
    Probe(
        "recovery.reset-in-frame",
        Group.RECOVERY,
        "Five connections reset in the middle of a frame",
        Severity.CRITICAL,
        "A cable is pulled while a message is on its way.",
        "field survey (TCP faults)",
        "A message on a new connection is taken.",
        "Handle errors of a connection in that connection; forget its half frame.",
        _reset_in_frame,
        (_STILL,),
        risky=True,
    ),
    Probe(
        "recovery.fin-in-frame",
        Group.RECOVERY,
        "The sender closes in the middle of a frame",
        Severity.CRITICAL,
        "AA for a message that never ended files half of it.",
        "MLLP release 1, block format; field survey (frame faults)",
        "The torn message is not taken: AE, AR or nothing. A message on a new connection is taken.",
        "Process what ended with FS CR, nothing else.",
        _fin_in_frame,
        (Expect("torn", Fate.NEVER_TAKEN), _STILL),
        tls=False,
        risky=True,
    ),
    Probe(
        "recovery.half-close",
        Group.RECOVERY,
        "The sender sends FIN after its frame and waits for the answer",
        Severity.MINOR,
        "Command line senders close their writing side. Without the answer they report a failure and send again.",
        "RFC 9293, 3.6 (half-closed connections)",
        "The message is answered, then the connection closed. A receiver that closes without an answer: minor.",
        "Answer what was received before closing.",
        _fin_after_frame,
        (Expect("first", _TAKEN), _STILL),
        tls=False,
        risky=True,
    ),
    Probe(
        "recovery.abandoned-connections",
        Group.RECOVERY,
        "One hundred connections that say nothing and go",
        Severity.CRITICAL,
        "Load balancers and monitoring do that every few seconds, all day.",
        "field survey (TCP faults)",
        "A message on a new connection is taken.",
        "Treat a connection without a message as nothing at all.",
        _abandoned,
        (_STILL,),
        risky=True,
    ),
    Probe(
        "recovery.random-bytes",
        Group.RECOVERY,
        "64 KB of random bytes",
        Severity.CRITICAL,
        "A port scanner or a sender of another protocol. VT, FS and CR occur in them by chance.",
        "field survey (frame faults)",
        "Anything on that connection except a positive answer; a message on a new connection is taken.",
        "Handle errors of a connection in that connection.",
        _random_bytes,
        (Expect("random bytes", Fate.NEVER_TAKEN), _STILL),
        any_bytes=True,
        risky=True,
    ),
    Probe(
        "recovery.http-request",
        Group.RECOVERY,
        "An HTTP request without framing",
        Severity.CRITICAL,
        "A health check that was pointed at the wrong port.",
        "field survey, probes 11 and 12",
        "Skipped, refused or closed; a message on a new connection is taken.",
        "Skip bytes outside frames.",
        _http,
        (Expect("an HTTP request", Fate.NEVER_TAKEN), _STILL),
        any_bytes=True,
        risky=True,
    ),
)
