"""Keeps what came on the disk: bytes first, then the record, in one go for all that arrived together.

A process that is killed loses nothing that it answered: `keep` is followed by `write` before any answer leaves. The
files are the owner's alone. No fsync: a power cut may take the last seconds, a crash of the listener nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from console.connections.private_file import private_folder, write_private
from console.core.errors import EnvironmentFault, Refused
from console.harness.listener.captured import ABOUT, DEFECTS, FRAMES, INDEX, RECORD, SCRIPT

_ROOM = 256 * 1024
_pack = RECORD.pack


class CaptureWriter:
    """One capture folder, open for writing. Raises Refused when it holds one already."""

    def __init__(self, folder: Path, *, about: Mapping[str, Any], script: str) -> None:
        self.folder = folder
        try:
            private_folder(folder)
            if (folder / INDEX).exists():
                raise Refused(
                    f"{folder} holds a capture already. Choose another folder, or look at it with "
                    f"signalbox harness listen --show {folder}.",
                    code="capture-exists",
                )
            write_private(folder / SCRIPT, script)
            write_private(folder / ABOUT, json.dumps(about, indent=1) + "\n")
            self._frames = _create(folder / FRAMES)
            self._index = _create(folder / INDEX)
        except OSError as error:
            raise EnvironmentFault(
                f"{folder} cannot hold a capture: {error.strerror or error}. Check the folder's owner and free space.",
                code="capture-not-writable",
                retryable=False,
            ) from error
        self._defects = -1
        self._offset = 0
        self._recorded = 0
        self._payloads: list[bytes] = []
        self._records: list[bytes] = []

    def keep(
        self, at_ns: int, payload: bytes, connection: int, sequence: int, rule: int, code: int, flags: int
    ) -> None:
        """Takes one message for the next `write`."""
        size = len(payload)
        self._payloads.append(payload)
        self._records.append(
            _pack(at_ns, self._offset, size, connection & 0xFFFFFFFF, sequence & 0xFFFFFFFF, rule, code, flags)
        )
        self._offset += size

    def write(self) -> None:
        """Writes what was kept. Raises OSError when the disk is full; what was kept is then dropped, and the files end
        with the last whole record."""
        if not self._payloads:
            return
        payloads, records = b"".join(self._payloads), b"".join(self._records)
        self._payloads.clear()
        self._records.clear()
        start = self._offset - len(payloads)
        try:
            _write_all(self._frames, payloads)
            _write_all(self._index, records)
        except OSError:
            os.ftruncate(self._index, self._recorded)
            os.ftruncate(self._frames, start)
            self._offset = start
            raise
        self._recorded += len(records)

    def has_room(self) -> bool:
        """Whether the disk takes bytes again: tried with a file that is removed at once."""
        trial = self.folder / ".room"
        try:
            with open(trial, "wb") as file:
                file.write(bytes(_ROOM))
            return True
        except OSError:
            return False
        finally:
            trial.unlink(missing_ok=True)

    def note_defect(self, defect: Mapping[str, Any]) -> None:
        """Notes a planted defect at once. Raises OSError."""
        if self._defects < 0:
            self._defects = _create(self.folder / DEFECTS)
        _write_all(self._defects, json.dumps(defect, separators=(",", ":")).encode() + b"\n")

    @property
    def records(self) -> int:
        """Records on the disk."""
        return self._recorded // RECORD.size

    @property
    def kept(self) -> int:
        """Records so far, those of the next `write` included."""
        return self.records + len(self._records)

    def close(self) -> None:
        for descriptor in (self._frames, self._index, self._defects):
            if descriptor >= 0:
                os.close(descriptor)


def _create(path: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, 0o600)


def _write_all(descriptor: int, data: bytes) -> None:
    done = os.write(descriptor, data)
    while done < len(data):
        done += os.write(descriptor, memoryview(data)[done:])
