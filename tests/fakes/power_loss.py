"""A disk that forgets: SQLite's writes since the last sync may be kept, lost or torn when the power goes.

`PowerLossDisk.connect` opens databases through a VFS that passes everything on to the real file system and keeps, per
file, what is safe (synced) and what is only on its way. `freeze` takes a copy of that at one instant; `Frozen.restore`
writes the files as a disk might hold them after the power came back.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512


@dataclass
class _File:
    safe: bytearray = field(default_factory=bytearray)
    on_its_way: list[tuple[int, bytes | None]] = field(default_factory=list)  # (offset, data) or (size, None): truncate

    def sync(self) -> None:
        for operation in self.on_its_way:
            _apply(self.safe, *operation)
        self.on_its_way.clear()

    def copy(self) -> _File:
        return _File(bytearray(self.safe), list(self.on_its_way))


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


@dataclass(frozen=True)
class Frozen:
    """The disk at one instant."""

    files: dict[str, _File]

    def restore(self, folder: Path, chance: random.Random) -> None:
        """Writes each file into `folder`: what was synced, and of the rest each write whole, not at all, or in part."""
        for name, file in self.files.items():
            content = bytearray(file.safe)
            for offset, data in file.on_its_way:
                fate = chance.random()
                if fate < 0.4:
                    _apply(content, offset, data)
                elif fate < 0.6 and data is not None:
                    for start in range(0, len(data), SECTOR):
                        if chance.random() < 0.5:
                            _apply(content, offset + start, data[start : start + SECTOR])
            (folder / Path(name).name).write_bytes(content)


class PowerLossDisk:
    """One disk. `watch` is called before every write and sync, on the thread that makes it."""

    def __init__(self, name: str, watch: Callable[[], None]) -> None:
        self.name = name
        self.files: dict[str, _File] = {}
        self.watch = watch
        self._vfs = _Vfs(name, self)

    def adopt(self, path: Path) -> None:
        """Takes a file's present content as safe."""
        self.files[str(path)] = _File(bytearray(path.read_bytes()))

    def connect(self, path: str) -> Any:
        return apsw.Connection(path, vfs=self.name)

    def freeze(self) -> Frozen:
        return Frozen({name: file.copy() for name, file in self.files.items() if not name.endswith("-shm")})


class _Vfs(apsw.VFS):
    def __init__(self, name: str, disk: PowerLossDisk) -> None:
        self._disk = disk
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> _VfsFile:
        return _VfsFile(self._disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self._disk.files.pop(filename, None)
        super().xDelete(filename, syncdir)


class _VfsFile(apsw.VFSFile):
    def __init__(self, disk: PowerLossDisk, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk
        filename = name.filename() if isinstance(name, apsw.URIFilename) else str(name or "")
        self._file = disk.files.setdefault(filename, _File())

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.watch()
        self._file.on_its_way.append((offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:
        self._disk.watch()
        self._file.on_its_way.append((size, None))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:
        self._disk.watch()
        super().xSync(flags)
        self._file.sync()
