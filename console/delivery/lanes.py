"""Lanes: what belongs to one patient goes out in order and one at a time; lanes run side by side."""

from __future__ import annotations

import heapq
from collections import deque


class LaneQueue:
    """The pending deliveries of one destination, in memory by number only (the outbox holds the rest).

    `take` hands out the head of a lane that is neither in flight nor backing off, oldest first. A lane that got
    `later` keeps its head at the front: nobody of the same lane overtakes. Times are monotonic seconds.
    Not thread-safe.
    """

    __slots__ = ("_delayed", "_flying", "_lanes", "_ready", "_size", "_until")

    def __init__(self) -> None:
        self._lanes: dict[str, deque[int]] = {}
        self._ready: list[tuple[int, str]] = []
        self._delayed: list[tuple[float, str]] = []
        self._until: dict[str, float] = {}
        self._flying: set[str] = set()
        self._size = 0

    def __len__(self) -> int:
        """Deliveries waiting, without those in flight."""
        return self._size

    @property
    def in_flight(self) -> int:
        return len(self._flying)

    def add(self, seq: int, lane: str) -> None:
        """Appends to its lane. `seq` must grow within a lane."""
        waiting = self._lanes.setdefault(lane, deque())
        waiting.append(seq)
        self._size += 1
        if len(waiting) == 1 and lane not in self._flying:
            heapq.heappush(self._ready, (seq, lane))

    def take(self, now: float) -> tuple[int, str] | None:
        """The oldest delivery that may start, or None. Its lane is in flight until `done` or `later`."""
        while self._delayed and self._delayed[0][0] <= now:
            _, lane = heapq.heappop(self._delayed)
            del self._until[lane]
            heapq.heappush(self._ready, (self._lanes[lane][0], lane))
        if not self._ready:
            return None
        seq, lane = heapq.heappop(self._ready)
        self._lanes[lane].popleft()
        self._flying.add(lane)
        self._size -= 1
        return seq, lane

    def done(self, lane: str) -> None:
        """The delivery in flight is finished, one way or the other: the lane's next may start."""
        self._flying.discard(lane)
        waiting = self._lanes[lane]
        if waiting:
            heapq.heappush(self._ready, (waiting[0], lane))
        else:
            del self._lanes[lane]

    def later(self, seq: int, lane: str, at: float) -> None:
        """The delivery in flight goes back to the front of its lane, which rests until `at`."""
        self._flying.discard(lane)
        self._lanes[lane].appendleft(seq)
        self._size += 1
        self._until[lane] = at
        heapq.heappush(self._delayed, (at, lane))

    def next_at(self) -> float | None:
        """When the earliest resting lane wakes; None when none rests."""
        return self._delayed[0][0] if self._delayed else None

    @property
    def has_ready(self) -> bool:
        return bool(self._ready)
