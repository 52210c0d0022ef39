"""Thresholds: the metrics a run can be held to, `answer.p99 < 300ms` taken apart, and whether it holds.

A metric nobody measured or could observe is `unknown`: never passed, never failed. Pure.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from console.core.errors import Refused
from console.harness.scenario.model import Threshold


class Unit(StrEnum):
    """What the numbers of a metric are: the unit `Threshold.limit` and every value is in."""

    MILLISECONDS = "ms"
    SECONDS = "s"
    COUNT = "1"
    RATIO = "ratio"  # 0 to 1
    RATE = "1/s"


class State(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """Who knows the value: the run's own ledger, or the check of what the system under test filed."""

    RUN = "run"
    VERIFICATION = "verification"


@dataclass(frozen=True, slots=True)
class Metric:
    """`better` is `lower` or `higher`. `meaning` is a sentence for a person."""

    name: str
    unit: Unit
    meaning: str
    better: str = "lower"
    origin: Origin = Origin.RUN


def _latencies(prefix: str, of_what: str) -> Iterable[Metric]:
    for name, words in (
        ("p50", "half of the messages were faster"),
        ("p90", "90 % of the messages were faster"),
        ("p95", "95 % of the messages were faster"),
        ("p99", "99 % of the messages were faster"),
        ("p999", "99.9 % of the messages were faster"),
        ("max", "the slowest message"),
        ("mean", "the mean over all messages"),
    ):
        yield Metric(f"{prefix}.{name}", Unit.MILLISECONDS, f"{of_what}: {words}")


def _counts(*rows: tuple[str, str, str], origin: Origin = Origin.RUN) -> Iterable[Metric]:
    for name, meaning, better in rows:
        yield Metric(name, Unit.COUNT, meaning, better, origin)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        *_counts(
            ("sent", "messages handed to the network", "higher"),
            ("answered", "messages with a final answer, whichever", "higher"),
            ("accepted", "messages answered AA (or CA where no application answer was wanted)", "higher"),
            ("refused", "messages answered AE, AR, CE or CR", "lower"),
            ("unanswered", "messages sent whose answer never came, or whose connection ended before it", "lower"),
            ("late", "messages answered after the sender had given up", "lower"),
            ("not_sent", "messages the run planned and never sent, planned drops left out", "lower"),
            ("wrong_id", "answers that name another message (MSA-2), or none", "lower"),
            ("malformed_answers", "answers that are no acknowledgment", "lower"),
            ("duplicate_answers", "messages answered more than once", "lower"),
            ("unsolicited", "answers to nothing that was sent", "lower"),
            ("out_of_order_answers", "messages answered before an earlier one of the same connection", "lower"),
            ("reconnects", "connections that had to be made again", "lower"),
            ("positive_for_broken", "messages broken on purpose that were answered AA or CA", "lower"),
        ),
        Metric(
            "errors",
            Unit.RATIO,
            "of all sound messages sent: refused, unanswered, answered malformed or under another message's id",
        ),
        *_latencies("answer", "time to the answer from the planned send time"),
        *_latencies("service", "time to the answer from the actual send time"),
        *_latencies("lag", "the harness's own lateness: actual minus planned send time where a connection was free"),
        Metric("achieved", Unit.RATIO, "messages sent of those the plan wanted sent by then", "higher"),
        Metric("rate.sent", Unit.RATE, "messages sent a second, over the whole run after warm-up", "higher"),
        Metric("rate.answered", Unit.RATE, "messages answered a second, over the whole run after warm-up", "higher"),
        Metric("drain", Unit.SECONDS, "from when the last message was due to the last answer"),
        Metric("recovery", Unit.SECONDS, "from the end of the last outage until backlog and latency are as before it"),
        *_counts(
            ("lost", "results answered positively that are not at the receiving system", "lower"),
            ("double_charted", "results filed more than once", "lower"),
            ("wrong_value", "results filed with a value, unit or status that was never sent for them", "lower"),
            ("stale", "results where an older version won over a newer one", "lower"),
            ("wrong_patient", "results filed under another patient", "lower"),
            ("wrong_order", "results filed under another order", "lower"),
            ("out_of_order", "patients whose results were filed in another order than they were accepted", "lower"),
            ("ack_swapped", "acknowledgments that were given to another message of this run", "lower"),
            ("orphans", "results filed under this run's numbers that it never sent", "lower"),
            ("refused_filed", "results filed although their message was refused or never sent", "lower"),
            ("broken_filed", "results of messages broken on purpose that were filed damaged", "lower"),
            ("waiting", "results held at the receiving system: dead letter, review, quarantine", "lower"),
            ("missing_after", "results that must be there and are not, whatever the reason", "lower"),
            ("exactly_once", "results found exactly once, with value, patient and order right", "higher"),
            ("unknown", "results whose fate the answers leave open (no answer, late, commit only)", "lower"),
            origin=Origin.VERIFICATION,
        ),
        Metric(
            "settle",
            Unit.SECONDS,
            "from the last answer until the receiving system said it had nothing more to do",
            origin=Origin.VERIFICATION,
        ),
    )
}
"""Every metric by name. Origin VERIFICATION: known only when somebody was asked after the run."""

