"""R03: what was reported stored is there after the power went, whatever the disk did with the rest.

The same journal, the same SQL. At synchronous=FULL nothing may be lost or damaged; the controls (NORMAL, OFF) must lose
something, or this test proves nothing.
"""

from __future__ import annotations

import os
import random
import shutil
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from console.core.errors import SignalboxError
from console.core.events import Kind
from console.storage.database import Database, DriverConnection, DriverError, open_database
from console.storage.journal import Journal
from tests.builders.events import JournalBuilder
from tests.fakes.power_loss import Frozen, PowerLossDisk

COMMITS = 120
INSTANTS = int(os.environ.get("SIGNALBOX_POWER_CUTS", "60"))


@dataclass(frozen=True)
class Cut:
    """The disk at one instant, and what had been reported stored by then."""

    disk: Frozen
    reported: tuple[str, ...]


class _WeakDatabase(Database):
    """Controls only: turns the writer's synchronous setting down."""

    synchronous = "FULL"

    def connect_writer(self) -> DriverConnection:
        connection = super().connect_writer()
        connection.execute(f"PRAGMA synchronous={self.synchronous}")
        connection.execute("PRAGMA wal_autocheckpoint=40")  # the test is short: let it see many checkpoints
        return connection


def _cuts(folder: Path, synchronous: str, seed: int) -> list[Cut]:
    chance = random.Random(seed)
    path = folder / "journal.db"
    open_database(path).close()
    reported: list[str] = []
    cuts: list[Cut] = []
    operations = 0
    instants = set(chance.sample(range(60, COMMITS * 9), INSTANTS))

    def watch() -> None:
        nonlocal operations
        operations += 1
        if operations in instants:
            cuts.append(Cut(disk.freeze(), tuple(reported)))

    disk = PowerLossDisk(f"power-{synchronous}-{seed}", watch)
    disk.adopt(path)
    database = _WeakDatabase(path, connect=disk.connect)
    database.synchronous = synchronous
    journal = Journal(database)
    journal.start()
    builder = JournalBuilder()
    for n in range(COMMITS):
        events = [
            builder.add(Kind.RECEIVED, detail={"text": "x" * chance.randrange(10, 6000)}) for _ in range(1 + n % 4)
        ]
        future: Future[Any] = journal.submit(lambda write, events=events: write.append(events))  # type: ignore[misc]
        future.add_done_callback(lambda _f, events=events: reported.extend(event.event_id for event in events))  # type: ignore[misc]
        future.result(30)
    journal.stop()
    database.close()
    return cuts


def _lost(cut: Cut, folder: Path, seed: int) -> str:
    """What is wrong with the disk after this cut; '' when nothing is."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    cut.disk.restore(folder, random.Random(seed))
    try:
        database = open_database(folder / "journal.db")
        reader = database.connect_reader()
        try:
            if reader.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                return "damaged"
            there = {row[0] for row in reader.execute("SELECT event_id FROM events")}
        finally:
            reader.close()
            database.close()
    except (SignalboxError, DriverError):
        return "damaged"
    missing = len(set(cut.reported) - there)
    return f"{missing} lost" if missing else ""


def _verdicts(tmp_path: Path, synchronous: str) -> list[str]:
    cuts = _cuts(tmp_path, synchronous, seed=7)
    assert len(cuts) == INSTANTS
    return [_lost(cut, tmp_path / "after", seed) for seed, cut in enumerate(cuts)]


def test_that_no_reported_event_is_lost_when_the_power_goes(tmp_path: Path) -> None:
    verdicts = _verdicts(tmp_path, "FULL")
    assert not any(verdicts), [verdict for verdict in verdicts if verdict]


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_that_a_journal_that_does_not_sync_fails_this_very_check(tmp_path: Path, synchronous: str) -> None:
    verdicts = _verdicts(tmp_path, synchronous)
    assert sum(map(bool, verdicts)) > INSTANTS // 4
