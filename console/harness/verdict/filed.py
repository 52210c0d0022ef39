"""What was found at the system under test, whichever it is: one record for each result that is filed there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

Key = tuple[str, str, str]
"""Order number, code, sub-id: see truth.ResultFact.key."""

ANY = "*"
"""The sub-id of a record of a system that does not keep OBX-4."""


@dataclass(frozen=True, slots=True)
class Filed:
    """One filed result. `key` as in truth.ResultFact, its sub-id ANY where the system keeps none; `where` is evidence a
    person can follow (a FHIR reference with its version, an event id, a place in a capture). `sequence` orders what was
    filed for one patient, -1 = unknown.

    `value`, `unit`, `status` in the spelling of `values`; None: the system does not show it. `status` is a letter of
    HL7 table 0085 or a word of FHIR's observation-status. `other_values` and `other_units` are further spellings the
    system holds of the same (the codings of a concept, display and code of a unit)."""

    key: Key
    patients: tuple[tuple[str, str], ...]
    placer: str
    value: str | None
    unit: str | None
    status: str | None
    where: str
    sequence: int = -1
    control_id: str = ""
    other_values: tuple[str, ...] = ()
    other_units: tuple[str, ...] = ()
    code_words: tuple[str, ...] = ()
    """Further codes of the same observation (a local code beside its LOINC translation)."""


@dataclass(frozen=True, slots=True)
class Held:
    """Something that has arrived and waits: a dead letter, a failure, a quarantined or parked message. Found by
    `control_id` or by one of `orders`; `reason` is a sentence without patient data, `where` the event or message id."""

    reason: str
    where: str
    control_id: str = ""
    orders: tuple[str, ...] = ()


class Keeping(StrEnum):
    """CHART: what stands now, one record a result. LOG: everything that was delivered, every version a record."""

    CHART = "chart"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a system lets one see. What it does not is reported as unknown, never as passed. `unseen`: a sentence for
    each thing that could not be looked at."""

    results: bool = True
    copies: bool = True
    values: bool = True
    patients: bool = True
    orders: bool = True
    order_kept: bool = False
    held: bool = False
    unseen: tuple[str, ...] = ()


class Receiving(Protocol):
    """A system that can be asked what it filed. `name` for people; `keeping`: a chart or a log; `whole`: it hands out
    everything at once (`filed(())`), so that it is asked once and not order by order; `says_settled`: `settled` means
    something. A log may have `every_version` and `copies_as_sent` (see deliveries.DeliveryJudge)."""

    name: str
    keeping: Keeping
    whole: bool
    says_settled: bool
    coverage: Coverage

    @property
    def asked(self) -> dict[str, int]:
        """How many questions of which kind were put, for the report."""
        ...

    def filed(self, keys: Sequence[Key]) -> AsyncIterator[Filed]:
        """Everything filed under the orders of these keys. Raises EnvironmentFault when the system cannot be asked."""
        ...

    def held(self, keys: Sequence[Key]) -> AsyncIterator[Held]:
        """What waits there. Nothing when the system cannot say."""
        ...

    async def settled(self) -> bool:
        """Whether the system says that it has nothing more to do (empty queues); True when it cannot say."""
        ...

    async def close(self) -> None: ...
