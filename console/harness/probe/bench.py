"""Where a probe stands: it opens lines to the receiver, makes messages under names, and collects what was seen.

Every message is synthetic, marked as a test (MSH-11 = T, MSH-4 = HARNESS, patient PROBE^TEST) and has a control id that
no other run uses: the run's mark, the probe's number, its own number.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field

from console.harness.probe.judge import AFTER
from console.harness.probe.model import Observed, Quirk
from console.harness.scenario.model import HARNESS_FACILITY
from console.harness.single.line import Answer, Line
from console.hl7v2.acknowledgment import parse_ack
from console.hl7v2.framing import frame

BREATH_S = 0.15
"""A pause in which a receiver that answers at once has answered, and in which extra answers show."""
STAMP = "20260101080000"
"""MSH-7 of all probe messages: bytes depend on the run's mark alone."""
ORDINARY_VALUE = "13.7"

BODIES = {
    "ORU^R01^ORU_R01": (
        "PV1|1|I|W1^1^1||||||||||||||||V{id}\rORC|RE|O{id}^PAS|F{id}^LAB\r"
        "OBR|1|O{id}^PAS|F{id}^LAB|718-7^Hemoglobin^LN|||" + STAMP + "||||||||||||||||||F\r"
        "OBX|1|NM|718-7^Hemoglobin^LN||{value}|g/dL|12-16|N|||F\r"
    ),
    "ADT^A01^ADT_A01": "EVN|A01|" + STAMP + "\rPV1|1|I|W1^1^1||||||||||||||||V{id}\r",
    "ADT^A08^ADT_A01": "EVN|A08|" + STAMP + "\rPV1|1|I|W1^1^1||||||||||||||||V{id}\r",
    "ADT^A04^ADT_A01": "EVN|A04|" + STAMP + "\rPV1|1|O|C1^1^1||||||||||||||||V{id}\r",
    "ORM^O01^ORM_O01": (
        "PV1|1|I|W1^1^1||||||||||||||||V{id}\rORC|NW|O{id}^PAS\rOBR|1|O{id}^PAS||718-7^Hemoglobin^LN\r"
    ),
    "OML^O21^OML_O21": (
        "PV1|1|I|W1^1^1||||||||||||||||V{id}\rORC|NW|O{id}^PAS\rOBR|1|O{id}^PAS||718-7^Hemoglobin^LN\r"
    ),
    "MDM^T02^MDM_T02": (
        "EVN|T02|" + STAMP + "\rPV1|1|I|W1^1^1||||||||||||||||V{id}\r"
        "TXA|1|CN|TX|" + STAMP + "||||||||D{id}|||||AU\rOBX|1|TX|18842-5^Note^LN||{value}||||||F\r"
    ),
    "SIU^S12^SIU_S12": "SCH|A{id}|F{id}|||||^Visit|||30|min|^^30^" + STAMP + "\rAIS|1|A|VISIT\r",
}
"""The ordinary messages by MSH-9, after PID; a receiver is tried with them in this order until it takes one."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whom to probe and how. `patience`: seconds to wait for an answer before it counts as none."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    server_name: str = ""
    kind: str = "ORU^R01^ORU_R01"
    patience: float = 3.0
    ordinary: str = "AA"
    quirks: frozenset[Quirk] = frozenset()
    breath: float = BREATH_S
    more: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Bench:
    """One probe's table. `number` is unique within the run."""

    def __init__(self, receiver: Receiver, *, run: str, number: int) -> None:
        self.receiver = receiver
        self.patience = receiver.patience
        self._longest = receiver.patience
        self.facts: dict[str, str] = {}
        self._run = run
        self._number = number
        self._made = 0
        self._lines: list[Line] = []
        self._ids: dict[str, str] = {}

    # ------------------------------------------------------------ lines

    async def open(self, *, plain: bool = False) -> Line:
        """A new connection; with TLS when the receiver is probed with it, unless `plain`."""
        receiver = self.receiver
        line = await Line.open(
            receiver.host,
            receiver.port,
            name=f"connection {len(self._lines) + 1}",
            patience=self.patience,
            tls=None if plain else receiver.tls,
            server_name=receiver.server_name,
        )
        self._lines.append(line)
        return line

    async def open_unseen(self, count: int) -> list[Line]:
        """Many connections at once that stay out of the report. Close them with `close_unseen`."""
        receiver = self.receiver
        return await asyncio.gather(
            *(
                Line.open(
                    receiver.host,
                    receiver.port,
                    name=f"connection {n + 1}",
                    patience=self.patience,
                    tls=receiver.tls,
                    server_name=receiver.server_name,
                )
                for n in range(count)
            )
        )

    async def close_unseen(self, lines: list[Line]) -> None:
        await asyncio.gather(*(line.close() for line in lines))

    def show(self, line: Line) -> None:
        """Puts an unseen line into the report after all."""
        self._lines.append(line)

    # ------------------------------------------------------------ messages

    def control_id(self) -> str:
        """At most 16 characters, within the 20 that MSH-10 allows up to version 2.6."""
        self._made += 1
        return f"{self._run}{self._number:02d}{self._made:03d}"

    def message(
        self,
        name: str,
        *,
        control_id: str | None = None,
        kind: str | None = None,
        version: str = "2.5.1",
        header: str = "",
        value: str = ORDINARY_VALUE,
        family: str = "PROBE",
        delimiters: str = "|^~\\&",
    ) -> bytes:
        """An ordinary message under this name, CR after every segment. `header` is what stands after MSH-12."""
        own = self.control_id() if control_id is None else control_id
        self._ids[name] = own
        kind = self.receiver.kind if kind is None else kind
        body = BODIES.get(kind) or BODIES[self.receiver.kind]
        mark = own if own.isalnum() and len(own) <= 20 else self.control_id()
        text = (
            f"MSH|^~\\&|PROBE|{HARNESS_FACILITY}|RECEIVER|TARGET|{STAMP}||{kind}|{own}|T|{version}{header}\r"
            f"PID|1||T{mark}^^^{HARNESS_FACILITY}^MR||{family}^TEST||19700101|F\r"
        ) + body.format(id=mark, value=value)
        if "{value}" not in body and value != ORDINARY_VALUE:
            text += f"ZPR|1|{value}\r"
        if delimiters != "|^~\\&":
            text = text.translate(str.maketrans("|^~\\&", delimiters))
        return text.encode("utf-8")

    def name(self, name: str, control_id: str = "") -> None:
        """Names bytes the script made itself: with the id they carry, or '' for bytes that carry none."""
        self._ids[name] = control_id

    def id_of(self, name: str) -> str:
        return self._ids[name]

    # ------------------------------------------------------------ waiting

    async def heard(self, line: Line, name: str, patience: float | None = None, *, settle: bool = True) -> bool:
        """Waits for an answer to that message (or the end of the line), then, to `settle`, a breath for what may
        follow: not needed where an ordinary message comes next."""
        wanted = self._ids[name].encode()
        self._longest = max(self._longest, patience or 0.0)

        def names_it(one: Line) -> bool:
            return any(_names(answer, wanted) for answer in one.answers)

        came = await line.until(names_it, self.patience if patience is None else patience)
        if not came and line.is_open:
            line.timed_out(f"no answer to {name}")
        if settle:
            await self.breath(line)
        return came

    async def answered(self, line: Line, count: int, patience: float | None = None, *, settle: bool = True) -> bool:
        """Waits for `count` answers in all (or the end of the line), then, to `settle`, a breath."""
        self._longest = max(self._longest, patience or 0.0)
        came = await line.answered(count, self.patience if patience is None else patience)
        if settle:
            await self.breath(line)
        return came

    async def breath(self, line: Line, seconds: float = 0.0) -> None:
        """Waits for what may still come, or for the end of the line."""
        await line.ended(seconds or self.receiver.breath)

    async def reuse(self, line: Line) -> Line:
        """This line for one more message; a new one when it has ended, or when this receiver cannot take a second
        message on a line (which is the business of other probes)."""
        if line.is_open and not self.receiver.quirks & {Quirk.REPEATS, Quirk.CLOSES, Quirk.STUCK}:
            return line
        await line.close()
        return await self.open()

    async def after(self, line: Line) -> None:
        """An ordinary message on this line, or on a new one when the receiver has closed it, as a sender would."""
        payload = self.message(AFTER)
        line = await self.reuse(line)
        if line.is_open:
            await line.send(frame(payload))
            if await self.heard(line, AFTER) or line.is_open:
                return
        fresh = await self.open()
        await fresh.send(frame(payload))
        await self.heard(fresh, AFTER)

    async def several(self, count: int) -> list[float]:
        """Ordinary messages `no. 1` to `no. count` on a new connection, each after the answer to the last; the seconds
        that each answer took, up to the first that did not come."""
        clock = asyncio.get_running_loop().time
        line = await self.open()
        took: list[float] = []
        for number in range(count):
            line = await self.reuse(line)
            before, payload = len(line.answers), self.message(f"no. {number + 1}")
            sent = clock()
            await line.send(frame(payload))
            if not await line.answered(before + 1, self.patience):
                break
            took.append(clock() - sent)
        return took

    async def elsewhere(self) -> None:
        """An ordinary message on a new connection, whatever became of the others."""
        payload = self.message(AFTER)
        fresh = await self.open()
        await fresh.send(frame(payload))
        await self.heard(fresh, AFTER)

    # ------------------------------------------------------------ the end

    def observed(self) -> Observed:
        return Observed(
            tuple(line.record() for line in self._lines),
            dict(self._ids),
            self.receiver.ordinary,
            dict(self.facts),
            self.receiver.quirks,
            self._longest,
        )

    async def close(self) -> None:
        await asyncio.gather(*(line.close() for line in self._lines))


def _names(answer: Answer, control_id: bytes) -> bool:
    """Whether the answer's MSA-2 is this id; for an empty id, whether it is any answer at all."""
    if not control_id:
        return True
    return control_id in answer.payload and control_id.decode() in (
        parse_ack(part).control_id.strip() for part in _parts(answer.payload)
    )


def _parts(payload: bytes) -> list[bytes]:
    return [b"MSH" + part for part in payload.split(b"MSH")[1:]]
