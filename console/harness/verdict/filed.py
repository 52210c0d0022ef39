"""What was found at the system under test, whichever it is: one record for each result that is filed there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Filed:
    """One filed result. `key` as in truth.ResultFact; `where` is evidence a person can follow (a FHIR reference with
    its version, an event id, a place in a capture). `sequence` orders what was filed for one patient, -1 = unknown."""

    key: tuple[str, str, str]
    patients: tuple[tuple[str, str], ...]
    placer: str
    value: str
    unit: str
    status: str
    where: str
    sequence: int = -1
    control_id: str = ""


class Receiving(Protocol):
    """A system that can be asked what it filed. `name` for people; `observes_order`: its sequences mean something.
    `observes_copies`: a result filed twice would show (a store that overwrites by key cannot tell)."""

    name: str
    observes_order: bool
    observes_copies: bool

    def filed(self, keys: Sequence[tuple[str, str, str]]) -> AsyncIterator[Filed]:
        """Everything filed under these keys. Raises EnvironmentFault when the system cannot be asked."""
        ...

    async def settled(self) -> bool:
        """Whether the system says that it has nothing more to do (empty queues); True when it cannot say."""
        ...
