"""However a stream is cut into chunks, the same decisions come out: code and control id, in order."""

from __future__ import annotations

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from console.engine.judgement import Judge
from console.engine.settings import EngineSettings
from console.hl7v2.acknowledgment import build_ack, parse_ack
from console.hl7v2.framing import FrameDecoder
from console.storage.fresh_ids import uuid_source
from tests.builders.engine_process import framed, message
from tests.builders.events import START

_PIECES = {
    "good": lambda n: framed(message(f"G{n}")),
    "enhanced": lambda n: framed(message(f"N{n}", more_header="|||AL|NE")),
    "latin-1": lambda n: framed(message(f"L{n}").replace(b"DOE", "NÚÑEZ".encode("latin-1"))),
    "line feeds": lambda n: framed(message(f"F{n}").replace(b"\r", b"\n")),
    "two in one": lambda n: framed(message(f"A{n}") + message(f"B{n}")),
    "batch": lambda n: framed(b"BHS|^~\\&|LAB\r" + message(f"H{n}") + b"BTS|1\r"),
    "no control id": lambda _n: framed(message("")),
    "no HL7": lambda _n: framed(b"hello"),
    "empty": lambda _n: framed(b""),
    "no CR": lambda n: framed(message(f"C{n}"))[:-1],
    "no FS": lambda n: b"\x0b" + message(f"T{n}"),
    "no VT": lambda n: framed(message(f"V{n}"))[1:],
    "garbage": lambda _n: b"garbage\n",
    "FS inside": lambda n: framed(message(f"S{n}", "a\x1cb")),
    "VT inside": lambda n: framed(message(f"W{n}", "a\x0bb")),
}


def _decisions(chunks: list[bytes]) -> list[tuple[str, str, str]]:
    decoder = FrameDecoder(64 * 1024)
    judge = Judge(EngineSettings(), uuid_source(), listener="mllp")
    received = [item for chunk in chunks for item in decoder.feed(chunk)]
    received += decoder.close()
    return [
        (verdict.code, verdict.arrival.control_id, verdict.arrival.sha256)
        for item in received
        for verdict in judge.judge(item, received_at=START, peer="p").verdicts
    ]


@settings(deadline=None, max_examples=150)
@given(kinds=st.lists(st.sampled_from(sorted(_PIECES)), min_size=1, max_size=8), data=st.data())
def test_that_any_chunking_gives_the_same_decisions(kinds: list[str], data: st.DataObject) -> None:
    stream = b"".join(_PIECES[kind](n) for n, kind in enumerate(kinds))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=30)))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    whole = _decisions([stream])
    assert _decisions(chunks) == whole
    assert _decisions([stream[n : n + 1] for n in range(len(stream))]) == whole


@settings(deadline=None, max_examples=200)
@given(stream=st.binary(max_size=300), cut=st.integers(0, 300))
def test_that_any_bytes_get_the_same_decisions_and_none_is_an_acceptance(stream: bytes, cut: int) -> None:
    whole = _decisions([stream])
    assert _decisions([stream[:cut], stream[cut:]]) == whole
    assert all(code not in ("AA", "CA") for code, _, _ in whole)


@settings(deadline=None, max_examples=400)
@given(
    changes=st.lists(st.tuples(st.integers(0, 160), st.binary(max_size=6)), max_size=5),
    kind=st.sampled_from(sorted(_PIECES)),
)
def test_that_whatever_a_header_holds_is_decided_storable_and_answered(
    changes: list[tuple[int, bytes]], kind: str
) -> None:
    payload = bytearray(_PIECES[kind](1))
    for at, data in changes:
        payload[at : at + len(data)] = data
    decoder = FrameDecoder(64 * 1024)
    judge = Judge(EngineSettings(), uuid_source(), listener="mllp")
    for item in [*decoder.feed(bytes(payload)), *decoder.close()]:
        for verdict in judge.judge(item, received_at=START, peer="p").verdicts:
            arrival = verdict.arrival
            orjson.dumps([arrival.detail, [key.as_json() for key in arrival.keys]])
            for text in (arrival.sending_application, arrival.control_id, arrival.message_type, arrival.message_time):
                text.encode("utf-8")
            answer = build_ack(verdict.header, "AA", control_id="1", now=START, error=verdict.error)
            assert parse_ack(answer).code == "AA"
