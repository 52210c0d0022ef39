"""Waiting for sockets and moments, in both ways there are."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter_ns

import pytest

from console.harness.load import worker
from console.harness.load.ledger import Flag, Outcome
from console.harness.load.timer import ENDED, READABLE, WRITABLE, EpollTimer, SelectorTimer, Timer, make_timer
from console.harness.scenario.model import Fault, FaultKind, Load, Model
from tests.builders.harness_load import run_worker, scenario_for, steady
from tests.fakes.scripted_receiver import ScriptedReceiver

MILLISECOND = 1_000_000


@pytest.fixture(params=["epoll", "spin", "selector"])
def timer(request: pytest.FixtureRequest) -> Iterator[Timer]:
    if request.param != "selector" and sys.platform != "linux":
        pytest.skip("epoll is Linux's")
    made = SelectorTimer() if request.param == "selector" else EpollTimer(spin=request.param == "spin")
    yield made
    made.close()


def test_that_an_exact_wait_ends_at_its_moment_and_not_before(timer: Timer) -> None:
    for pause in (0, MILLISECOND // 20, MILLISECOND, 3 * MILLISECOND):
        until = perf_counter_ns() + pause
        while perf_counter_ns() < until:
            assert timer.wait(until, True) == []


def test_that_what_happens_on_a_socket_ends_a_wait(timer: Timer) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        timer.watch(ours.fileno(), READABLE | WRITABLE)
        later = perf_counter_ns() + 5_000 * MILLISECOND
        assert timer.wait(later, True) == [(ours.fileno(), WRITABLE)]
        timer.watch(ours.fileno(), READABLE)
        theirs.send(b"x")
        assert timer.wait(later, False)[0][1] & READABLE
        ours.recv(10)
        theirs.close()
        descriptor, bits = timer.wait(later, True)[0]
        assert descriptor == ours.fileno()
        assert bits & (READABLE | ENDED)
        timer.forget(ours.fileno())
        assert timer.wait(perf_counter_ns() + MILLISECOND, True) == []


def test_that_linux_gets_the_precise_one() -> None:
    made = make_timer()
    assert isinstance(made, EpollTimer if sys.platform == "linux" else SelectorTimer)
    made.close()


@pytest.mark.parametrize("load", [Load(model=Model.CLOSED, messages=200), steady(500, 0.2)])
def test_that_a_load_works_where_there_is_only_a_selector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, load: Load
) -> None:
    monkeypatch.setattr(worker, "make_timer", lambda *, spin: SelectorTimer())
    fault = Fault(FaultKind.DISCONNECT_AFTER, nth=(20,))
    with ScriptedReceiver() as receiver:
        ran = run_worker(tmp_path, scenario_for(receiver.port, fault, load=load))
    assert set(ran.outcomes) == {Outcome.ACCEPTED}
    assert ran.columns["flags"][19] & Flag.RESENT
