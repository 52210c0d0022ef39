"""Full collections wait for a quiet moment, and not for ever."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from console.engine.quiet_gc import AT_THE_LATEST_S, EVERY_S, QuietCollector


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_that_it_collects_when_quiet_and_now_and_then_when_not() -> None:
    collector = QuietCollector()
    collector.take_charge(100.0)
    assert not collector.tick(100.0 + EVERY_S - 1, quiet=True)
    assert not collector.tick(100.0 + EVERY_S, quiet=False)
    assert collector.tick(100.0 + EVERY_S, quiet=True)
    assert not collector.tick(100.0 + EVERY_S + AT_THE_LATEST_S - 1, quiet=False)
    assert collector.tick(100.0 + EVERY_S + AT_THE_LATEST_S, quiet=False)


def test_that_old_objects_are_not_collected_by_themselves() -> None:
    collector = QuietCollector()
    collector.take_charge(0.0)
    full = gc.get_stats()[2]["collections"]
    for _ in range(300_000):
        loop: list[object] = []
        loop.append(loop)
    assert gc.get_stats()[2]["collections"] == full
