"""What the answer of a destination means, and when to try again.

The table of outcomes follows one rule: an outcome we do not know (time-out, lost reply, 5xx) is met by the same PUT
once more, because it is idempotent; an outcome that no repetition can change goes to a person at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

MAX_RETRY_AFTER = 600.0
"""Seconds: the longest a destination may ask us to stay away with one answer."""


class Verdict(StrEnum):
    """What to do with a delivery after one attempt."""

    DONE = "done"
    RETRY = "retry"
    REREAD = "reread"
    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    REFUSED = "refused"


_BY_STATUS = {
    304: Verdict.DONE,
    401: Verdict.UNAUTHORISED,
    403: Verdict.FORBIDDEN,
    408: Verdict.RETRY,
    409: Verdict.REREAD,
    412: Verdict.REREAD,
    425: Verdict.RETRY,
    429: Verdict.RETRY,
}


def verdict(status: int | None) -> Verdict:
    """The verdict for an HTTP status; None stands for no answer at all (time-out, reset, half-closed).

    A redirect is refused: following one with a body of patient data would send it to a host nobody configured.
    """
    if status is None or status >= 500:
        return Verdict.RETRY
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return Verdict.DONE if 200 <= status < 300 else Verdict.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Full-jitter exponential backoff (the delay is uniform between 0 and the ceiling). Times in seconds.

    `budget` is how long one delivery may keep failing before it is given to a person.
    """

    base: float = 1.0
    factor: float = 2.0
    cap: float = 300.0
    budget: float = 86_400.0

    def ceiling(self, attempt: int) -> float:
        """The longest delay after `attempt` failed attempts (1-based)."""
        steps = min(max(attempt, 1) - 1, 64)
        return float(min(self.cap, self.base * self.factor**steps))

    def delay(self, attempt: int, chance: float, *, retry_after: float | None = None) -> float:
        """Seconds until the next attempt. `chance` is uniform in [0, 1); a Retry-After is a floor, at most 10 min."""
        jittered = chance * self.ceiling(attempt)
        if retry_after is None:
            return jittered
        return min(max(retry_after, 0.0), MAX_RETRY_AFTER) + jittered

    def exhausted(self, *, first_failure: float, now: float) -> bool:
        return now - first_failure >= self.budget


def retry_after_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """Reads Retry-After (RFC 9110, 10.2.3): seconds or an HTTP date. None when absent or nonsense."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isdecimal():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)
