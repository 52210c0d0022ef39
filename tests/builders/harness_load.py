"""A load worker in this process against a receiver: a plan in a folder, a run, the rows it left."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.harness.content.stream import MessageSource
from console.harness.load.ledger import AnswerCode, Control, Ledger, Outcome
from console.harness.load.plan import settle, write_plan
from console.harness.load.run_folder import RunFolder
from console.harness.load.worker import Worker
from console.harness.scenario.model import (
    Connections,
    Fault,
    Load,
    Model,
    Scenario,
    Stage,
    StageKind,
    Target,
)
from tests.builders.harness_content import Results

STARTS = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def scenario_for(port: int, *faults: Fault, **parts: Any) -> Scenario:
    """Closed, one connection unless `parts` (fields of Scenario) say otherwise."""
    base = Scenario(
        name="test",
        text="",
        digest="",
        folder=Path(),
        targets=(Target(port=port),),
        connections=Connections(count=1, answer_timeout=5.0, backoff=(0.01, 0.05)),
        load=Load(model=Model.CLOSED, messages=10),
        faults=faults,
    )
    return replace(base, **parts)


def steady(rate: float, seconds: float, **more: Any) -> Load:
    return Load(model=Model.OPEN, stages=(Stage(StageKind.CONSTANT, seconds, rate=rate),), **more)


@dataclass
class Ran:
    """What a worker left: the columns by name, the control words, problems and events."""

    folder: RunFolder
    columns: dict[str, list[int]]
    words: dict[Control, int]
    problems: list[dict[str, Any]]
    events: list[dict[str, Any]]

    @property
    def outcomes(self) -> list[Outcome]:
        return [Outcome(value) for value in self.columns["outcome"]]

    @property
    def codes(self) -> list[AnswerCode]:
        return [AnswerCode(value) for value in self.columns["code"]]


def prepare(tmp_path: Path, scenario: Scenario, *, seed: int = 1) -> RunFolder:
    folder = RunFolder(tmp_path)
    write_plan(folder, settle(scenario, seed=seed, starts=STARTS, created=STARTS))
    return folder


def run_worker(
    tmp_path: Path,
    scenario: Scenario,
    *,
    source: MessageSource | None = None,
    number: int = 0,
    during: Callable[[RunFolder], None] | None = None,
) -> Ran:
    """Runs worker `number` to its end; `during` goes on in a thread beside it."""
    folder = prepare(tmp_path, scenario)
    content = source or Results(scenario.load.messages or 100_000)
    thread = threading.Thread(target=during, args=(folder,), daemon=True) if during else None
    if thread is not None:
        thread.start()
    worker = Worker(folder, number, make=lambda _: content)
    try:
        worker.run()
    finally:
        if worker.ledger is not None:
            worker.ledger.close()
        if thread is not None:
            thread.join(10)
    return left(folder, number)


def left(folder: RunFolder, number: int = 0) -> Ran:
    names = ("intended", "sent", "answered", "origin", "size", "lane", "connection")
    names += ("outcome", "code", "kind", "fault", "attempts", "flags")
    with Ledger(folder.ledger(number), writable=False) as ledger:
        columns = {name: ledger.array(name).tolist() for name in names}
        words = {word: ledger.words[word] for word in Control}
    return Ran(folder, columns, words, _lines(folder.problems(number)), _lines(folder.events(number)))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
