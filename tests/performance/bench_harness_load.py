"""Figures of the harness's load: the real worker beside a minimal C sender, and beside other libraries' senders.

    python tests/performance/bench_harness_load.py [--quick] [--seconds 1.5] [--repeat 5] [--no-peers] [PART ...]

Parts: closed, pipelined, fresh, peers, open, stop, painting. Every repetition runs all contenders one after the other
against the same C sink, so that ratios compare the same minute; medians are of quiet repetitions (all other processes
used less than 0.15 processors), as long as there are any. Sender on one processor, receiver on another. `raw`: one
message with its MSH-10 patched. `full`: 14 drawn fields. Both keep the ledger and check MSA-1 and MSA-2.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent / "harness"))

import load_process
import machine
from machine import SENDER_CPU, Repetition

from console.harness.load.ledger import ROW_BYTES, Command, Control, Ledger

HERE = Path(__file__).resolve().parent
PARTS = ("closed", "pipelined", "fresh", "peers", "open", "stop", "painting")
Contender = Callable[[], Repetition]


class Bench:
    """One sink, one message, one folder of throw-away runs."""

    def __init__(self, folder: Path, programs: dict[str, Path], port: int, sink: int, options: argparse.Namespace):
        self.folder = folder
        self.programs = programs
        self.port = port
        self.sink = sink
        self.seconds = options.seconds
        self.repeat = options.repeat
        self.message = folder / "message.bin"
        self.message.write_bytes(load_process.message())

    def c(self, mode: str, connections: int, number: int, seconds: float = 0) -> Contender:
        arguments = [mode, str(self.port), str(self.message), str(connections), str(number)]
        command = [str(self.programs["sender"]), *arguments, str(seconds or self.seconds)]
        return lambda: machine.measured(command, cpu=SENDER_CPU, ours=[self.sink])

    def worker(self, **spec: Any) -> Contender:
        body = {"port": self.port, "seconds": self.seconds, "model": "closed", "content": "raw", **spec}

        def run() -> Repetition:
            with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                command = [sys.executable, str(HERE / "harness" / "load_process.py"), folder, json.dumps(body)]
                return machine.measured(command, cpu=SENDER_CPU, ours=[self.sink])

        return run

    def program(self, *command: str) -> Contender:
        return lambda: machine.measured(list(command), cpu=SENDER_CPU, ours=[self.sink])

    def compare(self, contenders: dict[str, Contender], *, unit: str = "us") -> None:
        """Interleaved repetitions; the first contender is the yardstick. Prints a line for each."""
        found: dict[str, list[Repetition]] = {name: [] for name in contenders}
        for _ in range(self.repeat):
            for name, contender in contenders.items():
                try:
                    for _ in range(3):
                        repetition = contender()
                        if repetition.quiet:
                            break
                except (RuntimeError, subprocess.TimeoutExpired) as error:
                    print(f"  ({name} did not get through: {str(error)[-160:]!r})", flush=True)
                    continue
                found[name].append(repetition)
        yardstick = found[next(iter(contenders))]
        found = {name: repetitions for name, repetitions in found.items() if repetitions}
        for name, repetitions in found.items():
            quiet = [one for one in repetitions if one.quiet]
            used = quiet or repetitions
            pairs = list(zip(repetitions, yardstick, strict=False))
            pairs = [pair for pair in pairs if pair[0].quiet and pair[1].quiet] or pairs
            ratios = [one.told["rate"] / other.told["rate"] for one, other in pairs]
            rates = [one.told["rate"] for one in used]
            cpu = statistics.median(one.told["cpu_us"] for one in used)
            tails = "/".join(
                f"{statistics.median(one.told[key] for one in used):,.0f}" if key in used[0].told else "-"
                for key in ("p50", "p99", "p999")
            )
            wrong = sum(one.told["wrong"] for one in repetitions)
            ratio = f"{statistics.median(ratios):5.2f}"
            print(
                f"  {name:34} {statistics.median(rates):11,.0f} [{max(rates):11,.0f}]  {cpu:7.2f}  {ratio}"
                f"   {tails:>22} {unit}  quiet {len(quiet)}/{len(repetitions)}{f'  WRONG {wrong}' if wrong else ''}",
                flush=True,
            )


def title(text: str) -> None:
    print(f"\n{text}\n  {'':34} {'msg/s':>11} [{'most':>11}]  CPU us/m  of C   {'p50/p99/p99.9':>22}", flush=True)


def closed(bench: Bench) -> None:
    for count in (1, 8, 64, 256):
        title(f"closed, {count} connections, one outstanding (times: the answer, from the send)")
        bench.compare(
            {
                "C": bench.c("closed", count, 1),
                "worker, raw": bench.worker(connections=count),
                "worker, full": bench.worker(connections=count, content="full"),
            }
        )


def pipelined(bench: Bench) -> None:
    title("closed, 8 connections, 16 outstanding each")
    bench.compare(
        {
            "C": bench.c("closed", 8, 16),
            "worker, raw": bench.worker(connections=8, outstanding=16),
            "worker, full": bench.worker(connections=8, outstanding=16, content="full"),
        }
    )


def fresh(bench: Bench) -> None:
    title("a connection for every message, 64 at a time")
    bench.compare({"C (RST)": bench.c("fresh", 64, 1), "worker, raw": bench.worker(connections=64, per_message=True)})


def peers(bench: Bench) -> None:
    port, message, seconds = str(bench.port), str(bench.message), str(bench.seconds)
    where = HERE / "harness" / "peers"
    node = npm_installed(bench.folder)
    for count in (8, 64):
        title(f"closed, {count} connections: other libraries' senders (MSA-1 and MSA-2 checked for them)")
        contenders = {
            "C": bench.c("closed", count, 1),
            "worker, full": bench.worker(connections=count, content="full"),
            "python-hl7, threads, reads bytes": bench.program(
                sys.executable, str(where / "python_hl7_threads.py"), port, message, str(count), seconds
            ),
            "python-hl7, asyncio, as documented": bench.program(
                sys.executable, str(where / "python_hl7_asyncio.py"), port, message, str(count), seconds
            ),
        }
        for name, file in node.items():
            contenders[name] = bench.program("node", str(file), port, message, str(count), seconds)
        bench.compare(contenders)


def npm_installed(folder: Path) -> dict[str, Path]:
    """The node peers, installed into the folder; nothing when that cannot be done here."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        print("  (no node: its peers are left out)")
        return {}
    home = folder / "node"
    home.mkdir(exist_ok=True)
    (home / "package.json").write_text("{}")
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "simple-hl7@3.3", "node-hl7-client@3.2"]
    ran = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=180, check=False)
    if ran.returncode:
        print(f"  (npm cannot install: its peers are left out; {ran.stderr.strip()[-200:]})")
        return {}
    files = {"simple-hl7 3.3": "simple_hl7.js", "node-hl7-client 3.2": "node_hl7_client.mjs"}
    for file in files.values():
        shutil.copy(HERE / "harness" / "peers" / file, home / file)
    return {name: home / file for name, file in files.items()}


