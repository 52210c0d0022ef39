"""Every answer a receiver can think of, and the one outcome that each row gets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from console.harness.load.ledger import AnswerCode, Control, Flag, Outcome
from console.harness.scenario.model import AcknowledgmentMode, Connections, Load, Model
from tests.builders.harness_load import Ran, run_worker, scenario_for
from tests.fakes.scripted_receiver import Act, Doing, Heard, Script, ScriptedReceiver, ack

A, F, R = Outcome.ACCEPTED, Outcome.FAILED, Outcome.REJECTED
ONE = Connections(count=1, answer_timeout=5.0, backoff=(0.01, 0.05))


def ran(tmp_path: Path, script: Script, *, messages: int = 3, connections: Connections = ONE, **parts: object) -> Ran:
    with ScriptedReceiver(script) as receiver:
        scenario = scenario_for(
            receiver.port,
            connections=connections,
            load=Load(model=Model.CLOSED, messages=messages),
            **parts,
        )
        return run_worker(tmp_path, scenario)


def in_turn(*answers: Iterable[Doing]) -> Script:
    """The nth message gets the nth list of doings; later ones AA."""

    def script(heard: Heard) -> Iterable[Doing]:
        if heard.number < len(answers):
            return [what.replace(b"{id}", heard.control_id) if isinstance(what, bytes) else what
                    for what in answers[heard.number]]  # fmt: skip
        return [ack(heard.control_id)]

    return script


def test_that_every_code_becomes_its_outcome(tmp_path: Path) -> None:
    codes = [b"AA", b"AE", b"AR", b"CA", b"CE", b"CR"]
    left = ran(tmp_path, in_turn(*[[ack(b"{id}", code)] for code in codes]), messages=7)
    assert left.outcomes == [A, F, R, A, F, R, A]
    assert [code.name for code in left.codes] == ["AA", "AE", "AR", "CA", "CE", "CR", "AA"]
    assert left.words[Control.SENT] == left.words[Control.ANSWERED] == 7
    assert [problem["code"] for problem in left.problems] == ["AE", "AR", "CE", "CR"]


def test_that_times_run_forward_and_every_cell_is_filled(tmp_path: Path) -> None:
    left = ran(tmp_path, in_turn(), messages=20)
    c = left.columns
    assert all(0 < i <= s <= a for i, s, a in zip(c["intended"], c["sent"], c["answered"], strict=True))
    assert c["origin"] == list(range(20))
    assert c["attempts"] == [1] * 20
    assert all(size > 100 for size in c["size"])
    assert left.words[Control.ROWS] == left.words[Control.PLANNED] == 20
    assert left.words[Control.WAITING] == 0
    assert left.words[Control.ENDED] >= max(c["answered"])
    assert left.words[Control.BYTES_OUT] == sum(c["size"])


def test_that_other_delimiters_a_missing_cr_and_text_are_read(tmp_path: Path) -> None:
    left = ran(
        tmp_path,
        in_turn(
            [b"\x0bMSH#^~\\&#R#R#S#S#2026##ACK#1#T#2.5\rMSA#AA#{id}#fine\r\x1c\r"],
            [b"\x0bMSH|^~\\&|R|R|S|S|2026||ACK|1|T|2.5\rMSA|AA|{id}\x1c\r"],
            [b"\x0bMSH|^~\\&|R|R|S|S|2026||ACK|1|T|2.5\nMSA|AA|{id}|ok\n\x1c\r"],
            [b"\x0bMSH|^~\\&|R|R|S|S|2026||ACK|1|T|2.5\rMSA|AA|{id}\r\x1c"],
            [ack(b"{id}", b"AE", b"no such patient")],
        ),
        messages=6,
    )
    assert left.outcomes == [A, A, A, A, F, A]
    assert left.problems[-1]["text"] == "no such patient"


def test_that_an_answer_without_a_code_or_msa_is_malformed_and_does_not_hide_the_next(tmp_path: Path) -> None:
    left = ran(
        tmp_path,
        in_turn(
            [b"\x0bMSH|^~\\&|R|R|S|S|2026||ACK|1|T|2.5\r\x1c\r"],
            [b"\x0bMSH|^~\\&|R|R|S|S|2026||ACK|1|T|2.5\rMSA|OK|{id}\r\x1c\r"],
            [b"\x0bhello\x1c\r"],
            [b"\x0b\x1c\r"],
        ),
        messages=6,
    )
    assert left.outcomes == [Outcome.MALFORMED_ANSWER] * 4 + [A, A]
    assert left.codes[1] is AnswerCode.OTHER


def test_that_a_foreign_control_id_is_a_wrong_answer_and_unsolicited(tmp_path: Path) -> None:
    left = ran(tmp_path, in_turn([ack(b"NOBODY")], [ack(b"")], [ack(b"{id}")]), messages=4)
    assert left.outcomes == [Outcome.WRONG_ID, Outcome.WRONG_ID, A, A]
    assert left.words[Control.UNSOLICITED] == 2


def test_that_an_older_messages_acknowledgment_in_place_of_its_own_is_named(tmp_path: Path) -> None:
    heard: list[bytes] = []

    def script(one: Heard) -> Iterable[Doing]:
        heard.append(one.control_id)
        return [ack(heard[0] if one.number == 1 else one.control_id)]

    left = ran(tmp_path, script, messages=4, connections=replace(ONE, answer_timeout=0.3))
    assert left.outcomes == [A, Outcome.WRONG_ID, A, A]
    [named] = [problem for problem in left.problems if problem["outcome"] == "wrong-id"]
    assert named["row"] == 1
    assert heard[0].decode() in named["text"]


def test_that_a_second_answer_to_an_old_message_accuses_nobody_whose_own_comes(tmp_path: Path) -> None:
    heard: list[bytes] = []

    def script(one: Heard) -> Iterable[Doing]:
        heard.append(one.control_id)
        return [ack(heard[0]), ack(one.control_id)] if one.number == 1 else [ack(one.control_id)]

    left = ran(tmp_path, script, messages=3)
    assert left.outcomes == [A, A, A]
    assert left.words[Control.DUPLICATE_ANSWERS] == 1


def test_that_the_right_answer_after_a_wrong_one_counts_for_its_own_row(tmp_path: Path) -> None:
    left = ran(tmp_path, in_turn([ack(b"NOBODY"), ack(b"{id}")]), messages=3)
    assert left.outcomes == [A, A, A]
    assert left.words[Control.UNSOLICITED] == 1


def test_that_an_answer_that_names_the_message_before_is_never_given_to_the_next(tmp_path: Path) -> None:
    def script(heard: Heard) -> Iterable[Doing]:
        yield ack(heard.control_id)
        if heard.number == 0:
            yield ack(heard.control_id)

    left = ran(tmp_path, script, messages=4)
    assert left.outcomes == [A] * 4
    assert left.words[Control.DUPLICATE_ANSWERS] == 1
    assert left.columns["flags"][0] & Flag.DUPLICATE_ANSWER
    assert left.words[Control.UNSOLICITED] == 0


def test_that_a_late_answer_goes_to_its_own_row_when_the_line_is_kept(tmp_path: Path) -> None:
    connections = replace(ONE, answer_timeout=0.05, on_timeout="keep")
    first: list[bytes] = []

    def script(heard: Heard) -> Iterable[Doing]:
        if heard.number == 0:
            first.append(heard.control_id)
        elif heard.number == 1:
            yield ack(first[0])
            yield ack(heard.control_id)
        else:
            yield ack(heard.control_id)

    left = ran(tmp_path, script, messages=3, connections=connections)
    assert left.outcomes == [Outcome.LATE, A, A]


def test_that_a_time_out_closes_the_line_and_the_next_message_has_a_new_one(tmp_path: Path) -> None:
    connections = replace(ONE, answer_timeout=0.05)
    with ScriptedReceiver(in_turn([])) as receiver:
        scenario = scenario_for(receiver.port, connections=connections, load=Load(model=Model.CLOSED, messages=3))
        left = run_worker(tmp_path, scenario)
        assert [heard.connection for heard in receiver.heard] == [0, 1, 1]
    assert left.outcomes == [Outcome.NO_ANSWER, A, A]
    assert left.words[Control.RECONNECTS] == 1


def test_that_no_answer_and_ae_are_resent_as_often_as_the_policy_says(tmp_path: Path) -> None:
    connections = replace(ONE, answer_timeout=0.05, resend=2)
    with ScriptedReceiver(in_turn([], [ack(b"{id}", b"AE")], [ack(b"{id}")])) as receiver:
        scenario = scenario_for(receiver.port, connections=connections, load=Load(model=Model.CLOSED, messages=2))
        left = run_worker(tmp_path, scenario)
        assert len({heard.payload for heard in receiver.heard[:3]}) == 1
    assert left.outcomes == [A, A]
    assert left.columns["attempts"] == [3, 1]
    assert left.columns["flags"][0] & Flag.RESENT


def test_that_a_lost_connection_loses_what_waited_and_nothing_else(tmp_path: Path) -> None:
    left = ran(tmp_path, in_turn([Act.CLOSE], [Act.RESET], [ack(b"{id}")]), messages=4)
    assert left.outcomes == [Outcome.CONNECTION_LOST, Outcome.CONNECTION_LOST, A, A]
    assert left.words[Control.RECONNECTS] == 2


def test_that_a_receiver_that_closes_every_ten_messages_loses_none_that_is_resent(tmp_path: Path) -> None:
    def script(heard: Heard) -> Iterable[Doing]:
        yield ack(heard.control_id)
        if heard.on_connection == 9:
            yield Act.CLOSE

    left = ran(tmp_path, script, messages=100, connections=replace(ONE, resend=3))
    assert left.outcomes == [A] * 100
    assert left.words[Control.RECONNECTS] >= 9


def test_that_enhanced_mode_waits_for_the_application_and_says_commit_only_when_it_never_speaks(tmp_path: Path) -> None:
    kept: list[bytes] = []

    def script(heard: Heard) -> Iterable[Doing]:
        yield ack(heard.control_id, b"CA")
        if heard.number == 0:
            kept.append(heard.control_id)
        elif heard.number == 1:
            yield ack(kept[0], b"AA")
            yield ack(heard.control_id, b"AE", b"bad")
        elif heard.number == 3:
            yield ack(heard.control_id, b"AR")

    connections = replace(ONE, answer_timeout=0.2)
    left = ran(tmp_path, script, messages=4, connections=connections, acknowledgment=AcknowledgmentMode(enhanced=True))
    assert left.outcomes == [A, F, Outcome.COMMIT_ONLY, R]
    assert [code.name for code in left.codes] == ["AA", "AE", "CA", "AR"]


def test_that_a_commit_is_the_last_word_when_no_application_acknowledgment_is_wanted(tmp_path: Path) -> None:
    mode = AcknowledgmentMode(enhanced=True, application="NE")
    left = ran(tmp_path, lambda heard: [ack(heard.control_id, b"CA")], messages=3, acknowledgment=mode)
    assert left.outcomes == [A, A, A]


def test_that_pipelined_answers_in_another_order_are_matched_and_flagged(tmp_path: Path) -> None:
    batch: list[bytes] = []

    def script(heard: Heard) -> Iterable[Doing]:
        batch.append(heard.control_id)
        if len(batch) == 4:
            ids = [batch[2], batch[0], batch[1], batch[3]]
            batch.clear()
            yield b"".join(ack(control_id) for control_id in ids)

    left = ran(tmp_path, script, messages=8, connections=replace(ONE, outstanding=4))
    assert left.outcomes == [A] * 8
    assert [bool(flags & Flag.OUT_OF_ORDER) for flags in left.columns["flags"]] == [False, False, True, False] * 2


def test_that_answers_split_anywhere_are_put_together(tmp_path: Path) -> None:
    def script(heard: Heard) -> Iterable[Doing]:
        answer = ack(heard.control_id)
        cut = heard.number % len(answer)
        return [answer[:cut], 0.002, answer[cut:]]

    left = ran(tmp_path, script, messages=90)
    assert left.outcomes == [A] * 90
    assert left.words[Control.UNSOLICITED] == 0
