"""The search index of the built-in FHIR store: one row per searchable value of each current version.

Rows name a parameter and a resource by number, so that new ones fall beside each other in the tree. A parameter whose
values are those of others has no rows of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from zlib import crc32

from console.fhir.search_index import stored_values
from console.fhir.search_parameters import parameter
from console.storage.write import WriteTransaction

LONGEST = 1024
"""Characters of a value that count."""
_COLUMNS = ("param", "value", "system", "low", "high", "resource")


def index_rows(resource: dict[str, Any], number: int) -> set[tuple[Any, ...]]:
    """The rows of a resource that has this number in the store."""
    numbers = _Numbers.of(str(resource["resourceType"]))
    return {
        (numbers[param], value[:LONGEST], system[:LONGEST], low, high, number)
        for param, value, system, low, high in stored_values(resource)
    }


def write_rows(write: WriteTransaction, added: Iterable[tuple[Any, ...]], removed: Iterable[tuple[Any, ...]]) -> None:
    """Brings the index from one content to the next. Adding a row that is there changes nothing."""
    gone = sorted(removed)
    if gone:
        write.executemany(
            "DELETE FROM fhir_search WHERE param = ? AND value = ? AND system = ? AND low = ? AND high = ?"
            " AND resource = ?",
            gone,
        )
    write.insert("fhir_search", _COLUMNS, sorted(added), conflict="ON CONFLICT DO NOTHING")


class _Numbers(dict[str, int]):
    """What stands for each parameter of one type, found once."""

    def __init__(self, resource_type: str) -> None:
        super().__init__()
        self._type = resource_type

    def __missing__(self, param: str) -> int:
        self[param] = number = parameter_number(self._type, param)
        return number

    @staticmethod
    @lru_cache(maxsize=256)
    def of(resource_type: str) -> _Numbers:
        return _Numbers(resource_type)


@lru_cache(maxsize=4096)
def parameter_number(resource_type: str, param: str) -> int:
    """What stands for `Type.parameter` in the index, on every machine the same."""
    return crc32(f"{resource_type}.{param}".encode())


def answering(resource_type: str, param: str) -> tuple[int, ...]:
    """The numbers of the parameters in whose rows the values of this one stand (`answered_by`)."""
    known = parameter(resource_type, param)
    names = (known.answered_by if known else ()) or (param,)
    return tuple(parameter_number(resource_type, name) for name in names)
