"""A run of the harness in memory: rows of a ledger with the results they carried, and what a sound receiver files."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from console.harness.load.ledger import AnswerCode, Outcome
from console.harness.verdict.buckets import Findings
from console.harness.verdict.expected import Expected
from console.harness.verdict.filed import Coverage, Filed, Held, Keeping
from console.harness.verdict.people import People
from console.harness.verdict.reconcile import Reconciler
from console.harness.verdict.truth import ResultFact
from console.harness.verdict.versions import SentRow

MS = 1_000_000
SEEN = Coverage(order_kept=True)


@dataclass
class Run:
    """`rows` in the order they were sent; `filed`: what then stands at a sound receiver, in the order of filing."""

    people: People = field(default_factory=People)
    rows: list[tuple[SentRow, tuple[ResultFact, ...]]] = field(default_factory=list)
    filed: list[Filed] = field(default_factory=list)
    clock: int = MS

    def send(
        self,
        patient: str,
        *facts: ResultFact,
        outcome: Outcome = Outcome.ACCEPTED,
        code: AnswerCode | None = None,
        control_id: str = "",
        time: str = "",
        took: int = MS,
        join: bool = True,
        **more: object,
    ) -> SentRow:
        """One message, sent after everything before it was answered."""
        if code is None:
            code = _CODES.get(outcome, AnswerCode.NONE)
        number = len(self.rows)
        sent = 0 if outcome is Outcome.NOT_SENT else self.clock
        self.clock += took + MS
        row = SentRow(
            0, number, control_id or f"M{number:06d}", sent, sent + took if code else 0, int(outcome), int(code),
            person=self.people.meet([(patient, "HOSP")], join=join),
            time=time or f"2026112308{number // 60 % 60:02d}{number % 60:02d}",
            **more,  # type: ignore[arg-type]
        )  # fmt: skip
        self.rows.append((row, facts))
        return row

    def file(self, patient: str, fact: ResultFact, **more: object) -> Filed:
        """The record a sound receiver makes of a result."""
        one = Filed(
            fact.key, ((patient, "HOSP"),), fact.placer, fact.value, fact.unit, fact.status,
            f"Observation/{len(self.filed)}", sequence=len(self.filed),
        )  # fmt: skip
        one = replace(one, **more)  # type: ignore[arg-type]
        self.filed.append(one)
        return one

    def expected(self) -> Expected:
        expected = Expected(self.people)
        for row, facts in self.rows:
            expected.add(row, facts)
        return expected

    def check(
        self,
        filed: Iterable[Filed] | None = None,
        *,
        held: Iterable[Held] = (),
        coverage: Coverage = SEEN,
        keeping: Keeping = Keeping.CHART,
        expected: Expected | None = None,
        **more: bool,
    ) -> Findings:
        reconciler = Reconciler(self.people, keeping=keeping, coverage=coverage, **more)
        part = reconciler.judge(expected or self.expected(), self.filed if filed is None else filed, held)
        return reconciler.finish([part])


_CODES = {
    Outcome.ACCEPTED: AnswerCode.AA, Outcome.LATE: AnswerCode.AA, Outcome.FAILED: AnswerCode.AE,
    Outcome.REJECTED: AnswerCode.AR, Outcome.COMMIT_ONLY: AnswerCode.CA, Outcome.WRONG_ID: AnswerCode.AA,
}  # fmt: skip


def fact(
    order: str, value: str = "4.1", status: str = "F", *, code: str = "718-7", sub_id: str = "1", **more: str
) -> ResultFact:
    return ResultFact(order, "P" + order, "", code, sub_id, value, "g/dL", status, **more)


def flood(results: int, seed: int, *, per_message: int = 8) -> Run:
    """Orders of eight results, most final, some preliminary, then final, then corrected, among a thousand patients."""
    generator = random.Random(f"{seed}/flood")
    run = Run()
    codes = [f"{700 + n}-{n}" for n in range(per_message)]
    number = made = 0
    while made < results:
        number += 1
        count = min(per_message, results - made)
        made += count
        order = f"F{seed}X{number:07d}"
        patient = f"{seed}{generator.randrange(1000):05d}"
        chain = ("F",) if generator.random() < 0.8 else ("P", "F", "C")[: generator.randint(2, 3)]
        facts: tuple[ResultFact, ...] = ()
        for status in chain:
            facts = tuple(fact(order, str(generator.randint(1, 10**9)), status, code=code) for code in codes[:count])
            run.send(patient, *facts)
        for one in facts:
            run.file(patient, one)
    return run
