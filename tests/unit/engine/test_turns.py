"""Jobs in turn on one thread: fair, awake to news, and not stopped by one that fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from console.core.errors import EnvironmentFault
from console.core.events import Kind
from console.engine.turns import PAUSE_S, Turns
from console.storage.database import Database
from console.storage.journal import Journal
from tests.builders.events import JournalBuilder


@dataclass
class Job:
    """Does as many portions as it is told, and notes each."""

    name: str
    log: list[str]
    portions: int = 0
    news: frozenset[Kind] = frozenset({Kind.RECEIVED})
    fault: Exception | None = None
    idle: Callable[[], None] = lambda: None
    closed: threading.Event = field(default_factory=threading.Event)

    def run_once(self) -> int:
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        if not self.portions:
            self.idle()
            return 0
        self.portions -= 1
        self.log.append(self.name)
        return 1

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database)


def test_that_jobs_take_turns(journal: Journal) -> None:
    log: list[str] = []
    turns = Turns(journal, [Job("map", log, 2), Job("file", log, 3)], name="t")
    while turns.round():
        pass
    assert log == ["map", "file", "map", "file", "file"]


@pytest.mark.parametrize("fault", [EnvironmentFault("The disk is full."), RuntimeError("secret")])
def test_that_a_job_that_fails_rests_and_the_other_goes_on(journal: Journal, fault: Exception) -> None:
    log: list[str] = []
    now = [100.0]
    failing = Job("map", log, 1, fault=fault)
    turns = Turns(journal, [failing, Job("file", log, 1)], name="t", monotonic=lambda: now[0])
    assert turns.round()
    assert not turns.round()
    assert log == ["file"]
    now[0] += PAUSE_S
    assert turns.round()
    assert log == ["file", "map"]


async def test_that_news_wake_it_and_stopping_closes_the_jobs(journal: Journal) -> None:
    log: list[str] = []
    idle, done = threading.Event(), threading.Event()
    job = Job("map", log, idle=idle.set)
    turns = Turns(journal, [job], name="t")
    journal.start()
    await turns.start()
    assert idle.wait(10)
    job.idle, job.portions = done.set, 1
    journal.submit(lambda write: write.append([JournalBuilder().add(Kind.RECEIVED)])).result(10)
    assert done.wait(10)
    await turns.stop()
    journal.stop()
    assert log == ["map"]
    assert job.closed.is_set()
