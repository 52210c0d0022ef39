"""An encounter's timeline: lanes, orders with their results, an entry per message. A fold over many traces' events."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from console.core.clock import iso
from console.core.events import Event, EventError, Kind, State
from console.core.test_traffic import sent_as_test
from console.evidence.expectations import DEFAULT_RULES, TurnaroundRule
from console.evidence.order_lifecycle import OrderLoop, OrderMention, fold_orders
from console.evidence.ordering import in_order
from console.evidence.standing import Standing, standing
from console.evidence.trace import sent_at, system_name

ENGINE_LANE = "engine"
_CLOCK_SKEW = timedelta(minutes=5)

_SHAPES = {"adt": "square", "order": "pentagon", "result": "diamond"}
_WORDS = {
    State.ACCEPTED: "Queued",
    State.QUEUED: "Queued",
    State.WAITING: "Waiting",
    State.RETRYING: "Retrying",
    State.HANDED_OVER: "Handed over",
    State.VERIFIED: "Delivered",
    State.RECORDED: "Recorded",
    State.SUPERSEDED: "Superseded",
    State.DUPLICATE: "Duplicate",
    State.REFUSED: "Refused",
    State.DEAD_LETTERED: "Dead-lettered",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a message touched a lane. `at` is None for a lane it was due in and never reached."""

    lane: str
    at: datetime | None
    state: State

    def as_json(self) -> dict[str, Any]:
        return {"lane": self.lane, "at": iso(self.at) if self.at else None, "state": self.state.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message (or one duplicate of it). `at` is the sender's time when it gave a plausible one, else receipt.
    `test`: traffic of the harness."""

    trace_id: str
    event_id: str
    at: datetime
    received_at: datetime
    message_type: str
    title: str
    category: str
    sender: str
    to: tuple[str, ...]
    state: State
    took_ms: float | None
    error: EventError | None
    order_ids: tuple[str, ...]
    abnormal: bool
    duplicate_of: str
    test: bool
    marks: tuple[Mark, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "trace_id": self.trace_id,
            "event_id": self.event_id,
            "at": iso(self.at),
            "received_at": iso(self.received_at),
            "message_type": self.message_type,
            "title": self.title,
            "category": self.category,
            "shape": _SHAPES.get(self.category, "square"),
            "from": self.sender,
            "to": list(self.to),
            "state": self.state.value,
            "status_word": _WORDS[self.state],
            "took_ms": self.took_ms,
            "error": self.error.as_json() if self.error else None,
            "order_ids": list(self.order_ids),
            "abnormal": self.abnormal,
            "duplicate_of": self.duplicate_of,
            "test": self.test,
            "marks": [mark.as_json() for mark in self.marks],
        }


@dataclass(frozen=True, slots=True)
class Lane:
    """A system. `kind` is sender, engine or destination."""

    lane: str
    label: str
    kind: str
    last_at: datetime
    count: int

    def as_json(self) -> dict[str, Any]:
        return {
            "lane": self.lane,
            "label": self.label,
            "kind": self.kind,
            "last_at": iso(self.last_at),
            "count": self.count,
        }


@dataclass(frozen=True, slots=True)
class Timeline:
    """`begin` and `end` span the entries; `counts` is by state."""

    begin: datetime | None
    end: datetime | None
    now: datetime
    lanes: tuple[Lane, ...]
    loops: tuple[OrderLoop, ...]
    entries: tuple[Entry, ...]
    counts: dict[State, int]

    def as_json(self) -> dict[str, Any]:
        return {
            "from": iso(self.begin) if self.begin else None,
            "to": iso(self.end) if self.end else None,
            "now": iso(self.now),
            "lanes": [lane.as_json() for lane in self.lanes],
            "loops": [loop.as_json() for loop in self.loops],
            "entries": [entry.as_json() for entry in self.entries],
            "counts": {state.value: count for state, count in self.counts.items()},
        }


def fold_timeline(
    events: Iterable[Event], *, now: datetime, rules: Sequence[TurnaroundRule] = DEFAULT_RULES
) -> Timeline:
    """The timeline of the events given: those of every trace that belongs to the encounter.

    Independent of arrival order; an event given twice counts once.
    """
    traces: dict[str, list[Event]] = defaultdict(list)
    for event in in_order(events):
        traces[event.trace_id].append(event)
    entries: list[Entry] = []
    mentions: list[OrderMention] = []
    for ordered in traces.values():
        root = next((e for e in ordered if e.kind in (Kind.RECEIVED, Kind.QUARANTINED)), None)
        if root is None:
            continue
        stand = standing(ordered)
        entry = _entry(root, ordered, stand)
        entries.append(entry)
        entries.extend(_duplicate(e, entry) for e in ordered if e.kind is Kind.DUPLICATE_RECEIVED)
        mentions.extend(_mentions(ordered, entry))
    entries.sort(key=lambda e: (e.at, e.received_at, e.event_id))
    return Timeline(
        begin=entries[0].at if entries else None,
        end=max((e.at for e in entries), default=None),
        now=now,
        lanes=_lanes(entries),
        loops=fold_orders(mentions, now=now, rules=rules),
        entries=tuple(entries),
        counts=dict(Counter(e.state for e in entries)),
    )


def _entry(root: Event, ordered: list[Event], stand: Standing) -> Entry:
    detail: dict[str, Any] = {}
    for event in ordered:
        for name in ("title", "category", "orders"):
            if event.detail.get(name):
                detail[name] = event.detail[name]
    orders = detail.get("orders") or []
    sender = system_name(root.detail.get("sender")) or "unknown"
    filed = [e for e in ordered if e.kind is Kind.FILED]
    end = filed[-1] if filed else stand.decided_by
    at = _placed_at(sent_at(ordered), root.occurred_at)
    return Entry(
        trace_id=root.trace_id,
        event_id=root.event_id,
        at=at,
        received_at=root.occurred_at,
        message_type=root.detail.get("message_type", ""),
        title=detail.get("title") or root.detail.get("message_type", ""),
        category=detail.get("category") or _category(root.detail.get("message_type", "")),
        sender=sender,
        to=tuple(stand.by_destination) or (ENGINE_LANE,),
        state=stand.state,
        took_ms=round((end.occurred_at - root.occurred_at).total_seconds() * 1000, 3) if end else None,
        error=stand.error,
        order_ids=tuple(dict.fromkeys(str(o["order_id"]) for o in orders if o.get("order_id"))),
        abnormal=any(o.get("abnormal") for o in orders),
        duplicate_of="",
        test=sent_as_test(root.detail.get("sender")),
        marks=_marks(sender, at, root, ordered, stand),
    )


def _placed_at(sent: datetime | None, received: datetime) -> datetime:
    """The sender's time, unless it lies in the future by more than clocks may differ."""
    return sent if sent is not None and sent <= received + _CLOCK_SKEW else received


def _category(message_type: str) -> str:
    return {"ADT": "adt", "ORM": "order", "OMG": "order", "OML": "order", "ORU": "result", "OUL": "result"}.get(
        message_type.partition("^")[0], "other"
    )


def _marks(sender: str, at: datetime, root: Event, ordered: list[Event], stand: Standing) -> tuple[Mark, ...]:
    stopped_here = stand.state if not stand.by_destination else State.VERIFIED
    marks = [Mark(sender, at, State.ACCEPTED), Mark(ENGINE_LANE, root.occurred_at, stopped_here)]
    for name, state in stand.by_destination.items():
        reached = [
            e.occurred_at for e in ordered if e.detail.get("destination") == name and e.state is not State.RETRYING
        ]
        marks.append(Mark(name, reached[-1] if reached and state is not State.DEAD_LETTERED else None, state))
    return tuple(marks)


def _duplicate(event: Event, original: Entry) -> Entry:
    """A repetition, as far behind its original as it came: a drained backlog keeps its duplicates beside it."""
    at = original.at + (event.occurred_at - original.received_at)
    return Entry(
        trace_id=event.trace_id,
        event_id=event.event_id,
        at=at,
        received_at=event.occurred_at,
        message_type=original.message_type,
        title=original.title,
        category=original.category,
        sender=original.sender,
        to=(ENGINE_LANE,),
        state=State.DUPLICATE,
        took_ms=0.0,
        error=None,
        order_ids=original.order_ids,
        abnormal=False,
        duplicate_of=original.event_id,
        test=original.test,
        marks=(
            Mark(original.sender, at, State.ACCEPTED),
            Mark(ENGINE_LANE, event.occurred_at, State.DUPLICATE),
        ),
    )


_ANSWERED = frozenset({"order", "result"})
"""Categories whose orders await a result. A prescription is filed like an order, and nothing is due for it."""


def _mentions(ordered: list[Event], entry: Entry) -> list[OrderMention]:
    if entry.category not in _ANSWERED:
        return []
    latest: dict[tuple[str, str], OrderMention] = {}
    for event in ordered:
        for order in event.detail.get("orders") or ():
            if not order.get("order_id"):
                continue
            role = str(order.get("role") or "result")
            latest[order["order_id"], role] = OrderMention(
                order_id=str(order["order_id"]),
                role=role,
                at=entry.at,
                event_id=entry.event_id,
                state=entry.state,
                display=str(order.get("display") or ""),
                code=str(order.get("code") or ""),
                placer=str(order.get("placer") or ""),
                filler=str(order.get("filler") or ""),
                accession=str(order.get("accession") or ""),
                status=str(order.get("status") or ""),
                result_status=str(order.get("result_status") or ""),
                priority=str(order.get("priority") or ""),
                section=str(order.get("section") or ""),
                abnormal=bool(order.get("abnormal")),
            )
    return list(latest.values())


def _lanes(entries: Sequence[Entry]) -> tuple[Lane, ...]:
    """Senders by first sight, the engine, then destinations by name."""
    senders: dict[str, list[datetime]] = defaultdict(list)
    destinations: dict[str, list[datetime]] = defaultdict(list)
    for entry in entries:
        senders[entry.sender].append(entry.received_at)
        for name in entry.to:
            if name != ENGINE_LANE:
                destinations[name].append(entry.received_at)
    received = [entry.received_at for entry in entries]
    lanes = [Lane(name, name, "sender", max(times), len(times)) for name, times in senders.items()]
    if received:
        lanes.append(Lane(ENGINE_LANE, "Engine", "engine", max(received), len(received)))
    lanes += [
        Lane(name, name, "destination", max(times), len(times))
        for name, times in sorted(destinations.items())
        if name not in senders
    ]
    return tuple(lanes)
