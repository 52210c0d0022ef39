"""Hundreds of journeys side by side in one order of hospital time, each kind giving its share of the messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush, heapreplace
from random import Random
from typing import Any

from console.harness.content.journeys.case import HOUR, Case
from console.harness.content.journeys.house import KINDS, House
from console.harness.content.journeys.pathways import PATHWAYS, Pathway
from console.harness.content.mixing import One

FULL_HOUSE = 400
"""How many patients are in the house at once when nothing else is said."""

_STAY = 5 * HOUR
"""What a journey takes, roughly: a full house is reached after that long."""


class _Ward:
    """One kind of journey, and those of it that are under way: (second of the next message, number, case)."""

    __slots__ = ("begun", "heap", "options", "pathway")

    def __init__(self, pathway: Pathway, options: Mapping[str, Any]) -> None:
        self.pathway = pathway
        self.options = options
        self.heap: list[tuple[int, int, Case]] = []
        self.begun = 0


class Hospital:
    """Endless. `take(ward)` says the next message of that kind of journey; the clock never goes back.

    Whoever asks decides the shares. A ward that is asked for more than its patients have to say admits more; one that
    is asked for less has its journeys drawn out: a late message moves the rest of its journey. Patients come back
    when everybody else has been there; with fewer patients than beds, nobody is in two beds unless all are."""

    def __init__(
        self,
        house: House,
        journeys: Sequence[tuple[str, Mapping[str, Any]]],
        *,
        seed: int,
        kinds: Sequence[int] = range(len(KINDS)),
    ) -> None:
        """`journeys` are names of PATHWAYS with their options; `kinds` the numbers that the caller has for KINDS."""
        self._kinds = kinds
        self.now = 0
        self._house = house
        self._seed = seed
        self._wards = [_Ward(PATHWAYS[name], options) for name, options in journeys]
        wished = max((int(options["in_house"]) for _, options in journeys), default=0) or FULL_HOUSE
        self._beds = min(wished, house.population.size)
        self._rate = self._beds / _STAY
        self._arrivals = Random(f"{seed}/arrivals")
        self._arrival = 0.0
        self._inside: dict[int, int] = {}
        self._patients = 0
        self._next_patient = 0

    def take(self, ward: int) -> One:
        """The next message of a kind of journey, with the nanoseconds of hospital time since the start."""
        chosen = self._wards[ward]
        heap, now = chosen.heap, self.now
        if not heap or heap[0][0] > now:
            arrival = max(now, int(self._arrival))
            if not heap or (self._patients < self._beds and arrival <= heap[0][0]):
                self._admit(ward, chosen, arrival)
        at, number, case = heap[0]
        if at < now:
            case.delay += now - at
            at = now
        self.now = at
        _, say, arguments = case.steps[case.next]
        case.next += 1
        said = say(case, at, *arguments)
        if case.next < len(case.steps):
            heapreplace(heap, (case.steps[case.next][0] + case.delay, number, case))
        else:
            heappop(heap)
            self._leave(case)
        text, control_id = self._house.message(at, said)
        payload = self._house.lettering.encode(text)
        return payload, control_id.encode(), case.patient.index, said.order, self._kinds[said.kind], at * 1_000_000_000

    def _admit(self, ward: int, chosen: _Ward, at: int) -> None:
        index = self._someone()
        chosen.begun += 1
        random = Random(f"{self._seed}/{ward}/{chosen.begun}")
        case = Case(self._house, self._house.population.patient(index), random, at, chosen.options)
        chosen.pathway(case)
        case.steps.sort(key=_second)
        heappush(chosen.heap, (case.steps[0][0], chosen.begun, case))
        self._patients += 1
        self._inside[index] = self._inside.get(index, 0) + 1
        self._arrival = max(self._arrival, at) + self._arrivals.expovariate(self._rate)

    def _someone(self) -> int:
        """The next patient who is not in the house."""
        size = self._house.population.size
        for _ in range(min(size, len(self._inside) + 1)):
            index = self._next_patient
            self._next_patient = (index + 1) % size
            if index not in self._inside:
                return index
        return index

    def _leave(self, case: Case) -> None:
        self._patients -= 1
        index = case.patient.index
        self._inside[index] -= 1
        if not self._inside[index]:
            del self._inside[index]


def _second(step: tuple[int, Any, Any]) -> int:
    return step[0]
