"""Any FHIR R4 server as a receiver: reports by order number in batches, with their results, patients and requests.

`by = report` (the default) asks DiagnosticReport?identifier= with its results included; `by = observation` asks
Observation?identifier=, for servers whose results carry the order number themselves; `by = request` asks
ServiceRequest?identifier= and the observations based on it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from console.core.errors import EnvironmentFault, Refused
from console.harness.verdict.filed import ANY, Coverage, Filed, Held, Keeping, Key
from console.harness.verdict.sources import fhir_reading as reading
from console.harness.verdict.sources.polite_http import CONCURRENT, PoliteHttp

BATCH = 50
"""Order numbers in one question."""
PAGE = 200
_WAYS = ("report", "observation", "request")
_IDS = 100


class FhirSource:
    """`options`: `by`, `batch`, `concurrent`, `page`, `order_system` (identifier system of order numbers),
    `patient_systems` (`URI=AUTHORITY` separated by blanks)."""

    keeping = Keeping.CHART
    whole = False
    says_settled = False

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        options: Mapping[str, str] | None = None,
        name: str = "the FHIR server",
        transport: httpx.AsyncBaseTransport | None = None,
        ca: Path | None = None,
    ) -> None:
        """Raises Refused for an address or option that cannot be."""
        said = dict(options or {})
        self.by = said.get("by", "report")
        if self.by not in _WAYS:
            raise Refused(f"verification option by = {self.by!r} is none of {', '.join(_WAYS)}.", code="bad-option")
        self._batch = _number(said, "batch", BATCH)
        self._page = _number(said, "page", PAGE)
        self._order_system = said.get("order_system", "")
        self._patient_systems = dict(
            pair.rpartition("=")[::2] for pair in said.get("patient_systems", "").split() if "=" in pair
        )
        headers = {"Accept": "application/fhir+json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        concurrent = _number(said, "concurrent", CONCURRENT)
        self.http = PoliteHttp(url, name=name, headers=headers, concurrent=concurrent, transport=transport, ca=ca)
        self._concurrent = concurrent
        self.name = f"{name} at {self.http.base}"
        self.coverage = Coverage(
            order_kept=False,
            unseen=("the order in which results were filed: FHIR search does not show it",),
        )

    @property
    def asked(self) -> dict[str, int]:
        return self.http.asked

    async def close(self) -> None:
        await self.http.close()

    async def settled(self) -> bool:
        return True

    async def held(self, keys: Sequence[Key]) -> AsyncIterator[Held]:
        """A FHIR server shows nothing that waits."""
        nothing: tuple[Held, ...] = ()
        for one in nothing:
            yield one

    async def filed(self, keys: Sequence[Key]) -> AsyncIterator[Filed]:
        """See `Receiving.filed`. Batches are asked side by side, as many as `concurrent` allows."""
        codes: dict[str, set[str]] = {}
        for order, code, _ in keys:
            codes.setdefault(order, set()).add(code)
        orders = list(codes)
        batches = [orders[at : at + self._batch] for at in range(0, len(orders), self._batch)]
        waiting: set[asyncio.Task[list[Filed]]] = set()
        try:
            for batch in batches:
                waiting.add(asyncio.create_task(self._ask(batch, codes)))
                if len(waiting) >= self._concurrent:
                    done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        for one in task.result():
                            yield one
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    for one in task.result():
                        yield one
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    # ------------------------------------------------------------ one batch

    async def _ask(self, orders: Sequence[str], codes: Mapping[str, set[str]]) -> list[Filed]:
        identifiers = ",".join(self._identifier(order) for order in orders)
        have: dict[str, dict[str, Any]] = {}
        if self.by == "report":
            parameters = [
                ("identifier", identifiers),
                ("_include", "DiagnosticReport:result"),
                ("_include", "DiagnosticReport:subject"),
                ("_include", "DiagnosticReport:based-on"),
            ]
            reports = await self._search("DiagnosticReport", parameters, have)
            return await self._of_reports(reports, set(orders), codes, have)
        if self.by == "observation":
            parameters = [
                ("identifier", identifiers),
                ("_include", "Observation:subject"),
                ("_include", "Observation:based-on"),
            ]
            observations = await self._search("Observation", parameters, have)
            groups = [(observation, observation) for observation in observations]
        else:
            parameters = [
                ("identifier", identifiers),
                ("_include", "ServiceRequest:subject"),
                ("_revinclude", "Observation:based-on"),
            ]
            requests = await self._search("ServiceRequest", parameters, have)
            of_request = {f"ServiceRequest/{one['id']}": one for one in requests}
            groups = [
                (of_request[place], one)
                for one in have.values()
                if one.get("resourceType") == "Observation"
                for place in map(reading.reference, one.get("basedOn") or [])
                if place in of_request
            ]
        await self._fetch_missing(
            [reading.reference(one.get("subject", {})) for _, one in groups], have, purpose="patients"
        )
        found = []
        for numbered, observation in groups:
            order = _order_of(numbered, set(orders))
            if order:
                found += self._results(order, observation, numbered, codes, have)
        return found

    async def _search(
        self, kind: str, parameters: Sequence[tuple[str, str]], have: dict[str, dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Every match of a search, over all its pages; whatever came along is put into `have`."""
        matches: list[dict[str, Any]] = []
        seen: set[str] = set()
        path, asking = kind, [*parameters, ("_count", str(self._page))]
        for _ in range(10_000):
            bundle = await self.http.json(path, asking, purpose=kind)
            if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
                raise EnvironmentFault(
                    f"What answers at {self.http.base} is no FHIR R4 server: its answer to a search is no Bundle.",
                    code="broken-answer",
                    retryable=False,
                )
            for entry in bundle.get("entry") or []:
                resource = entry.get("resource") or {}
                place = f"{resource.get('resourceType')}/{resource.get('id')}"
                mode = entry.get("search", {}).get("mode", "match")
                if resource.get("resourceType") == "OperationOutcome":
                    continue
                have[place] = resource
                if mode == "match" and resource.get("resourceType") == kind and place not in seen:
                    seen.add(place)
                    matches.append(resource)
            following = next(
                (link.get("url") for link in bundle.get("link") or [] if link.get("relation") == "next"), ""
            )
            if not following:
                return matches
            path, asking = str(following), []
        raise EnvironmentFault(f"A search at {self.http.base} has no end.", code="broken-answer", retryable=False)

    async def _fetch_missing(self, places: Sequence[str], have: dict[str, dict[str, Any]], *, purpose: str) -> None:
        """What is referred to and did not come along, by `_id`."""
        wanted: dict[str, list[str]] = {}
        for place in dict.fromkeys(places):
            kind, _, identity = place.partition("/")
            if identity and place not in have:
                wanted.setdefault(kind, []).append(identity)
        for kind, ids in wanted.items():
            for at in range(0, len(ids), _IDS):
                await self._search(kind, [("_id", ",".join(ids[at : at + _IDS]))], have)

    async def _of_reports(
        self,
        reports: Sequence[dict[str, Any]],
        orders: set[str],
        codes: Mapping[str, set[str]],
        have: dict[str, dict[str, Any]],
    ) -> list[Filed]:
        refs = [reading.reference(one) for report in reports for one in report.get("result") or []]
        await self._fetch_missing([ref for ref in refs if not ref.startswith("#")], have, purpose="results")
        members = [
            reading.reference(one)
            for ref in refs
            for one in have.get(ref, {}).get("hasMember") or []
            if ref.startswith("Observation/")
        ]
        await self._fetch_missing(members, have, purpose="results")
        subjects = [
            reading.reference(one.get("subject", {})) for one in have.values() if one.get("resourceType") in _RESULTS
        ]
        await self._fetch_missing([one for one in subjects if one.startswith("Patient/")], have, purpose="patients")
        found: list[Filed] = []
        for report in reports:
            order = _order_of(report, orders)
            if not order:
                continue
            contained = {f"#{one.get('id')}": one for one in report.get("contained") or []}
            done: set[str] = set()
            todo = [reading.reference(one) for one in report.get("result") or []]
            while todo:
                place = todo.pop(0)
                observation = contained.get(place) or have.get(place)
                if place in done or observation is None:
                    continue
                done.add(place)
                todo += [reading.reference(one) for one in observation.get("hasMember") or []]
                found += self._results(order, observation, report, codes, have)
            found += self._documents(order, report, have)
        return found

    def _results(
        self,
        order: str,
        observation: Mapping[str, Any],
        numbered: Mapping[str, Any],
        codes: Mapping[str, set[str]],
        have: Mapping[str, dict[str, Any]],
    ) -> list[Filed]:
        named, words = reading.codes_of(observation.get("code") or {})
        spelled = [*named, *words]
        asked = codes.get(order, set())
        code = next((one for one in spelled if one in asked), spelled[0] if spelled else "")
        value, unit, other_values, other_units = reading.value_of(observation)
        if value == "" and observation.get("hasMember") and code not in asked:
            return []  # a heading over other results, no result of its own
        patient = have.get(reading.reference(observation.get("subject") or numbered.get("subject") or {}), {})
        requests = [
            have.get(reading.reference(one), {})
            for one in (*(observation.get("basedOn") or []), *(numbered.get("basedOn") or []))
        ]
        return [
            Filed(
                key=(order, code, ANY),
                patients=reading.people(patient, self._patient_systems),
                placer=reading.placer_of([*requests, numbered]),
                value=value,
                unit=unit,
                status=str(observation.get("status", "")) or None,
                where=reading.versioned(observation)
                if observation.get("id")
                else f"{reading.versioned(numbered)}#contained",
                other_values=other_values,
                other_units=other_units,
                code_words=tuple(spelled),
            )
        ]

    def _documents(self, order: str, report: Mapping[str, Any], have: Mapping[str, dict[str, Any]]) -> list[Filed]:
        """Presented forms, told by their content alone."""
        patient = have.get(reading.reference(report.get("subject") or {}), {})
        return [
            Filed(
                key=(order, ANY, ANY),
                patients=reading.people(patient, self._patient_systems),
                placer="",
                value=digest,
                unit=None,
                status=None,
                where=f"{reading.versioned(report)}#presentedForm[{place}]",
            )
            for place, form in enumerate(report.get("presentedForm") or [])
            if (digest := reading.attachment_digest(form))
        ]

    def _identifier(self, order: str) -> str:
        """A token of a search, escaped (hl7.org/fhir/R4/search.html#escaping)."""
        text = order
        for mark in ("\\", ",", "$", "|"):
            text = text.replace(mark, f"\\{mark}")
        return f"{self._order_system}|{text}" if self._order_system else text


_RESULTS = frozenset({"DiagnosticReport", "Observation"})


def _order_of(numbered: Mapping[str, Any], orders: set[str]) -> str:
    """The order number that was asked for, filler numbers first."""
    return next((number for number in reading.order_numbers(numbered) if number in orders), "")


def _number(options: Mapping[str, str], name: str, usual: int) -> int:
    text = str(options.get(name, usual))
    if not text.isdigit() or not 1 <= int(text) <= 1000:
        raise Refused(f"verification option {name} = {text!r} must be a number from 1 to 1000.", code="bad-option")
    return int(text)
