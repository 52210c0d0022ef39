"""What holds for every stream, message and text: cuts do not matter, nothing is lost, nothing but InvalidMessage."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from console.core.errors import InvalidMessage
from console.hl7v2 import batch
from console.hl7v2.acknowledgment import parse_ack
from console.hl7v2.charset import decode
from console.hl7v2.delimiters import STANDARD, Delimiters
from console.hl7v2.escapes import escape, unescape
from console.hl7v2.framing import Frame, FrameDecoder, FramingFault, frame
from console.hl7v2.message import parse
from console.hl7v2.peek import dedup_digest, peek, peek_keys
from console.hl7v2.timestamp import fhir_date, fhir_date_time, fhir_instant, fhir_time
from console.hl7v2.tree import tree

MSH = b"MSH|^~\\&|LAB|N|||2026||ORU^R01|1|P|2.5\r"
_PIECES = st.one_of(
    st.sampled_from(
        [
            frame(MSH), frame(MSH + b"PID|1||7\r"), b"\x0b" + MSH, frame(MSH)[:-1], MSH, frame(b""), b"\x0b", b"\x1c",
            b"\r", b"\n", b"junk", b"M", b"MS", frame(b"x\x1cy"), frame(MSH + b"a\x0bb"), b"\x1c\r", b"FHS|", b"X" * 70,
        ]
    ),
    st.binary(max_size=12),
)  # fmt: skip


def _fed(stream: bytes, cuts: list[int], limit: int) -> list[Frame | FramingFault]:
    decoder = FrameDecoder(limit)
    out: list[Frame | FramingFault] = []
    at = 0
    for cut in [*sorted(c % (len(stream) + 1) for c in cuts), len(stream)]:
        out += decoder.feed(stream[at:cut])
        at = cut
    return out + decoder.close()


@settings(max_examples=600, deadline=None)
@given(
    pieces=st.lists(_PIECES, max_size=10),
    cuts=st.lists(st.integers(0, 10_000)),
    limit=st.sampled_from([50, 1 << 20]),
)
def test_that_any_chunking_gives_the_same_frames_and_faults(pieces: list[bytes], cuts: list[int], limit: int) -> None:
    stream = b"".join(pieces)
    whole = _fed(stream, [], limit)
    assert _fed(stream, cuts, limit) == whole
    assert _fed(stream, list(range(len(stream))), limit) == whole


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(_PIECES, max_size=10))
def test_that_every_byte_of_a_message_comes_out_somewhere(pieces: list[bytes]) -> None:
    stream = b"".join(pieces)
    came = b"".join(item.payload for item in _fed(stream, [], 1 << 20))
    assert came.count(b"PID|1||7") == stream.count(b"PID|1||7")
    assert came.count(b"MSH|^~") == stream.count(b"MSH|^~")


@settings(max_examples=200, deadline=None)
@given(payloads=st.lists(st.binary(min_size=1, max_size=50).filter(lambda b: b.strip(b" \t\r\n\x00\x1a")), max_size=5))
def test_that_framed_payloads_without_block_characters_come_back(payloads: list[bytes]) -> None:
    clean = [p.replace(b"\x0b", b"v").replace(b"\x1c", b"f") for p in payloads]
    assert _fed(b"".join(frame(p) for p in clean), [], 1 << 20) == [Frame(p) for p in clean]


_TEXT = st.text(max_size=60)
_MARKED = st.lists(
    st.sampled_from(["\\", *"F T X41 XC3 .br .sp2 Z1 C: temp H N E a | &".split(), " "]),
    max_size=14,
).map("".join)
_DELIMITERS = st.sampled_from([STANDARD, Delimiters("#", "!", "@", "%", "*", "$"), Delimiters(escape="")])


@settings(max_examples=500, deadline=None)
@given(text=st.one_of(_TEXT, _MARKED), delimiters=_DELIMITERS)
def test_that_escaped_text_comes_back(text: str, delimiters: Delimiters) -> None:
    if delimiters.escape:
        sent = escape(text, delimiters)
        assert unescape(sent, delimiters) == text.replace("\r\n", "\n").replace("\r", "\n")


@settings(max_examples=800, deadline=None)
@given(text=_MARKED)
def test_that_unescaping_keeps_every_character_that_is_no_known_sequence(text: str) -> None:
    result = unescape(text, STANDARD)
    for word in ("C:", "temp", "Z1", "XC3", "a"):
        assert result.count(word) >= text.count(word)
    if "\\" not in text:
        assert result == text


@settings(max_examples=400, deadline=None)
@given(
    payload=st.binary(max_size=80),
    declared=st.sampled_from(["", "ASCII", "8859/1", "UNICODE UTF-8", "ISO IR87", "X"]),
)
def test_that_decoding_never_fails_and_never_drops_a_byte_of_a_plain_charset(payload: bytes, declared: str) -> None:
    text = decode(payload, declared).text
    assert text.isascii() or len(text) > 0
    if declared in ("", "ASCII", "8859/1"):
        assert text.encode("latin-1", "replace") == payload or text.encode() == payload


_FIELD = st.text(alphabet=st.characters(codec="latin-1", exclude_characters="\r\n\x0b\x1c\x00"), max_size=12)
_SEGMENT = st.tuples(st.sampled_from(["PID", "OBX", "NTE", "ZZ1", "AL1"]), st.lists(_FIELD, min_size=1, max_size=8))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@settings(max_examples=300, deadline=None)
@given(segments=st.lists(_SEGMENT, max_size=6), codec=st.sampled_from(["8859/1", "UNICODE UTF-8"]))
def test_that_what_is_written_is_read_and_written_again_the_same(
    segments: list[tuple[str, list[str]]], codec: str
) -> None:
    lines = [f"MSH|^~\\&|A|B|||2026||ORU^R01|1|P|2.5||||||{codec}"]
    lines += ["|".join([name, *(escape(f, STANDARD) for f in fields)]) for name, fields in segments]
    sent = "".join(f"{line}\r" for line in lines).encode("latin-1" if codec == "8859/1" else "utf-8")
    assume(codec != "8859/1" or sent.isascii() or not _is_utf8(sent))  # Latin-1 that reads as UTF-8 is taken for it
    message = parse(sent)
    assert [(s.name, [s.get(n) for n in range(1, s.field_count + 1)]) for s in message.segments[1:]] == [
        (name, fields) for name, fields in segments
    ]
    assert parse(message.encoded()).encoded() == message.encoded()


@settings(max_examples=600, deadline=None)
@given(body=st.one_of(st.binary(max_size=120), st.binary(max_size=100).map(lambda b: MSH + b)))
def test_that_no_bytes_raise_anything_but_invalid_message(body: bytes) -> None:
    batch.is_batch(body)
    batch.split(body)
    parse_ack(body)
    try:
        message = parse(body)
    except InvalidMessage:
        return
    header = peek(body)
    peek_keys(body, header)
    dedup_digest(body, header)
    tree(message)


@settings(max_examples=500, deadline=None)
@given(text=st.one_of(st.text(alphabet="0123456789+-.:TZ ", max_size=26), st.text(max_size=10)))
def test_that_no_text_breaks_the_reading_of_times(text: str) -> None:
    for read in (fhir_date_time, fhir_instant, fhir_date, fhir_time):
        assert read(text) is None or isinstance(read(text), str)
