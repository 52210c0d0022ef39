"""Answers go first: work that can wait steps aside while a sender waits for an acknowledgment.

All threads of the engine share one interpreter. Mapping a message keeps it busy for milliseconds, and an answer needs
it a dozen times; so the pipeline asks here between its steps. It is never held for long: under a flood that does not
end it still moves on, a step at a time.
"""

from __future__ import annotations

import threading

PATIENCE_S = 0.01
"""How long one step waits at most."""


class RightOfWay:
    """`claim` and `release` on the event loop's thread, `give_way` on any other."""

    def __init__(self) -> None:
        self._clear = threading.Event()
        self._clear.set()

    def claim(self) -> None:
        """Somebody waits for an answer."""
        self._clear.clear()

    def release(self) -> None:
        """Nobody waits for an answer."""
        self._clear.set()

    def give_way(self) -> None:
        """Lets those who wait for answers pass, for PATIENCE_S at most."""
        if not self._clear.is_set():
            self._clear.wait(PATIENCE_S)
