"""The worker's book-keeping: cells of the ledger for each row, counters for the control words, problems for people."""

from __future__ import annotations

from time import perf_counter_ns

import numpy as np

from console.harness.load.ledger import AnswerCode, Control, Flag, Ledger, Outcome
from console.harness.load.lines import Entry
from console.harness.load.live import Problem
from console.harness.load.problems import LONGEST_ANSWER, Problems
from console.harness.load.shots import FAULTS

_PLAINLY_GOOD = (Outcome.ACCEPTED, Outcome.NOT_SENT)
_BROKEN, _DUPLICATE, _RESENT = int(Flag.BROKEN), int(Flag.DUPLICATE_ANSWER), int(Flag.RESENT)


class Books:
    """`start` is perf_counter_ns at second 0. Counters are plain numbers; `publish` puts them where others see them."""

    def __init__(self, ledger: Ledger, problems: Problems, *, worker: int, kinds: tuple[str, ...]) -> None:
        self.ledger = ledger
        self.problems = problems
        self.worker = worker
        self.kinds = kinds
        self.start = perf_counter_ns()
        self.intended = ledger.column("intended")
        self.sent = ledger.column("sent")
        self.answered = ledger.column("answered")
        self.connection = ledger.column("connection")
        self.outcome = ledger.column("outcome")
        self.code = ledger.column("code")
        self.kind = ledger.column("kind")
        self.fault = ledger.column("fault")
        self.attempts = ledger.column("attempts")
        self.flags = ledger.column("flags")
        self.rows_sent = 0
        self.rows_answered = 0
        self.unsolicited = 0
        self.duplicates = 0
        self.reconnects = 0
        self.bytes_out = 0
        self.bytes_in = 0
        self.last_send = 0
        self._extra: dict[int, int] = {}
        """Answers to rows that went out more than once."""

    def now(self) -> int:
        return perf_counter_ns() - self.start

    def add(self, *, rows_in: int, rows_out: int, bytes_in: int, bytes_out: int, latest: int) -> None:
        """What the quick way has counted since the last time."""
        self.rows_answered += rows_in
        self.rows_sent += rows_out
        self.bytes_in += bytes_in
        self.bytes_out += bytes_out
        if rows_out:
            self.last_send = latest

    def gone(self, row: int, now: int) -> None:
        """The last byte of the row has left. The first time counts."""
        if not self.sent[row]:
            self.sent[row] = now
            self.rows_sent += 1
        self.last_send = now

    def final(
        self, entry: Entry, outcome: Outcome, code: AnswerCode, now: int, *, answer: bytes = b"", text: str = ""
    ) -> None:
        """The row's fate, with the answer that decided it (none: nothing was answered)."""
        row = entry[0]
        if answer:
            if not self.answered[row]:
                self.rows_answered += 1
            self.answered[row] = max(now, 1)
        self.outcome[row] = outcome
        self.code[row] = code
        if outcome not in _PLAINLY_GOOD or self.flags[row] & _BROKEN or text:
            self.problem(row, entry[1], now, outcome.name, text, code=code, answer=answer)

    def problem(
        self,
        row: int,
        control_id: bytes,
        now: int,
        outcome: str,
        text: str,
        *,
        code: AnswerCode = AnswerCode.NONE,
        answer: bytes = b"",
    ) -> None:
        """A line in the problems file. `row` -1: about no row of ours."""
        if self.problems.full:
            self.problems.uncounted()
            return
        kind = self.kind[row] if row >= 0 else len(self.kinds)
        fault = self.fault[row] if row >= 0 else 0
        self.problems.tell(
            Problem(
                worker=self.worker,
                row=row,
                at_s=round(now / 1e9, 6),
                control_id=control_id.decode("utf-8", "replace"),
                kind=self.kinds[kind] if kind < len(self.kinds) else "",
                outcome=outcome.lower().replace("_", "-"),
                code="" if code in (AnswerCode.NONE, AnswerCode.OTHER) else code.name,
                text=text,
                fault=FAULTS[fault - 1].value if fault else "",
                answer=answer[:LONGEST_ANSWER].decode("latin-1"),
            )
        )

    def duplicate(self, row: int, control_id: bytes, now: int, code: AnswerCode, answer: bytes) -> None:
        """An answer to a row that has its final one. More answers than attempts are one too many."""
        if row >= 0 and self.attempts[row] > 1:
            extra = self._extra.get(row, 1) + 1
            self._extra[row] = extra
            if extra <= self.attempts[row]:
                return
        self.duplicates += 1
        if row >= 0:
            self.flags[row] |= _DUPLICATE
        self.problem(row, control_id, now, "duplicate-answer", "answered more than once", code=code, answer=answer)

    def again(self, row: int) -> None:
        """The same bytes go out once more."""
        self.attempts[row] = min(self.attempts[row] + 1, 255)
        self.flags[row] |= _RESENT

    def publish(self, *, rows: int, planned: int, waiting: int, queued: int, connected: int, paused: int) -> None:
        words = self.ledger.words
        words[Control.HEARTBEAT] = perf_counter_ns()
        words[Control.ROWS] = rows
        words[Control.PLANNED] = planned
        words[Control.SENT] = self.rows_sent
        words[Control.ANSWERED] = self.rows_answered
        words[Control.WAITING] = waiting
        words[Control.QUEUED] = queued
        words[Control.CONNECTED] = connected
        words[Control.RECONNECTS] = self.reconnects
        words[Control.UNSOLICITED] = self.unsolicited
        words[Control.DUPLICATE_ANSWERS] = self.duplicates
        words[Control.BYTES_OUT] = self.bytes_out
        words[Control.BYTES_IN] = self.bytes_in
        words[Control.LAST_SEND] = self.last_send
        words[Control.PAUSED_NS] = paused
        words[Control.PROBLEMS] = self.problems.count

    def close(self, rows: int, *, unreached: bool) -> None:
        """Every row that is still open gets its last word: never sent, or never answered."""
        outcome = self.ledger.array("outcome", 0, rows)
        sent = self.ledger.array("sent", 0, rows)
        for row in np.flatnonzero(outcome == 0).tolist():
            if sent[row]:
                self.outcome[row] = Outcome.NO_ANSWER
            else:
                self.outcome[row] = Outcome.NO_CONNECTION if unreached else Outcome.NOT_SENT
                self.attempts[row] = 0
