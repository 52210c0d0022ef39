"""Numbers that never meet: every identifier of a run holds a code of (scenario, seed, hospital time)."""

from __future__ import annotations

import hashlib
from datetime import datetime

from console.harness.scenario.model import Scenario

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as another."""

_LENGTH = 6


def run_code(digest: str, seed: int, starts: datetime) -> str:
    """Six characters, the same for the same scenario text, seed and hospital time."""
    return base32(int.from_bytes(hashlib.sha256(f"{digest}/{seed}/{starts.isoformat()}".encode()).digest()), _LENGTH)


def run_code_of(scenario: Scenario, *, seed: int, starts: datetime) -> str:
    """`run_code` of a scenario; its folder and display name play no part."""
    return run_code(scenario.digest, seed, starts)


def base32(number: int, length: int) -> str:
    """The last `length` digits of a number in base 32."""
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, 32)
        digits = DIGITS[digit] + digits
    return digits


def mark(run: str, ingredient: int) -> str:
    """What the numbers of one ingredient begin with: the run and a digit (two from the 31st ingredient on)."""
    return run + (base32(ingredient, 1) if ingredient < 31 else "Z" + base32(ingredient - 31, 2))


class Numbers:
    """Hands out visit, order, filler and accession numbers, and control ids, that never repeat within a run.

    A mark of 7 characters, a prefix of 1 and the count stay within the 20 characters of MSH-10 (HL7 2.5.1, 2.14.9.10)
    for the first 10**12 numbers."""

    __slots__ = ("_mark", "count")

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self.count = 0

    def take(self, prefix: str = "") -> str:
        self.count += 1
        return f"{prefix}{self._mark}{self.count:05d}"
