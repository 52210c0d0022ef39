"""One patient's stay as it is told: who, where, under which numbers, and what is still to be said about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from console.harness.content.journeys.house import KINDS, REGISTRATION, WARDS, House, Said
from console.harness.content.population import Patient
from console.synthetic.catalogue import Medicine
from console.synthetic.people import any_doctor
from console.synthetic.segments import orc, pv1, rxe, sch, txa

Say = Callable[..., Said]
"""`say(case, at, *arguments)`: the message, and what it changes about the case."""

Step = tuple[int, Say, tuple[Any, ...]]

MINUTE, HOUR = 60, 3600
KIND = {name: number for number, name in enumerate(KINDS)}

_WARDS = ("AMU", "CARD", "SURG", "RESP", "GERI", "NEUR")
_TOWNS = ("Eastfield", "Port Albert", "Northbridge", "Kilbride")


class Case:
    """`options` are the journey's. `random` is the case's own. Times are seconds of hospital time."""

    __slots__ = (
        "admitted",
        "attending",
        "delay",
        "house",
        "location",
        "next",
        "options",
        "patient",
        "patient_class",
        "pv1",
        "random",
        "starts",
        "steps",
        "visit",
        "ward",
    )

    def __init__(
        self, house: House, patient: Patient, random: Random, starts: int, options: Mapping[str, Any], ward: int = 0
    ) -> None:
        self.house = house
        self.patient = patient
        self.random = random
        self.starts = starts
        self.options = options
        self.ward = ward
        self.delay = 0
        self.next = 0
        self.steps: list[Step] = []
        self.attending = any_doctor(random)
        self.patient_class = "I"
        self.visit = f"{house.numbers.take('V')}^^^{house.facility}^VN"
        self.admitted = ""
        self.location = ""
        self.pv1 = "PV1|1|N"

    def then(self, at: float, say: Say, *arguments: Any) -> int:
        """Plans a message. Gives its second back."""
        second = int(at)
        self.steps.append((second, say, arguments))
        return second

    def minutes(self, low: float, high: float) -> float:
        """A span between two numbers of minutes, in seconds."""
        return self.random.uniform(low, high) * MINUTE

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def a_bed(self) -> str:
        room, bed = self.random.randrange(1, 13), self.random.randrange(1, 5)
        return f"{self.random.choice(_WARDS)}^{room}^{bed:02d}^{self.house.facility}"

    def a_bay(self) -> str:
        return f"ED^Bay {self.random.randrange(1, 25)}^1^{self.house.facility}"

    def placed(self, *, before: str = "", discharged: str = "") -> str:
        return pv1(
            self.patient_class,
            self.location,
            self.visit,
            self.attending,
            self.admitted,
            before=before,
            discharged=discharged,
        )

    def said(self, kind: str, sender: str, body: str, *, receiver: str = "", order: int = 0) -> Said:
        return Said(KIND[kind], sender, receiver or self.house.receiver, order, body)


def _adt(case: Case, at: int, event: str, placed: str, *, more: str = "") -> Said:
    moment = case.house.stamp(at)
    body = f"EVN|{event}|{moment}||||{moment}\r{case.patient.segment}\r{more}{placed}\r"
    return case.said(f"ADT^{event}", REGISTRATION, body)


def admit(case: Case, at: int, event: str, patient_class: str, location: str) -> Said:
    """A01 or A04. An A01 after an A04 makes an emergency visit an inpatient one, under the same number."""
    case.patient_class = patient_class
    case.location = location
    case.admitted = case.admitted or case.house.stamp(at)
    case.pv1 = case.placed()
    return _adt(case, at, event, case.pv1)


def transfer(case: Case, at: int, location: str) -> Said:
    """A02."""
    before, case.location = case.location, location
    case.pv1 = case.placed()
    return _adt(case, at, "A02", case.placed(before=before))


def tell(case: Case, at: int, event: str) -> Said:
    """A08, A11, A13, A28 or A31 with what is known."""
    return _adt(case, at, event, "PV1|1|N" if event in ("A28", "A31") else case.pv1)


def move_house(case: Case, at: int, event: str) -> Said:
    """A08 or A31 with another address and telephone number."""
    random, known = case.random, case.patient
    person = replace(
        known.person,
        street=f"{random.randrange(1, 200)} Harbour View",
        town=random.choice(_TOWNS),
        phone=f"01632960{random.randrange(1000):03d}",
    )
    number = known.identifier.partition("^")[0]
    case.patient = case.house.population.registered(known.index, person, number)
    return tell(case, at, event)


def discharge(case: Case, at: int) -> Said:
    """A03. The visit's PV1 stays as it was, for an A13 and for late results."""
    return _adt(case, at, "A03", case.placed(discharged=case.house.stamp(at)))


