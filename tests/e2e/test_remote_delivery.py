"""The real engine delivers to a foreign FHIR server that misbehaves, is killed, and starts again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from console.core.events import Kind
from console.storage.database import open_database
from tests.builders.engine_process import EngineProcess, Line
from tests.builders.road import order, result
from tests.fakes.fhir_server import Fault, FhirServer, Misbehaviour, Refusal

PATIENCE_S = 60.0
STEPS = (("P", "4.0", "20260301090000"), ("F", "4.1", "20260301100000"), ("C", "4.2", "20260301110000"))


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _counted(path: Path, sql: str, *values: object) -> int:
    with closing(open_database(path)) as database, closing(database.connect_reader()) as reader:
        return int(reader.execute(sql, values).fetchone()[0])


def _messages(orders: int) -> list[bytes]:
    texts = []
    for n in range(orders):
        number = f"555{n:05d}"
        pid = f"PID|1||{number}^^^STB^MR||TEST^PERSON||19570814|F"
        course = [order(f"P{n}").replace("00418827", number)]
        course += [result(f"P{n}", s, value, at=at, pid=pid) for s, value, at in STEPS]
        texts.append(course)
    flat = [course[step] for step in range(len(STEPS) + 1) for course in texts]
    return [text.replace("{control}", f"C{number}").encode() for number, text in enumerate(flat)]


@pytest.mark.slow
def test_that_kills_and_a_server_full_of_faults_lose_and_double_nothing(tmp_path: Path) -> None:
    dice = random.Random(11)
    faults: list[Misbehaviour] = [Refusal(429, headers=(("Retry-After", "0"),)), Refusal(500), Fault.LOST, Fault.HALF]
    messages = _messages(12)
    with FhirServer(whim=lambda _n: dice.choice(faults) if dice.random() < 0.1 else None).running() as fake:
        folder = tmp_path / "data"
        settings = f'[engine.fhir]\nurls = ["{fake.url}"]\n'
        engine = EngineProcess(folder, settings=settings)
        third = len(messages) // 3
        for part in (messages[:third], messages[third : 2 * third], messages[2 * third :]):
            engine.start()
            with Line(engine.mllp) as line:
                assert {line.ask(message).code for message in part} == {"AA"}
            applied = len(fake.applied)
            _until(lambda applied=applied: len(fake.applied) > applied)  # type: ignore[misc]
            engine.kill()
        engine.start()
        journal = folder / "journal.db"
        filed = (
            "SELECT count(DISTINCT trace_id) FROM events WHERE kind = ? AND json_extract(detail, '$.destination') <> ?"
        )
        _until(lambda: _counted(journal, filed, Kind.FILED.value, "fhir-store") == len(messages))
        assert engine.stop() == 0
        assert _counted(journal, "SELECT count(*) FROM outbox") == 0
        assert _counted(journal, "SELECT count(*) FROM dead_letters") == 0
    observations = {reference for reference, _, _ in fake.applied if reference.startswith("Observation/")}
    assert len(observations) == 12
    for reference in observations:
        statuses = [body["status"] for body in fake.versions_of(reference)]
        assert statuses == ["preliminary", "final", "corrected"]
