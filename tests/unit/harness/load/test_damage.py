"""Every fault does to the bytes what its name says, and claims no more than a receiver can see."""

from __future__ import annotations

from random import Random

import pytest

from console.core.errors import InvalidMessage
from console.harness.load.damage import DAMAGES, Hurt, changed, empty_frame, garbage
from console.harness.load.shots import Way
from console.harness.scenario.model import Fault, FaultKind
from console.hl7v2.charset import codec_of
from console.hl7v2.framing import Frame, FrameDecoder, FramingFault
from console.hl7v2.message import parse
from console.hl7v2.peek import peek
from tests.builders.harness_content import Results

PAYLOAD = Results(10).payload(7)
FRAMED = b"\x0b" + PAYLOAD + b"\x1c\r"
SEEDS = range(40)


def hurt(kind: FaultKind, seed: int, payload: bytes = PAYLOAD, amount: float = 0.0) -> Hurt:
    done = DAMAGES[kind](payload, Random(seed), Fault(kind, amount=amount))
    assert done is not None
    assert done.special.fault is kind
    assert done.special.note
    return done


def received(wire: bytes) -> list[Frame | FramingFault]:
    decoder = FrameDecoder()
    return [*decoder.feed(wire), *decoder.close()]


def payload_of(wire: bytes) -> bytes:
    (one,) = received(wire)
    assert isinstance(one, Frame), one
    return one.payload


@pytest.mark.parametrize("seed", SEEDS)
def test_that_a_truncated_message_is_a_whole_frame_around_its_beginning(seed: int) -> None:
    cut = payload_of(hurt(FaultKind.TRUNCATE, seed).frame)
    assert PAYLOAD.startswith(cut)
    assert PAYLOAD[len(cut) - 1 : len(cut)] != b"\r"
    assert PAYLOAD[len(cut) : len(cut) + 1] != b"\r", "cut inside a segment, so that it shows"
    assert peek(cut).control_id == "C000007"


@pytest.mark.parametrize("seed", SEEDS)
def test_that_stray_bytes_stand_before_a_sound_frame(seed: int) -> None:
    wire = hurt(FaultKind.STRAY_BYTES, seed).frame
    assert wire.endswith(FRAMED)
    assert 1 <= len(wire) - len(FRAMED) <= 16
    assert payload_of(wire) == PAYLOAD


def test_that_framing_bytes_are_left_out_one_by_one() -> None:
    assert hurt(FaultKind.NO_VT, 1).frame == FRAMED[1:]
    assert hurt(FaultKind.NO_FS, 1).frame == FRAMED[:-3] + b"\r"
    assert hurt(FaultKind.NO_CR, 1).frame == FRAMED[:-1]
    assert hurt(FaultKind.NO_VT, 1).special.broken
    assert hurt(FaultKind.NO_FS, 1).special.broken
    assert not hurt(FaultKind.NO_CR, 1).special.broken, "the message is whole; a receiver may take it"


def test_that_a_frame_without_fs_is_seen_when_the_next_one_comes() -> None:
    first, second = received(hurt(FaultKind.NO_FS, 1).frame + FRAMED)
    assert isinstance(first, FramingFault)
    assert first.code == "missing-fs"
    assert isinstance(second, Frame)


@pytest.mark.parametrize("seed", SEEDS)
def test_that_garbage_holds_no_message_and_no_framing_byte(seed: int) -> None:
    wire = garbage(Random(seed), Fault(FaultKind.GARBAGE, amount=3000)).frame
    assert len(wire) == 3003
    assert not set(wire[1:-2]) & set(b"\x0b\x1c\r\n")
    with pytest.raises(InvalidMessage):
        peek(payload_of(wire))


def test_that_an_empty_frame_is_empty() -> None:
    assert empty_frame().frame == b"\x0b\x1c\r"


