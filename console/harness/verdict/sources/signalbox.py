"""Our own engine as a receiver: its chart by the FHIR facade, what waits there by its API, the order by its journal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from console.harness.verdict.filed import Coverage, Filed, Held, Keeping, Key
from console.harness.verdict.sources.fhir import FhirSource
from console.harness.verdict.sources.polite_http import PoliteHttp

ROOT = "api/v1"
HELD_STATES = ("dead_lettered", "waiting", "retrying", "queued", "refused")
"""States in which a message has arrived and its results are not filed."""
_PAGE = "200"
MOST_PLACES = 1_000_000
"""So many filed resources are remembered for the order; beyond that the order is unknown."""

_WORDS = {
    "waiting": "waits for identity review",
    "retrying": "its delivery is being retried",
    "queued": "has not been worked on yet",
    "refused": "was quarantined",
    "dead_lettered": "is a dead letter",
}


class SignalboxSource:
    """`url` is the engine's address without a path; `since` (RFC 3339) is when the run began: nothing before it is
    read of the journal."""

    keeping = Keeping.CHART
    whole = False
    says_settled = True

    def __init__(
        self,
        url: str,
        *,
        token: str,
        since: str = "",
        options: Mapping[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        ca: Path | None = None,
    ) -> None:
        said = dict(options or {})
        concurrent = said.get("concurrent", "2")
        base = url.rstrip("/")
        self._fhir = FhirSource(
            f"{base}/fhir",
            token=token,
            options={**said, "by": "report", "concurrent": concurrent},
            name="the engine",
            transport=transport,
            ca=ca,
        )
        self._api = PoliteHttp(
            base,
            name="the engine",
            headers={"Authorization": f"Bearer {token}"},
            concurrent=int(concurrent),
            transport=transport,
            ca=ca,
        )
        self._since = since
        self._held: list[Held] | None = None
        self._places: dict[str, int] | None = None
        self.name = f"the engine at {base}"
        self.coverage = Coverage(order_kept=True, held=True)

    @property
    def asked(self) -> dict[str, int]:
        return {**self._fhir.asked, **self._api.asked}

    async def close(self) -> None:
        await self._fhir.close()
        await self._api.close()

    async def settled(self) -> bool:
        """Nothing queued or being delivered, and the newest messages searchable."""
        body = await self._api.json(f"{ROOT}/statistics", [("step", "10m")], purpose="queues")
        queues = body.get("queues", {})
        busy = int(queues.get("inbox", 0)) - int(queues.get("waiting", 0)) + int(queues.get("outbox", 0))
        indexed = int(body.get("indexed_up_to", 0)) >= int(body.get("journal_seq", 0))
        return busy <= 0 and indexed  # what waits for a person moves by nothing we could wait for

    async def filed(self, keys: Sequence[Key]) -> AsyncIterator[Filed]:
        places = await self._order()
        async for one in self._fhir.filed(keys):
            yield replace(one, sequence=places.get(one.where, -1)) if places else one

    async def held(self, keys: Sequence[Key]) -> AsyncIterator[Held]:
        """Read once: what waits is little."""
        if self._held is None:
            self._held = await self._waiting()
        for one in self._held:
            yield one

    async def _waiting(self) -> list[Held]:
        reasons: dict[str, tuple[str, str]] = {}
        async for row in self._rows("dead-letters", [], purpose="dead letters"):
            error = row.get("error") or {}
            reasons[str(row.get("trace_id"))] = (str(error.get("text") or row.get("group_title")), str(row["event_id"]))
        found = []
        parameters = [("state", state) for state in HELD_STATES]
        if self._since:
            parameters.append(("since", self._since))
        async for row in self._rows("messages", parameters, purpose="messages that wait"):
            reason, event = reasons.get(str(row.get("trace_id")), ("", ""))
            state = str(row.get("state"))
            words = _WORDS.get(state, state)
            found.append(
                Held(
                    reason=f"{words}: {reason}" if reason else words,
                    where=f"event {event or row['event_id']}",
                    control_id=str(row.get("control_id", "")),
                )
            )
        return found

    async def _order(self) -> dict[str, int]:
        """Where in the journal each version of each observation was filed."""
        if self._places is None:
            places: dict[str, int] = {}
            parameters = [("kind", "delivery.filed")]
            if self._since:
                parameters.append(("since", self._since))
            async for event in self._rows("events", parameters, purpose="journal"):
                detail = event.get("detail") or {}
                if detail.get("destination") not in ("fhir-store", None):
                    continue
                for one in detail.get("resources") or []:
                    if one.get("type") == "Observation":
                        places[f"Observation/{one['id']}/_history/{one['version']}"] = int(event["seq"])
                if len(places) > MOST_PLACES:
                    places.clear()
                    self.coverage = replace(
                        self.coverage, order_kept=False, unseen=("the order: there are too many results to read it",)
                    )
                    break
            self._places = places
        return self._places

    async def _rows(
        self, path: str, parameters: Sequence[tuple[str, str]], *, purpose: str
    ) -> AsyncIterator[dict[str, Any]]:
        """Every row of a list, page by page."""
        after = ""
        while True:
            asking = [*parameters, ("limit", _PAGE), *([("after", after)] if after else [])]
            body = await self._api.json(f"{ROOT}/{path}", asking, purpose=purpose)
            for row in body.get("items") or []:
                yield row
            after = str(body.get("next") or "")
            if not after:
                return
