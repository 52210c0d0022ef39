"""Figures of the whole road: from an accepted result to the filed and indexed FHIR resources, with the gate on.

    python tests/performance/bench_road.py [--quick]

First every stage alone, one after the other on one core (CPU per message, median of the rounds). Then the real engine
as a process, fed by eight senders: results per second until the last one is filed and indexed, and the engine's CPU.
Results are those of the simulated hospital's stream in the corpus, each round with patients and orders of its own;
"small" are those of at most 1,100 bytes. Without the corpus, generated ones.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from console.core.resources import resource_path
from console.engine.deliverer import BUILT_IN, Deliverer
from console.engine.judgement import Judge
from console.engine.pipeline import Pipeline
from console.engine.settings import EngineSettings
from console.hl7v2.framing import Frame
from console.storage import concept_maps, messages
from console.storage.database import Database, open_database
from console.storage.follower import Follower
from console.storage.fresh_ids import uuid_source
from console.storage.journal import Journal
from console.storage.key_index import WATERMARK, index_keys
from console.storage.traces import TraceRows
from console.storage.traffic import count_arrivals
from tests.builders import corpus
from tests.builders.engine_process import EngineProcess, Line
from tests.builders.road import result

SMALL = 1_100
SENDERS = 8
_AT_ONCE = 64


def results(*, small: bool) -> list[bytes]:
    """The results one round is made of."""
    folder = corpus.folder()
    stream = folder / "messages" / "flood" / "simhospital_stream.hl7" if folder else None
    if stream is None or not stream.exists():
        print("  (no corpus: generated results)")
        return [result(f"P{n}", "F", "4.10").replace("{control}", f"C{n}").encode() for n in range(100)]
    found = [
        part.strip().replace(b"\n", b"\r") + b"\r"
        for part in stream.read_bytes().split(b"\n\n")
        if b"|ORU^R01|" in part[:120]
    ]
    return [one for one in found if len(one) <= SMALL] if small else found


def endless(some: Sequence[bytes]) -> Iterator[bytes]:
    """The results again and again, each round with other control ids, patients and orders."""
    number = 0
    while True:
        number += 1
        for one in some:
            yield _renumbered(one, b"%d" % number)


def _renumbered(one: bytes, suffix: bytes) -> bytes:
    lines = []
    for line in one.split(b"\r"):
        fields = line.split(b"|")
        if fields[0] == b"MSH":
            fields[9] += b"R" + suffix
        elif fields[0] == b"PID":
            for n in (2, 3):
                fields[n] = b"~".join(rep.replace(b"^", suffix + b"^", 1) for rep in fields[n].split(b"~"))
        elif fields[0] in (b"ORC", b"OBR"):
            for n in (2, 3):
                number, caret, rest = fields[n].partition(b"^")
                fields[n] = number + suffix + caret + rest
        lines.append(b"|".join(fields))
    return b"\r".join(lines)


# ---------------------------------------------------------------- stage by stage


class Stages:
    """The engine's parts over one database, without its threads running against each other."""

    def __init__(self, folder: Path) -> None:
        settings = EngineSettings()
        self.database: Database = open_database(folder / "journal.db")
        self.journal = Journal(self.database)
        self.follower = Follower(self.journal, WATERMARK, [index_keys, TraceRows().fold, count_arrivals], clock=_now)
        self.pipeline = Pipeline(self.database, self.journal, settings=settings, destinations=[BUILT_IN], clock=_now)
        self.deliverer = Deliverer(self.database, self.journal, clock=_now)
        self.judge = Judge(settings, uuid_source(), listener="bench")
        self.journal.start()
        shipped = concept_maps.shipped(resource_path("concept_maps"))
        self.journal.submit(lambda write: concept_maps.seed(write, shipped, 1)).result()
        self.follower.start()

    def accept(self, some: Sequence[bytes]) -> None:
        arrivals = [
            arrival
            for one in some
            for arrival in self.judge.judge(Frame(one, ()), received_at=_now(), peer="bench").arrivals()
        ]
        self.journal.submit(lambda write: messages.accept(write, arrivals)).result()

    def map(self) -> None:
        while self.pipeline.run_once():
            pass

    def deliver(self) -> None:
        while self.deliverer.run_once():
            pass

    def index(self) -> None:
        while self.follower.indexed_up_to < self.journal.last_seq:
            time.sleep(0.0005)

    def close(self) -> None:
        self.deliverer.close()
        self.pipeline.close()
        self.journal.stop()
        self.database.close()


