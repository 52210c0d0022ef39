"""Where things are: the addresses that the gate, the routes and the OpenAPI document must agree on."""

from __future__ import annotations

ROOT = "/api/v1"
OPENAPI = f"{ROOT}/openapi.json"
HEALTH = f"{ROOT}/health"
STREAM = f"{ROOT}/events/stream"
FHIR = "/fhir"
