"""From a TOML file to a `Scenario`, or to every problem of the file with line and column."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from console.core.errors import EnvironmentFault, Refused
from console.harness.scenario.checks import findings, warnings
from console.harness.scenario.kinds import Notes
from console.harness.scenario.model import Scenario, Threshold
from console.harness.scenario.overrides import NONE, Overrides, overridden
from console.harness.scenario.places import KeyPath, Place, find_places
from console.harness.scenario.problems import Problem, ScenarioError
from console.harness.scenario.shape import read_keys
from console.harness.scenario.tables import MISPLACED, SCENARIO
from console.harness.verdict.thresholds import parse_threshold

LARGEST = 4_000_000
"""Bytes of a scenario file."""


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file as read: its text, the SHA-256 of its bytes, its tables, and where everything stands in it."""

    path: Path
    text: str
    digest: str
    tables: dict[str, Any]
    places: dict[KeyPath, Place]

    def notes(self) -> Notes:
        """For reading the tables: relative paths in it are those of the file's own folder."""
        return Notes(str(self.path), self.path.absolute().parent, self.places)


def read_document(path: Path) -> Document:
    """A TOML file with the place of every key. Raises ScenarioError when it is no TOML, Refused (code `not-found`) when
    there is none, EnvironmentFault when it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise Refused(f"There is no file {path}.", code="not-found") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise EnvironmentFault(f"{path} cannot be read: {reason}.", code="unreadable", retryable=False) from error
    if len(data) > LARGEST:
        raise ScenarioError([Problem(str(path), 1, 1, "", f"is larger than {LARGEST:,} bytes")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        problem = Problem(str(path), line, column, "", "is not UTF-8: save the file as UTF-8")
        raise ScenarioError([problem]) from error
    try:
        tables = tomllib.loads(text)
        where = find_places(text)
    except RecursionError:
        raise ScenarioError([Problem(str(path), 1, 1, "", "is nested too deeply")]) from None
    except ValueError as error:
        raise ScenarioError([_syntax(str(path), text, str(error))]) from error
    return Document(path, text, hashlib.sha256(data).hexdigest(), tables, where)


def _syntax(file: str, text: str, said: str) -> Problem:
    """tomllib's sentence, with the place that stands at its end: `(at line 3, column 5)`, `(at end of document)`."""
    found = re.fullmatch(
        r"(?P<words>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", said, re.S
    )
    if found is None:
        return Problem(file, 1, 1, "", f"not TOML: {said}")
    lines = text.split("\n")
    line = int(found["line"] or len(lines))
    column = int(found["column"] or len(lines[-1]) + 1)
    words = found["words"]
    return Problem(file, line, column, "", f"not TOML: {words[:1].lower()}{words[1:]}")


def read_scenario(path: Path, *, overrides: Overrides = NONE) -> Scenario:
    """The scenario in a TOML file, with the command line's overrides. Reads the file and looks whether the files it
    names are there; opens no socket.

    Raises ScenarioError with everything that is wrong, Refused (code `not-found`) when there is no such file,
    EnvironmentFault when it cannot be read.
    """
    document = read_document(path)
    notes = document.notes()
    notes.misplaced = MISPLACED
    given = read_keys(SCENARIO, document.tables, (), notes)
    given["thresholds"] = tuple(_threshold(text) for text in given.get("thresholds", ()))
    given["title"] = given.get("title") or path.stem
    receiver = given.get("receiver")
    if receiver is not None and receiver.role == "target" and "targets" in document.tables:
        notes.wrong(("targets",), "the [receiver] is the target already; give it role = “downstream”, or leave one out")
    scenario = Scenario(
        name=path.stem, text=document.text, digest=document.digest, folder=path.absolute().parent, **given
    )
    for finding in findings(scenario):
        notes.found(finding)
    if notes.problems:
        raise ScenarioError(notes.problems)
    scenario = replace(scenario, warnings=tuple(warnings(scenario)))
    return overridden(scenario, overrides)


def _threshold(text: str) -> Threshold:
    """Taken apart; as it is when it cannot be, for `findings` to say so."""
    try:
        return parse_threshold(text)
    except Refused:
        return Threshold("", text, 0.0, text)
