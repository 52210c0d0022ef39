"""The self-test: an engine of its own, one invented result through the real socket, and the proof that it was filed."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from console.connections.engine_source import EngineSource
from console.connections.mllp_client import MllpClient
from console.connections.tokens import find_token
from console.core.errors import EnvironmentFault
from console.hl7v2.acknowledgment import parse_ack

PATIENCE_S = 60.0
_POLL_S = 0.05
CONTROL_ID = "SELFTEST1"
MESSAGE = "\r".join(
    (
        rf"MSH|^~\&|SELFTEST|SIGNALBOX|SIGNALBOX|SIGNALBOX|20260101120000+0000||ORU^R01^ORU_R01|{CONTROL_ID}|P|2.5.1",
        "PID|1||SELFTEST-1^^^SELFTEST^MR||TEST^SELF||19700101|F",
        "PV1|1|I|TEST^1^1||||||||||||||||SELFTEST-V1^^^SELFTEST^VN",
        "ORC|RE|SELFTEST-P1^SELFTEST|SELFTEST-F1^SELFTEST",
        "OBR|1|SELFTEST-P1^SELFTEST|SELFTEST-F1^SELFTEST|2823-3^Potassium^LN|||20260101115000+0000||||||||||||||||||F",
        "OBX|1|NM|2823-3^Potassium^LN||4.10|mmol/L|3.5-5.3|N|||F|||20260101115500+0000",
        "",
    )
).encode()


def selftest() -> dict[str, float]:
    """What each step took, in milliseconds. Raises EnvironmentFault saying which step failed."""
    with tempfile.TemporaryDirectory(prefix="signalbox-selftest-") as folder:
        return _run(Path(folder))


def _run(folder: Path) -> dict[str, float]:
    steps: dict[str, float] = {}
    began = time.perf_counter()
    data, ready_file, log = folder / "data", folder / "ready.json", folder / "engine.log"
    command = ["engine", "serve", "--data", str(data), "--mllp", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    frozen = getattr(sys, "frozen", False)
    with log.open("wb") as output:
        engine = subprocess.Popen(
            [sys.executable, *([] if frozen else ["-m", "console"]), *command, "--ready-file", str(ready_file)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "SIGNALBOX_DATA": str(data)},
        )
    try:
        ready = _ready(engine, ready_file, log)
        steps["engine up"] = (time.perf_counter() - began) * 1000
        steps |= asyncio.run(_send_and_prove(ready, data))
    finally:
        engine.terminate()
        try:
            engine.wait(15)
        except subprocess.TimeoutExpired:
            engine.kill()
            engine.wait()
    return steps


def _ready(engine: subprocess.Popen[bytes], path: Path, log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    while not path.exists():
        if engine.poll() is not None:
            last = log.read_text(errors="replace").strip().splitlines()[-1:]
            raise EnvironmentFault(f"The engine did not start: {' '.join(last)[:300]}", code="selftest")
        if time.monotonic() > deadline:
            raise EnvironmentFault("The engine did not start within a minute.", code="selftest")
        time.sleep(_POLL_S)
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


async def _send_and_prove(ready: dict[str, Any], data: Path) -> dict[str, float]:
    steps: dict[str, float] = {}
    host, _, port = str(ready["mllp"]).rpartition(":")
    began = time.perf_counter()
    async with MllpClient(host, int(port), timeout=PATIENCE_S) as line:
        answer = parse_ack(await line.send(MESSAGE))
    steps["acknowledged"] = (time.perf_counter() - began) * 1000
    if answer.code != "AA" or answer.control_id != CONTROL_ID:
        raise EnvironmentFault(f"The engine answered {answer.code}, not AA: {answer.text}", code="selftest")
    source = EngineSource(str(ready["http"]), find_token({}, data))
    try:
        trace = await _filed(source)
        steps["filed"] = (time.perf_counter() - began) * 1000
        await _prove(source, trace)
        steps["proven"] = (time.perf_counter() - began) * 1000
    finally:
        await source.close()
    return steps


async def _filed(source: EngineSource) -> dict[str, Any]:
    """The trace, once the engine has read back what it filed."""
    deadline = time.monotonic() + PATIENCE_S
    state = "unknown"
    while time.monotonic() < deadline:
        found = (await source.keys([CONTROL_ID], kind="control")).items
        if found and found[0]["traces"]:
            trace = await source.trace(found[0]["traces"][0]["trace_id"])
            state = trace["state"]
            if state == "verified":
                return trace
            if state in ("dead_lettered", "refused"):
                error = trace["error"] or {}
                raise EnvironmentFault(f"The message stopped: {error.get('text', state)}", code="selftest")
        await asyncio.sleep(_POLL_S)
    raise EnvironmentFault(f"The message was not filed within a minute; it is {state}.", code="selftest")


async def _prove(source: EngineSource, trace: dict[str, Any]) -> None:
    """The value as sent stands in the resource as filed; the timeline knows it; the audit log holds."""
    filed = await source.message_fhir(trace["event_id"])
    bodies = [one["body"] for one in filed["resources"] if one["type"] == "Observation" and one["body"]]
    if not any((body.get("valueQuantity") or {}).get("value") == 4.1 for body in bodies):
        raise EnvironmentFault("The filed resource does not hold the value that was sent.", code="selftest")
    story = await source.timeline("SELFTEST-V1")
    if [entry["state"] for entry in story["timeline"]["entries"]] != ["verified"]:
        raise EnvironmentFault("The encounter's timeline does not show the message as delivered.", code="selftest")
    if not (await source.audit_verify())["intact"]:
        raise EnvironmentFault("The audit log of the test does not hold.", code="selftest")
