from __future__ import annotations

import pytest

from console.hl7v2.framing import HEAD, Frame, FrameDecoder, FramingFault, frame

ONE = b"MSH|^~\\&|LAB|H|||20260101||ORU^R01|1|P|2.5\rPID|1||7\r"
TWO = ONE.replace(b"|1|P", b"|2|P")


def decode(*chunks: bytes, max_frame: int = 1 << 20) -> list[Frame | FramingFault]:
    decoder = FrameDecoder(max_frame)
    out = [item for chunk in chunks for item in decoder.feed(chunk)]
    return [*out, *decoder.close()]


def told(items: list[Frame | FramingFault]) -> list[tuple[str, bytes]]:
    return [(i.code, i.payload) if isinstance(i, FramingFault) else ("frame", i.payload) for i in items]


def test_that_a_frame_gives_its_payload() -> None:
    assert decode(frame(ONE)) == [Frame(ONE)]


def test_that_several_frames_in_one_chunk_come_in_order() -> None:
    assert decode(frame(ONE) + frame(TWO) + frame(ONE)) == [Frame(ONE), Frame(TWO), Frame(ONE)]


@pytest.mark.parametrize("at", range(1, len(frame(ONE)) + 20))
def test_that_a_stream_may_be_cut_anywhere(at: int) -> None:
    stream = frame(ONE) + frame(TWO)
    assert decode(stream[:at], stream[at:]) == [Frame(ONE), Frame(TWO)]


def test_that_a_stream_of_single_bytes_is_understood() -> None:
    stream = frame(ONE) + frame(TWO)
    assert decode(*(stream[i : i + 1] for i in range(len(stream)))) == [Frame(ONE), Frame(TWO)]


def test_that_a_missing_cr_before_the_next_frame_loses_nothing() -> None:
    assert decode(frame(ONE)[:-1] + frame(TWO)) == [Frame(ONE, ("missing-cr",)), Frame(TWO)]


def test_that_lf_instead_of_cr_ends_a_frame() -> None:
    assert decode(frame(ONE)[:-1] + b"\n" + frame(TWO)) == [Frame(ONE, ("missing-cr",)), Frame(TWO)]


def test_that_a_last_frame_without_cr_is_delivered_when_the_peer_falls_silent() -> None:
    decoder = FrameDecoder()
    assert decoder.feed(frame(ONE)[:-1]) == []
    assert decoder.pending > 0
    assert decoder.idle() == [Frame(ONE, ("missing-cr",))]
    assert decoder.feed(frame(TWO)) == [Frame(TWO)]


def test_that_silence_inside_a_frame_delivers_nothing() -> None:
    decoder = FrameDecoder()
    decoder.feed(frame(ONE)[:-3])
    assert decoder.idle() == []
    assert decoder.in_frame
    assert decoder.feed(frame(ONE)[-3:]) == [Frame(ONE)]


def test_that_a_message_torn_by_a_new_start_is_a_fault_and_the_new_one_a_frame() -> None:
    found = decode(b"\x0b" + ONE + frame(TWO))
    assert told(found) == [("missing-fs", ONE), ("frame", TWO)]
    assert isinstance(found[0], FramingFault)
    assert found[0].holds_message


def test_that_two_messages_in_one_frame_stay_together_for_the_batch_splitter() -> None:
    assert decode(frame(ONE + TWO)) == [Frame(ONE + TWO)]


def test_that_a_doubled_start_block_is_forgiven() -> None:
    assert decode(b"\x0b" + frame(ONE)) == [Frame(ONE, ("double-vt",))]


def test_that_start_and_end_bytes_inside_text_stay_in_the_text() -> None:
    payload = ONE + b"OBX|1|TX|||a\x0bb\x1cc\r"
    assert decode(frame(payload)) == [Frame(payload, ("vt-inside", "fs-inside"))]


def test_that_rubbish_before_a_frame_is_noted() -> None:
    assert decode(b"x" + frame(ONE)) == [Frame(ONE, ("stray-bytes-before",))]


def test_that_blanks_between_frames_are_nothing() -> None:
    assert decode(frame(ONE) + b"\r\n \x00" + frame(TWO)) == [Frame(ONE), Frame(TWO)]


def test_that_a_message_without_a_start_block_is_kept_as_a_fault() -> None:
    assert told(decode(ONE + b"\x1c\r" + frame(TWO))) == [("unframed-message", ONE), ("frame", TWO)]


def test_that_an_unframed_message_before_a_frame_is_kept_as_a_fault() -> None:
    assert told(decode(ONE + frame(TWO))) == [("unframed-message", ONE), ("frame", TWO)]


def test_that_an_unframed_message_is_told_when_the_peer_falls_silent() -> None:
    decoder = FrameDecoder()
    assert decoder.feed(ONE) == []
    assert told(decoder.idle()) == [("unframed-message", ONE)]
    assert decoder.pending == 0


@pytest.mark.parametrize("payload", [b"", b"\r", b" \r\n"])
def test_that_an_empty_frame_is_a_fault_without_message(payload: bytes) -> None:
    found = decode(frame(payload))
    assert told(found) == [("empty-frame", b"")]
    assert isinstance(found[0], FramingFault)
    assert not found[0].holds_message


def test_that_a_frame_that_holds_no_hl7_is_delivered_for_judgement() -> None:
    assert decode(frame(b"GET / HTTP/1.1")) == [Frame(b"GET / HTTP/1.1")]


def test_that_an_oversize_frame_keeps_its_head_and_the_next_frame_is_read() -> None:
    big = ONE + b"X" * 300_000
    found = decode(frame(big) + frame(TWO), max_frame=200_000)
    assert told(found) == [("oversize", big[:HEAD]), ("frame", TWO)]


def test_that_the_largest_allowed_frame_passes() -> None:
    assert decode(frame(ONE), max_frame=len(ONE)) == [Frame(ONE)]
    assert told(decode(frame(ONE), max_frame=len(ONE) - 1))[0][0] == "oversize"


def test_that_memory_stays_bounded_while_an_oversize_frame_arrives() -> None:
    decoder = FrameDecoder(max_frame=10_000)
    decoder.feed(b"\x0b" + ONE)
    for _ in range(500):
        decoder.feed(b"X" * 4096)
        assert decoder.pending < 10_000 + 8192


def test_that_memory_stays_bounded_while_rubbish_arrives() -> None:
    decoder = FrameDecoder(max_frame=10_000)
    faults = [item for _ in range(500) for item in decoder.feed(b"X" * 4096)]
    assert decoder.pending <= 10_000
    assert {f.code for f in faults if isinstance(f, FramingFault)} == {"stray-bytes"}


def test_that_a_connection_lost_inside_a_frame_leaves_an_incomplete_one() -> None:
    assert told(decode(frame(ONE) + b"\x0b" + TWO[:30])) == [("frame", ONE), ("incomplete-frame", TWO[:30])]


def test_that_a_decoder_is_clean_after_close() -> None:
    decoder = FrameDecoder()
    decoder.feed(b"\x0bMSH|")
    decoder.close()
    assert decoder.pending == 0
    assert decoder.feed(frame(ONE)) == [Frame(ONE)]
