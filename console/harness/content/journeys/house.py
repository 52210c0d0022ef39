"""What all journeys of a run share: facility, clock, numbers, the codes of its tests, and how every message begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from console.harness.content.hospital_time import Stamps
from console.harness.content.lettering import Lettering
from console.harness.content.marks import Numbers, mark
from console.harness.content.population import Population
from console.harness.scenario.model import AcknowledgmentMode, Content
from console.synthetic.catalogue import CODING_SYSTEM, Analyte, Panel
from console.synthetic.segments import text

STRUCTURES = {
    "ADT^A01": "ADT_A01",
    "ADT^A02": "ADT_A02",
    "ADT^A03": "ADT_A03",
    "ADT^A04": "ADT_A01",
    "ADT^A08": "ADT_A01",
    "ADT^A11": "ADT_A09",
    "ADT^A13": "ADT_A01",
    "ADT^A28": "ADT_A05",
    "ADT^A31": "ADT_A05",
    "ADT^A40": "ADT_A39",
    "ORM^O01": "ORM_O01",
    "OML^O21": "OML_O21",
    "ORU^R01": "ORU_R01",
    "RDE^O11": "RDE_O11",
    "SIU^S12": "SIU_S12",
    "SIU^S13": "SIU_S12",
    "SIU^S15": "SIU_S12",
    "MDM^T02": "MDM_T02",
    "MDM^T11": "MDM_T01",
}
"""MSH-9.3 of every kind of message (HL7 2.5.1, table 0354)."""

KINDS = tuple(STRUCTURES)

REGISTRATION, WARDS, PHARMACY = "PAS", "EHR", "PHARM"
"""Sending applications beside the laboratories'."""


class Said(NamedTuple):
    """One message without its MSH: index into KINDS, who says it to whom, the order's number (0: none), segments
    ended by CR."""

    kind: int
    sender: str
    receiver: str
    order: int
    body: str


@dataclass(frozen=True, slots=True)
class TestText:
    """An analyte as OBX-3, OBX-6 and OBX-7 have it."""

    analyte: Analyte
    code: str
    unit: str
    reference: str


class House:
    """One hospital. Not thread-safe: its numbers and orders are handed out in the order of the messages."""

    def __init__(
        self,
        content: Content,
        acknowledgment: AcknowledgmentMode,
        population: Population,
        lettering: Lettering,
        *,
        run: str,
        starts: datetime,
    ) -> None:
        self.facility = content.facility
        self.population = population
        self.lettering = lettering
        self.stamp = Stamps(starts)
        self.numbers = Numbers(mark(run, 0))
        self.messages = Numbers(mark(run, 0) + "-")
        self.orders = 0
        self.receiver = content.receiving_application
        self._content = content
        self._modes = header_end(content, acknowledgment)
        self._heads: dict[tuple[int, str, str], tuple[str, str]] = {}
        self._services: dict[tuple[str, str], str] = {}
        self._tests: dict[tuple[str, str], tuple[TestText, ...]] = {}

    def message(self, at: int, said: Said) -> tuple[str, str]:
        """The whole message and its control id. `at` is the second of hospital time in MSH-7."""
        kind, sender, receiver, _, body = said
        head = self._heads.get((kind, sender, receiver))
        if head is None:
            head = self._heads[kind, sender, receiver] = self._head(kind, sender, receiver)
        control_id = self.messages.take()
        return f"{head[0]}{self.stamp(at)}{head[1]}{control_id}{self._modes}{body}", control_id

    def _head(self, kind: int, sender: str, receiver: str) -> tuple[str, str]:
        name = KINDS[kind]
        facility = self.facility
        return f"MSH|^~\\&|{sender}|{facility}|{receiver}|{facility}|", f"||{name}^{STRUCTURES[name]}|"

    def next_order(self) -> int:
        self.orders += 1
        return self.orders

    def service(self, panel: Panel, codes: str) -> str:
        """OBR-4 of a panel, in `codes` `loinc` or `local`."""
        found = self._services.get((panel.code, codes))
        if found is None:
            found = coded(panel.code, panel.loinc, panel.name, panel.laboratory, codes)
            self._services[panel.code, codes] = found
        return found

    def tests(self, panel: Panel, codes: str) -> tuple[TestText, ...]:
        found = self._tests.get((panel.code, codes))
        if found is None:
            found = tuple(
                TestText(
                    a,
                    coded(a.code, a.loinc, a.name, panel.laboratory, codes),
                    f"{a.unit}^^UCUM",
                    f"{a.low:g}-{a.high:g}",
                )
                for a in panel.analytes
            )
            self._tests[panel.code, codes] = found
        return found


def header_end(content: Content, acknowledgment: AcknowledgmentMode) -> str:
    """MSH from field 11 on, and its terminator (HL7 2.5.1, 2.14.9; acknowledgment mode in 15 and 16)."""
    modes = (acknowledgment.accept, acknowledgment.application) if acknowledgment.enhanced else ("", "")
    fields = (content.processing_id, content.version, "", "", *modes, "", content.charset)
    return "|" + "|".join(fields).rstrip("|") + "\r"


def coded(local: str, loinc: str, name: str, laboratory: str, codes: str) -> str:
    """A test as CWE: in LOINC, or in the laboratory's own codes."""
    if codes == "local":
        return f"{local}^{text(name)}^{CODING_SYSTEM[laboratory]}"
    return f"{loinc}^{text(name)}^LN"
