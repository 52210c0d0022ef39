"""settings.toml: typed, checked value by value, and never lost, whatever somebody typed into it. No Qt.

A value that is wrong is reported and its default used; the file keeps it until the user sets that value. A file that is
no TOML at all is left alone and copied aside before the first save. Comments and tables of others (the engine's) stay.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import tomlkit
import tomlkit.exceptions

from console.connections.private_file import private_folder
from console.core.errors import EnvironmentFault

FILE_NAME = "settings.toml"
SCHEMES = ("system", "light", "dark")
LANGUAGES = ("system", "en", "es")
ENVIRONMENTS = ("demo", "test", "production")
KINDS = ("demo", "embedded", "engine")
ConnectionKind = Literal["demo", "embedded", "engine"]


@dataclass(frozen=True, slots=True)
class Appearance:
    theme: str = "system"
    high_contrast: bool = False
    scale: int = 100
    """Text size in per cent, 90 to 200."""
    language: str = "system"


@dataclass(frozen=True, slots=True)
class Keyboard:
    single_letters: bool = True


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    mask_on_start: bool = False


@dataclass(frozen=True, slots=True)
class HarnessSettings:
    recent: tuple[str, ...] = ()
    """Own scenario files, the one used last first."""
    target: str = ""
    """The address typed last, HOST:PORT."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A hospital to look at. `url` is empty for the two kinds this computer runs itself."""

    name: str
    kind: str = "engine"
    url: str = ""
    environment: str = "test"


@dataclass(frozen=True, slots=True)
class Settings:
    appearance: Appearance = field(default_factory=Appearance)
    keyboard: Keyboard = field(default_factory=Keyboard)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    harness: HarnessSettings = field(default_factory=HarnessSettings)
    connections: tuple[Connection, ...] = ()
    active: str = ""
    """Name of the connection to open at start; '' means: ask (first run)."""

    def connection(self, name: str) -> Connection | None:
        return next((c for c in self.connections if c.name == name), None)


@dataclass(frozen=True, slots=True)
class Problem:
    """A value in the file that could not be used. `path` is like `appearance.scale`."""

    path: str
    text: str


