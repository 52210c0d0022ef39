"""Every kind of finding fails the check that asks for it, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.harness.verdict.buckets import BAD, GOOD, OPEN, Bucket
from console.harness.verdict.checks_after import checks_after
from console.harness.verdict.filed import Coverage
from console.harness.verdict.thresholds import METRICS, parse_threshold
from console.harness.verdict.verification import Verification
from tests.builders.harness_report import verified


def seen(**counts: int) -> Verification:
    found = verified()
    found.findings.counts.clear()
    for name, count in counts.items():
        found.findings.counts[Bucket(name)] = count
    found.findings.order_seen = True
    return replace(found, coverage=Coverage(order_kept=True, held=True), unseen=())


@pytest.mark.parametrize("bucket", sorted(BAD))
def test_that_each_finding_fails_the_one_check_that_asks_for_it(bucket: Bucket) -> None:
    checks = checks_after(seen(exactly_once=5, **{bucket.value: 3}))
    [failed] = [check for check in checks if check.state == "fail"]
    assert failed.value == 3.0
    assert failed.name in METRICS
    assert failed.detail


def test_that_without_a_finding_every_question_passes() -> None:
    others = {bucket.value: 2 for bucket in (GOOD | OPEN)}
    checks = checks_after(seen(**others))
    assert {check.state for check in checks} == {"pass"}
    assert "left open by their answers" in checks[0].detail


def test_that_a_run_without_results_proves_nothing_about_results() -> None:
    empty = seen()
    empty.findings.results = 0
    checks = checks_after(empty, [parse_threshold("lost == 0")])
    assert {check.state for check in checks if check.name != "ack_swapped"} == {"unknown"}
    assert "no results" in checks[0].detail


def test_that_a_threshold_takes_the_place_of_its_question() -> None:
    checks = checks_after(seen(lost=3), [parse_threshold("lost <= 5"), parse_threshold("answer.p99 < 1s")])
    assert [(check.title, check.state) for check in checks if check.name == "lost"] == [("lost <= 5", "pass")]
    assert not any(check.name == "answer.p99" for check in checks)


def test_that_what_could_not_be_observed_is_unknown_unless_some_of_it_was_seen() -> None:
    blind = replace(seen(), coverage=Coverage(copies=False, patients=False), unseen=("copies: it overwrites",))
    blind.findings.order_seen = False
    states = {check.name: check.state for check in checks_after(blind)}
    assert states["double_charted"] == states["wrong_patient"] == states["out_of_order"] == "unknown"
    assert states["lost"] == "pass"
    partly = replace(seen(wrong_patient=1), coverage=Coverage(patients=False))
    assert {check.name: check.state for check in checks_after(partly)}["wrong_patient"] == "fail"


def test_that_while_the_system_still_works_nothing_is_called_lost_and_the_run_does_not_pass() -> None:
    checks = checks_after(replace(seen(exactly_once=5, lost=3, stale=1), settled=False), [parse_threshold("lost == 0")])
    states = {check.name: check.state for check in checks}
    assert states["lost"] == states["stale"] == "unknown"
    [late] = [check for check in checks if check.state == "fail"]
    assert (late.name, late.value) == ("settled", 4.0)
