"""A source in memory: answers as the engine's HTTP API does, from a list of events, and breaks on command.

Passes `tests/contract/test_source.py`, as the real `EngineSource` does.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from console.connections.source import (
    Capability,
    EncounterQuery,
    EventQuery,
    FeedBatch,
    FeedStatus,
    JsonObject,
    MessageQuery,
    OrderQuery,
    Page,
    PatientQuery,
    Payload,
)
from console.core.clock import iso
from console.core.errors import EnvironmentFault, Refused, SignalboxError
from console.core.events import Event, Kind
from console.core.keys import fold_key, fold_name
from console.evidence.timeline import fold_timeline
from console.evidence.trace import Trace, fold_trace


@dataclass
class FakeSource:
    """`trouble` is raised by every question while set; `held` (an Event) makes every question wait for it."""

    events_: list[Event] = field(default_factory=list)
    patients_: list[JsonObject] = field(default_factory=list)
    encounters_: list[JsonObject] = field(default_factory=list)
    raw: dict[str, bytes] = field(default_factory=dict)
    name: str = "engine"
    instance: str = "journal-1"
    now: datetime = datetime(2026, 11, 21, 3, 7, 12, tzinfo=UTC)
    capabilities: frozenset[Capability] = frozenset(Capability)
    trouble: SignalboxError | None = None
    held: asyncio.Event | None = None
    statistics_: JsonObject = field(default_factory=dict)
    failures_: list[JsonObject] = field(default_factory=list)
    test_failures_: list[JsonObject] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    lost_by_the_stream: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._listeners: list[asyncio.Queue[FeedBatch]] = []

    # ------------------------------------------------------------------------------------------- the test's hand

    def add(self, events: Iterable[Event]) -> None:
        """New events, told to whoever follows the feed (but those in `lost_by_the_stream`)."""
        new = list(events)
        self.events_ += new
        told = tuple(e.as_json() for e in new if e.seq not in self.lost_by_the_stream)
        for queue in self._listeners:
            queue.put_nowait(FeedBatch(FeedStatus.LIVE, new[-1].seq, told))

    def tell(self, batch: FeedBatch) -> None:
        for queue in self._listeners:
            queue.put_nowait(batch)

    @property
    def followers(self) -> int:
        return len(self._listeners)

    @property
    def seq(self) -> int:
        return max((e.seq for e in self.events_), default=0)

    async def _asked(self, question: str) -> None:
        self.asked.append(question)
        if self.held is not None:
            await self.held.wait()
        if self.trouble is not None:
            raise self.trouble

    def _traces(self) -> dict[str, Trace]:
        by_trace: dict[str, list[Event]] = {}
        for event in self.events_:
            by_trace.setdefault(event.trace_id, []).append(event)
        return {trace_id: fold_trace(events) for trace_id, events in by_trace.items()}

    # ---------------------------------------------------------------------------------------------- the protocol

    async def health(self) -> JsonObject:
        await self._asked("health")
        return {"status": "ok", "version": "0", "instance": self.instance, "tenant": "t", "now": iso(self.now)}

    async def statistics(self) -> JsonObject:
        await self._asked("statistics")
        received = sum(1 for e in self.events_ if e.kind in (Kind.RECEIVED, Kind.QUARANTINED))
        return {
            "now": iso(self.now),
            "received_total": received,
            "per_minute": [],
            "queues": {},
            "senders": [],
            "destinations": [],
            "journal_seq": self.seq,
            "indexed_up_to": self.seq,
            **self.statistics_,
        }

    async def events(self, query: EventQuery) -> Page:
        await self._asked("events")
        found = sorted(self.events_, key=lambda e: e.seq, reverse=query.order == "desc")
        if query.after:
            after = int(query.after)
            found = [e for e in found if (e.seq < after if query.order == "desc" else e.seq > after)]
        if query.trace_id:
            found = [e for e in found if e.trace_id == query.trace_id]
        if query.kinds:
            found = [e for e in found if e.kind.value in query.kinds]
        page = found[: query.limit]
        more = str(page[-1].seq) if len(found) > len(page) else ""
        return Page(tuple(e.as_json() for e in page), more, iso(self.now))

    async def event(self, event_id: str) -> JsonObject:
        await self._asked("event")
        for event in self.events_:
            if event.event_id == event_id:
                return event.as_json()
        raise _unknown("event")

    async def messages(self, query: MessageQuery) -> Page:
        await self._asked("messages")
        rows = [_row(t) for t in self._traces().values() if not query.states or t.state.value in query.states]
        rows.sort(key=lambda r: str(r["received_at"]), reverse=True)
        return Page(tuple(rows[: query.limit]), as_of=iso(self.now))

    async def message_raw(self, event_id: str) -> Payload:
        await self._asked("message_raw")
        if event_id not in self.raw:
            raise _unknown("message")
        data = self.raw[event_id]
        return Payload(data, data.decode("latin-1"), "8859/1", hashlib.sha256(data).hexdigest())

    async def message_tree(self, event_id: str) -> JsonObject:
        await self._asked("message_tree")
        if event_id not in self.raw:
            raise _unknown("message")
        return {"items": [{"path": "MSH", "name": "Message Header", "value": "", "children": [], "span": [0, 3]}]}

    async def message_fhir(self, event_id: str) -> JsonObject:
        await self._asked("message_fhir")
        if event_id not in self.raw:
            raise _unknown("message")
        return {"bundles": [], "resources": []}

    async def trace(self, identifier: str) -> JsonObject:
        await self._asked("trace")
        for trace in self._traces().values():
            if identifier == trace.trace_id or any(e.event_id == identifier for e in trace.events):
                return {**trace.as_json(), "children": []}
        raise _unknown("trace")

    async def keys(self, values: Sequence[str], *, kind: str = "", assigner: str = "") -> Page:
        await self._asked("keys")
        traces = self._traces()
        items: list[JsonObject] = []
        for value in values:
            carriers: dict[tuple[str, str, str], list[str]] = {}
            for event in self.events_:
                for key in event.keys:
                    fits = kind in ("", key.kind.value) and assigner in ("", key.assigner)
                    if fits and fold_key(key.value) == fold_key(value):
                        own = carriers.setdefault((key.kind.value, key.assigner, key.value), [])
                        own += [event.trace_id] if event.trace_id not in own else []
            if not carriers:
                carriers = {
                    ("event" if own_id == e.event_id else "trace", "", value): [e.trace_id]
                    for e in self.events_
                    for own_id in (e.event_id, e.trace_id)
                    if own_id == value.lower()
                }
            for (found, by, shown), ids in carriers.items():
                rows = sorted((_row(traces[i]) for i in ids), key=lambda r: str(r["received_at"]), reverse=True)
                items.append(
                    {
                        "value": value,
                        "kind": found,
                        "assigner": by,
                        "shown": shown,
                        "hits": len(ids),
                        "more": False,
                        "first_at": rows[-1]["received_at"],
                        "last_at": rows[0]["received_at"],
                        "traces": rows[:20],
                    }
                )
        return Page(tuple(items), as_of=iso(self.now), indexed_up_to=self.seq)

    async def patients(self, query: PatientQuery) -> Page:
        await self._asked("patients")
        wanted = fold_name(query.name).split()

        def fits(patient: JsonObject) -> bool:
            words = fold_name(f"{patient['family']} {patient['given']}").split()
            numbers = {fold_key(i["value"]) for i in patient["identifiers"]}
            return (
                all(any(word.startswith(w) for word in words) for w in wanted)
                and (not query.identifier or fold_key(query.identifier) in numbers)
                and patient["birth_date"].startswith(query.birth_date)
            )

        return Page(tuple(p for p in self.patients_ if fits(p))[: query.limit], as_of=iso(self.now))

    async def patient(self, patient_id: str) -> JsonObject:
        await self._asked("patient")
        for patient in self.patients_:
            if patient["patient_id"] == patient_id:
                return patient
        raise _unknown("patient")

    async def encounters(self, query: EncounterQuery) -> Page:
        await self._asked("encounters")
        found = [
            e
            for e in self.encounters_
            if query.patient_id in ("", e["patient_id"]) and query.visit in ("", e["visit_number"])
        ]
        return Page(tuple(self._with_standing(e) for e in found[: query.limit]), as_of=iso(self.now))

    def _with_standing(self, encounter: JsonObject) -> JsonObject:
        own = [t for t in self._traces().values() if t.encounter_id == encounter["encounter_id"]]
        who = next((p for p in self.patients_ if p["patient_id"] == encounter["patient_id"]), None)
        return {**encounter, "patient": who, "standing": dict(Counter(t.state.value for t in own))}

    async def timeline(self, encounter: str) -> JsonObject:
        await self._asked("timeline")
        for header in self.encounters_:
            if encounter in (header["encounter_id"], header["visit_number"]):
                return self._timeline(header, [t for t in self._traces().values() if _of(t, header)])
        patient_id = encounter.removeprefix("unassigned:")
        own = [t for t in self._traces().values() if t.patient_id == patient_id and not t.encounter_id]
        if encounter.startswith("unassigned:") and own:
            header = {"encounter_id": encounter, "patient_id": patient_id, "visit_number": ""}
            return self._timeline(header, own)
        raise _unknown("encounter")

    def _timeline(self, header: JsonObject, traces: Iterable[Trace]) -> JsonObject:
        folded = fold_timeline([e for t in traces for e in t.events], now=self.now)
        who = next((p for p in self.patients_ if p["patient_id"] == header["patient_id"]), None)
        return {"encounter": header, "patient": who, "timeline": folded.as_json(), "as_of": iso(self.now)}

    async def orders(self, query: OrderQuery) -> Page:
        await self._asked("orders")
        return Page((), as_of=iso(self.now))

    async def failures(self, *, test: bool = False) -> Page:
        await self._asked("failures")
        return Page(tuple(self.test_failures_ if test else self.failures_), as_of=iso(self.now))

    async def dead_letters(self, *, group_key: str = "", after: str = "", limit: int = 100) -> Page:
        await self._asked("dead_letters")
        return Page((), as_of=iso(self.now))

    async def destinations(self) -> Page:
        await self._asked("destinations")
        return Page((), as_of=iso(self.now))

    async def feed(self, after: int | None = None) -> AsyncIterator[FeedBatch]:
        yield FeedBatch(FeedStatus.CONNECTING, -1)
        if after is not None and after > self.seq:
            return
        queue: asyncio.Queue[FeedBatch] = asyncio.Queue()
        behind = [e for e in self.events_ if after is not None and e.seq > after]
        queue.put_nowait(FeedBatch(FeedStatus.LIVE, self.seq, tuple(e.as_json() for e in behind)))
        self._listeners.append(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.remove(queue)

    async def close(self) -> None:
        self._listeners.clear()


def unreachable(name: str = "engine") -> EnvironmentFault:
    return EnvironmentFault(f"{name} cannot be reached. Check that it runs.", code="unreachable")


def _unknown(what: str) -> Refused:
    return Refused(f"No such {what}.", code="not-found")


def _of(trace: Trace, header: JsonObject) -> bool:
    return trace.encounter_id == str(header["encounter_id"])


def _row(trace: Trace) -> JsonObject:
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
    }
