"""What the views of a message show: its history as rows, its FHIR as documents, persons hidden where privacy asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from console.desktop.formats import MASK
from console.desktop.models.hop_rows import hop_rows
from console.desktop.models.json_lines import JsonLine, json_lines, parse_exact
from console.desktop.models.message_tree import Node
from console.desktop.models.privacy import is_personal, masked_document
from console.desktop.models.system_names import lane_name
from console.desktop.presenters.hop_words import evidence_tip, evidence_word, hop_label, hop_state
from console.desktop.session import Session
from console.desktop.widgets.plain_table import Cell, PlainRow


def history_rows(trace: Mapping[str, Any], session: Session) -> list[PlainRow]:
    """Every event of a trace, oldest first."""
    rows, formats = [], session.formats
    for hop in hop_rows(trace):
        if not hop.reached or hop.at is None:
            continue
        label = hop_label(hop, str(trace.get("sender", "")))
        why = str((hop.error or {}).get("text", ""))
        rows.append(
            PlainRow(
                (
                    Cell(
                        formats.time(hop.at, millis=True),
                        "mono",
                        "text",
                        tip=formats.moment_tip(hop.at),
                    ),
                    Cell(f"{label}: {why}" if why else label, "body", "fail_fg" if hop.failed else "text"),
                    Cell(status=hop.status) if hop.failed else Cell(hop_state(hop), icon="check"),
                    Cell(evidence_word(hop.evidence), tip=evidence_tip(hop.evidence)),
                    Cell(f"{hop.event_id[:8]}…{hop.event_id[-4:]}", "mono", tip=hop.event_id),
                ),
                hop.event_id,
            )
        )
    return rows


_TELLING = (
    "DiagnosticReport",
    "Observation",
    "MedicationRequest",
    "Appointment",
    "DocumentReference",
    "ServiceRequest",
    "Encounter",
)


def most_telling(names: Sequence[str]) -> int:
    """The document a reader most likely wants first: what the message is about, not whom."""
    for kind in _TELLING:
        for number, name in enumerate(names):
            if name.startswith(f"{kind}/"):
                return number
    return 0


def mask_persons(roots: Sequence[Node]) -> None:
    """Hides the values of segments about a person; the fields and their names stay."""
    for root in roots:
        if is_personal(root.path):
            for node in root.walk():
                node.value = MASK if node.value else ""


def fhir_documents(body: Mapping[str, Any], *, masked: bool = False) -> list[tuple[str, list[JsonLine]]]:
    """What the message became: each resource in the version it made, then the bundles still to be delivered."""
    documents = []
    for resource in body.get("resources") or ():
        inner = parse_exact(resource["text"]) if resource.get("text") else resource.get("body")
        if inner is not None:
            name = f"{resource.get('type', '')}/{str(resource.get('id', ''))[:8]} v{resource.get('version', '')}"
            documents.append((name, json_lines(masked_document(inner) if masked else inner)))
    for waiting in body.get("bundles") or ():
        where = lane_name(str(waiting.get("destination", "")))
        bundle = parse_exact(waiting["text"]) if waiting.get("text") else waiting.get("bundle")
        documents.append((f"Bundle → {where}", json_lines(masked_document(bundle) if masked else bundle)))
    return documents
