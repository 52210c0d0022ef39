"""The desk: the one place pages, palette and commands ask; it asks every source, keeps what it hears, owns up to gaps.

    desk = Desk(sources=[engine], cache=cache, clock=utc_now)
    answer = await desk.encounter_timeline("118204")      # Answer[EncounterTimeline]
    answer.value.timeline["entries"], answer.reports, answer.from_cache, answer.as_of

Every method is a coroutine for one asyncio loop (the io thread's); none touches Qt. When no source answers, the kept
copy does and the answer says how old it is. Errors: `Refused(code="not-found")` when the sources answered and know no
such thing; `EnvironmentFault(code="no-source")` when nobody answered and nothing was kept.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from console.connections.source import Capability, EncounterQuery, Payload, Source
from console.core.clock import Clock
from console.core.errors import EnvironmentFault
from console.investigation import case_file
from console.investigation.answer import Answer, EncounterTimeline, FeedState, JsonObject, SourceReport, SourceStatus
from console.investigation.asking import Heard, ask
from console.investigation.case import FailureGroup, Look, Opens, Overview, SearchAnswer
from console.investigation.overview import read_failures, read_overview
from console.investigation.search import Search
from console.investigation.sync import Feed, Listener, Subscription
from console.storage.cache import Cache, KeptLook

T = TypeVar("T")

BUDGET_S = 5.0
"""How long a source may take before the answer goes on without it."""
PURGE_EVERY_S = 600.0
_SAME_LOOK = timedelta(minutes=1)


class Desk:
    """Asks, keeps, answers. One per program; safe to share between pages on one loop."""

    def __init__(self, sources: Sequence[Source], cache: Cache, *, clock: Clock, budget_s: float = BUDGET_S) -> None:
        self.sources = tuple(sources)
        self.cache = cache
        self._clock = clock
        self._budget_s = budget_s
        self._search = Search(self.sources, cache, clock=clock, budget_s=budget_s)
        self._feed = Feed(self.sources, cache, clock=clock)
        self._running: dict[str, asyncio.Task[Any]] = {}
        self._noted: dict[tuple[Opens, str], datetime] = {}

    # ------------------------------------------------------------------------------------------------ finding

    async def search(self, text: str, *, slot: str = "", limit: int = 50) -> SearchAnswer:
        """Which cases the pasted text means. A new search in the same `slot` cancels the one still running there."""
        task = asyncio.current_task()
        if slot and task is not None:
            before = self._running.get(slot)
            if before is not None and before is not task:
                before.cancel()
            self._running[slot] = task
        try:
            heard_up_to = max((s.seq for s in self._feed.states.values()), default=0)
            return await self._search.answer(text, heard_up_to=heard_up_to, limit=limit)
        finally:
            if slot and self._running.get(slot) is task:
                del self._running[slot]

    async def overview(self) -> Answer[Overview]:
        """Failures by cause, senders, destinations, queues and the recent looks, as of now or as last heard."""
        answer = await self._keepsake(Capability.STATISTICS, "overview", "", _statistics_and_failures)
        return _with(answer, read_overview(answer.value, recent=self._looks()))

    async def test_failures(self) -> Answer[tuple[FailureGroup, ...]]:
        """Failures of the harness's messages by cause: those that `overview` keeps out."""
        answer = await self._keepsake(Capability.FAILURES, "test-failures", "", _test_failures)
        return _with(answer, read_failures(answer.value.get("failures") or ()))

    async def encounters(
        self, *, patient_id: str = "", visit: str = "", text: str = "", limit: int = 50
    ) -> Answer[tuple[JsonObject, ...]]:
        """The encounters of a patient, with a visit number, or by visit, identifier or name; newest first."""
        began = time.perf_counter()
        query = EncounterQuery(patient_id=patient_id, visit=visit, text=text, limit=limit)
        heard = await self._ask(Capability.TIMELINE, lambda s: s.encounters(query))
        if heard.values:
            found = tuple(e for _, page in heard.values for e in page.items)
            for encounter in found:
                self.cache.keep_encounter(encounter, self._clock())
            return Answer(found, heard.reports, as_of=heard.oldest_view, took_ms=_since(began))
        kept = self.cache.encounters(patient_id=patient_id, visit=visit or text)
        if not kept:
            raise heard.refused or _nobody("these encounters", heard.reports)
        return Answer(tuple(k.body for k in kept), heard.reports, True, min(k.at for k in kept), _since(began))

    # ---------------------------------------------------------------------------------------------- one thing

    async def encounter_timeline(self, encounter: str, *, look: bool = True) -> Answer[EncounterTimeline]:
        """The whole story of one encounter (id, visit number, or `unassigned:<patient id>`).

        `look`: a person opened it, so it is remembered among the recent looks.
        """
        began = time.perf_counter()
        heard = await self._ask(Capability.TIMELINE, lambda s: s.timeline(encounter))
        if heard.values:
            body = heard.values[0][1]
            value = EncounterTimeline(body["encounter"], body.get("patient") or {}, body["timeline"])
            self._keep_timeline(value)
            if look:
                self._note(Opens.TIMELINE, value.encounter, value.patient)
            return Answer(value, heard.reports, as_of=heard.oldest_view, took_ms=_since(began))
        if heard.answered and heard.refused is not None:
            raise heard.refused
        copy = case_file.kept_timeline(self.cache, encounter)
        if copy is None:
            raise heard.refused or _nobody("this encounter", heard.reports)
        if look:
            self._note(Opens.TIMELINE, copy.value.encounter, copy.value.patient)
        return Answer(copy.value, heard.reports, True, copy.as_of, _since(began))

    async def trace(self, identifier: str) -> Answer[JsonObject]:
        """One message's road by event or trace id: `evidence.trace.Trace.as_json()` with its events and children."""
        began = time.perf_counter()
        heard = await self._ask(Capability.TRACES, lambda s: s.trace(identifier))
        if heard.values:
            name, body = heard.values[0]
            self.cache.keep_events(name, body.get("events") or (), self._clock())
            self.cache.keep("trace", str(body["trace_id"]), body, self._clock())
            return Answer(body, heard.reports, as_of=heard.oldest_view, took_ms=_since(began))
        if heard.answered and heard.refused is not None:
            raise heard.refused
        copy = case_file.kept_trace(self.cache, identifier)
        if copy is None:
            raise heard.refused or _nobody("this trace", heard.reports)
        return Answer(copy.value, heard.reports, True, copy.as_of, _since(began))

    async def message_raw(self, event_id: str) -> Answer[Payload]:
        """The message as it came, byte for byte. `event_id` is that of `message.received` or `message.quarantined`."""

        async def question(source: Source) -> JsonObject:
            return case_file.payload_json(await source.message_raw(event_id))

        answer = await self._keepsake(Capability.MESSAGES, "raw", event_id, question)
        return _with(answer, case_file.payload_of(answer.value))

    async def message_tree(self, event_id: str) -> Answer[JsonObject]:
        """The parsed tree with field names (API: messages/{id}/tree)."""
        return await self._keepsake(Capability.MESSAGES, "tree", event_id, lambda s: s.message_tree(event_id))

    async def message_fhir(self, event_id: str) -> Answer[JsonObject]:
        """The FHIR bundles the message became and its resources as filed (API: messages/{id}/fhir)."""
        return await self._keepsake(Capability.MESSAGES, "fhir", event_id, lambda s: s.message_fhir(event_id))

    async def patient(self, patient_id: str) -> Answer[JsonObject]:
        """Who somebody is, with all identifiers (API: patients/{id})."""
        answer = await self._keepsake(Capability.PATIENTS, "patient", patient_id, lambda s: s.patient(patient_id))
        self.cache.keep_patient(answer.value, answer.as_of or self._clock())
        return answer

    # ------------------------------------------------------------------------------------------- looks and live

    async def remember_trace(self, trace: JsonObject) -> None:
        """A person opened this trace (as `trace` gave it): it is remembered among the recent looks."""
        self._note(Opens.TRACE, trace, {})

    async def clear_looks(self) -> None:
        """Forgets what was looked at."""
        self._noted.clear()
        self.cache.clear_looks()

    async def follow(self) -> None:
        """Follows every source's feed until cancelled: events into the kept copy, changes to the subscribers.

        What is past its time leaves the copy at the start and every `PURGE_EVERY_S`.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._purge_for_ever())
            group.create_task(self._feed.run())

    async def _purge_for_ever(self) -> None:
        while True:
            await asyncio.to_thread(self.cache.purge)
            await asyncio.sleep(PURGE_EVERY_S)

    def subscribe(self, listener: Listener) -> Subscription:
        """Calls `listener` on the loop with each `FeedState` and, at most ten times a second, each `FeedChanges`."""
        return self._feed.subscribe(listener)

    @property
    def feed_states(self) -> Mapping[str, FeedState]:
        """How we hear of new events, by source."""
        return self._feed.states

    # ------------------------------------------------------------------------------------------------ plumbing

    async def _ask(self, needs: Capability, question: Callable[[Source], Awaitable[T]]) -> Heard[T]:
        return await ask(self.sources, needs, question, clock=self._clock, budget_s=self._budget_s)

    async def _keepsake(
        self, needs: Capability, kind: str, target: str, question: Callable[[Source], Awaitable[JsonObject]]
    ) -> Answer[JsonObject]:
        """The first source's answer, kept under (kind, target); without one, the kept copy."""
        began = time.perf_counter()
        heard = await self._ask(needs, question)
        if heard.values:
            body = heard.values[0][1]
            self.cache.keep(kind, target, body, self._clock())
            return Answer(body, heard.reports, as_of=heard.oldest_view, took_ms=_since(began))
        if heard.answered and heard.refused is not None:
            raise heard.refused
        kept = self.cache.kept(kind, target)
        if kept is None:
            raise heard.refused or _nobody("this", heard.reports)
        return Answer(kept.body, heard.reports, True, kept.at, _since(began))

    def _keep_timeline(self, value: EncounterTimeline) -> None:
        now, encounter_id = self._clock(), str(value.encounter["encounter_id"])
        body = {"encounter": value.encounter, "patient": value.patient, "timeline": value.timeline}
        self.cache.keep("timeline", encounter_id, body, now)
        self.cache.keep_encounter({**value.encounter, "patient": value.patient}, now)
        self.cache.mark_viewed(encounter_id=encounter_id)

    def _note(self, opens: Opens, subject: JsonObject, patient: JsonObject) -> None:
        """Remembers that something was opened; a page that reads itself again is the same look."""
        timeline = opens is Opens.TIMELINE
        target = str(subject["encounter_id"] if timeline else subject["event_id"])
        now = self._clock()
        if now - self._noted.get((opens, target), now - _SAME_LOOK) < _SAME_LOOK:
            return
        self._noted[opens, target] = now
        name = "|".join(str(patient.get(part) or "") for part in ("family", "given", "prefix")).strip("|")
        words = [
            str(subject.get(part) or "") for part in (("visit_number",) if timeline else ("message_type", "title"))
        ]
        label = " ".join(word for word in dict.fromkeys(words) if word)
        self.cache.note_look(KeptLook(opens.value, target, label, name, now))

    def _looks(self) -> tuple[Look, ...]:
        return tuple(Look(Opens(k.opens), k.target_id, k.subject, k.person, k.at) for k in self.cache.looks())


async def _statistics_and_failures(source: Source) -> JsonObject:
    if Capability.FAILURES not in source.capabilities:
        return {"statistics": await source.statistics(), "failures": []}
    statistics, failures = await asyncio.gather(source.statistics(), source.failures())
    return {"statistics": statistics, "failures": list(failures.items)}


async def _test_failures(source: Source) -> JsonObject:
    page = await source.failures(test=True)
    return {"failures": list(page.items)}


def _with(answer: Answer[Any], value: T) -> Answer[T]:
    return replace(answer, value=value)


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 3)


def _nobody(what: str, reports: Sequence[SourceReport]) -> EnvironmentFault:
    silent = ", ".join(r.name for r in reports if r.status is not SourceStatus.OK) or "No source"
    return EnvironmentFault(
        f"{silent} did not answer, and no copy of {what} is kept here. Check the connection in Settings and try again.",
        code="no-source",
        detail=" ".join(r.text for r in reports if r.text),
    )
