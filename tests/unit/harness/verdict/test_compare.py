"""Two runs: what changed by more than noise is named, what did not is not."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from console.cli.main import main
from console.harness.verdict.compare import Change, Row, bootstrap, compare
from console.harness.verdict.compare_html import html
from tests.builders.harness_report import report


def changes(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Change]:
    return {row.name: row.change for row in compare(a, b).rows}


def test_that_a_run_is_the_same_as_itself_and_as_its_twin() -> None:
    a, b = report(seed=1), report(seed=1)
    found = compare(a, b)
    assert not found.worse
    assert found.same_content
    assert {row.change for row in found.rows} <= {Change.SAME, Change.UNKNOWN}
    twin = compare(a, report(seed=2))
    assert not twin.worse
    assert not twin.same_content
    assert "seed 1 and 2" in twin.content


def test_that_slower_answers_are_worse_and_faster_ones_better() -> None:
    a, slow = report(seed=1), report(seed=2, slower=1.5)
    assert changes(a, slow)["answer.p50"] is Change.WORSE
    assert changes(a, slow)["answer.p99"] is Change.WORSE
    assert changes(slow, a)["answer.p99"] is Change.BETTER
    assert compare(a, slow).worse
    assert not compare(slow, a).worse


def test_that_a_small_difference_is_no_change_and_an_unsteady_one_is_unclear() -> None:
    a = report(seed=1)
    assert changes(a, report(seed=2, slower=1.03))["answer.p50"] is Change.SAME
    wild = report(seed=2)
    generator = random.Random(5)
    for second in wild["series"]:
        second["p99"] = 20.0 * generator.choice((0.2, 0.2, 0.2, 4.0))
    wild["metrics"]["answer.p99"] = 40.0
    assert changes(a, wild)["answer.p99"] is Change.UNCLEAR


def test_that_a_run_of_seconds_is_too_short_to_tell() -> None:
    assert changes(report(seconds=4), report(seconds=4, slower=2.0))["answer.p99"] is Change.UNCLEAR


def test_that_one_lost_result_more_is_worse_and_says_which_check_fell() -> None:
    found = compare(report(), report(lost=1))
    rows = {row.name: row for row in found.rows}
    assert rows["arrived.lost"].change is Change.WORSE
    assert rows["check: lost == 0"].note == "pass became fail"
    assert compare(report(lost=2), report(lost=1)).worse is False


def test_that_more_errors_are_worse_when_it_is_no_chance() -> None:
    a, b = report(), report()
    b["metrics"]["errors"] = 0.0005
    assert changes(a, b)["errors"] is Change.SAME
    b["metrics"]["errors"] = 0.02
    assert changes(a, b)["errors"] is Change.WORSE
    assert changes(b, a)["errors"] is Change.BETTER


def test_that_runs_that_measured_nothing_are_said_to_be_so() -> None:
    b = report()
    b["state"] = "invalid"
    assert any("B was invalid" in note for note in compare(report(), b).notes)


def test_that_the_bounds_hold_the_true_ratio_and_are_always_the_same() -> None:
    generator = random.Random(3)
    first = [generator.gauss(100, 10) for _ in range(200)]
    second = [generator.gauss(130, 10) for _ in range(200)]
    low, high = bootstrap(first, second)
    assert low < 1.3 < high
    assert high - low < 0.08
    assert (low, high) == bootstrap(first, second)


def test_that_the_page_shows_both_runs() -> None:
    a, b = report(), report(seed=2, slower=2.0)
    text = html(compare(a, b), a, b)
    assert "B is worse" in text
    assert "<script" not in text
    assert text.count('<svg class="chart"') == 3


def test_that_the_command_says_no_when_b_is_worse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, made in (("a", report()), ("b", report(seed=2, slower=1.5))):
        (tmp_path / f"{name}.json").write_text(json.dumps(made))
    a, b = str(tmp_path / "a.json"), str(tmp_path / "b.json")
    assert main(["harness", "compare", a, b, "--html", str(tmp_path / "c.html")]) == 1
    said = capsys.readouterr().out
    assert "B is worse" in said
    assert "answer.p99" in said
    assert (tmp_path / "c.html").stat().st_mode & 0o077 == 0
    assert main(["harness", "compare", a, b, "--json", "--tolerance", "80%"]) == 0
    assert json.loads(capsys.readouterr().out)["worse"] is False
    assert main(["harness", "compare", a, str(tmp_path / "none.json")]) == 3
    assert main(["harness", "compare", a, b, "--tolerance", "much"]) == 2


def test_that_a_row_is_a_value() -> None:
    assert Row("x", 1.0, 2.0, Change.SAME) == Row("x", 1.0, 2.0, Change.SAME)
