"""The engine with the demo hospital and no window: two child processes, ended together."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from console.cli.parent_watch import VARIABLE
from console.connections.local_port import free_or_any
from console.connections.private_file import private_folder
from console.core.errors import EnvironmentFault

READY_WITHIN_S = 60.0
STOP_WITHIN_S = 15.0
POLL_S = 0.1
DEFAULT_PORTS = ("127.0.0.1:2575", "127.0.0.1:8585")
READY_FILE = "running.json"


class _Ended(Exception):
    """Somebody asked us to end."""


def run_headless(folder: Path) -> int:
    """Runs until asked to end or until the engine ends by itself; the exit code is then the engine's."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise _Ended

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    private_folder(folder)
    ready_file = folder / READY_FILE
    ready_file.unlink(missing_ok=True)
    children: list[subprocess.Popen[bytes]] = []
    try:
        mllp, http = map(free_or_any, DEFAULT_PORTS)
        serve = ["engine", "serve", "--data", str(folder), "--mllp", mllp, "--http", http]
        engine = _start([*serve, "--ready-file", str(ready_file)])
        children.append(engine)
        ready = _wait_ready(engine, ready_file)
        if ready is None:
            return engine.returncode or 3
        print(f"engine: {ready['http']}  MLLP {ready['mllp']}  token in {ready['token_file']}", flush=True)
        children.append(_start(["engine", "demo", "--mllp", ready["mllp"]]))
        return engine.wait()
    except _Ended:
        return 0
    finally:
        _stop(children)
        ready_file.unlink(missing_ok=True)


def _start(arguments: list[str]) -> subprocess.Popen[bytes]:
    frozen = getattr(sys, "frozen", False)
    command = [sys.executable, *([] if frozen else ["-m", "console"]), *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, VARIABLE: "1"})


def _wait_ready(engine: subprocess.Popen[bytes], path: Path) -> dict[str, str] | None:
    """The ready file's content; None when the engine ended instead. Raises EnvironmentFault when it takes too long."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if engine.poll() is not None:
            return None
        if path.is_file():
            ready: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
            return ready
        time.sleep(POLL_S)
    raise EnvironmentFault(
        "The engine did not become ready within a minute. Its log says why.", code="engine-not-ready"
    )


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for child in reversed(children):
        if child.poll() is None:
            child.terminate()
    for child in reversed(children):
        if child.stdin is not None:
            child.stdin.close()
        try:
            child.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
