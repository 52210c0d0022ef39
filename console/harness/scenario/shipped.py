"""The scenarios that ship with Signalbox, and which file is meant by a name or a path."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from console.core.errors import Refused
from console.core.resources import resource_path
from console.harness.scenario.model import Scenario
from console.harness.scenario.problems import nearest
from console.harness.scenario.reading import read_scenario


@dataclass(frozen=True, slots=True)
class Shipped:
    """`name` is what commands take: the file's name without `.toml`."""

    name: str
    path: Path

    def read(self) -> Scenario:
        """Raises ScenarioError; tests hold every shipped scenario to being right."""
        return read_scenario(self.path)


def shipped_scenarios() -> tuple[Shipped, ...]:
    """All of them, in the order of their names (hospital-day-1x before -10x)."""
    found = (Shipped(path.stem, path) for path in resource_path("scenarios").glob("*.toml"))
    return tuple(sorted(found, key=lambda shipped: _natural(shipped.name)))


def _natural(name: str) -> list[tuple[int, str]]:
    """`hospital-day-10x` behind `hospital-day-2x`: numbers by value."""
    words = name.split("-")
    return [(int(digits), "") if (digits := word.rstrip("x")).isdigit() else (-1, word) for word in words]


def find(name_or_path: str) -> Path:
    """The file of a shipped scenario's name or of a path. Raises Refused (code `not-found`) with the nearest name."""
    path = Path(name_or_path).expanduser()
    if path.suffix == ".toml" or len(path.parts) > 1:
        if path.is_file():
            return path
        raise Refused(f"There is no file {path}.", code="not-found")
    names = {shipped.name: shipped.path for shipped in shipped_scenarios()}
    if name_or_path in names:
        return names[name_or_path]
    meant = nearest(name_or_path, names)
    hint = (
        f"Did you mean {meant}?" if meant else "signalbox harness scenarios lists them; a file is named with its .toml."
    )
    raise Refused(f"There is no scenario “{name_or_path}”. {hint}", code="not-found")
