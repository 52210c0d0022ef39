"""The lines of the verdict that only the system under test can fill: each question, and what came of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console.harness.load.live import Check
from console.harness.scenario.model import Threshold
from console.harness.verdict.buckets import Bucket
from console.harness.verdict.thresholds import METRICS, Origin, State, evaluate, written
from console.harness.verdict.verification import Verification

_QUESTIONS: tuple[tuple[str, str, str], ...] = (
    ("lost", "No result lost", "every accepted result is there"),
    ("double_charted", "No result charted twice", "every result stands once"),
    ("wrong_value", "Values as sent", "value, unit and status are those sent"),
    ("stale", "Corrections last", "the newest accepted version stands"),
    ("wrong_patient", "Right patient", "every result is under its patient"),
    ("wrong_order", "Right order", "every result is under its order"),
    ("out_of_order", "Order kept per patient", "filed in the order of acceptance"),
    ("ack_swapped", "Acknowledgments name their message", "no acknowledgment went astray"),
    ("orphans", "Nothing that was not sent", "nothing stands under the run's numbers that it did not send"),
    ("refused_filed", "Nothing filed that was refused", "what was refused or never sent is not there"),
    ("broken_filed", "Nothing broken was filed", "of the messages broken on purpose nothing damaged is filed"),
)


def checks_after(verification: Verification, thresholds: Sequence[Threshold] = ()) -> list[Check]:
    """One line a question, then the scenario's thresholds of origin VERIFICATION. A question with a threshold of its
    own is answered by that alone."""
    values, at_least = verification.values(), verification.at_least()
    own = [threshold for threshold in thresholds if METRICS[threshold.metric].origin is Origin.VERIFICATION]
    asked = {threshold.metric for threshold in own}
    made = [
        _question(name, title, good, values.get(name), at_least.get(name, 0.0), verification)
        for name, title, good in _QUESTIONS
        if name not in asked
    ]
    if verification.findings.counts[Bucket.WAITING] and "waiting" not in asked:
        count = verification.findings.counts[Bucket.WAITING]
        made.append(
            Check("waiting", "Nothing held back", "fail", f"{count:,} held at the receiving system", float(count), 0.0)
        )
    if verification.settled is False:
        late = verification.findings.counts[Bucket.LOST] + verification.findings.counts[Bucket.STALE]
        detail = f"it still had work when the time to settle was over; {late:,} results are not there yet"
        made.append(Check("settled", "Everything worked off in time", "fail", detail, float(late), 0.0))
    return [*made, *(_threshold(threshold, values, at_least) for threshold in own)]


def _question(name: str, title: str, good: str, value: float | None, least: float, verification: Verification) -> Check:
    if value is None:
        if least:
            return Check(name, title, "fail", f"at least {least:,.0f}", least, 0.0)
        return Check(name, title, "unknown", _why_unseen(name, verification), None, 0.0)
    if value:
        return Check(name, title, "fail", f"{value:,.0f}: {METRICS[name].meaning}", value, 0.0)
    detail = good
    if name == "lost":
        right = verification.findings.counts[Bucket.EXACTLY_ONCE]
        detail = f"{right:,} of {verification.findings.results:,} results found right; {_rest(verification)}"
    return Check(name, title, "pass", detail.rstrip("; "), 0.0, 0.0)


def _rest(verification: Verification) -> str:
    """What became of the results that nobody could demand."""
    counts = verification.findings.counts
    words = (
        (counts[Bucket.LOST_AFTER_REFUSAL], "refused and rightly absent"),
        (counts[Bucket.UNKNOWN_PRESENT] + counts[Bucket.UNKNOWN_ABSENT], "left open by their answers"),
        (counts[Bucket.WITHDRAWN_GONE], "withdrawn and gone"),
        (counts[Bucket.NOT_SENT], "never sent"),
    )
    return ", ".join(f"{count:,} {word}" for count, word in words if count)


def _why_unseen(name: str, verification: Verification) -> str:
    if not verification.source:
        return "nobody was asked"
    if not verification.findings.results:
        return "the run sent no results"
    words = {"out_of_order": "order", "double_charted": "cop", "wrong_value": "value"}.get(name, "")
    return next((text for text in verification.unseen if words and words in text), "could not be observed there")


def _threshold(threshold: Threshold, values: Mapping[str, float | None], at_least: Mapping[str, float]) -> Check:
    state = evaluate(threshold, values, at_least)
    value = values.get(threshold.metric, at_least.get(threshold.metric))
    detail = written(threshold.metric, value) if state is not State.UNKNOWN else "could not be observed"
    return Check(threshold.metric, threshold.text, state.value, detail, value, threshold.limit)
