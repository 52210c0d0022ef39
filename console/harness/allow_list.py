"""The file in which an organisation says which receivers other than this machine may be sent test messages.

`harness-targets.toml` in the data folder:

    [[targets]]
    host = "hl7-test.hospital.example"
    port = 6661
    name = "Integration test, lab"
    environment = "test"        # test, demo or production
    max_rate = "200/s"
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from console.harness.scenario.kinds import LABEL, Flag, Many, Text, Whole, rate
from console.harness.scenario.problems import Finding, ScenarioError
from console.harness.scenario.reading import read_document
from console.harness.scenario.shape import Key, Shape, Table, read_keys

FILE_NAME = "harness-targets.toml"

DEFAULT_RATE = 1000.0
"""Messages a second to a receiver on another machine, when its entry says nothing else."""


class Environment(StrEnum):
    TEST = "test"
    DEMO = "demo"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Entry:
    """One receiver. A production one is listed so that it can never be sent to, also through a tunnel; its port 0 is
    every port. `any_processing_id`: messages with MSH-11 other than T or D may go there."""

    host: str
    environment: Environment
    port: int = 0
    name: str = ""
    max_rate: float = DEFAULT_RATE
    any_processing_id: bool = False


@dataclass(frozen=True, slots=True)
class AllowList:
    """Every entry of the file, in its order. `path` is the file, for sentences that name it."""

    entries: tuple[Entry, ...] = ()
    path: Path = Path(FILE_NAME)


def _ports(entry: Entry) -> list[Finding]:
    if entry.port or entry.environment is Environment.PRODUCTION:
        return []
    return [Finding(("port",), "is missing: only a production receiver is meant on every port", at_key=True)]


ENTRY = Shape(
    "allowed target",
    "A receiver that may be sent to, or (production) never may.",
    Entry,
    (
        Key("host", Text(pattern=r"^[^\s/@]+$", example="hl7-test.hospital.example"), "Its name or address.", True),
        Key("environment", Text(tuple(Environment), Environment), "What kind of system it is.", required=True),
        Key("port", Whole(1, 65535), "Its MLLP port.", sentinel=True),
        Key("name", LABEL, "What people call it."),
        Key("max_rate", rate(above=True), "The most messages a second that it may be sent."),
        Key("any_processing_id", Flag(), "Messages that are not marked as test (MSH-11) may go there."),
    ),
    check=lambda entry: iter(_ports(entry)),
)


@dataclass(frozen=True, slots=True)
class _File:
    targets: tuple[Entry, ...] = ()


FILE = Shape("allow-list", "Receivers other than this machine.", _File, (Key("targets", Many(Table(ENTRY)), "Them."),))


def read_allow_list(path: Path) -> AllowList:
    """The list in a file; an empty one when there is no file. Raises ScenarioError with everything that is wrong in it,
    EnvironmentFault when it cannot be read."""
    if not path.exists():
        return AllowList(path=path)
    document = read_document(path)
    notes = document.notes()
    given = read_keys(FILE, document.tables, (), notes)
    if notes.problems:
        raise ScenarioError(notes.problems)
    return AllowList(given.get("targets", ()), path)
