"""How long it takes to know that nothing was lost: 100,000 results of a FHIR server; a million messages in memory.

    python tests/performance/harness/bench_reconcile.py [--results N] [--batch N] [--concurrent N]
    python tests/performance/harness/bench_reconcile.py --messages 1000000      only the comparison, and its memory

The first sends messages of fifty results into a real engine, lets it settle, and verifies them through its FHIR facade
and, once more, with its journal. Goal: <= 60 s. The second compares a run of so many messages with a receiver that
filed every one; goal: < 1.5 GB. Both check that nobody is accused.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from console.harness.load.ledger import AnswerCode, Control, Ledger, Outcome
from console.harness.load.plan import make_run_folder, settle, write_plan
from console.harness.load.rows import rows
from console.harness.load.run_folder import RunFolder
from console.harness.scenario.reading import read_scenario
from console.harness.verdict.buckets import Bucket
from console.harness.verdict.filed import Coverage, Filed, Held, Keeping, Key, Receiving
from console.harness.verdict.sources.fhir import FhirSource
from console.harness.verdict.sources.signalbox import SignalboxSource
from console.harness.verdict.truth import read_truth
from console.harness.verdict.verification import verify_now
from tests.builders.engine_process import ROOT, EngineProcess

OF_EACH = 50
HEAD = """\
MSH|^~\\&|LAB|HARNESS|SIGNALBOX|HOSP|{now}||ORU^R01^ORU_R01|{control_id}|T|2.5.1
PID|1||{patient.mrn}^^^HARNESS^MR||{patient.family}^{patient.given}||{patient.born}|{patient.sex}
PV1|1|I|W3^12^A|||||||||||||||||{visit}
ORC|RE|{placer}^EHR|{filler}^LIS||CM
OBR|1|{placer}^EHR|{filler}^LIS|24323-8^CMP^LN|||20261123074500|||||||||||||||20261123080000|||F
"""
SCENARIO = """
[[targets]]
host = "{host}"
port = {port}
[connections]
count = 4
answer_timeout = "60s"
[load]
model = "closed"
messages = {messages}
[content]
patients = 1000
[[content.mix]]
kind = "template"
path = "panel.hl7"
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=0)
    parser.add_argument("--batch", default="50")
    parser.add_argument("--concurrent", default="2")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.messages:
            return in_memory(Path(folder), arguments.messages)
        return against_an_engine(
            Path(folder), arguments.results, {"batch": arguments.batch, "concurrent": arguments.concurrent}
        )


def prepared(folder: Path, messages: int, *, each: int, host: str = "127.0.0.1", port: int = 2575) -> RunFolder:
    """A plan for messages of `each` results."""
    lines = [
        f"OBX|{n}|NM|{7000 + n}-{n % 10}^Test {n}^LN||{{number:1-900:2}}|mmol/L^^UCUM|1-900|N|||F|||202611230755"
        for n in range(1, each + 1)
    ]
    (folder / "panel.hl7").write_text(HEAD + "\n".join(lines) + "\n")
    path = folder / "panel.toml"
    path.write_text(SCENARIO.format(host=host, port=port, messages=messages))
    now = datetime.now(UTC)
    plan = settle(read_scenario(path), seed=1, starts=datetime(2026, 11, 23, 8, tzinfo=UTC), created=now)
    run = make_run_folder(folder / "data", plan.run)
    write_plan(run, plan)
    return run


def against_an_engine(folder: Path, results: int, options: dict[str, str]) -> int:
    engine = EngineProcess(folder / "engine")
    with engine.ended():
        engine.start()
        host, port = engine.mllp
        run = prepared(folder, results // OF_EACH, each=OF_EACH, host=host, port=port)
        began = time.monotonic()
        worker = [sys.executable, "-m", "console.harness.load.worker", str(run.path), "0"]
        subprocess.run(worker, cwd=ROOT, check=True)
        print(f"{results:,} results in {results // OF_EACH:,} messages sent in {time.monotonic() - began:.1f} s")
        token = Path(engine.where["token_file"]).read_text().strip()
        url = engine.where["http"]
        began = time.monotonic()
        first = SignalboxSource(url, token=token, options=options)
        told(verify_now(run, source=first, settle=600.0), "engine, with its journal (and waiting until it settled)")
        sources: list[tuple[str, Receiving]] = [
            ("FHIR facade alone", FhirSource(f"{url}/fhir", token=token, options=options)),
            ("engine, with its journal", SignalboxSource(url, token=token, options=options)),
        ]
        good = True
        for name, source in sources:
            good &= told(verify_now(run, source=source, settle=60.0), name)
    return 0 if good else 1


def told(verification, name: str) -> bool:  # type: ignore[no-untyped-def]
    findings = verification.findings
    right = findings.counts[Bucket.EXACTLY_ONCE]
    print(
        f"{name}: {findings.results:,} results, {right:,} right, {findings.faults} accused, "
        f"in {verification.took_s:.1f} s ({sum(verification.asked.values()):,} questions; {resident():.0f} MB at most)"
    )
    return bool(verification.passed) and right == findings.results


def resident() -> float:
    """The most memory this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# ------------------------------------------------------------ memory


class Echo:
    """A receiver that filed everything the run sent, read from the run itself."""

    name = "a receiver that filed everything"
    keeping = Keeping.CHART
    whole = True
    says_settled = True
    coverage = Coverage()

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self.asked: dict[str, int] = {}

    async def filed(self, keys: Sequence[Key]) -> AsyncIterator[Filed]:
        for sent in rows(self._folder):
            truth = read_truth(sent.frame[1:-2])
            for fact in truth.results:
                yield Filed(fact.key, truth.patients, fact.placer, fact.value, fact.unit, fact.status, "there")

    async def held(self, keys: Sequence[Key]) -> AsyncIterator[Held]:
        for nothing in tuple[Held, ...]():
            yield nothing

    async def settled(self) -> bool:
        return True

    async def close(self) -> None:
        return None


def in_memory(folder: Path, messages: int) -> int:
    run = prepared(folder, messages, each=8)
    with Ledger.create(run.ledger(0), messages, {"kinds": ["ORU^R01"]}) as ledger:
        for name, value in (("outcome", Outcome.ACCEPTED), ("code", AnswerCode.AA), ("attempts", 1)):
            np.frombuffer(ledger.column(name), dtype=np.uint8)[:messages] = value
        times = np.arange(1, messages + 1, dtype=np.int64) * 100_000
        np.frombuffer(ledger.column("sent"), dtype=np.int64)[:messages] = times
        np.frombuffer(ledger.column("answered"), dtype=np.int64)[:messages] = times + 50_000
        ledger.words[Control.ROWS] = messages
        del times
    before = resident()
    verification = verify_now(run, source=Echo(run), settle=0.0)
    good = told(verification, f"{messages:,} messages of 8 results")
    print(f"{resident() - before:.0f} MB more than before")
    return 0 if good and resident() < 1536 else 1


if __name__ == "__main__":
    sys.exit(main())
