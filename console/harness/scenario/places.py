"""Where in a TOML text each key and value stands: line and column, which `tomllib` does not tell.

Reads only text that `tomllib` has accepted, so it has to find the words, not to judge them (TOML 1.0).
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

KeyPath = tuple[str | int, ...]
"""Keys, and numbers from 0 for the elements of lists: ("load", "stages", 1, "rate")."""


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column of the key and of its value, from 1. Tables: both are the name in the header. List elements and
    keys of inline tables have their own."""

    key: tuple[int, int]
    value: tuple[int, int]


def find_places(text: str) -> dict[KeyPath, Place]:
    """The place of everything in the text. `text` must be valid TOML; otherwise the answer means nothing."""
    return _Scan(text.replace("\r\n", "\n")).document()


def nearest_place(places: Mapping[KeyPath, Place], path: KeyPath) -> Place:
    """The place of `path`, or of the innermost table around it that is in the file, or the first line."""
    while path:
        if path in places:
            return places[path]
        path = path[:-1]
    return Place((1, 1), (1, 1))


_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LITERAL = re.compile(r"[^,\]}#\n]*")
_STRING = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"{3,5}(?!")'
    r"|'''[\s\S]*?'{3,5}(?!')"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
)


class _Scan:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self._places: dict[KeyPath, Place] = {}
        self._lengths: dict[KeyPath, int] = {}  # of arrays of tables

    def document(self) -> dict[KeyPath, Place]:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._places

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise ValueError(f"not TOML at {self._here()}")
        self._at = match.end()
        return match[0]

    def _here(self) -> tuple[int, int]:
        line = bisect_right(self._lines, self._at)
        return line, self._at - self._lines[line - 1] + 1

    def _header(self) -> KeyPath:
        many = self._text.startswith("[[", self._at)
        self._at += 2 if many else 1
        keys = self._keys()
        self._at += 2 if many else 1
        path: KeyPath = ()
        for number, (key, place) in enumerate(keys, start=1):
            path += (key,)
            self._places.setdefault(path, place)
            if many and number == len(keys):
                count = self._lengths[path] = self._lengths.get(path, 0) + 1
                path += (count - 1,)
                self._places[path] = place
            elif path in self._lengths:
                path += (self._lengths[path] - 1,)
            elif number == len(keys):
                self._places[path] = place  # the table's own header tells more than a header below it
        return path

    def _pair(self, table: KeyPath) -> None:
        keys = self._keys()
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        value = self._here()
        path = table
        for key, place in keys:
            path += (key,)
            self._places.setdefault(path, place)
        self._places[path] = Place(keys[-1][1].key, value)
        self._value(path)

    def _keys(self) -> list[tuple[str, Place]]:
        """A dotted key; stops behind it and the space after it."""
        keys = []
        while True:
            self._skip(_SPACE)
            here = self._here()
            quoted = self._text[self._at] in "\"'"
            word = self._skip(_STRING if quoted else _BARE_KEY)
            keys.append((str(tomllib.loads(f"key = {word}")["key"]) if quoted else word, Place(here, here)))
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        first = self._text[self._at]
        if first in "\"'":
            self._skip(_STRING)
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline(path)
        else:
            self._skip(_LITERAL)

    def _array(self, path: KeyPath) -> None:
        self._at += 1
        number = 0
        while True:
            self._skip(_BLANK)
            if self._text[self._at] == "]":
                break
            here = self._here()
            self._places[(*path, number)] = Place(here, here)
            self._value((*path, number))
            number += 1
            self._skip(_BLANK)
            if self._text[self._at] == ",":
                self._at += 1
        self._at += 1

    def _inline(self, path: KeyPath) -> None:
        self._at += 1
        while True:
            self._skip(_BLANK)
            if self._text[self._at] == "}":
                break
            self._pair(path)
            self._skip(_BLANK)
            if self._text[self._at] == ",":
                self._at += 1
        self._at += 1
