"""The report of a run: everything a person or a script needs to judge it, in one JSON document with a published schema.

Identifiers only: no patient's name is in it, and no bytes of a message. `signalbox harness verify` and `compare` work
from it alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from console.connections.private_file import write_private
from console.core.clock import iso
from console.core.errors import EnvironmentFault, Refused
from console.harness.load.live import Band, Check, Problem, Second
from console.harness.load.plan import Plan
from console.harness.verdict.buckets import BAD, GOOD, MEANING, Bucket
from console.harness.verdict.thresholds import METRICS, Origin
from console.harness.verdict.verification import Verification

SCHEMA_ID = "urn:signalbox:schema:run-report"
VERSION = 1
MOST_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known when a run is over. `histograms`: HdrHistogram V2 (compressed, base 64) by `answer`, `service`,
    `lag`. `faults_done`: rows a fault happened to, by its name. `exit_code` is the command's."""

    plan: Plan
    folder: Path
    state: str
    text: str
    exit_code: int
    ended: datetime
    elapsed_s: float
    values: Mapping[str, float | None]
    checks: Sequence[Check]
    answers: Mapping[str, int]
    series: Sequence[Second]
    bands: Sequence[Band] = ()
    spread: Sequence[tuple[float, int]] = ()
    problems: Sequence[Problem] = ()
    histograms: Mapping[str, str] = field(default_factory=dict)
    faults_done: Mapping[str, int] = field(default_factory=dict)
    verification: Verification | None = None


def make_report(facts: RunFacts) -> dict[str, Any]:
    """The document (resources/schemas/run-report.schema.json). Pure."""
    plan, scenario = facts.plan, facts.plan.scenario
    values = {name: facts.values.get(name) for name, metric in METRICS.items() if metric.origin is Origin.RUN}
    made: dict[str, Any] = {
        "kind": SCHEMA_ID,
        "report_version": VERSION,
        "run": plan.run,
        "folder": str(facts.folder),
        "name": scenario.name,
        "title": scenario.title or scenario.name,
        "description": scenario.description.strip(),
        "state": facts.state,
        "text": facts.text,
        "exit_code": facts.exit_code,
        "scenario": {"digest": scenario.digest, "text": scenario.text},
        "seed": plan.seed,
        "starts": iso(plan.starts),
        "created": iso(plan.created),
        "ended": iso(facts.ended),
        "elapsed_s": round(facts.elapsed_s, 3),
        "overrides": {name: _plain(value) for name, value in plan.overrides.items()},
        "version": plan.version,
        "machine": dict(plan.machine),
        "targets": [
            {"address": target.address, "name": target.name, "tls": target.tls is not None}
            for target in scenario.targets
        ],
        "connections": scenario.connections.count * len(scenario.targets) * plan.workers,
        "receiver": plan.receiver,
        "metrics": values,
        "answers": {name: count for name, count in facts.answers.items() if count},
        "latencies": {
            name: {
                "unit": "ms",
                "percentiles": {
                    key.partition(".")[2]: value for key, value in values.items() if key.startswith(f"{name}.")
                },
                "hdr": text,
            }
            for name, text in facts.histograms.items()
        },
        "spread": [[bound, count] for bound, count in facts.spread],
        "series": [asdict(second) for second in facts.series],
        "bands": [asdict(band) for band in facts.bands],
        "faults": _faults(plan, facts.faults_done),
        "checks": [asdict(check) for check in facts.checks],
        "problems": [_problem(problem) for problem in facts.problems[:MOST_PROBLEMS]],
        "verification": None,
    }
    if facts.verification is not None:
        made["verification"] = verification_part(facts.verification)
        made["metrics"].update(facts.verification.values())
    return made


