"""Two runs side by side: what is better, worse, the same, or too noisy to tell. Pure.

A difference counts when it is larger than the tolerance and larger than the noise: of the seconds of each run, drawn
again and again (a bootstrap with a fixed seed), 95 % of the ratios have to lie beyond it. Both runs' warm-up is left
out as far as the reports tell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from console.harness.verdict.thresholds import METRICS, written

TOLERANCE = 0.10
DRAWS = 2_000
FEWEST_SECONDS = 5
_SHARE_TOLERANCE = 0.001
"""A share of the messages (errors, answers that were not AA) may differ by so much."""

Report = Mapping[str, Any]


class Change(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    UNCLEAR = "unclear"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison. `low` and `high` bound the ratio b/a with 95 % confidence, None where nothing was
    drawn. `note` says why."""

    name: str
    a: float | None
    b: float | None
    change: Change
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`content`: whether both runs sent the same bytes. `rows`: rates and times, then outcomes, then what arrived, then
    checks that changed."""

    a: str
    b: str
    same_content: bool
    content: str
    tolerance: float
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    @property
    def worse(self) -> bool:
        return any(row.change is Change.WORSE for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "rows": [asdict(row) for row in self.rows], "worse": self.worse}


def compare(a: Report, b: Report, *, tolerance: float = TOLERANCE) -> Comparison:
    """B against A. `tolerance`: the ratio a rate or time may change by without being called a change."""
    rows: list[Row] = []
    for name in ("rate.sent", "rate.answered"):
        column = name.partition(".")[2]
        rows.append(_drawn(name, a, b, _seconds(a, column), _seconds(b, column), tolerance, higher=True))
    for name in ("p50", "p95", "p99"):
        rows.append(_drawn(f"answer.{name}", a, b, _seconds(a, name), _seconds(b, name), tolerance, higher=False))
    for name in ("answer.p999", "answer.max", "service.p50", "service.p99", "lag.p99", "drain", "recovery"):
        rows.append(_plain(name, a, b, tolerance))
    rows.append(_share("errors", a, b))
    rows += _answers(a, b)
    rows += _arrived(a, b)
    rows += _checks(a, b)
    same, words = _content(a, b)
    notes = [
        f"{which} was {report['state']}: its figures say little"
        for which, report in (("A", a), ("B", b))
        if report["state"] in ("invalid", "stopped", "refused")
    ]
    if a.get("machine") != b.get("machine"):
        notes.append("the runs were made on different machines")
    return Comparison(_name(a), _name(b), same, words, tolerance, tuple(rows), tuple(notes))


def _name(report: Report) -> str:
    return f"{report['title']} · {report['run']} · {str(report['created'])[:19].replace('T', ' ')}"


def _content(a: Report, b: Report) -> tuple[bool, str]:
    """The run id is a hash of everything that decides the bytes."""
    if a["run"] == b["run"]:
        return True, "the same bytes: same scenario, seed, hospital time and overrides"
    if a["scenario"]["digest"] != b["scenario"]["digest"]:
        return False, "different bytes: the scenarios differ"
    if a["seed"] != b["seed"]:
        return False, f"different bytes: seed {a['seed']} and {b['seed']}"
    return False, "different bytes: other hospital time or other overrides"


def _seconds(report: Report, column: str) -> list[float]:
    """A column of the series over the seconds in which the load ran."""
    values = [second for second in report["series"] if second["planned"] or second["sent"]]
    busy = values[1:-1] if len(values) > 2 + FEWEST_SECONDS else values  # the first and last are only part of a second
    return [float(second[column]) for second in busy if second[column] is not None]


def _drawn(
    name: str, a: Report, b: Report, first: Sequence[float], second: Sequence[float], tolerance: float, *, higher: bool
) -> Row:
    one, other = a["metrics"].get(name), b["metrics"].get(name)
    if one is None or other is None:
        return Row(name, one, other, Change.UNKNOWN, note="not measured in both")
    ratio = other / one if one else (1.0 if not other else math.inf)
    if len(first) < FEWEST_SECONDS or len(second) < FEWEST_SECONDS:
        return Row(name, one, other, Change.UNCLEAR, _finite(ratio), note="too short to tell from noise")
    low, high = bootstrap(first, second)
    return Row(
        name, one, other, _judged(low, high, tolerance, higher=higher), _finite(ratio), _finite(low), _finite(high)
    )


def bootstrap(first: Sequence[float], second: Sequence[float], *, draws: int = DRAWS) -> tuple[float, float]:
    """Between which bounds 95 % of the ratios of mean(second) to mean(first) lie when seconds are drawn anew from each
    run. Seconds that follow one another are alike, so they are drawn in blocks."""
    generator = np.random.Generator(np.random.PCG64(20_261_123))
    means = [_means(np.asarray(values, dtype=np.float64), draws, generator) for values in (first, second)]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(means[0] > 0, means[1] / means[0], np.where(means[1] > 0, np.inf, 1.0))
    low, high = np.quantile(ratios, (0.025, 0.975), method="nearest")
    return float(low), float(high)


def _means(values: np.ndarray[Any, Any], draws: int, generator: np.random.Generator) -> np.ndarray[Any, Any]:
    size = max(1, round(len(values) ** (1 / 3)))
    blocks = -(-len(values) // size)
    starts = generator.integers(0, len(values), (draws, blocks))
    places = (starts[:, :, None] + np.arange(size)) % len(values)
    means: np.ndarray[Any, Any] = values[places.reshape(draws, -1)].mean(axis=1)
    return means


def _judged(low: float, high: float, tolerance: float, *, higher: bool) -> Change:
    if low > 1 + tolerance:
        return Change.BETTER if higher else Change.WORSE
    if high < 1 / (1 + tolerance):
        return Change.WORSE if higher else Change.BETTER
    if low >= 1 / (1 + tolerance) and high <= 1 + tolerance:
        return Change.SAME
    return Change.UNCLEAR


def _plain(name: str, a: Report, b: Report, tolerance: float) -> Row:
    """A figure of the whole run, without a spread of its own: told, never judged."""
    one, other = a["metrics"].get(name), b["metrics"].get(name)
    if one is None or other is None:
        return Row(name, one, other, Change.UNKNOWN, note="not measured in both")
    ratio = other / one if one else None
    close = one == other or (ratio is not None and 1 / (1 + tolerance) <= ratio <= 1 + tolerance)
    return Row(
        name, one, other, Change.SAME if close else Change.UNCLEAR, ratio, note="" if close else "one figure a run"
    )


def _share(name: str, a: Report, b: Report) -> Row:
    one, other = a["metrics"].get(name), b["metrics"].get(name)
    if one is None or other is None:
        return Row(name, one, other, Change.UNKNOWN, note="not measured in both")
    return Row(name, one, other, _shares(one, other, _sent(a), _sent(b)))


def _sent(report: Report) -> float:
    return float(report["metrics"].get("sent") or 0.0)


def _shares(one: float, other: float, first: float, second: float) -> Change:
    """Whether two shares differ by more than chance (two-proportion z, 99 %) and the tolerance. Lower is better."""
    if not first or not second:
        return Change.UNKNOWN
    pooled = (one * first + other * second) / (first + second)
    error = math.sqrt(max(pooled * (1 - pooled), 0.0) * (1 / first + 1 / second))
    if abs(other - one) <= max(_SHARE_TOLERANCE, 2.58 * error):
        return Change.SAME
    return Change.WORSE if other > one else Change.BETTER


def _answers(a: Report, b: Report) -> list[Row]:
    """Answers by code; what is planned differently in both is told and not judged."""
    names = dict.fromkeys([*a["answers"], *b["answers"]])
    return [
        Row(f"answers.{name}", float(a["answers"].get(name, 0)), float(b["answers"].get(name, 0)), Change.SAME)
        if a["answers"].get(name, 0) == b["answers"].get(name, 0)
        else Row(
            f"answers.{name}", float(a["answers"].get(name, 0)), float(b["answers"].get(name, 0)), Change.UNCLEAR,
            note="see errors",
        )
        for name in names
    ]  # fmt: skip


def _arrived(a: Report, b: Report) -> list[Row]:
    """What arrived: one finding more is worse, whatever the rate."""
    one, other = a.get("verification"), b.get("verification")
    if not one and not other:
        return []
    first = {bucket["name"]: bucket for bucket in (one or {}).get("buckets", [])}
    second = {bucket["name"]: bucket for bucket in (other or {}).get("buckets", [])}
    rows = []
    for name in dict.fromkeys([*first, *second]):
        before = first.get(name, {}).get("count") if one else None
        after = second.get(name, {}).get("count") if other else None
        verdict = (first.get(name) or second.get(name) or {}).get("verdict")
        if not before and not after and before is not None and after is not None:
            continue
        if before is None or after is None:
            change = Change.UNKNOWN
            if verdict == "bad" and after:
                change = Change.WORSE
        elif verdict != "bad" or before == after:
            change = Change.SAME if before == after else Change.UNCLEAR
        else:
            change = Change.WORSE if after > before else Change.BETTER
        rows.append(
            Row(
                f"arrived.{name}",
                None if before is None else float(before),
                None if after is None else float(after),
                change,
                note="verified in one run only" if before is None or after is None else "",
            )
        )
    return rows


def _checks(a: Report, b: Report) -> list[Row]:
    """Checks and thresholds whose state is another one."""
    first = {check["title"]: check for check in a["checks"]}
    rows = []
    for check in b["checks"]:
        before = first.get(check["title"])
        if before is None or before["state"] == check["state"]:
            continue
        change = Change.UNCLEAR
        if check["state"] == "fail":
            change = Change.WORSE
        elif before["state"] == "fail" and check["state"] == "pass":
            change = Change.BETTER
        rows.append(
            Row(
                f"check: {check['title']}", before["value"], check["value"], change,
                note=f"{before['state']} became {check['state']}",
            )
        )  # fmt: skip
    return rows


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def shown(row: Row, value: float | None) -> str:
    """A value of a row for a person."""
    if value is None:
        return "–"
    return written(row.name, value) if row.name in METRICS else f"{value:,.10g}"
