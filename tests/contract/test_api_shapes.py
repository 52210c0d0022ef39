"""Every answer has the shape that the OpenAPI document promises; the document itself is whole."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from console.engine.api import shapes
from console.storage.destinations import register
from tests.builders.engine_api import EngineApi
from tests.builders.store import Stored
from tests.contract.operations import CONCEPT_MAP, operations

CASES = [
    ("health", shapes.Health),
    ("ready", shapes.Ready),
    ("statistics", shapes.StatisticsShape),
    ("statistics?step=10m", shapes.StatisticsShape),
    ("events", shapes.EventList),
    ("events?order=desc&limit=1", shapes.EventList),
    ("events/{result}", shapes.EventShape),
    ("messages", shapes.MessageList),
    ("messages/{result}/raw?format=json", shapes.RawMessage),
    ("messages/{result}/tree", shapes.MessageTree),
    ("messages/{result}/fhir", shapes.MessageFhir),
    ("traces/{stopped}", shapes.TraceShape),
    ("traces/{quarantined}", shapes.TraceShape),
    ("keys?value=00418827&value=55121", shapes.KeyList),
    ("patients", shapes.PatientList),
    ("patients/pat-1", shapes.PatientShape),
    ("encounters?patient_id=pat-2", shapes.EncounterList),
    ("encounters/118204/timeline", shapes.TimelineShape),
    ("encounters/unassigned:pat-2/timeline", shapes.TimelineShape),
    ("orders", shapes.OrderList),
    ("failures", shapes.FailureList),
    ("dead-letters", shapes.DeadLetterList),
    ("destinations", shapes.DestinationList),
    ("concept-maps", shapes.MapList),
    ("concept-maps/ward-test", shapes.MapVersion),
    ("audit", shapes.AuditList),
    ("audit/verify", shapes.AuditVerification),
]


@pytest.mark.parametrize(("path", "shape"), CASES)
async def test_that_answers_have_their_shape(
    api: EngineApi, filled: dict[str, Stored], path: str, shape: type[BaseModel]
) -> None:
    api.store.write(lambda write: register(write, "fhir-store", "builtin", "", 1))
    await api.client.post("/api/v1/concept-maps", json=CONCEPT_MAP)
    address = path.format(**{name: stored.event_id for name, stored in filled.items()})
    response = await api.client.get(f"/api/v1/{address}")
    assert response.status_code == 200, response.text
    shape.model_validate(response.json())
    if "items" in response.json():
        assert response.json()["items"], "the list under test is empty"


async def test_that_a_message_with_resources_and_waiting_bundles_has_its_shape(api: EngineApi) -> None:
    version = api.store.resource({"resourceType": "Observation", "id": "o1", "status": "final", "code": {"text": "K"}})
    stored = api.store.message(resources=[{"type": "Observation", "id": "o1", "version": version, "action": "create"}])
    api.store.write(
        lambda write: write.insert(
            "outbox",
            ("destination", "trace_id", "bundle", "entries", "bundle_sha256", "state"),
            [("ehr", stored.trace_id, b'{"value":4.10}', b"[]", "0" * 64, "pending")],
        )
    )
    body = await api.json(f"/api/v1/messages/{stored.event_id}/fhir")
    shapes.MessageFhir.model_validate(body)
    assert body["resources"][0]["body"]["id"] == "o1"
    assert body["bundles"][0]["text"] == '{"value":4.10}'


async def test_that_the_document_describes_every_operation(api: EngineApi, filled: dict[str, Stored]) -> None:
    document: dict[str, Any] = (await api.get("/api/v1/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    tried = {path.partition("?")[0].split("/")[0] for path, _ in CASES}
    for operation in await operations(api, filled):
        body = document["paths"][operation.template][operation.method.lower()]
        assert body["summary"], operation
        assert body["responses"]["default"]["content"]["application/problem+json"]
        success = body["responses"].get("200") or body["responses"]["201"]
        assert "content" in success
        noun = operation.template.removeprefix("/api/v1/").split("/")[0]
        assert noun in tried
        if operation.template not in ("/api/v1/events/stream",):
            assert success["content"]["application/json"]["schema"].get("$ref"), operation.template
    text = str(document)
    for name in document["components"]["schemas"]:
        assert f"#/components/schemas/{name}'" in text, f"{name} is described and never used"
    assert set(document["components"]["securitySchemes"]) == {"token"}


async def test_that_every_noun_of_this_part_of_the_contract_is_there(api: EngineApi) -> None:
    document = (await api.get("/api/v1/openapi.json")).json()
    paths = {path.removeprefix("/api/v1/") for path in document["paths"]}
    assert {
        "health",
        "ready",
        "events",
        "events/stream",
        "events/{event_id}",
        "messages",
        "messages/{event_id}/raw",
        "messages/{event_id}/tree",
        "messages/{event_id}/fhir",
        "traces/{identifier}",
        "keys",
        "encounters",
        "encounters/{encounter}/timeline",
        "orders",
        "failures",
        "dead-letters",
        "patients",
        "patients/{patient_id}",
        "destinations",
        "concept-maps",
        "audit",
        "audit/verify",
        "statistics",
    } <= paths
