"""What the verdict's lines say while a run goes on, and when it is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.harness.load.checks import live_checks, threshold_check
from console.harness.load.figures import measured
from console.harness.load.ledger import AnswerCode, Flag, Outcome
from console.harness.load.statistics import Statistics
from console.harness.scenario.model import Fault, FaultKind, Scenario
from console.harness.verdict.thresholds import parse_threshold
from tests.builders.harness_ledger import Row, ledger_of


def states(
    tmp_path: Path, rows: list[Row], *thresholds: str, over: bool = True, faults: tuple[Fault, ...] = ()
) -> dict[str, str]:
    scenario = Scenario("x", "", "", tmp_path, thresholds=tuple(map(parse_threshold, thresholds)), faults=faults)
    statistics = Statistics([ledger_of(tmp_path / "ledger-0.bin", rows)])
    statistics.look(last=True)
    checks = live_checks(scenario, statistics, measured(statistics, scenario.load), over=over)
    statistics.close()
    return {check.name: check.state for check in checks}


GOOD = Row.accepted(10, 10, 12)
SILENT = Row(10, 10, 0, Outcome.NO_ANSWER)
ACCEPTED_BROKEN = Row.accepted(10, 10, 12, Flag.BROKEN)
REFUSED_BROKEN = Row(10, 10, 12, Outcome.REJECTED, AnswerCode.AR, flags=Flag.BROKEN)


@pytest.mark.parametrize("bad", [SILENT, Row(10, 0, 0, Outcome.NO_CONNECTION), Row(0, 0, 0, Outcome.NOT_SENT)])
def test_that_every_message_has_to_have_its_answer(tmp_path: Path, bad: Row) -> None:
    assert states(tmp_path, [GOOD, GOOD]) == {"answered": "pass"}
    assert states(tmp_path, [GOOD, bad]) == {"answered": "fail"}
    assert states(tmp_path, [GOOD], over=False) == {"answered": "running"}


def test_that_a_scenario_with_an_opinion_on_answers_is_not_asked_twice(tmp_path: Path) -> None:
    assert states(tmp_path, [GOOD, SILENT], "errors < 60%") == {"errors": "pass"}


def test_that_what_is_broken_must_not_be_accepted(tmp_path: Path) -> None:
    faults = (Fault(FaultKind.NO_VT, 0.1),)
    assert states(tmp_path, [GOOD, REFUSED_BROKEN], faults=faults)["positive_for_broken"] == "pass"
    assert states(tmp_path, [GOOD, ACCEPTED_BROKEN], faults=faults)["positive_for_broken"] == "fail"
    assert states(tmp_path, [GOOD, ACCEPTED_BROKEN], faults=faults, over=False)["positive_for_broken"] == "fail"
    assert "positive_for_broken" not in states(tmp_path, [GOOD], faults=(Fault(FaultKind.DUPLICATE, 0.1),))


@pytest.mark.parametrize(
    ("threshold", "value", "over", "state"),
    [
        ("answer.p99 < 300ms", 200.0, False, "running"),
        ("answer.p99 < 300ms", 400.0, False, "fail"),
        ("answer.p99 < 300ms", 200.0, True, "pass"),
        ("answer.p99 < 300ms", None, True, "unknown"),
        ("sent >= 1000", 10.0, False, "running"),
        ("sent >= 1000", 10.0, True, "fail"),
        ("refused == 3", 2.0, False, "running"),
        ("refused == 3", 4.0, False, "fail"),
        ("lost == 0", None, False, "running"),
        ("lost == 0", None, True, "running"),
        ("lost == 0", 1.0, True, "fail"),
    ],
)
def test_that_a_threshold_is_told_as_soon_as_it_can_be(
    threshold: str, value: float | None, over: bool, state: str
) -> None:
    parsed = parse_threshold(threshold)
    values = {} if value is None else {parsed.metric: value}
    check = threshold_check(parsed, values, over=over)
    assert (check.state, check.name, check.title) == (state, parsed.metric, threshold)
    assert check.limit == parsed.limit
