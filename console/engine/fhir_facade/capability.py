"""What the facade can do, made from the tables it works by (hl7.org/fhir/R4/capabilitystatement.html)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from console.engine.fhir_facade.audit_events import SEARCHED_BY
from console.engine.fhir_facade.values import targets_of
from console.fhir.search_parameters import COMMON, PARAMETERS, ParameterKind, SearchParameter

_PUBLISHED = "2026-11-20"
_EVERYTHING = {
    "Patient": "http://hl7.org/fhir/OperationDefinition/Patient-everything",
    "Encounter": "http://hl7.org/fhir/OperationDefinition/Encounter-everything",
}
_CONTROL = (("_id", "token"), ("_lastUpdated", "date"))


def capability_statement(base: str, version: str) -> dict[str, Any]:
    """The statement for a facade reached at `base`."""
    return {
        "resourceType": "CapabilityStatement",
        "id": "signalbox",
        "url": f"{base}/metadata",
        "version": version,
        "name": "SignalboxEngine",
        "title": "Signalbox engine, read-only FHIR facade",
        "status": "active",
        "date": _PUBLISHED,
        "kind": "instance",
        "description": "What was filed in the built-in store, as filed. Signalbox is the only writer.",
        "software": {"name": "Signalbox", "version": version},
        "implementation": {"description": "Signalbox engine", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "Bearer token on every request, also on this one."},
                "resource": [_resource(kind) for kind in sorted(PARAMETERS)],
                "interaction": [{"code": "history-system"}],
                "searchParam": [_parameter(p) for p in COMMON],
            }
        ],
    }


def _resource(kind: str) -> dict[str, Any]:
    if kind == "AuditEvent":
        return _audit_event()
    parameters = PARAMETERS[kind]
    body: dict[str, Any] = {
        "type": kind,
        "profile": f"http://hl7.org/fhir/StructureDefinition/{kind}",
        "interaction": [
            {"code": code} for code in ("read", "vread", "history-instance", "history-type", "search-type")
        ],
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": False,
        "conditionalCreate": False,
        "conditionalRead": "full-support",
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
    }
    references = [p for p in parameters if p.kind is ParameterKind.REFERENCE]
    if references:
        body["searchInclude"] = ["*", *(f"{kind}:{p.name}" for p in references)]
    referring = _referring(kind)
    if referring:
        body["searchRevInclude"] = referring
    body["searchParam"] = _searched_by(parameters)
    if kind in _EVERYTHING:
        body["operation"] = [{"name": "everything", "definition": _EVERYTHING[kind]}]
    return body


def _audit_event() -> dict[str, Any]:
    """Projected from the audit log: one version each, searched by what the log knows."""
    parameters = [p for p in PARAMETERS["AuditEvent"] if p.name in SEARCHED_BY]
    return {
        "type": "AuditEvent",
        "profile": "http://hl7.org/fhir/StructureDefinition/AuditEvent",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "readHistory": False,
        "searchParam": _searched_by(parameters),
    }


def _searched_by(parameters: Sequence[SearchParameter]) -> list[dict[str, str]]:
    return [{"name": name, "type": typed} for name, typed in _CONTROL] + [_parameter(p) for p in parameters]


def _referring(kind: str) -> list[str]:
    """`_revinclude` values that can bring something to this type."""
    return sorted(
        f"{other}:{parameter.name}"
        for other, parameters in PARAMETERS.items()
        if other != "AuditEvent"
        for parameter in parameters
        if parameter.kind is ParameterKind.REFERENCE and kind in targets_of(parameter)
    )


def _parameter(parameter: SearchParameter) -> dict[str, str]:
    return {"name": parameter.name, "type": parameter.kind.value}
