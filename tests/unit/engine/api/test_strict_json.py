"""JSON from strangers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.engine.api.refusals import Refusal
from console.engine.api.strict_json import strict_loads


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=10,
    )
)  # fmt: skip
def test_that_what_is_json_is_read(value: object) -> None:
    assert strict_loads(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"nul",
        b"\xff\xfe",
        b"[1] 2",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b"[" * 65 + b"]" * 65,
        b'["\\ud800"]',
        b"9" * 101,
        b"1e" + b"9" * 200,
        b"{'a':1}",
        b"[1,]",
        b"// x\n1",
    ],
)
def test_that_what_is_not_is_refused_with_its_place(raw: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        strict_loads(raw)
    assert (refused.value.status, refused.value.code) == (400, "invalid-json")
    assert refused.value.what_to_do


def test_that_brackets_in_texts_are_no_depth() -> None:
    assert strict_loads(b'["' + b"[" * 500 + b'\\"[", 1]') == ["[" * 500 + '"[', 1]
