"""A finished run on disk without a receiver: a plan, its content, and a ledger that says every row was accepted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from console.core.errors import InvalidMessage
from console.harness.content.making import make_source
from console.harness.load.faults import shots
from console.harness.load.ledger import AnswerCode, Control, Ledger, Outcome
from console.harness.load.plan import make_run_folder, settle, write_plan
from console.harness.load.rows import rows
from console.harness.load.run_folder import RunFolder
from console.harness.load.shots import FAULTS
from console.harness.scenario.model import Content, Fault, Ingredient, Load, Model, Scenario, Verification
from console.harness.verdict.filed import Coverage, Filed, Held, Keeping, Key
from console.harness.verdict.truth import read_truth
from console.harness.verdict.versions import finality

STARTS = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MS = 1_000_000


def finished_run(
    folder: Path,
    *faults: Fault,
    messages: int = 200,
    journey: str = "correction-chain",
    outcomes: Mapping[int, tuple[Outcome, AnswerCode]] | None = None,
    wrong_ids: Mapping[int, int] | None = None,
    verification: Verification | None = None,
    seed: int = 3,
) -> RunFolder:
    """`outcomes` by row; `wrong_ids`: rows whose acknowledgment named the message of another row."""
    scenario = Scenario(
        "x", "", "11" * 32, folder, load=Load(model=Model.CLOSED, messages=messages), faults=faults,
        content=Content(mix=(Ingredient("journey", name=journey),), patients=20),
        verification=verification or Verification(),
    )  # fmt: skip
    plan = settle(scenario, seed=seed, starts=STARTS, created=datetime.now(UTC))
    run = make_run_folder(folder, plan.run)
    write_plan(run, plan)
    source = make_source(plan.scenario, seed=seed, starts=STARTS)
    sent = [
        (frame, chunk.control_ids[at], chunk.origins[at], chunk.kinds[at], chunk.specials.get(at))
        for chunk in shots(source, plan.scenario, seed=seed)
        for at, frame in enumerate(chunk.frames)
    ]
    told = dict(outcomes or {})
    problems = []
    for row, other in (wrong_ids or {}).items():
        told[row] = (Outcome.WRONG_ID, AnswerCode.AA)
        named = sent[other][1].decode()
        problems.append({"worker": 0, "row": row, "outcome": "wrong-id", "answer": f"MSH|^~\\&|X\rMSA|AA|{named}\r"})
    run.problems(0).write_text("".join(json.dumps(one) + "\n" for one in problems))
    with Ledger.create(run.ledger(0), len(sent), {"kinds": list(source.kinds)}) as ledger:
        names = ("intended", "sent", "answered", "origin", "size", "outcome", "code", "kind", "attempts", "fault")
        columns = {name: ledger.column(name) for name in names}
        for row, (frame, _, origin, kind, special) in enumerate(sent):
            outcome, code = told.get(row, (Outcome.ACCEPTED, AnswerCode.AA))
            columns["intended"][row] = columns["sent"][row] = (row + 1) * 2 * MS
            columns["answered"][row] = (row + 1) * 2 * MS + MS if code else 0
            columns["origin"][row], columns["size"][row], columns["kind"][row] = origin, len(frame), kind
            columns["outcome"][row], columns["code"][row], columns["attempts"][row] = outcome, code, 1
            columns["fault"][row] = 1 + FAULTS.index(special.fault) if special else 0
        ledger.words[Control.ROWS] = len(sent)
        ledger.words[Control.STARTED_UTC] = 1_795_420_800_000_000
        del columns
    return run


def sound_store(run: RunFolder) -> list[Filed]:
    """What a receiver that took every row, and kept the version rule, holds."""
    held: dict[Key, Filed] = {}
    for number, sent in enumerate(rows(run)):
        try:
            truth = read_truth(sent.frame[1:-2])
        except InvalidMessage:
            continue
        for fact in truth.results:
            known = held.get(fact.key)
            if known is None or (finality(fact.status) or 0) >= (finality(known.status or "") or 0):
                held[fact.key] = Filed(
                    fact.key, truth.patients, fact.placer, fact.value, fact.unit, fact.status, f"row {number}", number
                )
    return list(held.values())


class Store:
    """A receiver that holds what it is given. `grow` changes that with every round of questions; `busy` is how often
    it says that it still has work."""

    name = "a store"
    copies_as_sent = False

    def __init__(
        self,
        filed: Sequence[Filed],
        *,
        whole: bool = False,
        says_settled: bool = False,
        keeping: Keeping = Keeping.CHART,
        coverage: Coverage | None = None,
        held: Sequence[Held] = (),
        grow: Callable[[int, list[Filed]], list[Filed]] | None = None,
        busy: int = 0,
    ) -> None:
        self.whole = whole
        self.says_settled = says_settled
        self.keeping = keeping
        self.coverage = coverage or Coverage()
        self.asked: dict[str, int] = {"rounds": 0, "settled": 0, "keys": 0}
        self._filed = list(filed)
        self._held = list(held)
        self._grow = grow
        self._busy = busy
        self.closed = False

    async def filed(self, keys: Sequence[Key]) -> AsyncIterator[Filed]:
        self.asked["rounds"] += 1
        self.asked["keys"] += len(keys)
        found = self._grow(self.asked["rounds"], self._filed) if self._grow else self._filed
        orders = {key[0] for key in keys}
        for one in found:
            if self.whole or one.key[0] in orders:
                yield one

    async def held(self, keys: Sequence[Key]) -> AsyncIterator[Held]:
        for one in self._held:
            yield one

    async def settled(self) -> bool:
        self.asked["settled"] += 1
        return self.asked["settled"] > self._busy

    async def close(self) -> None:
        self.closed = True
