"""What the palette finds: cases as hits, on the io thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from console.core.clock import Clock
from console.desktop.formats import Formats
from console.desktop.presenters.case_words import case_line
from console.desktop.session import Hit
from console.investigation.case import Case, Opens
from console.investigation.desk import Desk

MOST = 8


class PaletteFinder:
    """A `session.Finder`: the palette's search in the desk's own slot, so a new keystroke cancels the old question."""

    def __init__(self, desk: Desk, formats: Formats, clock: Clock) -> None:
        self._desk = desk
        self._formats = formats
        self._clock = clock

    async def __call__(self, text: str) -> Sequence[Hit]:
        answer = await self._desk.search(text, slot="palette", limit=MOST)
        now = self._clock()
        return [case_hit(case, self._formats, now) for case in answer.cases]


def case_hit(case: Case, formats: Formats, now: datetime) -> Hit:
    """One case as a row of the palette."""
    line = case_line(case, formats, now)
    trace = case.opens is Opens.TRACE
    kind = QCoreApplication.translate("Cases", "trace") if trace else QCoreApplication.translate("Cases", "encounter")
    return Hit(
        title=line.person or line.what,
        kind=f"{line.status_text} · {kind}" if line.status_text and line.status and line.status.pill else kind,
        place=line.place,
        icon=line.icon,
        subtitle=line.what if line.person else line.where,
        person=bool(line.person),
    )