_SHAPE = re.compile(
    r"\s*(?P<metric>[A-Za-z_][\w.]*)\s*(?P<comparison><=|>=|==|!=|=|<|>)\s*(?P<number>[-+]?[\d_]*\.?\d+(?:[eE][-+]?\d+)?)"
    r"\s*(?P<unit>[A-Za-zµμ%/]*(?:\s+(?:per|a)\s+[a-z]+)?)\s*"
)

_SCALES: dict[Unit, dict[str, float]] = {
    Unit.MILLISECONDS: {
        "": 1.0, "ns": 1e-6, "us": 1e-3, "µs": 1e-3, "μs": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4, "min": 6e4, "h": 3.6e6,
    },
    Unit.SECONDS: {"": 1.0, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0},
    Unit.COUNT: {"": 1.0, "k": 1e3, "messages": 1.0, "results": 1.0},
    Unit.RATIO: {"": 1.0, "%": 0.01},
    Unit.RATE: {
        "": 1.0, "/s": 1.0, "/sec": 1.0, "/m": 1 / 60, "/min": 1 / 60, "/h": 1 / 3600, "k/s": 1e3,
        "a second": 1.0, "per second": 1.0, "per minute": 1 / 60, "per hour": 1 / 3600,
    },
}  # fmt: skip


def parse_threshold(text: str) -> Threshold:
    """`metric comparison number[unit]`: `answer.p99 < 300ms`, `errors <= 0.1%`, `lost == 0`, `rate.sent >= 500/s`.

    Comparisons: < <= > >= == !=. A number without unit is in the metric's own (`METRICS[metric].unit`). Raises Refused
    (code `threshold-shape`, `threshold-metric` or `threshold-unit`), with the nearest metric as a suggestion.
    """
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise Refused(
            f"“{text}” is no threshold; write a metric, a comparison and a number, as in “answer.p99 < 300ms”",
            code="threshold-shape",
        )
    name = found["metric"]
    metric = METRICS.get(name)
    if metric is None:
        near = difflib.get_close_matches(name, METRICS, n=1, cutoff=0.5)
        hint = f"did you mean “{near[0]}”?" if near else f"known are {', '.join(METRICS)}"
        raise Refused(f"there is no metric “{name}”; {hint}", code="threshold-metric")
    unit = " ".join(found["unit"].split())
    scales = _SCALES[metric.unit]
    scale = scales.get(unit)
    if scale is None:
        known = ", ".join(u for u in scales if u)
        raise Refused(f"“{name}” cannot be measured in “{unit}”; use {known}", code="threshold-unit")
    limit = float(found["number"].replace("_", "")) * scale
    if metric.unit is Unit.RATIO and unit == "" and limit > 1.0 and metric.better == "lower":
        raise Refused(f"“{name}” is a ratio from 0 to 1; for percent write “{found['number']}%”", code="threshold-unit")
    comparison = "==" if found["comparison"] == "=" else found["comparison"]
    return Threshold(metric=name, comparison=comparison, limit=limit, text=" ".join(text.split()))


def evaluate(
    threshold: Threshold, values: Mapping[str, float | None], at_least: Mapping[str, float] | None = None
) -> State:
    """Whether it holds. `values` are by metric, in the metric's unit; absent, None or NaN is UNKNOWN.

    `at_least`: what a metric is known to reach although its whole value could not be observed; that can fail a
    threshold which asks for less, and pass one that asks for that much, but decides nothing else.
    """
    value = values.get(threshold.metric)
    if value is not None and not math.isnan(value):
        return State.PASS if holds(threshold, value) else State.FAIL
    floor = (at_least or {}).get(threshold.metric)
    if floor is None or math.isnan(floor):
        return State.UNKNOWN
    comparison, limit = threshold.comparison, threshold.limit
    if comparison in (">", ">="):
        return State.PASS if holds(threshold, floor) else State.UNKNOWN
    if comparison == "!=":
        return State.PASS if floor > limit else State.UNKNOWN
    beyond = floor >= limit if comparison == "<" else floor > limit
    return State.FAIL if beyond else State.UNKNOWN


def holds(threshold: Threshold, value: float) -> bool:
    """The comparison itself, for a known value."""
    limit = threshold.limit
    match threshold.comparison:
        case "<":
            return value < limit
        case "<=":
            return value <= limit
        case ">":
            return value > limit
        case ">=":
            return value >= limit
        case "!=":
            return value != limit
        case _:
            return value == limit


def written(metric: str, value: float | None) -> str:
    """A value with its unit for a person: `12.4 ms`, `0.02 %`, `1,204`, `511.0 /s`, `unknown`."""
    if value is None or math.isnan(value):
        return "unknown"
    unit = METRICS[metric].unit if metric in METRICS else Unit.COUNT
    match unit:
        case Unit.MILLISECONDS:
            return f"{value / 1e3:,.2f} s" if value >= 10_000 else f"{value:,.{2 if value < 100 else 0}f} ms"
        case Unit.SECONDS:
            return f"{value:,.2f} s"
        case Unit.RATIO:
            return f"{value * 100:.4g} %"
        case Unit.RATE:
            return f"{value:,.1f} /s"
        case _:
            return f"{value:,.0f}"
