"""What a message says must be found afterwards: read from the bytes that were sent, not from the generator.

Only what an exactly-once check needs: whose result, of which order, which code, which value, which status.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResultFact:
    """One OBX as sent. `key` is the business key: filler number (else accession, else placer number), OBX-3.1, OBX-4.
    Values are decoded text in the normal form of `truth.normal` (numbers by value)."""

    filler: str
    placer: str
    accession: str
    code: str
    sub_id: str
    value: str
    unit: str
    status: str
    """OBX-11, else OBR-25."""

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.filler or self.accession or self.placer, self.code, self.sub_id)


@dataclass(frozen=True, slots=True)
class MessageTruth:
    """What one sent message claims. `patients`: every PID-3 as (value, authority); `merged`: MRG-1 of an A40."""

    control_id: str
    kind: str
    patients: tuple[tuple[str, str], ...]
    visit: str
    results: tuple[ResultFact, ...] = ()
    orders: tuple[tuple[str, str], ...] = ()
    """(placer, filler) of every ORC/OBR that is an order, not a result."""
    merged: tuple[tuple[str, str], ...] = ()
