"""The kept copy, asked like a source: identifiers, patients and encounters as far as they are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from console.connections.source import EncounterQuery, Page, PatientQuery
from console.core.clock import iso
from console.core.events import Event, Kind
from console.evidence.trace import Trace, fold_trace
from console.storage.cache import Cache, KeptKey

_NEWEST = 20


class KeptSource:
    """Answers the questions of a search from the cache, in the shapes of the HTTP API."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def keys(self, values: Sequence[str], *, kind: str = "", assigner: str = "") -> Page:
        items: list[dict[str, Any]] = []
        for value, found in self._cache.find_keys(values).items():
            traces = self._rows(t for key in found for t in key.traces[:_NEWEST])
            items += [self._key(value, key, traces) for key in found if kind in ("", key.kind)]
            if not found:
                items += self._own_id(value)
        return Page(tuple(items))

    async def patients(self, query: PatientQuery) -> Page:
        kept = self._cache.find_patients(
            name=query.name, birth_date=query.birth_date, identifier=query.identifier, limit=query.limit
        )
        return Page(tuple(k.body for k in kept))

    async def encounters(self, query: EncounterQuery) -> Page:
        found = {str(k.body["encounter_id"]): k.body for k in self._encounters(query)}
        return Page(tuple(self._with_standing(body) for body in list(found.values())[: query.limit]))

    def _encounters(self, query: EncounterQuery) -> Iterable[Any]:
        if not query.text:
            return self._cache.encounters(patient_id=query.patient_id, visit=query.visit)
        people = self._cache.find_patients(name=query.text) + self._cache.find_patients(identifier=query.text)
        ids = dict.fromkeys(str(p.body["patient_id"]) for p in people)
        stays = [e for patient_id in ids for e in self._cache.encounters(patient_id=patient_id)]
        return stays + self._cache.encounters(visit=query.text)

    def _with_standing(self, body: dict[str, Any]) -> dict[str, Any]:
        """The header with how the kept messages stand, when any are kept; else as it was last heard."""
        events = self._cache.events_of_encounter(str(body["encounter_id"]))
        standing = Counter(t.state.value for t in _folded(events))
        return {**body, "standing": dict(standing)} if standing else body

    def _rows(self, trace_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        kept = self._cache.events_of_traces(list(dict.fromkeys(trace_ids)))
        return {t.trace_id: _row(t) for events in kept.values() for t in _folded(events)}

    def _key(self, value: str, key: KeptKey, traces: dict[str, dict[str, Any]]) -> dict[str, Any]:
        return {
            "value": value,
            "kind": key.kind,
            "assigner": key.assigner,
            "shown": key.shown,
            "hits": len(key.traces),
            "traces": [traces[t] for t in key.traces if t in traces],
        }

    def _own_id(self, value: str) -> list[dict[str, Any]]:
        traces = [_row(t) for t in _folded(self._cache.events_of_trace(value.strip().lower()))]
        kind = "trace" if traces and traces[0]["trace_id"] == value.strip().lower() else "event"
        return [
            {"value": value, "kind": kind, "assigner": "", "shown": value, "hits": 1, "traces": [row]} for row in traces
        ]


def _folded(events: Iterable[Event]) -> list[Trace]:
    """The traces whose beginning is kept."""
    by_trace: dict[str, list[Event]] = {}
    for event in events:
        by_trace.setdefault(event.trace_id, []).append(event)
    begun = (Kind.RECEIVED, Kind.QUARANTINED)
    return [fold_trace(own) for own in by_trace.values() if any(e.kind in begun for e in own)]


def _row(trace: Trace) -> dict[str, Any]:
    """A message in one line, as `messages` and `keys` give it."""
    return {
        "trace_id": trace.trace_id,
        "event_id": trace.event_id,
        "parent_trace_id": trace.parent_trace_id,
        "received_at": iso(trace.received_at),
        "last_at": iso(trace.last_at),
        "message_type": trace.message_type,
        "control_id": trace.control_id,
        "sender": trace.sender,
        "title": trace.title,
        "state": trace.state.value,
        "error_code": trace.error.code if trace.error else "",
        "patient_id": trace.patient_id,
        "encounter_id": trace.encounter_id,
        "duplicates": trace.duplicates,
        "test": trace.test,
    }
