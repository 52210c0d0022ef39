"""However a byte stream is cut, the listener hears the same messages and gives the same answers.

The reference is `hl7v2.framing` alone, fed with the whole stream: the fast path must be nothing but fast.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from console.harness.listener.capture_writing import CaptureWriter
from console.harness.listener.judging import judge
from console.harness.listener.line import Line
from console.harness.listener.script import Answer, FieldTest, Match, Rule, Script
from console.harness.listener.server import ScriptedListener
from console.hl7v2.acknowledgment import parse_ack
from console.hl7v2.framing import Frame, FrameDecoder
from tests.builders.engine_process import framed, message

SCRIPT = Script(
    rules=(
        Rule("value", Match(fields=(FieldTest("OBX-5", equals="9"),)), Answer(code="AE")),
        Rule("no adt", Match(types=("ADT",)), Answer(code="AR", text="no")),
    )
)

_ids = st.integers(1, 99).map(lambda n: f"C{n}")
_whole = st.builds(
    lambda control_id, value, kind, ends: framed(message(control_id, value, kind=kind).replace(b"\r", ends)),
    _ids,
    st.sampled_from(["7", "9", "é", "A" * 300]),
    st.sampled_from(["ORU^R01^ORU_R01", "ADT^A08"]),
    st.sampled_from([b"\r", b"\r", b"\r", b"\n"]),
)
_odd = st.sampled_from(
    [
        framed(b""),
        framed(b"\r"),
        framed(b"hello"),
        framed(message("")),
        framed(message("D1") + message("D2")),
        framed(b"BHS|^~\\&|A\r"),
        framed(b"FHS|^~\\&|A\r" + message("B1") + b"FTS|1\r"),
        framed(message("F1"))[:-1],
        framed(message("F2"))[:-2],
        b"\x0b" + framed(message("F3")),
        message("F4"),
        b"stray",
        b"\n",
        b"\x0b",
        b"\x1c",
        b"\x1c\r",
        framed(message("VT\x0b1")),
        framed(message("FS\x1c1")),
        framed(b"MSH|^~\\&|X"),
        framed(message("big", "B" * 3000)),
        framed(message("W").replace(b"2.5.1", b"3.0")),
        framed(message("Q").translate(bytes.maketrans(b"|^", b"#@"))),
    ]
)


class _Wire:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    def get_extra_info(self, name: str) -> Any:
        return None

    def is_closing(self) -> bool:
        return False

    def set_write_buffer_limits(self, high: int) -> None: ...
    def pause_reading(self) -> None: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...


class _Kept(CaptureWriter):
    """Keeps in memory."""

    def __init__(self) -> None:
        self.kept_payloads: list[tuple[bytes, int, int]] = []

    def keep(
        self, at_ns: int, payload: bytes, connection: int, sequence: int, rule: int, code: int, flags: int
    ) -> None:
        self.kept_payloads.append((payload, rule, code))

    def write(self) -> None: ...


def heard(pieces: Sequence[bytes]) -> tuple[list[tuple[bytes, int, int]], list[tuple[str, str, str]]]:
    """Messages as kept, and answers as (code, control id, text), of one connection that ends after these pieces."""

    async def run() -> tuple[list[tuple[bytes, int, int]], list[tuple[str, str, str]]]:
        kept = _Kept()
        listener = ScriptedListener(SCRIPT, capture=kept)
        listener.max_frame = 2500
        line, wire = Line(listener), _Wire()
        line.connection_made(wire)  # type: ignore[arg-type]
        for piece in pieces:
            line.data_received(piece)
        await asyncio.sleep(0)
        line.eof_received()
        listener.flush()
        line.connection_lost(None)
        answers = [one.payload for one in FrameDecoder().feed(wire.written) if isinstance(one, Frame)]
        assert wire.written.count(b"\x1c\r") == len(answers)
        return kept.kept_payloads, [(ack.code, ack.control_id, ack.text) for ack in map(parse_ack, answers)]

    return asyncio.run(run())


def expected(stream: bytes) -> list[bytes]:
    """The payloads that the framing alone finds, judged one by one."""
    decoder = FrameDecoder(2500)
    found = decoder.feed(stream) + decoder.close()
    return [judged.payload for received in found for judged in judge(received).messages]


_TORN_BEFORE_A_BATCH = [framed(message("F2"))[:-2], framed(b"BHS|^~\\&|A\r")]


@example(parts=_TORN_BEFORE_A_BATCH, cuts=[], bytewise=False)
@settings(max_examples=150, deadline=None)
@given(
    parts=st.lists(st.one_of(_whole, _whole, _odd), min_size=1, max_size=8),
    cuts=st.lists(st.integers(0, 4000), max_size=12),
    bytewise=st.booleans(),
)
def test_that_any_chunking_gives_the_same_messages_and_answers(
    parts: list[bytes], cuts: list[int], bytewise: bool
) -> None:
    stream = b"".join(parts)
    places = sorted({cut % (len(stream) + 1) for cut in cuts} | {0, len(stream)})
    pieces = [stream[a:b] for a, b in pairwise(places)]
    if bytewise and len(stream) < 1500:
        pieces = [stream[n : n + 1] for n in range(len(stream))]
    whole = heard([stream])
    assert heard(pieces) == whole
    assert heard(parts) == whole
    assert [payload for payload, _, _ in whole[0]] == expected(stream)
