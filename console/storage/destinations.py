"""The destinations of mapped messages: which there are, whether they take work, and why not."""

from __future__ import annotations

from console.storage.database import DriverConnection
from console.storage.write import WriteTransaction

RUNNING, PAUSED = "running", "paused"


def register(write: WriteTransaction, name: str, kind: str, url: str, now: int) -> None:
    """Makes the destination known; one that is paused stays paused. `kind`: builtin or fhir; `now` in microseconds."""
    write.execute(
        "INSERT INTO destinations (name, kind, url, state, changed_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, url = excluded.url",
        (name, kind, url, RUNNING, now),
    )


def explain(write: WriteTransaction, name: str, reason: str, now: int) -> None:
    """Why it takes no work at the moment; '' when it does."""
    write.execute("UPDATE destinations SET reason = ?, changed_at = ? WHERE name = ?", (reason, now, name))


def paused(reader: DriverConnection, name: str) -> bool:
    """Whether somebody told it to hold its deliveries back."""
    row = reader.execute("SELECT state FROM destinations WHERE name = ?", (name,)).fetchone()
    return row is not None and row[0] == PAUSED
