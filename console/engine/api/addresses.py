"""Where things are: the addresses that the gate, the routes and the OpenAPI document must agree on."""

from __future__ import annotations

ROOT = "/api/v1"
OPENAPI = f"{ROOT}/openapi.json"
HEALTH = f"{ROOT}/health"
STREAM = f"{ROOT}/events/stream"
VERIFY = f"{ROOT}/audit/verify"
FHIR = "/fhir"

UNTIMED = (STREAM, VERIFY)
"""Answers that may take as long as they need: the stream never ends, and the whole audit log is read once."""
