"""Figures of the questions people ask: an identifier over a million messages, the timeline of a busy stay, statistics.

    python tests/performance/bench_queries.py [--messages 1000000] [--quick]

What is timed is what the API does between its snapshot and its bytes: look up, read rows, fold, render. Targets: any
exact identifier 5 ms, the timeline of a 500-event encounter 50 ms.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import orjson
from sqlalchemy import Connection

from console.core.clock import to_micros
from console.core.events import Kind
from console.core.keys import KeyKind, fold_key
from console.evidence.timeline import fold_timeline
from console.evidence.trace import fold_trace
from console.storage import trace_reading
from console.storage.database import DriverConnection
from console.storage.encounter_reading import encounters_by_visit, encounters_json
from console.storage.event_reading import (
    EventFilter,
    event_of,
    events_json,
    events_of_trace,
    events_of_traces,
    page,
    trace_ids_of_encounter,
)
from console.storage.event_rows import EVENT_COLUMNS
from console.storage.key_reading import find_key
from console.storage.patient_reading import PatientFilter, find_patients, patients_json
from console.storage.trace_reading import TraceFilter, trace_json
from console.storage.traffic import MINUTE, recent_traffic
from tests.builders.events import START
from tests.builders.store import Store

KINDS = (KeyKind.CONTROL, KeyKind.PATIENT, KeyKind.VISIT, KeyKind.PLACER, KeyKind.FILLER)
BUSY = "BUSY0001"
"""A patient that one message in ten is about."""

SENDERS = [f"SYSTEM{n:02d}" for n in range(30)]
ROUNDS = 300


def value_of(kind: KeyKind, number: int, messages: int) -> str:
    if kind is KeyKind.PATIENT and number % 10 == 0:
        return BUSY
    spread = {KeyKind.PATIENT: messages // 20 or 1, KeyKind.VISIT: messages // 10 or 1}.get(kind, messages)
    scattered = (number * 2_654_435_761) % 4_294_967_296
    return f"{kind.value[:2].upper()}{scattered % spread:08d}" if spread < messages else f"{scattered:010d}"


def ids_of(number: int) -> tuple[str, str]:
    h = f"{number:032x}"
    return h, f"{h[:8]}-{h[8:12]}-7{h[13:16]}-8{h[17:20]}-{h[20:]}"


def fill(connection: DriverConnection, messages: int) -> None:
    """Messages with one event and five keys each, as the engine's tables hold them."""
    base = to_micros(START) - messages * 20_000
    marks = ", ".join("?" * len(EVENT_COLUMNS))
    names = ", ".join(f'"{name}"' for name in EVENT_COLUMNS)
    connection.execute("BEGIN")
    connection.executemany(f"INSERT INTO events ({names}) VALUES ({marks})", _events(messages, base))
    connection.executemany(
        "INSERT INTO traces (trace_id, event_id, received_at, last_at, message_type, control_id, sender, title, state,"
        " patient_id, encounter_id) VALUES (?, ?, ?, ?, 'ORU^R01', ?, ?, 'Potassium', 'verified', ?, ?)",
        _traces(messages, base),
    )
    connection.executemany("INSERT INTO key_index VALUES (?, ?, 'STB', ?, ?, ?)", sorted(_keys(messages)))
    connection.executemany("INSERT INTO traffic VALUES (?, ?, ?, ?)", _traffic(base, messages))
    connection.execute("COMMIT")


def _events(messages: int, base: int) -> Iterator[tuple[Any, ...]]:
    detail = orjson.dumps({"message_type": "ORU^R01", "sender": {"application": "LIS", "facility": "STB"}})
    for number in range(messages):
        trace_id, event_id = ids_of(number)
        at = base + number * 20_000
        yield (
            *(number + 1, event_id, trace_id, None, "message.received", at, at, "engine", "intake", "accepted"),
            *("observed", "0" * 64, 1, None, None, detail, 1),
        )


def _traces(messages: int, base: int) -> Iterator[tuple[Any, ...]]:
    for number in range(messages):
        trace_id, event_id = ids_of(number)
        at = base + number * 20_000
        control = value_of(KeyKind.CONTROL, number, messages)
        sender = SENDERS[number % len(SENDERS)]
        patient = value_of(KeyKind.PATIENT, number, messages)
        yield trace_id, event_id, at, at, control, sender, patient, value_of(KeyKind.VISIT, number, messages)


def _keys(messages: int) -> Iterator[tuple[str, str, int, str, str]]:
    for kind in KINDS:
        for number in range(messages):
            value = value_of(kind, number, messages)
            yield fold_key(value), kind.value, number + 1, ids_of(number)[0], value


def _traffic(base: int, messages: int) -> Iterator[tuple[str, int, int, int]]:
    last = base + messages * 20_000
    for sender in SENDERS:
        yield sender, 0, messages // len(SENDERS), last
        for minute in range(30 * 24 * 60):
            yield sender, last // MINUTE - minute, 7, last - minute * MINUTE


