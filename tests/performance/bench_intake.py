"""Figures of the intake: the answer path in memory, durable answers under 64 senders, and the tail at 500 messages/s.

    python tests/performance/bench_intake.py [--seconds 3] [--repeat 3]

The whole engine runs: it maps, files and indexes while it answers, and each load begins when the last one is worked
off. The load comes from a process of its own. CPU is the engine's process time per message: while it answers, and in
all until the last message is filed and indexed.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from console.engine.intake import Intake
from console.engine.judgement import Judge
from console.engine.listener import Exchange
from console.engine.settings import EngineSettings
from console.hl7v2.framing import FrameDecoder
from console.storage.database import Database
from console.storage.fresh_ids import uuid_source
from console.storage.messages import Stored
from tests.builders.engine_process import EngineProcess, framed, message


class _Memory:
    """A journal that stores nothing: what is left is the answer path."""

    def on_append(self, _listener: object) -> None: ...

    def submit_group(self, _work: object, items: Any, done: Callable[[Any], None]) -> None:
        done([Stored(item.event_id, item.trace_id) for item in items])

    def submit_background(self, _job: object) -> None: ...


class _Line:
    """A connection without a socket."""

    peer = "127.0.0.1:1"

    class listener:
        name = "mllp"

    def __init__(self) -> None:
        self.answers = 0

    def answered(self) -> None:
        self.answers += 1


def bench_memory(count: int = 20_000) -> tuple[float, float]:
    """Messages per second of one core: frame, peek, keys, hashes, ids, verdict, ACK. Median of five, CPU time."""
    batch = [framed(message(f"M{n}")) for n in range(200)]
    rates: list[float] = []

    async def run() -> None:
        ids = uuid_source()
        intake = Intake(_Memory(), Judge(EngineSettings(), ids, listener="mllp"), ids, clock=lambda: datetime.now(UTC))  # type: ignore[arg-type]
        line: Any = _Line()
        decoder = FrameDecoder()
        for _ in range(5):
            line.answers = 0
            start = time.process_time()
            for n in range(count):
                for received in decoder.feed(batch[n % 200]):
                    intake.receive(Exchange(line, received, datetime.now(UTC)))
                if n % 32 == 31:
                    await asyncio.sleep(0)
            while line.answers < count:
                await asyncio.sleep(0)
            rates.append(count / (time.process_time() - start))

    asyncio.run(run())
    return statistics.median(rates), 1e6 / statistics.median(rates)


def _senders(address: tuple[str, int], connections: int, seconds: float, rate: float, out: Any) -> None:
    """The load, in a process of its own. `rate` 0: closed loop, one outstanding per connection."""
    import uvloop

    latencies: list[float] = []

    async def one(number: int, begin: float, end: float) -> None:
        reader, writer = await asyncio.open_connection(*address)
        n = 0
        while True:
            if rate:
                due = begin + (number + n * connections) / rate
                if due >= end:
                    break
                await asyncio.sleep(max(due - time.perf_counter(), 0))
                start = due
            else:
                start = time.perf_counter()
                if start >= end:
                    break
            n += 1
            writer.write(framed(message(f"{os.getpid()}.{number}.{n}")))
            answer = await reader.readuntil(b"\x1c\r")
            assert b"MSA|AA" in answer
            latencies.append(time.perf_counter() - start)
        writer.close()

    async def run() -> None:
        begin = time.perf_counter() + 0.3
        await asyncio.sleep(0.3)
        await asyncio.gather(*[one(number, begin, begin + seconds) for number in range(connections)])

    uvloop.run(run())
    out.put(latencies)


def _load(engine: EngineProcess, connections: int, seconds: float, rate: float) -> tuple[list[float], float]:
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    before = _cpu(engine.pid)
    process = context.Process(target=_senders, args=(engine.mllp, connections, seconds, rate, out))
    process.start()
    latencies: list[float] = sorted(out.get(timeout=seconds + 60))
    process.join()
    return latencies, _cpu(engine.pid) - before


def _work_off(engine: EngineProcess) -> None:
    """Waits until every message is mapped, filed and indexed."""
    database = Database(engine.folder / "journal.db")
    try:
        while True:
            with database.reader() as reader:
                left = reader.exec_driver_sql(
                    "SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM outbox)"
                    " + (SELECT max(seq) FROM events) - (SELECT seq FROM watermarks WHERE name = 'key_index')"
                ).scalar()
            if not left:
                return
            time.sleep(0.05)
    finally:
        database.close()


def _cpu(pid: int) -> float:
    """Seconds of CPU the process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    rate, cost = bench_memory()
    print(f"answer path in memory            {rate:9.0f} msg/s per core   {cost:6.1f} us CPU per message")
    with tempfile.TemporaryDirectory() as folder, EngineProcess(Path(folder) / "data") as engine:
        for title, connections, wanted in (
            ("durable, 64 senders, closed loop", 64, 0.0),
            ("durable, 1 sender, closed loop", 1, 0.0),
            ("durable, 32 senders, 500 msg/s", 32, 500.0),
        ):
            rates, p50, p99, cpu, whole = [], [], [], [], []
            for _ in range(arguments.repeat):
                before = _cpu(engine.pid)
                latencies, used = _load(engine, connections, arguments.seconds, wanted)
                _work_off(engine)
                whole.append((_cpu(engine.pid) - before) / len(latencies) * 1e6)
                rates.append(len(latencies) / arguments.seconds)
                p50.append(latencies[len(latencies) // 2] * 1000)
                p99.append(latencies[int(len(latencies) * 0.99)] * 1000)
                cpu.append(used / len(latencies) * 1e6)
            print(
                f"{title:<32} {statistics.median(rates):9.0f} msg/s   p50 {statistics.median(p50):6.2f} ms"
                f"   p99 {statistics.median(p99):6.2f} ms   CPU {statistics.median(cpu):5.0f} us, in all"
                f" {statistics.median(whole):5.0f} us"
            )


if __name__ == "__main__":
    main()
