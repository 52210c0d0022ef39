"""Which statement about a result stands: preliminary < final < corrected, then the later accepted. Pure.

Only what is certain outranks. Two statements of one rank that were in flight at the same time, or whose own times
disagree with the order of their acceptance, may each stand: nobody is accused of choosing either.
Source: HL7 tables 0085 and 0123; the field's rule that a late preliminary after a final does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from console.harness.load.ledger import Outcome
from console.hl7v2.timestamp import has_zone, parse_time

NEVER = 1 << 62
"""A time after every time of a run."""

PRELIMINARY, FINAL, CORRECTED, WITHDRAWN = 1, 2, 3, 9

_LETTERS = {
    "I": PRELIMINARY, "O": PRELIMINARY, "P": PRELIMINARY, "R": PRELIMINARY, "S": PRELIMINARY,
    "F": FINAL, "U": FINAL, "V": FINAL,
    "C": CORRECTED, "A": CORRECTED,
    "X": WITHDRAWN, "W": WITHDRAWN, "D": WITHDRAWN, "N": WITHDRAWN,
}  # fmt: skip
_WORDS = {
    "registered": PRELIMINARY, "partial": PRELIMINARY, "preliminary": PRELIMINARY,
    "final": FINAL,
    "corrected": CORRECTED, "amended": CORRECTED, "appended": CORRECTED,
    "cancelled": WITHDRAWN, "entered-in-error": WITHDRAWN,
}  # fmt: skip


def finality(status: str) -> int | None:
    """The rank of a letter of table 0085 or a word of FHIR's observation-status; None when neither says."""
    return _LETTERS.get(status) or _WORDS.get(status)


class Fate(IntEnum):
    """What must be true of a row's content afterwards."""

    CERTAIN = 1  # it was accepted: it must be there
    OPEN = 2  # nobody knows whether it was taken
    REFUSED = 3  # it was refused: it must not be there because of this row
    UNSENT = 4  # it was never sent
    DAMAGED = 5  # its bytes no longer say what its content meant, and a receiver need not notice
    BROKEN = 6  # broken on purpose: accepting it would be wrong


class SentRow(NamedTuple):
    """One row of the ledger, as far as its fate needs it. Times are nanoseconds since the start, 0 = never; `began` is
    when its first byte can have gone out, which is before `sent` when it was sent again. `fault` is the fault's name,
    '' for none; `person` is what `people.People` calls its patient, -1 for none; `time` is MSH-7."""

    worker: int
    row: int
    control_id: str
    sent: int
    answered: int
    outcome: int
    code: int
    attempts: int = 1
    fault: str = ""
    broken: bool = False
    damaged: bool = False
    person: int = -1
    time: str = ""
    began: int = 0

    @property
    def fate(self) -> Fate:
        if self.outcome == Outcome.NOT_SENT or (
            self.sent == 0 and self.outcome in (Outcome.PENDING, Outcome.NO_CONNECTION)
        ):
            return Fate.UNSENT
        if self.broken:
            return Fate.BROKEN
        if self.damaged:
            return Fate.DAMAGED
        if self.outcome == Outcome.ACCEPTED:
            return Fate.CERTAIN
        if self.outcome in (Outcome.FAILED, Outcome.REJECTED) and self.attempts <= 1:
            return Fate.REFUSED
        return Fate.OPEN  # also: refused at the second attempt, when the first may have been taken

    @property
    def positive(self) -> bool:
        """Answered AA or CA."""
        return self.code in (1, 4)


_MAY_STAND = 1 << Fate.CERTAIN | 1 << Fate.OPEN


class Version:
    """One statement about one result, and the rows that carried it. Rows with the same content are one version: a
    duplicate says nothing new."""

    __slots__ = ("_fates", "issued", "placer", "rows", "status", "time", "unit", "unit_text", "value", "value_text")

    def __init__(
        self,
        value: str,
        unit: str,
        status: str,
        value_text: str,
        unit_text: str,
        issued: str,
        time: str,
        placer: str,
    ) -> None:
        self.value = value
        self.unit = unit
        self.status = status
        self.value_text = value_text
        self.unit_text = unit_text
        self.issued = issued
        self.time = time
        self.placer = placer
        self.rows: list[SentRow] = []
        self._fates = 0

    def carried_by(self, row: SentRow, fate: Fate) -> None:
        """A row that carried it; `fate` is the row's."""
        self.rows.append(row)
        self._fates |= 1 << fate

    def join(self, other: Version) -> None:
        """The same version, met elsewhere."""
        self.rows += other.rows
        self._fates |= other._fates

    def same(self, other: Version) -> bool:
        return (
            self.value == other.value
            and self.status == other.status
            and self.unit == other.unit
            and self.issued == other.issued
            and self.time == other.time
            and self.value_text == other.value_text
        )

    def has(self, fate: Fate) -> bool:
        return bool(self._fates >> fate & 1)

    @property
    def counts(self) -> bool:
        """Whether it may stand at all: accepted, or nobody knows."""
        return bool(self._fates & _MAY_STAND)

    @property
    def earliest(self) -> int:
        """When it can have been taken first."""
        return min(
            (r.began or r.sent or NEVER for r in self.rows if r.fate in (Fate.CERTAIN, Fate.OPEN)), default=NEVER
        )

    @property
    def latest(self) -> int:
        """When it had been taken for certain; NEVER while nobody knows."""
        return min((r.answered or NEVER for r in self.rows if r.fate is Fate.CERTAIN), default=NEVER)

    @property
    def shown(self) -> str:
        return " ".join(word for word in (self.value, self.unit, f"({self.status})" if self.status else "") if word)


def beats(new: Version, old: Version) -> bool:
    """Whether `new` certainly stands over `old` once both are accepted."""
    one, other = finality(new.status), finality(old.status)
    if one is not None and other is not None and one != other and WITHDRAWN not in (one, other):
        return one > other
    if old.latest > new.earliest:  # `old` may have come in later, or nobody knows
        return False
    for mine, theirs in ((new.issued, old.issued), (new.time, old.time)):
        if mine and theirs and mine != theirs and (order := _compared(mine, theirs)):
            return order > 0
    return True


@lru_cache(maxsize=4096)
def _compared(one: str, other: str) -> int:
    """1, 0, -1: whether the first HL7 time is later, the same (or no time), or earlier."""
    first, second = parse_time(one, UTC), parse_time(other, UTC)
    if first is None or second is None or first == second or has_zone(one) != has_zone(other):
        return 0
    return 1 if first > second else -1


def standing(versions: Sequence[Version]) -> list[Version]:
    """The versions that may stand: those no certain one beats. Empty when none was accepted or might have been."""
    if len(versions) == 1:
        return [versions[0]] if versions[0].counts else []
    certain = [v for v in versions if v.has(Fate.CERTAIN)]
    return [v for v in versions if v.counts and not any(beats(c, v) for c in certain if c is not v)]
