"""Server-sent events, whatever the chunks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.connections import sse
from console.connections.sse import EventStreamParser, ServerEvent

STREAM = (
    '\ufeff: hello\nretry: 1000\nid: 7\nevent: message.received\ndata: {"a":1}\n\n'
    ": 7\n\nid: 8\rdata: one\rdata:two\r\rdata: María\r\nunknown: x\r\n\r\nid\ndata\n\nid: 9\nevent: lonely\n\n"
).encode()
EVENTS = [
    ServerEvent("7", "message.received", '{"a":1}'),
    ServerEvent("8", "message", "one\ntwo"),
    ServerEvent("8", "message", "María"),
    ServerEvent("", "message", ""),
]


def test_that_a_stream_is_taken_apart() -> None:
    parser = EventStreamParser()
    assert parser.feed(STREAM) == EVENTS
    assert parser.comments == 2


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_that_chunk_borders_do_not_matter(cuts: list[int]) -> None:
    parser = EventStreamParser()
    borders = [0, *sorted(cuts), len(STREAM)]
    heard = [e for start, end in pairwise(borders) for e in parser.feed(STREAM[start:end])]
    assert heard == EVENTS


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_that_single_bytes_do(size: int) -> None:
    parser = EventStreamParser()
    heard = [e for start in range(0, len(STREAM), size) for e in parser.feed(STREAM[start : start + size])]
    assert heard == EVENTS


def test_that_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "LONGEST_LINE", 100)
    parser = EventStreamParser()
    parser.feed(b"data: " + b"1" * 90)
    with pytest.raises(ValueError, match="no end"):
        parser.feed(b"1" * 90)
