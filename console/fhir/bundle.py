"""One message, one transaction: the R4 bundle that writes a message's resources, all or none.

Entries are PUTs with client-assigned ids (update as create; FHIR R4, http.html#upsert) and `ifMatch` with the version
the projection was read at. Identities are unique by assertion: HAPI silently drops one of two conditional writes to
one identity in a transaction (hapi-fhir issue 8183). The bytes are our own, so decimals stay as sent.
"""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from console.core.errors import Bug
from console.fhir import document
from console.fhir.context import Action, Change, Outcome


def bundle(outcome: Outcome) -> bytes:
    """The transaction bundle of an outcome; b'' when it writes nothing. Deterministic. Raises Bug for a repeated
    identity."""
    return of_changes(outcome.changes)


def of_changes(changes: Iterable[Change]) -> bytes:
    """`bundle` for a list of changes. Those with action NONE are left out."""
    entries = []
    seen: set[str] = set()
    for change in changes:
        if change.action is Action.NONE:
            continue
        url = change.reference
        if url in seen:
            raise Bug(f"two entries of one bundle write {change.type}", code="bundle-identity", detail=url)
        seen.add(url)
        request: dict[str, str] = {"method": "PUT", "url": url}
        if change.if_match is not None:
            request["ifMatch"] = f'W/"{change.if_match}"'
        entries.append({"resource": orjson.Fragment(change.raw), "request": request})
    if not entries:
        return b""
    return document.to_bytes({"resourceType": "Bundle", "type": "transaction", "entry": entries})
