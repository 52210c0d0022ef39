"""Who the patient is and what the encounter is, as the banner and the header say it (NHS CUI: patient banner)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QCoreApplication

from console.core.clock import parse_iso
from console.core.ids import UNASSIGNED
from console.desktop.formats import UNKNOWN, Formats, nhs_number
from console.investigation.answer import JsonObject

_NATIONAL = ("NH", "NI", "NNESP", "NNGBR", "HC")


@dataclass(frozen=True, slots=True)
class BannerField:
    """A label and the value that is stronger than it. `private` values are masked in privacy mode."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Banner:
    """`name` is `FAMILY, Given`; `title` follows it in brackets, lighter. `warnings` are words about the identity."""

    name: str
    title: str
    fields: tuple[BannerField, ...]
    warnings: tuple[str, ...] = ()


def banner(patient: JsonObject, formats: Formats, today: date) -> Banner | None:
    """None when no patient is known."""
    if not patient or not patient.get("patient_id"):
        return None
    translate = QCoreApplication.translate
    born = _day(str(patient.get("birth_date") or ""))
    fields = [
        BannerField(translate("Banner", "Born"), formats.birth(born, today)),
        BannerField(translate("Banner", "Gender"), _gender(str(patient.get("sex") or ""), formats)),
        *_numbers(patient.get("identifiers") or ()),
    ]
    flags = {
        "no-authority": translate("Banner", "Number without its issuer"),
        "identifier-conflict": translate("Banner", "Numbers of two patients"),
    }
    return Banner(
        formats.name(str(patient.get("family") or ""), str(patient.get("given") or "")),
        str(patient.get("prefix") or ""),
        tuple(fields),
        tuple(flags[str(flag)] for flag in patient.get("flags") or () if flag in flags),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _gender(code: str, formats: Formats) -> str:
    translate = QCoreApplication.translate
    words = {
        "female": translate("Banner", "Female"),
        "male": translate("Banner", "Male"),
        "other": translate("Banner", "Other"),
        "F": translate("Banner", "Female"),
        "M": translate("Banner", "Male"),
    }
    return words.get(code, UNKNOWN[formats.language])


def _numbers(identifiers: object) -> list[BannerField]:
    """The national number and the hospital's own, each labelled; old ones left out."""
    current = [i for i in identifiers if i.get("value") and i.get("status") != "old"]  # type: ignore[attr-defined]
    national = [i for i in current if i.get("type") in _NATIONAL or "NHS" in str(i.get("assigner", "")).upper()]
    local = [i for i in current if i not in national]
    local.sort(key=lambda i: i.get("type") != "MR")
    shown = [*national[:1], *local[: 2 if national else 3]]
    return [
        BannerField(_number_label(i), nhs_number(str(i["value"])) if i in national else str(i["value"])) for i in shown
    ]


def _number_label(identifier: Mapping[str, object]) -> str:
    kind, assigner = str(identifier.get("type") or ""), str(identifier.get("assigner") or "")
    if kind == "NH" or "NHS" in assigner.upper():
        return QCoreApplication.translate("Banner", "NHS No.")
    if kind in ("", "MR"):
        return QCoreApplication.translate("Banner", "MRN")
    return kind if len(assigner) > 12 or not assigner else f"{assigner} {kind}"


def encounter_title(encounter: JsonObject) -> str:
    """`Encounter 118204`."""
    if str(encounter.get("encounter_id", "")).startswith(UNASSIGNED):
        return QCoreApplication.translate("Encounter", "Messages without an encounter")
    visit = str(encounter.get("visit_number") or "")
    title = QCoreApplication.translate("Encounter", "Encounter %1")
    return title.replace("%1", visit) if visit else QCoreApplication.translate("Encounter", "Encounter")


def encounter_line(encounter: JsonObject, formats: Formats) -> str:
    """`Inpatient · Acute Medical Unit, bed 4-02 · Consultant Dr A. Okafor · 20-Nov-2026 22:41 →`."""
    parts = [_class(str(encounter.get("class") or "")), str(encounter.get("location") or "")]
    attending = str(encounter.get("attending") or "")
    if attending:
        parts.append(QCoreApplication.translate("Encounter", "Consultant %1").replace("%1", attending))
    started, ended = encounter.get("started_at"), encounter.get("ended_at")
    if started:
        begin = formats.moment(parse_iso(str(started)), seconds=False)
        end = formats.moment(parse_iso(str(ended)), seconds=False) if ended else ""
        parts.append(f"{begin} → {end}".rstrip())
    return " · ".join(part for part in parts if part)


def _class(code: str) -> str:
    translate = QCoreApplication.translate
    words = {
        "IMP": translate("Encounter", "Inpatient"),
        "ACUTE": translate("Encounter", "Inpatient, acute"),
        "NONAC": translate("Encounter", "Inpatient, non-acute"),
        "EMER": translate("Encounter", "Emergency"),
        "AMB": translate("Encounter", "Outpatient"),
        "OBSENC": translate("Encounter", "Observation"),
        "PRENC": translate("Encounter", "Pre-admission"),
        "SS": translate("Encounter", "Short stay"),
        "HH": translate("Encounter", "Home health"),
        "VR": translate("Encounter", "Virtual"),
        "I": translate("Encounter", "Inpatient"),
        "E": translate("Encounter", "Emergency"),
        "O": translate("Encounter", "Outpatient"),
        "P": translate("Encounter", "Pre-admission"),
        "B": translate("Encounter", "Obstetrics"),
        "UNK": "",
    }
    return words.get(code, code)
