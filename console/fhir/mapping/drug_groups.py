"""Takes a pharmacy message apart into its orders: one ORC with its RX segments and what stands under each.

Structures: RDE_O11, OMP_O09, RDS_O13, RAS_O17 (HL7 v2.8.2 chapter 4A), read tolerantly.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from console.hl7v2.message import Repetition, Segment


@dataclass(slots=True)
class DrugGroup:
    """One ORC and what follows it in a pharmacy message."""

    orc: Segment | None = None
    rxo: Segment | None = None
    rxe: Segment | None = None
    rxd: list[Segment] = field(default_factory=list)
    rxa: list[Segment] = field(default_factory=list)
    parts: dict[int, list[Segment]] = field(default_factory=dict)
    """Segments that belong to an RX segment (TQ1, RXR, RXC, NTE), by its position; 0 for those before the first."""

    def of(self, owner: Segment, name: str) -> list[Segment]:
        """The segments of a name under one RX segment; for the first one also those right behind ORC."""
        own = [s for s in self.parts.get(owner.position, ()) if s.name == name]
        return own or [s for s in self.parts.get(0, ()) if s.name == name]


def drug_groups(segments: list[Segment]) -> list[DrugGroup]:
    """The pharmacy orders of a message, one per ORC."""
    groups: list[DrugGroup] = []
    owner = 0
    for segment in segments:
        name = segment.name
        if name == "ORC" or (not groups and name in ("RXO", "RXE", "RXD", "RXA")):
            groups.append(DrugGroup(orc=segment if name == "ORC" else None))
            owner = 0
        if not groups or name == "ORC":
            continue
        group = groups[-1]
        if name in ("RXO", "RXE"):
            setattr(group, name.lower(), segment)
            owner = segment.position
        elif name in ("RXD", "RXA"):
            (group.rxd if name == "RXD" else group.rxa).append(segment)
            owner = segment.position
        elif name in ("TQ1", "RXR", "RXC", "NTE"):
            group.parts.setdefault(owner, []).append(segment)
    return groups


def first_rep(segment: Segment | None, number: int) -> Repetition | None:
    """The first repetition of a field; None when it is absent or null."""
    if segment is None or not segment.has(number) or segment.is_null(number):
        return None
    return next(iter(segment.reps(number)), None)
