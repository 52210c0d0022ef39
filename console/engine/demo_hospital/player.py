"""Sends the demo hospital's messages to an MLLP listener: the past at once, then by the wall clock."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from console.connections.mllp_client import MllpClient
from console.core.errors import EnvironmentFault
from console.engine.demo_hospital.messages import encode
from console.engine.demo_hospital.pathways import Send
from console.hl7v2.acknowledgment import parse_ack

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
_TRIES_WHEN_STORE_IS_CLOSED = 20


@dataclass(slots=True)
class Played:
    """What came of it. `answers` counts acknowledgment codes; `refused` holds control ids answered AR."""

    sent: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    reconnects: int = 0


Report = Callable[[str], None]
Sleep = Callable[[float], Awaitable[None]]


async def play(
    sends: Iterable[Send],
    client: MllpClient,
    *,
    run: str,
    clock: Callable[[], datetime],
    speed: float = 1.0,
    until: datetime | None = None,
    report: Report = lambda line: None,
    sleep: Sleep = asyncio.sleep,
    played: Played | None = None,
) -> Played:
    """Sends each message when its time has come, one outstanding at a time, in order.

    What lies before `clock()` goes out at once: the history. After it, hospital time runs `speed` times as fast as
    the clock. A lost connection is tried again for ever, with the same bytes; AE (store closed) is tried again for
    some minutes; AR is final and reported. Ends at `until` (hospital time), or when cancelled.
    """
    result = played if played is not None else Played()
    begun = clock()
    past = True
    for send in sends:
        if until is not None and send.at > until:
            break
        if past and send.at > begun:
            past = False
            report(f"history sent: {result.sent} messages; now live")
        wait = (send.at - begun).total_seconds() / speed - (clock() - begun).total_seconds()
        if wait > 0:
            await sleep(wait)
        payload = encode(send.build(f"{send.sender}{run}{result.sent:06d}"))
        for _ in range(send.times):
            await _deliver(client, payload, result, report, sleep)
    await client.close()
    return result


async def _deliver(client: MllpClient, payload: bytes, result: Played, report: Report, sleep: Sleep) -> None:
    pause, closed = _FIRST_PAUSE, 0
    while True:
        try:
            answer = parse_ack(await client.send(payload))
        except EnvironmentFault as fault:
            result.reconnects += 1
            report(f"{fault.text} Trying again in {pause:g} s.")
        else:
            result.answers[answer.code] += 1
            if answer.code in ("AA", "CA"):
                result.sent += 1
                return
            if answer.code in ("AR", "CR") or closed >= _TRIES_WHEN_STORE_IS_CLOSED:
                result.sent += 1
                result.refused.append(answer.control_id)
                report(f"refused ({answer.code}): {answer.text}")
                return
            closed += 1
            report(f"the engine cannot take messages now ({answer.code}): {answer.text}")
        await sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