def _now() -> datetime:
    return datetime.now(UTC)


def stage_by_stage(some: Sequence[bytes], *, count: int, rounds: int) -> None:
    stream = endless(some)
    with tempfile.TemporaryDirectory() as folder:
        stages = Stages(Path(folder))
        stages.accept([next(stream) for _ in range(_AT_ONCE)])
        for stage in (stages.map, stages.deliver, stages.index):
            stage()
        taken: dict[str, list[float]] = {"accept": [], "map": [], "deliver": [], "index": []}
        for _ in range(rounds):
            spent = dict.fromkeys(taken, 0.0)
            for _ in range(count // _AT_ONCE):
                batch = [next(stream) for _ in range(_AT_ONCE)]
                spent["accept"] += _cpu(lambda batch=batch: stages.accept(batch))  # type: ignore[misc]
                spent["map"] += _cpu(stages.map)
                spent["deliver"] += _cpu(stages.deliver)
                spent["index"] += _cpu(stages.index)
            for name, seconds in spent.items():
                taken[name].append(seconds / (count // _AT_ONCE * _AT_ONCE) * 1e6)
        stages.close()
    medians = {name: statistics.median(times) for name, times in taken.items()}
    total = sum(medians.values())
    parts = ", ".join(f"{name} {medians[name]:.0f}" for name in medians)
    print(f"  one core, stage by stage: {total:.0f} us CPU per result = {1e6 / total:.0f}/s  ({parts})")


def _cpu(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


# ---------------------------------------------------------------- the real engine


def real_engine(some: Sequence[bytes], *, count: int) -> None:
    stream = endless(some)
    batches = [[next(stream) for _ in range(count // SENDERS)] for _ in range(SENDERS)]
    with tempfile.TemporaryDirectory() as folder, EngineProcess(Path(folder) / "data") as engine:
        with Line(engine.mllp) as line:
            for _ in range(_AT_ONCE):
                line.ask(next(stream))
        database = Path(folder) / "data" / "journal.db"
        _filed(database, _AT_ONCE)
        before, start = _cpu_of(engine.pid), time.perf_counter()
        threads = [threading.Thread(target=_send, args=(engine.mllp, batch)) for batch in batches]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        accepted = time.perf_counter() - start
        _filed(database, _AT_ONCE + sum(map(len, batches)))
        took = time.perf_counter() - start
        spent = _cpu_of(engine.pid) - before
    sent = sum(map(len, batches))
    cpu = (
        f"{spent / sent * 1000:.2f} ms CPU per result = {sent / spent:.0f}/s per core"
        if spent
        else "CPU not known here"
    )
    print(
        f"  real engine, {SENDERS} senders: {sent} accepted in {accepted:.1f} s, filed and indexed after {took:.1f} s"
        f" = {sent / took:.0f}/s; {cpu}"
    )


def _send(address: tuple[str, int], batch: Sequence[bytes]) -> None:
    with Line(address, timeout=60) as line:
        for one in batch:
            line.send(b"\x0b" + one + b"\x1c\r")
            line.answer(timeout=60)


def _filed(path: Path, count: int) -> None:
    """Waits until so many deliveries are proven and everything is indexed."""
    database = open_database(path)
    reader = database.connect_reader()
    while True:
        filed = reader.execute("SELECT count(*) FROM traces WHERE state = 'verified'").fetchone()[0]
        if filed >= count:
            break
        time.sleep(0.02)
    reader.close()
    database.close()


def _cpu_of(pid: int) -> float:
    """Seconds of CPU a process has used; 0 where the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    for name, small in (("small results", True), ("all results", False)):
        some = results(small=small)
        size = sum(map(len, some)) / len(some)
        values = sum(one.count(b"\rOBX") for one in some) / len(some)
        print(f"{name}: {len(some)} different, mean {size:.0f} bytes, {values:.1f} OBX")
        stage_by_stage(some, count=256 if quick else 1024, rounds=2 if quick else 5)
        real_engine(some, count=400 if quick else 4000)


if __name__ == "__main__":
    main()
