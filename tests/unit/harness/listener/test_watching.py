"""Snapshots: what is told four times a second, in numbers that add up."""

from __future__ import annotations

import asyncio
import json

from console.harness.listener import watching
from console.harness.listener.live import MOST_RAW, ListenerSnapshot
from console.harness.listener.script import Answer, Do, Match, OutageKind, Rule, Script
from console.harness.listener.terminal import LineView, LiveView, one_line, summary_lines
from console.harness.listener.watching import Watching
from tests.builders.engine_process import message
from tests.builders.scripted_listener import listening, peer


async def test_that_a_snapshot_says_what_came_and_what_was_answered() -> None:
    script = Script(title="T", rules=(Rule("no", Match(nth=(2,)), Answer(code="AE")),))
    async with listening(script) as (listener, address), peer(address) as sender:
        watch = Watching(listener, mllp="here")
        for n in range(3):
            await sender.ask(message(f"{n}"))
        await sender.ask(b"no hl7")
        watch.stop()
        told = watch.snapshot()
        again = watch.snapshot(stopped=True)
    assert (told.received, told.answered, told.waiting, told.refused, told.connections) == (4, 4, 0, 1, 1)
    assert told.types == {"ORU^R01": 3, "unreadable": 1}
    assert told.answers == {"AA": 2, "AE": 1, "AR": 1}
    assert told.rules == {"no": 1, "script": 2}
    assert (told.findings.looked_at, told.state, told.name) == (4, "listening", "T")
    newest = told.messages[1]
    assert (newest.control_id, newest.kind, newest.code, newest.rule) == ("1", "ORU^R01", "AE", "no")
    assert newest.raw.encode() == message("1")
    assert newest.size == len(message("1"))
    assert (again.state, again.messages) == ("stopped", [])
    json.dumps(told.as_json())
    assert told.bytes_in == sum(len(message(f"{n}")) + 3 for n in range(3)) + len(b"no hl7") + 3
    assert told.bytes_out > 0
    assert "messages" not in told.summary()


async def test_that_large_messages_are_told_without_their_text() -> None:
    async with listening(Script()) as (listener, address), peer(address) as sender:
        watch = Watching(listener, mllp="here")
        large = message("L", "A" * (MOST_RAW // 5))
        for n in range(7):
            await sender.ask(large.replace(b"|L|P", f"|L{n}|P".encode()))
        await sender.ask(message("XL", "A" * 300_000))
        watch.stop()
        told = watch.snapshot()
    assert sum(len(one.raw) for one in told.messages) <= MOST_RAW
    assert told.messages[-1].raw == ""
    assert told.messages[-2].raw != ""
    assert told.messages[0].raw == ""


async def test_that_states_are_told_in_words() -> None:
    async with listening(Script()) as (listener, _):
        watch = Watching(listener, mllp="here")
        states = []
        for switch in (Answer(do=Do.SILENCE), Answer(code="AE"), None):
            listener.set_switch(switch)
            told = watch.snapshot()
            states.append((told.state, told.text))
        listener.switch_outage(OutageKind.REFUSE)
        states.append((watch.snapshot().state, watch.snapshot().text))
        watch.stop()
    assert [state for state, _ in states] == ["silent", "answering", "listening", "outage"]
    assert states[1][1] == "everything is answered AE"
    assert states[3][1] == "an outage: refuse"


async def test_that_under_a_flood_messages_are_answered_and_not_looked_into() -> None:
    async with listening(Script()) as (listener, address), peer(address) as sender:
        watch = Watching(listener, mllp="here")
        many = 5 * watching.LOOKED_INTO
        await sender.send(*[message(f"{n}") for n in range(many)])
        for _ in range(many):
            await sender.frame()
        watch._take()
        assert listener.room == watching._SHOWN_IN_A_FLOOD
        await sender.ask(message("after"))
        watch._take()
        assert listener.room == watching.LOOKED_INTO, "and looked into again when it is over"
        watch.stop()
        told = watch.snapshot()
    assert told.received == many + 1
    assert told.findings.looked_at < many


async def test_that_the_terminal_shows_numbers_and_no_content() -> None:
    from io import StringIO

    from rich.console import Console

    async with listening(Script(title="Ward")) as (listener, address), peer(address) as sender:
        watch = Watching(listener, mllp="127.0.0.1:1")
        watch.start()
        await sender.ask(message("C1"))
        await asyncio.sleep(0.05)
        watch.stop()
        told = watch.snapshot()
    out = StringIO()
    with LiveView(Console(file=out, width=140, force_terminal=True)) as view:
        view.show(told)
    lines = StringIO()
    with LineView(lines) as plain:
        plain.show(told)
        plain.show(told)
    assert "C1" in out.getvalue()
    assert "AA 1" in lines.getvalue()
    assert len(lines.getvalue().splitlines()) == 1
    assert "DOE" not in out.getvalue() + lines.getvalue() + "\n".join(summary_lines(told))
    assert "1 received" in one_line(told)
    assert isinstance(told, ListenerSnapshot)
