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
    translate = QCoreApplication.translate
    by_kind = {
        "message.received": translate("Hops", "%1 → received and stored").replace("%1", sender or "?"),
        "message.duplicate_received": translate("Hops", "Duplicate, ignored"),
        "message.quarantined": translate("Hops", "Refused, kept in quarantine"),
        "message.acknowledged": translate("Hops", "Acknowledged"),
        "message.parsed": translate("Hops", "Parsed"),
        "patient.identified": translate("Hops", "Patient and encounter found"),
        "message.mapped": translate("Hops", "Mapped to FHIR"),
        "message.superseded": translate("Hops", "Older than what is filed: not applied"),
        "message.recorded": translate("Hops", "Recorded, nothing to file"),
        "message.waiting": translate("Hops", "Waiting"),
        "message.released": translate("Hops", "Released"),
        "message.dead_lettered": translate("Hops", "Dead-lettered"),
        "delivery.handed_over": translate("Hops", "Handed over to %1"),
        "delivery.attempt_failed": translate("Hops", "Attempt %2 at %1 failed"),
        "delivery.filed": translate("Hops", "Filed in %1"),
    }
    text = by_kind.get(row.kind) or row.label or hop_name(row.hop)
    return text.replace("%1", lane_name(row.destination)).replace("%2", str(row.attempt))


def hop_name(hop: str) -> str:
    """A checkpoint of the road by its name, for those nobody reached."""
    translate = QCoreApplication.translate
    names = {
        "intake": translate("Hops", "Receive and store"),
        "acknowledge": translate("Hops", "Acknowledge"),
        "parse": translate("Hops", "Parse"),
        "identify": translate("Hops", "Find patient and encounter"),
        "map": translate("Hops", "Map to FHIR"),
        "deliver": translate("Hops", "Hand over"),
        "verify": translate("Hops", "File and read back"),
    }
    return names.get(hop, hop)


def hop_note(row: HopRow, formats: Formats) -> str:
    """What this hop found, in a few words; for a failure its reason."""
    translate = QCoreApplication.translate
    detail = row.detail
    if not row.reached:
        return translate("Hops", "not reached")
    if row.error:
        text = str(row.error.get("text") or row.error.get("code") or "")
        if row.kind == "delivery.attempt_failed" and detail.get("next_at"):
            at = formats.time(parse_iso(str(detail["next_at"])), seconds=True)
            return f"{text} · " + translate("Hops", "next try %1").replace("%1", at)
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
        return translate("Hops", "read back and compared")
    return str(detail.get("reason") or detail.get("because") or "")


def _parsed(detail: Mapping[str, Any]) -> str:
    segments = detail.get("segments")
    if not isinstance(segments, int):
        return ""
    parts = [QCoreApplication.translate("Hops", "%n segment(s)", "", segments)]
    warnings = len(detail.get("warnings") or ())
    if warnings:
        parts.append(QCoreApplication.translate("Hops", "%n warning(s)", "", warnings))
    return " · ".join(parts)


def _identified(detail: Mapping[str, Any]) -> str:
    translate = QCoreApplication.translate
    how = {
        "matched": translate("Hops", "known patient"),
        "created": translate("Hops", "new patient"),
        "unassigned": translate("Hops", "nobody: unassigned"),
    }.get(str(detail.get("how", "")), str(detail.get("how", "")))
    return " · ".join([how, *(str(flag) for flag in detail.get("flags") or ())])


def _resources(detail: Mapping[str, Any]) -> str:
    count = len(detail.get("resources") or ())
    return QCoreApplication.translate("Hops", "%n resource(s)", "", count) if count else ""


def hop_state(row: HopRow) -> str:
    """How a hop ended, in a word: a checkpoint that was passed is not "queued"."""
    translate = QCoreApplication.translate
    words = {
        "message.received": translate("Hops", "stored"),
        "message.duplicate_received": translate("Hops", "ignored"),
        "message.acknowledged": translate("Hops", "sent"),
        "message.mapped": translate("Hops", "queued"),
        "delivery.handed_over": translate("Hops", "handed over"),
        "delivery.filed": translate("Hops", "verified"),
    }
    return words.get(row.kind, translate("Hops", "done"))


def slowest_note(row: HopRow, note: str, formats: Formats) -> str:
    """The note of the hop that cost most, saying so, and whether it was work or waiting."""
    translate = QCoreApplication.translate
    if row.wait_ms > (row.run_ms or 0.0):
        slow = translate("Hops", "slowest: waited %1").replace("%1", milliseconds(row.wait_ms, formats))
    else:
        slow = translate("Hops", "slowest")
    return f"{note} · {slow}" if note else slow


def evidence_word(level: str) -> str:
    """How we know, in one word."""
    translate = QCoreApplication.translate
    words = {
        "observed": translate("Evidence", "observed"),
        "asserted": translate("Evidence", "asserted"),
        "inferred": translate("Evidence", "inferred"),
        "expected": translate("Evidence", "expected"),
    }
    return words.get(level, level)


def evidence_words() -> list[str]:
    """All of them, for measuring."""
    return [evidence_word(level) for level in ("observed", "asserted", "inferred", "expected")]


def evidence_tip(level: str) -> str:
    """What the word means."""
    translate = QCoreApplication.translate
    tips = {
        "observed": translate("Evidence", "We did it or saw it ourselves."),
        "asserted": translate("Evidence", "Another system said so."),
        "inferred": translate("Evidence", "Concluded from other facts."),
        "expected": translate("Evidence", "Should happen; nothing shows that it did."),
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
