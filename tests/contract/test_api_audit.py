"""Every look at patient data leaves a sealed entry; nothing else does."""

from __future__ import annotations

import threading

import pytest

from console.engine.api import auditing
from tests.builders.engine_api import EngineApi
from tests.builders.store import Stored
from tests.contract.operations import CONCEPT_MAP, operations


async def test_that_every_route_with_patient_data_writes_one_entry_and_no_other_route_does(
    api: EngineApi, filled: dict[str, Stored]
) -> None:
    await api.client.post("/api/v1/concept-maps", json=CONCEPT_MAP)
    asked = await operations(api, filled)
    covered = 0
    for operation in asked:
        if operation.template == "/api/v1/events/stream":
            continue  # it never ends; test_api_stream looks at its entry
        before = len(api.audited())
        response = await api.client.request(
            operation.method,
            operation.path,
            params=operation.query,
            json=CONCEPT_MAP if operation.method == "POST" else None,
            headers={"X-Request-Id": f"test-{covered}"},
        )
        assert response.status_code in (200, 201), (operation, response.text)
        entries = api.audited()[before:]
        expected = 1 if operation.patient_data else 0
        assert len(entries) == expected, operation.template
        if operation.patient_data:
            covered += 1
            assert entries[0].actor == "owner"
            assert entries[0].outcome == "ok"
            assert entries[0].request_id == response.headers["x-request-id"]
            assert entries[0].resource.startswith(f"{operation.method} /api/v1/")
    assert covered >= 15
    assert api.services.audit.verify().intact


@pytest.mark.parametrize(
    ("path", "patients"),
    [
        ("/api/v1/traces/{result}", {"pat-1"}),
        ("/api/v1/events/{result}", {"pat-1"}),
        ("/api/v1/events", {"pat-1", "pat-2"}),
        ("/api/v1/messages", {"pat-1", "pat-2"}),
        ("/api/v1/messages/{result}/raw", {"pat-1"}),
        ("/api/v1/messages/{result}/tree", {"pat-1"}),
        ("/api/v1/messages/{result}/fhir", {"pat-1"}),
        ("/api/v1/keys?value=00418827", {"pat-1"}),
        ("/api/v1/patients", {"pat-1", "pat-2"}),
        ("/api/v1/patients/pat-2", {"pat-2"}),
        ("/api/v1/encounters", {"pat-1", "pat-2"}),
        ("/api/v1/encounters/118204/timeline", {"pat-1"}),
        ("/api/v1/encounters/unassigned:pat-2/timeline", {"pat-2"}),
        ("/api/v1/orders", {"pat-1"}),
        ("/api/v1/dead-letters", {"pat-1"}),
    ],
)
async def test_that_the_entry_names_every_patient_shown(
    api: EngineApi, filled: dict[str, Stored], path: str, patients: set[str]
) -> None:
    response = await api.client.get(path.format(result=filled["result"].event_id))
    assert response.status_code == 200
    listed = await api.json("/api/v1/audit")
    entry = listed["items"][0]
    named = {entry["patient_id"]} if entry["patient_id"] else set(entry["detail"].get("patients", []))
    assert named == patients
    for patient in patients:
        found = await api.json("/api/v1/audit", patient_id=patient)
        assert entry["entry_id"] in [one["entry_id"] for one in found["items"]]


async def test_that_the_log_holds_ids_and_parameter_names_but_no_names_of_people(
    api: EngineApi, filled: dict[str, Stored]
) -> None:
    await api.get("/api/v1/patients", name="Martínez")
    await api.get("/api/v1/encounters", q="Rosa Elena")
    await api.get("/api/v1/encounters/Martínez/timeline")
    text = (await api.get("/api/v1/audit")).text
    assert "artínez" not in text
    assert "Rosa" not in text
    entries = (await api.json("/api/v1/audit"))["items"]
    assert entries[-1]["detail"]["parameters"] == ["name"]
    assert entries[-3]["outcome"] == "not-found"
    assert entries[-3]["resource"] == "GET /api/v1/encounters/{encounter}/timeline"


async def test_that_without_a_writable_log_no_patient_data_is_shown(api: EngineApi) -> None:
    api.store.journal.stop()
    response = await api.client.get("/api/v1/patients")
    assert response.status_code == 503
    assert response.json()["code"] == "audit-not-writable"
    assert "pat-1" not in response.text
    assert (await api.client.get("/api/v1/ready")).status_code in (200, 503)


async def test_that_a_slow_log_does_not_hold_the_answer_for_long(
    api: EngineApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "WAIT_S", 0.05)
    held = threading.Event()
    blocked = api.store.journal.submit(lambda _write: held.wait(10))
    response = await api.client.get("/api/v1/patients")
    assert response.status_code == 200
    held.set()
    blocked.result(10)
    api.store.write(lambda _write: None)
    assert len((await api.json("/api/v1/audit"))["items"]) >= 1


async def test_that_tampering_shows_in_verify(api: EngineApi) -> None:
    await api.get("/api/v1/patients")
    assert (await api.json("/api/v1/audit/verify"))["intact"] is True
    api.store.write(lambda write: write.execute("UPDATE audit SET patient_id = 'x' WHERE seq = 1"))
    answer = await api.json("/api/v1/audit/verify")
    assert answer["intact"] is False
    assert answer["findings"][0] == {"flaw": "changed", "seq": 1, "text": "entry 1 is not as it was written"}
