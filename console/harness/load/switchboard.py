"""The lines of a worker: dialled, lost and dialled again, with the appointments that this takes.

All times are nanoseconds since second 0 of the run.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from heapq import heappop, heappush

from console.harness.load.answers import Answers
from console.harness.load.books import Books
from console.harness.load.lines import Entry, Line, LineState, Outlet
from console.harness.load.supply import Supply
from console.harness.load.timer import READABLE, WRITABLE, Timer
from console.harness.load.ways import Ways
from console.harness.scenario.model import Affinity, Model, Scenario

CONNECT_PATIENCE = 10_000_000_000
NEVER = 1 << 62


class Switchboard(ABC):
    """What a line needs to be open; what is said on it is for the layers above (`again`, `freed`, `send`)."""

    def __init__(self, scenario: Scenario, *, books: Books, supply: Supply, lines: list[Line], timer: Timer) -> None:
        self.scenario = scenario
        self.books = books
        self.supply = supply
        self.lines = lines
        self.timer = timer
        self.by_descriptor: list[Line | None] = []
        self.outlets: list[Outlet] = list(dict.fromkeys(line.outlet for line in lines))
        self.answers = Answers(books, supply, scenario.connections, scenario.acknowledgment, self.again)
        self.ways = Ways(self)
        connections = scenario.connections
        self.closed = scenario.load.model is Model.CLOSED
        self.window = max(1, connections.outstanding)
        self.per_message = connections.per_message
        self.bound = connections.affinity is not Affinity.NONE
        self.stopping = False
        self.away_until = 0
        """This sender is away until then: no line is opened."""
        self._appointments: list[tuple[int, int, Callable[[int], None]]] = []
        self._made = 0
        self._connected_once: set[int] = set()
        self.owed: set[int] = set()
        """Rows whose line we ended ourselves: they go out again whatever the policy says."""
        self._queued = 0
        self._queued_bytes = 0
        self._hungry = 0
        """Lines that stand in their outlet's `free`."""

    @property
    @abstractmethod
    def paused(self) -> bool:
        """Nothing is to be sent for now."""

    @abstractmethod
    def again(self, line: Line, entry: Entry, now: int, why: str) -> bool:
        """The message goes out once more; False when it may not."""

    @abstractmethod
    def freed(self, line: Line, now: int) -> None:
        """The line may be able to take a message."""

    @abstractmethod
    def released(self, line: Line, now: int) -> None:
        """Answers came: the line is free, after a rest where one is wanted."""

    @abstractmethod
    def send(self, line: Line, entry: Entry, now: int) -> None:
        """Puts a message on a line that may take it, in the way it is to leave."""

    @abstractmethod
    def put(self, line: Line, entry: Entry, now: int) -> None:
        """The same in the ordinary way."""

    @abstractmethod
    def sent(self, line: Line, entry: Entry, whole: bool) -> None:
        """A message went out, `whole` or with a rest that waits for room."""

    @abstractmethod
    def release_held(self, line: Line, now: int) -> None:
        """What was held back for a next message leaves without one."""

    @abstractmethod
    def end_on_purpose(self, line: Line, now: int, why: str, *, again_in: float) -> None:
        """We end the line ourselves; what waits on it goes out again."""

    def at(self, when: int, call: Callable[[int], None]) -> None:
        """`call(now)` not before `when`."""
        self._made += 1
        heappush(self._appointments, (when, self._made, call))

    def rest(self, line: Line, until: int) -> None:
        """The line takes nothing before `until`."""
        line.resting = True
        line.piece += 1
        piece = line.piece

        def wake(now: int) -> None:
            if line.piece == piece:
                line.resting = False
                line.free_since = max(line.free_since, until)
                self.freed(line, now)

        self.at(until, wake)

    def dial(self, line: Line, now: int) -> None:
        if line.state is not LineState.CLOSED or self.stopping:
            return
        if now < self.away_until:
            self.at(self.away_until, lambda then: self.dial(line, then))
            return
        try:
            line.dial()
        except OSError as error:
            self.lost(line, now, error.strerror or str(error))
            return
        while len(self.by_descriptor) <= line.descriptor:
            self.by_descriptor.append(None)
        self.by_descriptor[line.descriptor] = line
        self.timer.watch(line.descriptor, WRITABLE)
        descriptor = line.descriptor

        def too_long(then: int) -> None:
            if line.descriptor == descriptor and line.state in (LineState.CONNECTING, LineState.HANDSHAKE):
                self.lost(line, then, "no connection in time")

        self.at(now + CONNECT_PATIENCE, too_long)

    def _step(self, line: Line, now: int) -> None:
        """A line that is being opened has got further."""
        wanted = line.connected() if line.state is LineState.CONNECTING else line.shake()
        self.timer.watch(line.descriptor, wanted or READABLE)
        if wanted:
            return
        if line.number in self._connected_once and not self.per_message:
            self.books.reconnects += 1
        self._connected_once.add(line.number)
        line.free_since = max(now, line.free_since)
        if self.ways.opened(line, now):
            return
        entry, line.first = line.first, None
        if entry is not None:
            self.send(line, entry, now)
        self.freed(line, now)

    def drop(self, line: Line, *, reset: bool = False) -> None:
        """Closes the socket and nothing more."""
        if line.descriptor >= 0:
            self.timer.forget(line.descriptor)
            self.by_descriptor[line.descriptor] = None
        line.hang_up(reset=reset)
        self._unlist(line)

    def lost(self, line: Line, now: int, why: str, *, reset: bool = False, again_in: float | None = None) -> None:
        """The line ended, by whomever: what waited on it is settled or goes out again, and it is opened anew."""
        reached = line.state is LineState.OPEN
        self.drop(line, reset=reset)
        line.special = None
        begun = list(line.waiting)
        unsent = [*line.held, *self.ways.ended(line), *([line.first] if line.first is not None else [])]
        line.waiting.clear()
        line.held.clear()
        line.first = None
        for entry in reversed(unsent):
            self._back(entry)
        for entry in reversed(begun):
            self.answers.lost(line, entry, now, why)
        line.failures = 0 if reached and line.useful else line.failures + 1
        if self.stopping or (self.per_message and reached):
            self.freed(line, now)
            return
        first, longest = self.scenario.connections.backoff
        pause = min(first * 2 ** min(line.failures - 1, 20), longest) if line.failures else 0.0
        self.at(now + int((pause if again_in is None else again_in) * 1e9), lambda then: self.dial(line, then))

    def _back(self, entry: Entry) -> None:
        """To the head of its queue."""
        entry[3].queue.appendleft(entry)
        self._queued += 1
        self._queued_bytes += len(entry[2])

    def _unlist(self, line: Line) -> None:
        if line.listed:
            line.listed = False
            line.outlet.free.remove(line)
            self._hungry -= 1

    def watch_for_room(self, line: Line) -> None:
        self.timer.watch(line.descriptor, READABLE | WRITABLE)

    def _soonest(self) -> int:
        return self._appointments[0][0] if self._appointments else NEVER

    def _keep_appointments(self, now: int) -> None:
        appointments = self._appointments
        while appointments and appointments[0][0] <= now:
            heappop(appointments)[2](now)
