"""The collector of cycles works when nobody waits: a full collection stops every thread for tens of milliseconds.

What is there once the engine has started, and again once it has warmed up, is set aside for good (`gc.freeze`); young
objects are collected as ever; the old ones only from here.
"""

from __future__ import annotations

import gc

EVERY_S = 30.0
AT_THE_LATEST_S = 300.0
_WARM_UPS = 2
_NEVER = 1_000_000


class QuietCollector:
    """One per process. `take_charge` when the start is done, then `tick` now and then."""

    def __init__(self) -> None:
        self._last = 0.0
        self._freezes_left = _WARM_UPS

    def take_charge(self, now: float) -> None:
        """`now` in seconds on any steady clock, the same as for `tick`."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(10_000, 20, _NEVER)
        self._last = now

    def tick(self, now: float, *, quiet: bool) -> bool:
        """Collects when it is time and nobody waits, or when it has been put off too long; whether it did."""
        since = now - self._last
        if since < EVERY_S or not (quiet or since >= AT_THE_LATEST_S):
            return False
        self._last = now
        gc.collect()
        if self._freezes_left:
            self._freezes_left -= 1
            gc.freeze()
        return True
