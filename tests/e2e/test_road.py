"""From the accepted message to the filed resource in one process: orders, corrections, stops, and crashes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.core.events import Hop, Kind, State
from console.engine import dead_letter_desk, passage, pipeline
from console.fhir import concept_map, document
from console.storage import concept_maps
from console.storage.fresh_ids import uuid_source
from tests.builders.road import PATIENT, Road, adt, on_the_road, order, result, statuses

PLACED = "20260301081000"


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Road]:
    with on_the_road(tmp_path / "data") as opened:
        yield opened


def _value(body: dict[str, Any]) -> float:
    return float(body["valueQuantity"]["value"])


# ---------------------------------------------------------------- the life of an order


def test_that_an_order_and_its_result_are_filed_with_every_hop_proven(road: Road) -> None:
    ordered, resulted = road.go(order("P1"), result("P1", "F", "4.10"))
    assert road.kinds(resulted) == [
        Kind.RECEIVED,
        Kind.PARSED,
        Kind.IDENTIFIED,
        Kind.MAPPED,
        Kind.HANDED_OVER,
        Kind.FILED,
    ]
    assert road.outcome(ordered).state is State.VERIFIED
    filed = road.outcome(resulted)
    assert (filed.hop, filed.state, filed.detail["destination"]) == (Hop.VERIFY, State.VERIFIED, "fhir-store")
    events = [event for event in road.told.events if event.trace_id == resulted]
    assert [event.causation_id for event in events[1:]] == [event.event_id for event in events[:-1]]
    observation = road.the("Observation")
    assert (observation["status"], _value(observation)) == ("final", 4.1)
    assert observation["meta"]["versionId"] == "1"
    assert (
        road.the("DiagnosticReport")["basedOn"][0]["reference"] == f"ServiceRequest/{road.the('ServiceRequest')['id']}"
    )
    assert [road.count(table) for table in ("inbox", "outbox", "dead_letters")] == [0, 0, 0]


def test_that_decimals_reach_the_store_as_sent(road: Road) -> None:
    road.go(result("P1", "F", "4.10"))
    (body,) = [row[0] for row in road.reader.execute("SELECT body FROM fhir_history WHERE type = 'Observation'")]
    assert b'"value":4.10' in body


def test_that_a_late_preliminary_never_overwrites_a_correction(road: Road) -> None:
    road.go(order("P1"))
    for status, value in (("P", "4.0"), ("F", "4.1"), ("C", "4.2")):
        road.go(result("P1", status, value))
    (late,) = road.go(result("P1", "P", "9.9", at="20260301085900"))
    assert road.outcome(late).kind is Kind.SUPERSEDED
    observation = road.the("Observation")
    assert (observation["status"], _value(observation)) == ("corrected", 4.2)
    history = road.reader.execute(
        "SELECT version, body FROM fhir_history WHERE type = 'Observation' ORDER BY version"
    ).fetchall()
    assert [(v, document.from_bytes(b)["status"]) for v, b in history] == [
        (1, "preliminary"),
        (2, "final"),
        (3, "corrected"),
    ]


def test_that_sending_everything_again_changes_no_resource(road: Road) -> None:
    stream = [
        adt("A01", at="20260301070000"),
        order("P1"),
        result("P1", "P", "4.0", at="20260301090000"),
        result("P1", "F", "4.1", at="20260301091000"),
        result("P1", "C", "4.2", at="20260301092000"),
        adt("A03", at="20260301100000"),
    ]
    road.go(*stream)
    before = road.versions()
    again = road.go(*stream)
    assert road.versions() == before
    assert {road.outcome(trace).kind for trace in again} <= {Kind.RECORDED, Kind.SUPERSEDED}


def test_that_patient_encounter_and_order_can_be_found(road: Road) -> None:
    road.go(adt("A01", at="20260301070000"), order("P1"), result("P1", "F", "4.1"))
    patient = road.reader.execute("SELECT family, given, birth_date FROM patients").fetchone()
    assert tuple(patient) == ("MARTINEZ", "ROSA", "1957-08-14")
    encounter = road.reader.execute("SELECT visit_number, status FROM encounters").fetchone()
    assert tuple(encounter) == ("V118204", "in-progress")
    ordered = road.reader.execute("SELECT placer, filler, result_status FROM orders").fetchone()
    assert tuple(ordered) == ("P1", "FP1", "final")


# ---------------------------------------------------------------- admissions


def test_that_a_sparse_update_wipes_nothing_and_a_null_deletes(road: Road) -> None:
    phone = "PID|1||00418827^^^STB^MR||MARTINEZ^ROSA||19570814|F|||12 HARBOUR RD^^LEITH||01315550123"
    road.go(adt("A01", pid=phone, at="20260301070000"))
    road.go(adt("A08", pid="PID|1||00418827^^^STB^MR", at="20260301071000"))
    patient = road.the("Patient")
    assert patient["name"][0]["family"] == "MARTINEZ"
    assert patient["telecom"][0]["value"]
    road.go(adt("A08", pid='PID|1||00418827^^^STB^MR||||||||||""', at="20260301072000"))
    assert "telecom" not in road.the("Patient")
    assert road.the("Encounter")["status"] == "in-progress"


def test_that_a_cancelled_discharge_takes_the_discharge_back(road: Road) -> None:
    road.go(adt("A01", at="20260301070000"), adt("A03", at="20260301080000"))
    assert road.the("Encounter")["status"] == "finished"
    road.go(adt("A13", at="20260301081000"))
    encounter = road.the("Encounter")
    assert encounter["status"] == "in-progress"
    assert "end" not in encounter["period"]


# ---------------------------------------------------------------- stops


UNKNOWN = "K-PL^Potassium (plasma)^L-LIS"


def _version_13() -> concept_map.ConceptMap:
    element = {"system": "L-LIS", "code": "K-PL", "target": "2823-3"}
    shipped = next(m for m in concept_maps.shipped(_maps()) if m.stamp == "lab-local-loinc@12").as_json()
    shipped |= {"version": "13", "effective_from": "2026-03-01", "elements": [*shipped["elements"], element]}
    return concept_map.from_json(shipped)


def _maps() -> Path:
    from console.core.resources import resource_path

    return resource_path("concept_maps")


def test_that_a_code_without_a_map_parks_its_order_and_nothing_else(road: Road) -> None:
    stopped, follower, other = road.go(
        result("P1", "P", "4.0", code=UNKNOWN),
        result("P1", "F", "4.1", at="20260301091000"),
        result("P2", "F", "5.0"),
    )
    letter = road.outcome(stopped)
    assert letter.kind is Kind.DEAD_LETTERED
    assert letter.error is not None
    assert (letter.error.code, letter.error.path) == ("code-not-mapped", "OBX[1]-3")
    assert letter.error.text == "local code K-PL has no LOINC code in map lab-local-loinc version 12"
    assert letter.detail["orders"]
    assert letter.detail["group"]["title"].startswith("Local code K-PL")
    waiting = road.outcome(follower)
    assert waiting.kind is Kind.WAITING
    assert waiting.detail["waits_for"] == letter.event_id
    assert f"Blocked by {letter.event_id}" in waiting.detail["because"]
    assert road.outcome(other).kind is Kind.FILED
    assert len(road.filed("Observation")) == 1


def test_that_a_new_map_version_and_taking_up_the_letter_set_everything_right(road: Road) -> None:
    stopped, follower = road.go(
        result("P1", "P", "4.0", code=UNKNOWN), result("P1", "F", "4.1", at="20260301091000", code=UNKNOWN)
    )
    letter = road.outcome(stopped)
    road.journal.submit(lambda w: concept_maps.publish(w, _version_13(), 2)).result(10)
    road.take_up(letter.event_id)
    assert [road.outcome(trace).kind for trace in (stopped, follower)] == [Kind.RELEASED, Kind.RELEASED]
    road.go()
    assert road.outcome(stopped).kind is Kind.FILED
    assert road.outcome(follower).kind is Kind.FILED
    assert (road.the("Observation")["status"], _value(road.the("Observation"))) == ("final", 4.1)
    mapped = [e for e in road.told.of(Kind.MAPPED) if e.trace_id == stopped]
    assert "lab-local-loinc@13" in mapped[0].detail["maps"]
    assert mapped[0].attempt == 2
    assert road.count("order_holds") == 0


def test_that_a_dismissed_letter_lets_its_order_go_on(road: Road) -> None:
    stopped, follower = road.go(result("P1", "P", "4.0", code=UNKNOWN), result("P1", "F", "4.1", at="20260301091000"))
    letter = road.outcome(stopped)
    road.journal.submit(
        lambda w: dead_letter_desk.dismiss(w, letter.event_id, ids=uuid_source(), clock=lambda: road.now)
    ).result(10)
    road.go()
    assert road.outcome(stopped) == letter
    assert road.outcome(follower).kind is Kind.FILED


def test_that_a_map_is_chosen_by_when_the_thing_happened_and_old_events_keep_theirs(road: Road) -> None:
    (before,) = road.go(result("P1", "F", "4.1"))
    road.journal.submit(lambda w: concept_maps.publish(w, _version_13(), 2)).result(10)
    (after,) = road.go(result("P2", "F", "4.1"))
    used = {e.trace_id: e.detail["maps"] for e in road.told.of(Kind.MAPPED)}
    assert "lab-local-loinc@12" in used[before]
    assert "lab-local-loinc@13" in used[after]


def test_that_a_refused_admission_does_not_hold_the_patients_results(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail_on(monkeypatch, "ADT")
    admitted, resulted = road.go(adt("A01"), result("P1", "F", "4.1"))
    assert road.outcome(admitted).kind is Kind.DEAD_LETTERED
    assert road.outcome(resulted).kind is Kind.FILED


def test_that_a_message_only_its_sender_can_mend_does_not_hold_the_repair(road: Road) -> None:
    nobody, repaired = road.go(result("P1", "F", "4.1", pid="PID|1"), result("P1", "F", "4.1", at="20260301091000"))
    letter = road.outcome(nobody)
    assert letter.error is not None
    assert letter.error.code == "patient-not-identified"
    assert road.outcome(repaired).kind is Kind.FILED


def _fail_on(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    real = passage.map_message

    def failing(message: Any, context: Any, state: Any) -> Any:
        if message.header.message_type.startswith(code):
            raise RuntimeError(f"secret: {message.first('PID').text(5)}")
        return real(message, context, state)

    monkeypatch.setattr(passage, "map_message", failing)


def test_that_a_fault_of_ours_is_a_dead_letter_that_quotes_nothing(
    road: Road, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patched:
        _fail_on(patched, "ORU")
        stopped, follower, other = road.go(
            result("P1", "P", "4.0"), result("P1", "F", "4.1", at="20260301091000"), adt("A01")
        )
    letter = road.outcome(stopped)
    assert letter.error is not None
    assert letter.error.code == "bug"
    assert "RuntimeError" in letter.error.text
    assert "MARTINEZ" not in letter.error.text
    assert road.outcome(follower).kind is Kind.WAITING
    assert road.outcome(other).kind is Kind.FILED
    road.take_up(letter.event_id)
    road.go()
    assert [road.outcome(trace).kind for trace in (stopped, follower)] == [Kind.FILED, Kind.FILED]


def test_that_a_message_that_cannot_be_written_stops_alone(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    real = pipeline.write_batch

    def failing(write: Any, passages: Any, **more: Any) -> None:
        if any("9.9" in (p.pending.raw or b"").decode() and p.rows for p in passages):
            write.execute("INSERT INTO no_such_table VALUES (1)")
        real(write, passages, **more)

    monkeypatch.setattr(pipeline, "write_batch", failing)
    good, bad, last = road.go(result("P1", "F", "4.1"), result("P2", "F", "9.9"), result("P3", "F", "4.3"))
    assert road.outcome(bad).kind is Kind.DEAD_LETTERED
    assert [road.outcome(trace).kind for trace in (good, last)] == [Kind.FILED, Kind.FILED]
    assert len(road.filed("Observation")) == 2


# ---------------------------------------------------------------- crashes


def test_that_what_was_mapped_before_a_crash_is_delivered_once_after_it(road: Road) -> None:
    (trace,) = road.send(result("P1", "F", "4.1"))
    road.map()
    assert road.count("outbox") == 1
    road.reopen()
    road.go()
    assert road.outcome(trace).kind is Kind.FILED
    assert set(road.versions().values()) == {1}
    assert road.count("outbox") == 0


def test_that_what_was_applied_before_a_crash_is_only_read_back_after_it(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    (trace,) = road.send(result("P1", "F", "4.1"))
    road.map()
    with monkeypatch.context() as patched:
        patched.setattr(road.deliverer, "_prove", lambda *_: None)
        road.deliverer.run_once()
    assert (road.outcome(trace).kind, road.count("outbox")) == (Kind.HANDED_OVER, 1)
    road.reopen()
    road.go()
    assert road.kinds(trace) == [Kind.FILED]
    assert set(road.versions().values()) == {1}


def test_that_what_was_accepted_before_a_crash_is_mapped_in_order_after_it(road: Road) -> None:
    traces = road.send(order("P1"), result("P1", "P", "4.0"), result("P1", "F", "4.1", at="20260301091000"))
    road.reopen()
    road.go()
    assert [road.outcome(trace).kind for trace in traces] == [Kind.FILED] * 3
    assert statuses(road, "Observation") == ["final"]


def test_that_a_long_queue_is_never_in_memory_at_once(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    real = pipeline.inbox.pending

    def counted(*arguments: Any) -> Any:
        found = real(*arguments)
        taken.append(len(found))
        return found

    monkeypatch.setattr(pipeline.inbox, "pending", counted)
    road.send(*[result(f"P{n}", "F", "4.1") for n in range(2 * pipeline.BATCH + 5)])
    road.map()
    assert sum(taken) == 2 * pipeline.BATCH + 5
    assert max(taken) <= pipeline.BATCH


def test_that_the_store_never_calls_filed_what_it_does_not_hold(road: Road) -> None:
    (trace,) = road.send(result("P1", "F", "4.1"))
    road.map()
    real = road.deliverer._prove

    def spoil(applied: Any, reader: Any) -> None:
        road.journal.submit(
            lambda w: w.execute("UPDATE fhir_history SET body = replace(body, '4.1', '9.9') WHERE type = 'Observation'")
        ).result(10)
        real(applied, reader)

    road.deliverer._prove = spoil  # type: ignore[method-assign]
    road.deliver()
    letter = road.outcome(trace)
    assert letter.kind is Kind.DEAD_LETTERED
    assert letter.error is not None
    assert (letter.error.code, letter.hop) == ("read-back-differs", Hop.VERIFY)


def test_that_every_destination_gets_a_delivery_of_its_own(tmp_path: Path) -> None:
    with on_the_road(tmp_path / "data", destinations=("fhir-store", "ehr.example/fhir")) as road:
        (trace,) = road.go(result("P1", "F", "4.1"))
        assert road.told.of(Kind.MAPPED)[0].detail["destinations"] == ["fhir-store", "ehr.example/fhir"]
        left = road.reader.execute("SELECT destination, trace_id, lane FROM outbox").fetchall()
        patient_id = next(iter(road.filed("Patient")))
        assert [tuple(row) for row in left] == [("ehr.example/fhir", trace, patient_id)]


def test_that_the_same_patient_by_another_sender_is_one_person(road: Road) -> None:
    road.go(adt("A01"), result("P1", "F", "4.1", pid=PATIENT))
    assert len(road.filed("Patient")) == 1


def test_that_a_merge_waits_for_both_patients_and_holds_both(tmp_path: Path) -> None:
    """On the way to a remote server nothing of either patient may overtake what writes both."""
    other = "PID|1||00777777^^^STB^MR||MARTINEZ^R||19570814|F"
    with on_the_road(tmp_path / "data", destinations=("fhir-store", "ehr")) as road:
        road.go(
            adt("A28", at="20260301070000"),
            adt("A28", at="20260301070100", pid=other, pv1="PV1|1|N"),
            adt("A40", "MRG|00777777^^^STB^MR", at="20260301080000", pv1="PV1|1|N"),
        )
        lanes = [
            row[0].split()
            for row in road.reader.execute("SELECT lane FROM outbox WHERE destination = 'ehr' ORDER BY seq")
        ]
        assert set(lanes[2]) == {lanes[0][0], lanes[1][0]}
        assert len(road.filed("Patient")) == 2