def verification_part(verification: Verification) -> dict[str, Any]:
    """What was asked of whom, what was found and what could not be observed."""
    findings = verification.findings
    return {
        "source": verification.source,
        "keeping": verification.keeping,
        "checked_at": iso(verification.checked_at),
        "took_s": round(verification.took_s, 3),
        "settled": verification.settled,
        "settle_s": None if verification.settle_s is None else round(verification.settle_s, 3),
        "asked": dict(verification.asked),
        "unseen": list(verification.unseen),
        "coverage": {name: getattr(verification.coverage, name) for name in _COVERED},
        "messages": verification.rows,
        "results": findings.results,
        "records": findings.records,
        "passed": verification.passed,
        "buckets": [
            {
                "name": bucket.value,
                "count": findings.counts[bucket],
                "meaning": MEANING[bucket],
                "verdict": "good" if bucket in GOOD else "bad" if bucket in BAD else "open",
            }
            for bucket in Bucket
        ],
        "offenders": [
            {**asdict(one), "bucket": bucket.value, "key": list(one.key), "also": [list(row) for row in one.also]}
            for bucket in sorted(findings.offenders, key=lambda b: (b not in BAD, b.value))
            for one in findings.offenders[bucket]
        ],
    }


_COVERED = ("results", "copies", "values", "patients", "orders", "order_kept", "held")


def with_verification(report: Mapping[str, Any], verification: Verification, checks: Sequence[Check]) -> dict[str, Any]:
    """The report with a later verification in the place of its own, its checks and metrics included."""
    names = {name for name, metric in METRICS.items() if metric.origin is Origin.VERIFICATION}
    kept = [check for check in report["checks"] if check["name"] not in names]
    return {
        **report,
        "metrics": {**report["metrics"], **verification.values()},
        "checks": [*kept, *(asdict(check) for check in checks)],
        "verification": verification_part(verification),
    }


def write_report(report: Mapping[str, Any], path: Path) -> None:
    """Writes it for its owner alone. Raises EnvironmentFault."""
    _write(path, json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def write_reports(
    report: Mapping[str, Any],
    *,
    json_to: Sequence[Path] = (),
    html_to: Sequence[Path] = (),
    junit_to: Sequence[Path] = (),
) -> None:
    """Every form that is wanted. Raises EnvironmentFault."""
    from console.harness.verdict.report_html import html
    from console.harness.verdict.report_junit import junit

    for path in json_to:
        write_report(report, path)
    if html_to:
        page = html(report)
        for path in html_to:
            _write(path, page)
    if junit_to:
        suite = junit(report)
        for path in junit_to:
            _write(path, suite)


def read_report(path: Path) -> dict[str, Any]:
    """A report, or that of a run's folder. Raises Refused (`no-report`, `report-unreadable`)."""
    place = path / "report.json" if path.is_dir() else path
    try:
        body = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Refused(f"There is no report at {place}.", code="no-report") from error
    except (OSError, ValueError) as error:
        raise Refused(f"{place} cannot be read as a report.", code="report-unreadable") from error
    if not isinstance(body, dict) or body.get("kind") != SCHEMA_ID:
        raise Refused(f"{place} is no report of a harness run.", code="report-unreadable")
    if body.get("report_version", 0) > VERSION:
        raise Refused(
            f"{place} was written by a newer version ({body.get('version')}). Use that one.", code="report-unreadable"
        )
    return body


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, text)
    except OSError as error:
        raise EnvironmentFault(
            f"The report cannot be written to {path}: {error.strerror or error}.", code="report-not-writable"
        ) from error


def _faults(plan: Plan, done: Mapping[str, int]) -> list[dict[str, Any]]:
    """Every kind of fault: how often it was planned for in the scenario, and to how many messages it happened."""
    planned = Counter(fault.kind.value for fault in plan.scenario.faults)
    return [
        {"kind": kind, "planned": planned[kind], "done": int(done.get(kind, 0))}
        for kind in dict.fromkeys([*planned, *done])
    ]


def _problem(problem: Problem) -> dict[str, Any]:
    """Without the answer's bytes, and without the receiver's own words, which may name people."""
    body = asdict(problem)
    del body["answer"], body["text"]
    return body


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)
