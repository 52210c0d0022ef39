"""NTE segments as FHIR Annotations: one per message place, lines kept (V2-to-FHIR NTE[Annotation])."""

from __future__ import annotations

from collections.abc import Iterable

from console.fhir.context import Body
from console.hl7v2.message import NULL, Segment


def note_text(notes: Iterable[Segment]) -> str:
    """NTE-3 of all segments, a repetition a line; '' when nothing is said."""
    lines = [rep.text() for nte in notes for rep in nte.reps(3)]
    return "\n".join(line for line in lines if line and line != NULL).strip()


def as_annotations(notes: Iterable[Segment]) -> list[Body]:
    """The notes as one Annotation, or none."""
    text = note_text(notes)
    return [{"text": text}] if text else []
