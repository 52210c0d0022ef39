"""The tables the desk reads: patients, encounters, orders, and our own state of every resource."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from console.core.clock import to_micros
from console.core.ids import EventId
from console.fhir.context import (
    Action,
    Alias,
    Change,
    EncounterFact,
    IdentifierFact,
    OrderFact,
    PatientFact,
)
from console.storage import encounters, orders, outbox, patients, resource_state
from console.storage.database import Database, DriverConnection
from console.storage.journal import Journal
from console.storage.orders import Mention
from console.storage.outbox import Entry

EIGHT = to_micros(datetime(2026, 3, 1, 8, 0, tzinfo=UTC))


@pytest.fixture
def reader(database: Database, journal: Journal) -> Iterator[DriverConnection]:
    connection = database.connect_reader()
    yield connection
    connection.close()


# ---------------------------------------------------------------- patients


def _patient(patient_id: str, value: str, *, family: str = "Martínez López", replaced_by: str = "") -> PatientFact:
    return PatientFact(
        patient_id=patient_id,
        family=family,
        given="Rosa",
        replaced_by=replaced_by,
        identifiers=(IdentifierFact("MRN", value, value),),
    )


def test_that_a_patient_is_found_by_number_and_by_every_word_of_the_name(
    journal: Journal, reader: DriverConnection
) -> None:
    journal.submit(lambda w: patients.put(w, [_patient("p1", "7")], 1)).result(10)
    assert patients.owner(reader, "MRN", "7") == "p1"
    assert patients.owner(reader, "OTHER", "7") is None
    words = reader.execute("SELECT word FROM patient_names WHERE patient_id = 'p1' ORDER BY word").fetchall()
    assert [word for (word,) in words] == ["lopez", "martinez", "rosa"]


def test_that_a_new_name_replaces_the_words_and_keeps_the_first_sight(
    journal: Journal, reader: DriverConnection
) -> None:
    journal.submit(lambda w: patients.put(w, [_patient("p1", "7")], 1)).result(10)
    journal.submit(lambda w: patients.put(w, [_patient("p1", "8", family="Gil")], 2)).result(10)
    words = reader.execute("SELECT word FROM patient_names WHERE patient_id = 'p1' ORDER BY word").fetchall()
    assert [word for (word,) in words] == ["gil", "rosa"]
    assert reader.execute("SELECT created_at, family FROM patients").fetchall() == [(1, "Gil")]
    assert [patients.owner(reader, "MRN", value) for value in "78"] == ["p1", "p1"]


def test_that_a_merged_patient_names_the_one_that_is_left(journal: Journal, reader: DriverConnection) -> None:
    journal.submit(lambda w: patients.put(w, [_patient("p1", "1", replaced_by="p2"), _patient("p2", "2")], 1)).result(
        10
    )
    assert [patients.replacement(reader, patient_id) for patient_id in ("p1", "p2", "p3")] == ["p2", "", ""]


# ---------------------------------------------------------------- encounters


def test_that_an_encounter_follows_its_last_message(journal: Journal, reader: DriverConnection) -> None:
    def fact(status: str, ended: str = "") -> EncounterFact:
        return EncounterFact(
            encounter_id="e1", patient_id="p1", status=status, started_at="2026-03-01T08:00:00Z", ended_at=ended
        )

    journal.submit(lambda w: encounters.put(w, [(fact("in-progress"), 10)])).result(10)
    journal.submit(lambda w: encounters.put(w, [(fact("finished", "2026-03-02"), 20)])).result(10)
    journal.submit(lambda w: encounters.touch(w, [("e1", 15), ("e1", 30), ("unheard-of", 30)])).result(10)
    row = reader.execute("SELECT status, started_at, ended_at > started_at, last_at FROM encounters").fetchone()
    assert tuple(row) == ("finished", EIGHT, 1, 30)


# ---------------------------------------------------------------- orders


def _mention(role: str, received_at: int, **more: str) -> Mention:
    return Mention(OrderFact(order_id="o1", role=role, **more), "p1", "", received_at)  # type: ignore[arg-type]


def test_that_what_a_message_does_not_say_of_an_order_stays(journal: Journal, reader: DriverConnection) -> None:
    mentions = [
        _mention("order", 10, placer="P1", display="Potassium", status="active", at="2026-03-01T08:00:00Z"),
        _mention("result", 20, filler="F1", result_status="preliminary"),
        _mention("result", 30, result_status="final", at="2026-03-01T08:00:00Z"),
    ]
    journal.submit(lambda w: orders.put(w, mentions)).result(10)
    row = reader.execute(
        "SELECT placer, filler, display, status, result_status, ordered_at, resulted_at, last_at FROM orders"
    ).fetchone()
    assert tuple(row) == ("P1", "F1", "Potassium", "active", "final", EIGHT, EIGHT, 30)


def test_that_a_number_stays_with_the_order_that_had_it_first(journal: Journal, reader: DriverConnection) -> None:
    first = [Alias("placer", "EHR", "1", "o1"), Alias("placer", "EHR", "1", "o2"), Alias("filler", "", "9", "o1")]
    journal.submit(lambda w: orders.put_aliases(w, first)).result(10)
    journal.submit(lambda w: orders.put_aliases(w, [Alias("filler", "", "9", "o3")])).result(10)
    assert orders.order_of(reader, "placer", "EHR", "1") == "o1"
    assert orders.order_of(reader, "filler", "", "9") == "o1"
    assert orders.order_of(reader, "filler", "LAB", "9") is None


# ---------------------------------------------------------------- our own state


def _change(action: Action, raw: bytes, if_match: int | None, guard: dict[str, str]) -> Change:
    return Change("Patient", "p1", {}, raw, guard, action, if_match)


def test_that_the_version_counts_contents_and_the_guard_moves_without_one(
    journal: Journal, reader: DriverConnection
) -> None:
    changes = [
        _change(Action.CREATE, b'{"a":1}', None, {"rank": "1"}),
        _change(Action.UPDATE, b'{"a":2}', 1, {"rank": "2"}),
        _change(Action.NONE, b'{"a":2}', 2, {"rank": "3"}),
    ]
    rows = [resource_state.row_of(change, f"e{n}") for n, change in enumerate(changes)]
    assert [row.version for row in rows] == [1, 2, 2]
    journal.submit(lambda w: resource_state.put(w, rows)).result(10)
    found = resource_state.find(reader, "Patient", "p1")
    assert found is not None
    stored = resource_state.stored_of(found)
    assert (stored.raw, stored.version, stored.guard) == (b'{"a":2}', 2, {"rank": "3"})
    assert resource_state.find(reader, "Patient", "p2") is None


# ---------------------------------------------------------------- the outbox


def test_that_deliveries_come_in_order_with_the_bytes_of_each_resource(
    journal: Journal, reader: DriverConnection
) -> None:
    bundle = b'{"entry":[{"resource":{"a":1}},{"resource":{"b":2}}]}'
    entries = [
        Entry("Patient", "p1", 1, None, bundle.index(b'{"a"'), 7),
        Entry("Observation", "o1", 2, 1, bundle.index(b'{"b"'), 7),
    ]
    row = ("store", "t", EventId("e"), "lane", bundle, outbox.entries_json(entries), "sha", 5)
    journal.submit(lambda w: outbox.add(w, [row, ("ehr", *row[1:]), row, row])).result(10)
    first, *rest = outbox.first(reader, "store", after=0, limit=10, most_bytes=10**6)
    assert [first.content(entry) for entry in first.entries] == [b'{"a":1}', b'{"b":2}']
    assert [(e.reference, e.version, e.if_match) for e in first.entries] == [
        ("Patient/p1", 1, None),
        ("Observation/o1", 2, 1),
    ]
    assert [d.seq for d in rest] == [3, 4]
    assert [d.seq for d in outbox.first(reader, "store", after=first.seq, limit=1, most_bytes=10**6)] == [3]
    assert len(outbox.first(reader, "store", after=0, limit=10, most_bytes=1)) == 1
    assert outbox.lanes(reader, "ehr", after=0, limit=10) == [(2, "lane")]
    journal.submit(lambda w: outbox.postpone(w, 2, attempts=3, next_at=9, error="http-503")).result(10)
    assert (one := outbox.one(reader, 2)) is not None
    assert one.attempts == 3
    journal.submit(lambda w: outbox.remove(w, [1, 2, 3, 4])).result(10)
    assert outbox.one(reader, 2) is None
