"""Takes an order or result message apart into its order groups: one ORC and OBR with everything that belongs to them.

Structures: ORM_O01, OMG_O19, OML_O21/O33/O35, ORU_R01/R30-R32, OUL_R22-R24 (HL7 v2.8 chapters 4 and 7). The grammar is
read tolerantly: an OBR without ORC, an ORC behind its OBR (OUL) and specimens before or behind the order all count.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from console.core.errors import InvalidMessage
from console.hl7v2.message import Message, Segment


@dataclass(slots=True)
class Finding:
    """One OBX with the notes under it. `specimen` is the SPM it stands under, where it describes the sample."""

    obx: Segment
    notes: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class OrderGroup:
    """What one message says of one order."""

    orc: Segment | None = None
    obr: Segment | None = None
    tq1: Segment | None = None
    notes: list[Segment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    specimens: list[Segment] = field(default_factory=list)
    diagnoses: list[Segment] = field(default_factory=list)

    def first(self, *places: tuple[str, int]) -> tuple[Segment, int] | None:
        """The first of these (segment name, field) that holds a value, e.g. ("ORC", 2), ("OBR", 2)."""
        for name, number in places:
            segment = self.orc if name == "ORC" else self.obr
            if segment is not None and segment.has(number) and not segment.is_null(number):
                return segment, number
        return None

    def text(self, *places: tuple[str, int]) -> str:
        """The first component of the first place that holds a value, '' when none does."""
        found = self.first(*places)
        return found[0].get(found[1]).strip() if found else ""


def order_groups(message: Message) -> list[OrderGroup]:
    """The groups in order. Raises InvalidMessage `several-patients` when PIDs of different people stand in one message:
    results must never be guessed apart."""
    _one_patient(message)
    groups: list[OrderGroup] = []
    current: OrderGroup | None = None
    ahead: list[Segment] = []
    notes: list[Segment] | None = None
    for segment in message.segments:
        name = segment.name
        if name == "ORC":
            late = current is not None and current.orc is None and not current.findings and _orc_follows(message)
            if current is None or not late:
                current = _begin(groups, ahead)
            current.orc = segment
            notes = current.notes
        elif name == "OBR":
            if current is None or current.obr is not None:
                current = _begin(groups, ahead)
            current.obr = segment
            notes = current.notes
        elif name == "SPM":
            if current is None or _specimen_first(message):
                ahead = [*(() if current is not None and current.findings else ahead), segment]
                current = None
            else:
                current.specimens.append(segment)
            notes = None
        elif name in ("PID", "PV1", "MSH"):
            notes = None
        elif current is None:
            if name == "OBX":
                current = _begin(groups, ahead)
                current.findings.append(Finding(segment))
                notes = current.findings[-1].notes
        elif name == "OBX":
            current.findings.append(Finding(segment))
            notes = current.findings[-1].notes
        elif name == "NTE":
            if notes is not None:
                notes.append(segment)
        elif name == "TQ1":
            current.tq1 = current.tq1 or segment
        elif name == "DG1":
            current.diagnoses.append(segment)
    return groups


def _begin(groups: list[OrderGroup], ahead: list[Segment]) -> OrderGroup:
    group = OrderGroup(specimens=list(ahead))
    groups.append(group)
    return group


def _specimen_first(message: Message) -> bool:
    """OUL_R22 and R23 name the specimen before its orders."""
    return message.header.message_type in ("OUL^R22", "OUL^R23")


def _orc_follows(message: Message) -> bool:
    """OUL puts ORC behind OBR."""
    return message.header.message_type.startswith("OUL")


def _one_patient(message: Message) -> None:
    people = {(pid.text(3), pid.text(5)) for pid in message.all("PID")}
    if len(people) > 1:
        raise InvalidMessage(
            f"the message speaks of {len(people)} patients; have the sender send one message per patient",
            code="several-patients",
            path="PID[2]-3",
        )
