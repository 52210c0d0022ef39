"""R01: SIGKILL at random points of a flood loses nothing that was acknowledged and does nothing twice.

A sender behaves as labs do: one message outstanding per connection, and what was not acknowledged is sent again after
the reconnect, byte for byte. Afterwards every message has one outcome, one proof of filing and one version of its
result. SIGNALBOX_KILLS sets the number of kills (25 when not set, 200 for a release).
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from console.core.events import Kind
from console.storage.database import open_database
from tests.builders.engine_process import EngineProcess, framed, message

KILLS = int(os.environ.get("SIGNALBOX_KILLS", "25"))
CONTROL_KILLS = 3
CONNECTIONS = 16
STUCK_AFTER_S = 60.0
_OUTCOMES = ", ".join(
    f"'{kind.value}'" for kind in (Kind.MAPPED, Kind.RECORDED, Kind.SUPERSEDED, Kind.WAITING, Kind.DEAD_LETTERED)
)


@dataclass
class Flood:
    """What was sent, what was acknowledged, and what has to be sent again."""

    chance: random.Random
    acknowledged: set[str] = field(default_factory=set)
    again: deque[str] = field(default_factory=deque)
    sent: int = 0
    resent: int = 0

    def next(self) -> str:
        if self.again:
            self.resent += 1
            return self.again.popleft()
        self.sent += 1
        return f"K{self.sent}"

    async def one_line(self, address: tuple[str, int], stopping: asyncio.Event) -> None:
        try:
            reader, writer = await asyncio.open_connection(*address)
        except OSError:
            return
        try:
            while not stopping.is_set():
                control_id = self.next()
                try:
                    writer.write(framed(message(control_id)))
                    answer = await reader.readuntil(b"\x1c\r")
                except (OSError, asyncio.IncompleteReadError):
                    self.again.append(control_id)
                    return
                if f"MSA|AA|{control_id}\r".encode() in answer:
                    self.acknowledged.add(control_id)
                else:
                    self.again.append(control_id)
        finally:
            writer.close()

    async def against(self, engine: EngineProcess, kill_after: float | None) -> None:
        """Floods until the engine is killed after so many seconds; with None, until nothing waits to be sent again."""
        stopping = asyncio.Event()
        lines = [asyncio.ensure_future(self.one_line(engine.mllp, stopping)) for _ in range(CONNECTIONS)]
        if kill_after is not None:
            await asyncio.sleep(kill_after)
            await asyncio.to_thread(engine.kill)
        else:
            while self.again:
                await asyncio.sleep(0.01)
            stopping.set()
        await asyncio.gather(*lines)


async def _flooded(folder: Path, kills: int, launcher: Sequence[str]) -> Flood:
    flood = Flood(random.Random(20261121))
    engine = EngineProcess(folder, launcher=launcher)
    with engine.ended():
        for _ in range(kills):
            engine.start()
            await flood.against(engine, kill_after=flood.chance.uniform(0.02, 0.15))
        engine.start()
        await flood.against(engine, kill_after=None)
        await _drained(folder)
        assert await asyncio.to_thread(engine.stop) == 0
    return flood


async def _drained(folder: Path) -> None:
    """Waits until nothing is left to be mapped or delivered, as long as it gets less."""
    database = open_database(folder / "journal.db")
    clock = asyncio.get_running_loop().time
    best, deadline = 10**9, 0.0
    try:
        while True:
            with database.reader() as reader:
                left = reader.exec_driver_sql(
                    "SELECT (SELECT count(*) FROM inbox WHERE state = 'pending') + (SELECT count(*) FROM outbox)"
                ).scalar()
            if not left:
                return
            if left < best:
                best, deadline = left, clock() + STUCK_AFTER_S
            assert clock() < deadline, f"{left} messages are stuck on the road"
            await asyncio.sleep(0.1)
    finally:
        database.close()


@dataclass(frozen=True)
class Findings:
    """What the journal holds afterwards, against what the sender was told."""

    lost: int
    stored_twice: int
    received_twice: int
    without_outcome: int
    not_filed: int
    decided_twice: int
    filed_twice: int
    written_twice: int
    sound: bool


def _look_into(folder: Path, flood: Flood) -> Findings:
    database = open_database(folder / "journal.db")
    reader = database.connect_reader()

    def counted(sql: str) -> Counter[str]:
        return Counter(row[0] for row in reader.execute(sql))

    try:
        stored = counted("SELECT control_id FROM messages")
        received = counted("SELECT json_extract(detail, '$.control_id') FROM events WHERE kind = 'message.received'")
        traces = counted("SELECT trace_id FROM messages")
        decided = counted(f"SELECT trace_id FROM events WHERE kind IN ({_OUTCOMES})")
        filed = counted("SELECT trace_id FROM events WHERE kind = 'delivery.filed'")
        written = counted("SELECT id FROM fhir_history WHERE type = 'Observation'")
        sound = reader.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        reader.close()
        database.close()
    return Findings(
        lost=len(flood.acknowledged - stored.keys()) + len(flood.acknowledged - received.keys()),
        stored_twice=_several(stored),
        received_twice=_several(received),
        without_outcome=len(traces.keys() - decided.keys()),
        not_filed=len(traces.keys() - filed.keys()),
        decided_twice=_several(decided),
        filed_twice=_several(filed),
        written_twice=_several(written),
        sound=sound,
    )


def _several(counts: Counter[str]) -> int:
    return sum(count > 1 for count in counts.values())


@pytest.mark.slow
@pytest.mark.timeout(240 + 8 * KILLS)
async def test_that_killing_the_engine_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    flood = await _flooded(tmp_path / "data", KILLS, ("-m", "console"))
    print(f"{KILLS} kills, {len(flood.acknowledged)} acknowledged, {flood.resent} sent again")
    assert len(flood.acknowledged) == flood.sent
    assert _look_into(tmp_path / "data", flood) == Findings(
        lost=0,
        stored_twice=0,
        received_twice=0,
        without_outcome=0,
        not_filed=0,
        decided_twice=0,
        filed_twice=0,
        written_twice=0,
        sound=True,
    )


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_that_an_engine_that_acknowledges_before_the_commit_fails_this_very_check(tmp_path: Path) -> None:
    flood = await _flooded(tmp_path / "data", CONTROL_KILLS, ("-m", "tests.fakes.hasty_engine"))
    assert _look_into(tmp_path / "data", flood).lost > 0
