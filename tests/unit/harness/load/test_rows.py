"""What a ledger's rows carried is made again, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.core.errors import Refused
from console.harness.content.making import make_source
from console.harness.load import schedule
from console.harness.load.fault_notes import noted
from console.harness.load.faults import shots
from console.harness.load.ledger import Control, Ledger
from console.harness.load.plan import Plan, make_run_folder, settle, write_plan
from console.harness.load.rows import payload_of, remember, rows, shots_of_run
from console.harness.load.run_folder import RunFolder
from console.harness.load.shots import Shots, Special
from console.harness.scenario.model import (
    Content,
    Fault,
    FaultKind,
    Ingredient,
    Load,
    Model,
    Scenario,
    Stage,
    StageKind,
)

OPEN = Load(stages=(Stage(StageKind.CONSTANT, 3.0, rate=100.0),))
FAULTS = (
    Fault(FaultKind.DUPLICATE, 0.1),
    Fault(FaultKind.NO_VT, 0.1, start=1.0, end=2.0),
    Fault(FaultKind.EMPTY_FRAME, 0.05),
    Fault(FaultKind.STRAY_BYTES, 0.05),
)


def a_run(tmp_path: Path, load: Load, *, workers: int = 1) -> tuple[RunFolder, Plan]:
    scenario = Scenario(
        "x", "", "00" * 32, tmp_path, load=replace(load, processes=workers), faults=FAULTS,
        content=Content(mix=(Ingredient("journey", name="emergency"),), patients=20),
    )  # fmt: skip
    plan = settle(scenario, seed=3, starts=datetime(2026, 11, 23, 8, tzinfo=UTC), created=datetime.now(UTC))
    folder = make_run_folder(tmp_path, plan.run)
    write_plan(folder, plan)
    return folder, plan


def send(
    folder: RunFolder, plan: Plan, worker: int, count: int, elapsed: Callable[[], float] | None = None
) -> list[tuple[bytes, Special | None]]:
    """What a worker would send: the first `count` rows, with a ledger that says so."""
    scenario = plan.scenario
    stream = shots(
        make_source(scenario, seed=plan.seed, starts=plan.starts),
        scenario,
        seed=plan.seed,
        worker=worker,
        workers=plan.workers,
        times=schedule.intended_times(scenario.load, plan.seed) if scenario.load.model is Model.OPEN else None,
        elapsed=remember(folder.looks(worker), elapsed) if elapsed else None,
    )
    made = noted(stream, folder.faults(worker))
    sent: list[tuple[bytes, Special | None]] = []
    while len(sent) < count:
        chunk: Shots | None = next(made, None)
        if chunk is None:
            break
        sent += [(frame, chunk.specials.get(at)) for at, frame in enumerate(chunk.frames)]
    del sent[count:]
    with Ledger.create(folder.ledger(worker), max(1, len(sent)), {}) as ledger:
        ledger.words[Control.ROWS] = len(sent)
    return sent


def again(folder: RunFolder, worker: int) -> list[tuple[bytes, Special | None]]:
    return [(one.frame, one.special) for one in rows(folder) if one.worker == worker]


def test_that_an_open_run_is_made_again_worker_by_worker(tmp_path: Path) -> None:
    folder, plan = a_run(tmp_path, OPEN, workers=2)
    sent = [send(folder, plan, worker, 10_000) for worker in (0, 1)]
    assert sum(map(len, sent)) > 300
    assert [again(folder, worker) for worker in (0, 1)] == sent
    assert [one.row for one in rows(folder)] == [*range(len(sent[0])), *range(len(sent[1]))]


def test_that_a_run_that_was_stopped_is_made_again_as_far_as_it_got(tmp_path: Path) -> None:
    folder, plan = a_run(tmp_path, OPEN)
    sent = send(folder, plan, 0, 123)
    assert again(folder, 0) == sent
    assert sum(len(chunk) for chunk in shots_of_run(folder, plan, 0)) == 123


def test_that_a_closed_run_remembers_what_the_clock_said(tmp_path: Path) -> None:
    folder, plan = a_run(tmp_path, Load(model=Model.CLOSED, messages=400))
    passed = iter(n / 9 for n in range(10_000))
    sent = send(folder, plan, 0, 10_000, lambda: next(passed))
    assert any(special and special.fault is FaultKind.NO_VT for _, special in sent)
    assert folder.looks(0).stat().st_size == 8 * 25
    assert again(folder, 0) == sent


def test_that_every_fault_is_written_down_with_its_row(tmp_path: Path) -> None:
    folder, plan = a_run(tmp_path, OPEN)
    sent = send(folder, plan, 0, 10_000)
    lines = [json.loads(line) for line in folder.faults(0).read_text("utf-8").splitlines()]
    told = {line["row"]: (line["fault"], line["note"]) for line in lines}
    assert told == {
        row: (special.fault.value, special.note) for row, (_, special) in enumerate(sent) if special is not None
    }
    assert told
    assert folder.faults(0).stat().st_mode & 0o077 == 0


def test_that_content_that_ends_before_the_ledger_is_said_to_have_changed(tmp_path: Path) -> None:
    folder, plan = a_run(tmp_path, Load(model=Model.CLOSED, messages=50))
    send(folder, plan, 0, 10_000)
    with Ledger(folder.ledger(0), writable=True) as ledger:
        ledger.words[Control.ROWS] = 5_000
    with pytest.raises(Refused, match="changed"):
        list(rows(folder))


def test_that_a_run_without_a_ledger_cannot_be_made_again(tmp_path: Path) -> None:
    folder, _ = a_run(tmp_path, OPEN)
    with pytest.raises(Refused, match="made again"):
        list(rows(folder))


def test_that_the_message_is_found_in_whatever_went_out(tmp_path: Path) -> None:
    folder, plan = a_run(tmp_path, OPEN)
    send(folder, plan, 0, 400)
    for one in rows(folder):
        payload = payload_of(one.frame, one.special)
        if one.special is not None and one.special.fault is FaultKind.EMPTY_FRAME:
            assert payload == b""
        else:
            assert payload.startswith(b"MSH|")
            assert b"\x1c" not in payload
            assert payload in one.frame
