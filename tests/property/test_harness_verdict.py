"""Whatever a receiver does wrong, and wherever, exactly that is reported; a sound one is never accused."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.harness.load.ledger import Outcome
from console.harness.verdict.buckets import BAD, Bucket, Findings
from console.harness.verdict.filed import Filed
from tests.builders.harness_run import SEEN, Run, fact, flood

RESULTS = 100_000


def told(findings: Findings) -> set[tuple[str, tuple[str, str]]]:
    """Every accusation: bucket and (order, code)."""
    assert all(len(found) == findings.counts[bucket] for bucket, found in findings.offenders.items() if bucket in BAD)
    return {(o.bucket.value, o.key[:2]) for b, found in findings.offenders.items() if b in BAD for o in found}


# ------------------------------------------------------------ a broken receiver at 100,000 results

Defect = Callable[[list[Filed], random.Random], set[tuple[str, tuple[str, str]]]]


def loses_one(filed: list[Filed], generator: random.Random) -> set[tuple[str, tuple[str, str]]]:
    gone = filed.pop(generator.randrange(len(filed)))
    return {("lost", gone.key[:2])}


def files_one_twice(filed: list[Filed], generator: random.Random) -> set[tuple[str, tuple[str, str]]]:
    one = generator.choice(filed)
    filed.append(replace(one, where="Observation/again"))
    return {("double_charted", one.key[:2])}


def swaps_two_patients(filed: list[Filed], generator: random.Random) -> set[tuple[str, tuple[str, str]]]:
    first, second = generator.sample(range(len(filed)), 2)
    while filed[first].patients == filed[second].patients:
        second = generator.randrange(len(filed))
    one, other = filed[first], filed[second]
    filed[first], filed[second] = replace(one, patients=other.patients), replace(other, patients=one.patients)
    return {("wrong_patient", one.key[:2]), ("wrong_patient", other.key[:2])}


def changes_a_digit(filed: list[Filed], generator: random.Random) -> set[tuple[str, tuple[str, str]]]:
    at = generator.randrange(len(filed))
    filed[at] = replace(filed[at], value=f"{filed[at].value}.5")
    return {("wrong_value", filed[at].key[:2])}


DEFECTS: tuple[Defect, ...] = (loses_one, files_one_twice, swaps_two_patients, changes_a_digit)


@pytest.fixture(scope="module", params=[1, 2])
def whole_run(request: pytest.FixtureRequest) -> tuple[int, Run]:
    return request.param, flood(RESULTS, request.param)


@pytest.mark.slow
def test_that_of_a_hundred_thousand_results_exactly_the_broken_ones_are_named(whole_run: tuple[int, Run]) -> None:
    seed, run = whole_run
    unordered = replace(SEEN, order_kept=False)
    expected = run.expected()
    if seed == 1:
        began = time.process_time()
        sound = run.check(coverage=unordered, expected=expected)
        print(f"100,000 results in {time.process_time() - began:.2f} s of CPU")
        assert told(sound) == set()
        assert sound.counts[Bucket.EXACTLY_ONCE] == sound.results == RESULTS
    for number, defects in enumerate([DEFECTS] if seed == 1 else [(one,) for one in DEFECTS]):
        generator = random.Random(f"{seed}/{number}")
        filed = list(run.filed)
        planted = set().union(*(defect(filed, generator) for defect in defects))
        generator.shuffle(filed)
        assert told(run.check(filed, coverage=unordered, expected=expected)) == planted


# ------------------------------------------------------------ random runs, random defects

OUTCOMES = (
    Outcome.ACCEPTED,
    Outcome.ACCEPTED,
    Outcome.FAILED,
    Outcome.REJECTED,
    Outcome.NO_ANSWER,
    Outcome.CONNECTION_LOST,
    Outcome.LATE,
    Outcome.COMMIT_ONLY,
    Outcome.NOT_SENT,
)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Orders with chains of versions, duplicates, every outcome; filed as a sound receiver might, which decides freely
    where the answers leave it open."""
    run = Run()
    for number in range(draw(st.integers(1, 12))):
        patient = str(draw(st.integers(0, 4)))
        order = f"F{number}"
        held = None
        for place, status in enumerate(draw(st.lists(st.sampled_from("PPFC"), min_size=1, max_size=4))):
            one = fact(order, f"{number}{place}.5", status)
            outcome = draw(st.sampled_from(OUTCOMES))
            for copy in range(draw(st.sampled_from((1, 1, 1, 2)))):
                told_ = Outcome.ACCEPTED if copy and outcome is not Outcome.NOT_SENT else outcome
                stamp = f"202611230{number % 10}{place:02d}00"
                run.send(patient, one, outcome=told_, control_id=f"{order}-{place}", time=stamp)
                takes = told_ is Outcome.ACCEPTED or (
                    told_ not in (Outcome.FAILED, Outcome.REJECTED, Outcome.NOT_SENT) and draw(st.booleans())
                )
                if takes and (held is None or "PFC".index(status) >= "PFC".index(held.status)):
                    held = one
        if held is not None:
            run.file(patient, held)
    return run


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(run=runs())
def test_that_a_sound_receiver_is_never_accused(run: Run) -> None:
    assert told(run.check()) == set()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(run=runs(), data=st.data())
def test_that_exactly_the_planted_defects_are_reported(run: Run, data: st.DataObject) -> None:
    certain = {o.key for o in run.filed} - {
        o.key
        for bucket in (Bucket.UNKNOWN_PRESENT, Bucket.UNKNOWN_ABSENT)
        for o in run.check().offenders.get(bucket, [])
    }
    filed: list[Filed] = []
    planted: Counter[tuple[str, tuple[str, str]]] = Counter()
    for one in run.filed:
        defect = data.draw(st.sampled_from(("none", "none", "lost", "twice", "patient", "value", "stray")))
        order = one.key[:2]
        if defect == "lost" and one.key in certain:
            planted["lost", order] += 1
            continue
        if defect == "patient" and len({o.patients for o in run.filed}) > 1:
            other = next(o.patients for o in run.filed if o.patients != one.patients)
            filed.append(replace(one, patients=other))
            planted["wrong_patient", order] += 1
        elif defect == "value":
            filed.append(replace(one, value="77777"))
            planted["wrong_value", order] += 1
        elif defect == "stray":
            filed += [one, replace(one, key=(one.key[0], "never-sent", "1"), value="88888")]
            planted["orphan", (one.key[0], "never-sent")] += 1
        else:
            filed.append(one)
            if defect == "twice":
                filed.append(replace(one, where="again"))
                planted["double_charted", order] += 1
    data.draw(st.randoms()).shuffle(filed)
    found = run.check(filed, coverage=replace(SEEN, order_kept=False))
    assert told(found) == set(planted)
