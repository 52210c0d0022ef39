"""Fields of a template drawn in bulk: a column for a thousand messages, some thirty nanoseconds a field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from console.harness.content.hospital_time import Stamps
from console.harness.content.lettering import Lettering
from console.harness.content.placeholders import Range
from console.harness.content.population import POOL, Population
from console.synthetic.segments import flag_of, text

Objects = np.ndarray[Any, np.dtype[np.object_]]
Indices = np.ndarray[Any, np.dtype[np.int64]]


def objects(values: Sequence[bytes]) -> Objects:
    """An array of bytes objects: indexing it by an array of numbers copies references only."""
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def taken(table: Objects, where: Indices) -> list[bytes]:
    """The objects at these places."""
    picked: list[bytes] = table[where].tolist()
    return picked


class NumberColumn:
    """Values of a range with their flags, formatted once and then looked up."""

    def __init__(self, wanted: Range, rng: np.random.Generator) -> None:
        self._rng = rng
        self._scale = 10**wanted.decimals
        self._wanted = wanted
        low, high = round(wanted.low * self._scale), round(wanted.high * self._scale)
        self._first, last = low, high
        if wanted.normal:
            width = high - low
            self._first = max(low - width, round(low * 0.3)) if low >= 0 else low - width
            last = high + width
        values = [number / self._scale for number in range(self._first, last + 1)]
        shown = [f"{value:.{wanted.decimals}f}" for value in values]
        self._values = objects([one.encode() for one in shown])
        self._flags = objects([flag_of(float(one), wanted.low, wanted.high).encode() for one in shown])
        self._drawn: Indices = np.zeros(0, dtype=np.int64)

    def draw(self, size: int) -> list[bytes]:
        wanted = self._wanted
        if wanted.normal:
            middle = (wanted.low + wanted.high) / 2
            drawn = self._rng.normal(middle, (wanted.high - wanted.low) / 3.5, size) * self._scale
            self._drawn = np.clip(np.rint(drawn).astype(np.int64) - self._first, 0, len(self._values) - 1)
        else:
            self._drawn = self._rng.integers(len(self._values), size=size)
        return taken(self._values, self._drawn)

    def flags(self) -> list[bytes]:
        """The flags of the values drawn last."""
        return taken(self._flags, self._drawn)


class ChoiceColumn:
    def __init__(self, values: Sequence[bytes], rng: np.random.Generator) -> None:
        self._values = objects(values)
        self._rng = rng

    def draw(self, size: int) -> list[bytes]:
        return taken(self._values, self._rng.integers(len(self._values), size=size))


class PatientColumns:
    """Which patient each message is about, and what is written of them."""

    def __init__(self, population: Population, lettering: Lettering, rng: np.random.Generator) -> None:
        self._population = population
        self._lettering = lettering
        self._rng = rng
        self._tables: dict[str, Objects] = {}
        self.indices: Indices = np.zeros(0, dtype=np.int64)

    def draw(self, size: int) -> list[int]:
        """The patients of the next messages: their lanes."""
        self.indices = self._rng.integers(self._population.size, size=size)
        lanes: list[int] = self.indices.tolist()
        return lanes

    def column(self, name: str) -> list[bytes]:
        """`mrn`, `family`, `given`, `born`, `sex`, `street`, `town` or `phone` of the patients drawn last."""
        if self._population.size > POOL and name in ("mrn", "born"):
            if name == "mrn":
                return [self._population.number(index).encode() for index in self.indices.tolist()]
            return [self._born(index) for index in self.indices.tolist()]
        table = self._tables.get(name)
        if table is None:
            table = self._tables[name] = self._table(name)
        where = self.indices if self._population.size <= POOL else self.indices % POOL
        return taken(table, where)

    def _table(self, name: str) -> Objects:
        people = [self._population.person(index) for index in range(min(self._population.size, POOL))]
        if name == "born":
            return objects([f"{person.born:%Y%m%d}".encode() for person in people])
        return objects([self._lettering.encode(text(str(getattr(person, name)))) for person in people])

    def _born(self, index: int) -> bytes:
        return f"{self._population.person(index).born:%Y%m%d}".encode()


NOW, BEFORE = b"\x01now\x01", b"\x01before\x01"
"""What stands for a time in a message that is stamped when it is taken: see `LateTimes`."""


class LateTimes:
    """Times that are not known yet when the messages are drawn, because others move the same clock."""

    def __init__(self) -> None:
        self._size = 0

    def advance(self, first: int, size: int) -> list[int]:
        self._size = size
        return [0] * size

    def now(self) -> list[bytes]:
        return [NOW] * self._size

    def before(self) -> list[bytes]:
        return [BEFORE] * self._size


class TimeColumns:
    """Hospital time of a template: `per_second` messages in each of its seconds."""

    def __init__(self, stamps: Stamps, per_second: float, rng: np.random.Generator) -> None:
        self._stamps = stamps
        self._rng = rng
        self._step = 1_000_000_000 / per_second
        self._now: list[int] = []

    def advance(self, first: int, size: int) -> list[int]:
        """The nanoseconds of messages `first` on."""
        after = (np.arange(first, first + size) * self._step).astype(np.int64)
        self._now = (after // 1_000_000_000).tolist()
        nanoseconds: list[int] = after.tolist()
        return nanoseconds

    def now(self) -> list[bytes]:
        return self._written(self._now)

    def before(self) -> list[bytes]:
        """Five minutes to an hour before now, in whole minutes."""
        ago = (self._rng.integers(5, 61, size=len(self._now)) * 60).tolist()
        return self._written([now - span for now, span in zip(self._now, ago, strict=True)])

    def _written(self, seconds: list[int]) -> list[bytes]:
        known: dict[int, bytes] = {}
        out: list[bytes] = []
        for second in seconds:
            written = known.get(second)
            if written is None:
                written = known[second] = self._stamps(second).encode()
            out.append(written)
        return out


Draw = Callable[[int, int], list[bytes]]
"""`draw(first, size)`: the column for messages `first` to `first + size - 1`."""
