"""Content for tests of the load: as many plain results as wanted, each with its number in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from console.harness.content.stream import Chunk
from console.harness.scenario.model import Fault, Load, Model, Scenario

_RESULT = (
    "MSH|^~\\&|LAB|HARNESS|SIGNALBOX|X|20261123080000+0000||ORU^R01^ORU_R01|C{n:06d}|T|2.5.1||||||UNICODE UTF-8\r"
    "PID|1||P{lane}^^^HOSP||Grün^Jane||19700101|F|||1 Road^^Town\r"
    "ORC|RE|A{n}|F{n}\r"
    "OBR|1|A{n}|F{n}|CBC^Blood count\r"
    "OBX|1|NM|718-7^Haemoglobin^LN||13.5|g/dL|12-16|N|||F\r"
    "OBX|2|ST|600-7^Culture^LN||no growth||||||F\r"
)


@dataclass
class Results:
    """`count` messages over `lanes` patients, in chunks of `chunk`. Every third is an ADT when `mixed`."""

    count: int
    lanes: int = 10
    chunk: int = 256
    mixed: bool = False
    paced: bool = False
    kinds: tuple[str, ...] = ("ORU^R01", "ADT^A08")

    def payload(self, n: int) -> bytes:
        return _RESULT.format(n=n, lane=n % self.lanes).encode()

    def chunks(self) -> Iterator[Chunk]:
        for first in range(0, self.count, self.chunk):
            numbers = range(first, min(self.count, first + self.chunk))
            yield Chunk(
                [self.payload(n) for n in numbers],
                [b"C%06d" % n for n in numbers],
                [n % self.lanes for n in numbers],
                [0 for _ in numbers],
                [int(self.mixed and n % 3 == 2) for n in numbers],
                [n * 1_000_000 for n in numbers] if self.paced else [],
            )


def with_faults(*faults: Fault, messages: int = 0, model: Model = Model.CLOSED) -> Scenario:
    return Scenario("test", "", "", Path(), faults=faults, load=Load(model=model, messages=messages))
