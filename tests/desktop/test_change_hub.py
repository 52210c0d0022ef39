"""The change hub: at most ten notices a second, none lost."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from console.desktop.change_hub import ChangeHub
from console.desktop.io_thread import IoThread
from console.investigation.answer import FeedChanges


def _change(number: int) -> FeedChanges:
    return FeedChanges("engine", 1, number, traces=frozenset({f"t{number}"}))


def test_that_the_first_change_goes_out_at_once_and_the_rest_together(io: IoThread, qtbot: QtBot) -> None:
    hub = ChangeHub(io.bridge, interval_ms=50)
    heard: list[FeedChanges] = []
    hub.changed.connect(heard.append)
    for number in range(1, 1_001):
        hub.report(_change(number))
    qtbot.waitUntil(lambda: sum(c.count for c in heard) == 1_000)
    assert len(heard) <= 3
    assert heard[-1].last_seq == 1_000
    assert frozenset().union(*(c.traces for c in heard)) == {f"t{n}" for n in range(1, 1_001)}


def test_that_what_belongs_to_a_closed_connection_is_forgotten(io: IoThread, qtbot: QtBot) -> None:
    hub = ChangeHub(io.bridge, interval_ms=20)
    heard: list[FeedChanges] = []
    hub.changed.connect(heard.append)
    hub.report(_change(1))
    hub.report(_change(2))
    qtbot.waitUntil(lambda: len(heard) == 1)
    hub.forget()
    hub.report(_change(3))
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard[1].last_seq == 3
    assert heard[1].count == 1
