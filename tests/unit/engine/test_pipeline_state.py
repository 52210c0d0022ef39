"""What the pipeline remembers: this batch over the committed, and nothing of a batch that failed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from console.engine import pipeline_state
from console.engine.pipeline_state import PipelineState
from console.fhir.context import Alias, IdentifierFact, PatientFact
from console.storage import orders, patients, resource_state
from console.storage.database import Database, DriverConnection
from console.storage.journal import Journal
from console.storage.resource_state import StateRow


@pytest.fixture
def reader(database: Database) -> Iterator[DriverConnection]:
    connection = database.connect_reader()
    yield connection
    connection.close()


def _row(identity: str, version: int, body: bytes = b"{}") -> StateRow:
    return StateRow("Patient", identity, version, body, None, "e")


def _person(identity: str, number: str, replaced_by: str = "") -> PatientFact:
    return PatientFact(
        patient_id=identity, replaced_by=replaced_by, identifiers=(IdentifierFact("MRN", number, number),)
    )


def test_that_a_batch_sees_its_own_work_and_forgets_it_when_it_fails(reader: DriverConnection) -> None:
    state = PipelineState(reader)
    state.take([_row("p1", 1)], [Alias("placer", "EHR", "1", "o1")], [_person("p1", "7")])
    assert (stored := state.resource("Patient", "p1")) is not None
    assert stored.version == 1
    assert (state.order_id("placer", "EHR", "1"), state.patient_of("MRN", "7")) == ("o1", "p1")
    state.forget()
    assert state.resource("Patient", "p1") is None
    assert (state.order_id("placer", "EHR", "1"), state.patient_of("MRN", "7")) == (None, None)


def test_that_what_did_not_exist_is_seen_once_it_does(reader: DriverConnection) -> None:
    state = PipelineState(reader)
    assert not state.known("Patient", "p1")
    assert state.patient_of("MRN", "7") is None
    state.take([_row("p1", 1)], [], [_person("p1", "7")])
    assert state.known("Patient", "p1")
    state.keep()
    assert state.known("Patient", "p1")
    assert state.patient_of("MRN", "7") == "p1"


def test_that_committed_state_is_read_and_a_number_stays_with_its_first_order(
    database: Database, reader: DriverConnection
) -> None:
    journal = Journal(database)
    journal.start()
    journal.submit(lambda w: resource_state.put(w, [_row("p1", 3)])).result(10)
    journal.submit(lambda w: orders.put_aliases(w, [Alias("placer", "EHR", "1", "o1")])).result(10)
    journal.submit(lambda w: patients.put(w, [_person("p1", "1", "p2"), _person("p2", "2")], 1)).result(10)
    journal.stop()
    state = PipelineState(reader)
    assert (stored := state.resource("Patient", "p1")) is not None
    assert stored.version == 3
    assert state.patient_of("MRN", "1") == "p2"
    state.take([], [Alias("placer", "EHR", "1", "o2")], [])
    assert state.order_id("placer", "EHR", "1") == "o1"


def test_that_a_merge_within_the_batch_counts_at_once(reader: DriverConnection) -> None:
    state = PipelineState(reader)
    state.take([], [], [_person("p1", "1"), _person("p2", "2")])
    state.take([], [], [_person("p1", "1", "p2")])
    assert state.patient_of("MRN", "1") == "p2"


def test_that_only_news_about_a_patient_is_written_again(reader: DriverConnection) -> None:
    state = PipelineState(reader)
    first = _person("p1", "1")
    assert state.news([first]) == (first,)
    state.take([], [], [first])
    state.keep()
    assert state.news([first]) == ()
    assert state.news([_person("p1", "2")]) == (_person("p1", "2"),)


def test_that_memory_is_bounded_and_large_documents_are_not_kept(
    reader: DriverConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline_state, "REMEMBERED", 10)
    state = PipelineState(reader)
    state.take([_row(f"p{n}", 1) for n in range(50)], [], [])
    state.keep()
    assert len(state._rows._kept) == 10
    state.take([_row("large", 1, b"x" * (pipeline_state.LARGEST + 1))], [], [])
    state.keep()
    assert ("Patient", "large") not in state._rows._kept
