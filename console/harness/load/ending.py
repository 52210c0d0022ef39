"""The end of a run: what arrived is asked for, checks are judged, reports are written, the last word is said."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from console.core.errors import EnvironmentFault, SignalboxError
from console.harness.load.asking import Asking, Asks
from console.harness.load.checks import live_checks
from console.harness.load.commands import Say
from console.harness.load.conductor import LOOK_S, Conductor, Ended, Exit
from console.harness.load.live import Check, RunState, Snapshot
from console.harness.verdict.buckets import Bucket
from console.harness.verdict.checks_after import checks_after
from console.harness.verdict.facts_of_run import facts_of_run
from console.harness.verdict.report import make_report, write_reports
from console.harness.verdict.thresholds import METRICS, Origin
from console.harness.verdict.verification import Verification

_WAKE_S = 0.05


@dataclass(frozen=True, slots=True)
class Wishes:
    """What to do when the load is over. `engine` takes the place of the URL in the scenario's verification. The three
    files are written besides those in the run's folder."""

    engine: str = ""
    report: Path | None = None
    html: Path | None = None
    junit: Path | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The last word on a run: `text` is a sentence for a person, `code` the exit code of the command, `report` the file
    in the run's folder, None when it could not be written."""

    state: RunState
    text: str
    code: int
    snapshot: Snapshot
    values: Mapping[str, float | None]
    folder: Path
    report: Path | None

    def report_json(self) -> str:
        """The report, or the last snapshot where none could be written."""
        if self.report is not None:
            try:
                return self.report.read_text(encoding="utf-8").rstrip("\n")
            except OSError:
                pass
        return json.dumps(self.snapshot.as_json(), ensure_ascii=False, indent=1)


def finish(conductor: Conductor, ended: Ended, wishes: Wishes, asks: Asks) -> Finished:
    """Asks, judges, reports. Raises nothing but faults of our own: what cannot be asked or written is told."""
    plan, picture = conductor.plan, conductor.picture
    verification: Verification | None = None
    trouble = ""
    if asks.whom(plan) != "none" and ended.state is not RunState.REFUSED and not conductor.aborted:
        verification, trouble = _asked(conductor, asks)
    checks = all_checks(conductor, ended, verification)
    state, text, code = last_word(ended, checks, trouble)
    if verification is not None and state is RunState.PASSED:
        found = verification.findings
        right = found.counts[Bucket.EXACTLY_ONCE]
        text += f"; {right:,} of {found.results:,} results found exactly once at {verification.source}"
    notes: list[str] = []
    last = picture.take(state, text, last=True, checks=checks)
    report: Path | None = conductor.folder.report
    facts = facts_of_run(
        conductor.folder, plan, picture.statistics, last, ended.values,
        checks=checks, state=state.value, text=text, exit_code=code, verification=verification,
    )  # fmt: skip
    try:
        write_reports(
            make_report(facts),
            json_to=_paths(conductor.folder.report, wishes.report),
            html_to=_paths(conductor.folder.html, wishes.html),
            junit_to=_paths(wishes.junit),
        )
    except EnvironmentFault as fault:
        notes.append(fault.text)
        code = code or Exit.NO
        report = report if report is not None and report.exists() else None
    if notes:
        text = "; ".join([text, *notes])
    snapshot = picture.take(state, text, last=True, checks=checks, report=str(report) if report else "")
    conductor.tell(snapshot)
    return Finished(state, text, code, snapshot, ended.values, conductor.folder.path, report)


def _paths(*wanted: Path | None) -> list[Path]:
    return [path for path in wanted if path is not None]


def _asked(conductor: Conductor, asks: Asks) -> tuple[Verification | None, str]:
    """What arrived, and why that could not be found out ('' when it could). A second stop leaves it."""
    try:
        asking = Asking(conductor.folder, asks.source(conductor.plan, conductor.folder))
    except SignalboxError as error:
        return None, f"it could not be checked what arrived: {error.text}"
    asking.start()
    next_look = 0.0
    while not asking.done.wait(_WAKE_S):
        if time.monotonic() >= next_look:
            conductor.tell(conductor.picture.take(RunState.VERIFYING, asking.text, last=True))
            next_look = time.monotonic() + LOOK_S
        if conductor.commands.next(0.0) in (Say.STOP, Say.ABORT, Say.GONE):
            asking.leave()
            return None, "it was not checked what arrived: that was stopped"
    if asking.trouble is not None:
        return None, f"it could not be checked what arrived: {asking.trouble.text}"
    return asking.result, ""


def all_checks(conductor: Conductor, ended: Ended, verification: Verification | None) -> list[Check]:
    """What the ledger says, then what the system under test says; in its place what nobody could be asked."""
    scenario = conductor.plan.scenario
    own = live_checks(scenario, conductor.picture.statistics, ended.values, over=True)
    of_run = [check for check in own if check.name not in METRICS or METRICS[check.name].origin is Origin.RUN]
    if verification is not None:
        return [*of_run, *checks_after(verification, scenario.thresholds)]
    return [
        *of_run,
        *(
            Check(check.name, check.title, "unknown", "nobody was asked", None, check.limit)
            for check in own
            if check not in of_run
        ),
    ]


def last_word(ended: Ended, checks: Sequence[Check], trouble: str) -> tuple[RunState, str, int]:
    """What the run is in the end: what ended it early, else what its checks say, else why they could not be asked."""
    failed = [check for check in checks if check.state == "fail"]
    words = "; ".join(f"{check.title} ({check.detail})" if check.detail else check.title for check in failed[:3])
    if len(failed) > 3:
        words += f"; and {len(failed) - 3} more"
    if ended.state is not RunState.PASSED:
        return (
            ended.state,
            ". ".join(part for part in (ended.text, words and f"Failed: {words}", trouble) if part),
            (ended.code),
        )
    if failed:
        return RunState.FAILED, "; ".join(part for part in (f"failed: {words}", trouble) if part), Exit.NO
    if trouble:
        return RunState.FAILED, trouble, Exit.NO
    unknown = [check.title for check in checks if check.state != "pass"]
    text = "passed" + (f"; not observed: {', '.join(unknown[:3])}" if unknown else "")
    return RunState.PASSED, text, Exit.PASSED
