"""Traffic: messages per sender and minute, and when each destination last took one, kept up behind the ACK.

Counted once each as the journal grows, so that the last twelve hours are read without touching it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from console.core.clock import to_micros
from console.core.events import Event, Kind
from console.evidence.trace import system_name
from console.storage.schema import traffic
from console.storage.write import WriteTransaction

WATERMARK = "traffic"
MINUTE = 60_000_000
ALL_TIME = 0
"""The row of this minute holds a sender's total since the journal began."""

_ARRIVALS = frozenset({Kind.RECEIVED, Kind.DUPLICATE_RECEIVED, Kind.QUARANTINED})
_ADD = (
    "ON CONFLICT (sender, minute) DO UPDATE SET count = traffic.count + excluded.count, "
    "last_at = CASE WHEN excluded.last_at > traffic.last_at THEN excluded.last_at ELSE traffic.last_at END"
)


def count_arrivals(write: WriteTransaction, first_seq: int, events: Sequence[Event]) -> None:
    """The fold (see follower): adds what arrived, refused and duplicate messages too."""
    counts: dict[tuple[str, int], int] = defaultdict(int)
    last: dict[tuple[str, int], int] = defaultdict(int)
    for event in events:
        if event.kind in _ARRIVALS:
            sender, at = system_name(event.detail.get("sender")), to_micros(event.occurred_at)
            for minute in (at // MINUTE, ALL_TIME):
                counts[sender, minute] += 1
                last[sender, minute] = max(last[sender, minute], at)
    lines = [(sender, minute, count, last[sender, minute]) for (sender, minute), count in counts.items()]
    write.insert("traffic", ("sender", "minute", "count", "last_at"), lines, conflict=_ADD)


def note_deliveries(write: WriteTransaction, first_seq: int, events: Sequence[Event]) -> None:
    """The fold: when each destination last took something for good, and what its breaker does."""
    filed: dict[str, int] = {}
    breakers: dict[str, str] = {}
    for event in events:
        name = str(event.detail.get("destination") or "")
        if event.kind is Kind.FILED:
            filed[name] = max(filed.get(name, 0), to_micros(event.occurred_at))
        elif event.kind is Kind.DESTINATION_CHANGED and event.detail.get("breaker"):
            breakers[name] = str(event.detail["breaker"])
    for name, at in filed.items():
        write.execute("UPDATE destinations SET last_ok_at = ? WHERE name = ? AND last_ok_at < ?", (at, name, at))
    for name, state in breakers.items():
        write.execute("UPDATE destinations SET breaker = ? WHERE name = ?", (state, name))


@dataclass(frozen=True, slots=True)
class SenderTraffic:
    """One sender. `counts` has one number per minute, oldest first; `last_at` in microseconds."""

    sender: str
    counts: tuple[int, ...]
    total: int
    last_at: int


def recent_traffic(connection: Connection, *, now: int, minutes: int) -> list[SenderTraffic]:
    """Every sender ever heard, by name, with its counts for the last `minutes` up to and with the current one."""
    first = now // MINUTE - minutes + 1
    in_window = select(traffic).where(traffic.c.minute >= first, traffic.c.minute < first + minutes)
    heard: dict[str, list[int]] = defaultdict(lambda: [0] * minutes)
    for row in connection.execute(in_window).all():
        heard[row.sender][row.minute - first] = row._mapping["count"]
    ever = select(traffic).where(traffic.c.minute == ALL_TIME).order_by(traffic.c.sender)
    return [
        SenderTraffic(row.sender, tuple(heard[row.sender]), row._mapping["count"], row.last_at)
        for row in connection.execute(ever).all()
    ]
