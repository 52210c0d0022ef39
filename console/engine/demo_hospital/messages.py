"""Writes the demo hospital's HL7 v2.5.1: ADT, ORM, ORU, RDE, SIU and MDM, UTF-8, with zones on every time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from console.synthetic import segments
from console.synthetic.catalogue import CODING_SYSTEM, Medicine, Panel
from console.synthetic.people import Person
from console.synthetic.segments import Reading, stamp, text

FACILITY = "CGH"


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay: its number and who attends."""

    number: str
    person: Person
    patient_class: str
    attending: str
    admitted: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """One ordered panel with its placer number, the laboratory's filler number and the sample's accession."""

    placer: str
    filler: str
    accession: str
    panel: Panel
    priority: str
    ordered: datetime


def header(sender: str, receiver: str, kind: str, structure: str, control_id: str, at: datetime) -> str:
    return (
        f"MSH|^~\\&|{sender}|{FACILITY}|{receiver}|{FACILITY}|{stamp(at)}||{kind}^{structure}|{control_id}|T|2.5.1"
        "||||||UNICODE UTF-8"
    )


def patient(person: Person, *, authority: str = FACILITY) -> str:
    identifiers = f"{person.mrn}^^^{authority}^MR"
    if authority:
        identifiers += f"~{person.nhs}^^^NHS^NH"
    return segments.pid(person, identifiers)


def visit(stay: Visit, location: str, *, before: str = "", discharged: datetime | None = None) -> str:
    return segments.pv1(
        stay.patient_class,
        location,
        f"{stay.number}^^^{FACILITY}^VN",
        stay.attending,
        stamp(stay.admitted),
        before=before,
        discharged=stamp(discharged) if discharged else "",
    )


def adt(
    event: str, stay: Visit, location: str, control_id: str, at: datetime, *, before: str = "", sender: str = "PAS"
) -> list[str]:
    structure = {"A04": "ADT_A01", "A08": "ADT_A01", "A13": "ADT_A01"}.get(event, f"ADT_{event}")
    discharged = at if event == "A03" else None
    return [
        header(sender, "SIGNALBOX", f"ADT^{event}", structure, control_id, at),
        f"EVN|{event}|{stamp(at)}||||{stamp(at)}",
        patient(stay.person),
        visit(stay, location, before=before, discharged=discharged),
    ]


def _order_segments(order: Order, control: str, status: str, doctor: str, at: datetime) -> list[str]:
    panel = order.panel
    service = f"{panel.code}^{text(panel.name)}^{CODING_SYSTEM[panel.laboratory]}"
    placer, ordered = f"{order.placer}^EHR", stamp(order.ordered)
    return [
        segments.orc(control, placer, "", f"{order.placer[:-2]}^EHR", status, stamp(at), doctor),
        segments.obr(placer, "", service, order.priority, ordered, doctor=doctor, section=panel.section),
        f"TQ1|1||||||{ordered}||{order.priority}",
    ]


def orm(stay: Visit, location: str, order: Order, control_id: str, at: datetime, *, control: str = "NW") -> list[str]:
    """An order: NW new, CA cancel request."""
    return [
        header("EHR", order.panel.laboratory, "ORM^O01", "ORM_O01", control_id, at),
        patient(stay.person),
        visit(stay, location),
        *_order_segments(order, control, "IP" if control == "NW" else "CA", stay.attending, at),
    ]


