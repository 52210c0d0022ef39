"""One ledger, read while it is written: which rows have been planned, sent or decided since the last look.

Rows are decided in any order and some of them twice (no answer, then a late one). A row is watched until its fate
cannot change any more; each look costs in proportion to the rows in flight and the new ones, never to the whole run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from console.harness.load.draws import Array
from console.harness.load.ledger import Control, Ledger, Outcome, WorkerState

MOST_AT_ONCE = 1 << 20
"""New rows taken in one look: bounds its memory."""

_PLANNED, _SENT = 1, 2
_COLUMNS = ("intended", "sent", "answered", "size", "outcome", "code", "fault", "flags")
_CODED = np.zeros(256, dtype=bool)
_CODED[[Outcome.ACCEPTED, Outcome.FAILED, Outcome.REJECTED, Outcome.LATE]] = True
"""Outcomes that have a code; a row that has none yet is just being written."""
_CLOSED = np.zeros(256, dtype=bool)
_CLOSED[[Outcome.ACCEPTED, Outcome.FAILED, Outcome.REJECTED, Outcome.LATE, Outcome.NOT_SENT, Outcome.NO_CONNECTION]] = (
    True
)
"""Outcomes that stay what they are."""


@dataclass(frozen=True, slots=True)
class News:
    """Columns of the rows that came to a new stage, in any order. `changed` are decided rows that had been decided
    otherwise before, with the cells (`outcome`, `code`) they had then in `before`."""

    planned: dict[str, Array]
    sent: dict[str, Array]
    decided: dict[str, Array]
    changed: dict[str, Array]
    before: dict[str, Array]


class Follower:
    """Opens the ledger once it is there. Close it. Not for several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ledger: Ledger | None = None
        self._columns: dict[str, Array] = {}
        self._closed = False
        self._known = 0
        self._rows: Array = np.empty(0, dtype=np.int64)
        self._stage: Array = np.empty(0, dtype=np.uint8)
        self._outcome: Array = np.empty(0, dtype=np.uint8)
        self._code: Array = np.empty(0, dtype=np.uint8)

    @property
    def there(self) -> bool:
        """The worker has made its ledger."""
        return self._open() is not None

    @property
    def state(self) -> WorkerState:
        ledger = self._open()
        return WorkerState(ledger.words[Control.STATE]) if ledger is not None else WorkerState.STARTING

    @property
    def behind(self) -> bool:
        """There are more rows than were taken so far."""
        ledger = self._open()
        return ledger is not None and ledger.rows > self._known

    @property
    def open_rows(self) -> int:
        return len(self._rows)

    def word(self, which: Control) -> int:
        """A control word; 0 while there is no ledger."""
        ledger = self._open()
        return int(ledger.words[which]) if ledger is not None else 0

    def look(self, *, last: bool = False) -> News | None:
        """What is new. `last`: the worker has ended, so whatever stands there is the last word."""
        ledger = self._open()
        if ledger is None:
            return None
        self._take_new(ledger)
        rows = self._rows
        now: dict[str, Array] = {name: self._columns[name][rows] for name in _COLUMNS}
        sent, outcome, code = now["sent"] > 0, now["outcome"], now["code"]
        decided = outcome != Outcome.PENDING
        if not last:
            decided &= (code != 0) | ~_CODED[outcome]
        planned_now = ((now["intended"] > 0) | sent | decided) & ((self._stage & _PLANNED) == 0)
        sent_now = sent & ((self._stage & _SENT) == 0)
        first = decided & (self._outcome == Outcome.PENDING)
        changed = decided & ~first & ((outcome != self._outcome) | (code != self._code))
        before = {"outcome": self._outcome[changed], "code": self._code[changed]}
        news = News(
            planned=_only(now, planned_now),
            sent=_only(now, sent_now),
            decided=_only(now, first),
            changed=_only(now, changed),
            before=before,
        )
        self._stage |= planned_now * np.uint8(_PLANNED) | sent_now * np.uint8(_SENT)
        told = first | changed
        self._outcome[told] = outcome[told]
        self._code[told] = code[told]
        keep = ~(decided & _CLOSED[outcome])
        if not keep.all():
            self._rows, self._stage = rows[keep], self._stage[keep]
            self._outcome, self._code = self._outcome[keep], self._code[keep]
        return news

    def _take_new(self, ledger: Ledger) -> None:
        last = min(ledger.rows, self._known + MOST_AT_ONCE)
        if last <= self._known:
            return
        new = np.arange(self._known, last, dtype=np.int64)
        blank = np.zeros(len(new), dtype=np.uint8)
        self._rows = np.concatenate((self._rows, new))
        self._stage = np.concatenate((self._stage, blank))
        self._outcome = np.concatenate((self._outcome, blank))
        self._code = np.concatenate((self._code, blank))
        self._known = last

    def _open(self) -> Ledger | None:
        if self._ledger is None and not self._closed:
            try:
                ledger = Ledger(self._path, writable=False)
            except (OSError, ValueError, KeyError):
                return None  # not there yet, or being made
            self._ledger = ledger
            self._columns = {name: np.asarray(ledger.column(name)) for name in _COLUMNS}
        return self._ledger

    def close(self) -> None:
        """May be called again. Nothing can be read afterwards that was not read before."""
        self._closed = True
        self._columns = {}
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    def description(self) -> dict[str, Any]:
        """What the worker wrote about its ledger; empty while there is none."""
        ledger = self._open()
        return ledger.description if ledger is not None else {}


def _only(columns: dict[str, Array], chosen: Array) -> dict[str, Array]:
    return {name: column[chosen] for name, column in columns.items()}