def open_model(bench: Bench) -> None:
    port, message = str(bench.port), str(bench.message)
    call_at = str(HERE / "harness" / "peers" / "asyncio_call_at.py")
    for rate in (1_000, 5_000, 10_000, 20_000):
        title(f"open, {rate:,} msg/s on 64 connections (times: actual minus intended send)")
        bench.compare(
            {
                "C, epoll_pwait2": bench.c("open", 64, rate),
                "worker, raw": bench.worker(connections=64, model="open", rate=rate),
                "worker, full": bench.worker(connections=64, model="open", rate=rate, content="full"),
                "worker, full, spin": bench.worker(connections=64, model="open", rate=rate, content="full", spin=True),
                "asyncio call_at": bench.program(
                    sys.executable, call_at, port, message, "64", str(rate), str(bench.seconds)
                ),
            }
        )


def stop(bench: Bench) -> None:
    print("\nstop at 20,000 msg/s: from the command to the last byte")
    spec = {"port": bench.port, "seconds": 20, "model": "open", "rate": 20_000, "connections": 64, "content": "full"}
    took = []
    for _ in range(bench.repeat):
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
            command = [sys.executable, str(HERE / "harness" / "load_process.py"), folder, json.dumps(spec)]
            process = subprocess.Popen(machine.pinned(command, SENDER_CPU), stdout=subprocess.PIPE)
            ledger = Path(folder) / "ledger-0.bin"
            while True:
                time.sleep(0.05)
                try:
                    with Ledger(ledger, writable=True) as opened:
                        if opened.words[Control.SENT] > 20_000:
                            commanded = time.perf_counter_ns()
                            opened.words[Control.COMMAND] = Command.STOP
                            break
                except (OSError, ValueError):
                    continue
            process.communicate(timeout=30)
            with Ledger(ledger, writable=False) as opened:
                last = opened.words[Control.START] + int(opened.array("sent").max())
                took.append((last - commanded) / 1e6)
    print("  " + ", ".join(f"{value:.1f} ms" for value in took))


def painting(bench: Bench) -> None:
    title("open, 5,000 msg/s, full, beside a process that paints at 4 Hz")
    alone = bench.worker(connections=64, model="open", rate=5_000, content="full")

    def beside() -> Repetition:
        painter = subprocess.Popen([sys.executable, str(HERE / "harness" / "painter.py")])
        try:
            time.sleep(0.6)
            bench_ours = machine.measured
            with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
                spec = {"port": bench.port, "seconds": bench.seconds, "model": "open", "rate": 5_000}
                spec |= {"connections": 64, "content": "full"}
                command = [sys.executable, str(HERE / "harness" / "load_process.py"), folder, json.dumps(spec)]
                return bench_ours(command, cpu=SENDER_CPU, ours=[bench.sink, painter.pid])
        finally:
            painter.kill()
            painter.wait(10)

    bench.compare({"alone": alone, "beside the painter": beside})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="short: one repetition of half a second, no peers")
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.repeat, options.no_peers = 0.5, 1, True
    wanted = options.parts or [part for part in PARTS if not (part == "peers" and options.no_peers)]
    runs = {"closed": closed, "pipelined": pipelined, "fresh": fresh, "peers": peers}
    runs |= {"open": open_model, "stop": stop, "painting": painting}
    with tempfile.TemporaryDirectory(prefix="signalbox-bench-") as name:
        folder = Path(name)
        programs = machine.compiled(folder)
        if programs is None:
            print("no C compiler here: there is no yardstick, so nothing is measured")
            return 0
        with machine.receiver([str(programs["sink"])], folder / "port") as (port, sink):
            bench = Bench(folder, programs, port, sink, options)
            print(f"ledger: {ROW_BYTES} bytes a message; {os.cpu_count()} processors; Python {sys.version.split()[0]}")
            for part in wanted:
                runs[part](bench)
    return 0


if __name__ == "__main__":
    sys.exit(main())
