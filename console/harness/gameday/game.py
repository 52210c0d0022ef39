"""A game day being played: incidents begin at their time, the person's words come in, and the clock is watched.

One event loop. `play` ends when every incident is restored, when the time is up, or when it is stopped.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from console.core.clock import Clock
from console.core.errors import EnvironmentFault, SignalboxError
from console.harness.gameday.course import CAUSES, Action, Board, Course, IncidentKind
from console.harness.gameday.hospital import Hospital
from console.harness.gameday.incidents import Incident
from console.harness.gameday.script import GameDay

LOOK_EVERY_S = 1.0
SEEN, CAUSE, DO, STOP = "seen", "cause", "do", "stop"


@dataclass(slots=True)
class Played:
    """One incident with its course and what is still to be waited for."""

    incident: Incident
    course: Course
    at: float
    mends_itself_after: float
    awaited: set[str] = field(default_factory=set)
    visible: set[str] = field(default_factory=set)


class Game:
    """Plays `day` in `hospital`. `tell` gets a line for a person at a time, `pulse` the state as JSON every second."""

    def __init__(
        self,
        day: GameDay,
        hospital: Hospital,
        *,
        clock: Clock,
        tell: Callable[[str], None],
        pulse: Callable[[dict[str, Any]], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.day = day
        self.hospital = hospital
        self._clock = clock
        self._tell = tell
        self._pulse = pulse
        self._monotonic = monotonic
        self._began = 0.0
        self._stopped = asyncio.Event()
        self.diary: list[tuple[float, str]] = []
        self.played = [
            Played(
                Incident(planned.kind, hospital, clock, planned.options),
                Course(planned.kind, planned.agreed),
                planned.at,
                planned.mends_itself_after,
            )
            for planned in day.incidents
        ]
        self.board = Board([one.course for one in self.played])

    @property
    def elapsed(self) -> float:
        return self._monotonic() - self._began

    async def play(self) -> None:
        """Runs the game. Raises EnvironmentFault when the hospital fell down by itself."""
        self._began = self._monotonic()
        self._note("the game begins")
        while not self._stopped.is_set() and self.elapsed < self.day.duration and not self._over():
            if part := self.hospital.fallen():
                raise EnvironmentFault(
                    f"{part} ended by itself during the game. {self.hospital.folder / 'programs.log'} says why.",
                    code="hospital-fell",
                )
            for one in self.played:
                await self._advance(one)
            self._pulse(self.state())
            try:
                await asyncio.wait_for(self._stopped.wait(), LOOK_EVERY_S)
            except TimeoutError:
                continue
        self._note("the game is over")

    async def hear(self, line: str) -> str:
        """One line from the person on call: `seen [words]`, `cause NAME`, `do ACTION`, `stop`. Gives the answer."""
        word, _, rest = line.strip().partition(" ")
        rest = rest.strip()
        if word == SEEN:
            course = self.board.seen(self.elapsed, rest)
            self._note(f"on call: something is wrong{': ' + rest if rest else ''}")
            return "Noted." if course is not None else "Noted: nothing is wrong that has not been seen already."
        if word == CAUSE:
            if rest not in CAUSES:
                return f"A cause is one of {', '.join(CAUSES)}."
            course = self.board.cause(self.elapsed, rest)
            self._note(f"on call: the cause is {rest}{'' if course else ' (it is not)'}")
            return f"That is right: {rest}." if course is not None else "That is not it."
        if word == DO:
            return await self._act(rest)
        if word == STOP:
            self._stopped.set()
            return "The game ends."
        return f"Say {SEEN} [what], {CAUSE} NAME, {DO} ACTION, or {STOP}."

    async def _act(self, name: str) -> str:
        try:
            action = Action(name)
        except ValueError:
            return f"An action is one of {', '.join(Action)}."
        course = self.board.acted(self.elapsed, action)
        self._note(f"on call: {action}{'' if course else ' (changed nothing)'}")
        if course is None:
            return "They looked: nothing of theirs is out of order."
        try:
            await self._mend(next(one for one in self.played if one.course is course), str(action))
        except SignalboxError as error:
            self._note(f"{course.kind}: {action} failed: {error.text}")
            return f"They tried, and it failed: {error.text}"
        return "They did it."

    def state(self) -> dict[str, Any]:
        """What the screen of the person on call may show: never what has not been found yet."""
        return {
            "type": "gameday",
            "name": self.day.name,
            "title": self.day.title,
            "elapsed_s": round(self.elapsed, 1),
            "duration_s": self.day.duration,
            "engine": {
                "http": self.hospital.where.get("http", ""),
                "token_file": self.hospital.where.get("token_file", ""),
            },
            "seen": sum(course.seen_at is not None for course in self.board.courses),
            "found": [
                {
                    "cause": course.kind.value,
                    "since_s": course.begun_at,
                    "mended": course.mended_at is not None,
                    "restored": course.restored_at is not None,
                    "missing": course.missing,
                }
                for course in self.board.courses
                if course.diagnosed_at is not None
            ],
            "false_alarms": len(self.board.false_alarms),
            "causes": list(CAUSES),
            "actions": [str(action) for action in Action],
        }

    # ------------------------------------------------------------ the course of things

    def _over(self) -> bool:
        return all(course.restored_at is not None and course.diagnosed_at is not None for course in self.board.courses)

    async def _advance(self, one: Played) -> None:
        course = one.course
        try:
            if course.begun_at is None:
                if self.elapsed >= one.at:
                    await self._begin(one)
                return
            if course.restored_at is not None:
                return
            if course.first_sign_at is None and (sign := await one.incident.sign()):
                course.first_sign_at, course.first_sign = self.elapsed, sign
                self._note(f"{course.kind}: the engine shows it: {sign}")
            if course.mended_at is None and 0 < one.mends_itself_after <= self.elapsed - course.begun_at:
                await self._mend(one, "by itself")
            if course.mended_at is not None:
                await self._look(one)
        except SignalboxError as error:  # a part of the hospital is down: that is what we play
            if course.note != error.text:
                course.note = error.text
                self._note(f"{course.kind}: {error.text}")

    async def _begin(self, one: Played) -> None:
        """An incident that cannot begin yet (its line is down, nothing has passed) is tried again."""
        began = self.elapsed
        one.course.note = await one.incident.begin()
        one.course.begun_at = began
        self._note(f"{one.course.kind} begins")
        if one.incident.mended is not None:
            one.course.mended_at, one.course.mended_by = self.elapsed, "by itself"

    async def _mend(self, one: Played, by: str) -> None:
        await one.incident.mend()
        one.course.mended_at, one.course.mended_by = self.elapsed, by
        self._note(f"{one.course.kind} is mended: {by}")

    async def _look(self, one: Played) -> None:
        """After the mending: everything touched must become visible, and what is new must go through."""
        course = one.course
        one.awaited |= {passed.control_id for passed in one.incident.touched()}
        for control_id in sorted(one.awaited - one.visible):
            if await one.incident.visible(control_id):
                one.visible.add(control_id)
        course.affected = len(one.awaited)
        unseen = len(one.awaited - one.visible)
        if course.kind is IncidentKind.MAP_BROKEN:  # a new map heals what comes; what stopped must be replayed
            course.to_replay = unseen
        else:
            course.missing = unseen
        course.doubled = await one.incident.doubled()
        flowing = course.kind is IncidentKind.DUPLICATE_BURST or await one.incident.flowing()
        if not course.missing and flowing:
            course.restored_at = self.elapsed
            self._note(f"{course.kind}: encounters are visible again")

    def _note(self, words: str) -> None:
        self.diary.append((self.elapsed, words))
        if words.startswith(("on call", "the game")):
            self._tell(words)
