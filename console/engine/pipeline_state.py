"""What the pipeline knows while it maps: committed state, and over it what this batch has made so far.

One thread writes these tables, so what was read or written once may be remembered. What a batch made counts for the
messages after it at once; it is kept when the batch is committed and forgotten when it is not.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Final, Generic, TypeVar

from console.fhir.context import Alias, PatientFact, Stored
from console.storage import orders, patients, resource_state
from console.storage.database import DriverConnection
from console.storage.resource_state import StateRow

REMEMBERED: Final = 8192
"""How many resources, numbers and patients of earlier batches are remembered, each; also those that do not exist."""
LARGEST: Final = 64 * 1024
"""Bytes: larger resources (documents) are read again when asked for."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class _Layered(Generic[K, V]):
    """Values of this batch over the most recently used of earlier ones, over what `read` finds in the store.

    That something does not exist is remembered as well: mapping asks for a new resource several times.
    """

    def __init__(self, read: Callable[[K], V | None]) -> None:
        self._read = read
        self._kept: OrderedDict[K, V | None] = OrderedDict()
        self._fresh: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        if key in self._fresh:
            return self._fresh[key]
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        found = self._read(key)
        self._keep_one(key, found)
        return found

    def put(self, key: K, value: V) -> None:
        self._fresh[key] = value

    def keep(self) -> None:
        for key, value in self._fresh.items():
            self._keep_one(key, value)
        self._fresh.clear()

    def forget(self) -> None:
        self._fresh.clear()

    def _keep_one(self, key: K, value: V | None) -> None:
        self._kept.pop(key, None)
        if isinstance(value, StateRow) and len(value.body) > LARGEST:
            return
        self._kept[key] = value
        if len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)


class PipelineState:
    """Answers mapping's questions (`fhir.context.State`). Not thread-safe: belongs to the pipeline's thread."""

    def __init__(self, reader: DriverConnection) -> None:
        self._rows = _Layered[tuple[str, str], StateRow](lambda key: resource_state.find(reader, *key))
        self._owners = _Layered[tuple[str, str], str](lambda key: patients.owner(reader, *key))
        self._replaced = _Layered[str, str](lambda key: patients.replacement(reader, key))
        self._orders = _Layered[tuple[str, str, str], str](lambda key: orders.order_of(reader, *key))
        self._told = _Layered[str, PatientFact](lambda key: None)
        self._layers = (self._rows, self._owners, self._replaced, self._orders, self._told)

    # ------------------------------------------------------------ what mapping asks

    def resource(self, resource_type: str, resource_id: str) -> Stored | None:
        row = self._rows.get((resource_type, resource_id))
        return resource_state.stored_of(row) if row else None

    def known(self, resource_type: str, resource_id: str) -> bool:
        """Whether the resource exists."""
        return self._rows.get((resource_type, resource_id)) is not None

    def guard(self, resource_type: str, resource_id: str) -> bytes | None:
        """The guard as stored, for telling whether it moved."""
        row = self._rows.get((resource_type, resource_id))
        return row.guard if row else None

    def order_id(self, kind: str, assigner: str, value: str) -> str | None:
        return self._orders.get((kind, assigner, value))

    def patient_of(self, assigner: str, value: str) -> str | None:
        found = self._owners.get((assigner, value))
        seen: set[str] = set()
        while found and found not in seen:
            seen.add(found)
            found = self._replaced.get(found) or found
        return found

    # ------------------------------------------------------------ what a message made

    def take(self, rows: Iterable[StateRow], aliases: Iterable[Alias], facts: Iterable[PatientFact]) -> None:
        """From here on the message counts."""
        for row in rows:
            self._rows.put((row.type, row.id), row)
        for alias in aliases:
            number = (alias.kind, alias.assigner, alias.value)
            if self._orders.get(number) is None:
                self._orders.put(number, alias.order_id)
        for fact in facts:
            self._told.put(fact.patient_id, fact)
            self._replaced.put(fact.patient_id, fact.replaced_by)
            for identifier in fact.identifiers:
                self._owners.put((identifier.assigner, identifier.value), fact.patient_id)

    def news(self, facts: Iterable[PatientFact]) -> tuple[PatientFact, ...]:
        """Those that say something about a patient that was not said last time."""
        return tuple(fact for fact in facts if self._told.get(fact.patient_id) != fact)

    def keep(self) -> None:
        """The batch is committed."""
        for layer in self._layers:
            layer.keep()

    def forget(self) -> None:
        """The batch came to nothing."""
        for layer in self._layers:
            layer.forget()
