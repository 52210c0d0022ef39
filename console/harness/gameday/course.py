"""The course of one incident in seconds of the game, and how it measures against the agreed minutes. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class IncidentKind(StrEnum):
    """What can be played. The values are also the causes a person picks from."""

    LAB_OUTAGE = "lab-outage"
    DUPLICATE_BURST = "duplicate-burst"
    FHIR_DOWN = "fhir-down"
    MAP_BROKEN = "map-broken"
    DISK_FULL = "disk-full"


DECOYS = ("engine-stopped", "wrong-patient", "nothing-wrong")
"""Causes that are never the right one."""

CAUSES = (*(kind.value for kind in IncidentKind), *DECOYS)


class Action(StrEnum):
    """Whom a person can call. Each mends one kind of incident and does nothing otherwise."""

    CALL_LAB = "call-lab"
    STOP_BURST = "stop-burst"
    CALL_FHIR = "call-fhir"
    FIX_MAP = "fix-map"
    FREE_DISK = "free-disk"


MENDS = {
    Action.CALL_LAB: IncidentKind.LAB_OUTAGE,
    Action.STOP_BURST: IncidentKind.DUPLICATE_BURST,
    Action.CALL_FHIR: IncidentKind.FHIR_DOWN,
    Action.FIX_MAP: IncidentKind.MAP_BROKEN,
    Action.FREE_DISK: IncidentKind.DISK_FULL,
}


@dataclass(frozen=True, slots=True)
class Agreed:
    """Seconds from the incident's beginning within which each step must have happened."""

    detect: float = 300.0
    diagnose: float = 600.0
    restore: float = 1200.0


@dataclass(slots=True)
class Course:
    """Seconds of the game; None: not yet. `affected` messages were held up or stopped; `missing` are so still,
    `to_replay` of a mended map wait for somebody to send them again.
    `mended_at`: the cause is gone. `restored_at`: after that, everything affected was filed and readable again."""

    kind: IncidentKind
    agreed: Agreed
    begun_at: float | None = None
    first_sign_at: float | None = None
    first_sign: str = ""
    seen_at: float | None = None
    seen_words: str = ""
    diagnosed_at: float | None = None
    wrong_causes: list[str] = field(default_factory=list)
    mended_at: float | None = None
    mended_by: str = ""
    restored_at: float | None = None
    affected: int = 0
    missing: int = 0
    doubled: int = 0
    to_replay: int = 0
    note: str = ""

    @property
    def open(self) -> bool:
        """It began, and is not yet both understood and healed."""
        return self.begun_at is not None and (self.restored_at is None or self.diagnosed_at is None)


@dataclass(frozen=True, slots=True)
class Step:
    """One measured step. `took` seconds from the beginning, None: never happened."""

    name: str
    took: float | None
    agreed: float

    @property
    def kept(self) -> bool:
        return self.took is not None and self.took <= self.agreed


def steps(course: Course) -> tuple[Step, ...]:
    """Detection, diagnosis and restored visibility, each against what was agreed."""
    begun = course.begun_at

    def since(moment: float | None) -> float | None:
        return None if moment is None or begun is None else max(0.0, moment - begun)

    return (
        Step("detected", since(course.seen_at), course.agreed.detect),
        Step("diagnosed", since(course.diagnosed_at), course.agreed.diagnose),
        Step("restored", since(course.restored_at), course.agreed.restore),
    )


def kept(course: Course) -> bool:
    """The agreed minutes were kept in every step and nothing was doubled or is missing."""
    return all(step.kept for step in steps(course)) and not course.doubled and not course.missing


class Board:
    """The incidents of a game and what the person on call said of them. Times in seconds of the game.

    A person does not know the incidents' numbers: what they say goes to the oldest incident it can mean.
    """

    def __init__(self, courses: list[Course]) -> None:
        self.courses = courses
        self.false_alarms: list[tuple[float, str]] = []
        self.useless_actions: list[tuple[float, str]] = []

    def seen(self, now: float, words: str = "") -> Course | None:
        """The person sees that something is wrong; None: nothing was, a false alarm."""
        for course in self.courses:
            if course.open and course.seen_at is None:
                course.seen_at, course.seen_words = now, words
                return course
        self.false_alarms.append((now, words))
        return None

    def cause(self, now: float, named: str) -> Course | None:
        """The person names a cause. The right one of an open incident diagnoses it (and means that it was seen); a
        wrong one is kept with the oldest incident without a diagnosis."""
        undiagnosed = [c for c in self.courses if c.open and c.diagnosed_at is None]
        for course in undiagnosed:
            if course.kind.value == named:
                course.diagnosed_at = now
                if course.seen_at is None:
                    course.seen_at = now
                return course
        if undiagnosed:
            undiagnosed[0].wrong_causes.append(named)
        return None

    def acted(self, now: float, action: Action) -> Course | None:
        """The open incident that this action mends; None: it changed nothing."""
        for course in self.courses:
            if course.open and course.mended_at is None and MENDS[action] is course.kind:
                return course
        self.useless_actions.append((now, action.value))
        return None
