"""A plan is read back as it was settled, and the run id names the bytes."""

from __future__ import annotations

import stat
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.core.errors import EnvironmentFault, Refused
from console.harness.load.plan import Plan, make_run_folder, read_plan, run_id, settle, write_plan
from console.harness.load.run_folder import RunFolder
from console.harness.scenario.model import (
    Connections,
    Content,
    Fault,
    FaultKind,
    Ingredient,
    Load,
    Receiver,
    Scenario,
    Spread,
    Stage,
    StageKind,
    Target,
    Threshold,
    Tls,
    Verification,
)

STARTS = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 15, 0, 1, 250_000, tzinfo=UTC)

RICH = Scenario(
    name="rich",
    text='name = "rich"\n# Füllung\n',
    digest="ab" * 32,
    folder=Path("/somewhere/scenarios"),
    targets=(Target("::1", 2600, "lab", Tls(ca=Path("/ca.pem"), verify=False), kinds=("ORU",)), Target()),
    connections=Connections(count=3, backoff=(0.2, 1.5)),
    load=Load(
        stages=(
            Stage(StageKind.RAMP, 3.0, 1.0, 100.0),
            Stage(StageKind.CURVE, 2.0, points=((0.0, 1.0), (2.0, 50.5))),
        ),
        think_time=Spread("table", values=(0.1, 0.2)),
        processes=2,
    ),
    content=Content(mix=(Ingredient("journey", name="lab", options=(("tests", 3), ("stat", True), ("unit", "x"))),)),
    faults=(Fault(FaultKind.DUPLICATE, 0.05, nth=(3, 9)), Fault(FaultKind.OUTAGE, at=2.0, amount=1.0, end=7.5)),
    receiver=Receiver(script=Path("/s.toml"), role="downstream"),
    verification=Verification("signalbox", "http://127.0.0.1:1", options=(("a", "b"),)),
    thresholds=(Threshold("answer.p99", "<", 300.0, "answer.p99 < 300ms"),),
)


def settled(**words: object) -> Plan:
    return settle(RICH, seed=7, starts=STARTS, created=NOW, overrides=words)


def test_that_a_plan_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    folder = make_run_folder(tmp_path, "H-ABCDEF")
    plan = settle(
        RICH,
        seed=7,
        starts=STARTS,
        created=NOW,
        overrides={"scale": 2.0, "target": "127.0.0.1:9"},
        targets=(Target(port=9),),
        receiver="127.0.0.1:9",
    )
    write_plan(folder, plan)
    assert read_plan(folder) == plan
    assert folder.scenario.read_text(encoding="utf-8") == RICH.text
    assert plan.workers == 2
    assert plan.scenario.targets == (Target(port=9),)
    assert (plan.scenario.seed, plan.scenario.starts) == (7, STARTS)


def test_that_what_decides_the_bytes_decides_the_run_id() -> None:
    same = run_id(RICH, seed=7, starts=STARTS, overrides={})
    assert same == settled().run == settled(target="10.0.0.1:9", verify="none").run
    assert len(same) == 8
    assert same.startswith("H-")
    others = {
        run_id(RICH, seed=8, starts=STARTS, overrides={}),
        run_id(RICH, seed=7, starts=NOW, overrides={}),
        run_id(RICH, seed=7, starts=STARTS, overrides={"scale": 2.0}),
        run_id(replace(RICH, digest="cd" * 32), seed=7, starts=STARTS, overrides={}),
    }
    assert len(others | {same}) == 5


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_that_the_folder_of_a_run_and_what_is_in_it_are_the_owners_alone(tmp_path: Path) -> None:
    folder = make_run_folder(tmp_path / "data", "H-ABCDEF")
    write_plan(folder, settled())
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.path.iterdir()} == {0o600}


def test_that_the_same_run_again_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    names = [make_run_folder(tmp_path, "H-ABCDEF").path.name for _ in range(3)]
    assert names == ["H-ABCDEF", "H-ABCDEF-2", "H-ABCDEF-3"]


def test_that_a_folder_that_cannot_be_made_says_where_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "harness").write_text("a file in the way")
    with pytest.raises(EnvironmentFault, match="--data"):
        make_run_folder(tmp_path, "H-ABCDEF")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"scenario": 3}', '{"scenario": {"name": "x"}, "run": "H-1"}'])
def test_that_a_damaged_plan_is_refused_in_words(tmp_path: Path, text: str) -> None:
    folder = RunFolder(tmp_path)
    folder.scenario.write_text("")
    folder.plan.write_text(text)
    with pytest.raises(Refused, match="made again"):
        read_plan(folder)


def test_that_a_folder_without_a_plan_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no run"):
        read_plan(RunFolder(tmp_path))
