"""Cases, chips and people in words: the same for the results on Investigate and for the palette. No widgets.

Everything here may run on any thread: it reads values, formats and translations, and touches no QObject.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import QCoreApplication

from console.core.clock import parse_iso
from console.core.ids import UNASSIGNED
from console.desktop.formats import Formats, nhs_number
from console.desktop.models.status_words import Severity, StatusWord, status_of
from console.desktop.models.system_names import status_text
from console.desktop.places import Place
from console.investigation.case import Case, Chip, ChipKind, Opens

_ICONS = {
    ChipKind.NAME: "user",
    ChipKind.DATE: "calendar",
    ChipKind.NHS_NUMBER: "user",
    ChipKind.PATIENT: "user",
    ChipKind.VISIT: "bed",
    ChipKind.PLACER: "clipboard-list",
    ChipKind.FILLER: "microscope",
    ChipKind.ACCESSION: "test-tube",
    ChipKind.DOCUMENT: "file-text",
    ChipKind.APPOINTMENT: "calendar",
    ChipKind.EVENT: "waypoints",
    ChipKind.TRACE: "waypoints",
    ChipKind.MESSAGE: "scroll-text",
    ChipKind.ACKNOWLEDGMENT: "check",
}


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case as it is shown. `person` is identity in full, '' when nobody is known; `place` is where Enter leads."""

    key: str
    icon: str
    person: str
    what: str
    where: str
    status: StatusWord | None
    status_text: str
    when: str
    place: Place


@dataclass(frozen=True, slots=True)
class ChipLine:
    """One chip: icon, what it is, the text as pasted, how often it occurs. `tone` is a token family."""

    icon: str
    kind: str
    text: str
    hits: str
    tone: str


def kind_word(kind: ChipKind) -> str:
    """What an identifier is, in the user's language."""
    words = {
        ChipKind.NAME: QCoreApplication.translate("Cases", "name"),
        ChipKind.DATE: QCoreApplication.translate("Cases", "born"),
        ChipKind.NHS_NUMBER: QCoreApplication.translate("Cases", "NHS number"),
        ChipKind.PATIENT: QCoreApplication.translate("Cases", "patient number"),
        ChipKind.VISIT: QCoreApplication.translate("Cases", "encounter"),
        ChipKind.PLACER: QCoreApplication.translate("Cases", "order"),
        ChipKind.FILLER: QCoreApplication.translate("Cases", "lab number"),
        ChipKind.ACCESSION: QCoreApplication.translate("Cases", "accession"),
        ChipKind.CONTROL: QCoreApplication.translate("Cases", "control ID"),
        ChipKind.DOCUMENT: QCoreApplication.translate("Cases", "document"),
        ChipKind.APPOINTMENT: QCoreApplication.translate("Cases", "appointment"),
        ChipKind.EVENT: QCoreApplication.translate("Cases", "event"),
        ChipKind.TRACE: QCoreApplication.translate("Cases", "trace"),
        ChipKind.MESSAGE: QCoreApplication.translate("Cases", "HL7 message"),
        ChipKind.ACKNOWLEDGMENT: QCoreApplication.translate("Cases", "acknowledgment"),
        ChipKind.IDENTIFIER: QCoreApplication.translate("Cases", "identifier"),
    }
    return words[kind]


def person_line(patient: Mapping[str, Any] | None, formats: Formats, today: date) -> str:
    """`MARTÍNEZ LÓPEZ, Rosa Elena  Born 14-Aug-1957 (69y)  NHS No. 999 014 7213`; '' when nobody is known."""
    if not patient or not (patient.get("family") or patient.get("given")):
        return ""
    parts = [
        formats.name(
            str(patient.get("family") or ""), str(patient.get("given") or ""), str(patient.get("prefix") or "")
        )
    ]
    born = _day(str(patient.get("birth_date") or ""))
    if born is not None:
        words = QCoreApplication.translate("Cases", "Born %1").replace("%1", formats.birth(born, today))
        parts.append(words)
    number = _shown_number(patient)
    if number:
        parts.append(number)
    return "   ".join(parts)


def _shown_number(patient: Mapping[str, Any]) -> str:
    """The national number when there is one, else the first current number."""
    numbers = [i for i in patient.get("identifiers") or () if i.get("value") and i.get("status") != "old"]
    for number in numbers:
        if number.get("type") == "NH" or "NHS" in str(number.get("assigner")).upper():
            return QCoreApplication.translate("Cases", "NHS No. %1").replace("%1", nhs_number(str(number["value"])))
    if numbers:
        return f"{numbers[0].get('type') or 'ID'} {numbers[0]['value']}"
    return ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def case_line(case: Case, formats: Formats, now: datetime) -> CaseLine:
    """A case in words."""
    trace = case.opens is Opens.TRACE
    status = _status(case)
    return CaseLine(
        key=case.key,
        icon="waypoints" if trace else "chart-gantt",
        person=person_line(case.patient, formats, formats.local(now).date()),
        what=_message_words(case.trace or {}) if trace else _encounter_words(case),
        where=_message_where(case, formats) if trace else _encounter_where(case, formats),
        status=status,
        status_text=_status_text(case, status),
        when=formats.ago(case.last_at, now) if case.last_at else "",
        place=case_place(case),
    )