@pytest.mark.parametrize("seed", SEEDS)
def test_that_glued_segments_lack_one_terminator_behind_the_header(seed: int) -> None:
    glued = payload_of(hurt(FaultKind.GLUED_SEGMENTS, seed).frame)
    assert len(glued) == len(PAYLOAD) - 1
    assert glued.replace(b"\r", b"") == PAYLOAD.replace(b"\r", b"")
    assert glued.count(b"\r") == PAYLOAD.count(b"\r") - 1
    assert glued.split(b"\r")[0] == PAYLOAD.split(b"\r")[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_that_a_split_segment_has_a_terminator_inside_and_not_in_the_header(seed: int) -> None:
    split = payload_of(hurt(FaultKind.SPLIT_SEGMENT, seed).frame)
    assert split.replace(b"\r", b"") == PAYLOAD.replace(b"\r", b"")
    assert split.count(b"\r") == PAYLOAD.count(b"\r") + 1
    assert b"\r\r" not in split
    assert split.split(b"\r")[0] == PAYLOAD.split(b"\r")[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_that_bad_delimiters_cannot_be_read(seed: int) -> None:
    done = hurt(FaultKind.BAD_DELIMITERS, seed)
    with pytest.raises(InvalidMessage) as caught:
        peek(payload_of(done.frame))
    assert caught.value.code == "bad-delimiters"
    assert done.special.broken
    assert b"C000007" in done.frame


@pytest.mark.parametrize("seed", SEEDS)
def test_that_a_bad_header_lacks_one_required_field(seed: int) -> None:
    done = hurt(FaultKind.BAD_HEADER, seed)
    before, after = peek(PAYLOAD), peek(payload_of(done.frame))
    lacking = {
        number for number in range(1, 19) if before.field(number) != after.field(number) and not after.field(number)
    }
    assert len(lacking) == 1
    assert lacking <= {9, 10, 12}
    assert done.special.broken == (lacking != {12}), "a missing version is not for everybody to refuse"
    assert done.control_id == (b"" if lacking == {10} else None)


def test_that_a_wrong_charset_is_bytes_the_named_one_has_not() -> None:
    body = payload_of(hurt(FaultKind.WRONG_CHARSET, 1).frame)
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    assert (
        DAMAGES[FaultKind.WRONG_CHARSET](
            PAYLOAD.replace(b"UNICODE UTF-8", b"8859/1"), Random(1), Fault(FaultKind.WRONG_CHARSET)
        )
        is None
    ), "every byte is a letter there"


def test_that_a_lying_charset_reads_well_and_says_something_else() -> None:
    body = payload_of(hurt(FaultKind.LYING_CHARSET, 1).frame)
    declared = peek(body).charset
    street = parse(body).first("PID")
    assert street is not None
    assert "ß" in body.decode("utf-8")
    assert "ß" not in body.decode(codec_of(declared) or "")
    assert street.get(3) == parse(PAYLOAD).first("PID").get(3)  # type: ignore[union-attr]


def test_that_what_is_oversize_has_the_size_asked_for() -> None:
    body = payload_of(hurt(FaultKind.OVERSIZE, 1, amount=1_000_000).frame)
    assert len(body) == 1_000_000
    assert body.startswith(PAYLOAD)
    assert len(parse(body).all("OBX")) == 2


@pytest.mark.parametrize(
    ("amount", "stamp"), [(0.0, b"20261123090000+0000"), (-86_400.0, b"20261122080000+0000"), (1.0, b"20261123080001")]
)
def test_that_a_clock_is_off_by_the_amount(amount: float, stamp: bytes) -> None:
    body = payload_of(hurt(FaultKind.CLOCK_SKEW, 1, amount=amount).frame)
    assert body.split(b"|")[6].startswith(stamp)
    assert body.replace(body.split(b"|")[6], b"") == PAYLOAD.replace(b"20261123080000+0000", b"")


def test_that_a_date_without_a_time_is_moved_by_days() -> None:
    short = PAYLOAD.replace(b"20261123080000+0000", b"20261123")
    assert payload_of(hurt(FaultKind.CLOCK_SKEW, 1, short, 86_400.0).frame).split(b"|")[6] == b"20261124"


@pytest.mark.parametrize("seed", SEEDS)
def test_that_a_split_frame_is_cut_where_receivers_stumble(seed: int) -> None:
    done = hurt(FaultKind.SPLIT_FRAME, seed)
    size = len(done.frame)
    assert done.frame == FRAMED
    assert done.special.way is Way.SPLIT
    assert set(done.special.cuts) <= {1, size - 2, size - 1}
    assert done.special.cuts
    assert done.special.amount > 0


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        (FaultKind.BYTE_BY_BYTE, Way.BYTE_BY_BYTE),
        (FaultKind.SLOW_LORIS, Way.SLOWLY),
        (FaultKind.COALESCE, Way.WITH_NEXT),
        (FaultKind.DROP, Way.NOT_AT_ALL),
        (FaultKind.DISCONNECT_BEFORE, Way.CLOSE_BEFORE),
        (FaultKind.DISCONNECT_DURING, Way.CLOSE_DURING),
        (FaultKind.DISCONNECT_AFTER, Way.CLOSE_AFTER),
        (FaultKind.RESET, Way.RESET_AFTER),
    ],
)
def test_that_faults_of_the_way_leave_the_bytes_alone(kind: FaultKind, way: Way) -> None:
    done = hurt(kind, 1)
    assert done.frame == FRAMED
    assert done.special.way is way
    assert (done.special.broken, done.special.damaged) == (False, False)


def test_that_every_fault_of_a_message_is_there() -> None:
    further = {
        FaultKind.DUPLICATE, FaultKind.DUPLICATE_CHANGED, FaultKind.REORDER, FaultKind.DELAY, FaultKind.GARBAGE,
        FaultKind.EMPTY_FRAME, FaultKind.HALF_OPEN, FaultKind.RECONNECT_STORM, FaultKind.OUTAGE, FaultKind.TLS_PLAIN,
        FaultKind.TLS_STALL, FaultKind.TLS_BAD_CERTIFICATE,
    }  # fmt: skip
    assert set(DAMAGES) | further == set(FaultKind)
    assert not set(DAMAGES) & further


@pytest.mark.parametrize("payload", [b"", b"MSH", b"MSH|^~\\&", b"MSH|^~\\&|A\r", b"no message at all", b"\r\r\r"])
@pytest.mark.parametrize("kind", list(DAMAGES))
def test_that_what_is_hardly_a_message_is_hurt_or_left_alone(kind: FaultKind, payload: bytes) -> None:
    done = DAMAGES[kind](payload, Random(1), Fault(kind, amount=10))
    assert done is None or isinstance(done.frame, bytes)


def test_that_a_text_is_changed_where_there_is_no_number() -> None:
    other, note = changed(PAYLOAD.replace(b"NM|718-7^Haemoglobin^LN||13.5", b"NM|718-7||"), Random(1)) or (b"", "")
    assert b"no growth (changed)" in other
    assert "OBX-5" in note
    assert changed(b"MSH|^~\\&|A\rPID|1\r", Random(1)) is None
