"""Work steps aside while a sender waits, and never for long."""

from __future__ import annotations

import threading
import time

import pytest

from console.engine import right_of_way
from console.engine.right_of_way import RightOfWay


def test_that_the_way_is_free_when_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(right_of_way, "PATIENCE_S", 60.0)
    way = RightOfWay()
    way.give_way()
    way.claim()
    way.release()
    way.give_way()


def test_that_a_step_waits_until_the_way_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(right_of_way, "PATIENCE_S", 60.0)
    way = RightOfWay()
    way.claim()
    passed = threading.Event()

    def step() -> None:
        way.give_way()
        passed.set()

    thread = threading.Thread(target=step)
    thread.start()
    assert not passed.wait(0.05)
    way.release()
    assert passed.wait(10)
    thread.join()


def test_that_a_flood_without_end_does_not_stop_the_work() -> None:
    way = RightOfWay()
    way.claim()
    start = time.monotonic()
    way.give_way()
    assert time.monotonic() - start < 5
