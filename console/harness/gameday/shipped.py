"""The game days that come with Signalbox, and how a name or a path is found."""

from __future__ import annotations

from pathlib import Path

import console
from console.core.errors import Refused
from console.harness.gameday.script import GameDay, read_game_day


def _folder() -> Path:
    """Beside the package in a checkout, inside it once installed."""
    package = Path(console.__file__).parent
    inside = package / "_resources" / "gamedays"
    return inside if inside.is_dir() else package.parent / "resources" / "gamedays"


def game_days() -> tuple[GameDay, ...]:
    """All of them, by name."""
    return tuple(read_game_day(path) for path in sorted(_folder().glob("*.toml")))


def find_game_day(name: str) -> GameDay:
    """By name, or by the path of a TOML file. Raises Refused (`not-found`) listing what there is."""
    path = Path(name)
    if path.suffix == ".toml" and path.is_file():
        return read_game_day(path)
    shipped = _folder() / f"{name}.toml"
    if "/" not in name and shipped.is_file():
        return read_game_day(shipped)
    names = ", ".join(day.name for day in game_days())
    raise Refused(f"There is no game day {name!r}. There are: {names}; or name a TOML file.", code="not-found")
