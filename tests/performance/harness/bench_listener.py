"""How many messages a second the scripted listener answers, beside a C sink and other receivers, with CPU per message.

    python tests/performance/harness/bench_listener.py [--rounds N] [--seconds S] [--connections N] [--peers] [--json]

The C sender (64 connections, one message outstanding on each, MSA-1 and MSA-2 checked) runs on one processor, the
receiver on another. The receivers take turns; a turn in which anything else used more than 0.15 of a processor does not
count and is repeated. Medians, and the ratio to the C sink of the same round. `--peers` adds python-hl7's server and,
where npm can install it, simple-hl7.
"""

# ruff: noqa: E501  (rules are one a line)
from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
QUIET = 0.15
"""Processors that everything else may use in a turn that counts."""
_TICK = os.sysconf("SC_CLK_TCK")

TWENTY_RULES = """
title = "Twenty rules, none of which meets the message"
rules = [
  { name = "type 1", match = { types = ["ADT"] }, answer = { code = "AE" } },
  { name = "type 2", match = { types = ["ORM^O01", "OML^O21"] }, answer = { code = "AE" } },
  { name = "sender", match = { application = "RIS" }, answer = { code = "AR" } },
  { name = "patient 1", match = { fields = [{ path = "PID-3.1", equals = "11111111" }] }, answer = { code = "AE" } },
  { name = "patient 2", match = { fields = [{ path = "PID-3.1", equals = "22222222" }] }, answer = { code = "AE" } },
  { name = "patients", match = { fields = [{ path = "PID-3.1", one_of = ["3", "4", "5"] }] }, answer = { code = "AE" } },
  { name = "no patient", match = { fields = [{ path = "PID-3.1", empty = true }] }, answer = { code = "AE" } },
  { name = "class", match = { fields = [{ path = "PV1-2", equals = "E" }] }, answer = { code = "AE" } },
  { name = "ward", match = { fields = [{ path = "PV1-3.1", matches = "^ICU" }] }, answer = { code = "AE" } },
  { name = "order", match = { fields = [{ path = "OBR-4.1", one_of = ["58410-2", "24326-1"] }] }, answer = { code = "AE" } },
  { name = "code", match = { fields = [{ path = "OBX[1]-3.1", equals = "2823-3" }] }, answer = { code = "AE" } },
  { name = "value", match = { fields = [{ path = "OBX[1]-5", matches = "[<>]" }] }, answer = { code = "AE" } },
  { name = "status", match = { fields = [{ path = "OBX[1]-11", equals = "X" }] }, answer = { code = "AE" } },
  { name = "control id", match = { fields = [{ path = "MSH-10", matches = "99999999$" }] }, answer = { code = "AE" } },
  { name = "processing", match = { fields = [{ path = "MSH-11", equals = "D" }] }, answer = { code = "AE" } },
  { name = "connection", match = { connections = [40000] }, answer = { code = "AE" } },
  { name = "window", match = { start = "5h", end = "6h" }, answer = { code = "AE" } },
  { name = "every", match = { types = ["ORU"], every = 100_000_000 }, answer = { code = "AE" } },
  { name = "nth", match = { types = ["ORU"], nth = [99_999_999] }, answer = { code = "AE" } },
  { name = "share", match = { types = ["ORU"], probability = 0.0 }, answer = { code = "AE" } },
]
"""


@dataclass
class Receiver:
    """A receiver under test: its port, its process, what was measured."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    wrong: int = 0


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def cpu_of_all() -> float:
    user, nice, system, _idle, _wait, irq, soft, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + soft + steal) / _TICK


def pinned(processor: int) -> Callable[[], None]:
    return lambda: os.sched_setaffinity(0, {processor % (os.cpu_count() or 1)})


def built(folder: Path, name: str) -> Path:
    program = folder / name
    subprocess.run(["gcc", "-O2", "-o", str(program), str(HERE / f"{name}.c")], check=True)
    return program


def awaited(read: Callable[[], int], process: subprocess.Popen[bytes]) -> int:
    for _ in range(1000):
        try:
            return read()
        except (OSError, ValueError, KeyError):
            if process.poll() is not None:
                raise SystemExit("a receiver did not start") from None
            time.sleep(0.01)
    raise SystemExit("a receiver did not start")


def start_sink(folder: Path) -> Receiver:
    file = folder / "sink-port"
    process = subprocess.Popen([built(folder, "sink"), file], stdout=subprocess.DEVNULL, preexec_fn=pinned(1))
    return Receiver("C sink", awaited(lambda: int(file.read_text()), process), process)


def start_listener(folder: Path, name: str, script: str = "", *options: str) -> Receiver:
    ready = folder / f"{name.replace(' ', '-')}.json"
    command = [sys.executable, "-m", "console", "harness", "listen", "--mllp", "127.0.0.1:0", "--json"]
    command += ["--ready-file", str(ready), *options]
    if script:
        path = folder / f"{name.replace(' ', '-')}.toml"
        path.write_text(script)
        command += ["--script", str(path)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, preexec_fn=pinned(1)
    )
    port = awaited(lambda: int(json.loads(ready.read_text())["mllp"].rpartition(":")[2]), process)
    return Receiver(name, port, process)


PYTHON_HL7 = """
import asyncio, sys, hl7
from hl7.mllp import start_hl7_server
async def talk(reader, writer):
    try:
        while not writer.is_closing():
            message = await reader.readmessage()
            writer.writemessage(message.create_ack())
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
async def main():
    server = await start_hl7_server(talk, "127.0.0.1", 0)
    open(sys.argv[1], "w").write(str(server.sockets[0].getsockname()[1]))
    await server.serve_forever()
