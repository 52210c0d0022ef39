"""What happens to one patient: admission, orders, results, corrections, medicines, transfer, discharge, in minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from console.engine.demo_hospital import messages as hl7
from console.synthetic.catalogue import (
    FBC,
    GLUCOSE,
    MEDICINES,
    PANELS,
    POTASSIUM,
    POTASSIUM_NEW_CODE,
    TROPONIN,
    UE,
    Panel,
)
from console.synthetic.people import SPOTLIGHT, Person, any_doctor
from console.synthetic.segments import draw, reading

EMERGENCY = "ED^Bay 3^1^CGH"
WARDS = ("AMU^4^02^CGH", "AMU^2^01^CGH", "CARD^1^05^CGH", "SURG^6^11^CGH", "RESP^3^07^CGH")


@dataclass(frozen=True, slots=True)
class Send:
    """One message to be sent: when, by which system, and the HL7 for a control id."""

    at: datetime
    sender: str
    build: Callable[[str], list[str]]
    times: int = 1
    """How often the very same bytes go out: above 1 is a duplicate burst."""


class Numbers:
    """Hands out visit, order, filler and accession numbers that never repeat within a run."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._next = 0

    def take(self, prefix: str) -> str:
        self._next += 1
        return f"{prefix}{self._run}{self._next:04d}"


def _order(numbers: Numbers, panel: Panel, priority: str, at: datetime) -> hl7.Order:
    return hl7.Order(
        placer=numbers.take("5") + "01",
        filler=numbers.take(panel.laboratory[0]),
        accession=numbers.take("26" + panel.laboratory[0]),
        panel=panel,
        priority=priority,
        ordered=at,
    )


def spotlight(numbers: Numbers, incident: datetime, random: Random) -> Iterator[Send]:
    """The tour's stay: its urea and electrolytes stop at a code without a map at `incident`."""

    def at(minutes: float) -> datetime:
        return incident + timedelta(minutes=minutes)

    stay = hl7.Visit(numbers.take("1"), SPOTLIGHT, "E", "3001^Okafor^Adaeze^^^Dr", at(-191))
    inpatient = hl7.Visit(stay.number, SPOTLIGHT, "I", stay.attending, stay.admitted)
    ward = WARDS[0]
    ue, fbc = _order(numbers, UE, "S", at(-157)), _order(numbers, FBC, "S", at(-163))
    trop, trop2 = _order(numbers, TROPONIN, "S", at(-152)), _order(numbers, TROPONIN, "S", at(67))
    glucose = _order(numbers, GLUCOSE, "R", at(32))
    yield Send(at(-191), "PAS", lambda c: hl7.adt("A04", stay, EMERGENCY, c, at(-191)))
    yield Send(at(-172), "PAS", lambda c: hl7.adt("A01", inpatient, EMERGENCY, c, at(-172)))
    for order in (fbc, ue, trop):
        yield Send(order.ordered, "EHR", _ordering(inpatient, EMERGENCY, order))
    yield Send(at(-111), "HAEM", _resulting(inpatient, EMERGENCY, fbc, at(-111), random))
    high = [reading(TROPONIN.analytes[0], 41)]
    yield Send(at(-90), "LIS", lambda c: hl7.oru(inpatient, SPOTLIGHT, EMERGENCY, trop, high, c, at(-90)), times=2)
    yield Send(at(-42), "PAS", lambda c: hl7.adt("A02", inpatient, ward, c, at(-42), before=EMERGENCY))
    stopped = [
        reading(UE.analytes[0], 138),
        reading(POTASSIUM_NEW_CODE, 6.4),
        reading(UE.analytes[2], 7.1),
        reading(UE.analytes[3], 96),
    ]
    yield Send(at(0), "LIS", lambda c: hl7.oru(inpatient, SPOTLIGHT, ward, ue, stopped, c, at(0)))
    yield Send(at(32), "EHR", _ordering(inpatient, ward, glucose))
    yield Send(at(54), "LIS", _resulting(inpatient, ward, glucose, at(54), random))
    yield Send(at(67), "EHR", _ordering(inpatient, ward, trop2))
    medicine = MEDICINES[2]
    number = numbers.take("RX")
    yield Send(at(-60), "EHR", lambda c: hl7.rde(inpatient, EMERGENCY, medicine, number, c, at(-60)))


