"""What is settled before the first byte of a run: its id, its folder, seed, hospital time, targets, overrides.

`plan.json` beside the scenario as it was is all that workers, statistics and the later check read, so every one of
them works from the same scenario. The run id is a hash of what decides the bytes: the same bytes carry the same id.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from console import __version__
from console.connections.private_file import private_folder, write_private
from console.core.clock import iso_micros, to_micros
from console.core.errors import EnvironmentFault, Refused
from console.harness.load.plain_json import from_plain, to_plain
from console.harness.load.run_folder import RunFolder
from console.harness.scenario.model import Scenario, Target

RUNS = Path("harness") / "runs"
"""Where runs lie below the data folder."""

_PLAN_VERSION = 1
_MOST_SAME = 10_000
_INDIFFERENT = frozenset({"target", "script", "verify", "seed", "starts"})
"""Overrides that decide no byte by themselves: whom it goes to and whom to ask. Seed and starts count anyway."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A run as it is to happen. `scenario` has the overrides, the seed, the hospital time and the true targets in it
    (the ports of receivers that the run started itself included): nothing after this reads the scenario file.
    `overrides` are the command line's words, for the record. `machine`: what it ran on, for the report.
    `receiver`: HOST:PORT of the run's own receiver, '' when it has none."""

    run: str
    scenario: Scenario
    seed: int
    starts: datetime
    created: datetime
    workers: int = 1
    overrides: Mapping[str, Any] = field(default_factory=dict)
    version: str = __version__
    machine: Mapping[str, Any] = field(default_factory=dict)
    receiver: str = ""


def run_id(scenario: Scenario, *, seed: int, starts: datetime, overrides: Mapping[str, Any]) -> str:
    """`H-` and six characters of base 32: a hash of everything that decides the bytes and their times."""
    decisive = {name: value for name, value in overrides.items() if name not in _INDIFFERENT}
    text = json.dumps([scenario.digest, seed, to_micros(starts), decisive], sort_keys=True)
    return "H-" + base64.b32encode(hashlib.sha256(text.encode()).digest())[:6].decode("ascii")


def make_run_folder(data: Path, run: str) -> RunFolder:
    """A new folder for this run below the data folder, for its owner alone; `-2`, `-3`... when the same run was made
    before. Raises EnvironmentFault when it cannot be made."""
    base = data / RUNS
    try:
        private_folder(base)
        for number in range(1, _MOST_SAME):
            folder = base / (run if number == 1 else f"{run}-{number}")
            try:
                folder.mkdir(mode=0o700)
            except FileExistsError:
                continue
            return RunFolder(folder)
    except OSError as error:
        raise EnvironmentFault(
            f"The run's folder cannot be made below {base}: {error.strerror or error}. "
            "Name another data folder with --data.",
            code="run-folder",
        ) from error
    raise Refused(f"There are {_MOST_SAME} runs {run} below {base} already. Remove old ones.", code="run-folder")


def settle(
    scenario: Scenario,
    *,
    seed: int,
    starts: datetime,
    created: datetime,
    overrides: Mapping[str, Any] | None = None,
    targets: Sequence[Target] = (),
    receiver: str = "",
) -> Plan:
    """The plan of a run. `scenario` has its overrides applied already; `targets` replace its own when given.
    `starts` is taken in whole seconds."""
    words = dict(overrides or {})
    starts = starts.replace(microsecond=0)
    settled = replace(scenario, seed=seed, starts=starts, targets=tuple(targets) or scenario.targets)
    return Plan(
        run=run_id(scenario, seed=seed, starts=starts, overrides=words),
        scenario=settled,
        seed=seed,
        starts=starts,
        created=created,
        workers=max(1, scenario.load.processes),
        overrides=words,
        machine=machine_facts(),
        receiver=receiver,
    )


def machine_facts() -> dict[str, Any]:
    """What a reader of the figures has to know about the machine; no names of people or hosts."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "processors": os.cpu_count() or 0,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def write_plan(folder: RunFolder, plan: Plan) -> None:
    """Writes scenario.toml and plan.json, each in one step, mode 0600. Raises EnvironmentFault."""
    scenario = to_plain(replace(plan.scenario, text=""))
    body = {
        "plan_version": _PLAN_VERSION,
        "run": plan.run,
        "seed": plan.seed,
        "starts": iso_micros(to_micros(plan.starts)),
        "created": iso_micros(to_micros(plan.created)),
        "workers": plan.workers,
        "targets": [target.address for target in plan.scenario.targets],
        "receiver": plan.receiver,
        "overrides": dict(plan.overrides),
        "version": plan.version,
        "machine": dict(plan.machine),
        "scenario": scenario,
    }
    write_private(folder.scenario, plan.scenario.text)
    write_private(folder.plan, json.dumps(body, indent=1, ensure_ascii=False) + "\n")


def read_plan(folder: RunFolder) -> Plan:
    """The plan of a run, whoever made it and whenever. Raises Refused (code `no-run`, `plan-unreadable`)."""
    try:
        body = json.loads(folder.plan.read_text(encoding="utf-8"))
        text = folder.scenario.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Refused(f"{folder.path} is no run of the harness: there is no plan.json in it.", code="no-run") from error
    except (OSError, ValueError) as error:
        raise Refused(f"{folder.plan} cannot be read. The run has to be made again.", code="plan-unreadable") from error
    try:
        return from_plain(Plan, {**body, "scenario": {**body["scenario"], "text": text}})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(
            f"{folder.plan} is no plan that this version understands ({error}). The run has to be made again.",
            code="plan-unreadable",
        ) from error
