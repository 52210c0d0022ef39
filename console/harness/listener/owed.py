"""What a connection owes its sender: answers in the order of the questions, each leaving when it is ready."""

from __future__ import annotations

from collections.abc import Callable


class Owed:
    """One answer, or one slice of it. `data` is framed; empty is silence. `after` runs once it is out.

    `together` more than 0: held back until so many such answers are there, or `pause` seconds have passed."""

    __slots__ = ("after", "data", "pause", "ready", "together")

    def __init__(
        self,
        data: bytes,
        *,
        ready: bool = False,
        after: Callable[[], None] | None = None,
        together: int = 0,
        pause: float = 0.0,
    ) -> None:
        self.data = data
        self.ready = ready
        self.after = after
        self.together = together
        self.pause = pause
