"""The journeys: each plans what happens to one patient, in minutes, from admission to the last word about it."""

from __future__ import annotations

from collections.abc import Callable

from console.harness.content.journeys import documents
from console.harness.content.journeys.case import (
    HOUR,
    MINUTE,
    Case,
    admit,
    appoint,
    discharge,
    medicate,
    merge,
    move_house,
    retract,
    tell,
    transfer,
    write,
)
from console.harness.content.journeys.house import Said
from console.harness.content.journeys.laboratory import place, request, result
from console.harness.content.population import Patient
from console.synthetic.catalogue import (
    COAG,
    CRP,
    CULTURE,
    FBC,
    GLUCOSE,
    LFT,
    MEDICINES,
    PANELS,
    TROPONIN,
    UE,
    URINE,
    Panel,
)

Pathway = Callable[[Case], None]

_ROUTINE = (UE, FBC, GLUCOSE, CRP, LFT, COAG)
_URGENT = (UE, FBC, TROPONIN, GLUCOSE, CRP, COAG)


def _treat(case: Case, at: float, *, until: float) -> None:
    medicine, number = case.random.choice(MEDICINES), case.house.numbers.take("R")
    given = case.then(at, medicate, medicine, number, "NW")
    if until > given and case.chance(0.4):
        case.then(given + (until - given) * case.random.uniform(0.3, 0.8), medicate, medicine, number, "XO")
        case.then(until, medicate, medicine, number, "DC")


def _ask(case: Case, at: float, panel_count: int, choice: tuple[Panel, ...]) -> float:
    """Some panels within the half hour, and what comes of them."""
    last = at
    form = str(case.options["orders"])
    for panel in case.random.sample(choice, k=panel_count):
        _, done = request(
            case,
            at + case.minutes(1, 30),
            panel,
            form=form,
            corrections=1 if case.chance(0.06) else 0,
            cancelled=("order" if case.chance(0.5) else "result") if case.chance(0.03) else "",
        )
        last = max(last, done)
    return last


def emergency(case: Case) -> None:
    """A04, tests, medicines; six of ten are admitted (A01) and moved (A02) or go home (A03, letter)."""
    start = case.then(case.starts, admit, "A04", "E", case.a_bay())
    if case.chance(0.25):
        case.then(start + case.minutes(2, 12), move_house, "A08")
    last = _ask(case, start + case.minutes(3, 12), case.random.randint(1, 4), _URGENT)
    if case.chance(0.6):
        _treat(case, start + case.minutes(20, 60), until=last)
    if case.chance(0.6):
        inside = case.then(last + case.minutes(5, 30), admit, "A01", "I", case.a_bay())
        moved = case.then(inside + case.minutes(10, 90), transfer, case.a_bed())
        last = _ask(case, moved + case.minutes(10, 60), case.random.randint(1, 2), _ROUTINE)
    left = case.then(last + case.minutes(15, 120), discharge)
    case.then(left + case.minutes(4, 20), write, case.house.numbers.take("D"))


def inpatient(case: Case) -> None:
    """A01, rounds of tests, transfers, medicines, A03; admissions and discharges are now and then cancelled."""
    start = case.then(case.starts, admit, "A01", "I", case.a_bed())
    if case.chance(float(case.options["cancelled_admissions"])):
        case.then(start + case.minutes(5, 40), tell, "A11")
        return
    clock: float = start
    for _ in range(case.random.randint(1, 3)):
        if case.chance(0.3):
            case.then(clock + case.minutes(10, 50), transfer, case.a_bed())
        last = _ask(case, clock + case.minutes(15, 60), case.random.randint(1, 3), _ROUTINE)
        if case.chance(0.6):
            _treat(case, clock + case.minutes(20, 80), until=last)
        clock = last + case.minutes(30, 150)
    left = case.then(clock, discharge)
    if case.chance(float(case.options["cancelled_discharges"])):
        case.then(left + case.minutes(5, 40), tell, "A13")
        left = case.then(left + case.minutes(60, 240), discharge)
    case.then(left + case.minutes(4, 20), write, case.house.numbers.take("D"))


def outpatient(case: Case) -> None:
    """S12, on the day A04, one or two tests, A03 at the end of the visit; results come after it."""
    number = case.house.numbers.take("S")
    clinic = int(case.starts + case.minutes(60, 180))
    case.then(case.starts, appoint, "S12", number, clinic)
    came = case.then(clinic - case.minutes(1, 20), admit, "A04", "O", f"OPD^Room {case.random.randrange(1, 20)}")
    _ask(case, came + case.minutes(2, 10), case.random.randint(1, 2), _ROUTINE)
    case.then(clinic + case.minutes(25, 45), discharge)


def culture(case: Case) -> None:
    """A01, cultures reported P, then F, some of them corrected (C)."""
    start = case.then(case.starts, admit, "A01", "I", case.a_bed())
    last: float = start
    for panel in (CULTURE, URINE) if case.chance(0.4) else (CULTURE,):
        corrections = 1 if case.chance(float(case.options["corrections"])) else 0
        _, done = request(
            case, start + case.minutes(5, 40), panel, form=str(case.options["orders"]), corrections=corrections
        )
        last = max(last, done)
    case.then(last + case.minutes(20, 90), discharge)


