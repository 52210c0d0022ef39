"""OBX -> Observation: identity, status, whether it is still news, and the resource (V2-to-FHIR OBX[Observation])."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from console.core.errors import InvalidMessage
from console.fhir import datatypes
from console.fhir.context import Body
from console.fhir.datatypes import date_time, instant
from console.fhir.effect_id import observation_id
from console.fhir.mapping import version_guard
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.notes import as_annotations
from console.fhir.mapping.observation_standing import Standing, flag_of, key_of, standing
from console.fhir.mapping.observation_value import TEXT_TYPES, Value, values
from console.fhir.mapping.order_groups import Finding
from console.hl7v2.message import NULL, Segment

_ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_STATUS_MAP: Final = "v2-0085-observation-status"
_BY_REPORT: Final = {"registered": "registered", "partial": "preliminary", "preliminary": "preliminary",
                     "final": "final", "corrected": "corrected", "cancelled": "cancelled"}  # fmt: skip
"""What OBX-11 means when it is empty, by the status of the report (OBR-25); unknown when that is empty too."""

_KEEPS_VALUE: Final = frozenset({"U", "D", "W"})
"""Statuses that say something about the result and, with OBX-5 empty, nothing about its value (HL7 table 0085). X is
not among them: where no result can be obtained, no value stands; the one before is in the history."""

_WHY_ABSENT: Final = {
    "N": ("not-asked", "Not Asked"),
    "X": ("error", "Error"),
    "I": ("temp-unknown", "Temporarily Unknown"),
    "O": ("temp-unknown", "Temporarily Unknown"),
    "P": ("temp-unknown", "Temporarily Unknown"),
    "S": ("temp-unknown", "Temporarily Unknown"),
    "R": ("temp-unknown", "Temporarily Unknown"),
}


@dataclass(slots=True)
class Reading:
    """One observation to be: a finding, or several lines of text that belong together. `key` is (OBX-3, OBX-4)."""

    findings: list[Finding]
    key: tuple[str, str]
    nth: int = 0

    @property
    def obx(self) -> Segment:
        return self.findings[0].obx


@dataclass(frozen=True, slots=True)
class Report:
    """What all observations of a report share. Times are FHIR dateTimes or ''; `issued` and `sent` sort (UTC); `status`
    is the report's R4 status, '' when it has none; `code` what the report as a whole is about."""

    identity: str
    effective: str
    issued: str
    sent: str
    based_on: list[Body]
    specimen: Body | None
    performer: list[Body]
    status: str = ""
    code: Body | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What became of one reading. `stale`: a newer statement stands, this one was not applied."""

    identity: str
    key: tuple[str, str]
    status: str
    flag: str
    stale: bool
    existed: bool


def speaking(draft: Draft, findings: Sequence[Finding]) -> list[Finding]:
    """The findings that say something. An OBX with neither OBX-3 nor OBX-5 makes no resource, with a warning."""
    said = []
    for finding in findings:
        if finding.obx.has(3) or finding.obx.has(5):
            said.append(finding)
        else:
            draft.warn(f"{finding.obx.path(3)}: an OBX without a code and without a value says nothing")
    return said


def readings(findings: Sequence[Finding]) -> list[Reading]:
    """Findings as observations: consecutive text lines of one OBX-3, OBX-4, status and time are one text; what else
    repeats is numbered."""
    made: list[Reading] = []
    for finding in findings:
        key = key_of(finding.obx)
        last = made[-1] if made else None
        if last is not None and last.key == key and _continues(last.findings[-1].obx, finding.obx):
            last.findings.append(finding)
        else:
            made.append(Reading([finding], key))
    if len({reading.key for reading in made}) == len(made):
        return made
    seen: Counter[tuple[str, str]] = Counter()
    for reading in made:
        reading.nth = seen[reading.key]
        seen[reading.key] += 1
    return made


def _continues(before: Segment, obx: Segment) -> bool:
    """Whether both are lines of one text."""
    kinds = {before.get(2).strip().upper(), obx.get(2).strip().upper()}
    return kinds <= TEXT_TYPES and all(before.source(n).strip() == obx.source(n).strip() for n in (11, 14))


def project(draft: Draft, reading: Reading, report: Report) -> Observed:
    """Lays one observation, unless a newer statement about it stands. Raises InvalidMessage where OBX cannot be used:
    no code (`observation-without-code`), a local code whose map says stop (`code-not-mapped`)."""
    obx = reading.obx
    projection = draft.projection
    identity = observation_id(
        draft.context.tenant, report.identity, reading.key[0], sub_id=reading.key[1], nth=reading.nth
    )
    sent_status = obx.get(11).strip().upper()
    status = status_of(draft, obx, report.status)
    stored = projection.body("Observation", identity)
    existed = stored is not None and projection.existed("Observation", identity)
    rank = version_guard.rank(status, report.issued or instant(obx.get(19), draft.terms), report.sent)
    if stored is not None and version_guard.is_stale(rank, projection.guard("Observation", identity)):
        return Observed(identity, reading.key, status, flag_of(obx), stale=True, existed=existed)
    effective = _effective(draft, obx, report)
    lasting = standing(draft, obx, effective[:10])
    body = _body(draft, reading, report, lasting, identity, status, effective)
    _value(draft, body, reading, lasting, sent_status, stored)
    if stored is not None and "hasMember" in stored:
        body["hasMember"] = stored["hasMember"]
    guard = projection.guard("Observation", identity) if stored is not None else {}
    version_guard.note(rank, guard)
    projection.put(body, guard=guard)
    return Observed(identity, reading.key, status, lasting.flag, stale=False, existed=existed)


def status_of(draft: Draft, obx: Segment, report_status: str) -> str:
    """OBX-11 by table 0085; when it is empty the report's word counts; what the table does not know is preliminary."""
    sent = obx.get(11).strip().upper()
    if not sent or sent == NULL:
        return _BY_REPORT.get(report_status, "unknown")
    status = draft.terms.target(_STATUS_MAP, sent)
    if not status:
        draft.warn(f"{obx.path(11)}: not in table 0085; taken as preliminary")
        return "preliminary"
    return status


