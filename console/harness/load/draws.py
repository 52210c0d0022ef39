"""Which messages a fault meets: drawn from a random stream of its own, so that one fault never moves another's.

One number is drawn per content message and fault, whether the fault may meet it or not; windows and message types only
decide which of the draws count.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np

from console.harness.scenario.model import Fault, FaultKind

OF_CONNECTIONS = frozenset(
    {
        FaultKind.HALF_OPEN,
        FaultKind.RECONNECT_STORM,
        FaultKind.OUTAGE,
        FaultKind.TLS_PLAIN,
        FaultKind.TLS_STALL,
        FaultKind.TLS_BAD_CERTIFICATE,
    }
)
"""Faults that meet connections, not messages: the worker plays them."""

Array = np.ndarray[Any, Any]


class Draw:
    """One fault's draws over the content, chunk after chunk, from its first message on.

    `number` is the fault's place among those of the same kind in the scenario: with the kind and the seed it names the
    random stream. Draws must be asked for in order and without gaps.
    """

    def __init__(self, fault: Fault, *, number: int, seed: int, kinds: Sequence[str]) -> None:
        self.fault = fault
        self._key = f"{seed}/faults/{fault.kind.value}/{number}"
        digest = hashlib.sha256(self._key.encode()).digest()
        self._random = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))
        self._met = np.array([not fault.kinds or _is_of(kind, fault.kinds) for kind in kinds] or [True])
        self._seen = 0
        self._left = max(1, fault.count)

    @property
    def timed(self) -> bool:
        """The fault needs to know when a message is due."""
        return self.fault.start > 0 or math.isfinite(self.fault.end) or self.fault.at >= 0

    @property
    def exact(self) -> bool:
        """Somebody named the messages."""
        return bool(self.fault.nth or self.fault.every or self.fault.at >= 0)

    def hits(self, kinds: Sequence[int], seconds: Array | float) -> list[int]:
        """Positions in a chunk of these kinds; `seconds` of the run at which its messages are due, each or all."""
        fault = self.fault
        size = len(kinds)
        hit = self._random.random(size) < fault.probability if fault.probability else np.zeros(size, dtype=bool)
        if fault.nth or fault.every:
            met = self._met[np.asarray(kinds)] if fault.kinds else np.ones(size, dtype=bool)
            ordinals = self._seen + np.cumsum(met)
            self._seen = int(ordinals[-1]) if size else self._seen
            if fault.every:
                hit |= ordinals % fault.every == 0
            if fault.nth:
                hit |= np.isin(ordinals, fault.nth)
            hit &= met
        elif fault.kinds and (hit.any() or fault.at >= 0):
            hit &= self._met[np.asarray(kinds)]
        if fault.at >= 0 and self._left:
            after = np.broadcast_to(np.asarray(seconds) >= fault.at, (size,))
            if fault.kinds:
                after = after & self._met[np.asarray(kinds)]
            first = np.flatnonzero(after)[: self._left]
            self._left -= len(first)
            hit[first] = True
        if self.timed and fault.at < 0 and hit.any():
            hit &= (np.asarray(seconds) >= fault.start) & (np.asarray(seconds) < fault.end)
        return np.flatnonzero(hit).tolist() if hit.any() else []

    def generator(self, origin: int) -> Random:
        """The random numbers of this fault for one message: where to cut, which value to change."""
        return Random(f"{self._key}/{origin}")


def draws_of(faults: Sequence[Fault], *, seed: int, kinds: Sequence[str]) -> list[Draw]:
    """The draws of the faults that meet messages, in the scenario's order."""
    counted: dict[FaultKind, int] = {}
    found = []
    for fault in faults:
        number = counted[fault.kind] = counted.get(fault.kind, -1) + 1
        if fault.kind not in OF_CONNECTIONS:
            found.append(Draw(fault, number=number, seed=seed, kinds=kinds))
    return found


def _is_of(kind: str, wanted: Sequence[str]) -> bool:
    """`ORU` means every trigger event of it."""
    return any(kind == one or kind.startswith(f"{one}^") for one in wanted)
