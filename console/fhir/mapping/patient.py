"""The patient of a message, laid over what is known, and the row of the patients table.

Who may overwrite: an ADT message is the authority for demographics. Another message (a result, an order) may create the
patient and add what is missing; it overwrites only what no ADT message ever stated, so a laboratory's old address never
replaces the registration's.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from console.fhir.context import Body, IdentifierFact, PatientFact
from console.fhir.identify import claims
from console.fhir.mapping import clinical, relations
from console.fhir.mapping.demographics import pd1_facts, pid_facts
from console.fhir.mapping.draft import Draft
from console.fhir.projection import Facts, Mode
from console.hl7v2.message import Segment
from console.identity import spine

_PERSONAL: Final = ("PID", "PD1", "NK1", "AL1", "IAM", "IN1")
_SPEAKERS: Final = 8
"""How many senders' last words about a patient are remembered."""


def project(draft: Draft, *, authority: bool) -> Body:
    """Lays the message's first PID (with PD1, NK1, AL1, IAM, IN1) over the message's patient. Raises InvalidMessage
    without a patient."""
    identity, message = draft.patient_id, draft.message
    if not authority and _heard(draft, identity):
        return draft.projection.open("Patient", identity)[0]
    body = project_person(
        draft,
        identity,
        message.first("PID"),
        message.first("PD1"),
        authority=authority,
        flags=draft.context.patient_flags,
    )
    mode: Mode = "update" if authority else "fill"
    relations.project_relations(draft, message.all("NK1"), identity, mode=mode)
    clinical.project_personal(draft, message, identity, mode=mode)
    if not authority:
        _remember(draft, identity)
    return body


def _heard(draft: Draft, identity: str) -> bool:
    """Whether this sender said the very same of the patient before: then there is nothing to add. (Orders and results
    repeat the patient with every message; and what an ADT message deleted is not filled in again.)"""
    if spine.CONFLICT in draft.context.patient_flags:
        return False
    heard = draft.projection.guard("Patient", identity).get("heard", {})
    return bool(heard) and heard.get(draft.context.source) == _said(draft)


def _remember(draft: Draft, identity: str) -> None:
    guard = draft.projection.guard("Patient", identity)
    heard: dict[str, str] = guard.setdefault("heard", {})
    if not guard.get("adt"):
        heard.clear()  # without an authority the last speaker counts, so only what was said last is known
    heard.pop(draft.context.source, None)
    heard[draft.context.source] = _said(draft)
    while len(heard) > _SPEAKERS:
        del heard[next(iter(heard))]


def _said(draft: Draft) -> str:
    """What the message says of the person, in short."""
    lines = [segment.line for name in _PERSONAL for segment in draft.message.all(name)]
    return hashlib.blake2b("\r".join(lines).encode(), digest_size=9).hexdigest()


def project_person(
    draft: Draft,
    identity: str,
    pid: Segment | None,
    pd1: Segment | None = None,
    *,
    authority: bool,
    flags: tuple[str, ...] = (),
) -> Body:
    """Lays one PID over one patient and notes the patient's row. `authority`: the message is an ADT message."""
    projection = draft.projection
    guard = projection.guard("Patient", identity)
    mode = _mode(draft, identity, guard, authority=authority)
    facts: Facts = {}
    if not projection.known("Patient", identity):
        facts["active"] = True
    body, guard = projection.open("Patient", identity)
    if pid is not None:
        facts |= pid_facts(draft.terms, pid, body, mode, draft.context.identifier_fields)
        relations.project_mother(draft, pid, identity, mode)
    if pd1 is not None:
        facts |= pd1_facts(draft.terms, pd1)
    projection.lay("Patient", identity, facts, mode=mode, rank=draft.rank if authority else "")
    if authority:
        guard["adt"] = True
    note(draft, identity, pid, flags=flags)
    return body


def _mode(draft: Draft, identity: str, guard: dict[str, Any], *, authority: bool) -> Mode:
    if authority:
        return "fill" if draft.stale("Patient", identity) else "update"
    return "fill" if guard.get("adt") else "update"


def note(
    draft: Draft,
    identity: str,
    pid: Segment | None,
    *,
    flags: tuple[str, ...] = (),
    replaced_by: str = "",
    old: tuple[spine.Claim, ...] = (),
    moved: tuple[spine.Claim, ...] = (),
) -> None:
    """Notes the row of the patients table as the projection now stands. Identifiers of `old` and `moved` lead to this
    patient from now on, whoever had them: as retired numbers, or as current ones."""
    body = draft.projection.body("Patient", identity) or {}
    names: list[Body] = body.get("name", [])
    best = next((n for n in names if n.get("use") == "official"), names[0] if names else {})
    context = draft.context
    found = spine.by_priority(claims(pid, authorities=context.authorities, source=context.source))
    mine = [c for c in found if draft.state.patient_of(c.assigner, c.folded) in (None, identity)]
    draft.patients[identity] = PatientFact(
        patient_id=identity,
        family=best.get("family", ""),
        given=" ".join(best.get("given", ())),
        prefix=" ".join(best.get("prefix", ())),
        birth_date=body.get("birthDate", ""),
        sex=body.get("gender", ""),
        names=tuple(" ".join((*n.get("given", ()), n.get("family", ""))).strip() for n in names),
        flags=flags,
        replaced_by=replaced_by,
        identifiers=(
            *(IdentifierFact(c.assigner, c.folded, c.value, c.type) for c in mine),
            *(IdentifierFact(c.assigner, c.folded, c.value, c.type) for c in moved),
            *(IdentifierFact(c.assigner, c.folded, c.value, c.type, "old") for c in old),
        ),
    )


# ---------------------------------------------------------------- links


def link(body: Body, other: str, kind: str) -> None:
    """Adds a Patient.link (`replaced-by`, `replaces`, `seealso`) once."""
    reference = {"reference": f"Patient/{other}"}
    links: list[Body] = body.setdefault("link", [])
    if not any(entry["other"] == reference and entry["type"] == kind for entry in links):
        links.append({"other": reference, "type": kind})


def unlink(body: Body, other: str, kind: str) -> None:
    """Removes a Patient.link."""
    reference = {"reference": f"Patient/{other}"}
    left = [e for e in body.get("link", []) if e["other"] != reference or e["type"] != kind]
    if left:
        body["link"] = left
    else:
        body.pop("link", None)


def retire_identifiers(body: Body, retired: list[Body]) -> None:
    """Marks identifiers `use: old`, adding those the patient did not have."""
    known: list[Body] = body.setdefault("identifier", [])
    for old in retired:
        for entry in known:
            if entry.get("system") == old.get("system") and entry.get("value") == old.get("value"):
                entry["use"] = "old"
                break
        else:
            known.append({**old, "use": "old"})
    if not known:
        del body["identifier"]


def stub(identity: str, identifiers: list[Body]) -> Body:
    """A patient known only by a number that was merged away before we ever saw it."""
    body: Body = {"resourceType": "Patient", "id": identity, "active": False}
    if identifiers:
        body["identifier"] = identifiers
    return body
