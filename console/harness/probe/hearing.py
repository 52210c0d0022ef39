"""What a receiver said, taken apart and given to the messages it names: the pure half-way from bytes to a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from console.harness.probe.model import Observed
from console.harness.single.line import Answer, LineRecord, What
from console.hl7v2.acknowledgment import ACCEPTED, Acknowledgment, parse_ack
from console.hl7v2.batch import is_batch, split

NEGATIVE = frozenset({"AE", "AR", "CE", "CR"})


@dataclass(frozen=True, slots=True)
class Said:
    """One acknowledgment: on which line, as which answer of that line, when, and its bytes."""

    line: int
    place: int
    answer: Answer
    ack: Acknowledgment

    @property
    def code(self) -> str:
        return self.ack.code

    @property
    def positive(self) -> bool:
        return self.ack.code in ACCEPTED

    @property
    def negative(self) -> bool:
        return self.ack.code in NEGATIVE


@dataclass(frozen=True, slots=True)
class Heard:
    """`said` in the order it came, line by line. `given`: the answers of each message by the script's name for it.
    `left_over`: acknowledgments that name no message of this probe, or one that had its answers already. `noise`:
    what is no acknowledgment."""

    said: tuple[Said, ...]
    given: dict[str, tuple[Said, ...]]
    left_over: tuple[Said, ...]
    noise: tuple[tuple[int, Answer], ...]
    closed: bool
    """The peer ended some line of the probe."""
    refused: bool
    """Some line could not be opened."""
    sent_on: dict[str, int]
    """The line on which each message went out last, where its control id can be found in the bytes."""
    ended: frozenset[int]
    """The lines that the peer ended."""

    def codes(self, name: str) -> tuple[str, ...]:
        return tuple(one.code for one in self.given.get(name, ()))


def hear(observed: Observed, *, answers_each: int = 1) -> Heard:
    """Gives each answer to the message whose control id it names, `answers_each` at most (two in enhanced mode). Names
    that share an id (a message sent twice) get theirs in turn. What names no message goes to the bytes that were sent
    without an id, the first of them that has no answer yet, however many answers that makes."""
    said, noise = _said(observed.lines)
    waiting: dict[str, list[str]] = {}
    for name, control_id in observed.ids.items():
        waiting.setdefault(control_id.strip(), []).extend([name] * answers_each)
    given: dict[str, list[Said]] = {name: [] for name in observed.ids}
    nameless = [name for name, control_id in observed.ids.items() if not control_id.strip()]
    left_over: list[Said] = []
    for one in said:
        control_id = one.ack.control_id.strip()
        if control_id and waiting.get(control_id):
            given[waiting[control_id].pop(0)].append(one)
        elif nameless and (not control_id or control_id not in waiting):
            given[next((name for name in nameless if not given[name]), nameless[-1])].append(one)
        else:
            left_over.append(one)
    return Heard(
        tuple(said),
        {name: tuple(answers) for name, answers in given.items()},
        tuple(left_over),
        tuple(noise),
        any(line.closed_by_peer for line in observed.lines),
        any(line.refused for line in observed.lines),
        _sent_on(observed),
        frozenset(number for number, line in enumerate(observed.lines) if line.closed_by_peer),
    )


def _sent_on(observed: Observed) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, line in enumerate(observed.lines):
        sent = b"".join(event.data for event in line.events if event.what is What.SENT)
        for name, control_id in observed.ids.items():
            if control_id and control_id.encode("utf-8", "replace") in sent:
                found[name] = number
    return found


def _said(lines: tuple[LineRecord, ...]) -> tuple[list[Said], list[tuple[int, Answer]]]:
    said: list[Said] = []
    noise: list[tuple[int, Answer]] = []
    for number, line in enumerate(lines):
        for place, answer in enumerate(line.answers):
            found = [ack for ack in map(parse_ack, _messages(answer.payload)) if ack.code or ack.control_id]
            if found:
                said += [Said(number, place, answer, ack) for ack in found]
            if answer.fault or not found:
                noise.append((number, answer))
    return said, noise


def _messages(payload: bytes) -> tuple[bytes, ...]:
    """The acknowledgments in one answer: one, or those of a batch; where something stands before MSH, from there."""
    if is_batch(payload):
        return split(payload).messages
    at = payload.find(b"MSH")
    return (payload[at:],) if at >= 0 else (payload,)
