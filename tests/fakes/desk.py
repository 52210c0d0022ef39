"""A desk that answers from an `EncounterBuilder`, for pages: same methods and answers as `investigation.desk.Desk`."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime
from typing import Any

from console.connections.source import Payload
from console.core.errors import Refused, SignalboxError
from console.investigation.answer import Answer, EncounterTimeline, SourceReport, SourceStatus
from tests.builders.encounters import ENCOUNTER, PATIENT, EncounterBuilder
from tests.builders.trees import tree_of


class FakeDesk:
    """Attributes are switches: `trouble` is raised, `held` makes answers wait, `from_cache` marks them as kept."""

    def __init__(self, story: EncounterBuilder) -> None:
        self.story = story
        self.patient_body: dict[str, Any] = dict(PATIENT)
        self.encounter_body: dict[str, Any] = dict(ENCOUNTER)
        self.trouble: SignalboxError | None = None
        self.held: asyncio.Event | None = None
        self.from_cache = False
        self.as_of: datetime | None = None
        self.silent_source = False
        self.fhir: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.looks: list[str] = []

    async def _answer(self, question: str, value: Any) -> Answer[Any]:
        self.asked.append(question)
        if self.held is not None:
            await self.held.wait()
        if self.trouble is not None:
            raise self.trouble
        status = SourceStatus.TIMED_OUT if self.silent_source else SourceStatus.OK
        reports = (SourceReport("engine", status, self.as_of, 1.0),)
        return Answer(value, reports, self.from_cache, self.as_of or self.story.now, 1.0)

    async def encounter_timeline(self, encounter: str, *, look: bool = True) -> Answer[EncounterTimeline]:
        if encounter not in (self.encounter_body["encounter_id"], self.encounter_body["visit_number"]):
            raise Refused("No encounter has this number. Check it, or search for the patient.", code="not-found")
        patient = {name: value for name, value in self.patient_body.items() if name != "identifiers"}
        body = EncounterTimeline(self.encounter_body, patient, self.story.timeline())
        return await self._answer("timeline", body)

    async def patient(self, patient_id: str) -> Answer[Any]:
        return await self._answer("patient", self.patient_body)

    async def trace(self, identifier: str) -> Answer[Any]:
        try:
            body = self.story.trace(identifier)
        except KeyError:
            raise Refused("No message has this ID.", code="not-found", event_id=identifier) from None
        return await self._answer("trace", body)

    async def remember_trace(self, trace: Any) -> None:
        self.looks.append(str(trace["event_id"]))

    async def message_raw(self, event_id: str) -> Answer[Payload]:
        data = self.story.raw[event_id]
        return await self._answer(
            "raw", Payload(data, data.decode("latin-1"), "8859/1", hashlib.sha256(data).hexdigest())
        )

    async def message_tree(self, event_id: str) -> Answer[Any]:
        data = self.story.raw[event_id].decode("latin-1")
        return await self._answer("tree", {"segments": tree_of(data), "warnings": []})

    async def message_fhir(self, event_id: str) -> Answer[Any]:
        return await self._answer("fhir", self.fhir.get(event_id, {"resources": [], "bundles": []}))
