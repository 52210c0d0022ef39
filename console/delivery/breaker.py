"""The circuit breaker of one destination: when it is down, work stays queued instead of failing one by one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerPolicy:
    """Opens at `consecutive` failures in a row, or when `share` of the last `window` attempts failed. Times in seconds.

    An open breaker lets one probe through after `first_pause`; each probe that fails doubles the pause up to `longest`.
    """

    consecutive: int = 5
    window: int = 20
    share: float = 0.5
    first_pause: float = 30.0
    longest: float = 300.0


class Breaker:
    """A state machine over attempts. `now` is a monotonic time in seconds and never comes from here.

    Not thread-safe: the owner serialises calls. `allows` reserves the probe of a half-open breaker, so each True
    must be answered by `succeeded`, `failed` or `abandoned`.
    """

    __slots__ = ("_in_a_row", "_last", "_pause", "_policy", "_probing", "_reason", "_until")

    def __init__(self, policy: BreakerPolicy | None = None) -> None:
        self._policy = policy or BreakerPolicy()
        self._last: deque[bool] = deque(maxlen=self._policy.window)
        self._in_a_row = 0
        self._until: float | None = None
        self._pause = 0.0
        self._probing = False
        self._reason = ""

    def state(self, now: float) -> BreakerState:
        if self._until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self._until else BreakerState.HALF_OPEN

    @property
    def reason(self) -> str:
        """Why it is open: the code of the last failure, '' while closed."""
        return self._reason

    def probe_at(self) -> float | None:
        """When the next probe may go; None while closed."""
        return self._until

    def allows(self, now: float) -> bool:
        """Whether an attempt may start now. In the half-open state only one at a time may."""
        state = self.state(now)
        if state is BreakerState.CLOSED:
            return True
        if state is BreakerState.OPEN or self._probing:
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        """The destination answered sensibly (also a refusal of one message is a sign of life)."""
        self._in_a_row = 0
        self._last.append(True)
        if self._until is not None:
            self._last.clear()
            self._until, self._pause, self._probing, self._reason = None, 0.0, False, ""

    def failed(self, now: float, reason: str, *, at_once: bool = False, pause: float = 0.0) -> None:
        """An attempt failed in a way that speaks of the destination, not of the message.

        `at_once` opens without counting (403: every message would fail alike). `pause` is a floor for how long it
        stays open (Retry-After). A straggler that fails while it is already open changes nothing.
        """
        self._in_a_row += 1
        self._last.append(False)
        if self._until is not None:
            if self._probing:
                self._open(now, reason, max(min(self._pause * 2, self._policy.longest), pause))
            return
        full = len(self._last) == self._policy.window
        mostly = full and self._last.count(False) >= self._policy.share * self._policy.window
        if at_once or mostly or self._in_a_row >= self._policy.consecutive:
            self._open(now, reason, max(self._policy.first_pause, pause))

    def abandoned(self) -> None:
        """The attempt that `allows` let through never started."""
        self._probing = False

    def _open(self, now: float, reason: str, pause: float) -> None:
        self._pause = pause
        self._until = now + pause
        self._probing = False
        self._reason = reason
