"""What each row of a finished run's ledger carried: made again from the plan, byte for byte, row for row.

Nothing of what was sent is kept on disk; scenario and seed say it. Where a fault's window looked at the clock of a
closed run, the worker noted what it saw (RunFolder.looks), and that is read back.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from console.core.errors import EnvironmentFault, Refused
from console.harness.content.making import make_source
from console.harness.load import schedule
from console.harness.load.faults import Elapsed, shots
from console.harness.load.ledger import Ledger
from console.harness.load.plan import Plan, read_plan
from console.harness.load.run_folder import RunFolder
from console.harness.load.shots import Shots, Special
from console.harness.scenario.model import Model
from console.hl7v2.framing import Frame, FrameDecoder

_SECONDS = struct.Struct("<d")


class Sent(NamedTuple):
    """One row: its worker, its number there, the bytes as they went out (framing included), and what was special."""

    worker: int
    row: int
    frame: bytes
    special: Special | None


def rows(folder: RunFolder) -> Iterator[Sent]:
    """Every row of a run, worker after worker, in the order of the ledgers. Raises Refused when the run cannot be read
    or its content cannot be made again (a template or file it used has gone)."""
    plan = read_plan(folder)
    for worker in range(plan.workers):
        row = 0
        for chunk in shots_of_run(folder, plan, worker):
            for at, frame in enumerate(chunk.frames):
                yield Sent(worker, row, frame, chunk.specials.get(at))
                row += 1


def shots_of_run(folder: RunFolder, plan: Plan, worker: int) -> Iterator[Shots]:
    """The same by chunks, which is cheaper for many rows; the last one ends where the ledger does."""
    left = rows_in(folder, worker)
    scenario = plan.scenario
    source = make_source(scenario, seed=plan.seed, starts=plan.starts)
    times = schedule.intended_times(scenario.load, plan.seed) if scenario.load.model is Model.OPEN else None
    made = shots(
        source,
        scenario,
        seed=plan.seed,
        worker=worker,
        workers=plan.workers,
        times=times,
        elapsed=_remembered(folder.looks(worker)),
    )
    while left > 0:
        chunk = next(made, None)
        if chunk is None:
            raise Refused(
                f"The content of {folder.path} ends before the ledger does: a file that the scenario names has changed "
                "since the run.",
                code="content-changed",
            )
        yield chunk if len(chunk) <= left else _first(chunk, left)
        left -= len(chunk)


def rows_in(folder: RunFolder, worker: int) -> int:
    """Rows of a worker's ledger. Raises Refused when there is none."""
    try:
        with Ledger(folder.ledger(worker), writable=False) as ledger:
            return ledger.rows
    except (OSError, ValueError, KeyError) as error:
        raise Refused(
            f"The ledger {folder.ledger(worker)} cannot be read. The run has to be made again.", code="no-ledger"
        ) from error


def payload_of(frame: bytes, special: Special | None) -> bytes:
    """The message in a row's bytes, as a sound receiver would find it; b'' where there is none."""
    if special is None or not (special.broken or frame[:1] != b"\x0b"):
        return frame[1:-2] if frame.endswith(b"\x1c\r") else frame[1:].rstrip(b"\x1c")
    decoder = FrameDecoder()
    for piece in [*decoder.feed(frame), *decoder.close()]:
        if isinstance(piece, Frame) or piece.holds_message:
            return piece.payload
    return b""


def remember(path: Path, elapsed: Elapsed) -> Elapsed:
    """`elapsed` itself, with a note of everything it says in a file. The file is made at the first call.

    Raises EnvironmentFault when the disk is full: without the note nobody could check the run.
    """
    mode = "wb"

    def look() -> float:
        nonlocal mode
        said = elapsed()
        try:
            with open(path, mode, opener=_private) as file:
                file.write(_SECONDS.pack(said))
        except OSError as error:
            raise EnvironmentFault(
                f"{path} cannot be written: {error.strerror or error}. Free disk space.", code="storage-full"
            ) from error
        mode = "ab"
        return said

    return look


def _remembered(path: Path) -> Callable[[], float] | None:
    try:
        data = path.read_bytes()
    except OSError:
        return lambda: 0.0
    said = [value for (value,) in _SECONDS.iter_unpack(data[: len(data) // _SECONDS.size * _SECONDS.size])]
    following = iter(said)
    return lambda: next(following, said[-1] if said else 0.0)


def _first(chunk: Shots, count: int) -> Shots:
    return Shots(
        chunk.frames[:count],
        chunk.control_ids[:count],
        chunk.lanes[:count],
        chunk.origins[:count],
        chunk.kinds[:count],
        chunk.after[:count],
        chunk.due[:count],
        {at: delay for at, delay in chunk.delays.items() if at < count},
        {at: special for at, special in chunk.specials.items() if at < count},
    )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
