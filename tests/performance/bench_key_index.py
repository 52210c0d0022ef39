"""Figures of the key index at size: any exact identifier, and what keeping it up costs the writer.

    python tests/performance/bench_key_index.py [--messages 1000000]

Five keys a message: control id, patient, visit, placer, filler; a patient has about 20 messages.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from console.core.events import Event, Kind
from console.core.keys import Key, KeyKind
from console.storage.database import open_database
from console.storage.fresh_ids import uuid_source
from console.storage.journal import Journal
from console.storage.key_index import hits, index_keys
from tests.builders.events import JournalBuilder

_KINDS = (KeyKind.CONTROL, KeyKind.PATIENT, KeyKind.VISIT, KeyKind.PLACER, KeyKind.FILLER)


def _value(kind: KeyKind, number: int, messages: int) -> str:
    spread = {KeyKind.PATIENT: messages // 20 or 1, KeyKind.VISIT: messages // 10 or 1}.get(kind, messages)
    scattered = (number * 2_654_435_761) % 4_294_967_296
    return f"{kind.value[:2].upper()}{scattered % spread:08d}" if spread < messages else f"{scattered:010d}"


def _rows(messages: int) -> Iterator[tuple[str, str, str, int, str, str]]:
    for kind in _KINDS:
        for number in range(messages):
            value = _value(kind, number, messages)
            yield value, kind.value, "HOSPITAL", number + 1, f"{number:032x}", value


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=1_000_000)
    messages = parser.parse_args().messages
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        database = open_database(path)
        writer = database.connect_writer()
        start = time.perf_counter()
        writer.execute("BEGIN")
        writer.executemany("INSERT INTO key_index VALUES (?, ?, ?, ?, ?, ?)", sorted(_rows(messages)))
        writer.execute("COMMIT")
        writer.close()
        size = path.stat().st_size / messages
        print(
            f"{messages} messages, {messages * 5} keys, {size:.0f} bytes a message, {time.perf_counter() - start:.0f} s"
        )

        chance = random.Random(1)
        took: list[float] = []
        with database.reader() as reader:
            for _ in range(2000):
                kind = chance.choice(_KINDS)
                value = _value(kind, chance.randrange(messages), messages)
                begin = time.perf_counter()
                found = hits(reader, value)
                took.append((time.perf_counter() - begin) * 1000)
                assert found
        took.sort()
        print(f"look-up     p50 {took[1000]:6.3f} ms   p99 {took[1980]:6.3f} ms   worst {took[-1]:6.3f} ms")

        journal = Journal(database)
        journal.start()
        builder, ids = JournalBuilder(), uuid_source()
        jobs: list[float] = []
        before = time.process_time()
        for job in range(100):
            events = [_event(builder, ids.event_id(), messages + job * 64 + n, messages) for n in range(64)]
            begin = time.perf_counter()
            first = messages + job * 64
            journal.submit(lambda write, first=first, events=events: index_keys(write, first, events)).result()  # type: ignore[misc]
            jobs.append((time.perf_counter() - begin) * 1000)
        cpu = (time.process_time() - before) / 6400 * 1e6
        journal.stop()
        jobs.sort()
        print(
            f"64 events   p50 {jobs[50]:6.3f} ms   p99 {jobs[98]:6.3f} ms   {cpu:.0f} us CPU an event, made and indexed"
        )
        database.close()


def _event(builder: JournalBuilder, event_id: str, number: int, messages: int) -> Event:
    event = builder.add(Kind.RECEIVED)
    keys = tuple(Key(kind, _value(kind, number, messages), "HOSPITAL") for kind in _KINDS)
    named = {name: getattr(event, name) for name in Event.__dataclass_fields__}
    return Event(**(named | {"event_id": event_id, "keys": keys}))


if __name__ == "__main__":
    main()
