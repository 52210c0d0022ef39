"""What was sent by hand, newest last: a file for the owner's eyes alone, bounded, to be cleared with one call.

The bytes are kept only of messages that say they are tests (MSH-11 T or D) and that are not large; of others only their
hash, type, control id and fate, because whatever else a person pastes may be a real patient's.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from console.connections.private_file import private_folder, write_private
from console.core.clock import iso
from console.core.errors import EnvironmentFault, InvalidMessage
from console.harness.safety import TEST_IDS
from console.harness.single.exchange import Exchange
from console.harness.single.judgement import Judgement
from console.hl7v2.peek import Header, peek

FILE = Path("harness") / "sent.jsonl"
"""Below the data folder."""
MOST = 500
"""Entries kept; older ones go."""
LARGEST = 64 * 1024
"""Bytes of a message that are kept; of a larger one only the hash is."""
FULL = 4 * 1024 * 1024
"""Bytes of the file over which the oldest entries go, until half of it is free."""
_LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One sent message. `payload` is '' when it was not kept, and `kept` says why not."""

    at: str
    target: str
    environment: str
    message_type: str
    control_id: str
    size: int
    sha256: str
    outcome: str
    severity: str
    sentence: str
    took_ms: float | None
    attempts: int
    payload: str = ""
    kept: str = "yes"

    @property
    def message(self) -> bytes | None:
        """The bytes as sent; None when they were not kept."""
        return base64.b64decode(self.payload) if self.payload else None


def entry_of(exchange: Exchange, judgement: Judgement, *, environment: str = "") -> Entry:
    """What is written down about an exchange."""
    header = _header(exchange.payload)
    took = exchange.took
    kept = _may_be_kept(header, len(exchange.payload))
    return Entry(
        iso(exchange.began),
        exchange.target,
        environment,
        _printable(header.message_type),
        _printable(exchange.control_id),
        len(exchange.payload),
        hashlib.sha256(exchange.payload).hexdigest(),
        str(judgement.outcome),
        str(judgement.severity),
        judgement.sentence,
        None if took is None else round(took * 1000, 3),
        exchange.attempt,
        base64.b64encode(exchange.payload).decode("ascii") if kept == "yes" else "",
        kept,
    )


def append(data: Path, entry: Entry) -> None:
    """Adds an entry; the oldest go when the file is full. Raises EnvironmentFault (`history-not-writable`)."""
    path = data / FILE
    try:
        private_folder(path.parent)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(path, flags, 0o600), "rb+") as file:
            if os.name == "posix":
                os.fchmod(file.fileno(), 0o600)
            torn = _torn(file)
            line = json.dumps(asdict(entry), ensure_ascii=False).encode("utf-8", "replace")
            file.write((b"\n" if torn else b"") + line + b"\n")
            file.flush()
            full = file.tell() > FULL
    except OSError as error:
        raise _not_writable(path, error) from error
    if full:
        write_private(path, "".join(f"{line}\n" for line in _newest(_lines(path), FULL // 2)))


def read(data: Path) -> tuple[Entry, ...]:
    """Every entry, oldest first; lines that cannot be read (a crash tore one) are passed over. Raises EnvironmentFault
    when the file cannot be read."""
    return tuple(entry for line in _lines(data / FILE)[-MOST:] if (entry := _entry(line)) is not None)


def clear(data: Path) -> None:
    """Forgets everything. Raises EnvironmentFault (`history-not-writable`)."""
    path = data / FILE
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _not_writable(path, error) from error


def _newest(lines: list[str], most_bytes: int) -> list[str]:
    """The last lines, at most MOST of them and so many bytes in all."""
    kept: list[str] = []
    size = 0
    for line in reversed(lines[-MOST:]):
        size += len(line.encode("utf-8")) + 1
        if size > most_bytes:
            break
        kept.append(line)
    return kept[::-1]


def _may_be_kept(header: Header, size: int) -> str:
    if header.processing_id not in TEST_IDS:
        return "no: MSH-11 does not say that it is a test"
    return "yes" if size <= LARGEST else f"no: larger than {LARGEST // 1024} KB"


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise EnvironmentFault(
                f"{path} is larger than it can have become by itself. Remove it.", code="history-not-readable"
            )
        return [line for line in path.read_text(encoding="utf-8", errors="replace").split("\n") if line]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise EnvironmentFault(
            f"{path} cannot be read: {error.strerror or error}. Check who owns it.", code="history-not-readable"
        ) from error


def _entry(line: str) -> Entry | None:
    try:
        values: Any = json.loads(line)
        return Entry(**values)
    except (ValueError, TypeError):
        return None


def _torn(file: Any) -> bool:
    """Whether the last line of the file was never finished."""
    if not file.seek(0, os.SEEK_END):
        return False
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) != b"\n")


def _header(payload: bytes) -> Header:
    try:
        return peek(payload)
    except InvalidMessage:
        return Header()


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text)[:200]


def _not_writable(path: Path, error: OSError) -> EnvironmentFault:
    return EnvironmentFault(
        f"{path} cannot be written: {error.strerror or error}. Check the folder's owner and the free space.",
        code="history-not-writable",
        retryable=False,
    )
