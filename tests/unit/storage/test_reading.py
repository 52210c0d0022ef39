"""Reading the journal and the chart back: every way the API asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from console.core.clock import to_micros
from console.core.events import Kind, event_from_json
from console.storage import event_reading, order_reading, trace_reading
from console.storage.encounter_reading import (
    EncounterFilter,
    encounters_by_visit,
    encounters_json,
    find_encounters,
    unassigned_json,
)
from console.storage.event_reading import EventFilter, event_json, event_of, page, position_at
from console.storage.failure_reading import dead_letter_json, dead_letter_rows, failure_groups, queue_depths
from console.storage.key_reading import COUNT_LIMIT, find_key, indexed_up_to
from console.storage.order_reading import OrderFilter, find_orders
from console.storage.patient_reading import PatientFilter, find_patients, patients_json
from console.storage.trace_reading import TraceFilter, children, trace_id_of
from tests.builders.store import Store, Stored, ward


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def filled(store: Store) -> dict[str, Stored]:
    return ward(store)


def test_that_an_event_comes_back_as_it_was_written(store: Store, filled: dict[str, Stored]) -> None:
    written = filled["stopped"].events[-1]
    with store.database.reader() as connection:
        row = event_reading.event_by_id(connection, written.event_id)
        assert row is not None
        found = event_of(row)
    assert found.seq > 0
    assert found.as_json() | {"seq": 0} == written.as_json() | {"seq": 0}
    assert event_from_json(orjson.loads(orjson.dumps(event_json(row)))) == found


def _all(store: Store, wanted: EventFilter, *, limit: int, descending: bool = False) -> list[int]:
    seen: list[int] = []
    after: int | None = None
    with store.database.reader() as connection:
        while True:
            answer = page(connection, wanted, after=after, limit=limit, descending=descending)
            seen += [row.seq for row in answer.rows]
            if answer.resume is None:
                return seen
            after = answer.resume


@pytest.mark.parametrize("limit", [1, 7, 200])
@pytest.mark.parametrize("descending", [False, True])
def test_that_paging_gives_every_event_once(
    store: Store, filled: dict[str, Stored], limit: int, descending: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_reading, "SCAN", 11)
    everything = sum(len(stored.events) for stored in filled.values())
    seen = _all(store, EventFilter(), limit=limit, descending=descending)
    assert seen == sorted(range(1, everything + 1), reverse=descending)


@pytest.mark.parametrize("descending", [False, True])
def test_that_a_filter_goes_on_over_rows_it_does_not_want(
    store: Store, filled: dict[str, Stored], descending: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_reading, "SCAN", 3)
    assert len(_all(store, EventFilter(kinds=[Kind.DEAD_LETTERED]), limit=50, descending=descending)) == 1
    assert len(_all(store, EventFilter(states=["verified"]), limit=50, descending=descending)) == 4


def test_that_events_are_found_by_trace_key_and_time(store: Store, filled: dict[str, Stored]) -> None:
    result = filled["result"]
    assert len(_all(store, EventFilter(trace_id=result.trace_id), limit=2)) == len(result.events)
    assert len(_all(store, EventFilter(key="26l-0048812"), limit=2)) == len(result.events)
    since = to_micros(result.events[0].recorded_at)
    until = to_micros(result.events[-1].recorded_at) + 1
    assert len(_all(store, EventFilter(since=since, until=until), limit=2)) == len(result.events)
    assert _all(store, EventFilter(since=until + 10**12), limit=5) == []


def test_that_a_moment_is_found_as_a_position(store: Store, filled: dict[str, Stored]) -> None:
    events = [event for stored in filled.values() for event in stored.events]
    with store.database.reader() as connection:
        for place, event in enumerate(events, 1):
            at = to_micros(event.recorded_at)
            assert position_at(connection, at, len(events)) == place
            assert position_at(connection, at + 1, len(events)) == place + 1


def test_that_messages_are_listed_newest_first_and_each_once(store: Store) -> None:
    sent = [store.message(control=str(n)) for n in range(30)]
    with store.database.reader() as connection:
        seen: list[str] = []
        after: tuple[int, str] | None = None
        while True:
            answer = trace_reading.page(connection, TraceFilter(), after=after, limit=7)
            seen += [row.trace_id for row in answer.rows]
            if answer.resume is None:
                break
            after = answer.resume
    assert seen == [stored.trace_id for stored in reversed(sent)]


def test_that_messages_are_found_by_sender_type_state_and_time(
    store: Store, filled: dict[str, Stored], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace_reading, "SCAN", 2)

    def found(wanted: TraceFilter) -> set[str]:
        seen: set[str] = set()
        after: tuple[int, str] | None = None
        with store.database.reader() as connection:
            while True:
                answer = trace_reading.page(connection, wanted, after=after, limit=1)
                seen |= {row.trace_id for row in answer.rows}
                if answer.resume is None:
                    return seen
                after = answer.resume

    ids = {name: stored.trace_id for name, stored in filled.items()}
    assert found(TraceFilter(sender="PAS")) == {ids["admission"]}
    assert found(TraceFilter(message_type="ORU^R01")) == {ids["result"], ids["stopped"], ids["unassigned"]}
    assert found(TraceFilter(message_type="ORU")) == {ids["result"], ids["stopped"], ids["unassigned"]}
    assert found(TraceFilter(states=["dead_lettered", "refused"])) == {ids["stopped"], ids["quarantined"]}
    since = to_micros(filled["unassigned"].events[0].occurred_at)
    assert found(TraceFilter(since=since)) == {ids["unassigned"], ids["quarantined"]}


def test_that_a_trace_is_found_by_any_id_of_it(store: Store, filled: dict[str, Stored]) -> None:
    result = filled["result"]
    with store.database.reader() as connection:
        for text in (
            result.trace_id,
            result.trace_id.upper(),
            result.event_id,
            result.event_id.replace("-", ""),
            f" {result.events[3].event_id} ",
        ):
            assert trace_id_of(connection, text) == result.trace_id
        for text in ("", "x", "0" * 32, "-" * 40, "é" * 32):
            assert trace_id_of(connection, text) == ""


def test_that_the_messages_of_a_batch_are_its_children(store: Store) -> None:
    batch = store.message(kind="BATCH")
    inside = [store.message(parent=batch.trace_id) for _ in range(3)]
    with store.database.reader() as connection:
        assert children(connection, batch.trace_id) == [stored.trace_id for stored in inside]


def test_that_an_identifier_is_found_in_any_spelling_with_its_messages(store: Store, filled: dict[str, Stored]) -> None:
    with store.database.reader() as connection:
        [hit] = find_key(connection, "0041-8827")
        assert (hit.kind, hit.assigner, hit.shown, hit.hits) == ("patient", "STB", "00418827", 4)
        assert hit.newest[0].trace_id == filled["stopped"].trace_id
        assert hit.first_at == to_micros(filled["admission"].events[0].occurred_at)
        assert hit.last_at == to_micros(filled["stopped"].events[0].occurred_at)
        assert find_key(connection, "118204", kind="placer") == []
        assert find_key(connection, "118204", kind="visit", assigner="STB")[0].hits == 4
        assert find_key(connection, "118204", assigner="elsewhere") == []
        assert indexed_up_to(connection) == event_reading.last_seq(connection)


def test_that_event_and_trace_ids_are_found_as_keys(store: Store, filled: dict[str, Stored]) -> None:
    order = filled["order"]
    with store.database.reader() as connection:
        [by_event] = find_key(connection, order.event_id)
        [by_trace] = find_key(connection, order.trace_id, kind="trace")
        assert (by_event.kind, by_trace.kind) == ("event", "trace")
        assert by_event.newest[0].trace_id == by_trace.newest[0].trace_id == order.trace_id
        assert find_key(connection, order.trace_id, kind="patient") == []


def test_that_counting_a_busy_identifier_stops(store: Store) -> None:
    busy = [("BUSY", "control", "", n, "t", "busy") for n in range(1, COUNT_LIMIT + 50)]
    store.message()
    store.write(lambda w: w.insert("key_index", ("value", "kind", "assigner", "seq", "trace_id", "shown"), busy))
    with store.database.reader() as connection:
        body = find_key(connection, "busy")[0].as_json()
    assert body["hits"] == COUNT_LIMIT
    assert body["more"] is True


def test_that_patients_are_found_by_name_number_and_birth_date(store: Store, filled: dict[str, Stored]) -> None:
    def found(**wanted: str) -> list[str]:
        with store.database.reader() as connection:
            rows = find_patients(connection, PatientFilter(**wanted), after=None, limit=10)
        return [row.patient_id for row in rows]

    assert found(name="martinez") == ["pat-1"]
    assert found(name="ROSA mart") == ["pat-1"]
    assert found(name="rosa obrien") == []
    assert found(name="o'b sea") == ["pat-2"]
    assert found(identifier="777 1234") == ["pat-2"]
    assert found(identifier="7771234", assigner="NHS") == []
    assert found(birth_date="1988") == ["pat-2"]
    assert found(birth_date="1988-02-%") == []
    assert found() == ["pat-1", "pat-2"]
    with store.database.reader() as connection:
        rows = find_patients(connection, PatientFilter(), after=("Martínez López", "Rosa Elena", "pat-1"), limit=10)
        assert [row.patient_id for row in rows] == ["pat-2"]
        [body] = patients_json(connection, rows)
    assert body["identifiers"] == [{"assigner": "STB", "value": "777-1234", "type": "MR", "status": "current"}]
    assert body["encounters"] == 1
    assert body["last_at"] is not None


def test_that_encounters_are_found_by_patient_visit_and_text(store: Store, filled: dict[str, Stored]) -> None:
    def found(**wanted: str) -> list[str]:
        with store.database.reader() as connection:
            rows = find_encounters(connection, EncounterFilter(**wanted), after=None, limit=10)
        return [row.encounter_id for row in rows]

    assert found(patient_id="pat-1") == ["enc-2", "enc-1"]
    assert found(visit="118204") == ["enc-1"]
    assert found(text="lopez") == ["enc-2", "enc-1"]
    assert found(text="118300") == ["enc-2"]
    assert found(text="777-1234") == ["enc-3"]
    assert sorted(found()) == ["enc-1", "enc-2", "enc-3"]
    with store.database.reader() as connection:
        [body] = encounters_json(connection, encounters_by_visit(connection, "118204"))
    assert body["patient"]["family"] == "Martínez López"
    assert body["standing"] == {"verified": 3, "dead_lettered": 1}


def test_that_messages_without_a_visit_have_a_stand_in_encounter(store: Store, filled: dict[str, Stored]) -> None:
    with store.database.reader() as connection:
        body = unassigned_json(connection, "pat-2")
        assert unassigned_json(connection, "pat-1") is None
    assert body is not None
    assert body["encounter_id"] == "unassigned:pat-2"
    assert body["standing"] == {"verified": 1}


def test_that_orders_are_found_by_any_number(store: Store, filled: dict[str, Stored]) -> None:
    def found(**wanted: str) -> list[str]:
        with store.database.reader() as connection:
            rows = find_orders(connection, OrderFilter(**wanted), after=None, limit=10)
        return [order_reading.order_json(row)["order_id"] for row in rows]

    for wanted in ({"key": "55121"}, {"key": "26L-0048812"}, {"encounter_id": "enc-1"}, {"patient_id": "pat-1"}):
        assert found(**wanted) == ["ord-1"]
    assert found(key="55122") == []


def test_that_failures_are_gathered_by_why(store: Store, filled: dict[str, Stored]) -> None:
    for n in range(3):
        stored = store.message(outcome=Kind.DEAD_LETTERED)
        store.dead_letter(stored, group_key="other", title="Other", patient_id=f"p{n % 2}", code="x")
    with store.database.reader() as connection:
        groups = failure_groups(connection)
        letters = dead_letter_rows(connection, group_key="other", after=None, limit=2)
        assert len(letters) == 3
        rest = dead_letter_rows(connection, group_key="other", after=(letters[1].last_at, letters[1].event_id), limit=2)
        assert queue_depths(connection)["dead_letters"] == 4
    assert [(g["group_key"], g["count"], g["patients"], len(g["sample"])) for g in groups] == [
        ("other", 3, 2, 3),
        ("map:K-PL", 1, 1, 1),
    ]
    assert dead_letter_json(rest[0])["event_id"] == letters[2].event_id
    assert groups[1]["first_at"].endswith("Z")


def test_that_reading_far_ahead_of_the_journal_gives_nothing(store: Store) -> None:
    with store.database.reader() as connection:
        assert page(connection, EventFilter(), after=None, limit=5).rows == []
        assert page(connection, EventFilter(), after=10**15, limit=5).rows == []
        assert event_reading.last_seq(connection) == 0
        late = to_micros(store.now + timedelta(days=1))
        assert page(connection, EventFilter(since=late), after=None, limit=5).resume is None