def _choice(options: tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in options:
            raise ValueError(f"must be one of {', '.join(options)}")
        return str(value)

    return check


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return bool(value)


def _scale(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 90 <= value <= 200:
        raise ValueError("must be a whole number from 90 to 200")
    return int(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a text in quotes")
    return str(value)


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ValueError("must be a list of texts in quotes")
    return tuple(str(entry) for entry in value)


def checked_url(value: Any) -> str:
    """An engine's address. Raises ValueError with what is wrong with it."""
    text = _text(value).strip().rstrip("/")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("is no address; write it like https://signalbox.example.org:8585") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must start with http:// or https:// and name a host")
    if parts.username or parts.password:
        raise ValueError("must not hold a user or password; the token is kept in the keyring")
    return text


_FIELDS: dict[str, dict[str, Callable[[Any], Any]]] = {
    "appearance": {
        "theme": _choice(SCHEMES),
        "high_contrast": _truth,
        "scale": _scale,
        "language": _choice(LANGUAGES),
    },
    "keyboard": {"single_letters": _truth},
    "privacy": {"mask_on_start": _truth},
    "harness": {"recent": _texts, "target": _text},
}
_TABLES: dict[str, type[Any]] = {
    "appearance": Appearance,
    "keyboard": Keyboard,
    "privacy": PrivacySettings,
    "harness": HarnessSettings,
}


def read_settings(document: Mapping[str, Any]) -> tuple[Settings, list[Problem]]:
    """Settings from a parsed file; every value that is wrong is replaced by its default and reported."""
    problems: list[Problem] = []
    tables: dict[str, Any] = {}
    for table, fields in _FIELDS.items():
        given = document.get(table, {})
        if not isinstance(given, Mapping):
            problems.append(Problem(table, "must be a table"))
            given = {}
        good: dict[str, Any] = {}
        for name, check in fields.items():
            if name in given:
                try:
                    good[name] = check(given[name])
                except ValueError as error:
                    problems.append(Problem(f"{table}.{name}", str(error)))
        tables[table] = _TABLES[table](**good)
    connections = _read_connections(document.get("connections", []), problems)
    active = document.get("active_connection", "")
    if not isinstance(active, str) or (active and all(c.name != active for c in connections)):
        problems.append(Problem("active_connection", "names no connection of this file"))
        active = ""
    return Settings(**tables, connections=connections, active=str(active)), problems


def _read_connections(given: Any, problems: list[Problem]) -> tuple[Connection, ...]:
    if not isinstance(given, list):
        problems.append(Problem("connections", "must be written as [[connections]] tables"))
        return ()
    found: dict[str, Connection] = {}
    for number, entry in enumerate(given, start=1):
        try:
            if not isinstance(entry, Mapping):
                raise ValueError("must be a table")
            name = _text(entry.get("name", "")).strip()
            if not name or name in found:
                raise ValueError("needs a name of its own")
            kind = _choice(KINDS)(entry.get("kind", "engine"))
            found[name] = Connection(
                name,
                kind,
                checked_url(entry.get("url", "")) if kind == "engine" else "",
                _choice(ENVIRONMENTS)(entry.get("environment", "test")),
            )
        except ValueError as error:
            problems.append(Problem(f"connections[{number}]", str(error)))
    return tuple(found.values())


class SettingsStore:
    """The settings in force and the file behind them. `changed` callbacks run on the caller's thread."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self.value = Settings()
        self.problems: list[Problem] = []
        self._document = tomlkit.document()
        self._unreadable = False
        self._listeners: list[Callable[[Settings, Settings], None]] = []

    def load(self) -> SettingsStore:
        """Reads the file; a missing one means defaults. Never raises for what the file holds."""
        try:
            text = self.path.read_text(encoding="utf-8-sig")
            self._document = tomlkit.parse(text)
        except FileNotFoundError:
            return self
        except (OSError, UnicodeDecodeError, tomlkit.exceptions.TOMLKitError) as error:
            self._unreadable = True
            place = f" (line {error.line})" if isinstance(error, tomlkit.exceptions.ParseError) else ""
            self.problems = [Problem(FILE_NAME, f"cannot be read{place}; the defaults are used and the file is kept")]
            return self
        self.value, self.problems = read_settings(self._document.unwrap())
        return self

    def on_change(self, listener: Callable[[Settings, Settings], None]) -> None:
        """`listener(old, new)` after each change."""
        self._listeners.append(listener)

    def change(self, **tables: Any) -> None:
        """Replaces parts (`appearance=replace(...)`), tells the listeners, then saves.

        Raises EnvironmentFault when the file cannot be written; the change is in force all the same.
        """
        old, self.value = self.value, replace(self.value, **tables)
        for listener in list(self._listeners):
            listener(old, self.value)
        self._save(old)

    def _save(self, old: Settings) -> None:
        new = self.value
        for table, fields in _FIELDS.items():
            before, after = getattr(old, table), getattr(new, table)
            for name in fields:
                if getattr(before, name) != getattr(after, name):
                    target = self._document.get(table)
                    if not isinstance(target, Mapping):
                        self._document[table] = target = tomlkit.table()
                    value = getattr(after, name)
                    target[name] = list(value) if isinstance(value, tuple) else value  # type: ignore[index]
        if old.connections != new.connections:
            entries = tomlkit.aot()
            for connection in new.connections:
                entry = tomlkit.table()
                entry["name"], entry["kind"] = connection.name, connection.kind
                if connection.url:
                    entry["url"] = connection.url
                entry["environment"] = connection.environment
                entries.append(entry)
            self._document["connections"] = entries
        if old.active != new.active:
            self._document["active_connection"] = new.active
        try:
            self._write(tomlkit.dumps(self._document))
        except OSError as error:
            raise EnvironmentFault(
                f"The settings could not be saved in {self.path}. They hold until you close Signalbox.",
                code="settings-not-saved",
                detail=error.strerror or "",
            ) from error

    def _write(self, text: str) -> None:
        folder = self.path.parent
        private_folder(folder)
        if self._unreadable and self.path.exists():
            number = 1
            while (aside := self.path.with_name(f"settings.broken-{number}.toml")).exists():
                number += 1
            os.replace(self.path, aside)
            self._unreadable = False
        handle, name = tempfile.mkstemp(dir=folder, prefix=".settings-", suffix=".toml")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
