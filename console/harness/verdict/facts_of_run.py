"""From a finished run's folder to the facts its report is made of: figures, series, faults, the last words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from console.harness.load.ledger import Ledger
from console.harness.load.live import Check, Snapshot
from console.harness.load.plan import Plan
from console.harness.load.run_folder import RunFolder
from console.harness.load.shots import FAULTS
from console.harness.load.statistics import Statistics
from console.harness.scenario.model import Model
from console.harness.verdict.report import RunFacts
from console.harness.verdict.verification import Verification


def facts_of_run(
    folder: RunFolder,
    plan: Plan,
    statistics: Statistics,
    snapshot: Snapshot,
    values: Mapping[str, float | None],
    *,
    checks: Sequence[Check],
    state: str,
    text: str,
    exit_code: int,
    verification: Verification | None = None,
    ended: datetime | None = None,
) -> RunFacts:
    """`statistics` have read the finished ledgers; `snapshot` is the last one (its bands, answers and problems)."""
    histograms = {"answer": statistics.answer, "service": statistics.service}
    if plan.scenario.load.model is not Model.CLOSED:
        histograms["lag"] = statistics.lag
    return RunFacts(
        plan=plan,
        folder=folder.path,
        state=state,
        text=text,
        exit_code=exit_code,
        ended=ended or datetime.now(UTC),
        elapsed_s=snapshot.elapsed_s,
        values=values,
        checks=checks,
        answers=snapshot.answers,
        series=statistics.series(),
        bands=snapshot.bands,
        spread=snapshot.spread,
        problems=snapshot.problems,
        histograms={name: histogram.encoded() for name, histogram in histograms.items() if histogram.total},
        faults_done=faults_done(folder, plan.workers),
        verification=verification,
    )


def faults_done(folder: RunFolder, workers: int) -> dict[str, int]:
    """To how many rows each fault happened, and how often each connection fault was done."""
    done: Counter[str] = Counter()
    for worker in range(workers):
        try:
            with Ledger(folder.ledger(worker), writable=False) as ledger:
                counts = np.bincount(ledger.array("fault"), minlength=len(FAULTS) + 1)
        except (OSError, ValueError, KeyError):
            continue
        for place, fault in enumerate(FAULTS):
            done[fault.value] += int(counts[place + 1])
        for kind in _events(folder.events(worker)):
            done[kind] += 1
    return {kind: count for kind, count in done.items() if count}


def _events(path: Path) -> list[str]:
    """The kinds of what a worker did to its connections, each event once (its end is a line of its own)."""
    seen: dict[tuple[str, float], None] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    for line in lines:
        try:
            body = json.loads(line)
            seen[str(body["kind"]), float(body["at_s"])] = None
        except (ValueError, KeyError, TypeError):
            continue
    return [kind for kind, _ in seen]
