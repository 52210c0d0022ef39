"""The end of a run: what arrived is asked for, thresholds are judged, the report is written, the last word is said."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from console.harness.load.checks import live_checks
from console.harness.load.conductor import Conductor, Ended, Exit
from console.harness.load.live import Check, RunState, Snapshot
from console.harness.load.receiver import OwnReceiver
from console.harness.load.rows import write_faults


@dataclass(frozen=True, slots=True)
class Wishes:
    """What to do when the load is over. `verify` False asks nobody what arrived; `engine` takes the place of the URL
    in the scenario. The three files are written besides those in the run's folder."""

    verify: bool = True
    engine: str = ""
    report: Path | None = None
    html: Path | None = None
    junit: Path | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The last word on a run: `text` is a sentence for a person, `code` the exit code of the command."""

    state: RunState
    text: str
    code: int
    snapshot: Snapshot
    values: Mapping[str, float | None]
    folder: Path

    def report_json(self) -> str:
        """The report, or the last snapshot where none could be written."""
        try:
            return (self.folder / "report.json").read_text(encoding="utf-8").rstrip("\n")
        except OSError:
            return json.dumps(self.snapshot.as_json(), ensure_ascii=False, indent=1)


def finish(conductor: Conductor, ended: Ended, wishes: Wishes, receiver: OwnReceiver | None) -> Finished:
    """Judges and reports. Raises nothing that is not a fault of our own."""
    if receiver is not None:
        receiver.end()
    checks = live_checks(conductor.plan.scenario, conductor.picture.statistics, ended.values, over=True)
    state, text, code = last_word(ended, checks)
    write_faults(conductor.folder)
    snapshot = conductor.picture.take(state, text, last=True, checks=checks)
    conductor.tell(snapshot)
    return Finished(state, text, code, snapshot, ended.values, conductor.folder.path)


def last_word(ended: Ended, checks: Sequence[Check]) -> tuple[RunState, str, int]:
    """What the run is in the end: what ended it early, else what its checks say."""
    if ended.state is not RunState.PASSED:
        return ended.state, ended.text, ended.code
    failed = [check for check in checks if check.state == "fail"]
    unknown = [check for check in checks if check.state in ("unknown", "running")]
    if failed:
        words = "; ".join(f"{check.title} ({check.detail})" if check.detail else check.title for check in failed[:3])
        more = f", and {len(failed) - 3} more" if len(failed) > 3 else ""
        return RunState.FAILED, f"failed: {words}{more}", Exit.NO
    text = "passed"
    if unknown:
        text += f"; not observed: {', '.join(check.title for check in unknown[:3])}"
    return RunState.PASSED, text, Exit.PASSED
