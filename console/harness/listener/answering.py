"""Answers that are more than the plain one: delayed, late, doubled, torn, about another message, in two steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.harness.listener.kinds import Kind, application_code, commit_code
from console.harness.listener.owed import Owed
from console.harness.listener.rules import ReadyRule
from console.harness.listener.script import Answer, Do, Form, Names, Then
from console.hl7v2.acknowledgment import AckError, build_ack
from console.hl7v2.framing import CR, FS, VT, frame
from console.hl7v2.peek import Header

if TYPE_CHECKING:
    from console.harness.listener.line import Line

_PARTIAL = 20
_SLICE = 8


class Answerer:
    """Makes answers and gives them to the line. `own_id` gives the next control id of our own; `remembered` the
    control id of another message, if there was one; `application_delay` draws from the script's mode."""

    def __init__(
        self, *, own_id: Callable[[], str], another_id: Callable[[str], str], application_delay: Callable[[], float]
    ) -> None:
        self._own_id = own_id
        self._another_id = another_id
        self._application_delay = application_delay

    def refuse(self, header: Header | None, code: str, error: AckError, now_ns: int) -> bytes:
        """The framed answer to what can never be accepted."""
        return frame(build_ack(header, code, control_id=self._own_id(), now=when(now_ns), text=error.text, error=error))

    def payload(self, header: Header, code: str, answer: Answer, now_ns: int) -> bytes:
        """The answer without its frame."""
        named = header.control_id
        match answer.control_id:
            case Names.EMPTY:
                named = ""
            case Names.WRONG:
                named = f"X{self._own_id()}"
            case Names.ANOTHER:
                named = self._another_id(named) or f"X{self._own_id()}"
        words = answer.error
        error = AckError(words.code, words.text, words.path, words.severity) if words is not None else None
        text = answer.text or (words.text if words is not None else "")
        header = replace(header, control_id=named)
        return build_ack(header, code, control_id=self._own_id(), now=when(now_ns), text=text, error=error)

    def answer(self, line: Line, kind: Kind, header: Header, rule: ReadyRule, wait: float, now_ns: int) -> str:
        """Lets the rule's answer to one message take its course on the line. Gives the code that it will be answered
        with in the end, `` for none. `wait`: seconds the capacity makes it wait."""
        answer = rule.answer
        delay = rule.delay() + wait
        garbage = rule.random.randbytes(answer.garbage) if answer.garbage else b""
        if answer.do is not Do.ANSWER:
            line.owe(Owed(garbage, after=_ending(line, answer.do)), delay)
            return ""
        if not kind.commit:
            self._say(line, rule, self.payload(header, answer.code, answer, now_ns), garbage, delay)
            return answer.code
        commit, application = commit_code(kind, answer.code), application_code(kind, answer.code)
        later: Callable[[], None] | None = None
        if application:
            said = self.payload(header, application, answer, now_ns)
            pause = self._application_delay()
            if not commit:
                self._say(line, rule, said, garbage, delay + pause)
                return application
            later = lambda: line.say_later(frame(said), pause)  # noqa: E731
        if commit:
            plain = answer if not application else replace(answer, text="", error=None)
            self._say(line, rule, self.payload(header, commit, plain, now_ns), garbage, delay, later)
        else:
            line.owe(Owed(garbage), delay)
        return application or commit

    def _say(
        self,
        line: Line,
        rule: ReadyRule,
        payload: bytes,
        garbage: bytes,
        delay: float,
        after: Callable[[], None] | None = None,
    ) -> None:
        answer = rule.answer
        data = garbage + _formed(payload, answer) * answer.times
        late = rule.late()
        ending = _ending(line, answer.then)
        if late > 0:
            line.owe(Owed(b"", after=ending), delay)
            line.say_later(data, late)
            if after is not None:
                after()
            return
        last = _both(after, ending)
        if answer.form is Form.SLICED:
            size = answer.bytes or _SLICE
            slices = [data[at : at + size] for at in range(0, len(data), size)]
            for number, piece in enumerate(slices):
                final = number == len(slices) - 1
                line.owe(Owed(piece, after=last if final else None), delay + number * answer.pause)
        elif answer.form is Form.COALESCED:
            line.owe(Owed(data, after=last, together=max(answer.together, 2), pause=answer.pause), delay)
        else:
            line.owe(Owed(data, after=last), delay)


def _formed(payload: bytes, answer: Answer) -> bytes:
    match answer.form:
        case Form.PARTIAL:
            return frame(payload)[: answer.bytes or _PARTIAL]
        case Form.NO_VT:
            return payload + FS + CR
        case Form.NO_FS:
            return VT + payload + CR
        case Form.NO_CR:
            return VT + payload + FS
        case _:
            return frame(payload)


def _ending(line: Line, what: Do | Then) -> Callable[[], None] | None:
    match what.value:
        case "close":
            return line.close
        case "reset":
            return line.reset
        case "stop-reading":
            return line.stop_reading
        case _:
            return None


def _both(first: Callable[[], None] | None, second: Callable[[], None] | None) -> Callable[[], None] | None:
    if first is None or second is None:
        return first or second

    def both() -> None:
        first()
        second()

    return both


def when(now_ns: int) -> datetime:
    return datetime.fromtimestamp(now_ns // 1_000_000_000, UTC)
