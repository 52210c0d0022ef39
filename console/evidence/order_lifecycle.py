"""An order's life: from the order to its result, or to the place where the result stopped. A fold over order facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from console.core.clock import iso
from console.core.events import State
from console.evidence.expectations import DEFAULT_RULES, TurnaroundRule, due_at


class LoopState(StrEnum):
    """How an order and its result stand to each other."""

    WAITING = "waiting"
    PRELIMINARY = "preliminary"
    RESULTED = "resulted"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    LATE = "late"
    MISSING = "missing"
    UNORDERED = "unordered"


_CANCELLED = frozenset({"revoked", "cancelled", "entered-in-error"})
_PRELIMINARY = frozenset({"registered", "partial", "preliminary"})
_NO_RESULT_DUE = frozenset({"draft", "on-hold", "completed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMention:
    """What one message said of one order. `role` is order or result; `state` is the message's standing."""

    order_id: str
    role: str
    at: datetime
    event_id: str
    state: State
    display: str = ""
    code: str = ""
    placer: str = ""
    filler: str = ""
    accession: str = ""
    status: str = ""
    result_status: str = ""
    priority: str = ""
    section: str = ""
    abnormal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLoop:
    """One row of the orders-and-results strip."""

    order_id: str
    display: str = ""
    code: str = ""
    placer: str = ""
    filler: str = ""
    accession: str = ""
    ordered_at: datetime | None = None
    resulted_at: datetime | None = None
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    status: str = ""
    state: LoopState = LoopState.WAITING
    event_id: str = ""
    result_event_id: str = ""
    stopped_event_id: str = ""
    abnormal: bool = False
    corrected: bool = False

    def as_json(self) -> dict[str, Any]:
        def when(moment: datetime | None) -> str | None:
            return iso(moment) if moment else None

        return {
            "order_id": self.order_id,
            "display": self.display,
            "code": self.code,
            "placer": self.placer,
            "filler": self.filler,
            "accession": self.accession,
            "ordered_at": when(self.ordered_at),
            "resulted_at": when(self.resulted_at),
            "due_at": when(self.due_at),
            "stopped_at": when(self.stopped_at),
            "status": self.status,
            "state": self.state.value,
            "event_id": self.event_id,
            "result_event_id": self.result_event_id,
            "stopped_event_id": self.stopped_event_id,
            "abnormal": self.abnormal,
            "corrected": self.corrected,
        }


def fold_orders(
    mentions: Iterable[OrderMention], *, now: datetime, rules: Sequence[TurnaroundRule] = DEFAULT_RULES
) -> tuple[OrderLoop, ...]:
    """One loop per order id, by the time of first mention. `now` decides what is late or missing.

    A result that was superseded, refused or dead-lettered does not count as the order's result.
    """
    loops: dict[str, OrderLoop] = {}
    urgency: dict[str, tuple[str, str]] = {}
    final: set[str] = set()
    for mention in sorted(mentions, key=lambda m: (m.at, m.event_id)):
        loop = _describe(loops.get(mention.order_id) or OrderLoop(order_id=mention.order_id), mention)
        if mention.role == "order":
            before = urgency.get(mention.order_id, ("", ""))
            urgency[mention.order_id] = (mention.priority or before[0], mention.section or before[1])
            loop = _ordered(loop, mention)
        else:
            loop = _resulted(loop, mention, final)
        loops[mention.order_id] = loop
    return tuple(_judge(loop, urgency.get(key, ("", "")), key in final, now, rules) for key, loop in loops.items())


def _describe(loop: OrderLoop, mention: OrderMention) -> OrderLoop:
    return replace(
        loop,
        display=mention.display or loop.display,
        code=mention.code or loop.code,
        placer=mention.placer or loop.placer,
        filler=mention.filler or loop.filler,
        accession=mention.accession or loop.accession,
    )


def _ordered(loop: OrderLoop, mention: OrderMention) -> OrderLoop:
    if mention.state is State.DEAD_LETTERED:
        return replace(loop, stopped_at=mention.at, stopped_event_id=mention.event_id)
    if mention.state in (State.SUPERSEDED, State.REFUSED):
        return loop
    return replace(
        loop,
        ordered_at=loop.ordered_at or mention.at,
        event_id=loop.event_id or mention.event_id,
        status=mention.status or loop.status,
    )


def _resulted(loop: OrderLoop, mention: OrderMention, final: set[str]) -> OrderLoop:
    if mention.state in (State.DEAD_LETTERED, State.REFUSED, State.WAITING):
        return replace(loop, stopped_at=mention.at, stopped_event_id=mention.event_id)
    if mention.state is State.SUPERSEDED:
        return loop
    if mention.result_status not in _PRELIMINARY:
        final.add(loop.order_id)
    return replace(
        loop,
        resulted_at=mention.at,
        result_event_id=mention.event_id,
        abnormal=loop.abnormal or mention.abnormal,
        corrected=loop.corrected or mention.result_status in ("corrected", "amended"),
        stopped_at=None,
        stopped_event_id="",
        status=mention.result_status or loop.status,
    )


def _judge(
    loop: OrderLoop, urgency: tuple[str, str], final: bool, now: datetime, rules: Sequence[TurnaroundRule]
) -> OrderLoop:
    due = due_at(loop.ordered_at, *urgency, rules) if loop.ordered_at else None
    return replace(loop, due_at=due, state=_state(loop, due, final, now))


def _state(loop: OrderLoop, due: datetime | None, final: bool, now: datetime) -> LoopState:
    if loop.stopped_at:
        return LoopState.STOPPED
    if loop.resulted_at:
        if loop.status in _CANCELLED:
            return LoopState.CANCELLED
        if final:
            return LoopState.RESULTED if loop.ordered_at else LoopState.UNORDERED
        return LoopState.LATE if due and now > due else LoopState.PRELIMINARY
    if loop.status in _CANCELLED:
        return LoopState.CANCELLED
    if due is None or now <= due or loop.status in _NO_RESULT_DUE:
        return LoopState.WAITING
    return LoopState.MISSING
