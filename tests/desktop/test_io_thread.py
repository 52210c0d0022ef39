"""The io thread: results cross to the GUI thread once, late ones are dropped, nothing is left running."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading

import pytest
from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.core.errors import Bug, Refused, SignalboxError
from console.desktop.gui_gc import GuiThreadCollector
from console.desktop.io_thread import IoThread
from console.desktop.operations import Latest, Operation


async def _give(value: object) -> object:
    await asyncio.sleep(0)
    return value


async def _raise(error: Exception) -> None:
    raise error


async def _for_ever() -> None:
    await asyncio.Event().wait()


def test_that_a_result_arrives_on_the_gui_thread(io: IoThread, qtbot: QtBot) -> None:
    threads: list[QThread] = []
    operation = Operation(io, lambda: _give(42))
    results: list[object] = []
    operation.succeeded.connect(lambda _: threads.append(QThread.currentThread()))
    operation.succeeded.connect(results.append)
    with qtbot.waitSignals([operation.succeeded, operation.finished], order="strict"):
        operation.start()
    assert results == [42]
    assert threads == [QApplication.instance().thread()]  # type: ignore[union-attr]


def test_that_our_errors_arrive_as_they_are_and_others_as_a_bug_without_their_text(io: IoThread, qtbot: QtBot) -> None:
    refused = Refused("There is no such encounter.", code="not-found")
    for raised, expected in ((refused, Refused), (ValueError("MARTINEZ"), Bug)):
        operation = Operation(io, lambda raised=raised: _raise(raised))
        with qtbot.waitSignal(operation.failed) as blocker:
            operation.start()
        error = blocker.args[0]
        assert isinstance(error, expected)
        assert "MARTINEZ" not in error.text + error.detail


def test_that_a_cancelled_operation_finishes_without_a_result(io: IoThread, qtbot: QtBot) -> None:
    operation = Operation(io, _for_ever)
    told: list[object] = []
    operation.succeeded.connect(told.append)
    operation.failed.connect(told.append)
    operation.start()
    with qtbot.waitSignal(operation.finished):
        operation.cancel()
    assert operation.is_over
    assert told == []


def test_that_only_the_newest_of_a_line_of_operations_is_heard(io: IoThread, qtbot: QtBot) -> None:
    line = Latest(io)
    heard: list[object] = []
    failures: list[SignalboxError] = []
    for number in range(20):
        line.run(lambda n=number: _give(n), done=heard.append, failed=failures.append)
    qtbot.waitUntil(lambda: not line.busy)
    assert heard == [19]
    assert failures == []
    assert line.generation == 20


def test_that_forgetting_an_operation_object_does_not_lose_its_result(io: IoThread, qtbot: QtBot) -> None:
    heard: list[object] = []

    def begin() -> None:
        operation = Operation(io, lambda: _give("kept"))
        operation.succeeded.connect(heard.append)
        operation.start()

    begin()
    gc.collect()
    qtbot.waitUntil(lambda: heard == ["kept"])


def test_that_stopping_cancels_what_runs_and_joins_the_thread(qapp: QApplication) -> None:
    io = IoThread()
    future = io.submit(_for_ever())
    assert io.running
    assert io.stop()
    assert future.cancelled()
    assert all(thread.name != "signalbox-io" for thread in threading.enumerate())
    coroutine = _give(1)
    with pytest.raises(RuntimeError, match="stopped"):
        io.submit(coroutine)


def test_that_calls_posted_from_other_threads_run_on_the_gui_thread_in_order(io: IoThread, qtbot: QtBot) -> None:
    seen: list[int] = []
    gui = threading.get_ident()
    idents: set[int] = set()

    def call(number: int) -> None:
        seen.append(number)
        idents.add(threading.get_ident())

    def post_all() -> None:
        for number in range(500):
            io.bridge.post(lambda n=number: call(n))

    thread = threading.Thread(target=post_all)
    thread.start()
    qtbot.waitUntil(lambda: len(seen) == 500)
    thread.join()
    assert seen == list(range(500))
    assert idents == {gui}


def test_that_automatic_collection_is_off_while_the_collector_lives_and_garbage_still_goes(qapp: QApplication) -> None:
    class Knot:
        other: Knot | None = None

    collector = GuiThreadCollector(interval_ms=60_000)
    try:
        assert not gc.isenabled()
        gc.collect()
        knots = []
        for _ in range(gc.get_threshold()[0] + 100):
            knot = Knot()
            knot.other = knot
            knots.append(knot)
        knots.clear()
        before = gc.get_count()[0]
        collector.check()
        assert gc.get_count()[0] < before
    finally:
        collector.stop()
    assert gc.isenabled()


class _Emitter(QObject):
    told = Signal(bool)
    nothing = Signal()


def test_that_emitting_two_thousand_signals_leaves_reference_counts_alone(qapp: QApplication) -> None:
    """PySide6 6.12.0 on Python 3.11 drops a reference of True at each emit, and the process aborts."""
    emitter = _Emitter()
    emitter.told.connect(lambda on: None)
    counted = (True, None)
    before = [sys.getrefcount(value) for value in counted]
    for _ in range(2_000):
        emitter.told.emit(True)
        emitter.nothing.emit()
        emitter.setObjectName("x")
    after = [sys.getrefcount(value) for value in counted]
    assert all(abs(b - a) < 200 for a, b in zip(after, before, strict=True))


def test_that_work_after_the_end_is_over_at_once_and_harms_nobody(qapp: QApplication) -> None:
    io = IoThread()
    io.stop()

    async def work() -> int:
        return 1

    operation = Operation(io, work)
    ended: list[bool] = []
    operation.finished.connect(lambda: ended.append(True))
    operation.succeeded.connect(lambda _: ended.append(False))
    assert operation.start().is_over
    assert ended == [True]
