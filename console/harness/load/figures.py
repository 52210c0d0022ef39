"""A run in numbers: every metric a threshold can name and the ledger can know; and whether the measurement is valid.

A run is no measurement of its target when the harness itself was late: then the figures say how the harness fared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from console.harness.load.histogram import Histogram
from console.harness.load.ledger import AnswerCode, Control, Outcome
from console.harness.load.live import Second
from console.harness.load.statistics import BROKEN, DROPPED, LENIENT, SECOND, SOUND, Span, Statistics
from console.harness.scenario.model import Load, Model, Threshold
from console.harness.verdict.thresholds import State, evaluate, written

LAG_LIMIT_MS = 5.0
"""What the 99th percentile of the harness's own lag may be when the scenario sets no threshold for its lag."""
ACHIEVED_LIMIT = 0.99
"""The least share of the planned rate, of messages that found a free connection."""
_BEFORE_S = 120
_GRACE = SECOND // 20
_FEWEST_LATE = 3
"""So many messages must have been late: one hiccup in a short run is no broken schedule."""

_ADVICE = "Lower the rate, use fewer connections or a quieter machine."
_PERCENTILES = (("p50", 50.0), ("p90", 90.0), ("p95", 95.0), ("p99", 99.0), ("p999", 99.9))
_ANSWERED = (
    Outcome.ACCEPTED, Outcome.FAILED, Outcome.REJECTED, Outcome.COMMIT_ONLY, Outcome.LATE, Outcome.MALFORMED_ANSWER,
    Outcome.WRONG_ID,
)  # fmt: skip
_ERRORS = (
    Outcome.FAILED, Outcome.REJECTED, Outcome.COMMIT_ONLY, Outcome.NO_ANSWER, Outcome.CONNECTION_LOST,
    Outcome.MALFORMED_ANSWER, Outcome.WRONG_ID, Outcome.NO_CONNECTION,
)  # fmt: skip


def measured(
    statistics: Statistics, load: Load, *, ended_s: float = 0.0, outages: Sequence[tuple[float, float]] = ()
) -> dict[str, float | None]:
    """Values by metric (verdict.thresholds.METRICS, origin RUN), in the metric's unit; None where nothing was measured.

    `outages` are (from, to) in seconds of the run; `recovery` is measured from the last one's end.
    """
    tally = statistics.tally[0]  # after warm-up
    by = tally.sum(axis=0)

    def rows(*outcomes: Outcome) -> float:
        return float(sum(int(by[outcome].sum()) for outcome in outcomes))

    sound = tally[SOUND].sum(axis=1)
    meant = float(sound.sum() - sound[Outcome.NOT_SENT])
    wrong = float(sum(int(sound[outcome]) for outcome in _ERRORS))
    codes = tally[BROKEN][:, [AnswerCode.AA, AnswerCode.CA]]
    not_sent = by[Outcome.NOT_SENT].sum() - tally[DROPPED][Outcome.NOT_SENT].sum() + by[Outcome.NO_CONNECTION].sum()
    warm_up = int(load.warm_up * SECOND)
    sent, answered = statistics.sent_after_warm_up, statistics.answered_after_warm_up
    last_answer = statistics.last_answer
    due = statistics.intended.last or statistics.sent.last  # what queued in front of a busy receiver drains too
    values: dict[str, float | None] = {
        "sent": float(sent.count),
        "answered": rows(*_ANSWERED),
        "accepted": rows(Outcome.ACCEPTED),
        "refused": rows(Outcome.FAILED, Outcome.REJECTED),
        "unanswered": rows(Outcome.NO_ANSWER, Outcome.CONNECTION_LOST),
        "late": rows(Outcome.LATE),
        "not_sent": float(not_sent),
        "wrong_id": rows(Outcome.WRONG_ID),
        "malformed_answers": rows(Outcome.MALFORMED_ANSWER),
        "duplicate_answers": float(statistics.word(Control.DUPLICATE_ANSWERS)),
        "unsolicited": float(statistics.word(Control.UNSOLICITED)),
        "out_of_order_answers": float(statistics.out_of_order),
        "reconnects": float(statistics.word(Control.RECONNECTS)),
        "positive_for_broken": float(codes.sum()),
        "errors": wrong / meant if meant else None,
        "achieved": achieved(statistics.intended, statistics.sent) if load.model is not Model.CLOSED else None,
        "rate.sent": _rate(sent, warm_up),
        "rate.answered": _rate(answered, warm_up),
        "drain": max(0, last_answer - due) / SECOND if last_answer and sent.count else None,
        "recovery": recovery(statistics.second, statistics.seconds, outages),
    }
    for prefix, histogram in (("answer", statistics.answer), ("service", statistics.service), ("lag", statistics.lag)):
        if prefix == "lag" and load.model is Model.CLOSED:
            continue
        values.update(_latencies(prefix, histogram))
    return values


