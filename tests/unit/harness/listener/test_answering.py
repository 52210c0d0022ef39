"""What a sender hears: every answer a script can give, over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from console.harness.listener.script import (
    Acknowledging,
    Answer,
    Capacity,
    Do,
    ErrorWords,
    Form,
    Match,
    Mode,
    Names,
    Rule,
    Script,
    Then,
)
from console.harness.scenario.model import Spread
from console.hl7v2.acknowledgment import parse_ack
from console.hl7v2.peek import peek
from tests.builders.engine_process import message
from tests.builders.scripted_listener import Peer, listening, peer

PLAIN = Answer()


@asynccontextmanager
async def talking(*rules: Rule, answer: Answer = PLAIN, **more: object) -> AsyncIterator[Peer]:
    script = Script(rules=rules, answer=answer, **more)  # type: ignore[arg-type]
    async with listening(script) as (_, address), peer(address) as sender:
        yield sender


def constant(seconds: float) -> Spread:
    return Spread("constant", seconds)


async def test_that_the_plain_answer_names_the_message_and_changes_the_parties_round() -> None:
    async with talking() as sender:
        await sender.send(message("C-1"), message("C-2"))
        first, second = await sender.frame(), await sender.frame()
    header = peek(first)
    assert [parse_ack(one).control_id for one in (first, second)] == ["C-1", "C-2"]
    assert (header.sending_application, header.receiving_application) == ("SB", "LAB")
    assert header.field(9) == "ACK^R01^ACK"
    assert header.control_id != peek(second).control_id


@pytest.mark.parametrize("code", ["AA", "AE", "AR", "CA", "CE", "CR"])
async def test_that_every_code_can_be_answered_with_words_and_an_error(code: str) -> None:
    words = ErrorWords("102", "OBX[2]-5", "no number", "W")
    async with talking(answer=Answer(code=code, text="look here", error=words)) as sender:
        answer = await sender.ask(message("C1"))
    assert (answer.code, answer.control_id, answer.text) == (code, "C1", "look here")
    assert (answer.errors[0].code, answer.errors[0].path, answer.errors[0].severity) == ("102", "OBX[2]-5", "W")


async def test_that_answers_keep_their_turn_also_when_one_is_delayed() -> None:
    slow = Rule("slow", Match(nth=(1,)), Answer(delay=constant(0.05)))
    async with talking(slow) as sender:
        await sender.send(message("1"), message("2"), message("3"))
        assert [(await sender.answer()).control_id for _ in range(3)] == ["1", "2", "3"]


async def test_that_a_late_answer_lets_the_others_pass() -> None:
    late = Rule("late", Match(nth=(1,)), Answer(late=constant(0.05)))
    async with talking(late) as sender:
        await sender.send(message("1"), message("2"))
        assert [(await sender.answer()).control_id for _ in range(2)] == ["2", "1"]


async def test_that_delays_of_every_law_are_drawn_and_never_negative() -> None:
    laws = [
        Spread("uniform", 0.001, 0.002), Spread("exponential", 0.001), Spread("lognormal", 0.001, 0.002),
        Spread("table", values=(0.0, 0.001)),
    ]  # fmt: skip
    rules = [Rule(law.law, Match(nth=(1,)), Answer(delay=law)) for law in laws]
    async with talking(*rules) as sender:
        for n in range(len(rules)):
            assert (await sender.ask(message(f"{n}"))).control_id == f"{n}"


async def test_that_silence_leaves_the_rest_of_the_line_alone() -> None:
    async with talking(Rule("silent", Match(nth=(1,)), Answer(do=Do.SILENCE))) as sender:
        await sender.send(message("1"), message("2"))
        assert (await sender.answer()).control_id == "2"


async def test_that_a_connection_is_closed_before_or_after_the_answer() -> None:
    async with talking(answer=Answer(do=Do.CLOSE)) as sender:
        await sender.send(message("1"))
        assert await sender.rest() == b""
    async with talking(answer=Answer(then=Then.CLOSE)) as sender:
        await sender.send(message("1"), message("2"))
        assert parse_ack((await sender.rest())[1:-2]).control_id == "1", "and the second is not answered"


async def test_that_a_reset_is_one() -> None:
    async with talking(answer=Answer(do=Do.RESET)) as sender:
        await sender.send(message("1"))
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(sender.reader.readexactly(1), 5)


async def test_that_reading_stops_and_the_connection_stays() -> None:
    async with talking(answer=Answer(then=Then.STOP_READING)) as sender:
        await sender.send(message("1"), message("2"))
        assert (await sender.answer()).control_id == "1"
        await sender.send(message("3"))
        assert await sender.is_silent()


@pytest.mark.parametrize("names", [Names.WRONG, Names.EMPTY])
async def test_that_the_answer_names_no_message(names: Names) -> None:
    async with talking(answer=Answer(control_id=names)) as sender:
        answers = [await sender.ask(message(f"C{n}")) for n in range(2)]
    assert all(answer.code == "AA" for answer in answers)
    assert not {"C0", "C1"} & {answer.control_id for answer in answers}
    assert all(answer.control_id == "" for answer in answers) is (names is Names.EMPTY)


async def test_that_one_messages_answer_is_given_to_another() -> None:
    async with talking(Rule("swap", Match(nth=(2,)), Answer(control_id=Names.ANOTHER))) as sender:
        assert [(await sender.ask(message(one))).control_id for one in ("A", "B", "C")] == ["A", "A", "C"]


async def test_that_an_answer_comes_twice() -> None:
    async with talking(answer=Answer(times=2)) as sender:
        await sender.send(message("1"))
        assert await sender.frame() == await sender.frame()


async def test_that_ae_comes_for_the_first_sendings_of_each_message_and_then_aa() -> None:
    async with talking(Rule("flaky", Match(attempts=2), Answer(code="AE"))) as sender:
        codes = [(await sender.ask(message(one))).code for one in ("A", "B", "A", "B", "A", "B")]
    assert codes == ["AE", "AE", "AE", "AE", "AA", "AA"]


async def test_that_garbage_comes_before_the_answer_the_same_for_the_same_seed() -> None:
    heard = []
    for _ in range(2):
        async with talking(answer=Answer(garbage=9)) as sender:
            await sender.send(message("1"))
            heard.append(await sender.raw(9))
            assert (await sender.answer()).control_id == "1"
    assert heard[0] == heard[1]


async def test_that_answers_leave_torn_sliced_and_together() -> None:
    async with talking(answer=Answer(form=Form.PARTIAL, bytes=11, then=Then.CLOSE)) as sender:
        await sender.send(message("1"))
        assert await sender.rest() == b"\x0bMSH|^~\\&|S"
    async with talking(answer=Answer(form=Form.SLICED, bytes=9, pause=0.001)) as sender:
        await sender.send(message("1"), message("2"))
        assert [(await sender.answer()).control_id for _ in range(2)] == ["1", "2"]
    async with talking(answer=Answer(form=Form.COALESCED, together=2, pause=0.02)) as sender:
        await sender.send(message("1"))
        assert await sender.is_silent(0.01)
        await sender.send(message("2"), message("3"))
        assert [(await sender.answer()).control_id for _ in range(3)] == ["1", "2", "3"], "the third by itself"


@pytest.mark.parametrize(
    ("form", "start", "end"),
    [(Form.NO_VT, b"MSH", b"\r\x1c\r"), (Form.NO_FS, b"\x0bMSH", b"1\r\r"), (Form.NO_CR, b"\x0bMSH", b"\r\x1c")],
)
async def test_that_the_frame_of_an_answer_is_wrong(form: Form, start: bytes, end: bytes) -> None:
    async with talking(answer=Answer(form=form, then=Then.CLOSE)) as sender:
        await sender.send(message("1"))
        data = await sender.rest()
    assert data.startswith(start)
    assert data.endswith(end)


# ---------------------------------------------------------------- enhanced mode


def asking(control_id: str, accept: str, application: str) -> bytes:
    return message(control_id, more_header=f"|||{accept}|{application}")


ENHANCED = Mode(Acknowledging.ENHANCED, constant(0.001))


@pytest.mark.parametrize(
    ("accept", "application", "code", "heard"),
    [
        ("AL", "AL", "AA", ["CA", "AA"]),
        ("AL", "NE", "AA", ["CA"]),
        ("NE", "AL", "AA", ["AA"]),
        ("ER", "AL", "AA", ["AA"]),
        ("SU", "ER", "AE", ["CA", "AE"]),
        ("AL", "SU", "AE", ["CA"]),
        ("AL", "AL", "CE", ["CE"]),
        ("AL", "AL", "CA", ["CA"]),
        ("", "", "AA", ["CA", "AA"]),
    ],
)
async def test_that_enhanced_mode_obeys_msh_15_and_16(
    accept: str, application: str, code: str, heard: list[str]
) -> None:
    async with talking(answer=Answer(code=code), mode=ENHANCED) as sender:
        await sender.send(asking("1", accept, application))
        answers = [await sender.answer() for _ in heard]
        assert await sender.is_silent(0.01)
    assert [answer.code for answer in answers] == heard
    assert all(answer.control_id == "1" for answer in answers)


async def test_that_auto_obeys_where_filled_and_original_never_does() -> None:
    async with talking() as sender:
        await sender.send(asking("1", "AL", "AL"), message("2"))
        codes = sorted([(one.control_id, one.code) for one in [await sender.answer() for _ in range(3)]])
        assert codes == [("1", "AA"), ("1", "CA"), ("2", "AA")]
    async with talking(mode=Mode(Acknowledging.ORIGINAL)) as sender:
        assert (await sender.ask(asking("1", "AL", "AL"))).code == "AA"
        assert await sender.is_silent(0.01)


async def test_that_in_enhanced_mode_nobody_hears_ce_for_what_is_torn_but_who_wants_it() -> None:
    torn = b"\x0b" + asking("1", "SU", "AL") + b"\x0b" + asking("2", "AL", "NE") + b"\x1c\r"
    async with talking() as sender:
        await sender.send_raw(torn)
        answer = await sender.answer()
    assert (answer.code, answer.control_id) == ("CA", "2")


# ---------------------------------------------------------------- batches, capacity


async def test_that_a_batch_is_answered_in_its_envelope() -> None:
    batch = b"FHS|^~\\&|LAB\rBHS|^~\\&|LAB\r" + message("1") + message("2") + b"BTS|2\rFTS|1\r"
    async with talking(Rule("second", Match(nth=(2,)), Answer(code="AE"))) as sender:
        await sender.send(batch)
        answer = await sender.frame()
    assert answer.startswith(b"FHS|")
    assert b"MSA|AA|1\r" in answer
    assert b"MSA|AE|2\r" in answer
    assert b"BTS|2\r" in answer


async def test_that_a_limited_rate_answers_later_and_in_order() -> None:
    loop = asyncio.get_running_loop()
    async with talking(capacity=Capacity(rate=200.0, burst=2)) as sender:
        began = loop.time()
        await sender.send(*[message(f"{n}") for n in range(10)])
        assert [(await sender.answer()).control_id for _ in range(10)] == [f"{n}" for n in range(10)]
        assert loop.time() - began >= 8 / 200 * 0.9


async def test_that_one_connection_too_many_is_closed_and_counted() -> None:
    script = Script(capacity=Capacity(max_connections=1))
    async with listening(script) as (listener, address), peer(address) as first:
        assert (await first.ask(message("1"))).code == "AA"
        async with peer(address) as second:
            assert await second.rest() == b""
        assert (listener.turned_away, len(listener.lines)) == (1, 1)
        assert (await first.ask(message("2"))).code == "AA"


async def test_that_an_oversize_frame_is_refused_and_the_line_goes_on() -> None:
    async with talking(capacity=Capacity(max_frame=2000)) as sender:
        await sender.send(message("big", "A" * 5000), message("next"))
        answers = [await sender.answer() for _ in range(2)]
    assert [(answer.code, answer.control_id) for answer in answers] == [("AR", "big"), ("AA", "next")]


async def test_that_a_sender_whose_answers_wait_is_not_read_from() -> None:
    slow = Script(answer=Answer(delay=constant(30)))
    async with listening(slow) as (listener, address), peer(address) as sender:
        await sender.send(*[message(f"{n}") for n in range(2000)])
        while listener.number < 256:
            await asyncio.sleep(0.001)
        for _ in range(20):
            await sender.send_raw(b"".join(b"\x0b" + message(f"m{n}") + b"\x1c\r" for n in range(500)))
            if sender.writer.transport.get_write_buffer_size():
                break
            await asyncio.sleep(0.001)
        assert listener.number < 12_000
        listener.lines[1].abort()


async def test_that_a_frame_that_never_ends_is_refused_in_time() -> None:
    async with talking(capacity=Capacity(frame_timeout=0.05)) as sender:
        await sender.send_raw(b"\x0b" + message("slow"))
        data = await sender.rest()
    answer = parse_ack(data[1:-2])
    assert (answer.code, answer.control_id) == ("AE", "slow")


async def test_that_half_of_a_frame_is_answered_ae_when_the_sender_goes() -> None:
    async with talking() as sender:
        await sender.send_raw(b"\x0b" + message("half"))
        sender.writer.write_eof()
        answer = parse_ack((await sender.rest())[1:-2])
    assert (answer.code, answer.control_id) == ("AE", "half")


async def test_that_a_script_file_and_its_rules_reach_the_wire(tmp_path: Path) -> None:
    from tests.builders.scripted_listener import script_from

    text = """
[[rules]]
name = "potassium"
match = { types = ["ORU"], fields = [{ path = "OBX-3.1", equals = "718-7" }, { path = "OBX-5", matches = "^9" }] }
answer = { code = "AR", text = "too high" }
"""
    script = script_from(text, tmp_path)
    async with listening(script) as (listener, address), peer(address) as sender:
        assert [(await sender.ask(message("1", value))).code for value in ("7.1", "9.9")] == ["AA", "AR"]
        types, answers, rules = listener.counts()
    assert (types["ORU^R01"], answers["AA"], answers["AR"]) == (2, 1, 1)
    assert rules == {"potassium": 1, "script": 1}
