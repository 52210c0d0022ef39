"""The whole hospital in time order: many stays side by side, and the incidents planted among them."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from console.engine.demo_hospital import messages as hl7
from console.engine.demo_hospital.pathways import EMERGENCY, Numbers, Send, spotlight, stay
from console.synthetic.catalogue import CRP, FBC, MICROBIOLOGY
from console.synthetic.people import Person, make_person
from console.synthetic.segments import draw, reading

MINUTES_BETWEEN_ARRIVALS = 3.5
SHORTEST_WITH_INCIDENTS = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Incidents:
    """When the planted incidents happen.

    `new_code`: the laboratory's new analyser starts to send K-PL. `silence`: the microbiology laboratory's last
    message. `stranger`: a result for somebody nobody admitted, without an assigning authority. `burst`: one result
    forty times within a second.
    """

    new_code: datetime
    silence: datetime
    stranger: datetime
    burst: datetime

    @classmethod
    def before(cls, now: datetime) -> Incidents:
        return cls(
            new_code=now - timedelta(minutes=75),
            silence=now - timedelta(minutes=50),
            stranger=now - timedelta(minutes=38),
            burst=now - timedelta(minutes=21),
        )

    @classmethod
    def never(cls) -> Incidents:
        later = datetime.max.replace(tzinfo=UTC)
        return cls(new_code=later, silence=later, stranger=later, burst=later)


def hospital(seed: int, starts: datetime, now: datetime, *, with_incidents: bool = True) -> Iterator[Send]:
    """Everything the hospital sends from `starts` on, in order of time, without end.

    Deterministic for equal arguments. The incidents lie before `now`, so that they are there when the history has
    been sent; a history too short to hold them is an ordinary one. Without incidents nothing is ever out of order.
    """
    random = Random(seed)
    incidents = Incidents.before(now) if with_incidents else Incidents.never()
    numbers = Numbers(run_code(starts))
    waiting: list[tuple[datetime, int, Send]] = []
    count = 0
    planted: list[Send] = []
    if with_incidents and now - starts >= SHORTEST_WITH_INCIDENTS:
        planted = [*spotlight(numbers, incidents.new_code, random), *_planted(numbers, incidents, random, seed)]
    for send in planted:
        count += 1
        heapq.heappush(waiting, (send.at, count, send))
    arrival, person = min([starts, *(send.at for send in planted)]), 0
    while True:
        while waiting and waiting[0][0] <= arrival:
            _, _, send = heapq.heappop(waiting)
            if not (planted and send.sender == MICROBIOLOGY and send.at > incidents.silence):
                yield send
        person += 1
        for send in stay(numbers, make_person(seed, person), arrival, random, incidents.new_code):
            count += 1
            heapq.heappush(waiting, (send.at, count, send))
        arrival += timedelta(minutes=random.expovariate(1 / MINUTES_BETWEEN_ARRIVALS))


def _planted(numbers: Numbers, incidents: Incidents, random: Random, seed: int) -> Iterator[Send]:
    stranger = make_person(seed, 90_001)
    unknown = hl7.Order(
        "", numbers.take("L"), numbers.take("26L"), CRP, "R", incidents.stranger - timedelta(minutes=50)
    )
    value = [reading(CRP.analytes[0], 88)]
    yield Send(
        incidents.stranger,
        "LIS",
        lambda c: hl7.oru(None, stranger, "", unknown, value, c, incidents.stranger, authority=""),
    )
    yield from _burst(numbers, incidents.burst, make_person(seed, 90_002), random)


def _burst(numbers: Numbers, at: datetime, person: Person, random: Random) -> Iterator[Send]:
    visit = hl7.Visit(numbers.take("1"), person, "E", "3003^Whitfield^Anne^^^Dr", at - timedelta(minutes=70))
    ordered = at - timedelta(minutes=55)
    order = hl7.Order(numbers.take("5") + "01", numbers.take("H"), numbers.take("26H"), FBC, "S", ordered)
    readings = [draw(random, analyte) for analyte in FBC.analytes]
    yield Send(visit.admitted, "PAS", lambda c: hl7.adt("A04", visit, EMERGENCY, c, visit.admitted))
    yield Send(ordered, "EHR", lambda c: hl7.orm(visit, EMERGENCY, order, c, ordered))
    yield Send(at, "HAEM", lambda c: hl7.oru(visit, person, EMERGENCY, order, readings, c, at), times=40)


def run_code(moment: datetime) -> str:
    """Five characters that tell runs apart: two-second ticks in base 32, so that numbers of two runs never meet."""
    ticks = int((moment - datetime(2026, 1, 1, tzinfo=moment.tzinfo)).total_seconds() // 2)
    digits = ""
    for _ in range(5):
        ticks, digit = divmod(ticks, 32)
        digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[digit] + digits
    return digits
