"""Every resource id is a hash of what the resource is about, so a replay writes the same resource again.

Keys (field practice, measured on 10,648 OBX): order + code + sub-id + occurrence; an order's own id is minted once, on
first sight of one of its numbers, and found again through the alias table. Ids are UUID-shaped, client-assigned, and
written by PUT (FHIR R4, http: update as create).
"""

from __future__ import annotations

from functools import lru_cache

from console.core.ids import stable_uuid
from console.core.keys import fold_key


def effect_id(tenant: str, resource_type: str, *parts: str) -> str:
    """The id of the one `resource_type` that these parts name. Raises ValueError when nothing names it."""
    if not any(parts):
        raise ValueError(f"nothing identifies this {resource_type}")
    return stable_uuid(tenant, resource_type, *parts)


def encounter_id(tenant: str, assigner: str, visit: str) -> str:
    """PV1-19 (or PID-18) with its authority: never a time, never the message's own id."""
    return effect_id(tenant, "Encounter", assigner, fold_key(visit))


def order_id(tenant: str, kind: str, assigner: str, value: str) -> str:
    """The id an order is minted with: `kind` is that of the first number seen (placer, filler, accession)."""
    return effect_id(tenant, "Order", kind, assigner, value)


@lru_cache(maxsize=2048)
def request_id(tenant: str, resource_type: str, order: str) -> str:
    """ServiceRequest or MedicationRequest of an order."""
    return effect_id(tenant, resource_type, order)


def report_id(tenant: str, order: str, code: str, *, parent: str = "", nth: int = 0) -> str:
    """DiagnosticReport of an order: OBR-4, the parent result (OBR-26/29) and the occurrence when it repeats."""
    return effect_id(tenant, "DiagnosticReport", order, code, parent, str(nth))


def observation_id(tenant: str, report: str, code: str, *, sub_id: str = "", nth: int = 0) -> str:
    """Observation in a report: OBX-3, OBX-4 and the occurrence when both repeat in the message."""
    return effect_id(tenant, "Observation", report, code, sub_id, str(nth))


def provenance_id(tenant: str, payload_sha256: str) -> str:
    """One Provenance per message, named by the message's own bytes."""
    return effect_id(tenant, "Provenance", payload_sha256)
