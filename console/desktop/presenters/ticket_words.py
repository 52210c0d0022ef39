"""A message's evidence as plain text for a ticket: ids, times with zone, hops; never a patient's name or a payload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from console.core.clock import parse_iso
from console.desktop.formats import Formats
from console.desktop.models.hop_rows import hop_rows
from console.desktop.models.status_words import status_of
from console.desktop.models.system_names import status_text
from console.desktop.presenters.hop_words import evidence_word, hop_label, hop_name, hop_note


def ticket_text(trace: Mapping[str, Any], formats: Formats, link: str = "") -> str:
    """Lines of text, the same whoever copies it. Names fields by path, not by value."""
    translate = QCoreApplication.translate
    rows = hop_rows(trace)
    received = formats.moment_tip(parse_iso(str(trace["received_at"]))).replace("\n", " = ")
    facts = [
        (translate("Ticket", "Event"), trace.get("event_id", "")),
        (translate("Ticket", "Trace"), trace.get("trace_id", "")),
        (translate("Ticket", "From"), f"{trace.get('sender', '')} → {trace.get('receiver', '')}"),
        (translate("Ticket", "Received"), received),
        ("SHA-256", next((row.sha256 for row in rows if row.sha256), "")),
        (translate("Ticket", "Stands"), status_text(status_of(str(trace.get("state", ""))))),
    ]
    error = trace.get("error")
    if error:
        where = f" ({error['path']})" if error.get("path") else ""
        facts.append((translate("Ticket", "Error"), f"{error.get('code', '')}{where}"))
    lines = [f"Signalbox · {trace.get('message_type', '')}  {trace.get('control_id', '')}".rstrip()]
    lines += [f"{name}: {value}" for name, value in facts if value]
    lines += ["", translate("Ticket", "Hops (UTC)")]
    for row in rows:
        if not row.reached:
            lines.append(f"  {'-':<23}  {hop_name(row.hop)}: {hop_note(row, formats)}")
            continue
        at = row.at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] if row.at else ""
        note = "" if row.error else hop_note(row, formats)
        what = " · ".join(part for part in (hop_label(row, str(trace.get("sender", ""))), note) if part)
        lines.append(f"  {at}  {what} [{evidence_word(row.evidence)}] {row.event_id}")
        if row.error:
            lines.append(f"  {'':<23}  {row.error.get('code', '')} {row.error.get('path', '')}".rstrip())
    if link:
        lines += ["", link]
    return "\n".join(lines) + "\n"
