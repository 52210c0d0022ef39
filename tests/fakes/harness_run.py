"""A run of the harness that never was: the snapshots a real one would tell, from a formula, for tests and pictures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from console.harness.load.live import Band, Check, Percentiles, Problem, RunState, Second, Snapshot

LENGTH = 330
SLOW = (177, 217)


def planned(second: int) -> int:
    """Messages a second of a laboratory's Monday morning: quiet, a rise, a plateau, the end."""
    points = ((0, 20), (40, 200), (150, 200), (170, 800), (305, 800), (330, 20))
    for (t0, r0), (t1, r1) in pairwise(points):
        if t0 <= second < t1:
            return round(r0 + (r1 - r0) * (second - t0) / (t1 - t0))
    return 20


def _second(at: int) -> Second:
    noise = math.sin(at * 1.7) * 6 + math.sin(at * 0.61) * 4
    rate = planned(at)
    slow = max(0.0, math.sin((at - SLOW[0]) / (SLOW[1] - SLOW[0]) * math.pi)) if SLOW[0] <= at < SLOW[1] else 0.0
    sent = max(0, round(rate + noise * rate / 400))
    answered = max(0, round(sent * (1 - 0.45 * slow)))
    p50 = 7.0 + noise / 12 + 40 * slow
    p95 = 20.0 + noise / 5 + 120 * slow + (abs(math.sin(at * 2.3)) * 45 * slow)
    p99 = 33.0 + abs(noise) / 2 + 200 * slow + (abs(math.sin(at * 3.1)) * 75 * slow)
    return Second(at, rate, sent, answered, round(8200 * slow), round(p50, 2), round(p95, 2), round(p99, 2))


def snapshots(until: int = LENGTH, *, run: str = "H-7KQ2M9", state: RunState | None = None) -> Iterator[Snapshot]:
    """One snapshot a second up to second `until`; the last one has `state` when it is given."""
    seconds = [_second(at) for at in range(until)]
    sent = answered = 0
    peak = 0
    for number, second in enumerate(seconds):
        sent, answered = sent + second.sent, answered + second.answered
        peak = max(peak, second.waiting)
        problems = []
        if number and number % 9 == 0:
            code, text = (("AE", "PID-3 is empty"), ("AR", "MSH-12 version 2.9 is not supported"), ("AE", "OBX-2 QQ"))[
                number // 9 % 3
            ]
            problems = [
                Problem(
                    0, number * 97, number + 0.4, f"H{number:08d}", "ORU^R01", "failed", code, text, answer="MSA|AE"
                )
            ]
        wrong = round(answered * 0.0294)
        rejected, silent = round(answered * 0.005), round(answered * 0.009)
        yield Snapshot(
            run=run,
            name="Monday 08:00",
            state=RunState.RUNNING if state is None or number < until - 1 else state,
            elapsed_s=float(number + 1),
            planned_total=168_000,
            duration_s=float(LENGTH),
            planned=sum(s.planned for s in seconds[: number + 1]) if number == until - 1 else 0,
            sent=sent,
            answered=answered,
            waiting=second.waiting,
            queued=0,
            connected=8,
            reconnects=0,
            answers={"AA": answered - wrong - rejected - silent, "AE": wrong, "AR": rejected, "none": silent},
            sent_per_s=float(second.sent),
            answered_per_s=float(second.answered),
            answer_ms=Percentiles(second.p50, second.p95, second.p99, (second.p99 or 0) * 1.3, 412.0),
            answer_whole_ms=Percentiles(7.4, 42.0, 244.0, 301.0, 412.0),
            service_whole_ms=Percentiles(6.9, 19.0, 37.0, 120.0, 300.0),
            lag_ms=Percentiles(0.04, 0.1, 0.4, 0.9, 3.0),
            peak_waiting=peak,
            spread=_spread(answered),
            series=[second],
            bands=[Band("listener", "listener slowed by script", *map(float, SLOW))] if number >= SLOW[0] else [],
            checks=_checks(number),
            problems=problems,
            text="",
            seed=20_261_121,
            targets=["127.0.0.1:6661"],
            connections=8,
        )


def _spread(answered: int) -> list[tuple[float, int]]:
    shares = (0.002, 0.006, 0.02, 0.055, 0.11, 0.15, 0.13, 0.1, 0.075, 0.06, 0.04, 0.03, 0.02, 0.014, 0.01, 0.012, 0.02)
    rest = (0.03, 0.034, 0.024, 0.012, 0.006, 0.002)
    uppers = [1.2 * 1.32**n for n in range(len(shares) + len(rest))]
    return [(upper, round(answered * share)) for upper, share in zip(uppers, (*shares, *rest), strict=True)]


def _checks(second: int) -> list[Check]:
    slow = second >= SLOW[0] + 15
    return [
        Check("lost", "lost == 0", "running", "checked when the run has ended", None, 0.0),
        Check("double_charted", "double_charted == 0", "running", "checked when the run has ended", None, 0.0),
        Check("out_of_order", "out_of_order == 0", "running", "checked when the run has ended", None, 0.0),
        Check(
            "answer.p99",
            "answer.p99 < 300ms",
            "fail" if slow else "pass",
            "308 ms at 3min 17sec" if slow else "34 ms so far",
            308.0 if slow else 34.0,
            300.0,
        ),
        Check("drain", "drain < 2min", "running", "", None, 120.0),
    ]


def ended(state: RunState = RunState.PASSED, **changes: object) -> list[Snapshot]:
    """All snapshots of a whole run whose last one says how it ended."""
    told = list(snapshots(state=state))
    settled = [
        replace(check, state="pass", value=0.0, detail="0 of 116,204 results") if check.state == "running" else check
        for check in told[-1].checks
    ]
    if state is RunState.PASSED:
        settled = [replace(check, state="pass") for check in settled]
    told[-1] = replace(told[-1], checks=settled, **changes)  # type: ignore[arg-type]
    return told
