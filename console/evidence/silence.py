"""Silence: when a sender that usually speaks has stopped. A rule over its messages per minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from statistics import median

ENOUGH_MESSAGES = 10
"""Fewer than these in the window say nothing about what is usual."""

SHORTEST = timedelta(seconds=60)
PATIENCE = 8
"""A sender is silent after so many times its usual gap, and never before `SHORTEST`."""


def usual_gap(counts: Sequence[int]) -> timedelta | None:
    """The time that usually passes between two messages, from `counts` per minute, oldest first; None when unknown.

    Messages of one minute are taken as spread over it; empty minutes between belong to the gap they make. The median,
    so that a quiet night does not make a chatty laboratory look slow.
    """
    if sum(counts) < ENOUGH_MESSAGES:
        return None
    gaps: list[float] = []
    empty = 0
    seen = False
    for count in counts:
        if count == 0:
            empty += 1
            continue
        if seen and empty:
            gaps.append(60.0 * (empty + 1))
        gaps.extend([60.0 / count] * (count - 1 if empty or not seen else count))
        seen, empty = True, 0
    return timedelta(seconds=median(gaps)) if gaps else None


def silence_after(gap: timedelta) -> timedelta:
    """How long a sender with this usual gap may say nothing before it counts as silent."""
    return max(SHORTEST, PATIENCE * gap)
