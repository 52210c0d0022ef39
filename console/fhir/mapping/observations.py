"""OBX -> Observation: identity, status, value, range, flags (V2-to-FHIR OBX[Observation], HL7 v2.8 chapter 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from console.core.errors import InvalidMessage
from console.fhir import datatypes, fields
from console.fhir.context import Body
from console.fhir.datatypes import date_time, instant, part, standard_code
from console.fhir.effect_id import observation_id
from console.fhir.mapping import version_guard
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.notes import as_annotations
from console.fhir.mapping.observation_value import TEXT_TYPES, Value, values
from console.fhir.mapping.order_groups import Finding
from console.fhir.projection import Facts
from console.fhir.terms import V2, V3
from console.hl7v2.message import NULL, Segment

_ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_STATUS_MAP, _FLAG_MAP = "v2-0085-observation-status", "v2-0078-interpretation"
_KEEPS_VALUE = frozenset({"U", "D", "W", "X"})
"""Statuses that say something about the result and nothing about its value (HL7 table 0085)."""

_NORMAL = frozenset({"", "N", "NEG", "S", "NR", "ND"})


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
    """What all observations of a report share. Times are FHIR dateTimes or ''; `issued` and `sent` sort (UTC)."""

    identity: str
    effective: str
    issued: str
    sent: str
    based_on: list[Body]
    specimen: Body | None
    performer: list[Body]


@dataclass(frozen=True, slots=True)
class Observed:
    """What became of one reading. `stale`: a newer statement stands, this one was not applied."""

    identity: str
    key: tuple[str, str]
    status: str
    flag: str
    stale: bool
    existed: bool


def readings(findings: Sequence[Finding]) -> list[Reading]:
    """Findings as observations: consecutive text lines of one OBX-3 and OBX-4 are one text; what else repeats is
    numbered."""
    made: list[Reading] = []
    for finding in findings:
        key = key_of(finding.obx)
        last = made[-1] if made else None
        if last is not None and last.key == key and _is_text(finding.obx) and _is_text(last.obx):
            last.findings.append(finding)
        else:
            made.append(Reading([finding], key))
    seen: Counter[tuple[str, str]] = Counter()
    for reading in made:
        reading.nth = seen[reading.key]
        seen[reading.key] += 1
    return made


def key_of(obx: Segment) -> tuple[str, str]:
    """OBX-3 (code and system, else text) and OBX-4, as they identify a result within its report."""
    rep = next(iter(obx.reps(3)), None)
    code = ""
    if rep is not None:
        code = f"{standard_code(rep)}|{part(rep, 3) or part(rep, 6)}" if standard_code(rep) else part(rep, 2)
    sub_id = obx.text(4).strip()
    return code, "" if sub_id == NULL else sub_id


def _is_text(obx: Segment) -> bool:
    return obx.get(2).strip().upper() in TEXT_TYPES


def project(draft: Draft, reading: Reading, report: Report) -> Observed:
    """Lays one observation, unless a newer statement about it stands. Raises InvalidMessage where OBX cannot be used:
    no code (`observation-without-code`), a status that no result has, a local code whose map says stop."""
    obx = reading.obx
    identity = observation_id(
        draft.context.tenant, report.identity, reading.key[0], sub_id=reading.key[1], nth=reading.nth
    )
    sent_status = obx.get(11).strip().upper()
    status = draft.terms.target(_STATUS_MAP, sent_status) if sent_status and sent_status != NULL else "final"
    if not status:
        draft.warn(f"{obx.path(11)}: not in table 0085; taken as preliminary")
        status = "preliminary"
    existed = draft.projection.existed("Observation", identity)
    rank = version_guard.rank(status, report.issued or instant(obx.get(19), draft.terms), report.sent)
    flags = [f for rep in obx.reps(8) if (f := part(rep).upper()) and f != NULL]
    flag = next((f for f in flags if f not in _NORMAL), "")
    if version_guard.is_stale(rank, draft.projection.guard("Observation", identity)):
        return Observed(identity, reading.key, status, flag, stale=True, existed=existed)
    before = draft.projection.body("Observation", identity)
    body = _body(draft, reading, report, identity, status, sent_status, before)
    _, guard = draft.projection.open("Observation", identity)
    if before is not None and "hasMember" in before:
        body["hasMember"] = before["hasMember"]
    version_guard.note(rank, guard)
    draft.projection.put(body, guard=guard)
    return Observed(identity, reading.key, status, flag, stale=False, existed=existed)


def _body(
    draft: Draft,
    reading: Reading,
    report: Report,
    identity: str,
    status: str,
    sent_status: str,
    before: Body | None,
) -> Body:
    obx, terms = reading.obx, draft.terms
    effective = date_time(obx.get(14), terms) or report.effective
    rep = next(iter(obx.reps(3)), None)
    code = datatypes.concept(rep, terms, path=obx.path(3), day=effective[:10]) if rep else None
    if code is None:
        raise InvalidMessage(
            "the observation does not say what was observed: OBX-3 is empty",
            code="observation-without-code",
            path=obx.path(3),
        )
    body: Body = {"resourceType": "Observation", "id": identity, "status": status, "code": code}
    facts: Facts = {"subject": draft.subject}
    if draft.encounter is not None:
        facts["encounter"] = draft.encounter
    if report.based_on:
        facts["basedOn"] = report.based_on
    if report.specimen is not None:
        facts["specimen"] = report.specimen
    if effective:
        facts["effectiveDateTime"] = effective
    if report.issued:
        facts["issued"] = report.issued.replace("+00:00", "Z")
    performers = _performers(draft, obx) or report.performer
    if performers:
        facts["performer"] = performers
    flags = [made for r in obx.reps(8) if (made := _interpretation(draft, part(r)))]
    if flags:
        facts["interpretation"] = flags
    if span := _reference_range(draft, obx):
        facts["referenceRange"] = [span]
    fields.state(facts, "bodySite", obx, 20, lambda r: datatypes.concept(r, terms))
    fields.state(facts, "method", obx, 17, lambda r: datatypes.concept(r, terms))
    fields.state(facts, "device", obx, 18, lambda r: _device(r.get(1), r.get(2)))
    if own := next((made for r in obx.reps(21) if (made := datatypes.entity_identifier(r, terms))), None):
        facts["identifier"] = [own]
    if notes := as_annotations(nte for finding in reading.findings for nte in finding.notes):
        facts["note"] = notes
    body |= {name: value for name, value in facts.items() if isinstance(value, (str, list, dict))}
    _value(draft, body, reading, sent_status, before)
    return body


def _value(draft: Draft, body: Body, reading: Reading, sent_status: str, before: Body | None) -> None:
    found: list[Value] = []
    if len(reading.findings) > 1:
        lines = [value for finding in reading.findings for value in values(draft, finding.obx) or [("valueString", "")]]
        text = "\n".join(str(value) for _, value in lines).strip("\n")
        found = [("valueString", text)] if text else []
    else:
        found = values(draft, reading.obx)
        if reading.obx.get(2).strip().upper() in TEXT_TYPES and len(found) > 1:
            found = [("valueString", "\n".join(str(value) for _, value in found))]
    if not found and before is not None and sent_status in _KEEPS_VALUE:
        for name, value in before.items():
            if name.startswith("value") or name in ("component", "dataAbsentReason"):
                body[name] = value
    elif len(found) == 1:
        body[found[0][0]] = found[0][1]
    elif found:
        body["component"] = [{"code": body["code"], name: value} for name, value in found]
    if "component" not in body and not any(name.startswith("value") for name in body):
        body.setdefault("dataAbsentReason", {"coding": [_absent(sent_status)]})


def _absent(sent_status: str) -> Body:
    code, display = {
        "N": ("not-asked", "Not Asked"),
        "X": ("error", "Error"),
        "I": ("temp-unknown", "Temporarily Unknown"),
        "O": ("temp-unknown", "Temporarily Unknown"),
        "P": ("temp-unknown", "Temporarily Unknown"),
        "S": ("temp-unknown", "Temporarily Unknown"),
        "R": ("temp-unknown", "Temporarily Unknown"),
    }.get(sent_status, ("unknown", "Unknown"))
    return {"system": _ABSENT, "code": code, "display": display}


def _interpretation(draft: Draft, code: str) -> Body | None:
    if not code:
        return None
    coding = draft.terms.coding(_FLAG_MAP, code)
    if coding is not None:
        coding.setdefault("system", V3 + "ObservationInterpretation")
        return {"coding": [coding]}
    return {"coding": [{"system": V2 + "0078", "code": " ".join(code.split())}]}


def _reference_range(draft: Draft, obx: Segment) -> Body | None:
    """OBX-7: the text as sent, and its ends where it is `low-high`, `< high` or `> low`."""
    text = obx.text(7).strip()
    if not text or text == NULL:
        return None
    made: Body = {"text": text}
    unit = obx.reps(6)[0] if obx.has(6) and not obx.is_null(6) else None
    for sign, end in (("<=", "high"), (">=", "low"), ("<", "high"), (">", "low")):
        if text.startswith(sign):
            if number := datatypes.quantity(text[len(sign) :].strip(), unit):
                made[end] = number
            return made
    for place in (i for i, c in enumerate(text) if c == "-" and i > 0):
        low, high = datatypes.quantity(text[:place], unit), datatypes.quantity(text[place + 1 :], unit)
        if low is not None and high is not None:
            if low["value"] <= high["value"]:
                made["low"], made["high"] = low, high
            else:
                draft.warn(f"{obx.path(7)}: the range's low end lies above its high end; kept as text")
            return made
    return made


def _performers(draft: Draft, obx: Segment) -> list[Body]:
    """OBX-16 observers, OBX-15 producer, OBX-23 performing organization."""
    found: list[Body] = [made for r in obx.reps(16) if (made := datatypes.practitioner(r, draft.terms))]
    if obx.has(23) and not obx.is_null(23):
        found += [made for r in obx.reps(23)[:1] if (made := datatypes.organization(r, draft.terms))]
    elif obx.has(15) and not obx.is_null(15):
        rep = obx.reps(15)[0]
        name = part(rep, 2) or part(rep, 1)
        if name:
            found.append({"type": "Organization", "display": name})
    return found


def _device(identifier: str, namespace: str) -> Any:
    text = " ".join(t for t in (identifier, namespace) if t and t != NULL)
    return {"type": "Device", "display": text} if text else None
