"""What a finding shows: the row that was sent, its answer, what was expected, what was found and where. Pure."""

from __future__ import annotations

from console.harness.load.ledger import AnswerCode, Outcome
from console.harness.verdict.buckets import Bucket, Offender
from console.harness.verdict.expected import Slot
from console.harness.verdict.filed import Filed, Key
from console.harness.verdict.people import People
from console.harness.verdict.versions import Fate, SentRow, standing

_LONGEST = 300


def of_slot(
    bucket: Bucket,
    key: Key,
    slot: Slot,
    people: People,
    one: Filed | None = None,
    *,
    rows: list[SentRow] | None = None,
    where: str = "",
    note: str = "",
) -> Offender:
    """A finding about an expected result: the row named is one whose acceptance demands it, where there is one."""
    stands = standing(slot.versions)
    told = rows or [row for version in (stands or slot.versions) for row in version.rows]
    row = next((r for r in told if r.fate is Fate.CERTAIN), told[0])
    return of_row(
        bucket,
        key,
        row,
        expected=" or ".join(dict.fromkeys(v.shown for v in (stands or slot.versions)[:4])),
        found=shown(one) if one is not None else "",
        patient=people.name(slot.person),
        found_patient=person_of(one) if one is not None else "",
        where=one.where if one is not None else where,
        note=note,
        also=tuple(dict.fromkeys((r.worker, r.row) for r in slot.rows if r[:2] != row[:2]))[:8],
    )


def of_row(
    bucket: Bucket,
    key: Key,
    row: SentRow,
    *,
    expected: str = "",
    found: str = "",
    patient: str = "",
    found_patient: str = "",
    where: str = "",
    note: str = "",
    also: tuple[tuple[int, int], ...] = (),
) -> Offender:
    """A finding about a row."""
    return Offender(
        bucket,
        key,
        worker=row.worker,
        row=row.row,
        control_id=row.control_id,
        sent_s=row.sent / 1e9 if row.sent else -1.0,
        answered_s=row.answered / 1e9 if row.answered else -1.0,
        outcome=Outcome(row.outcome).name.lower().replace("_", " "),
        answer="" if row.code == AnswerCode.NONE else AnswerCode(row.code).name,
        fault=row.fault,
        expected=expected[:_LONGEST],
        found=found[:_LONGEST],
        patient=patient,
        found_patient=found_patient,
        where=where,
        note=note,
        also=also,
    )


def of_record(bucket: Bucket, one: Filed, *, note: str) -> Offender:
    """A finding about a record that belongs to nothing that was sent."""
    return Offender(
        bucket,
        one.key,
        control_id=one.control_id,
        found=shown(one)[:_LONGEST],
        found_patient=person_of(one),
        where=one.where,
        note=note,
    )


def shown(one: Filed) -> str:
    """Value, unit and status of a record."""
    words = (one.value or "", one.unit or "", f"({one.status})" if one.status else "")
    return " ".join(word for word in words if word)


def person_of(one: Filed) -> str:
    """The identifiers a record is filed under, as `12345^^^HOSP~999^^^NHS`."""
    return "~".join(f"{value}^^^{authority}" if authority else value for value, authority in one.patients[:4])
