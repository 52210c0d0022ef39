"""Messages out of files, folders and standard input: framed, glued together or one a file, each with its name."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from console.core.errors import EnvironmentFault, Refused
from console.hl7v2.batch import is_batch, split
from console.hl7v2.framing import VT, Frame, FrameDecoder

SUFFIXES = frozenset({".hl7", ".er7", ".txt", ".msg", ".dat", ".mllp", ".oru", ".adt"})
"""Endings that count as messages in a folder."""
LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A message and where it came from: `file.hl7`, `file.hl7 (2)`."""

    name: str
    payload: bytes


def messages_of(places: Sequence[str]) -> Iterator[Found]:
    """Every message, in the order of the places; files of a folder by name, its folders too; `-` is standard input.

    Line ends stay as they are, except that LF and CRLF become CR where a message has no CR by itself: files are often
    written with them, and MLLP receivers want CR. Raises Refused (`no-message`), EnvironmentFault.
    """
    for place in places:
        if place == "-":
            yield from in_bytes(sys.stdin.buffer.read(LARGEST + 1), "standard input")
            continue
        path = Path(place).expanduser()
        if path.is_dir():
            files = sorted(one for one in path.rglob("*") if one.is_file() and one.suffix.lower() in SUFFIXES)
            if not files:
                raise Refused(f"{path} holds no message file ({', '.join(sorted(SUFFIXES))}).", code="no-message")
        else:
            files = [path]
        for file in files:
            yield from in_bytes(_read(file), str(file.relative_to(path)) if path.is_dir() else file.name)


def in_bytes(data: bytes, name: str) -> list[Found]:
    """The messages in these bytes: of MLLP frames, of a file with several MSH, or the one they are. An enveloped batch
    (FHS, BHS) stays one. Raises Refused (`no-message`)."""
    if len(data) > LARGEST:
        raise Refused(f"{name} is larger than {LARGEST // 1024 // 1024} MB.", code="no-message")
    payloads = _framed(data) if VT in data else [data]
    parts: list[bytes] = []
    for payload in payloads:
        payload = _ended_by_cr(payload.removeprefix(b"\xef\xbb\xbf"))
        whole = payload.lstrip(b"\r\n \t")
        if is_batch(payload) and whole.startswith(b"MSH"):
            parts += [message.rstrip(b"\r") + b"\r" for message in split(payload).messages]
        elif whole.strip(b"\r\n \t\x00\x1a"):
            parts.append(payload)
    if not parts:
        raise Refused(f"{name} holds no message.", code="no-message")
    if len(parts) == 1:
        return [Found(name, parts[0])]
    return [Found(f"{name} ({number})", part) for number, part in enumerate(parts, 1)]


def _framed(data: bytes) -> list[bytes]:
    decoder = FrameDecoder(LARGEST)
    found = [*decoder.feed(data), *decoder.close()]
    return [one.payload for one in found if isinstance(one, Frame) or one.holds_message]


def _ended_by_cr(payload: bytes) -> bytes:
    if b"\n" not in payload:
        return payload
    if b"\r" not in payload.replace(b"\r\n", b""):
        payload = payload.replace(b"\r\n", b"\r")
        payload = payload.replace(b"\n", b"\r")
    return payload


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise EnvironmentFault(
            f"{path} cannot be read: {error.strerror or error}.", code="file-not-readable", retryable=False
        ) from error