def timed(title: str, question: Callable[[], Any], *, rounds: int, target: float = 0.0) -> None:
    took, cpu = [], time.process_time()
    for _ in range(rounds):
        began = time.perf_counter()
        question()
        took.append((time.perf_counter() - began) * 1000)
    cpu = (time.process_time() - cpu) / rounds * 1000
    took.sort()
    aim = f"   target {target:g} ms" if target else ""
    print(f"{title:<52} median {took[rounds // 2]:7.2f}   p99 {took[int(rounds * 0.99)]:7.2f}   CPU {cpu:6.2f} ms{aim}")


def timeline(connection: Connection, visit: str, store: Store) -> bytes:
    """The answer of /encounters/{visit}/timeline."""
    [header] = encounters_json(connection, encounters_by_visit(connection, visit))
    rows = events_of_traces(connection, trace_ids_of_encounter(header["encounter_id"]))
    folded = fold_timeline((event_of(row) for row in rows), now=store.now)
    return orjson.dumps({"encounter": header, "timeline": folded.as_json()})


def stay(store: Store, number: int, messages: int, outcome: Kind = Kind.FILED) -> int:
    """A stay of so many messages, orders and results in turn; gives the number of its events."""
    store.patient(f"stay-{number}", "Busy", f"Stay {number}", mrn=f"STAY{number}")
    store.encounter(f"stay-{number}", f"stay-{number}", f"STAY-{number}")
    count = 0
    for n in range(messages):
        role = "order" if n % 2 == 0 else "result"
        order = {"order_id": f"o{n // 2}", "role": role, "display": "U&E", "placer": f"{n // 2}", "status": "active"}
        if role == "result":
            order["result_status"] = "final"
        stored = store.message(
            title="U&E", category=role, patient_id=f"stay-{number}", encounter_id=f"stay-{number}",
            visit=f"STAY-{number}", orders=[order], outcome=outcome, at=store.now + timedelta(seconds=30),
        )  # fmt: skip
        count += len(stored.events)
    return count


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    messages = 30_000 if arguments.quick else arguments.messages
    rounds = 50 if arguments.quick else ROUNDS
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder))
        writer = store.database.connect_writer()
        began = time.perf_counter()
        fill(writer, messages)
        writer.close()
        store.journal.stop()
        store = Store.open(Path(folder))
        size = (Path(folder) / "journal.db").stat().st_size / 1e9
        filled = time.perf_counter() - began
        print(f"{messages} messages, {messages * len(KINDS)} keys, {size:.1f} GB, {filled:.0f} s to fill")
        few = stay(store, 1, 72)
        many = stay(store, 2, 500)
        with store.database.reader() as connection:
            for kind in KINDS:
                timed(
                    f"key: any {kind.value}",
                    lambda kind=kind: orjson.dumps(  # type: ignore[misc]
                        [
                            key.as_json()
                            for key in find_key(connection, value_of(kind, chance.randrange(messages) | 1, messages))
                        ]
                    ),
                    rounds=rounds,
                    target=5,
                )
            timed(
                f"key: a patient of {messages // 10} messages",
                lambda: orjson.dumps([key.as_json() for key in find_key(connection, BUSY)]),
                rounds=rounds,
                target=5,
            )
            timed(
                "key: event id",
                lambda: find_key(connection, ids_of(chance.randrange(messages))[1]),
                rounds=rounds,
                target=5,
            )
            timed("key: nothing", lambda: find_key(connection, "NO SUCH NUMBER"), rounds=rounds, target=5)
            timed(
                f"timeline: {few} events, 72 messages",
                lambda: timeline(connection, "STAY-1", store),
                rounds=20,
                target=50,
            )
            timed(f"timeline: {many} events, 500 messages", lambda: timeline(connection, "STAY-2", store), rounds=10)
            trace_id = store.stored[-1].trace_id
            timed(
                "trace",
                lambda: orjson.dumps(
                    fold_trace(event_of(row) for row in events_of_trace(connection, trace_id)).as_json()
                ),
                rounds=rounds,
            )
            timed(
                "messages: newest 100",
                lambda: orjson.dumps(
                    [trace_json(r) for r in trace_reading.page(connection, TraceFilter(), after=None, limit=100).rows]
                ),
                rounds=rounds,
            )
            timed(
                "messages: of a sender that sends one in thirty",
                lambda: trace_reading.page(connection, TraceFilter(sender="SYSTEM07"), after=None, limit=100),
                rounds=rounds,
            )
            timed(
                "events: 200 from anywhere",
                lambda: orjson.dumps(
                    events_json(page(connection, EventFilter(), after=chance.randrange(messages), limit=200).rows)
                ),
                rounds=rounds,
            )
            timed(
                "events: a kind that is not there",
                lambda: page(connection, EventFilter(kinds=["destination.changed"]), after=None, limit=50),
                rounds=20,
            )
            timed(
                "patients: by name",
                lambda: patients_json(
                    connection, find_patients(connection, PatientFilter(name="bus"), after=None, limit=50)
                ),
                rounds=rounds,
            )
            timed(
                "statistics: 30 senders, 720 minutes of 43,200",
                lambda: recent_traffic(connection, now=to_micros(START), minutes=720),
                rounds=rounds,
            )
        store.close()


if __name__ == "__main__":
    main()
