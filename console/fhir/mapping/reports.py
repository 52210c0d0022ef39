"""OBR -> DiagnosticReport, and the counts that tell whether repeated results can still be told apart."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from console.core.errors import InvalidMessage
from console.fhir import datatypes
from console.fhir.context import Body
from console.fhir.datatypes import date_time, part
from console.fhir.mapping import requests, version_guard
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.notes import note_text
from console.fhir.mapping.observations import Observed, Reading, Report
from console.fhir.mapping.order_groups import OrderGroup
from console.fhir.projection import Facts, Keyed
from console.fhir.terms import table_system
from console.hl7v2.message import Segment

_TAG: Final = "urn:signalbox:result-tag"
_SPLIT: Final = "\x1f"


def lay(
    draft: Draft,
    group: OrderGroup,
    report: Report,
    observed: list[Observed],
    forms: list[Body],
    samples: list[Body],
    *,
    tagged_corrected: bool,
) -> bool:
    """Lays the report; gives whether it was older than what is filed (then only new results are added to it)."""
    rank = version_guard.rank(report.status, report.issued, report.sent)
    body, guard = draft.projection.open("DiagnosticReport", report.identity)
    stale = version_guard.is_stale(rank, guard)
    if not stale:
        _note_repeats(guard, observed)
    results = [{"reference": f"Observation/{one.identity}"} for one in observed if not one.stale]
    if stale and not results and not forms:
        return True
    facts: Facts = {"subject": draft.subject}
    if not stale:
        facts |= _facts(draft, group, report, samples)
    if results:
        facts["result"] = Keyed(results, "reference")
    if forms:
        facts["presentedForm"] = Keyed(forms, "title", "contentType")
    draft.projection.lay("DiagnosticReport", report.identity, facts)
    if not stale:
        body["status"] = _status(draft, body, report.status)
        version_guard.note(rank, guard)
        _tag_corrected(body, corrected=tagged_corrected)
    return stale


def _facts(draft: Draft, group: OrderGroup, report: Report, samples: list[Body]) -> Facts:
    obr = group.obr
    facts: Facts = {"status": report.status, "basedOn": report.based_on}
    if draft.encounter is not None:
        facts["encounter"] = draft.encounter
    if numbers := requests.identifiers(draft, group):
        facts["identifier"] = Keyed(numbers)
    facts["code"] = report.code or {"text": "Result"}
    if span := _span(draft, obr):
        facts["effectivePeriod"] = span
    elif report.effective:
        facts["effectiveDateTime"] = report.effective
    if report.issued:
        facts["issued"] = report.issued.replace("+00:00", "Z")
    if section := group.text(("OBR", 24)):
        section = " ".join(section.split())
        facts["category"] = [{"coding": [{"system": table_system("0074", section), "code": section}]}]
    if samples:
        facts["specimen"] = samples
    if obr is not None:
        if interpreters := _named(draft, obr, 32):
            facts["resultsInterpreter"] = interpreters
        if performers := [*_named(draft, obr, 34), *_named(draft, obr, 35)]:
            facts["performer"] = performers
    if said := note_text(group.notes):
        facts["conclusion"] = said
    return facts


def _span(draft: Draft, obr: Segment | None) -> Body | None:
    """OBR-7 to OBR-8, where both are times and differ."""
    if obr is None or not obr.has(8):
        return None
    begins, ends = date_time(obr.get(7), draft.terms), date_time(obr.get(8), draft.terms)
    if begins == ends or "T" not in begins or "T" not in ends:
        return None
    return datatypes.period(obr.get(7), obr.get(8), draft.terms)


def _named(draft: Draft, obr: Segment, field: int) -> list[Body]:
    """OBR-32, 34, 35 (NDL): the name stands in the sub-components of the first component."""
    made: list[Body] = []
    for rep in obr.reps(field) if not obr.is_null(field) else ():
        number, family, given = part(rep, 1, 1), part(rep, 1, 2), part(rep, 1, 3)
        display = " ".join(word for word in (given, family) if word)
        if not number and not display:
            continue
        person: Body = {"type": "Practitioner", "display": display or number}
        if number:
            person["identifier"] = {"system": draft.terms.authority(part(rep, 1, 9)), "value": number}
        made.append(person)
    return made


def _status(draft: Draft, body: Body, status: str) -> str:
    """The report's own status; a corrected or amended result inside makes a 'final' report corrected."""
    if status != "final":
        return status
    for entry in body.get("result", ()):
        found = draft.projection.body("Observation", str(entry["reference"]).removeprefix("Observation/"))
        if found is not None and found.get("status") in ("corrected", "amended"):
            return str(found["status"])
    return status


def _tag_corrected(body: Body, *, corrected: bool) -> None:
    """OBR-25 M: corrected and not final. R4 has no such status: preliminary with a tag."""
    if corrected:
        body["meta"] = {"tag": [{"system": _TAG, "code": "corrected", "display": "Corrected"}]}
    else:
        body.pop("meta", None)


# ---------------------------------------------------------------- repeated keys


def check_repeats(draft: Draft, report: Report, made: list[Reading]) -> None:
    """Where one OBX-3 and OBX-4 stand several times, only their place tells them apart. When that count differs from
    what is filed, nobody can say which is which: a person must. Raises InvalidMessage `repeated-results-changed`. A
    message older than what is filed decides nothing and passes."""
    guard = draft.projection.guard("DiagnosticReport", report.identity)
    held: dict[str, int] = guard.get("repeats", {})
    if not held and len({reading.key for reading in made}) == len(made):
        return
    if version_guard.is_stale(version_guard.rank(report.status, report.issued, report.sent), guard):
        return
    singles: set[str] = set(guard.get("singles", ()))
    for key, count in Counter(_SPLIT.join(reading.key) for reading in made).items():
        before = held.get(key, 1 if key in singles else 0)
        if before and count != before:
            reading = next(r for r in made if _SPLIT.join(r.key) == key)
            raise InvalidMessage(
                f"a result that stood {_times(before)} in the report now stands {_times(count)} under the same code "
                "and sub-id: which one is which cannot be told; ask the sender to number them in OBX-4",
                code="repeated-results-changed",
                path=reading.obx.path(4),
            )


def _note_repeats(guard: dict[str, Any], observed: list[Observed]) -> None:
    """Keeps how often each key stood: only counts above one, and the names of the others, so that the note is small."""
    for key, count in Counter(_SPLIT.join(one.key) for one in observed).items():
        if count > 1:
            guard.setdefault("repeats", {})[key] = count
        elif key not in guard.get("repeats", {}):
            singles: list[str] = guard.setdefault("singles", [])
            if key not in singles:
                singles.append(key)


def check_count(draft: Draft, group: OrderGroup, first: str, count: int) -> None:
    """The same for reports: one order, one OBR-4 and one parent that stand several times (`first`: the id of the first
    of them). Raises InvalidMessage `repeated-reports-changed`."""
    if not draft.projection.known("DiagnosticReport", first):
        return
    held = int(draft.projection.guard("DiagnosticReport", first).get("copies", 1))
    if held != count:
        raise InvalidMessage(
            f"a report that stood {_times(held)} under the same order number and test now stands {_times(count)}: "
            "which one is which cannot be told; ask the sender to give each its own filler number",
            code="repeated-reports-changed",
            path=group.obr.path(3) if group.obr is not None else "OBR[1]-3",
        )


def note_count(draft: Draft, first: str, count: int) -> None:
    """Keeps how often a report stood in its message, when that was more than once."""
    if count > 1:
        draft.projection.guard("DiagnosticReport", first)["copies"] = count


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