def medication(case: Case) -> None:
    """A01, two or three pharmacy orders: begun, changed, stopped; A03."""
    start = case.then(case.starts, admit, "A01", "I", case.a_bed())
    for _ in range(case.random.randint(2, 3)):
        _treat(case, start + case.minutes(5, 60), until=start + case.minutes(120, 240))
    case.then(start + 5 * HOUR, discharge)


def appointment(case: Case) -> None:
    """S12; some are moved (S13), some cancelled (S15)."""
    number = case.house.numbers.take("S")
    clinic = int(case.starts + case.random.randrange(2, 21) * 24 * HOUR)
    at = case.then(case.starts, appoint, "S12", number, clinic)
    if case.chance(float(case.options["moved"])):
        clinic += 24 * HOUR
        at = case.then(at + case.minutes(10, 120), appoint, "S13", number, clinic)
    if case.chance(float(case.options["cancelled"])):
        case.then(at + case.minutes(10, 180), appoint, "S15", number, clinic)


def document(case: Case) -> None:
    """A01, two letters (T02), some withdrawn (T11); A03."""
    start = case.then(case.starts, admit, "A01", "I", case.a_bed())
    for _ in range(2):
        number = case.house.numbers.take("D")
        written = case.then(start + case.minutes(10, 100), write, number)
        if case.chance(float(case.options["withdrawn"])):
            case.then(written + case.minutes(2, 30), retract, number)
    case.then(start + 3 * HOUR, discharge)


def demographics(case: Case) -> None:
    """A28, then `changes` of the address, told as A31, or as A08 while the patient is in the house (A01 to A03)."""
    known = case.then(case.starts, tell, "A28")
    inside = case.chance(0.5)
    if inside:
        case.then(known + MINUTE, admit, "A01", "I", case.a_bed())
    last = known + 2 * MINUTE
    for _ in range(int(case.options["changes"])):
        last = case.then(last + case.minutes(2, 30), move_house, "A08" if inside else "A31")
    if inside:
        case.then(last + case.minutes(10, 60), discharge)


def merging(case: Case) -> None:
    """Somebody comes without papers and gets a new number; tests are ordered under it; A40 while they run; of the
    results, `late_results` still carry the old number. From the start all of it is one lane."""
    survivor, form = case.patient, str(case.options["orders"])
    nameless = case.house.population.registered(survivor.index, survivor.person, case.house.numbers.take("X"))
    case.then(case.starts, tell, "A28")
    case.then(case.starts + MINUTE, _arrive, nameless, case.a_bay())
    request(case, case.starts + case.minutes(3, 8), GLUCOSE, form=form)
    merged = int(case.starts + HOUR)
    ends = merged
    for number, panel in enumerate(case.random.sample((UE, FBC, TROPONIN, CRP), k=2)):
        placed, _ = place(case, case.starts + case.minutes(15, 55), panel, form)
        segment = nameless.segment if number < int(case.options["late_results"]) else ""
        ends = max(ends, case.then(merged + case.minutes(2, 45), result, placed, "F", segment))
    case.then(merged, merge, survivor)
    _, last = request(case, merged + case.minutes(2, 20), case.random.choice(_ROUTINE), form=form)
    case.then(max(ends, last) + case.minutes(10, 60), discharge)


def _arrive(case: Case, at: int, nameless: Patient, location: str) -> Said:
    case.patient = nameless
    return admit(case, at, "A04", "E", location)


def large_document(case: Case) -> None:
    """A01, a report as a PDF of `size` bytes in base64 (ORU with an ED, or MDM^T02), A03."""
    start = case.then(case.starts, admit, "A01", "I", case.a_bed())
    form = str(case.options["form"])
    as_result = form == "ORU" or (form != "MDM" and case.chance(0.5))
    case.then(start + case.minutes(10, 60), documents.report if as_result else documents.letter)
    case.then(start + 2 * HOUR, discharge)


def correction_chain(case: Case) -> None:
    """A01; each order is placed, collected, preliminary, final and corrected `corrections` times, or ends as X."""
    start = case.then(case.starts, admit, "A01", "I", case.a_bed())
    last: float = start
    for panel in case.random.sample(PANELS, k=2):
        ends = ("order" if case.chance(0.3) else "result") if case.chance(float(case.options["cancelled"])) else ""
        _, done = request(
            case,
            start + case.minutes(3, 30),
            panel,
            form=str(case.options["orders"]),
            collected=True,
            preliminary=True,
            corrections=int(case.options["corrections"]),
            cancelled=ends,
        )
        last = max(last, done)
    case.then(last + case.minutes(15, 60), discharge)


PATHWAYS: dict[str, Pathway] = {
    "emergency": emergency,
    "inpatient": inpatient,
    "outpatient": outpatient,
    "culture": culture,
    "medication": medication,
    "appointment": appointment,
    "document": document,
    "demographics": demographics,
    "merge": merging,
    "large-document": large_document,
    "correction-chain": correction_chain,
}
