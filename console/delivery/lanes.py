"""Lanes: what belongs to one patient goes out in order and one at a time; lanes run side by side.

A delivery may belong to several lanes (a merge writes two patients): it waits until it is first in each of them, and
holds them all while it is in flight.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence


class LaneQueue:
    """The pending deliveries of one destination, in memory by number only (the outbox holds the rest).

    `take` hands out a delivery that is first in all its lanes and neither in flight nor resting, oldest first. Until it
    is `done` it stays first: nobody of its lanes overtakes. Times are monotonic seconds. Not thread-safe.
    """

    __slots__ = ("_flying", "_lanes", "_lanes_of", "_ready", "_resting")

    def __init__(self) -> None:
        self._lanes: dict[str, deque[int]] = {}
        self._lanes_of: dict[int, tuple[str, ...]] = {}
        self._ready: list[int] = []
        self._resting: list[tuple[float, int]] = []
        self._flying: set[int] = set()

    def __len__(self) -> int:
        """Deliveries waiting, without those in flight."""
        return len(self._lanes_of) - len(self._flying)

    @property
    def in_flight(self) -> int:
        return len(self._flying)

    def add(self, seq: int, lanes: Sequence[str]) -> None:
        """Appends to its lanes, of which there must be at least one. `seq` must be larger than any added before."""
        self._lanes_of[seq] = names = tuple(dict.fromkeys(lanes))
        for lane in names:
            self._lanes.setdefault(lane, deque()).append(seq)
        if self._is_first(seq):
            heapq.heappush(self._ready, seq)

    def take(self, now: float) -> int | None:
        """The oldest delivery that may start, or None. It is in flight until `done` or `later`."""
        while self._resting and self._resting[0][0] <= now:
            heapq.heappush(self._ready, heapq.heappop(self._resting)[1])
        if not self._ready:
            return None
        seq = heapq.heappop(self._ready)
        self._flying.add(seq)
        return seq

    def done(self, seq: int) -> None:
        """The delivery in flight is finished, one way or the other: the next of its lanes may start."""
        self._flying.discard(seq)
        followers: set[int] = set()
        for lane in self._lanes_of.pop(seq):
            waiting = self._lanes[lane]
            waiting.popleft()
            if waiting:
                followers.add(waiting[0])
            else:
                del self._lanes[lane]
        for follower in followers:
            if self._is_first(follower):
                heapq.heappush(self._ready, follower)

    def later(self, seq: int, at: float) -> None:
        """The delivery in flight failed; it and its lanes rest until `at`."""
        self._flying.discard(seq)
        heapq.heappush(self._resting, (at, seq))

    def next_at(self) -> float | None:
        """When the earliest resting delivery wakes; None when none rests."""
        return self._resting[0][0] if self._resting else None

    def _is_first(self, seq: int) -> bool:
        return all(self._lanes[lane][0] == seq for lane in self._lanes_of[seq])
