"""Answers of the facade as bytes: stored bodies go out as they are stored, every digit in its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from console.core.clock import iso
from console.fhir import document

Links = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a searchset. `mode` is match, include or outcome."""

    type: str
    id: str
    body: bytes
    mode: str = "match"


def searchset(base: str, entries: Iterable[Entry], links: Links, *, total: int | None, at: Any, identity: str) -> bytes:
    """A Bundle of type searchset (hl7.org/fhir/R4/bundle.html#searchset)."""
    body: dict[str, Any] = {
        "resourceType": "Bundle",
        "id": identity,
        "meta": {"lastUpdated": iso(at)},
        "type": "searchset",
    }
    if total is not None:
        body["total"] = total
    body["link"] = _links(links)
    listed = [
        {
            **({"fullUrl": f"{base}/{entry.type}/{entry.id}"} if entry.mode != "outcome" else {}),
            "resource": orjson.Fragment(entry.body),
            "search": {"mode": entry.mode},
        }
        for entry in entries
    ]
    if listed:
        body["entry"] = listed
    return orjson.dumps(body)


def history(base: str, versions: Iterable[Any], links: Links, *, total: int | None, at: Any, identity: str) -> bytes:
    """A Bundle of type history; `versions` as the store gives them (hl7.org/fhir/R4/http.html#history)."""
    body: dict[str, Any] = {
        "resourceType": "Bundle",
        "id": identity,
        "meta": {"lastUpdated": iso(at)},
        "type": "history",
    }
    if total is not None:
        body["total"] = total
    body["link"] = _links(links)
    listed = [
        {
            "fullUrl": f"{base}/{one.type}/{one.id}",
            "resource": orjson.Fragment(one.body),
            "request": {"method": one.method, "url": f"{one.type}/{one.id}"},
            "response": {
                "status": "201" if one.version == 1 else "200",
                "etag": f'W/"{one.version}"',
                "lastModified": orjson.loads(one.body)["meta"]["lastUpdated"],
            },
        }
        for one in versions
    ]
    if listed:
        body["entry"] = listed
    return orjson.dumps(body)


def outcome(warnings: Iterable[tuple[str, str]]) -> bytes:
    """An OperationOutcome that says what was left out, and why."""
    issues = [
        {"severity": "warning", "code": "not-supported", "diagnostics": f"{name[:100]}: {why}."}
        for name, why in warnings
    ]
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": issues})


def only_elements(body: bytes, names: Sequence[str]) -> bytes:
    """The resource with the wanted elements and those that every resource needs, marked as a part of itself."""
    whole: Mapping[str, Any] = document.from_bytes(body)
    kept = {name: value for name, value in whole.items() if name in names or name in _ALWAYS}
    meta = dict(kept.get("meta", {}))
    meta["tag"] = [*meta.get("tag", ()), _SUBSETTED]
    kept["meta"] = meta
    return document.to_bytes(kept)


_ALWAYS = frozenset(
    "resourceType id meta status intent code class subject patient participant content contentType target recorded"
    " agent medicationCodeableConcept medicationReference beneficiary payor vaccineCode occurrenceDateTime".split()
)
"""Elements that some type must have (hl7.org/fhir/R4/search.html#elements: mandatory ones are always given)."""

_SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}


def _links(links: Links) -> list[dict[str, str]]:
    return [{"relation": relation, "url": url} for relation, url in links]
