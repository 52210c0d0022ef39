"""Encounter.location[] as a history: move, plan, arrive at a temporary place, and each of them undone.

HL7 v2 sends where the patient is; FHIR keeps where they were. So the list is appended to, never overwritten: a transfer
closes the current entry and opens the next, an undo takes the last step back. All functions change the encounter in
place and are idempotent: the same event twice leaves the list as it was.
"""

from __future__ import annotations

from typing import Final

from console.fhir import primitives
from console.fhir.context import Body

_CLASSIFICATION: Final = "http://hl7.org/fhir/StructureDefinition/subject-locationClassification"
_TEMPORARY: Final[Body] = {
    "url": _CLASSIFICATION,
    "valueCodeableConcept": {"text": "temporary"},
}


def current(encounter: Body) -> Body | None:
    """The entry where the patient is by assignment, if any."""
    return next((e for e in reversed(_entries(encounter)) if e.get("status") == "active" and not _temporary(e)), None)


def move(encounter: Body, place: Body, at: str) -> None:
    """The patient is at `place` since `at`: closes the current entry, opens the next."""
    here = current(encounter)
    if here is not None and same(here["location"], place):
        return
    close(encounter, at)
    forget_planned(encounter, place)
    _add(encounter, place, "active", start=at)


def was_moved(encounter: Body, place: Body, at: str, left: str) -> None:
    """The patient went to `place` at `at`, told after the visit ended at `left`: part of the history, nobody is there
    any more."""
    past = [e for e in _entries(encounter) if e.get("status") == "completed" and not _temporary(e)]
    if past and same(past[-1]["location"], place):
        return
    if past and at and past[-1].get("period", {}).get("end") == left:
        _end(past[-1], at)
    _add(encounter, place, "completed", start=at)
    _end(encounter["location"][-1], left)


def was_at(encounter: Body, place: Body, until: str) -> None:
    """The place before the first one we heard of (PV1-6)."""
    if not _entries(encounter):
        _add(encounter, place, "completed", end=until)


def close(encounter: Body, at: str) -> None:
    """The patient left the current place, and any temporary one."""
    for entry in _entries(encounter):
        if entry.get("status") == "active":
            entry["status"] = "completed"
            _end(entry, at)


def reopen(encounter: Body) -> None:
    """The patient never left the last place (A13)."""
    if current(encounter) is not None:
        return
    for entry in reversed(_entries(encounter)):
        if entry.get("status") == "completed" and not _temporary(entry):
            _open_again(entry)
            return


def undo_move(encounter: Body, back_to: Body | None) -> None:
    """The last transfer did not happen (A12): the previous place is open again. `back_to` is PV1-3, where the sender
    says the patient is; when it names the current place, there is nothing to undo (or it was undone before)."""
    here = current(encounter)
    if here is not None and back_to is not None and same(here["location"], back_to):
        return
    if here is not None:
        _entries(encounter).remove(here)
    reopen(encounter)
    again = current(encounter)
    if back_to is not None and (again is None or not same(again["location"], back_to)):
        move(encounter, back_to, "")
    _tidy(encounter)


def plan(encounter: Body, place: Body, *, reserved: bool = False, at: str = "") -> None:
    """A place the patient is to go to (A05, A14, A15; PV1-42 reserves it). One plan at a time."""
    here = current(encounter)
    if here is not None and same(here["location"], place):
        return
    forget_planned(encounter)
    _add(encounter, place, "reserved" if reserved else "planned", start=at)


def forget_planned(encounter: Body, place: Body | None = None) -> None:
    """No move is planned any more (A25, A26, A27), or the planned one was made."""
    left = [
        e
        for e in _entries(encounter)
        if e.get("status") not in ("planned", "reserved") or (place is not None and not same(e["location"], place))
    ]
    encounter["location"] = left
    _tidy(encounter)


def visit_temporarily(encounter: Body, place: Body, at: str) -> None:
    """The patient is at a temporary place (A10, PV1-11) without giving up the assigned one."""
    for entry in _entries(encounter):
        if _temporary(entry) and entry.get("status") == "active":
            if same(entry["location"], place):
                return
            entry["status"] = "completed"
            _end(entry, at)
    _add(encounter, place, "active", start=at)
    encounter["location"][-1]["extension"] = [_TEMPORARY]


def leave_temporary(encounter: Body, at: str) -> None:
    """The patient left the temporary place (A09)."""
    for entry in _entries(encounter):
        if _temporary(entry) and entry.get("status") == "active":
            entry["status"] = "completed"
            _end(entry, at)


def forget_temporary(encounter: Body) -> None:
    """The last temporary stay did not happen (A32, A33)."""
    for entry in reversed(_entries(encounter)):
        if _temporary(entry):
            _entries(encounter).remove(entry)
            break
    _tidy(encounter)


def same(one: Body, other: Body) -> bool:
    """Whether two location references name one place: by their key, whatever authority spelled it."""
    return bool(_key(one) == _key(other))


def text(encounter: Body) -> str:
    """Where the patient is, in words; the planned place when nowhere yet."""
    entry = current(encounter) or next(
        (e for e in _entries(encounter) if e.get("status") in ("planned", "reserved")), None
    )
    return str(entry["location"].get("display", "")) if entry else ""


def _key(place: Body) -> object:
    return place.get("identifier", {}).get("value") or place.get("display")


def _entries(encounter: Body) -> list[Body]:
    entries: list[Body] = encounter.get("location", [])
    return entries


def _tidy(encounter: Body) -> None:
    if not encounter.get("location"):
        encounter.pop("location", None)


def _temporary(entry: Body) -> bool:
    return any(e.get("url") == _CLASSIFICATION for e in entry.get("extension", ()))


def _add(encounter: Body, place: Body, status: str, *, start: str = "", end: str = "") -> None:
    entry: Body = {"location": place, "status": status}
    if start:
        entry["period"] = {"start": start}
    if end:
        entry["period"] = {"end": end}
    encounter["location"] = [*_entries(encounter), entry]


def _end(entry: Body, at: str) -> None:
    if not at:
        return
    start = entry.get("period", {}).get("start", "")
    if not start or primitives.in_order(start, at):
        entry.setdefault("period", {})["end"] = at


def _open_again(entry: Body) -> None:
    entry["status"] = "active"
    period = entry.get("period", {})
    period.pop("end", None)
    if not period:
        entry.pop("period", None)
