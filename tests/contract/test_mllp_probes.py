"""The 22 probes every MLLP receiver should pass (field notes on seven receivers): the real engine and the harness's
own listener, each a process, over a real socket.

The rule behind all: never AA for a frame in which a message was swallowed or which was no message, never silence
where a sender waits, never a wedged connection, never an answer out of order.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.hl7v2.acknowledgment import Acknowledgment
from tests.builders.engine_process import EngineProcess, Line, framed, message, unique_ids
from tests.builders.listener_process import ListenerProcess

_ids = unique_ids("PR")
OK = {"AA", "CA"}


@pytest.fixture(scope="module", params=["engine", "listener"])
def receiver(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EngineProcess | ListenerProcess]:
    folder = tmp_path_factory.mktemp("probes")
    running: EngineProcess | ListenerProcess
    if request.param == "engine":
        running = EngineProcess(folder / "data")
    else:
        running = ListenerProcess(folder / "listener")
    with running:
        yield running
        assert running.stop() == 0


@pytest.fixture
def line(receiver: EngineProcess | ListenerProcess) -> Iterator[Line]:
    with Line(receiver.mllp) as opened:
        yield opened


def _accepted(answer: Acknowledgment, control_id: str) -> None:
    assert (answer.code, answer.control_id) == ("AA", control_id), answer


def _still_works(line: Line) -> None:
    """The connection takes a message as if nothing had been."""
    control_id = next(_ids)
    _accepted(line.ask(message(control_id)), control_id)


def test_probe_01_three_messages_in_sequence_on_a_kept_open_connection(line: Line) -> None:
    for _ in range(3):
        _still_works(line)


def test_probe_02_three_frames_in_one_segment_are_answered_in_order(line: Line) -> None:
    ids = [next(_ids) for _ in range(3)]
    line.send(b"".join(framed(message(control_id)) for control_id in ids))
    for control_id in ids:
        _accepted(line.answer(), control_id)


def test_probe_03_twenty_bursts_of_five_stay_in_order(line: Line) -> None:
    for _ in range(20):
        ids = [next(_ids) for _ in range(5)]
        line.send(b"".join(framed(message(control_id)) for control_id in ids))
        assert [line.answer().control_id for _ in ids] == ids


def test_probe_04_a_frame_and_half_of_the_next(line: Line) -> None:
    first, second = next(_ids), next(_ids)
    rest = framed(message(second))
    line.send(framed(message(first)) + rest[:60])
    _accepted(line.answer(), first)
    line.send(rest[60:])
    _accepted(line.answer(), second)
    assert line.is_silent()


def test_probe_05_one_byte_at_a_time(line: Line) -> None:
    control_id = next(_ids)
    line.send(*[bytes([byte]) for byte in framed(message(control_id))])
    _accepted(line.answer(), control_id)


def test_probe_06_split_between_fs_and_cr(line: Line) -> None:
    control_id = next(_ids)
    line.send(framed(message(control_id))[:-1], b"\r", pause=0.05)
    _accepted(line.answer(), control_id)
    _still_works(line)


def test_probe_07_missing_cr_then_a_frame(line: Line) -> None:
    first, second = next(_ids), next(_ids)
    line.send(framed(message(first))[:-1] + framed(message(second)))
    _accepted(line.answer(), first)
    _accepted(line.answer(), second)


def test_probe_08_missing_cr_then_silence(line: Line) -> None:
    control_id = next(_ids)
    line.send(framed(message(control_id))[:-1])
    _accepted(line.answer(), control_id)
    _still_works(line)


def test_probe_09_missing_fs_before_the_next_frame_is_never_aa(line: Line) -> None:
    torn, whole = next(_ids), next(_ids)
    line.send(b"\x0b" + message(torn) + framed(message(whole)))
    answer = line.answer()
    assert (answer.code, answer.control_id) == ("AE", torn)
    _accepted(line.answer(), whole)


def test_probe_10_two_messages_in_one_frame_are_both_answered(line: Line) -> None:
    first, second = next(_ids), next(_ids)
    line.send(framed(message(first) + message(second)))
    _accepted(line.answer(), first)
    _accepted(line.answer(), second)


def test_probe_11_a_payload_that_is_no_hl7_is_refused(line: Line) -> None:
    answer = line.ask(b"GET / HTTP/1.1\r\nHost: hospital\r\n\r\n")
    assert answer.code == "AR"
    assert answer.errors[0].code == "100"


def test_probe_12_after_a_payload_that_is_no_hl7_the_line_goes_on(line: Line) -> None:
    assert line.ask(b"hello").code == "AR"
    _still_works(line)


def test_probe_13_an_empty_frame_is_never_aa(line: Line) -> None:
    line.send(framed(b""))
    assert line.answer().code == "AR"


def test_probe_14_after_empty_frames_the_line_goes_on(line: Line) -> None:
    line.send(framed(b"") + framed(b"\r"))
    assert [line.answer().code for _ in range(2)] == ["AR", "AR"]
    _still_works(line)


def test_probe_15_a_garbage_byte_before_vt(line: Line) -> None:
    control_id = next(_ids)
    line.send(b"x" + framed(message(control_id)))
    _accepted(line.answer(), control_id)


def test_probe_16_line_feeds_between_frames(line: Line) -> None:
    ids = [next(_ids) for _ in range(3)]
    line.send(b"".join(framed(message(control_id)) + b"\n" for control_id in ids))
    for control_id in ids:
        _accepted(line.answer(), control_id)


def test_probe_17_a_2_mb_message(line: Line) -> None:
    control_id = next(_ids)
    _accepted(line.ask(message(control_id, "A" * 2 * 1024 * 1024)), control_id)


def test_probe_18_a_message_over_the_limit_is_refused_and_the_line_goes_on(line: Line) -> None:
    control_id = next(_ids)
    line.send(framed(message(control_id, "A" * 17 * 1024 * 1024)))
    answer = line.answer()
    assert (answer.code, answer.control_id) == ("AR", control_id)
    _still_works(line)


def test_probe_19_latin_1_declared_in_msh_18(line: Line) -> None:
    control_id = next(_ids)
    payload = message(control_id, more_header="||||||8859/1").replace(b"DOE^JANE", "NÚÑEZ^JOSÉ".encode("latin-1"))
    _accepted(line.ask(payload), control_id)


def test_probe_20_an_empty_control_id_is_never_aa(line: Line) -> None:
    answer = line.ask(message(""))
    assert (answer.code, answer.control_id) == ("AR", "")
    assert answer.errors[0].code == "101"
    _still_works(line)


def test_probe_21_a_reset_before_the_answer(receiver: EngineProcess | ListenerProcess) -> None:
    for _ in range(5):
        line = Line(receiver.mllp)
        line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.send(framed(message(next(_ids))))
        line.socket.close()
    with Line(receiver.mllp) as after:
        _still_works(after)


def test_probe_22_sixty_half_open_slow_senders_do_not_delay_a_good_one(
    receiver: EngineProcess | ListenerProcess,
) -> None:
    slow = [Line(receiver.mllp) for _ in range(60)]
    try:
        for opened in slow:
            opened.send(b"\x0bMSH|^~")
        with Line(receiver.mllp) as good:
            for _ in range(20):
                _still_works(good)
        for opened in slow:
            assert opened.is_silent(0.001)
    finally:
        for opened in slow:
            opened.socket.close()


def test_that_a_5_mb_document_passes(line: Line) -> None:
    control_id = next(_ids)
    _accepted(line.ask(message(control_id, "JVBERi0x" * 655_360)), control_id)


def test_that_the_log_of_all_this_names_nobody(receiver: EngineProcess | ListenerProcess, line: Line) -> None:
    control_id = next(_ids)
    line.ask(message(control_id).replace(b"DOE^JANE", b"CANARY^GRETEL"))
    line.ask(b"MSH|CANARY^GRETEL")
    line.ask(message("").replace(b"DOE^JANE", b"CANARY^GRETEL"))
    log = Path(receiver.log).read_text()
    assert "CANARY" not in log
    assert "DOE" not in log
