"""Answers as they arrive, cut and glued anyhow: each finds the row it is about, or is said to be about none.

An answer belongs to the message whose control id its MSA-2 names, never simply to the next in line: to one that
waits on this line, to one that was given up, to one that was answered already. Only an answer that names nothing we
sent is taken for the oldest waiting message's, which it then answers wrongly (WRONG_ID); should the right one follow,
that one counts.
(HL7 chapter 2, 2.9; the field's cases: field notes, 1.3 and 3.5.)
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

from console.harness.load.books import Books
from console.harness.load.ledger import AnswerCode, Flag, Outcome
from console.harness.load.lines import Entry, Line
from console.harness.load.supply import Supply
from console.harness.scenario.model import AcknowledgmentMode, Connections
from console.hl7v2.acknowledgment import parse_ack
from console.hl7v2.framing import Frame, FrameDecoder, FramingFault

_VT = 0x0B
_END = b"\x1c\r"
_POSITIVE = b"\rMSA|AA|"
_POSITIVE_IDS = re.compile(rb"\rMSA\|AA\|([^|\r\x1c]*)")
_AFTER_ID = b"|\r\x1c"
_LONGEST_CARRY = 1 << 20
_QUIET_NS = 30_000_000
"""Silence after which an answer whose CR never came is complete."""
_MOST_ABANDONED = 10_000
_SEGMENT = re.compile(rb"[\r\n]+")

_CODES = {code.name.encode(): code for code in AnswerCode if code not in (AnswerCode.NONE, AnswerCode.OTHER)}
_OUTCOMES = {
    AnswerCode.AA: Outcome.ACCEPTED,
    AnswerCode.CA: Outcome.ACCEPTED,
    AnswerCode.AE: Outcome.FAILED,
    AnswerCode.CE: Outcome.FAILED,
    AnswerCode.AR: Outcome.REJECTED,
    AnswerCode.CR: Outcome.REJECTED,
}
_OUT_OF_ORDER = int(Flag.OUT_OF_ORDER)

Again = Callable[[Line, Entry, int, str], bool]
"""`again(line, entry, now, why)`: the message goes out once more; False when it may not."""


@dataclass(frozen=True, slots=True)
class Said:
    """MSA-1 and MSA-2 of an answer, whatever its delimiters; `found` False when there is no MSA."""

    code: AnswerCode = AnswerCode.NONE
    control_id: bytes = b""
    found: bool = False


def said(payload: bytes) -> Said:
    """Reads an answer without a full parse."""
    for segment in _SEGMENT.split(payload):
        if segment[:3] == b"MSA" and len(segment) > 3:
            fields = segment.split(segment[3:4])
            code = _CODES.get(fields[1].strip().upper(), AnswerCode.OTHER)
            return Said(code, fields[2].strip() if len(fields) > 2 else b"", True)
    return Said()


@dataclass(slots=True)
class _Pending:
    """A message that was committed (CA) and whose application acknowledgment is to come."""

    entry: Entry
    line: Line
    until: int
    obligatory: bool


@dataclass(slots=True)
class Answers:
    """`again` is asked before a row becomes final without a positive answer. One for all lines of a worker."""

    books: Books
    supply: Supply
    connections: Connections
    mode: AcknowledgmentMode
    again: Again
    committed: dict[bytes, _Pending] = field(default_factory=dict)
    _mistaken: dict[bytes, Entry] = field(default_factory=dict)
    """Rows that got a wrong answer: the right one may follow."""
    simple: bool = True
    """AA ends the matter: not so when the commit comes first."""

    def __post_init__(self) -> None:
        self.simple = not self.mode.enhanced

    def take(self, line: Line, data: bytes, now: int) -> None:
        """What was read from a line. Works for any chunking."""
        self.books.bytes_in += len(data)
        if line.decoder is not None:
            self._pieces(line, line.decoder.feed(data), now)
            if not line.decoder.pending:
                line.decoder = None
            line.quiet_since = now
            return
        if line.carry:
            data = line.carry + data
            line.carry = b""
        at, size = 0, len(data)
        if len(line.waiting) > 1 and self.simple and line.special is None:
            at = self.many(line, data, now)
        waiting, books, simple = line.waiting, self.books, self.simple
        answered, outcomes, codes = books.answered, books.outcome, books.code
        good = 0
        while at < size:
            end = data.find(_END, at)
            if end < 0 or data[at] != _VT or data.find(b"\x0b", at + 1, end) >= 0:
                break
            place = data.find(_POSITIVE, at, end)
            if place > 0 and waiting and simple and line.special is None:
                entry = waiting[0]
                control_id = entry[1]
                place += 8
                row = entry[0]
                if (
                    control_id
                    and data.startswith(control_id, place)
                    and data[place + len(control_id)] in _AFTER_ID
                    and not outcomes[row]
                ):
                    waiting.popleft()
                    answered[row] = now
                    outcomes[row] = 1
                    codes[row] = 1
                    good += 1
                    at = end + 2
                    continue
            self.judge(line, data[at + 1 : end], now)
            at = end + 2
        if good:
            books.rows_answered += good
            line.useful = True
        if at < size:
            self._rest(line, data[at:], now)

    def many(self, line: Line, data: bytes, now: int) -> int:
        """Whole plain positive answers in the order of the messages, all at once: how many bytes they take; 0 when the
        bytes are anything else, or end with half an answer that is not just a beginning."""
        end = data.rfind(_END) + 2
        ids = _POSITIVE_IDS.findall(data, 0, end)
        count = len(ids)
        waiting, books = line.waiting, self.books
        if (
            not count
            or data[0] != _VT
            or data.count(b"\x0b", 0, end) != count
            or data.count(b"\x1c", 0, end) != count
            or count > len(waiting)
            or ids != [entry[1] for entry in islice(waiting, count)]
            or b"" in ids
        ):
            return 0
        first = waiting[0][0]
        if waiting[count - 1][0] - first == count - 1:
            last = first + count
            books.answered[first:last] = array("q", (now,)) * count
            books.outcome[first:last] = books.code[first:last] = array("B", b"\1") * count
            for _ in range(count):
                waiting.popleft()
        else:
            for _ in range(count):
                row = waiting.popleft()[0]
                books.answered[row] = now
                books.outcome[row] = books.code[row] = 1
        books.rows_answered += count
        line.useful = True
        return end

    def _rest(self, line: Line, rest: bytes, now: int) -> None:
        """The beginning of an answer waits for the rest of it; anything else is for the decoder."""
        if rest[0] == _VT and len(rest) < _LONGEST_CARRY and b"\x1c" not in rest and rest.find(b"\x0b", 1) < 0:
            line.carry = rest
            return
        decoder = FrameDecoder()
        self._pieces(line, decoder.feed(rest), now)
        if decoder.pending:
            line.decoder = decoder
            line.quiet_since = now

    def quiet(self, line: Line, now: int) -> None:
        """Nothing came for a while: what silence completes."""
        if line.decoder is not None and now - line.quiet_since > _QUIET_NS:
            self._pieces(line, line.decoder.idle(), now)
            if not line.decoder.pending:
                line.decoder = None

    def _pieces(self, line: Line, pieces: list[Frame | FramingFault], now: int) -> None:
        for piece in pieces:
            if isinstance(piece, Frame):
                self.judge(line, piece.payload, now, ", ".join(piece.notes))
            else:
                self._malformed(line, piece.payload, now, f"{piece.code}: {piece.text}")

    def judge(self, line: Line, payload: bytes, now: int, note: str = "") -> None:
        """One answer: whose is it, and what does it say?"""
        answer = said(payload)
        if not answer.found or answer.code is AnswerCode.OTHER:
            words = "its MSA-1 is no acknowledgment code" if answer.found else "it has no MSA segment"
            self._malformed(line, payload, now, words)
            return
        control_id = answer.control_id
        waiting = line.waiting
        for place, entry in enumerate(waiting):
            if entry[1] == control_id and control_id:
                del waiting[place]
                if place:
                    self.books.flags[entry[0]] |= _OUT_OF_ORDER
                self._answered(line, entry, answer.code, payload, now, note)
                return
        if control_id and self._old(line, answer, payload, now):
            return
        row = self.supply.row_of(control_id)
        if row is not None and not self.books.sent[row]:
            row = -1  # a copy that is to go out later: this is about one of the same control id before it
        if row is not None and (not waiting or row < 0 or self.books.outcome[row]):
            if waiting and row >= 0:
                line.misled = (waiting[0][0], control_id, answer.code, payload)
            self.books.duplicate(row, control_id, now, answer.code, payload)
            return
        if waiting and (not waiting[0][1] or (not control_id and self.books.flags[waiting[0][0]] & Flag.BROKEN)):
            # nobody can echo a control id that is not there, or that stands in a header out of joint
            self._answered(line, waiting.popleft(), answer.code, payload, now, note)
            return
        if row is None:
            self.books.unsolicited += 1
        if not waiting:
            self.books.problem(
                -1, control_id, now, "unsolicited", "answers nothing we sent", code=answer.code, answer=payload
            )
            return
        entry = waiting.popleft()
        self._mistake(entry)
        named = control_id.decode("utf-8", "replace")
        text = f"MSA-2 names {named}, which is another message of ours" if row is not None else f"MSA-2 names {named}"
        self._finish(line, entry, Outcome.WRONG_ID, answer.code, now, payload, text if control_id else "MSA-2 is empty")

    def _mistake(self, entry: Entry) -> None:
        if len(self._mistaken) < _MOST_ABANDONED:
            self._mistaken[entry[1]] = entry

    def _old(self, line: Line, answer: Said, payload: bytes, now: int) -> bool:
        """An answer to something that does not wait on this line any more."""
        control_id = answer.control_id
        row = line.abandoned.pop(control_id, None)
        if row is not None:
            outcome = _OUTCOMES[answer.code]
            outcome = Outcome.LATE if outcome is Outcome.ACCEPTED else outcome
            self.books.final((row, control_id, b"", line.outlet), outcome, answer.code, now, answer=payload)
            return True
        pending = self.committed.get(control_id)
        if pending is not None and answer.code in (AnswerCode.AA, AnswerCode.AE, AnswerCode.AR):
            del self.committed[control_id]
            self._finish(pending.line, pending.entry, _OUTCOMES[answer.code], answer.code, now, payload)
            return True
        entry = self._mistaken.pop(control_id, None)
        if entry is not None:
            text = "a wrong answer had come before"
            self.books.final(entry, _OUTCOMES[answer.code], answer.code, now, answer=payload, text=text)
            return True
        return False

    def _answered(self, line: Line, entry: Entry, code: AnswerCode, payload: bytes, now: int, note: str) -> None:
        """The answer names a message that waited for it."""
        line.useful = True
        mode = self.mode
        if code is AnswerCode.CA and mode.enhanced and mode.application.upper() in ("AL", "SU", "ER"):
            until = now + int(self.connections.answer_timeout * 1e9)
            obligatory = mode.application.upper() != "ER"
            self.committed[entry[1]] = _Pending(entry, line, until, obligatory)
            if not obligatory:
                self.books.final(entry, Outcome.ACCEPTED, code, now, answer=payload, text=note)
            line.special = None
            return
        self._finish(line, entry, _OUTCOMES[code], code, now, payload, note)

    def _malformed(self, line: Line, payload: bytes, now: int, words: str) -> None:
        line.useful = True
        named = said(payload)
        for place, entry in enumerate(line.waiting):
            if entry[1] == named.control_id or (place == 0 and not named.control_id):
                del line.waiting[place]
                code = AnswerCode.OTHER if named.found else AnswerCode.NONE
                self._mistake(entry)
                self._finish(line, entry, Outcome.MALFORMED_ANSWER, code, now, payload or b"\0", words)
                return
        self.books.unsolicited += 1
        self.books.problem(-1, named.control_id, now, "unsolicited", words, answer=payload)

    def _finish(
        self,
        line: Line,
        entry: Entry,
        outcome: Outcome,
        code: AnswerCode,
        now: int,
        payload: bytes,
        text: str = "",
    ) -> None:
        """The last word on a row, unless it goes out again."""
        row = entry[0]
        if line.special is not None and self.supply.specials.get(row) is line.special:
            line.special = None
        if outcome is Outcome.FAILED and self.again(line, entry, now, code.name):
            self.books.problem(row, entry[1], now, "resent", f"{code.name}: sent again", code=code, answer=payload)
            return
        if not text and outcome not in (Outcome.ACCEPTED, Outcome.LATE) and not self.books.problems.full:
            acknowledgment = parse_ack(payload)
            text = acknowledgment.text or "; ".join(error.text for error in acknowledgment.errors)
        self.supply.specials.pop(row, None)
        self.books.final(entry, outcome, code, now, answer=payload, text=text)

    def give_up(self, line: Line, entry: Entry, now: int) -> None:
        """The time-out of a message passed; it has left `waiting` already."""
        if self.again(line, entry, now, "no answer"):
            return
        misled, line.misled = line.misled, None
        if misled is not None and misled[0] == entry[0]:
            self._misled(entry, misled, now)
            return
        if len(line.abandoned) < _MOST_ABANDONED and entry[1]:
            line.abandoned[entry[1]] = entry[0]
        self.supply.specials.pop(entry[0], None)
        self.books.final(entry, Outcome.NO_ANSWER, AnswerCode.NONE, now)

    def _misled(self, entry: Entry, misled: tuple[int, bytes, AnswerCode, bytes], now: int) -> None:
        """No answer of its own, but one that named an older message came in its stead: that one's was given to it."""
        _, control_id, code, payload = misled
        named = control_id.decode("utf-8", "replace")
        self._mistake(entry)
        self.supply.specials.pop(entry[0], None)
        text = f"MSA-2 names {named}, which is another message of ours"
        self.books.final(entry, Outcome.WRONG_ID, code, now, answer=payload, text=text)

    def lost(self, line: Line, entry: Entry, now: int, why: str) -> None:
        """The line ended before the answer; the message has left `waiting` already."""
        if self.again(line, entry, now, why):
            return
        self.supply.specials.pop(entry[0], None)
        self.books.final(entry, Outcome.CONNECTION_LOST, AnswerCode.NONE, now, text=why)

    def overdue(self, now: int, *, all_of_them: bool = False) -> None:
        """Commits whose application acknowledgment did not come in time, or will not come any more."""
        for control_id, pending in list(self.committed.items()):
            if pending.until > now and not all_of_them:
                break
            del self.committed[control_id]
            if not pending.obligatory:
                continue
            if len(pending.line.abandoned) < _MOST_ABANDONED:
                pending.line.abandoned[control_id] = pending.entry[0]
            self.supply.specials.pop(pending.entry[0], None)
            text = "committed (CA), and no application acknowledgment came"
            self.books.final(pending.entry, Outcome.COMMIT_ONLY, AnswerCode.CA, now, text=text)

    @property
    def expects(self) -> bool:
        """Application acknowledgments have to come still."""
        return any(pending.obligatory for pending in self.committed.values())
