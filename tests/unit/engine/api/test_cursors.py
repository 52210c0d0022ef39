"""Cursors: opaque, bound to their question, and harmless when forged."""

from __future__ import annotations

import base64

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.engine.api.cursors import make_cursor, read_cursor
from console.engine.api.refusals import Refusal

POSITIONS = st.lists(st.integers(-(2**60), 2**60) | st.text(max_size=20).filter(lambda t: t.isprintable()), max_size=4)


@given(POSITIONS, st.lists(st.text(max_size=5) | st.integers(), max_size=4))
def test_that_a_position_comes_back(position: list[int | str], question: list[object]) -> None:
    cursor = make_cursor(question, position)
    assert cursor.isascii()
    assert read_cursor(cursor, question, [type(part) for part in position]) == tuple(position)


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_that_rubbish_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_cursor(text, ("q",), (int,))
    assert (refused.value.status, refused.value.code) == (400, "invalid-cursor")


def _forged(*body: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(body))).rstrip(b"=").decode()


def test_that_forged_positions_are_refused() -> None:
    mark = orjson.loads(base64.urlsafe_b64decode(make_cursor(("q",), (1,)) + "=="))[1]
    for body in (
        (1, mark, "1"),
        (1, mark, True),
        (1, mark, 2**63),
        (1, mark),
        (1, mark, 1, 2),
        (2, mark, 1),
        (1, "x", 1),
    ):
        with pytest.raises(Refusal):
            read_cursor(_forged(*body), ("q",), (int,))
    assert read_cursor(_forged(1, mark, 7), ("q",), (int,)) == (7,)


def test_that_questions_do_not_mix() -> None:
    cursor = make_cursor(("events", "asc"), (1,))
    with pytest.raises(Refusal, match="another question"):
        read_cursor(cursor, ("events", "desc"), (int,))
