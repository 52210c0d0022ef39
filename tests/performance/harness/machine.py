"""The machine under a benchmark: C programs compiled, processes pinned, and repetitions during which others were busy.

A repetition counts as quiet when all other processes together used less than QUIET processors while it ran.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
QUIET = 0.15
SENDER_CPU, RECEIVER_CPU = 0, 1


def compiled(folder: Path) -> dict[str, Path] | None:
    """The C programs, or None when there is no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    made = {}
    for name in ("sink", "sender"):
        made[name] = folder / name
        subprocess.run([compiler, "-O2", "-o", str(made[name]), str(HERE / f"{name}.c")], check=True)
    return made


def pinned(command: list[str], cpu: int) -> list[str]:
    """The command on one processor, where there are two and the system can."""
    taskset = shutil.which("taskset")
    if taskset is None or (os.cpu_count() or 1) < 2:
        return command
    return [taskset, "-c", str(cpu), *command]


def _busy() -> float:
    """Seconds of processor time that the machine has spent on anything, ever."""
    try:
        fields = [int(text) for text in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    except OSError:
        return 0.0
    return (sum(fields[:3]) + sum(fields[5:7])) / os.sysconf("SC_CLK_TCK")


def _used_by(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Repetition:
    """What a program printed, and how many processors everybody else used meanwhile."""

    told: dict[str, Any]
    others: float

    @property
    def quiet(self) -> bool:
        return self.others < QUIET


def measured(command: list[str], *, cpu: int, ours: list[int], timeout: float = 120.0) -> Repetition:
    """Runs a program that prints one line of JSON at its end. `ours` are processes that belong to the benchmark."""
    before, us, began = _busy(), sum(map(_used_by, ours)), time.perf_counter()
    children = os.times()
    ran = subprocess.run(pinned(command, cpu), capture_output=True, text=True, timeout=timeout, check=False)
    lasted = time.perf_counter() - began
    after = os.times()
    own = after.children_user + after.children_system - children.children_user - children.children_system
    own += after.user + after.system - children.user - children.system
    others = (_busy() - before - own - (sum(map(_used_by, ours)) - us)) / lasted
    lines = ran.stdout.strip().splitlines()
    if not lines:
        raise RuntimeError(f"{command[0]}: {ran.stderr.strip()[-500:]}")
    return Repetition(json.loads(lines[-1]), max(0.0, others))


@contextlib.contextmanager
def receiver(command: list[str], port_file: Path) -> Iterator[tuple[int, int]]:
    """A receiver that writes its port into a file; gives port and process id."""
    port_file.unlink(missing_ok=True)
    process = subprocess.Popen(pinned([*command, str(port_file)], RECEIVER_CPU), stdout=subprocess.DEVNULL)
    try:
        for _ in range(500):
            if port_file.exists() and (text := port_file.read_text()).endswith("\n"):
                break
            time.sleep(0.01)
        else:
            raise RuntimeError(f"{command[0]} does not listen")
        yield int(text), process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
