"""The script of a game day: which incidents, when, and the minutes agreed for each. A TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console.core.errors import Refused
from console.harness.gameday.course import Agreed, IncidentKind

_KEYS = {"schema", "name", "title", "description", "minutes", "history", "speed", "agreed", "incidents"}
_INCIDENT = {"kind", "at", "detect", "diagnose", "restore", "mends_itself_after", "how", "count", "codes"}
_AGREED = {"detect", "diagnose", "restore"}


@dataclass(frozen=True, slots=True)
class Planned:
    """One incident of the script. `at` and `mends_itself_after` in seconds; 0: it waits for somebody to act."""

    kind: IncidentKind
    at: float
    agreed: Agreed
    mends_itself_after: float
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GameDay:
    """`duration` seconds at most; `history` hours of hospital sent before it begins."""

    name: str
    title: str
    description: str
    duration: float
    history: float
    speed: float
    incidents: tuple[Planned, ...]


def read_game_day(path: Path) -> GameDay:
    """Raises Refused (`bad-script`) naming the file and what is wrong in it."""
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.", code="bad-script") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{path} is no TOML: {error}.", code="bad-script") from error
    try:
        return _game_day(path, body)
    except ValueError as error:
        raise Refused(f"{path}: {error}.", code="bad-script") from error


def _game_day(path: Path, body: Mapping[str, Any]) -> GameDay:
    _known("the file", body, _KEYS)
    agreed = body.get("agreed", {})
    _known("agreed", agreed, _AGREED)
    incidents = body.get("incidents", [])
    if not isinstance(incidents, list) or not incidents:
        raise ValueError("incidents: there must be one [[incidents]] at least")
    planned = tuple(_incident(number, one, agreed) for number, one in enumerate(incidents, start=1))
    duration = _seconds("minutes", body.get("minutes", "30m"), plain=60.0)
    late = next((p for p in planned if p.at >= duration), None)
    if late is not None:
        raise ValueError(f"{late.kind} begins after the game's end")
    return GameDay(
        name=path.stem,
        title=str(body.get("title", body.get("name", path.stem))),
        description=str(body.get("description", "")),
        duration=duration,
        history=_number("history", body.get("history", 2.0)),
        speed=_number("speed", body.get("speed", 1.0)),
        incidents=tuple(sorted(planned, key=lambda p: p.at)),
    )


def _incident(number: int, one: Mapping[str, Any], agreed: Mapping[str, Any]) -> Planned:
    place = f"incidents[{number}]"
    _known(place, one, _INCIDENT)
    try:
        kind = IncidentKind(one.get("kind", ""))
    except ValueError as error:
        raise ValueError(f"{place}.kind must be one of {', '.join(IncidentKind)}") from error
    limits = {
        name: _seconds(f"{place}.{name}", one.get(name, agreed.get(name, getattr(Agreed(), name))), plain=1.0)
        for name in sorted(_AGREED)
    }
    return Planned(
        kind=kind,
        at=_seconds(f"{place}.at", one.get("at", 0), plain=1.0),
        agreed=Agreed(**limits),
        mends_itself_after=_seconds(f"{place}.mends_itself_after", one.get("mends_itself_after", 0), plain=1.0),
        options={name: one[name] for name in ("how", "count", "codes") if name in one},
    )


def _known(place: str, table: Any, keys: set[str]) -> None:
    if not isinstance(table, Mapping):
        raise ValueError(f"{place} must be a table")
    strange = sorted(set(table) - keys)
    if strange:
        raise ValueError(f"{place} knows no {strange[0]!r}; it may hold {', '.join(sorted(keys))}")


def _seconds(place: str, value: Any, *, plain: float) -> float:
    """Seconds of `90`, `"90s"`, `"5m"`; a bare number is in units of `plain` seconds."""
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
    if isinstance(value, str):
        text = value.strip()
        number = text.rstrip("abcdefghijklmnopqrstuvwxyz ")
        unit = text[len(number) :].strip()
        if unit not in units:
            raise ValueError(f"{place}: {value!r} is no duration; write 90s, 5m or 1h")
        return _number(place, number) * units[unit]
    return _number(place, value) * plain


def _number(place: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{place}: {value!r} is no number") from error
    if isinstance(value, bool) or not 0 <= number < 1e7:
        raise ValueError(f"{place}: {value!r} is no number that can be meant")
    return number
