"""The live picture: bands from the plan and from what workers did, problems as they come, seconds told once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.harness.load.ledger import AnswerCode, Control, Ledger, Outcome, WorkerState
from console.harness.load.live import Problem, RunState
from console.harness.load.picture import MOST_PROBLEMS, Picture, Tail, planned_bands
from console.harness.load.plan import Plan, settle
from console.harness.load.run_folder import RunFolder
from console.harness.load.sinks import as_line
from console.harness.scenario.model import Band, Fault, FaultKind, Load, Scenario, Stage, StageKind
from tests.builders.harness_ledger import MS, Row, ledger_of, write_row

LOAD = Load(stages=(Stage(StageKind.CONSTANT, 10.0, 100.0, label="quiet"), Stage(StageKind.CONSTANT, 5.0, 400.0)))
FAULTS = (
    Fault(FaultKind.DUPLICATE, 0.1, start=2.0, end=4.0, label="copies"),
    Fault(FaultKind.NO_VT, 0.1),
    Fault(FaultKind.OUTAGE, at=3.0, amount=2.0),
)


def plan_in(folder: Path) -> Plan:
    scenario = Scenario("x", "", "00", folder, load=LOAD, faults=FAULTS, bands=(Band("the lab is away", 6.0, 7.0),))
    now = datetime(2026, 11, 23, 8, tzinfo=UTC)
    return settle(scenario, seed=1, starts=now, created=now)


@pytest.fixture
def picture(tmp_path: Path) -> Iterator[Picture]:
    made = Picture(RunFolder(tmp_path), plan_in(tmp_path))
    yield made
    made.close()


def write_lines(path: Path, *bodies: object) -> None:
    with path.open("a") as file:
        file.writelines(json.dumps(body) + "\n" for body in bodies)


def test_that_before_there_is_a_ledger_there_is_a_picture(picture: Picture) -> None:
    snapshot = picture.take(RunState.STARTING, "making content")
    assert (snapshot.sent, snapshot.elapsed_s, snapshot.series) == (0, 0.0, [])
    assert (snapshot.planned_total, snapshot.duration_s) == (3000, 15.0)
    assert snapshot.answer_whole_ms.p50 is None
    assert json.loads(as_line(snapshot))["state"] == "starting"


def test_that_bands_come_from_stretches_stages_and_fault_windows(tmp_path: Path) -> None:
    told = {(band.kind, band.label, band.from_s, band.to_s) for band in planned_bands(plan_in(tmp_path).scenario)}
    assert told == {
        ("planned", "the lab is away", 6.0, 7.0), ("stage", "quiet", 0.0, 10.0), ("duplicate", "copies", 2.0, 4.0),
    }  # fmt: skip


def test_that_what_workers_did_becomes_bands_and_later_lines_count(tmp_path: Path, picture: Picture) -> None:
    events = RunFolder(tmp_path).events(0)
    write_lines(events, {"kind": "outage", "label": "away", "at_s": 3.0, "until_s": 3.0})
    picture.take(RunState.RUNNING)
    assert picture.outages == []
    write_lines(events, {"kind": "outage", "label": "away", "at_s": 3.0, "until_s": 5.0}, {"no": "event"}, 7)
    snapshot = picture.take(RunState.RUNNING)
    assert [(b.from_s, b.to_s) for b in snapshot.bands if b.kind == "outage"] == [(3.0, 5.0)]
    assert picture.outages == [(3.0, 5.0)]


def test_that_problems_are_told_once_and_never_too_many_at_a_time(tmp_path: Path, picture: Picture) -> None:
    path = RunFolder(tmp_path).problems(0)
    problems = [Problem(0, n, float(n), f"C{n}", "ORU^R01", "rejected", "AR") for n in range(MOST_PROBLEMS + 20)]
    write_lines(path, *map(asdict, problems[:2]))
    assert picture.take(RunState.RUNNING).problems == problems[:2]
    write_lines(path, *map(asdict, problems[2:]))
    assert picture.take(RunState.RUNNING).problems == problems[-MOST_PROBLEMS:]
    assert picture.take(RunState.RUNNING).problems == []


def test_that_half_a_line_waits_for_its_other_half(tmp_path: Path) -> None:
    tail = Tail(tmp_path / "lines.jsonl")
    assert tail.read() == []
    (tmp_path / "lines.jsonl").write_text('{"a": 1}\n{"b"')
    assert tail.read() == [{"a": 1}]
    with (tmp_path / "lines.jsonl").open("a") as file:
        file.write(": 2}\n")
    assert tail.read() == [{"b": 2}]


def test_that_each_second_is_told_when_it_is_over_and_all_is_right_in_the_end(tmp_path: Path, picture: Picture) -> None:
    rows = [Row(n * 10.0, n * 10.0) for n in range(1, 250)]
    path = ledger_of(tmp_path / "ledger-0.bin", rows)
    told = {}
    with Ledger(path, writable=True) as ledger:
        for number, row in enumerate(rows):
            write_row(
                ledger, number, replace(row, answered=row.sent + 30, outcome=Outcome.ACCEPTED, code=AnswerCode.AA)
            )
            if number % 50 == 49:
                for second in picture.take(RunState.RUNNING).series:
                    told[second.at_s] = second
        ledger.words[Control.START] = 1
        ledger.words[Control.ENDED] = 2530 * MS
        ledger.words[Control.SENT] = ledger.words[Control.ANSWERED] = len(rows)
        ledger.words[Control.STATE] = WorkerState.DONE
    picture.finish()
    last = picture.take(RunState.PASSED, last=True)
    for second in last.series:
        told[second.at_s] = second
    assert [told[at].answered for at in range(3)] == [96, 100, 53]
    assert sum(second.sent for second in told.values()) == len(rows)
    assert last.elapsed_s == 2.53
    assert last.answers["AA"] == len(rows)
    assert (last.sent, last.sent_per_s, last.connected) == (len(rows), 0.0, 0)
    assert last.answer_whole_ms.p50 == pytest.approx(30, rel=0.001)
    assert {check.state for check in last.checks} == {"pass"}
    assert picture.values()["rate.sent"] == pytest.approx(100, rel=0.01)
