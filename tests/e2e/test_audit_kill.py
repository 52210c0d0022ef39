"""The audit log through crashes: what was shown was logged, and the chain holds, wherever the engine was killed."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from console.cli.audit import verify_folder
from tests.builders.engine_process import PATIENCE_S, EngineProcess

KILLS = 4
CLIENTS = 4


def _headers(engine: EngineProcess) -> dict[str, str]:
    return {"Authorization": f"Bearer {Path(engine.where['token_file']).read_text().strip()}"}


def _look(engine: EngineProcess, enough: threading.Semaphore, client: int) -> list[str]:
    """Asks for patients until the engine is gone; gives the request ids of the answers that came."""
    shown: list[str] = []
    with httpx.Client(headers=_headers(engine), trust_env=False, timeout=10) as http:
        while True:
            number = f"{engine.pid}-{client}-{len(shown)}"
            try:
                answer = http.get(f"{engine.where['http']}/api/v1/patients", headers={"X-Request-Id": number})
            except httpx.HTTPError:
                return shown
            if answer.status_code == 200:
                shown.append(number)
                enough.release()


def _logged(folder: Path) -> set[str]:
    from console.storage.database import open_database

    database = open_database(folder / "journal.db")
    try:
        with database.reader() as connection:
            return {row[0] for row in connection.exec_driver_sql("SELECT request_id FROM audit")}
    finally:
        database.close()


@pytest.mark.slow
def test_that_every_answer_given_was_logged_before_and_the_chain_survives_every_kill(tmp_path: Path) -> None:
    chance = random.Random(7)
    engine = EngineProcess(tmp_path / "data")
    shown: list[str] = []
    for _ in range(KILLS):
        engine.start()
        answers = threading.Semaphore(0)
        with ThreadPoolExecutor(CLIENTS) as pool:
            looking = [pool.submit(_look, engine, answers, client) for client in range(CLIENTS)]
            for _ in range(chance.randint(5, 40)):
                assert answers.acquire(timeout=PATIENCE_S)
            engine.kill()
            shown += [number for future in looking for number in future.result(20)]
        found = verify_folder(tmp_path / "data")
        assert found["intact"], found
    assert len(shown) >= 5 * KILLS
    assert set(shown) <= _logged(tmp_path / "data")
