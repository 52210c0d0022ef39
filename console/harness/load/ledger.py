"""The ledger: one row for everything a run put on the wire, in a mapped file that another process reads meanwhile.

A file has a page of control words, then one array per column, each with room for `capacity` rows. Files are sparse:
room that is not used costs nothing. The load writes a row's cells one by one; `sent` and `answered` are written last,
so a reader that sees them sees the rest. Times are nanoseconds since the run's start (`time.perf_counter_ns` minus
`Control.START`); 0 means not yet. 44 bytes a row.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Mapping
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np

HEADER = 64 * 1024
"""Bytes before the columns: 512 control words of 8 bytes, then the JSON description."""

_WORDS = 512
_JSON_AT = _WORDS * 8

COLUMNS: tuple[tuple[str, Literal["q", "I", "H", "B"]], ...] = (
    ("intended", "q"),  # when the schedule wanted it sent
    ("sent", "q"),  # when the last byte was handed to the kernel
    ("answered", "q"),  # when its final answer was read
    ("origin", "I"),  # number of the content message it carries; NO_ORIGIN for pure garbage
    ("size", "I"),  # bytes on the wire
    ("lane", "I"),
    ("connection", "H"),
    ("outcome", "B"),  # Outcome
    ("code", "B"),  # AnswerCode of the final answer
    ("kind", "B"),  # index into `kinds` of the description
    ("fault", "B"),  # index into FAULTS of load.shots, 0 = none
    ("attempts", "B"),
    ("flags", "B"),  # Flag bits
)
NO_ORIGIN = 0xFFFFFFFF
_WIDTH = {"q": 8, "I": 4, "H": 2, "B": 1}
_DTYPE = {"q": np.int64, "I": np.uint32, "H": np.uint16, "B": np.uint8}
ROW_BYTES = sum(_WIDTH[code] for _, code in COLUMNS)


class Outcome(IntEnum):
    """What became of a row. Exactly one, final once the run has ended."""

    PENDING = 0  # not sent yet, or sent and not answered yet
    ACCEPTED = 1  # AA (or CA when no application acknowledgment was wanted)
    FAILED = 2  # AE or CE
    REJECTED = 3  # AR or CR
    COMMIT_ONLY = 4  # CA, and the wanted AA never came
    NO_ANSWER = 5  # the time-out passed
    LATE = 6  # answered AA after the time-out: accepted, but the sender had given up
    CONNECTION_LOST = 7  # the connection ended before the answer: its fate is unknown
    MALFORMED_ANSWER = 8  # something came that is no acknowledgment
    WRONG_ID = 9  # an acknowledgment that names another message, or none
    NOT_SENT = 10  # a planned drop, or the run ended before its turn
    NO_CONNECTION = 11  # nobody could be reached


class AnswerCode(IntEnum):
    """MSA-1 (HL7 table 0008) as a byte."""

    NONE = 0
    AA = 1
    AE = 2
    AR = 3
    CA = 4
    CE = 5
    CR = 6
    OTHER = 7


class Flag(IntEnum):
    """Bits of the column `flags`."""

    WARM_UP = 1
    DUPLICATE_ANSWER = 2  # answered more than once
    OUT_OF_ORDER = 4  # answered before an earlier message of the same connection
    RESENT = 8
    BROKEN = 16  # broken on purpose: a positive answer to it is a failure of the receiver
    QUEUED = 32  # no connection was free at its time: what it is late by is the receiver's (or an outage), not our lag


class Control(IntEnum):
    """Control words at the head of the file: index into `words`. The conductor writes COMMAND, the load all others."""

    COMMAND = 0  # Command
    STATE = 1  # WorkerState
    ROWS = 2  # rows in use
    START = 3  # perf_counter_ns of second 0
    PLANNED = 4  # rows whose intended time has passed, or that a closed model has begun
    SENT = 5
    ANSWERED = 6
    WAITING = 7  # sent and not answered
    QUEUED = 8  # due, and no connection free
    CONNECTED = 9
    RECONNECTS = 10
    UNSOLICITED = 11  # answers to nothing we sent
    DUPLICATE_ANSWERS = 12
    BYTES_OUT = 13
    BYTES_IN = 14
    LAST_SEND = 15  # nanoseconds since START
    STARTED_UTC = 16  # microseconds since the Unix epoch at START
    PAUSED_NS = 17  # nanoseconds spent paused so far; the schedule is moved on by it
    ENDED = 18  # nanoseconds since START when the load was over
    PROBLEMS = 19  # problems seen; the file holds the first 20,000 of them
    READY = 20  # 1: content and connections stand; with several workers the first one then names the common START
    HEARTBEAT = 21  # perf_counter_ns when the load last had a look at its commands: about a hundred times a second


class Command(IntEnum):
    RUN = 0
    PAUSE = 1
    STOP = 2


class WorkerState(IntEnum):
    STARTING = 0
    RUNNING = 1
    PAUSED = 2
    DRAINING = 3  # everything is sent; answers are waited for
    DONE = 4
    FAILED = 5


class Ledger:
    """One ledger file, mapped. Close it, or use `with`. Raises OSError when the disk is full or the file is none."""

    def __init__(self, path: Path, *, writable: bool) -> None:
        self.path = path
        with open(path, "r+b" if writable else "rb") as file:
            access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
            self._map = mmap.mmap(file.fileno(), 0, access=access)
        end = self._map.find(b"\0", _JSON_AT, HEADER)
        self.description: dict[str, Any] = json.loads(self._map[_JSON_AT:end])
        self.capacity = int(self.description["capacity"])
        self._views: list[memoryview[int]] = []
        self.words = self._view(0, _WORDS * 8, "q")
        self._offsets: dict[str, int] = {}
        at = HEADER
        for name, code in COLUMNS:
            self._offsets[name] = at
            at += _padded(self.capacity * _WIDTH[code])

    @classmethod
    def create(cls, path: Path, capacity: int, description: Mapping[str, Any]) -> Ledger:
        """A new file with room for `capacity` rows. `description` is JSON: run, seed, worker, kinds, faults."""
        head = json.dumps({**description, "capacity": capacity}).encode()
        if len(head) >= HEADER - _JSON_AT:
            raise ValueError("the ledger's description is too long")
        size = HEADER + sum(_padded(capacity * _WIDTH[code]) for _, code in COLUMNS)
        with open(path, "wb") as file:
            os.chmod(path, 0o600)
            file.truncate(size)
            file.seek(_JSON_AT)
            file.write(head)
        return cls(path, writable=True)

    def column(self, name: str) -> memoryview[int]:
        """A column for writing cell by cell; item assignment costs about 35 ns."""
        code = dict(COLUMNS)[name]
        at = self._offsets[name]
        return self._view(at, at + self.capacity * _WIDTH[code], code)

    def array(self, name: str, start: int = 0, stop: int | None = None) -> np.ndarray[Any, Any]:
        """Rows `start` to `stop` (default: all in use) of a column, as a copy that outlives the file."""
        code = dict(COLUMNS)[name]
        last = self.words[Control.ROWS] if stop is None else stop
        count = max(0, last - start)
        at = self._offsets[name] + start * _WIDTH[code]
        return np.frombuffer(self._map, dtype=_DTYPE[code], count=count, offset=at).copy()

    def reserve(self, start: int, stop: int) -> None:
        """Takes the disk space of rows `start` to `stop` now: a full disk is an OSError here, and a crash when a cell
        of a sparse file is written."""
        with open(self.path, "r+b") as file:
            for name, code in COLUMNS:
                at, size = self._offsets[name] + start * _WIDTH[code], (stop - start) * _WIDTH[code]
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), at, size)
                else:
                    file.seek(at)
                    file.write(bytes(size))

    @property
    def rows(self) -> int:
        return int(self.words[Control.ROWS])

    def _view(self, start: int, stop: int, code: Literal["q", "I", "H", "B"]) -> memoryview[int]:
        whole = memoryview(self._map)
        part = whole[start:stop]
        view = part.cast(code)
        self._views += [view, part, whole]
        return view

    def close(self) -> None:
        """Lets go of the file; views from `column` are dead afterwards."""
        for view in self._views:
            view.release()
        self._views.clear()
        self._map.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _padded(size: int) -> int:
    return (size + 63) // 64 * 64
