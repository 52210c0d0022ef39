"""Segments of HL7 2.5.1 as text, from values that are already HL7: what the writers of synthetic messages share.

Everything here takes and gives plain text without terminators. Times come in as written (see `stamp`), coded values
with their component separators; only names and addresses of people are escaped here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from console.synthetic.catalogue import Analyte, Medicine
from console.synthetic.people import Person

_ESCAPES = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"})


def stamp(moment: datetime) -> str:
    """HL7 TS with seconds and zone, `20261120224100+0000` (HL7 2.5.1, 2.A.77)."""
    return moment.strftime("%Y%m%d%H%M%S%z")


def text(value: str) -> str:
    """Escapes the delimiters (HL7 2.5.1, 2.7)."""
    return value.translate(_ESCAPES)


@dataclass(frozen=True, slots=True)
class Reading:
    """One analyte's drawn value as text, with its flag (HL7 table 0078, '' = normal)."""

    analyte: Analyte
    value: str
    flag: str


def draw(random: Random, analyte: Analyte) -> Reading:
    """A plausible value: mostly within the range, now and then outside."""
    middle, half = (analyte.low + analyte.high) / 2, (analyte.high - analyte.low) / 2
    value = max(random.gauss(middle, half * (0.45 + analyte.spread * (random.random() < 0.3))), analyte.low * 0.3, 0)
    return reading(analyte, value)


def reading(analyte: Analyte, value: float) -> Reading:
    shown = f"{value:.{analyte.decimals}f}"
    return Reading(analyte, shown, flag_of(float(shown), analyte.low, analyte.high))


def flag_of(value: float, low: float, high: float) -> str:
    """HL7 table 0078: H, L, HH and LL beyond half the range's width; '' within."""
    width = high - low
    if value > high:
        return "HH" if value > high + width / 2 else "H"
    if value < low:
        return "LL" if value < low - width / 2 else "L"
    return ""


def pid(person: Person, identifiers: str) -> str:
    """`identifiers` is PID-3 as a whole."""
    return (
        f"PID|1||{identifiers}||{text(person.family)}^{text(person.given)}^^^{person.prefix}||{person.born:%Y%m%d}"
        f"|{person.sex}|||{text(person.street)}^^{text(person.town)}||{person.phone}"
    )


def pv1(
    patient_class: str,
    location: str,
    visit: str,
    attending: str,
    admitted: str,
    *,
    before: str = "",
    discharged: str = "",
    service: str = "MED",
) -> str:
    """`visit` is PV1-19 with its assigning authority; `before` the prior location (PV1-6)."""
    return (
        f"PV1|1|{patient_class}|{location}|||{before}|{attending}|||{service}|||||||||{visit}"
        f"|||||||||||||||||||||||||{admitted}{'|' if discharged else ''}{discharged}"
    )


def orc(control: str, placer: str, filler: str, group: str, status: str, at: str, doctor: str = "") -> str:
    """`control` by table 0119, `status` by table 0038; placer, filler and group are EI."""
    line = f"ORC|{control}|{placer}|{filler}|{group}|{status}||||{at}"
    return f"{line}|||{doctor}" if doctor else line


def obr(
    placer: str,
    filler: str,
    service: str,
    priority: str,
    ordered: str,
    *,
    collected: str = "",
    doctor: str = "",
    accession: str = "",
    reported: str = "",
    section: str = "",
    status: str = "",
) -> str:
    """An order (no `status`) or a report (OBR-25 by table 0123). The accession is OBR-18, `reported` OBR-22."""
    line = (
        f"OBR|1|{placer}|{filler}|{service}|{priority}|{ordered}|{collected}|||||||||{doctor}||{accession}"
        f"||||{reported}||{section}|{status}"
    )
    return line if status else line[:-1]


def obx(
    number: int,
    kind: str,
    code: str,
    value: str,
    status: str,
    *,
    sub_id: str = "",
    unit: str = "",
    reference: str = "",
    flag: str = "",
    observed: str = "",
    producer: str = "",
) -> str:
    """One result; `unit` is OBX-6, `status` OBX-11 by table 0085."""
    line = f"OBX|{number}|{kind}|{code}|{sub_id}|{value}|{unit}|{reference}|{flag}|||{status}"
    return f"{line}|||{observed}|{producer}" if observed else line


def rxe(medicine: Medicine, number: str) -> str:
    return (
        f"RXE|^{medicine.frequency}|{medicine.code}^{text(medicine.name)}^SCT|{medicine.dose}||{medicine.unit}^^UCUM"
        f"|{medicine.form}|^{text(medicine.text)}|||28|{medicine.form}|0|||{number}"
    )


def sch(number: str, minutes: int, starts: str, ends: str, doctor: str, status: str, *, reason: str = "") -> str:
    """An appointment: `number` is the EI of SCH-1 and SCH-2, `status` SCH-25 by table 0278."""
    return (
        f"SCH|{number}|{number}||||{reason}|FOLLOWUP^Follow-up|FOLLOWUP^Follow-up|{minutes}|min"
        f"|^^^{starts}^{ends}|||||{doctor}||||{doctor}|||||{status}"
    )


def txa(
    number: str, at: str, doctor: str, *, content: str = "TX", completion: str = "AU", available: str = "AV"
) -> str:
    """A discharge summary's header: TXA-12 is `number`, TXA-17 and TXA-19 by tables 0271 and 0273."""
    return f"TXA|1|DS^Discharge summary|{content}|{at}|{doctor}|||||||{number}|||||{completion}||{available}"
