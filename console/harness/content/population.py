"""The people of a run: as many as the scenario says, each the same whenever it comes back, none of another run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from console.harness.content.lettering import Lettering
from console.synthetic.people import Person, make_person
from console.synthetic.segments import pid

POOL = 10_000
"""How many faces there are. In a larger population a face comes back with another number and another birthday."""

_CALENDAR = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Patient:
    """Somebody, as the hospital knows them. `index` is the lane; `identifier` is PID-3; `segment` the whole PID."""

    index: int
    person: Person
    identifier: str
    segment: str


class Population:
    """`size` people of this seed, letters fit for the charset, numbers with the run's code in them, one identifier
    each, of the scenario's facility: no national number, which two runs might share."""

    def __init__(self, seed: int, run: str, size: int, facility: str, lettering: Lettering) -> None:
        self.size = max(1, size)
        self._seed = seed
        self._run = run
        self._facility = facility
        self._lettering = lettering
        self.face = lru_cache(maxsize=POOL)(self._face)

    def number(self, index: int) -> str:
        """The medical record number. U is no digit of base 32: it meets no number that `marks` makes."""
        return f"{self._run}U{index:06d}"

    def person(self, index: int) -> Person:
        """Patient `index`, 0 to `size` - 1. Costs 15 microseconds the first time."""
        turn, face = divmod(index, POOL)
        person = self.face(face)
        born = person.born - timedelta(days=7 * turn)
        return replace(person, mrn=self.number(index), born=max(born, _CALENDAR))

    def patient(self, index: int) -> Patient:
        person = self.person(index)
        return self.registered(index, person, person.mrn)

    def registered(self, index: int, person: Person, number: str) -> Patient:
        """The person as registered under a number: another one than theirs when they came without papers."""
        identifier = f"{number}^^^{self._facility}^MR"
        return Patient(index, person, identifier, pid(person, identifier))

    def _face(self, number: int) -> Person:
        person = make_person(self._seed, number)
        fit = self._lettering.fit
        return replace(
            person,
            family=fit(person.family),
            given=fit(person.given),
            street=fit(person.street),
            town=fit(person.town),
        )
