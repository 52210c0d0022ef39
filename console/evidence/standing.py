"""Where a message stands: the one state that sums up its events, across all its destinations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from console.core.events import Event, EventError, Kind, State

_WORST_FIRST = (
    State.DEAD_LETTERED,
    State.REFUSED,
    State.RETRYING,
    State.WAITING,
    State.ACCEPTED,
    State.QUEUED,
    State.HANDED_OVER,
    State.SUPERSEDED,
    State.RECORDED,
    State.DUPLICATE,
    State.VERIFIED,
)

_FROM_KIND = {
    Kind.RECEIVED: State.ACCEPTED,
    Kind.QUARANTINED: State.REFUSED,
    Kind.SUPERSEDED: State.SUPERSEDED,
    Kind.RECORDED: State.RECORDED,
    Kind.WAITING: State.WAITING,
    Kind.RELEASED: State.ACCEPTED,
}
_FROM_DELIVERY = {
    Kind.HANDED_OVER: State.HANDED_OVER,
    Kind.ATTEMPT_FAILED: State.RETRYING,
    Kind.FILED: State.VERIFIED,
}

PROBLEMS = frozenset({State.DEAD_LETTERED, State.REFUSED, State.RETRYING, State.WAITING})
"""States somebody may have to do something about."""


def worst(states: Sequence[State]) -> State:
    """The state a reader must see first: an aggregate never hides a failure. Raises ValueError when empty."""
    return min(states, key=_WORST_FIRST.index)


@dataclass(frozen=True, slots=True)
class Standing:
    """`by_destination` holds each destination's own state once the message was mapped."""

    state: State
    error: EventError | None
    by_destination: dict[str, State]
    decided_by: Event | None


def standing(events: Sequence[Event]) -> Standing:
    """Folds the events of ONE trace, already in order (`ordering.in_order`). Duplicates do not move it."""
    state = State.ACCEPTED
    error: EventError | None = None
    decided: Event | None = None
    destinations: dict[str, State] = {}
    errors: dict[str, EventError | None] = {}
    for event in events:
        kind = event.kind
        if kind in _FROM_KIND:
            state, error, decided, destinations = _FROM_KIND[kind], event.error, event, {}
        elif kind is Kind.MAPPED:
            state, error, decided = State.QUEUED, None, event
            destinations = dict.fromkeys(event.detail.get("destinations", ()), State.QUEUED)
        elif kind in _FROM_DELIVERY:
            name = str(event.detail.get("destination", ""))
            destinations[name], errors[name], decided = _FROM_DELIVERY[kind], event.error, event
        elif kind is Kind.DEAD_LETTERED:
            name = str(event.detail.get("destination") or "")
            decided = event
            if name:
                destinations[name], errors[name] = State.DEAD_LETTERED, event.error
            else:
                state, error, destinations = State.DEAD_LETTERED, event.error, {}
    if destinations:
        state = worst(list(destinations.values()))
        error = next((errors.get(name) for name, s in destinations.items() if s is state), None)
    return Standing(state, error, destinations, decided)