asyncio.run(main())
"""

SIMPLE_HL7 = """
const hl7 = require("simple-hl7"), fs = require("fs"), net = require("net");
const probe = net.createServer().listen(0, "127.0.0.1", () => {
  const port = probe.address().port;
  probe.close(() => {
    const app = hl7.tcp();
    app.use((req, res, next) => next());
    app.use((req, res, next) => res.end());
    app.start(port);
    setTimeout(() => fs.writeFileSync(process.argv[2], String(port)), 500);
  });
});
"""


def start_peers(folder: Path) -> Iterator[Receiver]:
    port = folder / "python-hl7-port"
    process = subprocess.Popen(
        [sys.executable, "-c", PYTHON_HL7, port], preexec_fn=pinned(1), stderr=subprocess.DEVNULL
    )
    yield Receiver("python-hl7 0.4.5", awaited(lambda: int(port.read_text()), process), process)
    try:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["npm", "install", "--silent", "simple-hl7@3.3.0"], cwd=folder, check=True, **quiet)
    except (OSError, subprocess.CalledProcessError):
        print("simple-hl7 cannot be installed here: left out", file=sys.stderr)
        return
    (folder / "peer.js").write_text(SIMPLE_HL7)
    port_of_simple = folder / "simple-port"
    process = subprocess.Popen(["node", "peer.js", port_of_simple], cwd=folder, preexec_fn=pinned(1), **quiet)
    yield Receiver("simple-hl7 3.3.0", awaited(lambda: int(port_of_simple.read_text()), process), process)


@contextmanager
def receivers(folder: Path, *, peers: bool) -> Iterator[list[Receiver]]:
    started: list[Receiver] = []
    try:
        started.append(start_sink(folder))
        started.append(start_listener(folder, "fixed AA"))
        started.append(start_listener(folder, "20 rules", TWENTY_RULES))
        started.append(start_listener(folder, "fixed AA, capture", "", "--capture", str(folder / "capture")))
        if peers:
            started.extend(start_peers(folder))
        yield started
    finally:
        for receiver in started:
            receiver.process.send_signal(signal.SIGTERM)
        for receiver in started:
            receiver.process.wait(30)


def turn(
    sender: Path, receiver: Receiver, message: Path, connections: int, seconds: float
) -> tuple[float, float, bool]:
    """Rate, CPU per message in us, and whether nothing else was running."""
    others = cpu_of_all()
    own = cpu_of(receiver.process.pid)
    began = time.monotonic()
    ran = subprocess.run(
        [sender, "closed", str(receiver.port), message, str(connections), "1", str(seconds)],
        capture_output=True, check=False, preexec_fn=pinned(0),
    )  # fmt: skip
    lasted = time.monotonic() - began
    own = cpu_of(receiver.process.pid) - own
    told = json.loads(ran.stdout) if ran.stdout else {"messages": 0, "rate": 0.0, "cpu_us": 0.0, "wrong": 0}
    receiver.wrong += told["wrong"]
    count = told["messages"] or 1
    others = (cpu_of_all() - others - own - told["cpu_us"] * count / 1e6) / lasted
    return told["rate"], own / count * 1e6, others < QUIET


def measure(options: argparse.Namespace) -> list[Receiver]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sender = built(folder, "sender")
        message = folder / "message"
        sys.path.insert(0, str(HERE))
        from load_process import message as standard_message

        message.write_bytes(standard_message())
        with receivers(folder, peers=options.peers) as all_of_them:
            for _ in range(options.rounds):
                of_c = 0.0
                for receiver in all_of_them:
                    for _attempt in range(options.patience):
                        rate, cost, quiet = turn(sender, receiver, message, options.connections, options.seconds)
                        if quiet:
                            break
                    else:
                        continue
                    of_c = rate if receiver is all_of_them[0] else of_c
                    receiver.rates.append(rate)
                    receiver.costs.append(cost)
                    if of_c:
                        receiver.ratios.append(rate / of_c)
            return all_of_them


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--patience", type=int, default=10, help="attempts to find a quiet turn")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    measured = measure(options)
    rows = [
        {
            "receiver": r.name, "turns": len(r.rates), "rate": statistics.median(r.rates), "best": max(r.rates),
            "cpu_us": statistics.median(r.costs), "of_c": statistics.median(r.ratios or [0.0]), "wrong": r.wrong,
        }
        for r in measured if r.rates
    ]  # fmt: skip
    if options.json:
        print(json.dumps(rows))
        return 0
    print(f"{'receiver':20}{'turns':>6}{'msg/s':>10}{'best':>10}{'CPU us':>8}{'of C':>7}{'wrong':>7}")
    for row in rows:
        print(
            f"{row['receiver']:20}{row['turns']:>6}{row['rate']:>10,.0f}{row['best']:>10,.0f}"
            f"{row['cpu_us']:>8.1f}{row['of_c']:>7.2f}{row['wrong']:>7}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
