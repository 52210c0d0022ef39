"""What an encounter shows first: its recent part, with whatever is wrong now in it."""

from __future__ import annotations

from console.desktop.models.status_words import Severity
from console.desktop.models.time_axis import HOUR, Viewport
from console.desktop.models.timeline_model import TimelineModel


def opening_viewport(model: TimelineModel) -> Viewport:
    """What to show first: the recent part of the stay, with whatever is wrong now in it.

    A short stay is shown whole. Otherwise the last dozen messages and at least four hours, widened back to the oldest
    problem of the last day that still stands: the overview shows the rest.
    """
    low, high = model.limits()
    if high - low <= 10 * HOUR:
        return Viewport(low, high - low)
    at = model.columns.at
    last = int(at[-1]) if len(at) else model.now
    start = int(at[max(len(at) - 13, 0)]) if len(at) else low
    standing = [loop.start for loop in model.loops if loop.severity >= Severity.CRITICAL]
    start = min([start, last - 4 * HOUR, *(t for t in standing if t >= model.now - 24 * HOUR)])
    start = max(start, min(last, model.now) - 36 * HOUR, low)
    span = max(model.now - start, 2 * HOUR)
    future = min(max([model.now, *(loop.end(model.now) for loop in model.loops)]), model.now + span // 4)
    # Room to the right of now for what is said there of gaps.
    end = max(future + span // 16, model.now + span // 4, model.end)
    return Viewport(start - span // 24, int(end - start + span // 24)).within(low, high)
