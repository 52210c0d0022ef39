"""Search: from recognised pieces to cases. Two rounds of questions, every source at once, nobody's silence hidden.

Round one asks the key index for every identifier and the patient list for the name; round two fetches the encounters
of the people found. A case that satisfies every piece comes first; when none does, those that satisfy some are shown
and the answer says so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from console.connections.source import Capability, EncounterQuery, Page, PatientQuery, Source
from console.core.clock import Clock
from console.core.keys import fold_key
from console.investigation.answer import JsonObject, SourceReport, SourceStatus
from console.investigation.asking import ask
from console.investigation.case import Advice, Case, Chip, ChipKind, SearchAnswer
from console.investigation.cases import Found, build_cases
from console.investigation.kept_source import KeptSource
from console.investigation.pasted import read_pasted
from console.investigation.recognise import Question, Token
from console.storage.cache import Cache

PEOPLE = 12
"""Patients whose encounters are fetched in one search."""
LONGEST = 200
"""Characters of an identifier or name that sources take."""

_TEXTUAL = (ChipKind.NAME, ChipKind.DATE)
_NOT_ASKED = (ChipKind.MESSAGE, ChipKind.ACKNOWLEDGMENT)


class Findable(Protocol):
    """The questions a search asks, of a source or of the kept copy."""

    async def keys(self, values: Sequence[str], *, kind: str = "", assigner: str = "") -> Page: ...

    async def patients(self, query: PatientQuery) -> Page: ...

    async def encounters(self, query: EncounterQuery) -> Page: ...


@dataclass(slots=True)
class _Material:
    """What one source (or the copy) gave: key items, patients by the text, patients by number, encounters."""

    keys: list[JsonObject] = field(default_factory=list)
    called: list[JsonObject] = field(default_factory=list)
    numbered: dict[str, list[JsonObject]] = field(default_factory=dict)
    encounters: list[JsonObject] = field(default_factory=list)
    indexed_up_to: int | None = None


class Search:
    """Answers searches over the sources, or over the kept copy when none of them answers."""

    def __init__(self, sources: Sequence[Source], cache: Cache, *, clock: Clock, budget_s: float) -> None:
        self._sources = [s for s in sources if Capability.KEYS in s.capabilities]
        self._cache = cache
        self._kept = KeptSource(cache)
        self._clock = clock
        self._budget_s = budget_s

    async def answer(self, text: str, *, heard_up_to: int = 0, limit: int = 50) -> SearchAnswer:
        """`heard_up_to` is the newest journal position the feed knows: what is ahead of the index is `behind`."""
        began = time.perf_counter()
        question = read_pasted(text)
        if not question.tokens:
            return SearchAnswer(text, (), (), (), _since(began))
        heard = await ask(
            self._sources,
            Capability.KEYS,
            lambda source: _gather(source, question),
            clock=self._clock,
            budget_s=self._budget_s,
        )
        materials = [material for _, material in heard.values]
        from_cache = not materials
        if from_cache:
            materials = [await _gather(self._kept, question)]
        self._keep(materials, from_cache)
        chips, found = _chips(question, materials)
        cases, all_matched = build_cases(found, materials_encounters(materials), any_of=question.any_of)
        indexed = [m.indexed_up_to for m in materials if m.indexed_up_to is not None]
        behind = max(heard_up_to - min(indexed), 0) if indexed and heard_up_to else 0
        heard_at = [p.heard_at for p in self._cache.positions()] if from_cache else []
        return SearchAnswer(
            text=text,
            chips=chips,
            cases=tuple(cases[:limit]),
            reports=heard.reports,
            took_ms=_since(began),
            from_cache=from_cache,
            as_of=min(heard_at, default=None) if from_cache else heard.oldest_view,
            all_matched=all_matched,
            more=len(cases) > limit or question.cut,
            behind=behind,
            advice=() if cases else _advice(question, chips, heard.reports, from_cache, behind),
        )

    def _keep(self, materials: Sequence[_Material], from_cache: bool) -> None:
        if from_cache:
            return
        now = self._clock()
        for material in materials:
            for patient in (*material.called, *(p for people in material.numbered.values() for p in people)):
                self._cache.keep_patient(patient, now)
            for encounter in material.encounters:
                self._cache.keep_encounter(encounter, now)


async def _gather(source: Findable, question: Question) -> _Material:
    """Both rounds of one source."""
    material = _Material()
    asked = [t for t in question.tokens if t.kind not in (*_NOT_ASKED, ChipKind.DATE) and _askable(t.value)]
    name = next((t.value for t in question.tokens if t.kind is ChipKind.NAME), "")[:LONGEST]
    born = next((t.value for t in question.tokens if t.kind is ChipKind.DATE), "")
    jobs: list[Any] = []
    if asked:
        jobs.append(_keys(source, asked, material))
    if name or born:
        jobs.append(_called(source, name, born, material))
    await asyncio.gather(*jobs)
    numbers = dict.fromkeys(item["value"] for item in material.keys if item["kind"] == ChipKind.PATIENT)
    await asyncio.gather(*(_numbered(source, number, material) for number in list(numbers)[:PEOPLE]))
    people = dict.fromkeys(
        str(p["patient_id"]) for p in (*(p for found in material.numbered.values() for p in found), *material.called)
    )
    of_messages = dict.fromkeys(
        str(row["patient_id"]) for item in material.keys for row in item.get("traces", ()) if row.get("patient_id")
    )
    wanted = list({**people, **of_messages})[:PEOPLE]
    pages = await asyncio.gather(*(source.encounters(EncounterQuery(patient_id=p, limit=20)) for p in wanted))
    material.encounters = [e for page in pages for e in page.items]
    return material


def _askable(value: str) -> bool:
    """No identifier is as long as this, or unprintable: sources refuse such a question as a whole."""
    return 0 < len(value) <= LONGEST and value.isprintable()


async def _keys(source: Findable, tokens: Sequence[Token], material: _Material) -> None:
    page = await source.keys([t.value for t in tokens])
    material.keys = list(page.items)
    material.indexed_up_to = page.indexed_up_to


async def _called(source: Findable, name: str, born: str, material: _Material) -> None:
    page = await source.patients(PatientQuery(name=name, birth_date=born, limit=PEOPLE + 1))
    material.called = list(page.items)


async def _numbered(source: Findable, number: str, material: _Material) -> None:
    page = await source.patients(PatientQuery(identifier=number, limit=PEOPLE))
    material.numbered[number] = list(page.items)


def materials_encounters(materials: Sequence[_Material]) -> dict[str, JsonObject]:
    """Every encounter header heard of, by id."""
    return {str(e["encounter_id"]): e for m in materials for e in m.encounters}


def _chips(question: Question, materials: Sequence[_Material]) -> tuple[tuple[Chip, ...], list[Found]]:
    """A chip per token and, in the same order, what it found."""
    chips: list[Chip] = []
    found: list[Found] = []
    for token in question.tokens:
        own = Found(asked=token.kind not in _NOT_ASKED)
        items = [i for m in materials for i in m.keys if fold_key(str(i["value"])) == fold_key(token.value)]
        items = [i for i in items if token.assigner in ("", i.get("assigner"))] or items
        items = [i for i in items if i["kind"] == token.kind] or items
        if token.kind in _TEXTUAL:
            for patient in (p for m in materials for p in m.called):
                own.patients[str(patient["patient_id"])] = patient
        for item in items:
            own.take_key(item, [p for m in materials for p in m.numbered.get(str(item["value"]), ())])
        kinds = tuple(dict.fromkeys(ChipKind(i["kind"]) for i in items))
        hits = sum(int(i.get("hits") or 0) for i in items) if items or token.kind not in _TEXTUAL else len(own.patients)
        kind = kinds[0] if len(kinds) == 1 and token.kind in (ChipKind.IDENTIFIER, ChipKind.NAME) else token.kind
        warning = "" if items else token.warning
        chips.append(Chip(kind, token.text, token.value, hits if own.asked else None, kinds, warning))
        found.append(own)
    return tuple(chips), found


def _advice(
    question: Question, chips: Sequence[Chip], reports: Sequence[SourceReport], from_cache: bool, behind: int
) -> tuple[Advice, ...]:
    """What may be behind no hits, the likeliest first."""
    told = {
        Advice.CHECK_DIGIT: any(c.warning == "check-digit" for c in chips),
        Advice.KEPT_COPY_ONLY: from_cache,
        Advice.SOURCES_MISSING: not from_cache and any(r.status is not SourceStatus.OK for r in reports),
        Advice.INDEX_BEHIND: behind > 0,
        Advice.PART_OF_NAME: any(" " in t.value for t in question.of(ChipKind.NAME)),
        Advice.FEWER_WORDS: len(question.tokens) > 1,
        Advice.OTHER_IDENTIFIER: True,
    }
    return tuple(advice for advice, holds in told.items() if holds)


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 3)


__all__ = ["Case", "Findable", "Search"]
