"""The real worker as a bench runs it: `python load_process.py FOLDER SPEC_JSON`; prints one line of JSON.

SPEC: port, connections, outstanding, seconds, model (closed, open), rate, content (raw: one message with its MSH-10
patched; full: 14 drawn fields), per_message, spin. The ledger is written, MSA-1 and MSA-2 are checked; rates and lag
are read from the ledger afterwards.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import numpy as np

from console.harness.content.stream import CHUNK, Chunk
from console.harness.load.ledger import Control, Ledger
from console.harness.load.plan import settle, write_plan
from console.harness.load.run_folder import RunFolder
from console.harness.load.worker import Worker
from console.harness.scenario.model import (
    Affinity,
    Connections,
    Content,
    Ingredient,
    Load,
    Model,
    Scenario,
    Stage,
    StageKind,
    Target,
)

STARTS = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def message() -> bytes:
    """One framed ORU^R01 of 1,020 bytes with the MSH-10 000000000000."""
    lines = [
        "MSH|^~\\&|LAB|HARNESS|SIGNALBOX|HOSP|20261123080000+0000||ORU^R01^ORU_R01|000000000000|T|2.5.1",
        "PID|1||SYN00001234^^^HARNESS^MR||Example^Ada^Q||19610412|F|||12 Test Lane^^Sampleton^^00000",
        "PV1|1|I|W3^12^A|||||||||||||||||V0000123",
        "ORC|RE|P0000001|F0000001||CM",
        "OBR|1|P0000001|F0000001|24323-8^CMP^LN|||20261123074500|||||||||||||||20261123080000|||F",
        *(
            f"OBX|{n}|NM|{2000 + n}-1^Analyte number {n}^LN||{4 + n}.{n}|mmol/L|3.5-5.1|N|||F|||202611230755"
            for n in range(1, 9)
        ),
    ]
    text = "\r".join(lines)
    return b"\x0b" + (text + " " * (1016 - len(text)) + "\r").encode() + b"\x1c\r"


class Patched:
    """The same message for ever, with a number of its own."""

    kinds = ("ORU^R01",)

    def chunks(self) -> Iterator[Chunk]:
        head, tail = message()[1:-2].split(b"000000000000")
        lanes, orders, kinds = list(range(CHUNK)), [0] * CHUNK, [0] * CHUNK
        first = 0
        while True:
            first += CHUNK
            ids = [b"%012d" % n for n in range(first, first + CHUNK)]
            yield Chunk([head + one + tail for one in ids], ids, lanes, orders, kinds)


def scenario(spec: dict[str, object], folder: Path) -> Scenario:
    open_model = spec["model"] == "open"
    seconds = float(spec["seconds"])  # type: ignore[arg-type]
    stages = (Stage(StageKind.CONSTANT, seconds, rate=float(spec["rate"])),) if open_model else ()  # type: ignore[arg-type]
    mix = ()
    if spec["content"] == "full":
        template = Path(__file__).with_name("fourteen_fields.hl7")
        mix = (Ingredient("template", path=template, name="fourteen"),)
    return Scenario(
        name="bench",
        text="",
        digest="",
        folder=folder,
        targets=(Target(port=int(spec["port"])),),  # type: ignore[call-overload]
        connections=Connections(
            count=int(spec["connections"]),  # type: ignore[call-overload]
            outstanding=int(spec.get("outstanding", 1)),  # type: ignore[call-overload]
            affinity=Affinity.NONE,
            per_message=bool(spec.get("per_message")),
            answer_timeout=10.0,
        ),
        load=Load(
            model=Model.OPEN if open_model else Model.CLOSED,
            stages=stages,
            duration=seconds,
            spin=bool(spec.get("spin")),
        ),
        content=Content(mix=mix, patients=1000),
    )


def _cpu() -> float:
    """Seconds of processor time of this process and of the one that makes its content."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in both)


def main() -> None:
    folder, spec = Path(sys.argv[1]), json.loads(sys.argv[2])
    run = RunFolder(folder)
    plan = settle(scenario(spec, folder), seed=1, starts=STARTS, created=STARTS)
    limits = plan.scenario.limits
    object.__setattr__(limits, "max_messages", 5_000_000)
    write_plan(run, plan)
    worker = Worker(run, 0, make=lambda _: Patched()) if spec["content"] == "raw" else Worker(run, 0)
    if spec.get("profile"):
        import cProfile

        profile = cProfile.Profile()
        profile.runcall(worker.run)
        profile.print_stats("tottime")
    before = _cpu()
    began = time.perf_counter()
    if not spec.get("profile"):
        worker.run()
    lasted = time.perf_counter() - began
    cpu = _cpu() - before
    assert worker.ledger is not None
    worker.ledger.close()
    with Ledger(run.ledger(0), writable=False) as ledger:
        outcome, sent, intended, answered = (ledger.array(name) for name in ("outcome", "sent", "intended", "answered"))
        words = {word.name.lower(): ledger.words[word] for word in Control}
    good = int((outcome == 1).sum())
    times = np.sort(sent[sent > 0])
    measure = (sent - intended if spec["model"] == "open" else answered - sent)[outcome == 1] / 1000
    p50, p99, p999 = (float(value) for value in np.percentile(measure, [50, 99, 99.9]))
    span = float(times[-1] - times[0]) / 1e9 if len(times) > 1 else 1.0
    print(
        json.dumps(
            {
                "messages": good,
                "rows": len(outcome),
                "rate": (len(times) - 1) / span,
                "cpu_us": cpu * 1e6 / max(good, 1),
                "p50": p50,
                "p99": p99,
                "p999": p999,
                "wrong": len(outcome) - good,
                "lasted": lasted,
                "reconnects": words["reconnects"],
            }
        )
    )


if __name__ == "__main__":
    random.seed(0)
    main()
