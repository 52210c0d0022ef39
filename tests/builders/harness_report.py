"""A report of a run as the conductor would make it, without a run: for tests of what is written and read of it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from console.harness.load.histogram import Histogram
from console.harness.load.live import Band, Check, Problem, Second
from console.harness.load.plan import settle
from console.harness.scenario.model import Fault, FaultKind, Load, Model, Scenario, Stage, StageKind, Target, Tls
from console.harness.verdict.checks_after import checks_after
from console.harness.verdict.filed import Coverage
from console.harness.verdict.report import RunFacts, make_report
from console.harness.verdict.thresholds import METRICS, Origin, parse_threshold
from console.harness.verdict.verification import Verification
from tests.builders.harness_run import Run, fact

WHEN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def run_facts(
    *, seed: int = 1, slower: float = 1.0, lost: int = 0, seconds: int = 40, name: str = "Ñandú, Łucja"
) -> RunFacts:
    """`slower` stretches answer times, `lost` results are missing, `name` is a patient that must be nowhere."""
    import numpy as np

    generator = random.Random(f"{seed}/report")
    scenario = Scenario(
        name="flood", title="A <flood> & more", text='title = "<flood>"', digest="ab" * 32, folder=Path(),
        description="What it is for.", targets=(Target(port=2575, name="Engine"), Target(port=2576, tls=Tls())),
        load=Load(model=Model.OPEN, stages=(Stage(StageKind.CONSTANT, float(seconds), rate=100.0),)),
        faults=(Fault(FaultKind.DUPLICATE, 0.1),),
        thresholds=(parse_threshold("answer.p99 < 300ms"), parse_threshold("lost == 0")),
    )  # fmt: skip
    plan = settle(scenario, seed=seed, starts=WHEN, created=WHEN, overrides={"scale": 2.0})
    times = [slower * generator.lognormvariate(2.0, 0.4) for _ in range(2_000)]
    histogram = Histogram()
    histogram.add(np.array([int(one * 1e6) for one in times], dtype=np.int64))
    series = []
    for at in range(seconds):
        p50, p95, p99 = (slower * base * generator.uniform(0.9, 1.1) for base in (7.0, 14.0, 20.0))
        series.append(Second(at, 100, 100, 100, generator.randrange(3), p50, p95, p99))
    values: dict[str, float | None] = {metric.name: None for metric in METRICS.values() if metric.origin is Origin.RUN}
    values |= {
        "sent": 100.0 * seconds,
        "answered": 100.0 * seconds,
        "errors": 0.0,
        "rate.sent": 100.0,
        "rate.answered": 100.0,
    }
    values |= {"answer.p50": 7.0 * slower, "answer.p95": 14.0 * slower, "answer.p99": 20.0 * slower, "lag.p99": 0.2}
    verification = verified(lost)
    checks = [
        Check("answered", "Every message answered", "pass", "4,000 sent", 0.0, 0.0),
        Check("answer.p99", "answer.p99 < 300ms", "pass", "20 ms", 20.0, 300.0),
        *checks_after(verification, scenario.thresholds),
    ]
    return RunFacts(
        plan=plan, folder=Path("/runs") / plan.run, state="failed" if lost else "passed",
        text="passed", exit_code=int(lost > 0),
        ended=WHEN + timedelta(seconds=seconds), elapsed_s=float(seconds), values=values, checks=checks,
        answers={"AA": 3_990, "AE": 10, "AR": 0}, series=series,
        bands=[Band("outage", "the lab is away", 10.0, 15.0)],
        spread=[(5.0, 100), (10.0, 900), (20.0, 40)],
        problems=[Problem(0, 7, 1.5, "M000007", "ORU^R01", "failed", "AE", f"no patient {name}", "", f"MSA|AE|{name}")],
        histograms={"answer": histogram.encoded()}, faults_done={"duplicate": 12, "outage": 1},
        verification=verification,
    )  # fmt: skip


def verified(lost: int = 0) -> Verification:
    """A verification of twenty results, of which some are lost; nobody could see the order."""
    run = Run()
    for number in range(20):
        run.send(f"P{number}", fact(f"F{number}"))
        run.file(f"P{number}", fact(f"F{number}"))
    findings = run.check(run.filed[lost:], coverage=Coverage())
    return Verification(
        source="the FHIR server at http://fhir.example",
        checked_at=WHEN + timedelta(minutes=1),
        findings=findings,
        coverage=Coverage(unseen=("the order in which results were filed: FHIR search does not show it",)),
        keeping="chart",
        asked={"DiagnosticReport": 1},
        settled=True,
        settle_s=0.4,
        took_s=0.2,
        rows=20,
        unseen=("the order in which results were filed: FHIR search does not show it",),
    )


def report(**more: Any) -> dict[str, Any]:
    return make_report(run_facts(**more))


def unverified(facts: RunFacts) -> RunFacts:
    return replace(facts, verification=None)
