"""What `signalbox doctor` looks at: this Python, its libraries, the disk, the data folder, the ports, the engine."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Any

from console import __version__
from console.cli.data_folder import data_folder
from console.cli.engine_access import address_in, ask
from console.cli.system_libraries import check_qt, check_window_system, display_answers
from console.core.errors import SignalboxError

LIBRARIES = (
    "PySide6-Essentials",
    "fastapi",
    "uvicorn",
    "SQLAlchemy",
    "httpx",
    "hl7",
    "fhir.resources",
    "sqlcipher3",
    "keyring",
    "orjson",
    "platformdirs",
    "numpy",
    "tomlkit",
)
OLDEST_PYTHON = (3, 11)
SOUND_SQLITE = (3, 51, 3)
"""Before it, several connections to one write-ahead log could corrupt it (sqlite.org/wal.html, WAL-reset bug)."""

LITTLE_SPACE, TOO_LITTLE_SPACE = 2_000_000_000, 200_000_000
SLOW_WRITE_MS = 20.0
_PRIVATE = ("journal.db", "api.token", "audit.key", "audit.anchor", "settings.toml", "secrets.json")


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `what_to_do` is '' when there is nothing to do."""

    name: str
    verdict: Verdict
    text: str
    what_to_do: str = ""

    def as_json(self) -> dict[str, str]:
        return {
            "name": self.name,
            "verdict": self.verdict.value.lower(),
            "text": self.text,
            "what_to_do": self.what_to_do,
        }


Look = Callable[[argparse.Namespace], Check]


def examine(arguments: argparse.Namespace) -> list[Check]:
    """Every check, in order. None raises: what breaks a check is its finding."""
    looks: list[Look] = [
        _python, _libraries, _sqlite, _qt, _display, _folder, _space, _durability, _mllp_port, _engine, _secrets
    ]  # fmt: skip
    if arguments.selftest:
        looks.append(_selftest)
    return [_guarded(look, arguments) for look in looks]


def _guarded(look: Look, arguments: argparse.Namespace) -> Check:
    name = look.__name__.strip("_").replace("_", " ")
    try:
        return look(arguments)
    except SignalboxError as error:
        return Check(name, Verdict.FAILED, error.text)
    except Exception as error:  # noqa: BLE001 - a check that breaks must not hide the others
        return Check(name, Verdict.FAILED, f"could not be checked ({type(error).__name__}: {error})")


def _python(_: argparse.Namespace) -> Check:
    version = platform.python_version()
    if sys.version_info[:2] < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        return Check("python", Verdict.FAILED, f"Python {version} is too old.", f"Install Python {wanted} or newer.")
    return Check("python", Verdict.OK, f"Signalbox {__version__} on Python {version}, {platform.platform()}")


def _libraries(_: argparse.Namespace) -> Check:
    found, missing = [], []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return Check("libraries", Verdict.FAILED, f"Missing: {', '.join(missing)}.", "Run make setup again.")
    return Check("libraries", Verdict.OK, ", ".join(found))


def _sqlite(_: argparse.Namespace) -> Check:
    from sqlcipher3 import dbapi2

    version = tuple(int(part) for part in dbapi2.sqlite_version.split("."))
    if version < SOUND_SQLITE:
        return Check(
            "sqlite",
            Verdict.FAILED,
            f"SQLite {dbapi2.sqlite_version} can corrupt a journal under load.",
            "Install sqlcipher3 0.6.4 or newer: make setup.",
        )
    return Check("sqlite", Verdict.OK, f"SQLite {dbapi2.sqlite_version} (sqlcipher3)")


def _qt(_: argparse.Namespace) -> Check:
    """Where there is no display nobody misses the window's libraries."""
    try:
        check_qt()
        check_window_system()
    except SignalboxError as error:
        return Check("qt", Verdict.FAILED if display_answers() else Verdict.WARNING, error.text)
    return Check("qt", Verdict.OK, "the desktop's libraries load")


def _display(_: argparse.Namespace) -> Check:
    if display_answers():
        return Check("display", Verdict.OK, "there is a display to open a window on")
    return Check(
        "display", Verdict.WARNING, "There is no display.", "The engine works without one; the window does not."
    )


# ---------------------------------------------------------------- the data folder and its disk