def _latencies(prefix: str, histogram: Histogram) -> dict[str, float | None]:
    told = histogram.percentiles(*(percent for _, percent in _PERCENTILES))
    values = {f"{prefix}.{name}": _ms(value) for (name, _), value in zip(_PERCENTILES, told, strict=True)}
    values[f"{prefix}.max"] = _ms(float(histogram.highest)) if histogram.total else None
    values[f"{prefix}.mean"] = _ms(histogram.mean)
    return values


def _ms(nanoseconds: float | None) -> float | None:
    return None if nanoseconds is None else nanoseconds / 1e6


def _rate(span: Span, since: int) -> float | None:
    """A second, from the end of the warm-up (or the first, when that is later) to the last."""
    length = span.last - max(since, 0)
    if not span.count or length <= 0:
        return None
    return span.count * SECOND / length


def achieved(planned: Span, sent: Span, grace: int = 0) -> float | None:
    """The share of the planned rate that was kept: of the messages, and of the time they were to take. The last one
    may be `grace` nanoseconds late."""
    if not planned.count:
        return None
    share = min(1.0, sent.count / planned.count)
    wanted, taken = planned.last - planned.first, max(sent.last - grace, planned.last) - planned.first
    if wanted < SECOND // 10 or not sent.count:
        return share
    return share * wanted / taken


def recovery(second: Callable[[int], Second], seconds: int, outages: Sequence[tuple[float, float]]) -> float | None:
    """Seconds from the end of the last outage until waiting messages and answer times are as in the two minutes before
    the first one, for two seconds together; None without an outage, or while that has not happened.

    Looks at no more of the run than that, so that it may be asked for while the run goes on."""
    if not outages:
        return None
    first, last = min(start for start, _ in outages), max(end for _, end in outages)
    looked = (second(at) for at in range(max(0, int(first) - _BEFORE_S), min(int(first), seconds)))
    before = [one for one in looked if one.answered]
    waiting = median([one.waiting for one in before]) if before else 0.0
    latency = median([one.p95 for one in before if one.p95 is not None] or [0.0])
    calm = 0
    for at in range(int(last), seconds):
        one = second(at)
        usual = one.p95 is None or not before or one.p95 <= 2 * latency + 5.0
        answers = one.answered > 0 or one.planned == 0
        calm = calm + 1 if usual and answers and one.waiting <= 2 * waiting + 2 else 0
        if calm == 2:
            return max(0.0, at - 1 - last)
    return None


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether the harness kept its own plan. `text`: a sentence, '' when it did."""

    valid: bool
    text: str = ""


def validity(statistics: Statistics, load: Load, thresholds: Sequence[Threshold]) -> Validity:
    """Judges only messages that found a free connection: what waited for the receiver is the receiver's.

    What the scenario sets for its lag counts to the letter; without a threshold for `lag.p99` it may be LAG_LIMIT_MS,
    and a few late messages break nothing. A threshold for `achieved` takes the place of ACHIEVED_LIMIT.
    """
    if load.model is Model.CLOSED:
        return Validity(True)
    lag = _latencies("lag", statistics.lag)
    for threshold in thresholds:
        if threshold.metric in lag and evaluate(threshold, lag) is State.FAIL:
            said = written(threshold.metric, lag[threshold.metric])
            words = f"{threshold.metric} is {said} and the scenario wants {threshold.text}"
            return Validity(False, f"The harness was late itself: {words}. {_ADVICE}")
    p99 = lag["lag.p99"]
    if p99 is not None and p99 > LAG_LIMIT_MS and not any(t.metric == "lag.p99" for t in thresholds):
        late = statistics.lag.total - statistics.lag.at_most_one(int(LAG_LIMIT_MS * 1e6))
        if late >= _FEWEST_LATE:
            return Validity(
                False,
                f"The harness was late itself: 1 % of the messages went out more than {p99:.1f} ms after their time; "
                f"{LAG_LIMIT_MS:g} ms are allowed. {_ADVICE}",
            )
    least = next((t.limit for t in thresholds if t.metric == "achieved"), ACHIEVED_LIMIT)
    kept = achieved(statistics.planned_free, statistics.sent_free, _GRACE)
    if kept is not None and kept < least:
        return Validity(
            False,
            f"The harness kept only {kept * 100:.1f} % of the planned rate while connections were free. {_ADVICE}",
        )
    return Validity(True)


def without_answer(statistics: Statistics) -> int:
    """Messages, warm-up included, that were to go out in order and have no answer that names them: not sent, lost on
    the way, or answered under another name."""
    by = statistics.tally[:, [SOUND, LENIENT]].sum(axis=(0, 1, 3))
    return int(sum(by[outcome] for outcome in _NO_ANSWER))


_NO_ANSWER = (
    Outcome.NO_ANSWER, Outcome.CONNECTION_LOST, Outcome.WRONG_ID, Outcome.NO_CONNECTION, Outcome.NOT_SENT,
)  # fmt: skip
