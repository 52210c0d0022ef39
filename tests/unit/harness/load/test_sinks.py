"""What is kept of the live figures: every second and every problem, in few lines."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

from console.harness.load.live import Problem, RunState, Second
from console.harness.load.run import refusal
from console.harness.load.sinks import JsonLines, SnapshotFile
from console.harness.scenario.model import Scenario

SNAPSHOT = replace(refusal(Scenario("x", "", "", Path()), ""), state=RunState.RUNNING)


def test_that_a_stream_gets_each_snapshot_as_a_line() -> None:
    stream = io.StringIO()
    sink = JsonLines(stream)
    sink(SNAPSHOT)
    sink(replace(SNAPSHOT, text="Ü\nü", elapsed_s=0.25))
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first["type"] == second["type"] == "snapshot"
    assert (second["text"], second["elapsed_s"]) == ("Ü\nü", 0.25)


def test_that_the_file_keeps_every_second_and_problem_in_a_line_a_second(tmp_path: Path) -> None:
    path = tmp_path / "snapshots.jsonl"
    sink = SnapshotFile(path)
    for quarter in range(41):
        state = RunState.RUNNING if quarter < 40 else RunState.DRAINING
        series = [Second(quarter // 4 - 1, 1, 1, 1, 0)] if quarter % 4 == 1 and quarter > 4 else []
        problems = [Problem(0, quarter, 0.0, "", "", "rejected")] if quarter % 4 == 2 else []
        sink(replace(SNAPSHOT, state=state, elapsed_s=quarter / 4, series=series, problems=problems))
    sink.close()
    kept = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len(kept) == 11
    assert [second["at_s"] for one in kept for second in one["series"]] == list(range(9))
    assert [problem["row"] for one in kept for problem in one["problems"]] == list(range(2, 41, 4))
    assert kept[-1]["state"] == "draining"
    assert path.stat().st_mode & 0o077 == 0
