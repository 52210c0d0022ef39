"""One vocabulary of status: the word, the icon, the colour, how it is drawn; for table, timeline and details.

Every status is word + icon + shape + colour, never colour alone. Severity orders them: in an aggregate the worst wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from console.core.events import State
from console.evidence.order_lifecycle import LoopState


class Severity(IntEnum):
    """How much a status asks of a person. The higher wins in an aggregate."""

    QUIET = 0
    UNDER_WAY = 1
    WARNING = 2
    CRITICAL = 3


@dataclass(frozen=True, slots=True)
class StatusWord:
    """`word` is the English source text (translated where shown); `icon` a Lucide name; `tone` a token family

    (ok, warn, fail, review, info, quiet); `pill` says whether the status is boxed (abnormal) or plain text (normal).
    """

    word: str
    icon: str
    tone: str
    severity: Severity
    pill: bool = True
    dashed: bool = False


_STATES = {
    State.ACCEPTED: StatusWord("Queued", "clock", "quiet", Severity.UNDER_WAY),
    State.QUEUED: StatusWord("Queued", "clock", "quiet", Severity.UNDER_WAY),
    State.WAITING: StatusWord("Waiting", "hourglass", "warn", Severity.WARNING),
    State.RETRYING: StatusWord("Retrying", "refresh-cw", "warn", Severity.WARNING),
    State.HANDED_OVER: StatusWord("Handed over", "clock", "quiet", Severity.UNDER_WAY),
    State.VERIFIED: StatusWord("Delivered", "check", "quiet", Severity.QUIET, pill=False),
    State.RECORDED: StatusWord("Recorded", "check", "quiet", Severity.QUIET, pill=False),
    State.SUPERSEDED: StatusWord("Superseded", "history", "quiet", Severity.QUIET),
    State.DUPLICATE: StatusWord("Duplicate", "copy-check", "quiet", Severity.QUIET),
    State.REFUSED: StatusWord("Refused", "octagon-x", "fail", Severity.CRITICAL),
    State.DEAD_LETTERED: StatusWord("Dead-lettered", "octagon-x", "fail", Severity.CRITICAL),
}

_LOOPS = {
    LoopState.WAITING: StatusWord("Waiting", "clock", "quiet", Severity.UNDER_WAY),
    LoopState.PRELIMINARY: StatusWord("Preliminary", "clock", "quiet", Severity.UNDER_WAY),
    LoopState.RESULTED: StatusWord("Resulted", "check", "quiet", Severity.QUIET, pill=False),
    LoopState.UNORDERED: StatusWord("No order seen", "circle-dashed", "quiet", Severity.QUIET),
    LoopState.CANCELLED: StatusWord("Cancelled", "circle-x", "quiet", Severity.QUIET),
    LoopState.STOPPED: StatusWord("Stopped", "octagon-x", "fail", Severity.CRITICAL),
    LoopState.LATE: StatusWord("Late", "hourglass", "warn", Severity.WARNING, dashed=True),
    LoopState.MISSING: StatusWord("Missing", "circle-dashed", "fail", Severity.CRITICAL, dashed=True),
}

UNKNOWN = StatusWord("Unknown", "circle-question-mark", "quiet", Severity.QUIET)


def status_of(state: str) -> StatusWord:
    """The status of a message's state as the API gives it; a word we do not know is shown as unknown, never guessed."""
    try:
        return _STATES[State(state)]
    except ValueError:
        return UNKNOWN


def loop_status(state: str) -> StatusWord:
    """The status of an order loop's state as the API gives it."""
    try:
        return _LOOPS[LoopState(state)]
    except ValueError:
        return UNKNOWN


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Marks a text for the translators; it is translated where it is shown."""
    return text


WORDS = (
    QT_TRANSLATE_NOOP("Status", "Queued"),
    QT_TRANSLATE_NOOP("Status", "Waiting"),
    QT_TRANSLATE_NOOP("Status", "Retrying"),
    QT_TRANSLATE_NOOP("Status", "Handed over"),
    QT_TRANSLATE_NOOP("Status", "Delivered"),
    QT_TRANSLATE_NOOP("Status", "Recorded"),
    QT_TRANSLATE_NOOP("Status", "Superseded"),
    QT_TRANSLATE_NOOP("Status", "Duplicate"),
    QT_TRANSLATE_NOOP("Status", "Refused"),
    QT_TRANSLATE_NOOP("Status", "Dead-lettered"),
    QT_TRANSLATE_NOOP("Status", "Preliminary"),
    QT_TRANSLATE_NOOP("Status", "Resulted"),
    QT_TRANSLATE_NOOP("Status", "No order seen"),
    QT_TRANSLATE_NOOP("Status", "Cancelled"),
    QT_TRANSLATE_NOOP("Status", "Stopped"),
    QT_TRANSLATE_NOOP("Status", "Late"),
    QT_TRANSLATE_NOOP("Status", "Missing"),
    QT_TRANSLATE_NOOP("Status", "Unknown"),
)
"""Every word above, where the translation tools find it."""