def _effective(draft: Draft, obx: Segment, report: Report) -> str:
    sent = obx.get(14)
    if not sent or sent == NULL:
        return report.effective
    effective = date_time(sent, draft.terms)
    if not effective:
        draft.warn(f"{obx.path(14)}: no time that can be read; the report's time is taken")
    return effective or report.effective


def _body(
    draft: Draft, reading: Reading, report: Report, lasting: Standing, identity: str, status: str, effective: str
) -> Body:
    obx = reading.obx
    body: Body = {
        "resourceType": "Observation",
        "id": identity,
        "status": status,
        "code": lasting.code or _code_of_report(obx, report),
        "subject": draft.subject,
    }
    if draft.encounter is not None:
        body["encounter"] = draft.encounter
    if report.based_on:
        body["basedOn"] = report.based_on
    if report.specimen is not None:
        body["specimen"] = report.specimen
    if effective:
        body["effectiveDateTime"] = effective
    if report.issued:
        body["issued"] = report.issued.replace("+00:00", "Z")
    body.update(lasting.facts)
    if "performer" not in body and report.performer:
        body["performer"] = report.performer
    if obx.has(21) and (own := next((i for r in obx.reps(21) if (i := _identifier(draft, r))), None)):
        body["identifier"] = [own]
    notes = [nte for finding in reading.findings for nte in finding.notes]
    if notes and (said := as_annotations(notes)):
        body["note"] = said
    return body


def _code_of_report(obx: Segment, report: Report) -> Body:
    """A line of a text report may leave OBX-3 empty: it is about what the report is about. For a value that would be a
    guess. Raises InvalidMessage `observation-without-code`."""
    if report.code is not None and obx.get(2).strip().upper() in TEXT_TYPES:
        return report.code
    raise InvalidMessage(
        "the observation does not say what was observed: OBX-3 is empty",
        code="observation-without-code",
        path=obx.path(3),
    )


def _identifier(draft: Draft, rep: datatypes.Parts) -> Body | None:
    return datatypes.entity_identifier(rep, draft.terms)


def _value(
    draft: Draft, body: Body, reading: Reading, lasting: Standing, sent_status: str, before: Body | None
) -> None:
    found: list[Value] = []
    if len(reading.findings) > 1:
        lines = [
            value
            for finding in reading.findings
            for value in values(draft, finding.obx, lasting.unit) or [("valueString", "")]
        ]
        text = "\n".join(str(value) for _, value in lines).strip("\n")
        found = [("valueString", text)] if text else []
    else:
        found = values(draft, reading.obx, lasting.unit)
        if len(found) > 1 and reading.obx.get(2).strip().upper() in TEXT_TYPES:
            found = [("valueString", "\n".join(str(value) for _, value in found))]
    if len(found) == 1:
        body[found[0][0]] = found[0][1]
    elif found:
        body["component"] = [{"code": body["code"], name: value} for name, value in found]
    elif before is not None and sent_status in _KEEPS_VALUE and _copied(before, body):
        pass
    else:
        code, display = _WHY_ABSENT.get(sent_status, ("unknown", "Unknown"))
        body["dataAbsentReason"] = {"coding": [{"system": _ABSENT, "code": code, "display": display}]}


def _copied(before: Body, body: Body) -> bool:
    """The value as it stood; whether there was anything to keep."""
    kept = {n: v for n, v in before.items() if n.startswith("value") or n in ("component", "dataAbsentReason")}
    body.update(kept)
    return bool(kept)
