"""The runs of a data folder: what each was, how it ended, its pictures read back. Blocks: for the io thread."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from console.core.clock import parse_iso
from console.core.errors import EnvironmentFault, Refused
from console.desktop.models.live_run import LiveRun, read_snapshot
from console.harness.load.live import RunState, Snapshot
from console.harness.load.run_folder import RunFolder

RUNS: Final = Path("harness") / "runs"
_TAIL: Final = 262_144
MOST: Final = 500


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """`state` None: it never said how it ended (killed, or still going on). Times are None when not measured."""

    folder: Path
    run: str
    title: str
    created: datetime | None
    seed: int
    targets: tuple[str, ...]
    state: RunState | None
    sent: int = 0
    p99_ms: float | None = None
    failed: tuple[str, ...] = ()
    scenario: Path | None = None

    @property
    def key(self) -> str:
        return self.folder.name

    @property
    def report(self) -> Path | None:
        path = RunFolder(self.folder).html
        return path if path.is_file() else None


def earlier_runs(data: Path) -> list[EarlierRun]:
    """Newest first, at most `MOST`. A folder that cannot be read is left out."""
    try:
        folders = [Path(entry.path) for entry in os.scandir(data / RUNS) if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise EnvironmentFault(
            f"The runs in {data / RUNS} cannot be read: {error.strerror}.", code="runs-unreadable"
        ) from error
    dated = sorted(folders, key=_changed, reverse=True)[:MOST]
    return [run for run in map(read_earlier, dated) if run is not None]


def _changed(folder: Path) -> float:
    try:
        return RunFolder(folder).plan.stat().st_mtime
    except OSError:
        return 0.0


def read_earlier(folder: Path) -> EarlierRun | None:
    """What one folder says of its run; None when it is no run."""
    try:
        plan = json.loads(RunFolder(folder).plan.read_text(encoding="utf-8"))
        scenario = plan["scenario"]
        last = last_snapshot(folder)
        return EarlierRun(
            folder=folder,
            run=folder.name,
            title=str(scenario.get("title") or scenario.get("name") or folder.name),
            created=parse_iso(str(plan["created"])) if plan.get("created") else None,
            seed=int(plan.get("seed") or 0),
            targets=tuple(str(target) for target in plan.get("targets") or ()),
            state=last.state if last is not None and last.state.over else None,
            sent=last.sent if last is not None else 0,
            p99_ms=last.answer_whole_ms.p99 if last is not None else None,
            failed=tuple(check.name for check in last.checks if check.state == "fail") if last is not None else (),
            scenario=_scenario_file(folder, scenario),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _scenario_file(folder: Path, scenario: dict[str, Any]) -> Path | None:
    """The file it was made from, while it is still there; else the copy in the folder."""
    path = Path(str(scenario.get("folder") or "")) / f"{scenario.get('name')}.toml"
    if path.is_file():
        return path
    kept = RunFolder(folder).scenario
    return kept if kept.is_file() else None


def last_snapshot(folder: Path) -> Snapshot | None:
    """The last word of a run's snapshots."""
    path = RunFolder(folder).snapshots
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - _TAIL))
            lines = file.read().rstrip(b"\n").split(b"\n")
    except OSError:
        return None
    for line in reversed(lines):
        try:
            body = json.loads(line)
        except ValueError:
            continue
        snapshot = read_snapshot(body) if isinstance(body, dict) else None
        if snapshot is not None:
            return snapshot
    return None


def read_run(folder: Path) -> LiveRun:
    """A run as it looked at its end. Raises Refused when the folder has no snapshots."""
    run = LiveRun()
    try:
        with RunFolder(folder).snapshots.open("rb") as file:
            for line in file:
                run.take_line(line)
    except OSError as error:
        raise Refused(f"The run in {folder} has no pictures to show.", code="no-snapshots") from error
    if run.snapshot is None:
        raise Refused(f"The run in {folder} has no pictures to show.", code="no-snapshots")
    return run


def delete_run(data: Path, folder: Path) -> None:
    """Removes a run's folder with everything in it. Raises Refused for a folder that is no run of this data folder,
    EnvironmentFault when it cannot be removed."""
    if folder.parent != data / RUNS or folder.is_symlink() or not RunFolder(folder).plan.is_file():
        raise Refused(f"{folder} is no run of the harness.", code="no-run")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise EnvironmentFault(
            f"The run {folder.name} cannot be deleted: {error.strerror}.", code="run-not-deleted", retryable=False
        ) from error
