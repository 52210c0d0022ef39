"""Outages of the script and of a person, and the other switches, while senders talk."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from console.harness.listener.running import obey
from console.harness.listener.script import Answer, Match, Outage, OutageKind, Rule, Script
from console.harness.listener.server import ScriptedListener
from tests.builders.engine_process import message
from tests.builders.scripted_listener import Peer, listening, peer


def say(listener: ScriptedListener, line: str) -> str:
    return obey(listener, lambda: None, line)


async def test_that_the_port_is_closed_and_comes_back_at_the_same_place() -> None:
    async with listening(Script()) as (listener, address):
        async with peer(address) as sender:
            assert (await sender.ask(message("1"))).code == "AA"
            assert say(listener, "outage on") == ""
            assert await sender.rest() == b""
        with pytest.raises(OSError):
            await asyncio.open_connection(*address)
        assert say(listener, "outage off") == ""
        for _ in range(500):
            with contextlib.suppress(OSError):
                async with peer(address) as sender:
                    assert (await sender.ask(message("2"))).code == "AA"
                    return
            await asyncio.sleep(0.01)
        pytest.fail("it did not come back")


async def test_that_a_hanging_receiver_accepts_says_nothing_and_then_answers_in_order() -> None:
    async with listening(Script()) as (listener, address), peer(address) as early:
        assert (await early.ask(message("0"))).code == "AA"
        say(listener, "outage on accept-and-hang")
        async with peer(address) as late:
            await early.send(message("1"), message("2"))
            await late.send(message("3"))
            assert await early.is_silent()
            assert await late.is_silent()
            say(listener, "outage off")
            assert [(await early.answer()).control_id for _ in range(2)] == ["1", "2"]
            assert (await late.answer()).control_id == "3"


async def test_that_an_outage_refuses_but_for_rules_that_are_made_for_it() -> None:
    still = Rule("still", Match(in_outage=True, types=("ADT",)), Answer(code="AA"))
    never = Rule("else", Match(types=("ADT",)), Answer(code="AR"))
    async with listening(Script(rules=(still, never))) as (listener, address), peer(address) as sender:
        assert (await _both(sender)) == ["AA", "AR"]
        say(listener, "outage on refuse")
        assert (await _both(sender)) == ["AE", "AA"]
        say(listener, "outage off")
        assert (await _both(sender)) == ["AA", "AR"]
        assert listener.counts()[2] == {"still": 1, "else": 2, "script": 2, "outage": 1}


async def _both(sender: Peer) -> list[str]:
    adt = message("2", kind="ADT^A08^ADT_A01")
    return [(await sender.ask(one)).code for one in (message("1"), adt)]


async def test_that_outages_of_the_script_count_from_the_first_message() -> None:
    script = Script(outages=(Outage(0.02, 0.06, OutageKind.REFUSE),))
    async with listening(script) as (listener, address), peer(address) as sender:
        assert listener.started_ns == 0
        heard = []
        while len(heard) < 3:
            code = (await sender.ask(message("1"))).code
            if not heard or heard[-1] != code:
                heard.append(code)
            await asyncio.sleep(0.002)
    assert heard == ["AA", "AE", "AA"]


async def test_that_a_person_sets_the_answer_and_gives_it_back() -> None:
    async with listening(Script(answer=Answer(code="AR"))) as (listener, address), peer(address) as sender:
        codes = []
        for line in ("", "answer AE", "answer ce", "answer script"):
            assert say(listener, line) == ""
            codes.append((await sender.ask(message("1"))).code)
        assert codes == ["AR", "AE", "CE", "AR"]
        say(listener, "silence on")
        await sender.send(message("2"))
        assert await sender.is_silent()
        say(listener, "silence off")
        assert (await sender.ask(message("3"))).control_id == "3"
        _, answers, rules = listener.counts()
    assert answers == {"AR": 3, "AE": 1, "CE": 1, "": 1} | {k: v for k, v in answers.items() if not v}
    assert rules["switch"] == 3


async def test_that_a_word_it_does_not_know_is_told() -> None:
    async with listening(Script()) as (listener, _):
        assert "outage on" in say(listener, "sing a song")
        assert "“answer XX”" in say(listener, "answer XX")
        stopped: list[bool] = []
        assert obey(listener, lambda: stopped.append(True), "STOP") == ""
        assert stopped == [True]
