"""Traffic: messages per sender and minute, and when each destination last took one, kept up behind the ACK.

Counted once each as the journal grows, so that the last twelve hours are read without touching it. A message counts in
the minute in which it was sent, where MSH-7 says so with a zone and believably; else in the minute of receipt. So a
backlog that drains after an outage fills the hours it belongs to, and does not look like a sender gone mad.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection, select

from console.core.clock import to_micros
from console.core.events import Event, Kind
from console.core.test_traffic import HARNESS_FACILITY, sent_as_test
from console.evidence.trace import system_name
from console.hl7v2.timestamp import parse_time
from console.storage.schema import traffic
from console.storage.write import WriteTransaction

WATERMARK = "traffic"
MINUTE = 60_000_000
ALL_TIME = 0
"""The row of this minute holds a sender's total since the journal began, and when its newest message was sent."""

HEARD = -1
"""The row of this minute holds when anything last came from a sender, whenever it was sent."""

_OLDEST_BACKLOG = timedelta(days=1)

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
            sender, at = _counted_as(event), to_micros(_sent(event))
            for minute in (at // MINUTE, ALL_TIME):
                counts[sender, minute] += 1
                last[sender, minute] = max(last[sender, minute], at)
            counts[sender, HEARD] += 1
            last[sender, HEARD] = max(last[sender, HEARD], to_micros(event.occurred_at))
    lines = [(sender, minute, count, last[sender, minute]) for (sender, minute), count in counts.items()]
    write.insert("traffic", ("sender", "minute", "count", "last_at"), lines, conflict=_ADD)


def _counted_as(event: Event) -> str:
    """The sender; all test traffic together under the harness's own name, so that it hides no real sender's silence."""
    sender = event.detail.get("sender")
    return HARNESS_FACILITY if sent_as_test(sender) else system_name(sender)


def _sent(event: Event) -> datetime:
    """MSH-7 if it names an instant by itself, not in the future and not a day old; else the receipt. So too for the
    harness: its hospital lives at a time of its own."""
    if sent_as_test(event.detail.get("sender")):
        return event.occurred_at
    text = str(event.detail.get("message_time") or "")
    moment = parse_time(text) if text[-5:-4] in ("+", "-") else None
    if moment is None or event.occurred_at - moment > _OLDEST_BACKLOG:
        return event.occurred_at
    return min(moment, event.occurred_at)


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


_RANGE = (
    "SELECT json_group_array(minute), json_group_array(count) FROM traffic"
    " WHERE sender = ? AND minute >= ? AND minute < ?"
)


@dataclass(frozen=True, slots=True)
class SenderTraffic:
    """One sender. `counts` has one number per minute, oldest first. In microseconds: `last_at`, when its newest message
    was sent; `heard_at`, when anything last came."""

    sender: str
    counts: tuple[int, ...]
    total: int
    last_at: int
    heard_at: int


def recent_traffic(connection: Connection, *, now: int, minutes: int) -> list[SenderTraffic]:
    """Every sender ever heard, by name, with its counts for the last `minutes` up to and with the current one.

    One short range of the primary key per sender, put together by the database: 30 senders take 2 ms, where a row for
    every minute would take 28.
    """
    first = now // MINUTE - minutes + 1
    ever = select(traffic).where(traffic.c.minute == ALL_TIME).order_by(traffic.c.sender)
    came = select(traffic.c.sender, traffic.c.last_at).where(traffic.c.minute == HEARD)
    heard_at = {str(row.sender): int(row.last_at) for row in connection.execute(came).all()}
    answer = []
    for row in connection.execute(ever).all():
        heard, counted = connection.exec_driver_sql(_RANGE, (row.sender, first, first + minutes)).one()
        counts = [0] * minutes
        for minute, count in zip(orjson.loads(str(heard)), orjson.loads(str(counted)), strict=True):
            counts[minute - first] = count
        total, last_at = row._mapping["count"], row.last_at
        answer.append(SenderTraffic(row.sender, tuple(counts), total, last_at, heard_at.get(row.sender, last_at)))
    return answer