def case_place(case: Case) -> Place:
    """Where a case opens."""
    if case.opens is Opens.TRACE:
        return Place("trace", {"event": case.target_id})
    return Place("timeline", {"encounter": case.target_id})


def _encounter_words(case: Case) -> str:
    if case.target_id.startswith(UNASSIGNED):
        return QCoreApplication.translate("Cases", "Messages without an encounter")
    visit = str((case.encounter or {}).get("visit_number") or "")
    if visit:
        return QCoreApplication.translate("Cases", "Encounter %1").replace("%1", visit)
    return QCoreApplication.translate("Cases", "Encounter")


def _encounter_where(case: Case, formats: Formats) -> str:
    header = case.encounter or {}
    parts = [str(header.get("location") or "")]
    started, ended = header.get("started_at"), header.get("ended_at")
    if ended:
        words = QCoreApplication.translate("Cases", "ended %1")
        parts.append(words.replace("%1", formats.moment(parse_iso(ended), seconds=False)))
    elif started:
        words = QCoreApplication.translate("Cases", "since %1")
        parts.append(words.replace("%1", formats.moment(parse_iso(started), seconds=False)))
    if case.trace is not None and case.trace.get("title"):
        parts.insert(0, str(case.trace["title"]))
    return " · ".join(part for part in [*_test_words(case), *parts] if part)


def _test_words(case: Case) -> list[str]:
    """That what was found is traffic of the harness."""
    if not (case.trace or {}).get("test"):
        return []
    return [QCoreApplication.translate("Cases", "test traffic")]


def _message_words(row: Mapping[str, Any]) -> str:
    kind, title = str(row.get("message_type") or ""), str(row.get("title") or "")
    return kind if title in ("", kind) else f"{kind}  {title}"


def _message_where(case: Case, formats: Formats) -> str:
    row = case.trace or {}
    words = QCoreApplication.translate("Cases", "from %1").replace("%1", str(row.get("sender") or "?"))
    visit = str((case.encounter or {}).get("visit_number") or "")
    parts = [words, str(row.get("control_id") or "")]
    if visit:
        parts.append(QCoreApplication.translate("Cases", "Encounter %1").replace("%1", visit))
    if row.get("received_at"):
        parts.append(formats.moment(parse_iso(str(row["received_at"])), seconds=True))
    return " · ".join(part for part in [*_test_words(case), *parts] if part)


def _status(case: Case) -> StatusWord | None:
    """The worst state that asks something of somebody, else what most messages came to."""
    if case.state is None:
        return None
    worst = status_of(case.state.value)
    if worst.severity is Severity.QUIET and case.standing:
        return status_of(max(case.standing, key=lambda state: case.standing[state]))
    return worst


def _status_text(case: Case, status: StatusWord | None) -> str:
    """`Dead-lettered 1/5`; quiet states and whole cases need no count."""
    if status is None or case.state is None:
        return ""
    total = sum(case.standing.values())
    worst = case.standing.get(case.state.value, 0)
    whole = status.severity is Severity.QUIET or total <= 1 or worst == total
    return status_text(status) if whole else f"{status_text(status)} {worst}/{total}"


def chip_line(chip: Chip, formats: Formats) -> ChipLine:
    """A chip in words: all kinds the value is known as, the hit count, and what is wrong with it."""
    kinds = chip.kinds if chip.kind is ChipKind.IDENTIFIER and chip.kinds else (chip.kind,)
    tone = "info" if chip.hits or chip.hits is None else "quiet"
    text = nhs_number(chip.value) if chip.kind is ChipKind.NHS_NUMBER else chip.text
    if chip.kind is ChipKind.DATE and (day := _day(chip.value)) is not None:
        text = formats.date(day)
    words = "/".join(kind_word(kind) for kind in kinds)
    if chip.warning == "check-digit":
        words = QCoreApplication.translate("Cases", "wrong check digit")
        tone = "warn"
    return ChipLine(
        icon=_ICONS.get(kinds[0], "hash"),
        kind=words,
        text=text,
        hits="" if chip.hits is None else formats.number(chip.hits),
        tone=tone,
    )
