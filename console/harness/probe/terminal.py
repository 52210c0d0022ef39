"""The probes in a terminal: a line each as it finishes, the failures with their advice, a sentence at the end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from console.harness.probe.model import Outcome, Probe, ProbeReport, Result, Severity
from console.harness.probe.report import counts

MARKS = {Outcome.PASS: "✓", Outcome.FAIL: "✕", Outcome.UNCLEAR: "?", Outcome.NOT_RUN: "–"}
COLOURS = {Outcome.PASS: "32", Outcome.FAIL: "31", Outcome.UNCLEAR: "33", Outcome.NOT_RUN: "90"}
_COLUMN = 36


def line(result: Result) -> str:
    """`✕ critical  framing.coalesced   "second" got no answer`."""
    outcome = result.finding.outcome
    severity = str(result.severity) if outcome in (Outcome.FAIL, Outcome.UNCLEAR) else ""
    return f"{MARKS[outcome]} {severity:<8} {result.probe.id:<{_COLUMN}} {result.finding.sentence}".rstrip()


def closing(report: ProbeReport) -> Iterator[str]:
    """What to change, worst first, and the count."""
    if failed := report.failed():
        yield ""
        yield "What to change:"
        for result in failed:
            yield f"  {result.probe.id} ({result.severity}): {result.probe.advice}"
            yield f"      {result.probe.source}"
    left_out: dict[str, list[str]] = {}
    for result in report.results:
        if result.finding.outcome is Outcome.NOT_RUN:
            left_out.setdefault(result.finding.sentence, []).append(result.probe.id)
    for reason, names in left_out.items():
        yield ""
        yield f"Not run ({reason.rstrip('.')}): {', '.join(names)}"
    if report.killed_by:
        yield ""
        yield f"The receiver went down during: {', '.join(report.killed_by)}"
    yield ""
    yield summary(report)


def summary(report: ProbeReport) -> str:
    """`72 passed, 7 failed (3 critical), 2 unclear in 31 s: FAILED`."""
    words = {"pass": "passed", "fail": "failed", "unclear": "unclear", "not run": "not run"}
    parts = [f"{count} {words[outcome]}" for outcome, count in counts(report).items() if count]
    text = ", ".join(parts) or "nothing to run"
    if critical := len(report.failed(Severity.CRITICAL)):
        text += f" ({critical} critical)"
    return f"{text} in {report.seconds:.0f} s: {'PASSED' if report.passed else 'FAILED'}"


def catalogue_lines(probes: tuple[Probe, ...]) -> Iterator[str]:
    """Every probe by group, for `--list`."""
    for group, several in groupby(probes, key=lambda probe: probe.group):
        yield f"{group}:"
        for probe in several:
            yield f"  {probe.id:<{_COLUMN}} {probe.severity!s:<8}  {probe.title}"
