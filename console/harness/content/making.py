"""From a scenario's content to a source of messages: `make_source` is the one door to this room.

What an ingredient's options are is in `INGREDIENT_OPTIONS`, by kind, for journeys by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial

from console.core.errors import Refused
from console.harness.content.journeys.hospital import Hospital
from console.harness.content.journeys.house import KINDS, House
from console.harness.content.journeys.pathways import PATHWAYS
from console.harness.content.lettering import Lettering
from console.harness.content.marks import run_code_of
from console.harness.content.mixing import Part, mix
from console.harness.content.population import Population
from console.harness.content.stream import Chunk, MessageSource
from console.harness.scenario.model import Ingredient, Scenario

Option = str | float | bool

_JOURNEY: dict[str, Option] = {"codes": "loinc", "orders": "both", "in_house": 0, "growth": 0.3}

INGREDIENT_OPTIONS: dict[str, dict[str, Option]] = {
    "emergency": _JOURNEY,
    "inpatient": {**_JOURNEY, "cancelled_admissions": 0.03, "cancelled_discharges": 0.05},
    "outpatient": _JOURNEY,
    "culture": {**_JOURNEY, "corrections": 0.15},
    "medication": _JOURNEY,
    "appointment": {**_JOURNEY, "moved": 0.35, "cancelled": 0.25},
    "document": {**_JOURNEY, "withdrawn": 0.3},
    "demographics": {**_JOURNEY, "changes": 3},
    "merge": {**_JOURNEY, "late_results": 1},
    "large-document": {**_JOURNEY, "size": 5_000_000, "form": "both"},
    "correction-chain": {**_JOURNEY, "corrections": 1, "cancelled": 0.15},
}


def make_source(scenario: Scenario, *, seed: int, starts: datetime) -> MessageSource:
    """The source of a scenario: the same bytes for the same scenario text, seed and hospital time (aware).

    Reads templates and files now, so that what is wrong with them is said before anything is sent. Raises Refused."""
    return _Source(scenario, seed, starts)


class _Source:
    def __init__(self, scenario: Scenario, seed: int, starts: datetime) -> None:
        self._scenario = scenario
        self._seed = seed
        self._starts = starts
        self._lettering = Lettering(scenario.content.charset)
        self._run = run_code_of(scenario, seed=seed, starts=starts)
        self._kinds: dict[str, int] = {}
        for ingredient in scenario.content.mix:
            if ingredient.kind == "journey":
                for kind in KINDS:
                    self._kinds.setdefault(kind, len(self._kinds))

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(self._kinds)

    def chunks(self) -> Iterator[Chunk]:
        return mix(self._parts(), self._seed)

    def _parts(self) -> list[Part]:
        content = self._scenario.content
        population = Population(self._seed, self._run, content.patients, content.facility, self._lettering)
        journeys = [i for i in content.mix if i.kind == "journey"]
        house = House(
            content, self._scenario.acknowledgment, population, self._lettering, run=self._run, starts=self._starts
        )
        hospital = Hospital(house, [(i.name, options_of(i)) for i in journeys], seed=self._seed)
        wards = iter(range(len(journeys)))
        return [Part(i.weight, partial(hospital.take, next(wards))) for i in content.mix if i.kind == "journey"]


def options_of(ingredient: Ingredient) -> Mapping[str, Option]:
    """The ingredient's options over their defaults. Raises Refused for a journey or an option nobody knows."""
    key = ingredient.name if ingredient.kind == "journey" else ingredient.kind
    defaults = INGREDIENT_OPTIONS.get(key)
    if defaults is None:
        raise Refused(f"content: there is no journey {key!r}; there are {', '.join(PATHWAYS)}", code="content-unknown")
    given = dict(ingredient.options)
    for name in given:
        if name not in defaults:
            raise Refused(
                f"content: {key} has no option {name!r}; it has {', '.join(defaults)}", code="content-unknown"
            )
    return {**defaults, **given}
