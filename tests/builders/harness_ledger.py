"""Ledgers as a worker leaves them, for tests of what reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from console.harness.load.ledger import AnswerCode, Control, Ledger, Outcome

MS = 1_000_000


@dataclass
class Row:
    """Milliseconds of the run; 0 = never."""

    intended: float = 1.0
    sent: float = 0.0
    answered: float = 0.0
    outcome: Outcome = Outcome.PENDING
    code: AnswerCode = AnswerCode.NONE
    fault: int = 0
    flags: int = 0
    size: int = 1000

    @classmethod
    def accepted(cls, intended: float, sent: float, answered: float, flags: int = 0, fault: int = 0) -> Row:
        return cls(intended, sent, answered, Outcome.ACCEPTED, AnswerCode.AA, fault, flags)


def write_row(ledger: Ledger, number: int, row: Row) -> None:
    for name in ("intended", "sent", "answered"):
        ledger.column(name)[number] = int(getattr(row, name) * MS)
    for name in ("outcome", "code", "fault", "flags", "size"):
        ledger.column(name)[number] = int(getattr(row, name))


def ledger_of(path: Path, rows: Iterable[Row]) -> Path:
    kept = list(rows)
    with Ledger.create(path, max(1, len(kept)), {"run": "H-TEST"}) as ledger:
        for number, row in enumerate(kept):
            write_row(ledger, number, row)
        ledger.words[Control.ROWS] = len(kept)
    return path
