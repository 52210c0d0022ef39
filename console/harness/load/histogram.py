"""A histogram of durations in the buckets of HdrHistogram, three significant digits, filled from arrays.

The buckets are HdrHistogram's own (1 ns to an hour), so that what is written in its V2 encoding is read by every tool
that knows it; the counting is numpy's, because one call a value would cost more than the load itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np

HIGHEST = 3_600_000_000_000
"""Nanoseconds; what is longer counts as this."""
DIGITS = 3

_HALF_BITS = 10
"""Three digits need 2,048 sub-buckets, the upper half of which each further bucket has of its own."""
_SIZE = ((HIGHEST.bit_length() - _HALF_BITS - 1) << _HALF_BITS) + (2 << _HALF_BITS)

Array = np.ndarray[Any, Any]
_NOTHING = np.zeros(0, dtype=np.int64)


class Histogram:
    """Durations in whole nanoseconds. Adding is cheap for many values at once; nothing is ever lost but digits."""

    __slots__ = ("_counts", "_packed", "_sum", "highest", "total")

    def __init__(self) -> None:
        self._counts = np.zeros(_SIZE, dtype=np.int64)
        self._packed: tuple[Array, Array] | None = None
        self.total = 0
        self.highest = 0
        """The largest value itself."""
        self._sum = 0

    def add(self, values: Array) -> None:
        """Negative values count as 0."""
        if not len(values):
            return
        clipped = np.clip(values, 0, HIGHEST)
        places, counts = _places(clipped), self.counts
        if len(places) < 4096:
            np.add.at(counts, places, 1)
        else:
            counts += np.bincount(places, minlength=_SIZE)
        self.total += len(values)
        self.highest = max(self.highest, int(clipped.max()))
        self._sum += int(clipped.sum())

    @property
    def mean(self) -> float | None:
        """Nanoseconds; None when nothing was added."""
        return self._sum / self.total if self.total else None

    def percentiles(self, *wanted: float) -> list[float | None]:
        """Nanoseconds by percentile (0 to 100), as HdrHistogram says it: the largest value of the bucket, but never
        more than the largest value there was. None when nothing was added."""
        if not self.total:
            return [None] * len(wanted)
        filled = np.flatnonzero(self.counts)
        sums = np.cumsum(self.counts[filled])
        ranks = [max(1, int(percent * self.total / 100 + 0.5)) for percent in wanted]
        places = filled[np.minimum(np.searchsorted(sums, ranks), len(filled) - 1)]
        return [float(min(int(_upper(place)), self.highest)) for place in places.tolist()]

    def pack(self) -> None:
        """Lets go of the room of empty buckets, until something is added again."""
        if self._packed is None:
            filled = np.flatnonzero(self._counts)
            self._packed = filled.astype(np.int32), self._counts[filled]
            self._counts = _NOTHING

    @property
    def counts(self) -> Array:
        """How many values lie in each bucket."""
        if self._packed is not None:
            filled, counts = self._packed
            self._counts = np.zeros(_SIZE, dtype=np.int64)
            self._counts[filled] = counts
            self._packed = None
        return self._counts

    def at_most(self, bounds: Array) -> Array:
        """How many values are not above each of `bounds` (ascending nanoseconds), by whole buckets."""
        sums = np.concatenate(([0], np.cumsum(self.counts)))
        taken: Array = sums[_places(np.minimum(bounds, HIGHEST)) + 1]
        return taken

    def at_most_one(self, bound: int) -> int:
        """How many values are not above `bound`, by whole buckets."""
        return int(self.at_most(np.array([bound]))[0])

    def encoded(self) -> str:
        """HdrHistogram V2, compressed, base 64: for the report and for other tools."""
        from hdrh.histogram import HdrHistogram

        histogram = HdrHistogram(1, HIGHEST, DIGITS)
        filled = np.flatnonzero(self.counts)
        for place, count in zip(filled.tolist(), self.counts[filled].tolist(), strict=True):
            histogram.record_value(_lower(place), count)
        text: bytes = histogram.encode()
        return text.decode("ascii")


def _places(values: Array) -> Array:
    """The bucket of each value."""
    shift = np.maximum(np.frexp(values.astype(np.float64))[1] - (_HALF_BITS + 1), 0)
    places: Array = (shift.astype(np.int64) << _HALF_BITS) + (values.astype(np.int64) >> shift)
    return places


def _lower(place: int) -> int:
    """The smallest value of a bucket."""
    shift = max(0, (place >> _HALF_BITS) - 1)
    return (place - (shift << _HALF_BITS)) << shift


def _upper(place: int) -> int:
    shift = max(0, (place >> _HALF_BITS) - 1)
    return _lower(place) + (1 << shift) - 1
