"""An order's life: ordered, collected, preliminary, final, corrected, cancelled, each as the message that tells it.

Sources: HL7 2.5.1 chapters 4 (ORM^O01, OML^O21; tables 0119, 0038) and 7 (ORU^R01; tables 0123, 0085).
"""

from __future__ import annotations

from console.harness.content.journeys.case import MINUTE, Case
from console.harness.content.journeys.house import WARDS, Said, coded
from console.synthetic.catalogue import AMOXICILLIN_MIC, CULTURE_FINDING, GENTAMICIN_MIC, Analyte, Panel
from console.synthetic.segments import draw, obr, obx, orc

_ORDER_STATUS = {"I": "IP", "P": "A", "F": "CM", "C": "CM", "X": "CA"}
"""ORC-5 (table 0038) by OBR-25."""

_ORGANISMS = (
    "112283007^Escherichia coli^SCT",
    "3092008^Staphylococcus aureus^SCT",
    "56415008^Klebsiella pneumoniae^SCT",
)


class Order:
    """One ordered panel. `placer`, `filler`, `group` are EI; times are stamps, '' until it happened."""

    __slots__ = (
        "accession",
        "collected",
        "filler",
        "group",
        "growth",
        "index",
        "kind",
        "ordered",
        "panel",
        "placer",
        "priority",
        "service",
        "values",
    )

    def __init__(self, case: Case, panel: Panel, priority: str, form: str) -> None:
        house = case.house
        self.index = house.next_order()
        self.placer = f"{house.numbers.take('P')}^{WARDS}"
        self.filler = f"{house.numbers.take(panel.laboratory[0])}^{panel.laboratory}"
        self.group = f"{house.numbers.take('G')}^{WARDS}"
        self.accession = house.numbers.take("A")
        self.panel = panel
        self.priority = priority
        self.kind = "ORM^O01" if form == "ORM" or (form != "OML" and case.chance(0.5)) else "OML^O21"
        self.service = house.service(panel, str(case.options["codes"]))
        self.ordered = self.collected = ""
        self.values: list[tuple[str, str]] = []
        self.growth = ""


def order(case: Case, at: int, placed: Order, control: str, status: str) -> Said:
    """ORM^O01 or OML^O21: NW new, SC status changed (collected), CA cancelled."""
    moment = case.house.stamp(at)
    if control == "NW":
        placed.ordered = moment
    elif control == "SC":
        placed.collected = moment
    common = orc(control, placed.placer, "", placed.group, status, moment, case.attending)
    request = obr(
        placed.placer,
        "",
        placed.service,
        placed.priority,
        placed.ordered,
        collected=placed.collected,
        doctor=case.attending,
        section=placed.panel.section,
    )
    if placed.kind == "ORM^O01":
        body = f"{case.patient.segment}\r{case.pv1}\r{common}\r{request}\r"
    else:
        body = (
            f"{case.patient.segment}\r{case.pv1}\r{common}\rTQ1|1||||||{placed.ordered}||{placed.priority}\r"
            f"{request}\rSPM|1|{placed.accession}&{WARDS}||{_specimen(placed.panel)}\r"
        )
    return case.said(placed.kind, WARDS, body, receiver=placed.panel.laboratory, order=placed.index)


def result(case: Case, at: int, placed: Order, status: str, segment: str = "") -> Said:
    """ORU^R01 with OBR-25 `status`: I has no values yet, C corrects the first one, X says that there will be none.
    `segment`: the PID of a number that the laboratory still uses."""
    house = case.house
    moment = house.stamp(at)
    placed.collected = placed.collected or placed.ordered
    lines = _lines(case, placed, status) if status != "I" else []
    report = obr(
        placed.placer,
        placed.filler,
        placed.service,
        placed.priority,
        placed.ordered,
        collected=placed.collected,
        doctor=case.attending,
        accession=placed.accession,
        reported=moment,
        section=placed.panel.section,
        status=status,
    )
    common = orc("RE", placed.placer, placed.filler, placed.group, _ORDER_STATUS[status], moment, case.attending)
    body = "\r".join((segment or case.patient.segment, case.pv1, common, report, *lines, ""))
    return case.said("ORU^R01", placed.panel.laboratory, body, order=placed.index)


