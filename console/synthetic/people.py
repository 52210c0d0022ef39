"""Synthetic patients and staff with names from Spanish- and English-speaking countries. Nobody here is real."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

_GIVEN_F = (
    "Rosa Elena|Lucía|María Fernanda|Carmen|Ximena|Isabella|Beatriz|Nuria|Paola|Inés|Margaret|Charlotte|Olivia|"
    "Grace|Aoife|Siobhán|Amelia|Hannah|Ngozi|Imani|Zoë|Eleanor|Ruth|Keisha|Wanjiru"
).split("|")
_GIVEN_M = (
    "José Luis|Andrés|Juan Pablo|Íñigo|Santiago|Mateo|Raúl|Óscar|Tomás|Álvaro|Thomas|William|Declan|Rhys|Chidi|"
    "Oliver|Samuel|Kwame|Desmond|George|Liam|Hamish|Arthur|Marlon|Noah"
).split("|")
_FAMILY_ES = (
    "MARTÍNEZ LÓPEZ|GARCÍA PEÑA|RODRÍGUEZ NÚÑEZ|HERNÁNDEZ SOTO|PÉREZ DÍAZ|QUIÑONES VEGA|IBÁÑEZ RUIZ|MUÑOZ CASTRO|"
    "ROJAS AGÜERO|DE LA CRUZ MEJÍA|BRICEÑO GIL|ZAMBRANO LEÓN|VÁSQUEZ MORA|ECHEVERRÍA PAZ|ORDÓÑEZ RÍOS"
).split("|")
_FAMILY_EN = (
    "OKONKWO|O'BRIEN|SMITH-JONES|WALKER|MACDONALD|ADEYEMI|NÍ DHOMHNAILL|THOMPSON|CAMPBELL|HUGHES|FITZGERALD|OSEI|"
    "BAPTISTE|ROBINSON|PRITCHARD"
).split("|")
_STREETS = "Mill Lane|Station Road|Calle de la Fuente|Avenida Bolívar|Harbour View|Church Street|Calle Mayor".split("|")
_TOWNS = "Eastfield|Port Albert|San Rafael|Villa Nueva|Northbridge|La Guaira|Kilbride".split("|")
_DOCTORS = (
    "3001^Okafor^Adaeze^^^Dr|3002^Serrano^Julio^^^Dr|3003^Whitfield^Anne^^^Dr|3004^Quintero^Marisol^^^Dr|"
    "3005^Byrne^Cormac^^^Dr|3006^Sandhu^Harpreet^^^Dr"
).split("|")


_CENSUS = date(2026, 1, 1)
"""Ages are drawn as of this day, so that a patient keeps the birth date in every run."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody synthetic. `nhs` is in the 999 range that is never issued; its check digit is right."""

    mrn: str
    nhs: str
    family: str
    given: str
    prefix: str
    sex: str
    born: date
    street: str
    town: str
    phone: str


SPOTLIGHT = Person(
    mrn="00418827",
    nhs="9990147213",
    family="MARTÍNEZ LÓPEZ",
    given="Rosa Elena",
    prefix="Mrs",
    sex="F",
    born=date(1957, 8, 14),
    street="12 Mill Lane",
    town="Eastfield",
    phone="01632960112",
)
"""The patient of the tour: her potassium stops at the concept map."""


def nhs_check_digit(nine: str) -> int | None:
    """The modulus-11 check digit of an NHS number's first nine digits; None when there is none (remainder 1)."""
    left = 11 - sum(int(d) * (10 - i) for i, d in enumerate(nine)) % 11
    return {10: None, 11: 0}.get(left, left)


def make_person(seed: int, number: int) -> Person:
    """The `number`-th inhabitant of the town of this seed: the same person in every run, whatever else happens."""
    random = Random(f"{seed}/{number}")
    female = random.random() < 0.52
    spanish = random.random() < 0.5
    nhs = None
    while nhs is None:
        nine = f"999{random.randrange(1_000_000):06d}"
        digit = nhs_check_digit(nine)
        nhs = f"{nine}{digit}" if digit is not None and f"{nine}{digit}" != SPOTLIGHT.nhs else None
    age = min(max(int(random.gauss(56, 22)), 0), 97)
    return Person(
        mrn=f"{500_000 + number * 7:08d}",
        nhs=nhs,
        family=random.choice(_FAMILY_ES if spanish else _FAMILY_EN),
        given=random.choice(_GIVEN_F if female else _GIVEN_M),
        prefix="" if age < 16 else ("Ms" if female else "Mr"),
        sex="F" if female else "M",
        born=_CENSUS - timedelta(days=age * 365 + random.randrange(365)),
        street=f"{random.randrange(1, 120)} {random.choice(_STREETS)}",
        town=random.choice(_TOWNS),
        phone=f"01632960{random.randrange(1000):03d}",
    )


def any_doctor(random: Random) -> str:
    """A clinician as an XCN: id, family, given, title."""
    return random.choice(_DOCTORS)