def oru(
    stay: Visit | None,
    person: Person,
    location: str,
    order: Order,
    readings: Iterable[Reading],
    control_id: str,
    at: datetime,
    *,
    status: str = "F",
    authority: str = FACILITY,
    extra: Sequence[str] = (),
) -> list[str]:
    """A result. `stay` None: the laboratory does not know the visit. `extra`: OBX/NTE segments as they are."""
    panel = order.panel
    system = CODING_SYSTEM[panel.laboratory]
    placer = f"{order.placer}^EHR" if order.placer else ""
    filler = f"{order.filler}^{panel.laboratory}"
    collected = stamp(order.ordered + timedelta(minutes=8))
    lines = [
        header(panel.laboratory, "SIGNALBOX", "ORU^R01", "ORU_R01", control_id, at),
        patient(person, authority=authority),
        *([visit(stay, location)] if stay else []),
        segments.orc("RE", placer, filler, "", "CM", stamp(at)),
        segments.obr(
            placer,
            filler,
            f"{panel.code}^{text(panel.name)}^{system}",
            order.priority,
            stamp(order.ordered),
            collected=collected,
            accession=order.accession,
            reported=stamp(at),
            section=panel.section,
            status=status,
        ),
    ]
    for number, taken in enumerate(readings, start=1):
        analyte = taken.analyte
        lines.append(
            segments.obx(
                number,
                "NM",
                f"{analyte.code}^{text(analyte.name)}^{system}",
                taken.value,
                status,
                unit=f"{analyte.unit}^^UCUM",
                reference=f"{analyte.low:g}-{analyte.high:g}",
                flag=taken.flag,
                observed=collected,
                producer=FACILITY,
            )
        )
    return [*lines, *extra]


def culture_lines(order: Order, stage: str, *, growth: bool) -> list[str]:
    """The OBX lines of a culture: preliminary 'no growth yet', or the organism with its susceptibilities."""
    system = CODING_SYSTEM[order.panel.laboratory]
    if stage == "P":
        return [f"OBX|1|ST|CULT^Culture^{system}|1|No growth after 24 hours|||N|||P"]
    if not growth:
        return [f"OBX|1|ST|CULT^Culture^{system}|1|No growth after 5 days|||N|||F"]
    return [
        f"OBX|1|CWE|CULT^Culture^{system}|1|112283007^Escherichia coli^SCT|||A|||F",
        f"OBX|2|SN|AMOX-MIC^Amoxicillin MIC^{system}|1|>^32|ug/mL^^UCUM||R|||F",
        f"OBX|3|SN|GENT-MIC^Gentamicin MIC^{system}|1|<=^1|ug/mL^^UCUM||S|||F",
    ]


def rde(stay: Visit, location: str, medicine: Medicine, number: str, control_id: str, at: datetime) -> list[str]:
    """A pharmacy order (RDE^O11)."""
    return [
        header("EHR", "PHARM", "RDE^O11", "RDE_O11", control_id, at),
        patient(stay.person),
        visit(stay, location),
        f"ORC|NW|{number}^EHR|||IP||||{stamp(at)}|||{stay.attending}",
        segments.rxe(medicine, number),
        f"TQ1|1||{medicine.frequency}||||{stamp(at)}",
        f"RXR|{medicine.route}^^HL70162",
    ]


def siu(stay: Visit, number: str, starts: datetime, control_id: str, at: datetime) -> list[str]:
    """A clinic appointment (SIU^S12)."""
    minutes = 20
    ends = starts + timedelta(minutes=minutes)
    doctor = stay.attending
    return [
        header("PAS", "SIGNALBOX", "SIU^S12", "SIU_S12", control_id, at),
        segments.sch(f"{number}^PAS", minutes, stamp(starts), stamp(ends), doctor, "Booked"),
        patient(stay.person),
        "RGS|1|A",
        f"AIP|1|A|{doctor}|ATND||{stamp(starts)}|||{minutes}|min",
        f"AIL|1|A|OPD^Room 4^^{FACILITY}||{stamp(starts)}",
    ]


def mdm(stay: Visit, location: str, number: str, control_id: str, at: datetime) -> list[str]:
    """A discharge letter (MDM^T02)."""
    return [
        header("EHR", "SIGNALBOX", "MDM^T02", "MDM_T02", control_id, at),
        f"EVN|T02|{stamp(at)}",
        patient(stay.person),
        visit(stay, location),
        segments.txa(f"{number}^EHR", stamp(at), stay.attending),
        f"OBX|1|TX|DS^Discharge summary||Admitted {stay.admitted:%d-%b-%Y}. Recovered well.||||||F",
        "OBX|2|TX|DS^Discharge summary||Follow-up in clinic in two weeks.||||||F",
    ]


def encode(lines: Iterable[str]) -> bytes:
    """The message's bytes: segments ended by CR, UTF-8 as MSH-18 says."""
    return ("\r".join(lines) + "\r").encode()
