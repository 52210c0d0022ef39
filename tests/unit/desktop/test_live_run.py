"""A run put together from what its program tells, and put into words."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from console.desktop.formats import Formats
from console.desktop.models.live_run import PROBLEMS_KEPT, LiveRun, read_snapshot
from console.desktop.presenters import run_words as words
from console.desktop.presenters.run_figures import figures
from console.desktop.presenters.run_findings import (
    answers,
    check_title,
    checks,
    most_telling,
    planned_checks,
    problem_line,
    verdict,
)
from console.desktop.presenters.run_problem import places_named, problem_view
from console.harness.load.live import Check, Percentiles, Problem, RunState
from tests.fakes.harness_run import ended, snapshots

EN, ES = Formats("en"), Formats("es")


def _run(until: int = 240) -> LiveRun:
    run = LiveRun()
    for snapshot in snapshots(until):
        assert run.take_line(json.dumps(snapshot.as_json()))
    return run


def _over(state: RunState, **changes: object) -> LiveRun:
    run = LiveRun()
    for snapshot in ended(state, **changes):
        run.take(snapshot)
    return run


def test_that_lines_of_the_program_become_the_run() -> None:
    run = _run()
    assert run.snapshot is not None
    assert (len(run.series), run.identity, run.state) == (240, "H-7KQ2M9", RunState.RUNNING)
    assert run.problems_seen == len(run.problems) == 26
    assert run.p99_limit == 300.0


@pytest.mark.parametrize("line", [b"", b"no json", b"[1]", b'{"type":"other"}', b'{"state":"flying"}', b"\xff\xfe"])
def test_that_other_lines_are_passed_over(line: bytes) -> None:
    run = _run(3)
    assert not run.take_line(line)
    assert len(run.series) == 3


def test_that_a_newer_program_with_more_fields_is_understood() -> None:
    body = {**next(iter(snapshots(1))).as_json(), "colour": "blue"}
    body["checks"] = [{"name": "x", "title": "X", "state": "pass", "mood": "good"}]
    snapshot = read_snapshot(body)
    assert snapshot is not None
    assert snapshot.checks == [Check("x", "X", "pass")]
    assert read_snapshot({"state": "running"}) is not None


def test_that_only_the_newest_problems_are_kept_but_all_are_counted() -> None:
    run = LiveRun()
    first = next(iter(snapshots(1)))
    for number in range(PROBLEMS_KEPT + 20):
        run.take(replace(first, problems=[Problem(0, number, 1.0, "C", "ORU", "failed")]))
    assert (len(run.problems), run.problems_seen) == (PROBLEMS_KEPT, PROBLEMS_KEPT + 20)
    assert run.problems[-1].row == PROBLEMS_KEPT + 19


def test_that_the_six_figures_say_what_each_is_held_against() -> None:
    sent, acknowledged, p50, p99, waiting, lost = figures(_run(), EN)
    assert (sent.value, sent.note) == ("92,011", "of 168,000 planned, 54 %")
    assert (acknowledged.note, acknowledged.tone) == ("planned 800 per sec", "ok")
    assert (p50.value, p50.unit) == ("6.9", "ms")
    assert (p99.note, p99.tone) == ("limit 300 ms · peak 308 ms at 3min 17sec", "fail")
    assert waiting.note == "peak 8,200 at 3min 17sec"
    assert (lost.value, lost.tone) == ("–", "warn")
    assert "746 without an answer" in lost.note


def test_that_figures_before_the_first_word_invent_nothing() -> None:
    assert {figure.value for figure in figures(LiveRun(), EN)} == {"–"}


def test_that_falling_behind_the_plan_is_a_warning_in_words_and_icon() -> None:
    behind = figures(_run(198), EN)[1]
    assert (behind.tone, behind.icon) == ("warn", "triangle-alert")


def test_that_lost_is_known_only_after_somebody_was_asked() -> None:
    lost = figures(_over(RunState.PASSED), EN)[5]
    assert (lost.value, lost.tone) == ("0", "ok")
    run = _over(RunState.FAILED)
    assert run.snapshot is not None
    run.snapshot = replace(run.snapshot, checks=[Check("lost", "lost == 0", "fail", "2 of 9", 2.0, 0.0)])
    assert figures(run, EN)[5].tone == "fail"
    run.snapshot = replace(run.snapshot, checks=[], answers={"AA": 9})
    assert figures(run, EN)[5].note == "not checked in this run"


@pytest.mark.parametrize(
    ("state", "title", "surface"),
    [
        (RunState.PASSED, "Passed: 5 of 5 checks", "ok"),
        (RunState.FAILED, "Failed: p99 under 300 ms", "fail"),
        (RunState.INVALID, "Invalid measurement: this computer was too slow, not the target", "warn"),
        (RunState.STOPPED, "Stopped after 5min 30sec", "info"),
        (RunState.REFUSED, "Not started", "warn"),
    ],
)
def test_that_the_verdict_says_in_a_sentence_what_the_run_proved(state: RunState, title: str, surface: str) -> None:
    said = verdict(_over(state, text="why"), EN)
    assert said is not None
    assert (said.title, said.surface) == (title, surface)
    assert said.text.endswith("Why")


def test_that_a_run_that_goes_on_has_no_verdict_and_what_was_not_observed_is_named() -> None:
    assert verdict(_run(), EN) is None
    run = _over(RunState.PASSED)
    assert run.snapshot is not None
    unknown = [replace(run.snapshot.checks[0], state="unknown"), *run.snapshot.checks[1:]]
    run.snapshot = replace(run.snapshot, checks=unknown)
    said = verdict(run, EN)
    assert said is not None
    assert said.text.startswith("Not observed: No result lost.")


def test_that_checks_have_a_word_and_an_icon_besides_their_colour() -> None:
    lines = checks(_run(), EN)
    assert [(line.word, line.icon) for line in lines][2:4] == [("running", "clock"), ("failed", "octagon-x")]
    assert len({(line.word, line.icon) for line in lines}) == len({line.tone for line in lines})


@pytest.mark.parametrize(
    ("name", "title", "limit", "shown"),
    [
        ("lost", "lost == 0", 0.0, "No result lost"),
        ("lost", "lost < 3", 3.0, "lost < 3"),
        ("answer.p999", "answer.p999 < 2s", 2000.0, "p999 under 2,000 ms"),
        ("drain", "drain < 2min", 120.0, "Queue empty within 2min of the end"),
        ("errors", "errors < 0.1%", 0.001, "Errors under 0.1 %"),
        ("rate.sent", "rate.sent > 100/s", 100.0, "rate.sent > 100/s"),
    ],
)
def test_that_thresholds_are_put_in_plain_words_where_there_are_any(
    name: str, title: str, limit: float, shown: str
) -> None:
    assert check_title(name, title, limit, EN) == shown


def test_that_what_failed_is_never_among_the_checks_that_are_folded_away() -> None:
    run = _over(RunState.FAILED)
    assert run.snapshot is not None
    many = [Check(f"c{n}", f"c{n}", "fail" if n in (3, 11) else "pass") for n in range(16)]
    run.snapshot = replace(run.snapshot, checks=many)
    shown = most_telling(checks(run, EN), 5)
    assert [line.title for line in shown] == ["c0", "c1", "c2", "c3", "c11"]
    assert most_telling(checks(run, EN), 20) == checks(run, EN)


def test_that_what_a_scenario_demands_is_shown_before_it_runs() -> None:
    lines = planned_checks(("answer.p99 < 300ms", "what is this"), EN)
    assert [line.title for line in lines] == ["p99 under 300 ms", "what is this"]
    assert {line.word for line in lines} == {"planned"}


def test_that_shares_never_round_a_failure_away() -> None:
    assert words.percent(1 / 100_000, EN) == "< 0.1 %"
    assert words.percent(1 - 1 / 100_000, EN) == "> 99.9 %"
    assert words.percent(0.962, ES) == "96,2 %"
    lines = {line.code: line for line in answers(_run(), EN)}
    assert lines["AE"].share == "2.9 %"
    assert next(iter(lines)) == "AA"


def test_that_answers_nobody_gave_are_not_listed() -> None:
    assert [line.code for line in answers(_run(), EN)] == ["AA", "AE", "AR", "none"]


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (0.214, "0.21"), (7.44, "7.4"), (38.0, "38"), (308.4, "308"), (1204.0, "1,204")]
)
def test_that_milliseconds_have_the_figures_that_mean_something(value: float | None, shown: str) -> None:
    assert words.milliseconds(value, EN) == shown


def test_that_a_problem_tells_when_and_why_and_marks_the_field() -> None:
    problem = Problem(1, 7, 3725.4, "C1", "ORU^R01", "rejected", "AR", "", "oversize", "MSA|AR|C1\rERR||PID^1^3|101|E")
    line = problem_line(problem, EN)
    assert (line.key, line.when, line.code) == ("1:7", "1:02:05", "AR")
    assert line.text == "rejected (oversize)"
    view = problem_view(problem, {"payload": "MSH|^~\\&|A\rPID|1", "sent_s": 1.0, "answered_s": 1.25, "note": "n"}, EN)
    assert view.places == ("PID[1]-3",)
    assert ("Answered after", "250 ms") in view.facts
    assert ("Broken on purpose", "oversize · n") in view.facts
    assert "PID|1" in view.copied


def test_that_fields_are_found_in_error_texts() -> None:
    assert places_named("", "OBX-5 is empty, see PID-3.1") == ("OBX-5", "PID-3.1")
    assert places_named("MSH|^~\\&|X\rMSA|AE|1|PID-3 missing", "") == ("PID-3",)


def test_that_nothing_measured_is_told_as_nothing() -> None:
    run = LiveRun()
    run.take(replace(next(iter(snapshots(1))), answer_ms=Percentiles(), series=[], checks=[]))
    p50, p99 = figures(run, EN)[2:4]
    assert (p50.value, p50.unit, p99.value, p99.note) == ("–", "", "–", "")
