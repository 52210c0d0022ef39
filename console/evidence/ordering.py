"""The one order of events that every fold uses, whatever order they arrived in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from console.core.events import Event, Hop

_ROAD = {hop: place for place, hop in enumerate(Hop)}


def in_order(events: Iterable[Event]) -> list[Event]:
    """Each event once (by event id), by time, then by place on the road, then by id.

    Two sources may deliver the same event, and a batch of ours shares one timestamp: hence the two tie-breaks.
    """
    return sorted({event.event_id: event for event in events}.values(), key=_place)


def _place(event: Event) -> tuple[datetime, int, str]:
    return event.occurred_at, _ROAD[event.hop], event.event_id
