"""What is wrong with a file that a person wrote: each problem with its place, and all of them in one error."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from console.core.errors import Refused
from console.harness.scenario.places import KeyPath

INVALID = "invalid-scenario"
"""The code of a ScenarioError: commands end with 2 (usage) on it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `line` and `column` count from 1, 0 = not in the file (a setting of the command line).
    `path` is the key, list elements counted from 1: `load.stages[2].rate`. `text` says what is wrong and what is
    allowed, without a full stop; `suggestion` is what may have been meant."""

    file: str
    line: int
    column: int
    path: str
    text: str
    suggestion: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: " if self.line else f"{self.file}: "
        said = f"{self.path}: {self.text}" if self.path else self.text
        return place + said + (f"; did you mean {self.suggestion}?" if self.suggestion else "")


class ScenarioError(Refused):
    """A scenario (or another file of the harness) that cannot be used. `problems` are in the order of the file, at
    least one; `text` has one line for each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda p: (p.file, p.line, p.column, p.path, p.text)))
        super().__init__("\n".join(map(str, self.problems)), code=INVALID)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that cannot be, although each value is allowed. `about`: further keys it depends on; when one of them
    is wrong in itself, the finding means nothing yet."""

    path: KeyPath
    text: str
    about: tuple[KeyPath, ...] = ()
    suggestion: str = ""
    at_key: bool = False


def under(path: KeyPath, found: Iterable[Finding]) -> Iterator[Finding]:
    """Findings of a table, as findings of the file that holds it at `path`."""
    for finding in found:
        about = tuple((*path, *other) for other in finding.about)
        yield Finding((*path, *finding.path), finding.text, about, finding.suggestion, finding.at_key)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, `` when none is near."""
    by_fold = {name.casefold(): name for name in known}
    fold = word.casefold().replace("_", "-")
    for variant in (word.casefold(), fold, fold.replace("-", "_")):
        if variant in by_fold:
            return by_fold[variant]
    near = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    if near:
        return by_fold[near[0]]
    letters = "".join(filter(str.isalnum, word.casefold()))
    inside = (name for fold, name in by_fold.items() if letters in "".join(filter(str.isalnum, fold)))
    return next(inside, "") if len(letters) > 2 else ""


def printable(text: str) -> str:
    """The text without what would steer a terminal."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)


def shown(value: object) -> str:
    """A value in an error: as it could stand in the file, never long."""
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    text = printable(" ".join(text.split()))
    text = text if len(text) <= 40 else text[:39] + "…"
    return f"“{text}”" if isinstance(value, str) else text
