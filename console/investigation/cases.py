"""From hits to cases: which encounters, patients or messages satisfy the pieces asked for, the best first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from console.core.clock import parse_iso
from console.core.events import State
from console.core.ids import UNASSIGNED
from console.evidence.standing import worst
from console.investigation.answer import JsonObject
from console.investigation.case import Case, ChipKind, Opens

_OF_ONE_MESSAGE = (ChipKind.CONTROL, ChipKind.EVENT, ChipKind.TRACE)


@dataclass(slots=True)
class Found:
    """What one piece of the question found: people, encounters with the messages that say so, or single messages.

    `asked` is False for a piece that only describes what was pasted and satisfies nothing by itself.
    """

    asked: bool = True
    patients: dict[str, JsonObject] = field(default_factory=dict)
    encounters: dict[str, list[JsonObject]] = field(default_factory=dict)
    traces: dict[str, JsonObject] = field(default_factory=dict)

    def take_key(self, item: JsonObject, people: Sequence[JsonObject]) -> None:
        """Takes one item of the key index; `people` are the patients who own the number, when it is a patient's."""
        rows: Sequence[JsonObject] = item.get("traces") or ()
        if item["kind"] == ChipKind.PATIENT:
            self.patients.update({str(p["patient_id"]): p for p in people})
            for row in rows:
                if row.get("patient_id"):
                    self.patients.setdefault(str(row["patient_id"]), {"patient_id": row["patient_id"]})
                else:
                    self.traces[str(row["trace_id"])] = row
            return
        for row in rows:
            encounter = encounter_of(row)
            if item["kind"] in _OF_ONE_MESSAGE or not encounter:
                self.traces[str(row["trace_id"])] = row
            else:
                self.encounters.setdefault(encounter, []).append(row)


def encounter_of(row: JsonObject) -> str:
    """The encounter a message belongs to, its patient's stand-in when it named no visit, '' when nobody is known."""
    if row.get("encounter_id"):
        return str(row["encounter_id"])
    return UNASSIGNED + str(row["patient_id"]) if row.get("patient_id") else ""


def build_cases(
    found: Sequence[Found], encounters: Mapping[str, JsonObject], *, any_of: bool = False
) -> tuple[list[Case], bool]:
    """Cases, best first, and whether they satisfy every piece (with `any_of`: always True).

    `encounters` are the headers known, by id. Without `any_of`, cases that satisfy only some pieces are given when and
    only when none satisfies all.
    """
    people = {i: p for f in found for i, p in f.patients.items()}
    for header in encounters.values():
        who = header.get("patient")
        if who:
            people[str(header["patient_id"])] = {**people.get(str(header["patient_id"]), {}), **who}
    cases = [
        *(_trace_case(row, found, people, encounters) for f in found for row in f.traces.values()),
        *(_encounter_case(e, found, people, encounters) for e in _candidates(found, encounters)),
    ]
    best = {case.key: case for case in cases}
    asked = sum(1 for f in found if f.asked)
    ranked = sorted(best.values(), key=_rank, reverse=True)
    whole = [c for c in ranked if len(c.matched) == asked]
    if whole and not any_of:
        return whole, True
    return ranked, any_of or bool(whole) or not ranked


def _rank(case: Case) -> tuple[int, bool, float]:
    return len(case.matched), case.opens is Opens.TRACE, case.last_at.timestamp() if case.last_at else 0.0


def _candidates(found: Sequence[Found], encounters: Mapping[str, JsonObject]) -> Iterable[str]:
    """Every encounter some piece points at, each once; a person without encounters stands for themself."""
    wanted: dict[str, None] = {}
    for piece in found:
        wanted.update(dict.fromkeys(piece.encounters))
        for patient_id in piece.patients:
            own = [i for i, e in encounters.items() if str(e.get("patient_id")) == patient_id]
            wanted.update(dict.fromkeys(own or [UNASSIGNED + patient_id]))
    return wanted


def _encounter_case(
    encounter_id: str, found: Sequence[Found], people: Mapping[str, JsonObject], encounters: Mapping[str, JsonObject]
) -> Case:
    header = encounters.get(encounter_id)
    rows = [row for f in found for row in f.encounters.get(encounter_id, ())]
    patient_id = _patient_of(encounter_id, header, rows)

    def satisfies(piece: Found) -> bool:
        return (
            encounter_id in piece.encounters
            or patient_id in piece.patients
            or any(encounter_of(row) == encounter_id for row in piece.traces.values())
        )

    standing = Counter(str(row["state"]) for row in rows) or dict((header or {}).get("standing") or {})
    return Case(
        key=f"encounter:{encounter_id}",
        opens=Opens.TIMELINE,
        target_id=encounter_id,
        patient=people.get(patient_id),
        encounter=header,
        trace=max(rows, key=lambda row: str(row["received_at"])) if rows else None,
        state=_worst(standing),
        standing=dict(standing),
        last_at=_latest([header or people.get(patient_id, {}), *rows]),
        matched=_matched(found, satisfies_by=[satisfies(f) for f in found]),
    )


def _trace_case(
    row: JsonObject, found: Sequence[Found], people: Mapping[str, JsonObject], encounters: Mapping[str, JsonObject]
) -> Case:
    encounter_id, patient_id = encounter_of(row), str(row.get("patient_id") or "")
    trace_id = str(row["trace_id"])
    satisfied = [
        trace_id in f.traces or (bool(encounter_id) and encounter_id in f.encounters) or patient_id in f.patients
        for f in found
    ]
    return Case(
        key=f"trace:{trace_id}",
        opens=Opens.TRACE,
        target_id=str(row["event_id"]),
        patient=people.get(patient_id),
        encounter=encounters.get(encounter_id),
        trace=row,
        state=_worst({str(row["state"]): 1}),
        standing={str(row["state"]): 1},
        last_at=_latest([row]),
        matched=_matched(found, satisfies_by=satisfied),
    )


def _patient_of(encounter_id: str, header: JsonObject | None, rows: Sequence[JsonObject]) -> str:
    if encounter_id.startswith(UNASSIGNED):
        return encounter_id.removeprefix(UNASSIGNED)
    if header is not None:
        return str(header.get("patient_id") or "")
    return next((str(row["patient_id"]) for row in rows if row.get("patient_id")), "")


def _matched(found: Sequence[Found], *, satisfies_by: Sequence[bool]) -> tuple[int, ...]:
    return tuple(i for i, f in enumerate(found) if f.asked and satisfies_by[i])


def _worst(standing: Mapping[str, int]) -> State | None:
    known = [State(name) for name, count in standing.items() if count and name in State._value2member_map_]
    return worst(known) if known else None


def _latest(bodies: Iterable[JsonObject]) -> datetime | None:
    return max((parse_iso(str(b["last_at"])) for b in bodies if b.get("last_at")), default=None)
