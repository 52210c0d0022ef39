"""Takes an order or result message apart into its order groups: one ORC and OBR with everything that belongs to them.

Structures: ORM_O01, OMG_O19, OML_O21/O33/O35, ORU_R01/R30-R32, OUL_R22-R24 (HL7 v2.8 chapters 4 and 7). The grammar is
read tolerantly: an OBR without ORC, an ORC behind its OBR (OUL) and specimens before or behind the order all count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from console.core.errors import InvalidMessage
from console.core.keys import fold_name
from console.hl7v2.message import Message, Segment


@dataclass(slots=True)
class Finding:
    """One OBX with the notes under it."""

    obx: Segment
    notes: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class Sample:
    """One SPM with what was observed of the sample itself, where the structure tells that apart (OUL_R22, OUL_R23)."""

    spm: Segment
    findings: list[Finding] = field(default_factory=list)
    notes: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class OrderGroup:
    """What one message says of one order. `above`: for an OBR without an ORC of its own, the one it stands under."""

    orc: Segment | None = None
    obr: Segment | None = None
    tq1: Segment | None = None
    above: Segment | None = None
    notes: list[Segment] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    diagnoses: list[Segment] = field(default_factory=list)
    test: tuple[str, str] | None = None
    """Code and name of OBR-4, once read."""
    numbers: list[dict[str, Any]] | None = None
    """The identifiers of the order, once read."""

    @property
    def specimens(self) -> list[Segment]:
        """The group's SPM segments."""
        return [sample.spm for sample in self.samples]

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
    return _Reader(message).groups


class _Reader:
    """Walks the segments once. `current` is the open group, `ahead` the samples that stand before their orders."""

    def __init__(self, message: Message) -> None:
        trigger = message.header.message_type
        self._specimen_first = trigger in ("OUL^R22", "OUL^R23")
        self._obr_first = trigger.startswith("OUL")
        self.groups: list[OrderGroup] = []
        self._current: OrderGroup | None = None
        self._ahead: list[Sample] = []
        self._notes: list[Segment] | None = None
        self._orc: Segment | None = None
        for segment in message.segments:
            self._take(segment)

    def _take(self, segment: Segment) -> None:
        match segment.name:
            case "OBX":
                self._finding(segment)
            case "NTE":
                if self._notes is not None:
                    self._notes.append(segment)
            case "OBR":
                current = self._current
                if current is None or current.obr is not None or (current.orc is None and current.findings):
                    current = self._begin()
                    current.above = self._orc
                current.obr = segment
                self._notes = current.notes
            case "ORC":
                current = self._current
                follows = self._obr_first and current is not None and current.orc is None and not current.findings
                if current is None or not follows:
                    current = self._begin()
                current.orc = self._orc = segment
                self._notes = current.notes
            case "SPM":
                self._sample(segment)
            case "TQ1":
                if self._current is not None:
                    self._current.tq1 = self._current.tq1 or segment
            case "DG1":
                if self._current is not None:
                    self._current.diagnoses.append(segment)
            case "PID" | "PV1" | "MSH":
                self._notes = None

    def _begin(self) -> OrderGroup:
        group = self._current = OrderGroup(samples=list(self._ahead))
        self.groups.append(group)
        return group

    def _finding(self, segment: Segment) -> None:
        finding = Finding(segment)
        if self._current is None and self._ahead:
            self._ahead[-1].findings.append(finding)
        else:
            (self._current or self._begin()).findings.append(finding)
        self._notes = finding.notes

    def _sample(self, segment: Segment) -> None:
        sample = Sample(segment)
        if self._specimen_first or self._current is None:
            if self._current is not None:  # the orders of the sample before are complete
                self._ahead = []
                self._current = self._orc = None
            self._ahead.append(sample)
        else:
            self._current.samples.append(sample)
        self._notes = sample.notes


def _one_patient(message: Message) -> None:
    people = message.all("PID")
    if any(not _same_person(people[0], other) for other in people[1:]):
        raise InvalidMessage(
            "the message speaks of several patients; have the sender send one message per patient",
            code="several-patients",
            path="PID[2]-3",
        )


def _same_person(one: Segment, other: Segment) -> bool:
    """One shared identifier is enough; without identifiers in one of them, name and birth date must agree."""
    first, second = _numbers(one), _numbers(other)
    if first and second:
        return bool(first & second)
    return _name(one) == _name(other)


def _numbers(pid: Segment) -> set[tuple[str, str]]:
    return {(rep.get(1), rep.get(4)) for rep in pid.reps(3) if rep.get(1)}


def _name(pid: Segment) -> tuple[str, str]:
    return fold_name(f"{pid.get(5, 1)} {pid.get(5, 2)}"), pid.get(7)[:8]
