"""MDM -> DocumentReference: the letter, its authors, what it replaces, and its text or file.

A document is known by its unique number (TXA-12). Consecutive text lines (TX, FT, ST) are one text; an embedded file
(ED) is checked and, when large, kept as a Binary. A cancelled document stays, marked. Sources: HL7 v2.8.2 chapter 9;
V2-to-FHIR TXA[DocumentReference], OBX[DocumentReference].
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Final

from console.core.errors import InvalidMessage
from console.fhir import datatypes, fields
from console.fhir.context import Body, Category, MappingContext, Outcome, State
from console.fhir.datatypes import date_time, part
from console.fhir.effect_id import request_id
from console.fhir.mapping import attachments, enclosed, encounter, patient
from console.fhir.mapping.draft import Draft
from console.fhir.projection import Facts, Keyed
from console.hl7v2.message import Message, Segment

# Event -> (title, how it relates to the parent document of TXA-13)
_EVENTS: Final[Mapping[str, tuple[str, str]]] = {
    "T01": ("Document announced", ""),
    "T02": ("Document", ""),
    "T03": ("Document status changed", ""),
    "T04": ("Document status changed", ""),
    "T05": ("Addendum announced", "appends"),
    "T06": ("Addendum", "appends"),
    "T07": ("Document edit announced", "replaces"),
    "T08": ("Document edited", "replaces"),
    "T09": ("Document replacement announced", "replaces"),
    "T10": ("Document replaced", "replaces"),
    "T11": ("Document cancelled", ""),
}
_TEXT: Final = frozenset(("TX", "FT", "ST", ""))
_TYPE: Final[Mapping[str, str]] = {
    "TX": "text/plain", "TEXT": "text/plain", "FT": "text/plain", "SI": "image/tiff", "IM": "image/*",
    "AP": "application/octet-stream", "PDF": "application/pdf",
}  # fmt: skip


def map_mdm(message: Message, context: MappingContext, state: State) -> Outcome:
    """MDM^T01-T11 -> one DocumentReference. Raises InvalidMessage without TXA, document number or patient."""
    draft = Draft(message, context, state, category=Category.DOCUMENT)
    event = message.header.message_type.partition("^")[2]
    if event not in _EVENTS:
        return draft.recorded(
            f"MDM {event}".strip(), f"No rule for the event {event or '(none sent)'}; kept as it came."
        )
    title, relation = _EVENTS[event]
    txa = message.first("TXA")
    if txa is None:
        raise InvalidMessage("a document message without TXA names no document", code="no-txa", path="TXA")
    identity = _identity(draft, txa, 12)
    if not identity:
        raise InvalidMessage("no unique document number (TXA-12)", code="no-number", path="TXA-12")
    patient.project(draft, authority=False)
    encounter.project_context(draft)
    name = _name(txa)
    title = f"{title}: {name}" if name else title
    if draft.stale("DocumentReference", identity):
        return draft.superseded(
            title, f"A later message about this document was applied before; {event} changes nothing."
        )
    _lay(draft, txa, identity, event, relation, enclosed.project_orders(draft))
    return draft.mapped(title, lane=identity)


def _identity(draft: Draft, txa: Segment, field: int) -> str:
    """The id of the document a number names; '' when there is none. Without an authority it is its sender's."""
    if not txa.has(field) or txa.is_null(field):
        return ""
    rep = txa.reps(field)[0]
    value = part(rep) or part(rep, 3)
    assigner = part(rep, 2) or (part(rep, 3) if part(rep) else "") or f"source:{draft.context.source}"
    return draft.id_of("DocumentReference", assigner, value) if value else ""


def _name(txa: Segment) -> str:
    rep = txa.reps(2)[0] if txa.has(2) and not txa.is_null(2) else None
    return datatypes.display_text(rep) if rep else ""


def _lay(draft: Draft, txa: Segment, identity: str, event: str, relation: str, orders: list[Body]) -> None:
    terms = draft.terms
    known = draft.projection.known("DocumentReference", identity)
    facts: Facts = {"subject": draft.subject}
    status = terms.target("v2-0273-document-reference-status", txa.get(19).upper())
    if event == "T11":
        facts["status"] = "entered-in-error"
    elif status or not known:
        facts["status"] = status or "current"
    if done := terms.target("v2-0271-document-status", txa.get(17).upper()):
        facts["docStatus"] = done
    if not txa.is_null(12) and (made := datatypes.entity_identifier(txa.reps(12)[0], terms)):
        facts["masterIdentifier"] = made
    fields.state(facts, "type", txa, 2, lambda r: datatypes.concept(r, terms, table=("0270", "")))
    if written := _instant(draft, txa):
        facts["date"] = written
    if authors := fields.listed(txa, 9, lambda r: datatypes.practitioner(r, terms)):
        facts["author"] = authors
    for field in (22, 10):
        fields.state(facts, "authenticator", txa, field, lambda r: datatypes.practitioner(r, terms))
    if secrecy := terms.coding("v2-0272-confidentiality", txa.get(18).upper()):
        facts["securityLabel"] = [{"coding": [secrecy]}]
    if title := txa.get(25) or _name(txa):
        facts["description"] = title
    if file_name := "" if txa.is_null(16) else txa.get(16):
        found = {"system": f"{terms.authority('')}:file", "value": file_name}
        facts["identifier"] = Keyed([found])
    if parent := _parent(draft, txa, identity, relation):
        facts["relatesTo"] = [parent]
    if around := _context(draft, txa, orders):
        facts["context"] = around
    content = _content(draft, txa, identity)
    if content:
        facts["content"] = content
    elif not known:
        facts["content"] = [{"attachment": {"contentType": _media_type(txa), "title": title or "Document"}}]
    draft.projection.lay("DocumentReference", identity, facts, rank=draft.rank)