def merge(case: Case, at: int, survivor: Patient) -> Said:
    """A40: the number the case was known by gives way to the survivor's, whom all that follows is about."""
    old, case.patient = case.patient, survivor
    return _adt(case, at, "A40", "", more=f"MRG|{old.identifier}")


def medicate(case: Case, at: int, medicine: Medicine, number: str, control: str) -> Said:
    """RDE^O11: NW begins, XO changes, DC stops it (table 0119)."""
    status = {"NW": "IP", "XO": "IP", "DC": "DC"}[control]
    moment = case.house.stamp(at)
    body = "\r".join(
        (
            case.patient.segment,
            case.pv1,
            orc(control, f"{number}^{WARDS}", "", "", status, moment, case.attending),
            rxe(medicine, number),
            f"TQ1|1||{medicine.frequency}||||{moment}",
            f"RXR|{medicine.route}^^HL70162",
            "",
        )
    )
    return case.said("RDE^O11", WARDS, body, receiver="PHARM")


def appoint(case: Case, at: int, event: str, number: str, clinic: int) -> Said:
    """SIU: S12 books, S13 moves, S15 cancels the appointment at second `clinic`."""
    minutes = 20
    starts, ends = case.house.stamp(clinic), case.house.stamp(clinic + minutes * MINUTE)
    status = "Cancelled" if event == "S15" else "Booked"
    reason = {"S12": "BOOKED^Booked", "S13": "PATIENT^Patient asked", "S15": "PATIENT^Patient asked"}[event]
    body = "\r".join(
        (
            sch(f"{number}^{REGISTRATION}", minutes, starts, ends, case.attending, status, reason=reason),
            case.patient.segment,
            "RGS|1|A",
            f"AIL|1|A|OPD^Room {case.random.randrange(1, 20)}^^{case.house.facility}|||{starts}|||{minutes}|min",
            f"AIP|1|A|{case.attending}|ATND||{starts}|||{minutes}|min",
            "",
        )
    )
    return case.said(f"SIU^{event}", REGISTRATION, body)


def write(case: Case, at: int, number: str) -> Said:
    """MDM^T02: a discharge summary."""
    moment = case.house.stamp(at)
    admitted = case.admitted[:8] or moment[:8]
    lines = (f"Admitted {admitted}. Recovered well.", "Follow-up in clinic in two weeks.")
    body = "\r".join(
        (
            f"EVN|T02|{moment}",
            case.patient.segment,
            case.pv1,
            txa(f"{number}^{WARDS}", moment, case.attending),
            *(f"OBX|{n}|TX|DS^Discharge summary||{line}||||||F" for n, line in enumerate(lines, start=1)),
            "",
        )
    )
    return case.said("MDM^T02", WARDS, body)


def retract(case: Case, at: int, number: str) -> Said:
    """MDM^T11: the document is withdrawn before anybody could see it (TXA-19 CA)."""
    moment = case.house.stamp(at)
    header = txa(f"{number}^{WARDS}", moment, case.attending, available="CA")
    return case.said("MDM^T11", WARDS, f"EVN|T11|{moment}\r{case.patient.segment}\r{case.pv1}\r{header}\r")
