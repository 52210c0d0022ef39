"""The overview: the engine's statistics and failure groups as values a page can show. No numbers of our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from console.core.clock import parse_iso
from console.investigation.answer import JsonObject
from console.investigation.case import Destination, FailureGroup, Look, Overview, Sender


def read_overview(body: JsonObject, *, recent: tuple[Look, ...]) -> Overview:
    """An `Overview` from {"statistics": GET /statistics, "failures": items of GET /failures}."""
    statistics: Mapping[str, Any] = body.get("statistics") or {}
    per_sender = {str(row["sender"]): row for row in statistics.get("per_minute") or ()}
    length = min(max((len(row["counts"]) for row in per_sender.values()), default=0), _BUCKETS)
    senders = statistics.get("senders") or ()
    return Overview(
        failures=read_failures(body.get("failures") or ()),
        senders=tuple(_sender(row, per_sender.get(str(row["name"])), length) for row in senders),
        destinations=tuple(_destination(row) for row in statistics.get("destinations") or ()),
        queues={str(name): int(count) for name, count in (statistics.get("queues") or {}).items()},
        received_total=int(statistics.get("received_total") or 0),
        bucket_s=_WINDOW_S // length if length else 0,
        until=_when(statistics.get("now")),
        recent=recent,
        kept_out=int(statistics.get("kept_out") or 0),
        behind=max(int(statistics.get("journal_seq") or 0) - int(statistics.get("indexed_up_to") or 0), 0),
    )


def read_failures(groups: Sequence[JsonObject]) -> tuple[FailureGroup, ...]:
    """Items of GET /failures."""
    return tuple(_failure(group) for group in groups)


_WINDOW_S = 12 * 60 * 60
_BUCKETS = 72


def _failure(group: JsonObject) -> FailureGroup:
    return FailureGroup(
        group_key=str(group["group_key"]),
        title=str(group.get("title") or group.get("code") or ""),
        code=str(group.get("code") or ""),
        hop=str(group.get("hop") or ""),
        destination=str(group.get("destination") or ""),
        count=int(group.get("count") or 0),
        patients=int(group.get("patients") or 0),
        first_at=_when(group.get("first_at")),
        last_at=_when(group.get("last_at")),
        sample=tuple(str(event_id) for event_id in group.get("sample") or ()),
    )


def _sender(row: JsonObject, counted: JsonObject | None, length: int) -> Sender:
    counts = _bucketed([int(n) for n in counted["counts"]]) if counted else ()
    usual = row.get("usual_gap_s")
    return Sender(
        name=str(row["name"]),
        last_at=_when(row.get("last_at")),
        per_minute=float(row.get("per_minute") or 0),
        usual_gap_s=float(usual) if usual is not None else None,
        silent=bool(row.get("silent")),
        counts=counts or (0,) * length,
        test=bool(row.get("test")),
    )


def _bucketed(counts: list[int]) -> tuple[int, ...]:
    """Minutes added up to `_BUCKETS` equal parts; fewer numbers stay as they are."""
    step = max(len(counts) // _BUCKETS, 1)
    return tuple(sum(counts[start : start + step]) for start in range(0, len(counts), step))


def _destination(row: JsonObject) -> Destination:
    return Destination(
        name=str(row["name"]),
        kind=str(row.get("kind") or ""),
        state=str(row.get("state") or ""),
        breaker=str(row.get("breaker") or ""),
        pending=int(row.get("pending") or 0),
        oldest_at=_when(row.get("oldest_at")),
        last_ok_at=_when(row.get("last_ok_at")),
    )


def _when(text: Any) -> datetime | None:
    return parse_iso(str(text)) if text else None