def stay(numbers: Numbers, person: Person, starts: datetime, random: Random, new_code_from: datetime) -> Iterator[Send]:
    """An ordinary stay of some hours. U&E from 'analyser two' carry the unmapped code after `new_code_from`."""
    emergency = random.random() < 0.7
    visit = hl7.Visit(numbers.take("1"), person, "E" if emergency else "I", any_doctor(random), starts)
    bed = random.choice(WARDS)
    where = EMERGENCY if emergency else bed
    clock = starts
    yield Send(clock, "PAS", lambda c, w=where, t=clock: hl7.adt("A04" if emergency else "A01", visit, w, c, t))  # type: ignore[misc]
    if random.random() < 0.25:
        clock += timedelta(minutes=random.uniform(3, 15))
        yield Send(clock, "PAS", lambda c, w=where, t=clock: hl7.adt("A08", visit, w, c, t))  # type: ignore[misc]
    for panel in random.sample(PANELS, k=random.randint(1, 4)):
        ordered = clock + timedelta(minutes=random.uniform(4, 40))
        order = _order(numbers, panel, "S" if emergency and random.random() < 0.5 else "R", ordered)
        yield Send(ordered, "EHR", _ordering(visit, where, order))
        yield from _laboratory(visit, where, order, random, new_code_from)
    if emergency and random.random() < 0.6:
        moved = clock + timedelta(minutes=random.uniform(60, 180))
        inpatient = hl7.Visit(visit.number, person, "I", visit.attending, starts)
        yield Send(moved, "PAS", lambda c, t=moved, b=where: hl7.adt("A02", inpatient, bed, c, t, before=b))  # type: ignore[misc]
        where = bed
    if random.random() < 0.6:
        given = clock + timedelta(minutes=random.uniform(30, 120))
        medicine, number = random.choice(MEDICINES), numbers.take("RX")
        yield Send(given, "EHR", lambda c, w=where: hl7.rde(visit, w, medicine, number, c, given))  # type: ignore[misc]
    if random.random() < 0.45:
        leaves = clock + timedelta(minutes=random.uniform(200, 420))
        letter, slot = numbers.take("D"), numbers.take("A")
        yield Send(leaves, "PAS", lambda c, w=where: hl7.adt("A03", visit, w, c, leaves))  # type: ignore[misc]
        written = leaves + timedelta(minutes=6)
        yield Send(written, "EHR", lambda c, w=where: hl7.mdm(visit, w, letter, c, written))  # type: ignore[misc]
        clinic = (leaves + timedelta(days=14)).replace(hour=9, minute=20, second=0, microsecond=0)
        booked = leaves + timedelta(minutes=9)
        yield Send(booked, "PAS", lambda c: hl7.siu(visit, slot, clinic, c, booked))


def _ordering(visit: hl7.Visit, where: str, order: hl7.Order) -> Callable[[str], list[str]]:
    return lambda control_id: hl7.orm(visit, where, order, control_id, order.ordered)


def _resulting(
    visit: hl7.Visit, where: str, order: hl7.Order, at: datetime, random: Random, status: str = "F"
) -> Callable[[str], list[str]]:
    readings = [draw(random, analyte) for analyte in order.panel.analytes]
    return lambda c: hl7.oru(visit, visit.person, where, order, readings, c, at, status=status)


def _laboratory(
    visit: hl7.Visit, where: str, order: hl7.Order, random: Random, new_code_from: datetime
) -> Iterator[Send]:
    """The laboratory's side: preliminary, final, now and then a correction."""
    laboratory = order.panel.laboratory
    done = order.ordered + timedelta(minutes=order.panel.turnaround * random.uniform(0.6, 1.3))
    if order.panel.preliminary:
        growth = random.random() < 0.3
        early = order.ordered + (done - order.ordered) * 0.5
        for at, stage in ((early, "P"), (done, "F")):
            lines = hl7.culture_lines(order, stage, growth=growth)
            yield Send(
                at,
                laboratory,
                lambda c, t=at, s=stage, x=lines: hl7.oru(  # type: ignore[misc]
                    visit, visit.person, where, order, (), c, t, status=s, extra=x
                ),
            )
        return
    readings = [draw(random, analyte) for analyte in order.panel.analytes]
    if order.panel is UE and done >= new_code_from and random.random() < 0.3:
        readings = [reading(POTASSIUM_NEW_CODE, float(r.value)) if r.analyte is POTASSIUM else r for r in readings]
    yield Send(done, laboratory, lambda c: hl7.oru(visit, visit.person, where, order, readings, c, done))
    if random.random() < 0.06:
        later = done + timedelta(minutes=random.uniform(15, 60))
        corrected = [draw(random, readings[0].analyte), *readings[1:]]
        yield Send(
            later,
            laboratory,
            lambda c: hl7.oru(visit, visit.person, where, order, corrected, c, later, status="C"),
        )
