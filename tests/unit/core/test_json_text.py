"""Laying JSON out changes nothing but the space between its tokens."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from console.core.json_text import indented

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


def test_that_a_resource_is_laid_out_with_its_digits() -> None:
    text = '{"a":{"value":4.10,"code":"x\\",{[:"},"b":[],"c":{},"d":[1,[2.50]]}'
    assert indented(text) == "\n".join(
        (
            "{",
            '  "a": {',
            '    "value": 4.10,',
            '    "code": "x\\",{[:"',
            "  },",
            '  "b": [],',
            '  "c": {},',
            '  "d": [',
            "    1,",
            "    [",
            "      2.50",
            "    ]",
            "  ]",
            "}",
        )
    )


@given(VALUES)
def test_that_nothing_changes_but_the_space(value: object) -> None:
    compact = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    laid_out = indented(compact)
    assert json.loads(laid_out) == value
    assert laid_out == json.dumps(value, indent=2, ensure_ascii=False)
