"""Where things stand in a TOML text."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.core.resources import resource_path
from console.harness.scenario.places import KeyPath, find_places, nearest_place

TEXT = '''# a comment with = and [brackets]
title = "a # no comment"
a.b.'c d'.e = 1
list = [ 1, [2, 3], # in between
  "four" ]
inline = { x = 1, y.z = "]", deep = [{ k = 1 }, { k = 2 }] }
multi = """
[not.a.table]
x = 1 \\""" """
raw = \'\'\'a = 1
b\'\'\'
when = 1979-05-27 07:32:00Z

[table]
key = true
[table.below]
key = false

[[stage]]
rate = 1
  [stage.inner]
  one = 1
  [[stage.part]]
  n = 1
  [[stage.part]]
  n = 2

[[stage]]
rate = 2
'''


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("title",), (2, 1), (2, 9)),
        (("a",), (3, 1), (3, 1)),
        (("a", "b", "c d", "e"), (3, 11), (3, 15)),
        (("list", 1, 1), (4, 17), (4, 17)),
        (("list", 2), (5, 3), (5, 3)),
        (("inline", "y", "z"), (6, 21), (6, 25)),
        (("inline", "deep", 1, "k"), (6, 51), (6, 55)),
        (("multi",), (7, 1), (7, 9)),
        (("raw",), (10, 1), (10, 7)),
        (("when",), (12, 1), (12, 8)),
        (("table",), (14, 2), (14, 2)),
        (("table", "below", "key"), (17, 1), (17, 7)),
        (("stage", 0), (19, 3), (19, 3)),
        (("stage", 0, "inner", "one"), (22, 3), (22, 9)),
        (("stage", 0, "part", 1, "n"), (26, 3), (26, 7)),
        (("stage", 1, "rate"), (29, 1), (29, 8)),
    ],
)
def test_that_every_key_and_value_has_its_line_and_column(
    path: KeyPath, key: tuple[int, int], value: tuple[int, int]
) -> None:
    place = find_places(TEXT)[path]
    assert (place.key, place.value) == (key, value)


def test_that_carriage_returns_do_not_shift_lines_or_columns() -> None:
    assert find_places(TEXT.replace("\n", "\r\n")) == find_places(TEXT)


def test_that_what_is_not_there_is_looked_for_in_the_table_around_it() -> None:
    places = find_places(TEXT)
    assert nearest_place(places, ("stage", 1, "duration")).key == (28, 3)
    assert nearest_place(places, ("nothing", "at", "all")).key == (1, 1)


def paths(value: Any, path: KeyPath = ()) -> set[KeyPath]:
    """Every key and element of what tomllib made of a text."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = {path} if path else set()
    for key, inner in inside:
        found |= paths(inner, (*path, key))
    return found


@pytest.mark.parametrize("path", sorted(resource_path("scenarios").glob("*.toml")), ids=lambda path: path.stem)
def test_that_nothing_is_missed_or_made_up_in_the_shipped_scenarios(path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    assert set(find_places(text)) == paths(tomllib.loads(text))


KEYS = st.one_of(
    st.text("abcXYZ09-_", min_size=1, max_size=4),
    st.text(min_size=0, max_size=4).map(lambda text: '"' + "".join(f"\\U{ord(c):08x}" for c in text) + '"'),
    st.sampled_from(["'a b'", "'#'", '"]"', "'='", '"a.b"']),
)
SCALARS = st.sampled_from(
    ["1", "-1.5e3", "true", "inf", "0xff", "1979-05-27 07:32:00Z", "07:32:00", '"x"', "'#'", '"]\\"}"', "''",
     '""', '"""a\n]"""', "'''\n'b'\n'''", '""""q"""""', '"""\\"""a"""']
)  # fmt: skip
BLANKS = st.sampled_from(["", " ", "\n", " # note ]\n", "\t"])


@st.composite
def values(draw: st.DrawFn, depth: int = 3) -> str:
    kind = draw(st.integers(0, 3 if depth else 1))
    if kind <= 1:
        return draw(SCALARS)
    if kind == 2:
        gap = draw(BLANKS)
        return "[" + gap + ("," + gap).join(draw(st.lists(values(depth - 1), max_size=3))) + gap + "]"
    pairs = [f"{draw(KEYS)} = {draw(values(depth - 1))}" for _ in range(draw(st.integers(0, 2)))]
    return "{ " + ", ".join(pairs) + " }"


@st.composite
def texts(draw: st.DrawFn) -> str:
    lines = []
    for _ in range(draw(st.integers(1, 8))):
        dotted = ".".join(draw(st.lists(KEYS, min_size=1, max_size=3)))
        form = draw(st.integers(0, 4))
        if form == 0:
            lines.append(f"[{dotted}]")
        elif form == 1:
            lines.append(f"[[ {dotted} ]] # header")
        else:
            lines.append(f"{dotted} = {draw(values())}{draw(st.sampled_from(['', ' # c']))}")
    return draw(st.sampled_from(["\n", "\n\n", "\n  "])).join(lines)


@given(texts())
def test_that_the_places_are_those_of_whatever_tomllib_reads(text: str) -> None:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    places = find_places(text)
    assert set(places) == paths(tables)
    lines = text.split("\n")
    for place in places.values():
        for line, column in (place.key, place.value):
            assert 1 <= column <= len(lines[line - 1]) + 1
