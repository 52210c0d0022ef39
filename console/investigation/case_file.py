"""A case file from the kept copy: the same folds over kept events, completed by the last whole answer of a source.

The copy may begin in the middle of a stay. What the kept events prove wins; messages and orders only the last answer
knows are taken from it. A copy is folded as of the moment it was last known whole: without contact nobody can say that
a result did not come since.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from console.connections.source import Payload
from console.core.events import Event, Kind
from console.core.ids import UNASSIGNED
from console.evidence.timeline import fold_timeline
from console.evidence.trace import fold_trace
from console.investigation.answer import EncounterTimeline, JsonObject
from console.storage.cache import Cache, Kept

T = TypeVar("T")

_LANE_ORDER = {"sender": 0, "engine": 1, "destination": 2}


@dataclass(frozen=True, slots=True)
class Copy(Generic[T]):
    """A view made from what is kept. `as_of` is the moment up to which it is known to be whole."""

    value: T
    as_of: datetime


def kept_timeline(cache: Cache, encounter: str) -> Copy[EncounterTimeline] | None:
    """The timeline of an encounter (id, visit number or `unassigned:<patient id>`), None when nothing is kept of it."""
    header = _header(cache, encounter)
    encounter_id = str(header.body["encounter_id"]) if header else encounter
    document = cache.kept("timeline", encounter_id)
    events = _whole_traces(cache.events_of_encounter(encounter_id))
    if document is None and not events:
        return None
    cache.mark_viewed(encounter_id=encounter_id)
    as_of = _as_of(cache, document, events)
    folded: JsonObject = fold_timeline(events, now=as_of).as_json()
    if document is not None:
        body = document.body
        timeline = join_timelines(body["timeline"], folded)
        return Copy(EncounterTimeline(body["encounter"], body["patient"], timeline), as_of)
    known: dict[str, Any] = dict(header.body) if header else {"encounter_id": encounter_id}
    patient = known.pop("patient", None) or _patient(cache, encounter_id, events)
    return Copy(EncounterTimeline(known, patient, folded), as_of)


def kept_trace(cache: Cache, identifier: str) -> Copy[JsonObject] | None:
    """A trace by event or trace id: folded from its kept events, else the last whole answer."""
    events = cache.events_of_trace(identifier)
    document = cache.kept("trace", events[0].trace_id if events else identifier)
    whole = _whole_traces(events)
    if not whole:
        return Copy(document.body, document.at) if document else None
    cache.mark_viewed(trace_id=whole[0].trace_id)
    children = document.body.get("children") or [] if document else []
    return Copy({**fold_trace(whole).as_json(), "children": children}, _as_of(cache, document, whole))


def payload_json(payload: Payload) -> JsonObject:
    """A message as a document that can be kept."""
    return {
        "base64": b64encode(payload.data).decode(),
        "text": payload.text,
        "charset": payload.charset,
        "sha256": payload.sha256,
    }


def payload_of(body: JsonObject) -> Payload:
    """The inverse of `payload_json`."""
    return Payload(b64decode(body["base64"]), str(body["text"]), str(body["charset"]), str(body["sha256"]))


def join_timelines(known: JsonObject, newer: JsonObject) -> dict[str, Any]:
    """One timeline of two (both `Timeline.as_json()`): `known` reaches further back, `newer` wins where both speak."""
    entries = sorted(
        _by(lambda e: str(e["event_id"]), known["entries"], newer["entries"]).values(),
        key=lambda e: (e["at"], e["received_at"], e["event_id"]),
    )
    loops = {str(loop["order_id"]): loop for loop in known["loops"]}
    for loop in newer["loops"]:
        before = loops.get(str(loop["order_id"]))
        loops[str(loop["order_id"])] = _join_loop(before, loop) if before else loop
    touched = Counter(name for e in entries for name in {m["lane"] for m in e["marks"]})
    lanes = _by(lambda lane: f"{lane['kind']}:{lane['lane']}", known["lanes"], newer["lanes"])
    return {
        "from": min((e["at"] for e in entries), default=None),
        "to": max((e["at"] for e in entries), default=None),
        "now": newer["now"],
        "lanes": [
            {**lane, "count": touched.get(lane["lane"], lane["count"])}
            for lane in sorted(lanes.values(), key=lambda lane: _LANE_ORDER.get(str(lane["kind"]), len(_LANE_ORDER)))
        ],
        "loops": list(loops.values()),
        "entries": entries,
        "counts": dict(Counter(e["state"] for e in entries)),
    }


def _join_loop(known: JsonObject, newer: JsonObject) -> dict[str, Any]:
    """One order's row of two. A newer tail that holds no result does not take away the result already known."""
    joined = {**known, **{name: value for name, value in newer.items() if value not in (None, "", False)}}
    news = newer["resulted_at"] or newer["stopped_at"]
    if known["resulted_at"] and not news:
        joined["state"] = known["state"]
    elif newer["state"] == "unordered" and known["ordered_at"]:
        joined["state"] = "resulted"
    if newer["resulted_at"] and not newer["stopped_at"]:
        joined["stopped_at"], joined["stopped_event_id"] = None, ""
    return joined


def _by(identity: Callable[[JsonObject], str], *lists: Iterable[JsonObject]) -> dict[str, JsonObject]:
    return {identity(item): item for items in lists for item in items}


def _as_of(cache: Cache, document: Kept | None, events: list[Event]) -> datetime:
    """The feed keeps every trace whole up to where it was last heard; else the moment of the last whole answer."""
    moments = [document.at] if document else []
    if events:
        moments += [p.heard_at for p in cache.positions()] or [max(e.recorded_at for e in events)]
    return max(moments)


def _whole_traces(events: Iterable[Event]) -> list[Event]:
    """The events of those traces whose beginning is kept: a fold over a tail would tell half the truth."""
    found = list(events)
    begun = {e.trace_id for e in found if e.kind in (Kind.RECEIVED, Kind.QUARANTINED)}
    return [e for e in found if e.trace_id in begun]


def _header(cache: Cache, encounter: str) -> Kept | None:
    found = cache.encounters(encounter_id=encounter) or cache.encounters(visit=encounter)
    return found[0] if found else None


def _patient(cache: Cache, encounter_id: str, events: list[Event]) -> JsonObject:
    named = [str(e.detail["patient_id"]) for e in events if e.detail.get("patient_id")]
    patient_id = encounter_id.removeprefix(UNASSIGNED) if encounter_id.startswith(UNASSIGNED) else (named or [""])[-1]
    kept = cache.kept("patient", patient_id)
    return kept.body if kept else {"patient_id": patient_id}
