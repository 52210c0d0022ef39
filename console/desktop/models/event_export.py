"""The event list as CSV or JSON for a file: times in UTC, ids in full, no cell a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from console.core.clock import iso
from console.desktop.models.event_rows import EventRows

_COLUMNS = (
    "time_utc", "event_id", "trace_id", "order_id", "message_type", "title", "from", "to", "state", "took_ms",
    "error_code", "error_path", "error_text", "duplicate_of",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: str) -> str:
    """A text no spreadsheet takes for a formula (OWASP: CSV injection): a dangerous start gets an apostrophe."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def export_rows(rows: EventRows) -> list[dict[str, Any]]:
    """One object per line of the list, in its order. Overdue orders have an `order_id` instead of an event."""
    exported = []
    for number in range(len(rows)):
        row = rows[number]
        entry: dict[str, Any] = {}
        if row.event_id:
            entry = dict(rows.model.entries[rows.model.row_of(row.event_id)])
        error = entry.get("error") or {}
        exported.append(
            {
                "time_utc": iso(row.at),
                "event_id": row.event_id,
                "trace_id": str(entry.get("trace_id", "")),
                "order_id": row.order_id,
                "message_type": row.message_type,
                "title": row.title,
                "from": row.sender,
                "to": list(row.receivers),
                "state": str(entry.get("state", "")) or row.status.word.lower(),
                "took_ms": entry.get("took_ms"),
                "error_code": str(error.get("code", "")),
                "error_path": str(error.get("path", "")),
                "error_text": str(error.get("text", "")),
                "duplicate_of": str(entry.get("duplicate_of") or ""),
            }
        )
    return exported


def as_csv(rows: EventRows) -> str:
    """RFC 4180 with a header line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in export_rows(rows):
        cells = [" ".join(row[c]) if c == "to" else "" if row[c] is None else str(row[c]) for c in _COLUMNS]
        writer.writerow([safe_cell(cell) for cell in cells])
    return buffer.getvalue()


def as_json(rows: EventRows, *, encounter_id: str, as_of: str) -> str:
    """One document that says what it is of and as of when."""
    return json.dumps(
        {"encounter_id": encounter_id, "as_of": as_of, "events": export_rows(rows)}, ensure_ascii=False, indent=1
    )
