"""Hops and events in words, in the user's language: what each checkpoint is called, what it found, how we know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from PySide6.QtCore import QCoreApplication

from console.core.clock import parse_iso
from console.desktop.formats import Formats
from console.desktop.models.hop_rows import HopRow
from console.desktop.models.system_names import lane_name


def hop_label(row: HopRow, sender: str = "") -> str:
    """`Map to FHIR`, `Hand over to fhir-store`."""
    t = QCoreApplication.translate
    by_kind = {
        "message.received": t("Hops", "%1 → received and stored").replace("%1", sender or "?"),
        "message.duplicate_received": t("Hops", "Duplicate, ignored"),
        "message.quarantined": t("Hops", "Refused, kept in quarantine"),
        "message.acknowledged": t("Hops", "Acknowledged"),
        "message.parsed": t("Hops", "Parsed"),
        "patient.identified": t("Hops", "Patient and encounter found"),
        "message.mapped": t("Hops", "Mapped to FHIR"),
        "message.superseded": t("Hops", "Older than what is filed: not applied"),
        "message.recorded": t("Hops", "Recorded, nothing to file"),
        "message.waiting": t("Hops", "Waiting"),
        "message.released": t("Hops", "Released"),
        "message.dead_lettered": t("Hops", "Dead-lettered"),
        "delivery.handed_over": t("Hops", "Handed over to %1"),
        "delivery.attempt_failed": t("Hops", "Attempt %2 at %1 failed"),
        "delivery.filed": t("Hops", "Filed in %1"),
    }
    text = by_kind.get(row.kind) or row.label or hop_name(row.hop)
    return text.replace("%1", lane_name(row.destination)).replace("%2", str(row.attempt))


def hop_name(hop: str) -> str:
    """A checkpoint of the road by its name, for those nobody reached."""
    t = QCoreApplication.translate
    names = {
        "intake": t("Hops", "Receive and store"),
        "acknowledge": t("Hops", "Acknowledge"),
        "parse": t("Hops", "Parse"),
        "identify": t("Hops", "Find patient and encounter"),
        "map": t("Hops", "Map to FHIR"),
        "deliver": t("Hops", "Hand over"),
        "verify": t("Hops", "File and read back"),
    }
    return names.get(hop, hop)


def hop_note(row: HopRow, formats: Formats) -> str:
    """What this hop found, in a few words; for a failure its reason."""
    t = QCoreApplication.translate
    detail = row.detail
    if not row.reached:
        return t("Hops", "not reached")
    if row.error:
        text = str(row.error.get("text") or row.error.get("code") or "")
        if row.kind == "delivery.attempt_failed" and detail.get("next_at"):
            at = formats.time(parse_iso(str(detail["next_at"])), seconds=True)
            return f"{text} · " + t("Hops", "next try %1").replace("%1", at)
        return text
    if row.kind == "message.received":
        parts = [f"ACK {detail['ack']}" if detail.get("ack") else "", formats.size(int(detail.get("size") or 0))]
        return " · ".join(p for p in parts if p)
    if row.kind == "message.acknowledged":
        return str(detail.get("code", ""))
    if row.kind == "message.parsed":
        return _parsed(detail)
    if row.kind == "patient.identified":
        return _identified(detail)
    if row.kind == "message.mapped":
        parts = [_resources(detail), ", ".join(str(m) for m in detail.get("maps") or ())]
        return " · ".join(p for p in parts if p)
    if row.kind == "delivery.handed_over":
        return f"HTTP {detail['status_code']}" if detail.get("status_code") else ""
    if row.kind == "delivery.filed":
        return t("Hops", "read back and compared")
    return str(detail.get("reason") or detail.get("because") or "")


def _parsed(detail: Mapping[str, Any]) -> str:
    segments = detail.get("segments")
    if not isinstance(segments, int):
        return ""
    text = QCoreApplication.translate("Hops", "%n segment(s)", "", segments)
    warnings = len(detail.get("warnings") or ())
    return f"{text} · {QCoreApplication.translate('Hops', '%n warning(s)', '', warnings)}" if warnings else text


def _identified(detail: Mapping[str, Any]) -> str:
    t = QCoreApplication.translate
    how = {
        "matched": t("Hops", "known patient"),
        "created": t("Hops", "new patient"),
        "unassigned": t("Hops", "nobody: unassigned"),
    }.get(str(detail.get("how", "")), str(detail.get("how", "")))
    return " · ".join([how, *(str(flag) for flag in detail.get("flags") or ())])


def _resources(detail: Mapping[str, Any]) -> str:
    count = len(detail.get("resources") or ())
    return QCoreApplication.translate("Hops", "%n resource(s)", "", count) if count else ""


def evidence_word(level: str) -> str:
    """How we know, in one word."""
    t = QCoreApplication.translate
    words = {
        "observed": t("Evidence", "observed"),
        "asserted": t("Evidence", "asserted"),
        "inferred": t("Evidence", "inferred"),
        "expected": t("Evidence", "expected"),
    }
    return words.get(level, level)


def evidence_tip(level: str) -> str:
    """What the word means."""
    t = QCoreApplication.translate
    tips = {
        "observed": t("Evidence", "We did it or saw it ourselves."),
        "asserted": t("Evidence", "Another system said so."),
        "inferred": t("Evidence", "Concluded from other facts."),
        "expected": t("Evidence", "Should happen; nothing shows that it did."),
    }
    return tips.get(level, "")


def run_text(row: HopRow, formats: Formats) -> str:
    """`1.2ms`-like times for the columns: whole milliseconds, tenths below ten."""
    return "" if row.run_ms is None else milliseconds(row.run_ms, formats)


def milliseconds(amount: float, formats: Formats) -> str:
    """Short spans with a tenth, so that 0.3 ms is not zero."""
    if 0 < amount < 10:
        gap = " " if formats.language == "es" else ""
        text = f"{amount:.1f}".replace(".", "," if formats.language == "es" else ".")
        return f"{text}{gap}ms"
    return formats.duration(timedelta(milliseconds=amount))