def _lines(case: Case, placed: Order, status: str) -> list[str]:
    if placed.panel.preliminary:
        return _culture(case, placed, status)
    tests = case.house.tests(placed.panel, str(case.options["codes"]))
    if status != "X":
        _measure(case, placed, again=status == "C")
    values = placed.values if status != "X" else [("", "")] * len(tests)
    lines = []
    for number, (test, (value, flag)) in enumerate(zip(tests, values, strict=True), start=1):
        own = "F" if status == "C" and number > 1 else status
        lines.append(
            obx(
                number,
                "NM",
                test.code,
                value,
                own,
                unit=test.unit,
                reference=test.reference,
                flag=flag,
                observed=placed.collected,
                producer=case.house.facility,
            )
        )
    return lines


def _measure(case: Case, placed: Order, *, again: bool) -> None:
    """Draws the values the first time; a correction draws the first one again, until it is another."""
    analytes: tuple[Analyte, ...] = placed.panel.analytes
    if not placed.values:
        placed.values = [(r.value, r.flag) for r in (draw(case.random, a) for a in analytes)]
    if again:
        before = placed.values[0]
        while placed.values[0][0] == before[0]:
            drawn = draw(case.random, analytes[0])
            placed.values[0] = (drawn.value, drawn.flag)


def _culture(case: Case, placed: Order, status: str) -> list[str]:
    """Nothing grown so far, then nothing at all or the organism with what it is susceptible to."""
    finding, amoxicillin, gentamicin = (
        coded(a.code, a.loinc, a.name, placed.panel.laboratory, str(case.options["codes"]))
        for a in (CULTURE_FINDING, AMOXICILLIN_MIC, GENTAMICIN_MIC)
    )
    if status == "X":
        return [obx(1, "ST", finding, "", "X", sub_id="1")]
    if status == "P":
        return [obx(1, "ST", finding, "No growth so far", "P", sub_id="1", flag="N")]
    if status == "F" and not placed.growth:
        placed.growth = case.random.choice(_ORGANISMS) if case.chance(float(case.options["growth"])) else "none"
    elif status == "C":
        placed.growth = case.random.choice([o for o in _ORGANISMS if o != placed.growth])
    if placed.growth == "none":
        return [obx(1, "ST", finding, "No growth", status, sub_id="1", flag="N")]
    resistant = case.chance(0.4)
    return [
        obx(1, "CWE", finding, placed.growth, status, sub_id="1", flag="A"),
        obx(2, "SN", amoxicillin, ">^32" if resistant else "<=^4", status, sub_id="1", unit="ug/mL^^UCUM",
            flag="R" if resistant else "S"),
        obx(3, "SN", gentamicin, "<=^1", status, sub_id="1", unit="ug/mL^^UCUM", flag="S"),
    ]  # fmt: skip


def _specimen(panel: Panel) -> str:
    if panel.code == "UMCS":
        return "UR^Urine^HL70487"
    return "BLD^Whole blood^HL70487" if panel.laboratory != "LIS" else "SER^Serum^HL70487"


def place(case: Case, at: float, panel: Panel, form: str) -> tuple[Order, int]:
    """Plans an order alone; gives it and its second."""
    placed = Order(case, panel, "S" if case.chance(0.3) else "R", form)
    return placed, case.then(at, order, placed, "NW", "IP")


def request(
    case: Case,
    at: float,
    panel: Panel,
    *,
    form: str = "",
    collected: bool = False,
    preliminary: bool = False,
    corrections: int = 0,
    cancelled: str = "",
) -> tuple[Order, int]:
    """Plans an order and all that comes of it; gives the order and the second of the last message.

    `cancelled`: `order` (the ward takes it back, no result follows), `result` (the laboratory reports X), or ''."""
    placed, ordered = place(case, at, panel, form)
    if cancelled == "order":
        return placed, case.then(ordered + case.minutes(5, 20), order, placed, "CA", "CA")
    taken: float = ordered + case.minutes(4, 15)
    if collected:
        taken = case.then(taken, order, placed, "SC", "IP")
        taken = case.then(taken + case.minutes(2, 6), result, placed, "I")
    done = taken + panel.turnaround * MINUTE * case.random.uniform(0.6, 1.3)
    if preliminary or panel.preliminary:
        case.then(taken + (done - taken) * 0.5, result, placed, "P")
    last = case.then(done, result, placed, "X" if cancelled == "result" else "F")
    if not cancelled:
        for _ in range(corrections):
            last = case.then(last + case.minutes(15, 60), result, placed, "C")
    return placed, last