def _folder(arguments: argparse.Namespace) -> Check:
    folder = data_folder(arguments.data)
    if not folder.exists():
        return Check("data folder", Verdict.OK, f"{folder} does not exist yet: the first start makes it")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Check("data folder", Verdict.FAILED, f"{folder} cannot be written.", "Check its owner, or use --data.")
    exposed = [path for path in (folder / name for name in _PRIVATE) if _is_readable_by_others(path)]
    if exposed:
        names = " ".join(str(path) for path in exposed)
        return Check("data folder", Verdict.FAILED, f"Others may read {names}.", f"Run: chmod go-rwx {names}")
    if _is_readable_by_others(folder):
        return Check("data folder", Verdict.WARNING, f"Others may look into {folder}.", f"Run: chmod go-rwx {folder}")
    return Check("data folder", Verdict.OK, f"{folder}, for you alone")


def _is_readable_by_others(path: Path) -> bool:
    return os.name == "posix" and path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _space(arguments: argparse.Namespace) -> Check:
    folder = _existing(data_folder(arguments.data))
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e9:.1f} GB free on the disk of {folder}"
    if free < TOO_LITTLE_SPACE:
        return Check("disk space", Verdict.FAILED, text, "Make room: the engine refuses messages on a full disk.")
    if free < LITTLE_SPACE:
        return Check("disk space", Verdict.WARNING, text, "Make room soon.")
    return Check("disk space", Verdict.OK, text)


def _durability(arguments: argparse.Namespace) -> Check:
    """What a durable write costs here: every acknowledgment waits for one."""
    folder = _existing(data_folder(arguments.data))
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(20):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    median = sorted(times)[len(times) // 2]
    text = f"a durable write takes {median:.1f} ms"
    if median > SLOW_WRITE_MS:
        return Check("durable writes", Verdict.WARNING, text, "Slow disk: acknowledgments take at least as long.")
    return Check("durable writes", Verdict.OK, text)


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


# ---------------------------------------------------------------- ports, engine, keyring


def _mllp_port(arguments: argparse.Namespace) -> Check:
    from console.engine.settings import FILE_NAME, read_settings

    listen = read_settings(data_folder(arguments.data) / FILE_NAME).mllp.listen
    with socket.socket(socket.AF_INET6 if ":" in listen.host else socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.settimeout(1.0)
        taken = trial.connect_ex((listen.host, listen.port)) == 0
    if taken:
        return Check("mllp port", Verdict.OK, f"{listen} answers: an engine (or something else) listens there")
    return Check("mllp port", Verdict.OK, f"{listen} is free")


def _engine(arguments: argparse.Namespace) -> Check:
    address = arguments.engine or address_in(data_folder(arguments.data))
    try:
        health = ask(arguments, lambda source: source.health())
        ready = ask(arguments, lambda source: source.ready())
    except SignalboxError as error:
        if error.code in ("unreachable", "no-token") and not arguments.engine:
            return Check(
                "engine", Verdict.WARNING, f"No engine runs at {address}.", "Start one: signalbox engine serve"
            )
        return Check("engine", Verdict.FAILED, error.text)
    version = str(health.get("version", ""))
    text = f"{address} is up and ready, version {version}, {health.get('journal_seq', 0)} events"
    if version != __version__:
        return Check("engine", Verdict.WARNING, text, f"This program is version {__version__}: update one of them.")
    return Check("engine", Verdict.OK if ready.get("ready") else Verdict.FAILED, text)


def _secrets(arguments: argparse.Namespace) -> Check:
    from console.connections.secrets import FileSecrets, open_secrets

    store = open_secrets(data_folder(arguments.data), choice=os.environ.get("SIGNALBOX_KEYRING", ""))
    if isinstance(store, FileSecrets):
        return Check("secrets", Verdict.OK, f"kept in {store.described}: no system keyring here")
    return Check("secrets", Verdict.OK, f"kept in {store.described}")


def _selftest(_: argparse.Namespace) -> Check:
    from console.cli.doctor_selftest import selftest

    steps: Any = selftest()
    told = ", ".join(f"{name} {took:.0f} ms" for name, took in steps.items())
    return Check("self-test", Verdict.OK, f"a message went from the socket to the FHIR store and back: {told}")
