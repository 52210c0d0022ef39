"""The histogram is HdrHistogram's, bucket for bucket."""

from __future__ import annotations

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram

from console.harness.load.histogram import DIGITS, HIGHEST, Histogram

VALUES = np.concatenate(
    (
        np.array([0, 1, 2047, 2048, 2049, 4095, 4096, HIGHEST - 1, HIGHEST]),
        np.random.default_rng(1).integers(0, 5_000, 2_000),
        np.exp(np.random.default_rng(2).uniform(0, np.log(float(HIGHEST)), 6_000)).astype(np.int64),
    )
)


def filled(values: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Histogram:
    histogram = Histogram()
    histogram.add(values)
    return histogram


def reference() -> HdrHistogram:
    histogram = HdrHistogram(1, HIGHEST, DIGITS)
    for value in VALUES.tolist():
        histogram.record_value(value)
    return histogram


def test_that_it_is_encoded_as_hdrhistogram_would() -> None:
    assert filled(VALUES).encoded().encode() == reference().encode()


@pytest.mark.parametrize("percent", [1, 25, 50, 90, 95, 99, 99.9])
def test_that_percentiles_are_hdrhistograms(percent: float) -> None:
    assert filled(VALUES).percentiles(percent) == [reference().get_value_at_percentile(percent)]


def test_that_the_greatest_percentile_is_the_greatest_value() -> None:
    assert filled(np.array([1_000_003, 5])).percentiles(100, 50) == [1_000_003, 5]


def test_that_nothing_has_no_percentiles() -> None:
    histogram = Histogram()
    histogram.add(np.array([], dtype=np.int64))
    assert histogram.percentiles(50, 99) == [None, None]
    assert histogram.mean is None


def test_that_values_below_and_above_the_range_count_at_its_ends() -> None:
    histogram = filled(np.array([-5, HIGHEST * 2]))
    assert histogram.percentiles(50, 100) == [0, HIGHEST]
    assert histogram.total == 2


def test_that_the_mean_is_exact() -> None:
    assert filled(VALUES).mean == int(VALUES.sum()) / len(VALUES)


def test_that_it_makes_no_difference_in_how_many_parts_values_come() -> None:
    whole, parts = filled(VALUES), Histogram()
    for first in range(0, len(VALUES), 100):
        parts.add(VALUES[first : first + 100])
        parts.pack()
    assert np.array_equal(whole.counts, parts.counts)
    assert (whole.total, whole.highest, whole.mean) == (parts.total, parts.highest, parts.mean)


def test_that_counts_up_to_a_bound_are_whole_buckets() -> None:
    bounds = np.array([1_000, 1_000_000, HIGHEST])
    told = filled(VALUES).at_most(bounds)
    assert told[0] == np.count_nonzero(VALUES <= 1_000)
    assert abs(int(told[1]) - np.count_nonzero(VALUES <= 1_000_000)) <= 3
    assert told[2] == len(VALUES)
