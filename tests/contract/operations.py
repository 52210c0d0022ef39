"""Every operation of the OpenAPI document, with addresses that work on the small ward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.builders.engine_api import EngineApi
from tests.builders.store import Stored

CONCEPT_MAP = {
    "url": "urn:signalbox:concept-map:ward-test",
    "version": "1",
    "title": "A map for tests",
    "source_systems": ["WARD"],
    "target_system": "http://loinc.org",
    "elements": [{"code": "K", "target": "2823-3"}],
}


@dataclass(frozen=True)
class Operation:
    method: str
    template: str
    path: str
    query: dict[str, str]
    patient_data: bool
    parameters: tuple[dict[str, Any], ...]


async def operations(api: EngineApi, filled: dict[str, Stored]) -> list[Operation]:
    document = (await api.get("/api/v1/openapi.json")).json()
    result = filled["result"]
    values = {
        "event_id": result.event_id,
        "identifier": result.event_id,
        "patient_id": "pat-1",
        "encounter": "enc-1",
        "name": "ward-test",
    }
    found = []
    for template, methods in document["paths"].items():
        for method, body in methods.items():
            query = {"value": "00418827"} if template.endswith("/keys") else {}
            found.append(
                Operation(
                    method.upper(),
                    template,
                    template.format(**values),
                    query,
                    body["x-patient-data"],
                    tuple(body.get("parameters", ())),
                )
            )
    return found
