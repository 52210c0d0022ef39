"""Receivers with planted faults for the probes: one sound, the others the same with one thing wrong each."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import cast

from console.core.errors import InvalidMessage
from console.hl7v2.acknowledgment import build_ack
from console.hl7v2.batch import is_batch, split
from console.hl7v2.framing import Frame, FrameDecoder, FramingFault, frame
from console.hl7v2.peek import Header, peek

NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


class Sound(asyncio.Protocol):
    """Answers as the probes ask; one instance a connection. `house` is what its connections share."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.decoder = FrameDecoder(max_frame=6 * 1024 * 1024)
        self.transport: asyncio.Transport | None = None
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.house.lines.add(self)

    def data_received(self, data: bytes) -> None:
        self.take(self.decoder.feed(data))
        if self.decoder.pending and self.timer is None:
            self.timer = asyncio.get_running_loop().call_later(0.1, self.look)

    def look(self) -> None:
        self.timer = None
        if self.transport is not None:
            self.take(self.decoder.idle())

    def eof_received(self) -> bool:
        self.take(self.decoder.close())
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self.house.lines.discard(self)
        if self.timer is not None:
            self.timer.cancel()

    # ------------------------------------------------------------ what the faulty ones change

    def take(self, found: list[Frame | FramingFault]) -> None:
        for one in found:
            self.say(*self.answers(one))

    def answers(self, one: Frame | FramingFault) -> list[bytes]:
        if isinstance(one, FramingFault):
            return [] if one.code == "stray-bytes" else [self.refuse(one.payload)]
        if is_batch(one.payload):
            return [self.judge(message) for message in split(one.payload).messages]
        return [self.judge(one.payload)]

    def judge(self, payload: bytes) -> bytes:
        try:
            header = peek(payload)
        except InvalidMessage:
            return self.refuse(payload)
        if not header.control_id.strip() or not header.message_type.strip():
            return self.acknowledge(header, "AR")
        return self.acknowledge(header, "CA" if header.accept_ack == "AL" else "AA")

    def refuse(self, payload: bytes) -> bytes:
        header: Header | None = None
        with suppress(InvalidMessage):
            header = peek(payload[max(payload.find(b"MSH"), 0) :])
        return self.acknowledge(header, "AR")

    def acknowledge(self, header: Header | None, code: str) -> bytes:
        return build_ack(header, code, control_id=f"SOUND{next(self.house.numbers)}", now=NOW)

    def say(self, *payloads: bytes) -> None:
        if payloads and self.transport is not None:
            self.transport.write(b"".join(frame(payload) for payload in payloads))


