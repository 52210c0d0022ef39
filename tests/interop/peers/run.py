"""Probes six receivers that are not ours and prints what each fails: `python tests/interop/peers/run.py [NAME ...]`.

Each receiver is the library's own server behind some twenty lines that use its public interface, in this folder. The
libraries are installed by name into a temporary folder (pip, npm, Maven); where that is not possible the receiver is
left out with the reason. A receiver that ends is started again, as a service manager would. Loopback only.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from console.harness.probe.bench import Receiver
from console.harness.probe.catalogue import chosen
from console.harness.probe.model import Outcome, ProbeReport, Severity
from console.harness.probe.report import as_json
from console.harness.probe.runner import run_probes

HERE = Path(__file__).resolve().parent
NPM = {"node-hl7-server": "2.5", "simple-hl7": "3.3", "mllp-node": "2.0"}
PIP = {"python-hl7": "hl7==0.4.5", "hl7apy": "hl7apy==1.3.5"}
PATIENCE_S = 20.0


class Absent(Exception):
    """A receiver cannot be installed or started here."""


def main(names: list[str]) -> int:
    reports: dict[str, ProbeReport] = {}
    with tempfile.TemporaryDirectory(prefix="signalbox-peers-") as folder:
        for name in names or [*PIP, *NPM, "hapi-base"]:
            try:
                command, environment = _installed(name, Path(folder))
                with _running(command, environment, Path(folder) / f"{name}.log") as port:
                    reports[name] = asyncio.run(_probe(port, name))
            except Absent as reason:
                print(f"{name}: left out: {reason}", flush=True)
                continue
            _tell(name, reports[name])
    if target := os.environ.get("PEER_REPORTS"):
        Path(target).write_text(json.dumps({name: as_json(report) for name, report in reports.items()}, indent=1))
    return 0 if all(report.count(Outcome.FAIL) for report in reports.values()) else 1


async def _probe(port: int, name: str) -> ProbeReport:
    mark = f"X{abs(hash((name, time.time_ns()))) % 0xFFFFFF:06X}"
    return await run_probes(
        Receiver("127.0.0.1", port), chosen([], tls=False), run=mark, started=datetime.now(UTC), version=name
    )


def _tell(name: str, report: ProbeReport) -> None:
    counts = ", ".join(f"{report.count(outcome)} {outcome}" for outcome in Outcome)
    worst = len(report.failed(Severity.CRITICAL))
    print(f"\n== {name}: {counts}; {worst} critical; {report.seconds:.0f} s. {report.greeting}")
    for result in report.failed():
        print(f"   {result.severity:8} {result.probe.id:36} {result.finding.sentence}")
    if report.killed_by:
        print(f"   taken down by: {', '.join(report.killed_by)}")
    sys.stdout.flush()


# ---------------------------------------------------------------- installing


def _installed(name: str, folder: Path) -> tuple[list[str], dict[str, str]]:
    if name in PIP:
        python = folder / name / "bin" / "python"
        venv.create(folder / name, with_pip=True)
        _call([str(python), "-m", "pip", "install", "-q", PIP[name]])
        return [str(python), str(HERE / f"{name.replace('-', '_')}_receiver.py")], {}
    if name in NPM:
        _call(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), f"{name}@{NPM[name]}"])
        return ["node", str(HERE / f"{name.replace('-', '_')}.cjs")], {"NODE_PATH": str(folder / "node_modules")}
    if name == "hapi-base":
        to = folder / "hapi"
        pom = str(HERE / "hapi" / "pom.xml")
        _call(["mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies", f"-DoutputDirectory={to}"])
        return ["java", "-cp", f"{to}/*", str(HERE / "hapi" / "HapiReceiver.java")], {}
    raise Absent(f"there is no receiver of that name; known: {', '.join([*PIP, *NPM, 'hapi-base'])}")


def _call(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    except FileNotFoundError as error:
        raise Absent(f"{command[0]} is not installed here") from error
    except subprocess.TimeoutExpired as error:
        raise Absent(f"{command[0]} did not finish in five minutes") from error
    except subprocess.CalledProcessError as error:
        raise Absent(f"{command[0]} failed: {error.stderr.decode(errors='replace').strip()[-300:]}") from error


# ---------------------------------------------------------------- running


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[int]:
    """The receiver on a free port, started again when it ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    stopping = threading.Event()
    current: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not stopping.is_set():
            with log.open("ab") as out:
                process = subprocess.Popen(
                    [*command, str(port)], env={**os.environ, **environment}, stdout=out, stderr=out
                )
            current[:] = [process]
            process.wait()
            stopping.wait(0.5)

    keeper = threading.Thread(target=keep)
    keeper.start()
    try:
        _wait(lambda: _listens(port), log)
        yield port
    finally:
        stopping.set()
        for process in current:
            process.kill()
        keeper.join()


def _wait(ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not ready():
        if time.monotonic() > deadline:
            raise Absent(f"it did not come up: {log.read_text(errors='replace')[-300:]}")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
