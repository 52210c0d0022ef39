"""Where in a message something is: `OBX[2]-3.1` read into its parts, so that views agree on the same place."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PATH = re.compile(
    r"^(?P<segment>[A-Z][A-Z0-9]{2})(?:\[(?P<ordinal>\d+)\])?"
    r"(?:-(?P<field>\d+)(?:[\[(~](?P<rep>\d+)[\])]?)?(?:\.(?P<component>\d+)(?:\.(?P<sub>\d+))?)?)?$"
)


@dataclass(frozen=True, slots=True)
class Hl7Path:
    """Segment name and its number among its name, then field, repetition, component, subcomponent; 0 = not said."""

    segment: str
    ordinal: int = 1
    field: int = 0
    rep: int = 0
    component: int = 0
    sub: int = 0

    def covers(self, other: Hl7Path) -> bool:
        """Whether `other` is this place or lies within it."""
        return (self.segment, self.ordinal) == (other.segment, other.ordinal) and all(
            mine in (0, theirs)
            for mine, theirs in (
                (self.field, other.field),
                (self.rep, other.rep or 1),
                (self.component, other.component),
                (self.sub, other.sub),
            )
        )


def hl7_path(text: str) -> Hl7Path | None:
    """The parts of a path; None when it is no path into an HL7 message (a FHIR path, for one)."""
    found = _PATH.match(text.strip())
    if found is None:
        return None
    return Hl7Path(
        found["segment"],
        int(found["ordinal"] or 1),
        *(int(found[name] or 0) for name in ("field", "rep", "component", "sub")),
    )