class House:
    """The listening socket and what the connections of a receiver share."""

    def __init__(self, kind: Callable[[House], asyncio.Protocol]) -> None:
        self.kind = kind
        self.numbers = itertools.count(1)
        self.lines: set[Sound] = set()
        self.server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(lambda: self.kind(self), "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    def die(self, *, back_after: float | None = None) -> None:
        """Closes the port and every connection, as a process that ends does."""
        if self.server is not None:
            self.server.close()
            self.server = None
        for line in list(self.lines):
            if line.transport is not None:
                line.transport.abort()
        if back_after is not None:
            asyncio.get_running_loop().call_later(back_after, lambda: asyncio.ensure_future(self.start()))

    async def stop(self) -> None:
        self.die()
        while self.lines:
            await asyncio.sleep(0.001)


@asynccontextmanager
async def receiver(kind: Callable[[House], asyncio.Protocol]) -> AsyncIterator[int]:
    """Runs one on a free port of this machine."""
    house = House(kind)
    await house.start()
    try:
        yield house.port
    finally:
        await house.stop()


# ---------------------------------------------------------------- one fault each


class TakesOneFrameARead(Sound):
    def take(self, found: list[Frame | FramingFault]) -> None:
        super().take(found[:1])


class AnswersBackwards(Sound):
    def take(self, found: list[Frame | FramingFault]) -> None:
        super().take(found[::-1])


class AnswersAgain(Sound):
    """Keeps old messages and answers them again with each new one."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.kept: list[Frame | FramingFault] = []

    def take(self, found: list[Frame | FramingFault]) -> None:
        for one in found:
            self.kept.append(one)
            super().take(self.kept)


class ClosesAfterAnswer(Sound):
    def take(self, found: list[Frame | FramingFault]) -> None:
        super().take(found[:1])
        if found and self.transport is not None:
            self.transport.close()


class AnswersLateAgain(Sound):
    """A second answer comes half a second after the first."""

    def say(self, *payloads: bytes) -> None:
        super().say(*payloads)
        if payloads and self.transport is not None:
            asyncio.get_running_loop().call_later(0.5, super().say, *payloads)


class TakesAnything(Sound):
    """AA for whatever is in a frame."""

    def answers(self, one: Frame | FramingFault) -> list[bytes]:
        if isinstance(one, FramingFault) and one.code in ("missing-fs", "unframed-message", "stray-bytes", "oversize"):
            return super().answers(one)
        return super().answers(one) if is_batch(one.payload) else [self.judge(one.payload)]

    def judge(self, payload: bytes) -> bytes:
        try:
            return self.acknowledge(peek(payload), "AA")
        except InvalidMessage:
            return self.acknowledge(None, "AA")


class CutsControlId(Sound):
    def acknowledge(self, header: Header | None, code: str) -> bytes:
        answer = super().acknowledge(header, code)
        return answer.replace(header.control_id.encode(), header.control_id[:20].encode()) if header else answer


class ShoutsControlId(Sound):
    def acknowledge(self, header: Header | None, code: str) -> bytes:
        answer = super().acknowledge(header, code)
        return answer.replace(header.control_id.encode(), header.control_id.upper().encode()) if header else answer


class AnswersInLines(Sound):
    def say(self, *payloads: bytes) -> None:
        super().say(*(payload.replace(b"\r", b"\r\n") for payload in payloads))


class NumbersNothing(Sound):
    """Every acknowledgment has the same MSH-10."""

    def acknowledge(self, header: Header | None, code: str) -> bytes:
        return build_ack(header, code, control_id="ACK", now=NOW)


class SwallowsTorn(Sound):
    """A frame without FS and the next one are taken for one message: AA for the first."""

    def take(self, found: list[Frame | FramingFault]) -> None:
        torn = next((one for one in found if isinstance(one, FramingFault) and one.code == "missing-fs"), None)
        if torn is None:
            super().take(found)
        else:
            self.say(self.acknowledge(peek(torn.payload), "AA"))


class TakesFirstOfTwo(Sound):
    def answers(self, one: Frame | FramingFault) -> list[bytes]:
        return super().answers(one)[:1]


class ClosesOnWrongBytes(Sound):
    """Decodes as UTF-8 and gives the connection up where it cannot."""

    def data_received(self, data: bytes) -> None:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            if self.transport is not None:
                self.transport.close()
            return
        super().data_received(data)


class DiesOfNonsense(Sound):
    """Ends for good at a frame that is no HL7."""

    back_after: float | None = None

    def judge(self, payload: bytes) -> bytes:
        if payload.startswith(b"GET"):
            self.house.die(back_after=self.back_after)
        return super().judge(payload)


class DiesOfNonsenseForAWhile(DiesOfNonsense):
    back_after = 0.3


class ServesOneAtATime(Sound):
    """Answers nobody while many connections are in the middle of a frame: its readers are all taken."""

    def say(self, *payloads: bytes) -> None:
        if sum(line.decoder.in_frame for line in self.house.lines) < 20:
            super().say(*payloads)


class SaysNothing(Sound):
    def say(self, *payloads: bytes) -> None:
        return


class RefusesEverything(Sound):
    def judge(self, payload: bytes) -> bytes:
        try:
            return self.acknowledge(peek(payload), "AE")
        except InvalidMessage:
            return self.refuse(payload)
