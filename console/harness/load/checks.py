"""The lines of the verdict while a run goes on: what the ledger can say already, and what has to wait for the end."""

from __future__ import annotations

from collections.abc import Mapping

from console.harness.load.figures import without_answer
from console.harness.load.ledger import Control
from console.harness.load.live import Check
from console.harness.load.statistics import BROKEN, Statistics
from console.harness.scenario.model import FaultKind, Scenario, Threshold
from console.harness.verdict.thresholds import METRICS, Origin, State, evaluate, written

ANSWERED = "answered"
"""Name of the check that every sound message has an answer: made where the scenario has no opinion of its own."""
_OF_ANSWERS = frozenset({"errors", "unanswered", "answered", "accepted", "lost", "missing_after"})
BROKEN_FAULTS = frozenset(
    {
        FaultKind.GARBAGE,
        FaultKind.NO_VT,
        FaultKind.NO_FS,
        FaultKind.EMPTY_FRAME,
        FaultKind.BAD_DELIMITERS,
        FaultKind.BAD_HEADER,
    }
)
"""Faults after which a positive answer is a failure of the receiver."""


def live_checks(
    scenario: Scenario, statistics: Statistics, values: Mapping[str, float | None], *, over: bool
) -> list[Check]:
    """What every run is asked unless the scenario asks itself, then the scenario's thresholds in their order. `over`:
    everything is sent and answered."""
    asked = {threshold.metric for threshold in scenario.thresholds}
    checks = [] if asked & _OF_ANSWERS else [_answered(statistics, over=over)]
    if any(fault.kind in BROKEN_FAULTS for fault in scenario.faults) and "positive_for_broken" not in asked:
        checks.append(_broken(statistics, values, over=over))
    checks += [threshold_check(threshold, values, over=over) for threshold in scenario.thresholds]
    return checks


def _answered(statistics: Statistics, *, over: bool) -> Check:
    """Every message that was to go out in order has an answer that names it: a sender sees no more of a loss."""
    sent, waiting = statistics.word(Control.SENT), statistics.word(Control.WAITING)
    missing = without_answer(statistics)
    if missing:
        state, detail = "fail", f"{missing:,} messages have no answer of their own; {sent:,} were sent"
    elif over:
        state, detail = "pass", f"{sent:,} sent, each answered"
    else:
        state, detail = "running", f"{sent:,} sent, {waiting:,} waiting"
    return Check(ANSWERED, "Every message answered", state, detail, float(missing), 0.0)


def _broken(statistics: Statistics, values: Mapping[str, float | None], *, over: bool) -> Check:
    accepted = values.get("positive_for_broken") or 0.0
    sent = int(statistics.tally[:, BROKEN].sum())
    if accepted:
        state, detail = "fail", f"{accepted:,.0f} of {sent:,} broken messages were answered AA or CA"
    else:
        state = "pass" if over else "running"
        detail = f"{sent:,} broken on purpose, none accepted"
    return Check("positive_for_broken", "No broken message accepted", state, detail, accepted, 0.0)


def threshold_check(threshold: Threshold, values: Mapping[str, float | None], *, over: bool) -> Check:
    """One threshold. While the run goes on, what holds may still break and what asks for more may still come; what is
    too high already is told at once. What only the system under test can say is asked afterwards."""
    metric = METRICS[threshold.metric]
    value = values.get(threshold.metric)
    judged = evaluate(threshold, values)
    detail = written(threshold.metric, value)
    if metric.origin is Origin.VERIFICATION and value is None:
        return Check(threshold.metric, threshold.text, "running", "asked after the run", None, threshold.limit)
    if over:
        state = {State.PASS: "pass", State.FAIL: "fail", State.UNKNOWN: "unknown"}[judged]
    else:
        upper = threshold.comparison in ("<", "<=", "==")
        state = "fail" if judged is State.FAIL and upper and _can_be_final(threshold, value) else "running"
    return Check(threshold.metric, threshold.text, state, detail, value, threshold.limit)


def _can_be_final(threshold: Threshold, value: float | None) -> bool:
    return threshold.comparison != "==" or (value is not None and value > threshold.limit)
