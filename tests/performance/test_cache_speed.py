"""Figures of the kept copy: an encounter out of 100,000 events, an identifier, a batch in. CPU time of this process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from console.storage.cache import Cache
from tests.builders.hospital import NOW, small_hospital

pytestmark = pytest.mark.performance

EVENTS = 100_000
MESSAGES_PER_ENCOUNTER = 20


def milliseconds(work: Callable[[int], Any], times: int) -> list[float]:
    """CPU milliseconds of each call, sorted."""
    took = []
    for n in range(times):
        began = time.process_time()
        work(n)
        took.append((time.process_time() - began) * 1000)
    return sorted(took)


def messages() -> Iterator[list[dict[str, Any]]]:
    """Batches of 500 events: messages of five events, twenty messages an encounter."""
    pattern = [e.as_json() for e in small_hospital().events[:5]]
    batch: list[dict[str, Any]] = []
    for n in range(EVENTS // 5):
        encounter = f"enc-{n // MESSAGES_PER_ENCOUNTER:05d}"
        for position, event in enumerate(pattern):
            detail = dict(event["detail"])
            if "encounter_id" in detail:
                detail["encounter_id"] = encounter
            batch.append(
                {
                    **event,
                    "seq": n * 5 + position + 1,
                    "trace_id": f"{n:032x}",
                    "event_id": f"{n:08x}-0000-7000-8000-{position:012x}",
                    "keys": [{**k, "value": f"{k['value']}-{n}"} for k in event["keys"]],
                    "detail": detail,
                }
            )
        if len(batch) >= 500:
            yield batch
            batch = []


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cache, float]]:
    kept = Cache(tmp_path_factory.mktemp("cache") / "cache.db", bytes(32), clock=lambda: NOW)
    spent = 0.0
    for batch in messages():
        began = time.process_time()
        kept.keep_events("engine", batch, NOW)
        spent += time.process_time() - began
    yield kept, spent
    kept.close()


def test_that_an_encounters_events_come_out_of_100000_within_2_ms(filled: tuple[Cache, float], capsys: Any) -> None:
    kept, spent = filled
    count = EVENTS // 5 // MESSAGES_PER_ENCOUNTER
    took = milliseconds(lambda n: kept.event_bodies_of_encounter(f"enc-{n * 7919 % count:05d}"), 500)
    folded = milliseconds(lambda n: kept.events_of_encounter(f"enc-{n * 7919 % count:05d}"), 100)
    key = milliseconds(lambda n: kept.find_keys([f"00418827-{n * 7919 % (EVENTS // 5)}"]), 500)
    with capsys.disabled():
        print(
            f"\ncache of {EVENTS} events, {kept.size() / 1e6:.0f} MB: write {spent / EVENTS * 1e6:.0f} us an event;"
            f" encounter of {MESSAGES_PER_ENCOUNTER * 5} events p50 {statistics.median(took):.2f}"
            f" p95 {took[int(len(took) * 0.95)]:.2f} ms, as Event objects p50 {statistics.median(folded):.2f} ms;"
            f" identifier p50 {statistics.median(key):.2f} p95 {key[int(len(key) * 0.95)]:.2f} ms"
        )
    assert took[int(len(took) * 0.95)] <= 2.0
    assert key[int(len(key) * 0.95)] <= 2.0


def test_that_a_sound_cache_opens_quickly(filled: tuple[Cache, float], tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "cache.db"
    Cache(path, bytes(32), clock=lambda: NOW).close()
    took = milliseconds(lambda n: Cache(path, bytes(32), clock=lambda: NOW).close(), 20)
    with capsys.disabled():
        print(f"opening a small cache: p50 {statistics.median(took):.1f} ms")
    assert statistics.median(took) <= 50
