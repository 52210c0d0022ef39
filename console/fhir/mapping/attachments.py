"""OBX of type ED or RP -> DocumentReference, its bytes a Binary when large, and a link from the report.

Never inline in an Observation. Base64 is checked; size and SHA-1 (FHIR R4 Attachment.hash) are kept beside it.
Source: HL7 v2.8 chapter 2A, ED and RP; FHIR R4 datatypes: Attachment.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from console.core.errors import InvalidMessage
from console.fhir import datatypes
from console.fhir.context import Body
from console.fhir.datatypes import part
from console.fhir.effect_id import effect_id
from console.fhir.mapping import version_guard
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.observations import Observed, Reading, Report
from console.fhir.terms import LOINC
from console.hl7v2.message import NULL, Repetition, Segment

INLINE_LIMIT: Final = 16 * 1024
"""Bytes of decoded content up to which it stays in the DocumentReference; above it is a Binary."""

_TYPES: Final = {
    "PDF": "application/pdf",
    "RTF": "application/rtf",
    "HTML": "text/html",
    "XML": "text/xml",
    "PLAIN": "text/plain",
    "TXT": "text/plain",
    "TEXT": "text/plain",
    "JPEG": "image/jpeg",
    "JPG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "TIFF": "image/tiff",
    "TIF": "image/tiff",
    "DICOM": "application/dicom",
    "MSWORD": "application/msword",
    "DOC": "application/msword",
    "X-HL7-CDA-LEVEL-ONE": "text/xml",
}
_MAGIC: Final = (
    (b"%PDF", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG", "image/png"),
    (b"{\\rtf", "application/rtf"),
)
_DOCUMENT_STATUS: Final = {
    "registered": "preliminary",
    "preliminary": "preliminary",
    "corrected": "amended",
    "amended": "amended",
    "entered-in-error": "entered-in-error",
}
_URL_SAFE: Final = "!#$%&'()*+,/:;=?@[]~\\"
_PROSE: Final = frozenset({"TX", "FT"})
_DEFAULT_TYPE: Final = "application/octet-stream"


def project(draft: Draft, reading: Reading, report: Report) -> tuple[Observed, Body]:
    """Lays the document; gives what became of it and the Attachment for the report's presentedForm.

    Raises InvalidMessage `bad-base64` when the content cannot be decoded: it is never dropped and never passed on
    broken."""
    obx = reading.obx
    identity = effect_id(draft.context.tenant, "DocumentReference", report.identity, *reading.key, str(reading.nth))
    sent_status = obx.get(11).strip().upper()
    status = draft.terms.target("v2-0085-observation-status", sent_status, "final")
    existed = draft.projection.existed("DocumentReference", identity)
    rank = version_guard.rank(status, report.issued, report.sent)
    stale = version_guard.is_stale(rank, draft.projection.guard("DocumentReference", identity))
    attachment = _attachment(draft, obx, identity, store=not stale)
    observed = Observed(identity, reading.key, status, "", stale=stale, existed=existed)
    if stale:
        return observed, attachment
    rep = next(iter(obx.reps(3)), None)
    kind = datatypes.concept(rep, draft.terms, path=obx.path(3)) if rep else None
    body: Body = {
        "resourceType": "DocumentReference",
        "id": identity,
        "status": "entered-in-error" if status == "entered-in-error" else "current",
        "docStatus": _DOCUMENT_STATUS.get(status, "final"),
        "type": kind or {"coding": [{"system": LOINC, "code": "11502-2", "display": "Laboratory report"}]},
        "subject": draft.subject,
        "content": [{"attachment": attachment}],
    }
    if report.effective and "T" in report.effective:
        body["date"] = report.effective
    context: Body = {}
    if draft.encounter is not None:
        context["encounter"] = [draft.encounter]
    if report.based_on:
        context["related"] = report.based_on
    if context:
        body["context"] = context
    _, guard = draft.projection.open("DocumentReference", identity)
    version_guard.note(rank, guard)
    draft.projection.put(body, guard=guard)
    return observed, attachment


def _attachment(draft: Draft, obx: Segment, identity: str, *, store: bool) -> Body:
    rep = next(iter(obx.reps(5)), None)
    if rep is None:
        return {"title": _title(obx)}
    if obx.get(2).strip().upper() == "RP":
        pointer = part(rep, 1)
        made: Body = {"contentType": content_type(part(rep, 3), part(rep, 4)), "title": _title(obx)}
        if pointer:
            made["url"] = quote(pointer, safe=_URL_SAFE)
        return made
    content, text = _content(obx, rep)
    found = content_type(part(rep, 2), part(rep, 3), content)
    made = {
        "contentType": found,
        "title": _title(obx),
        "size": len(content),
        "hash": base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode(),
    }
    if not content:
        return {"contentType": found, "title": _title(obx)}
    if len(content) <= INLINE_LIMIT:
        return {**made, "data": text}
    binary = draft.id_of("Binary", identity)
    if store:
        draft.projection.put(
            {
                "resourceType": "Binary",
                "id": binary,
                "contentType": found,
                "securityContext": draft.subject,
                "data": text,
            }
        )
    return {**made, "url": f"Binary/{binary}"}


def text_form(readings: Sequence[Reading]) -> Body | None:
    """A report that is nothing but text, as the page a reader opens; None when there are other values in it or when it
    is long (its observations hold it anyway)."""
    if any(reading.obx.get(2).strip().upper() not in _PROSE for reading in readings):
        return None
    lines = [rep.text() for reading in readings for finding in reading.findings for rep in finding.obx.reps(5)]
    content = "\n".join(line for line in lines if line != NULL).strip().encode()
    if not content or len(content) > INLINE_LIMIT:
        return None
    return {
        "contentType": "text/plain; charset=utf-8",
        "title": "Report text",
        "size": len(content),
        "hash": base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode(),
        "data": base64.b64encode(content).decode(),
    }


def decoded(obx: Segment, rep: Repetition) -> bytes:
    """ED.5 by its ED.4 (Base64, Hex, A). Raises InvalidMessage `bad-base64`."""
    return _content(obx, rep)[0]


def _content(obx: Segment, rep: Repetition) -> tuple[bytes, str]:
    """The content and its base64: that of the sender where it is whole, so that megabytes are not encoded again."""
    encoding, data = part(rep, 4).upper(), rep.get(5)
    try:
        if encoding == "HEX":
            content = bytes.fromhex(data)
        elif encoding in ("A", "") and not _looks_base64(data):
            content = data.encode()
        else:
            return _unpacked(data)
        return content, base64.b64encode(content).decode()
    except (ValueError, binascii.Error) as error:
        raise InvalidMessage(
            "the embedded document is not in the encoding that ED.4 names; ask the sender to send it again",
            code="bad-base64",
            path=obx.path(5, 5),
        ) from error


def _unpacked(data: str) -> tuple[bytes, str]:
    """Base64 decoded, and its text without line breaks and with the padding it should have. Raises ValueError."""
    if len(data) % 4 == 0:
        try:
            return binascii.a2b_base64(data, strict_mode=True), data
        except (ValueError, binascii.Error):
            pass  # perhaps only line breaks
    packed = "".join(data.split())
    whole = packed.rstrip("=")
    if packed and not whole:
        raise ValueError("nothing but padding")
    whole += "=" * (-len(whole) % 4)
    return binascii.a2b_base64(whole, strict_mode=True), whole


def _looks_base64(data: str) -> bool:
    head = data[:64].strip()
    return head.startswith(("JVBER", "e1xydG", "/9j/", "iVBOR"))


def content_type(kind: str, subtype: str, content: bytes = b"") -> str:
    """The MIME type from ED.2 and ED.3 (tables 0191 and 0291), else from the first bytes."""
    for text in (subtype, kind):
        if "/" in text and " " not in text:
            return text.lower()
        if found := _TYPES.get(text.upper()):
            return found
    for magic, found in _MAGIC:
        if content.startswith(magic):
            return found
    if kind.upper() in ("IM", "IMAGE") and subtype:
        return f"image/{subtype.lower()}"
    return "text/plain" if kind.upper() in ("TX", "TEXT", "FT") else _DEFAULT_TYPE


def _title(obx: Segment) -> str:
    rep = next(iter(obx.reps(3)), None)
    return datatypes.display_text(rep) if rep is not None and datatypes.display_text(rep) else "Document"