def _instant(draft: Draft, txa: Segment) -> str:
    """TXA-6, else TXA-4: only a time of at least minutes is an instant."""
    for field in (6, 4, 7):
        moment = date_time(txa.get(field), draft.terms)
        if "T" in moment:
            return moment
    return ""


def _media_type(txa: Segment) -> str:
    kind = txa.get(3)
    if "/" in kind and " " not in kind:
        return kind.lower()
    return _TYPE.get(kind.upper(), "application/octet-stream")


def _parent(draft: Draft, txa: Segment, identity: str, relation: str) -> Body | None:
    """TXA-13. A replaced document is superseded."""
    parent = _identity(draft, txa, 13) if relation else ""
    if not parent or parent == identity:
        return None
    body = draft.projection.body("DocumentReference", parent)
    if body is None:
        made = datatypes.entity_identifier(txa.reps(13)[0], draft.terms)
        return {"code": relation, "target": {"type": "DocumentReference", "identifier": made}} if made else None
    if relation == "replaces" and body.get("status") == "current":
        body["status"] = "superseded"
    return {"code": relation, "target": {"reference": f"DocumentReference/{parent}"}}


def _context(draft: Draft, txa: Segment, orders: list[Body]) -> Body:
    body: Body = {}
    if draft.encounter:
        body["encounter"] = [draft.encounter]
    if performed := date_time(txa.get(4), draft.terms):
        body["period"] = {"start": performed}
    related: list[Body] = list(orders)
    for field, kind in ((14, "placer"), (15, "filler")):
        for rep in txa.reps(field):
            order = draft.state.order_id(kind, part(rep, 2) or part(rep, 3), part(rep)) if part(rep) else None
            name = request_id(draft.context.tenant, "ServiceRequest", order) if order else ""
            reference = {"reference": f"ServiceRequest/{name}"}
            if name and reference not in related and draft.projection.known("ServiceRequest", name):
                related.append(reference)
    if related:
        body["related"] = related
    return body


# ---------------------------------------------------------------- content


def _content(draft: Draft, txa: Segment, identity: str) -> list[Body]:
    """The document's parts in order: runs of text lines joined, each file its own."""
    made: list[Body] = []
    lines: list[str] = []
    for obx in draft.message.all("OBX"):
        kind = obx.get(2).strip().upper()
        if kind in _TEXT:
            lines += [rep.text() for rep in obx.reps(5) if not obx.is_null(5)] or [""]
            continue
        _flush(draft, lines, identity, made, _name(txa))
        if kind in ("ED", "RP"):
            attachment = _file(draft, obx, identity, len(made))
            if attachment:
                made.append({"attachment": attachment})
    _flush(draft, lines, identity, made, _name(txa))
    return made


def _flush(draft: Draft, lines: list[str], identity: str, made: list[Body], title: str) -> None:
    text = "\n".join(lines).strip("\n")
    lines.clear()
    if text.strip():
        stored = _store(draft, text.encode(), "text/plain", identity, len(made))
        stored["contentType"] = "text/plain; charset=utf-8"
        if title:
            stored["title"] = title
        made.append({"attachment": stored})


def _file(draft: Draft, obx: Segment, identity: str, nth: int) -> Body | None:
    rep = next(iter(obx.reps(5)), None)
    if rep is None:
        return None
    name = datatypes.display_text(code) if (code := next(iter(obx.reps(3)), None)) else ""
    title: Body = {"title": name} if name else {}
    if obx.get(2).strip().upper() == "RP":
        pointer = part(rep, 1).replace(" ", "%20")
        made: Body = {"contentType": attachments.content_type(part(rep, 3), part(rep, 4)), **title}
        return {**made, "url": pointer} if pointer else made
    content = attachments.decoded(obx, rep)
    kind = attachments.content_type(part(rep, 2), part(rep, 3), content)
    if not content:
        return {"contentType": kind, **title}
    return {**_store(draft, content, kind, identity, nth), **title}


def _store(draft: Draft, content: bytes, kind: str, identity: str, nth: int) -> Body:
    """An Attachment: inline when small, else a Binary beside it. Size and SHA-1 by FHIR R4 Attachment."""
    body: Body = {
        "contentType": kind,
        "size": len(content),
        "hash": base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode(),
    }
    data = base64.b64encode(content).decode()
    if len(content) <= attachments.INLINE_LIMIT:
        return {**body, "data": data}
    binary = draft.id_of("Binary", identity, str(nth))
    draft.projection.put(
        {
            "resourceType": "Binary",
            "id": binary,
            "contentType": kind,
            "securityContext": draft.subject,
            "data": data,
        }
    )
    return {**body, "url": f"Binary/{binary}"}
