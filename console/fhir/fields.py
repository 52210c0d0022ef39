"""Reading whole fields in three values: nothing said, deleted, stated (HL7 v2 chapter 2, 2.5.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from console.fhir.projection import DELETE, Delete, Facts, Slots
from console.hl7v2.message import Repetition, Segment


def state(facts: Facts, name: str, segment: Segment | None, field: int, convert: Callable[[Repetition], Any]) -> None:
    """Adds what a field says about an element: DELETE for HL7 null, the converted first repetition for a value,
    nothing when the field is empty or the value has no form in FHIR."""
    if segment is None or not segment.has(field):
        return
    if segment.is_null(field):
        facts[name] = DELETE
    elif value := convert(segment.reps(field)[0]):
        facts[name] = value


def listed(segment: Segment | None, field: int, convert: Callable[[Repetition], Any]) -> list[Any] | Delete | None:
    """The repetitions of a field, converted; DELETE for HL7 null; None when the field says nothing. `convert` may give
    one element, a list of them, or nothing."""
    if segment is None or not segment.has(field):
        return None
    if segment.is_null(field):
        return DELETE
    items: list[Any] = []
    for repetition in segment.reps(field):
        made = convert(repetition)
        if isinstance(made, list):
            items.extend(made)
        elif made:
            items.append(made)
    return items or None


def slots(**by_field: list[Any] | Delete | None) -> Slots | None:
    """Slots of the fields that said something (`PID_13=...` stands for PID-13); None when none did."""
    said = {name.replace("_", "-"): items for name, items in by_field.items() if items is not None}
    return Slots(said) if said else None
