"""The view in a terminal and the lines where there is none: the figures of snapshots, and nothing of messages."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from console.harness.load.commands import Commands
from console.harness.load.live import Band, Check, Percentiles, Problem, RunState, Second, Snapshot
from console.harness.load.run import refusal
from console.harness.load.terminal import LineView, TerminalView, milliseconds, sparkline, summary
from console.harness.scenario.model import Scenario

SECRET = "DOE^JANE"
SNAPSHOT = replace(
    refusal(Scenario("monday", "", "", Path()), "making content"),
    run="H-ABCDEF", seed=42, state=RunState.RUNNING, elapsed_s=12.5, planned_total=5000, duration_s=60.0,
    planned=1250, sent=1240, answered=1200, waiting=40, queued=7, connected=8, connections=8,
    answers={"AA": 1180, "AE": 20, "AR": 0}, sent_per_s=99.6, answered_per_s=98.0,
    answer_ms=Percentiles(1.25, 9.0, 120.0, 12_500.0, 13_000.0),
    series=[Second(at, 100, 100 - at, 90, at, 1.0, 2.0, 3.0) for at in range(12)],
    bands=[Band("outage", "the lab is away", 10.0, 20.0), Band("stage", "long ago", 0.0, 5.0)],
    checks=[Check("answer.p99", "answer.p99 < 300ms", "fail", "308 ms"), Check("lost", "lost == 0", "running")],
    problems=[Problem(0, 5, 3.25, "C[red]1\x1b[2J", "ORU^R01", "rejected", "AR", SECRET, "bad-header", SECRET)],
)  # fmt: skip


def shown(*snapshots: Snapshot) -> str:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=120, height=60, color_system=None)
    with TerminalView(Commands(), console, keys=False) as view:
        for snapshot in snapshots:
            view(snapshot)
    return stream.getvalue()


def test_that_the_view_shows_the_figures_the_checks_and_what_happens_now() -> None:
    text = shown(SNAPSHOT)
    for words in (
        "monday", "RUNNING", "0:12 of 1:00", "H-ABCDEF", "seed 42", "1,240", "1,250 of 5,000", "40 + 7 queued",
        "1.2 ms", "12.5 s", "AA 1,180", "AE 20", "answer.p99 < 300ms", "FAIL", "308 ms", "now: the lab is away",
        "AR rejected", "bad-header", "8 of 8 connections", "█",
    ):  # fmt: skip
        assert words in text, words
    assert "long ago" not in text


def test_that_no_content_and_nothing_a_terminal_obeys_is_shown() -> None:
    text = shown(SNAPSHOT)
    assert SECRET not in text
    assert "\x1b[2J" not in text
    assert "C?red?1" in text


def test_that_seconds_are_kept_between_snapshots_and_corrected() -> None:
    first = replace(SNAPSHOT, series=[Second(0, 8, 8, 8, 0)])
    later = replace(SNAPSHOT, series=[Second(0, 8, 4, 8, 0), Second(1, 8, 8, 8, 0)])
    assert "▄█" in shown(first, later)


def test_that_a_pipe_gets_a_line_at_each_change_and_every_five_seconds() -> None:
    stream = io.StringIO()
    view = LineView(stream)
    for tenth in range(0, 120, 5):
        view(replace(SNAPSHOT, elapsed_s=tenth / 10))
    view(replace(SNAPSHOT, state=RunState.DRAINING, elapsed_s=12.1))
    view(replace(SNAPSHOT, state=RunState.PASSED, elapsed_s=12.2))
    lines = stream.getvalue().splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["0:00", "0:05", "0:10", "0:12"]
    assert lines[0].startswith("monday: run H-ABCDEF, seed 42")
    assert "draining" in lines[-1]


def test_that_the_summary_has_each_check_with_a_word() -> None:
    assert summary(SNAPSHOT).splitlines()[-2:] == [
        "✗ FAIL: answer.p99 < 300ms (308 ms)",
        "… running: lost == 0",
    ]


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0.123, "0.12 ms"), (4.56, "4.6 ms"), (123.4, "123 ms"), (12_345.0, "12.3 s")]
)
def test_that_times_have_the_digits_that_matter(value: float | None, text: str) -> None:
    assert milliseconds(value) == text


def test_that_whatever_is_not_nothing_is_seen_in_a_sparkline() -> None:
    assert sparkline([0, 1, 500, 1000], 1000) == " ▁▄█"
