"""The OpenAPI 3.1 document: made from the routes, with the token, the errors and what is audited said for each."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from console.engine.api.addresses import HEALTH
from console.engine.api.auditing import must_audit
from console.engine.api.routes.concept_maps import MapDocument

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "what_to_do", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened, for a person"},
        "code": {"type": "string", "description": "Stable, for scripts"},
        "what_to_do": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"path": {"type": "string"}, "text": {"type": "string"}},
            },
        },
    },
}
_ERROR = {
    "description": "Problem details (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_METHODS = ("get", "post", "put", "patch", "delete")


def describe(api: FastAPI) -> None:
    """Replaces the framework's document by ours, made once on first use."""

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            api.openapi_schema = _document(api)
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]


def _document(api: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=api.title,
        version=api.version,
        openapi_version="3.1.0",
        summary="What happened to a message, with the proof",
        description=(
            "Bearer token on everything but the bare health status. Times are RFC 3339 in UTC. Lists go on by the "
            "opaque cursor `next`. The FHIR R4 facade is at /fhir and describes itself in /fhir/metadata."
        ),
        routes=api.routes,
        separate_input_output_schemas=False,
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = _PROBLEM
    wanted = MapDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= wanted.pop("$defs", {})
    schemas["MapDocument"] = wanted
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                _describe_operation(path, method.upper(), operations[method])
    return document


def _describe_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    if path == HEALTH:
        operation["security"] = [{}, {"token": []}]
    operation["x-patient-data"] = must_audit(method, path)
    responses = operation["responses"]
    responses.pop("422", None)
    responses["default"] = _ERROR
    operation.setdefault("parameters", []).append(
        {
            "name": "X-Request-Id",
            "in": "header",
            "required": False,
            "description": "Yours, or one is made; it comes back and stands in the audit log",
            "schema": {"type": "string", "maxLength": 128},
        }
    )
