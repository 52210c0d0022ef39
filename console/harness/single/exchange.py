"""One message over one connection and everything that came of it: the wire, byte by byte, with times.

`Conversation` keeps its connection from message to message, as a sender does; after a time-out it gives the connection
up, so that a late answer can never be taken for that of the next message. Nothing is judged here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

from console.core.clock import Clock
from console.core.errors import InvalidMessage
from console.harness.scenario.model import Target
from console.harness.single.line import Answer, Line, LineRecord, What, WireEvent, client_tls
from console.hl7v2.acknowledgment import parse_ack, wanted
from console.hl7v2.framing import frame
from console.hl7v2.peek import Header, peek

LINGER_S = 0.15
"""How long to stay on the line after the answer, for what nobody asked for."""
_AFTER_A_WRONG_ANSWER_S = 1.0
_Done = Callable[[Line], bool]
_CONNECT_S = 10.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was sent and what came back.

    `record` holds the events of this message alone. `sent_at`: seconds on the line's clock when the last byte was
    handed over, None when none was; `patience`: seconds an answer was waited for. `attempt` counts from 1. `reused`:
    the connection had carried other messages before.
    """

    payload: bytes
    control_id: str
    accept: str
    """MSH-15 as sent, upper case."""
    application: str
    """MSH-16 as sent, upper case."""
    target: str
    began: datetime
    record: LineRecord
    sent_at: float | None
    patience: float
    attempt: int = 1
    reused: bool = False
    timed_out: bool = False

    @property
    def answers(self) -> tuple[Answer, ...]:
        return self.record.answers

    @property
    def took(self) -> float | None:
        """Seconds from the last byte sent to the first answer; None without one."""
        if self.sent_at is None or not self.answers:
            return None
        return max(0.0, self.answers[0].at - self.sent_at)

    @property
    def enhanced(self) -> bool:
        """The message asks for enhanced mode (HL7 v2.5.1, 2.9: MSH-15 or MSH-16 is filled)."""
        return bool(self.accept or self.application)

    @property
    def expects_answer(self) -> bool:
        """Whether silence is wrong: in original mode always, in enhanced mode where MSH-15 or MSH-16 want success."""
        return not self.enhanced or wanted(self.accept, "CA") or wanted(self.application, "AA")


class Conversation:
    """A line to one receiver. Use within one asyncio loop; not thread-safe. Never raises for what the receiver does.

    `patience`: seconds to wait for an answer; `grace`: seconds to go on listening after that, so that a late answer is
    seen (and called late); `linger`: how long to stay after the answer, for what nobody asked for.
    """

    def __init__(
        self,
        target: Target,
        *,
        clock: Clock,
        patience: float = 30.0,
        grace: float = 0.0,
        linger: float = LINGER_S,
    ) -> None:
        self.target = target
        self._clock = clock
        self._patience = patience
        self._grace = grace
        self._linger = linger
        self._line: Line | None = None

    async def __aenter__(self) -> Conversation:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def send(self, payload: bytes, *, resend: int = 0) -> tuple[Exchange, ...]:
        """Sends a message; gives every attempt. The same bytes go out again, at most `resend` times, while no answer
        comes or AE or CE does. Raises EnvironmentFault when a TLS file cannot be used."""
        attempts: list[Exchange] = []
        while len(attempts) <= resend:
            attempts.append(await self._once(payload, len(attempts) + 1))
            codes = {parse_ack(answer.payload).code for answer in attempts[-1].answers}
            if codes - {"", "AE", "CE"}:
                break
        return tuple(attempts)

    async def close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            await line.close()

    # ------------------------------------------------------------ one attempt

    async def _once(self, payload: bytes, attempt: int) -> Exchange:
        began = self._clock()
        header = _header(payload)
        line, reused = await self._open()
        first_event = 0 if not reused else len(line.events)
        first_answer = len(line.answers)
        sent_at: float | None = None
        timed_out = False
        if line.is_open and await line.send(frame(payload), patience=max(self._patience, 1.0)):
            sent_at = line.events[-1].at
            timed_out = not await self._hear(line, first_answer, header)
        record = line.record()
        exchange = Exchange(
            payload,
            header.control_id.strip(),
            header.accept_ack.upper(),
            header.application_ack.upper(),
            self.target.address,
            began,
            LineRecord(
                record.name, record.peer, record.events[first_event:], record.answers[first_answer:], record.tls
            ),
            sent_at,
            self._patience,
            attempt,
            reused,
            timed_out,
        )
        if timed_out or not line.is_open:
            await self.close()
        return exchange

    async def _open(self) -> tuple[Line, bool]:
        """The line, and whether it was open already."""
        if self._line is not None and self._line.is_open:
            return self._line, True
        await self.close()
        target, tls = self.target, self.target.tls
        context = None
        if tls is not None:
            context = client_tls(
                ca=str(tls.ca or ""), certificate=str(tls.certificate or ""), key=str(tls.key or ""), verify=tls.verify
            )
        self._line = await Line.open(
            target.host,
            target.port,
            name="connection",
            patience=min(self._patience, _CONNECT_S),
            tls=context,
            server_name=tls.server_name if tls is not None else "",
        )
        return self._line, False

    async def _hear(self, line: Line, start: int, header: Header) -> bool:
        """Waits for all that this message is owed; False when an answer it is owed did not come in time."""
        control_id = header.control_id.strip()
        accept, application = header.accept_ack.upper(), header.application_ack.upper()
        enhanced = bool(accept or application)

        def mine() -> list[str]:
            acks = (parse_ack(answer.payload) for answer in line.answers[start:])
            return [ack.code for ack in acks if ack.code and ack.control_id.strip() == control_id]

        if enhanced and not wanted(accept, "CA") and not wanted(application, "AA"):
            await line.until(lambda one: bool(mine()), 3 * self._linger)
            return True
        came = await self._until(line, lambda one: bool(mine()), start)
        if came and enhanced and wanted(application, "AA") and mine() and mine()[0] == "CA":
            came = await self._until(line, lambda one: len(mine()) > 1, len(line.answers))
        if came:
            await line.ended(self._linger)
        return came or not line.is_open

    async def _until(self, line: Line, done: _Done, start: int) -> bool:
        """Until `done`, for `patience`; shorter when something else was answered; then the grace."""
        began = asyncio.get_running_loop().time()
        if await line.until(lambda one: done(one) or len(one.answers) > start, self._patience) and not done(line):
            left = self._patience - (asyncio.get_running_loop().time() - began)
            await line.until(done, min(left, _AFTER_A_WRONG_ANSWER_S))
        if done(line):
            return True
        if line.is_open:
            if len(line.answers) <= start:
                line.timed_out(f"no answer within {self._patience:g} s")
            if self._grace:
                await line.until(done, self._grace)
        return False


async def exchange(
    payload: bytes, target: Target, *, clock: Clock, patience: float = 30.0, grace: float = 0.0, resend: int = 0
) -> tuple[Exchange, ...]:
    """One message on a connection of its own; every attempt."""
    async with Conversation(target, clock=clock, patience=patience, grace=grace) as conversation:
        return await conversation.send(payload, resend=resend)


def _header(payload: bytes) -> Header:
    """The header, as far as it can be read: what is sent need not be HL7."""
    try:
        return peek(payload)
    except InvalidMessage:
        return Header()


def connected_at(events: tuple[WireEvent, ...]) -> float | None:
    """Seconds until the connection stood; None when it did before, or never."""
    return next((event.at for event in events if event.what is What.CONNECTED), None)
