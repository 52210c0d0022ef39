"""What ends a run by itself: too many refusals, too many messages without an answer, a worker that fell silent."""

from __future__ import annotations

from collections import deque
from time import perf_counter_ns

from console.harness.load.ledger import Control, Outcome, WorkerState
from console.harness.load.statistics import SOUND, Statistics
from console.harness.scenario.model import Limits, Load

OVER_S = 10.0
"""Ratios are those of so many last seconds."""
FEWEST = 20
"""Fewer decided messages say nothing."""
SILENT_S = 15.0
_LOOKS = 8


class Watch:
    """Asked once per look; remembers the last ten seconds."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._history: deque[tuple[float, int, int, int]] = deque()
        self._silent: dict[int, int] = {}

    def reason_to_stop(self, statistics: Statistics, elapsed_s: float) -> str:
        """A sentence when a limit of the scenario is passed, else ''."""
        limits = self._limits
        if not limits.stop_when_refused and not limits.stop_when_unanswered:
            return ""
        by = statistics.tally[:, SOUND].sum(axis=(0, 2))
        decided = int(by.sum() - by[Outcome.NOT_SENT])
        refused = int(by[Outcome.FAILED] + by[Outcome.REJECTED])
        silent = int(by[Outcome.NO_ANSWER] + by[Outcome.CONNECTION_LOST] + by[Outcome.NO_CONNECTION])
        history = self._history
        history.append((elapsed_s, decided, refused, silent))
        while len(history) > 1 and elapsed_s - history[1][0] >= OVER_S:
            history.popleft()
        _, decided_then, refused_then, silent_then = history[0] if elapsed_s > OVER_S else (0.0, 0, 0, 0)
        fresh = decided - decided_then
        if fresh < FEWEST:
            return ""
        for share, limit, words in (
            ((refused - refused_then) / fresh, limits.stop_when_refused, "refused"),
            ((silent - silent_then) / fresh, limits.stop_when_unanswered, "not answered"),
        ):
            if limit and share > limit:
                return (
                    f"stopped by itself: {share * 100:.0f} % of the messages of the last seconds were {words}, and the "
                    f"scenario's limit is {limit * 100:g} %"
                )
        return ""

    def limit_reached(self, statistics: Statistics, load: Load, elapsed_s: float) -> str:
        """Asked when it is over: a sentence when it ended at a limit and not where its plan does, else ''."""
        limits = self._limits
        full = any(one.word(Control.ROWS) >= one.description().get("capacity", 1 << 62) for one in statistics.followers)
        if full and not load.messages and load.duration - elapsed_s > 1.0:
            return (
                f"stopped by itself after {elapsed_s:.0f} of {load.duration:g} s: the scenario's "
                f"limits.max_messages is {limits.max_messages:,}"
            )
        if not load.duration and not load.stages and elapsed_s >= limits.max_duration:
            return f"stopped by itself: the scenario's limits.max_duration is {limits.max_duration:g} s"
        return ""

    def silent_worker(self, statistics: Statistics) -> int | None:
        """The number of a worker that has not looked at its commands for long although it should; asked at each look,
        so that a computer that slept does not count."""
        for number, follower in enumerate(statistics.followers):
            beat = follower.word(Control.HEARTBEAT)
            going = follower.state in (WorkerState.RUNNING, WorkerState.PAUSED, WorkerState.DRAINING)
            if going and beat and perf_counter_ns() - beat > SILENT_S * 1e9:
                self._silent[number] = self._silent.get(number, 0) + 1
                if self._silent[number] >= _LOOKS:
                    return number
            else:
                self._silent[number] = 0
        return None
