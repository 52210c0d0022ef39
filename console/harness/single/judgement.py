"""What an exchange means: the acknowledgment read and judged, in a sentence with what to do. Pure.

MSA-1 and MSA-2 (HL7 v2.5.1, 2.15.8), ERR in words with its path (2.15.5), answers that are late, doubled, malformed or
for another message, the pair of enhanced mode (2.9.3), and connections that broke.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from console.harness.single.exchange import Exchange
from console.harness.single.line import Answer, What
from console.hl7v2 import dictionary
from console.hl7v2.acknowledgment import ACCEPTED, AckError, Acknowledgment, parse_ack, wanted


class Outcome(StrEnum):
    """One word for a list; each exchange has exactly one."""

    ACCEPTED = "accepted"
    COMMITTED = "committed"
    """CA came and the application's own answer, which was asked for, did not yet."""
    ERROR = "error"
    REJECTED = "rejected"
    WRONG_ID = "wrong control id"
    LATE = "late"
    MALFORMED = "malformed"
    NONE = "no answer"
    NOT_ASKED = "no answer asked for"
    BROKEN = "connection broke"
    UNREACHABLE = "unreachable"


class Severity(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Problem:
    """One ERR segment in words: `place` names the field where the path is known."""

    text: str
    path: str
    place: str
    code: str
    severity: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer read: MSA-1 with its meaning, MSA-2 and whether it is ours, MSA-3, ERR."""

    code: str
    meaning: str
    control_id: str
    ours: bool
    text: str
    problems: tuple[Problem, ...]
    after: float
    """Seconds after the last byte of the message."""
    fault: str = ""
    """What is wrong with the answer as such; '' when nothing is."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """`sentence` says what happened, `advice` what to do ('' when nothing is to be done), `notes` what else was odd."""

    outcome: Outcome
    severity: Severity
    sentence: str
    advice: str = ""
    replies: tuple[Reply, ...] = ()
    notes: tuple[str, ...] = ()


_RESEND = "Send it again with the same MSH-10: a sound receiver recognises what it has."


def judge(exchange: Exchange) -> Judgement:
    """Never raises for what a receiver said."""
    replies = tuple(_reply(answer, exchange) for answer in exchange.answers)
    ours = [reply for reply in replies if reply.ours and reply.code]
    if exchange.record.refused:
        return _unreachable(exchange)
    if ours:
        found = _answered(exchange, ours)
    elif replies:
        found = _nothing_usable(exchange, replies)
    else:
        found = _silence(exchange)
    outcome, severity, sentence, advice = found
    notes = _notes(exchange, replies, ours)
    if notes and severity is Severity.OK:
        severity = Severity.WARN
    return Judgement(outcome, severity, sentence, advice, replies, notes)


_Found = tuple[Outcome, Severity, str, str]


# ---------------------------------------------------------------- with an answer


def _answered(exchange: Exchange, ours: list[Reply]) -> _Found:
    last = ours[-1]
    if (exchange.timed_out and ours[0].after > exchange.patience) or ours[0].after > exchange.patience:
        return (
            Outcome.LATE,
            Severity.FAIL,
            f"{last.code} came {ours[0].after:.1f} s after the message; a sender waits {exchange.patience:g} s.",
            "A sender has sent it again by then: look for it twice in the receiving system, and raise the time-out.",
        )
    if last.code in ACCEPTED:
        waits_for_application = (
            exchange.enhanced and last.code == "CA" and wanted(exchange.application, "AA") and len(ours) == 1
        )
        if waits_for_application:
            return (
                Outcome.COMMITTED,
                Severity.WARN,
                f"CA after {_ms(ours[0])}: the message is safe. The application's answer that MSH-16 asks for did not "
                f"come within {exchange.patience:g} s.",
                "It may come later or on another connection: look there, or set MSH-16 to NE.",
            )
        pair = " then ".join(reply.code for reply in ours[:2])
        return Outcome.ACCEPTED, Severity.OK, f"{pair} after {_ms(ours[0])}: {_plainly(last)}.", ""
    outcome = Outcome.REJECTED if last.code in ("AR", "CR") else Outcome.ERROR
    reason = _reason(last)
    sentence = f"{last.code} after {_ms(last)}: {_plainly(last)}{reason}."
    if outcome is Outcome.REJECTED:
        return outcome, Severity.FAIL, sentence, "The same bytes will be refused again. Mend the message first."
    if last.code not in ("AE", "CE"):
        return (
            Outcome.MALFORMED,
            Severity.FAIL,
            f'MSA-1 is "{last.code[:20]}", which HL7 table 0008 does not know.',
            "The receiver has to answer AA, AE, AR, CA, CE or CR.",
        )
    return outcome, Severity.FAIL, sentence, "Mend what it names; if it names nothing, ask the receiver's side to look."


def _nothing_usable(exchange: Exchange, replies: tuple[Reply, ...]) -> _Found:
    first = replies[0]
    if not first.code:
        what = first.fault or "a frame that is no acknowledgment"
        return (
            Outcome.MALFORMED,
            Severity.FAIL,
            f"The receiver sent {what}; nothing in it can be read as an acknowledgment.",
            "See the bytes below. It is the receiver's to mend; the message counts as unanswered.",
        )
    got = f'"{first.control_id[:60]}"' if first.control_id else "empty"
    return (
        Outcome.WRONG_ID,
        Severity.FAIL,
        f'{first.code} came for another message: MSA-2 is {got}, MSH-10 was "{exchange.control_id[:60]}".',
        "Do not count the message as delivered. The receiver must copy MSH-10 into MSA-2, byte for byte.",
    )


def _notes(exchange: Exchange, replies: tuple[Reply, ...], ours: list[Reply]) -> tuple[str, ...]:
    notes: list[str] = []
    expected = 2 if exchange.enhanced else 1
    if len(ours) > expected:
        notes.append(
            f"{len(ours)} answers name this message; the extra ones would be taken for those of later messages."
        )
    if ours and len(replies) > len(ours):
        others = [reply for reply in replies if reply not in ours]
        late = [reply for reply in others if reply.code and not reply.ours]
        if late:
            notes.append(
                f'{len(late)} answer(s) name another message (MSA-2 "{late[0].control_id[:40]}"), perhaps a late one.'
            )
        if len(others) > len(late):
            notes.append("Bytes came that are no acknowledgment.")
    notes += [f"The acknowledgment {reply.fault}." for reply in ours if reply.fault]
    if exchange.enhanced and ours and not ours[0].code.startswith("C") and wanted(exchange.accept, "CA"):
        notes.append("MSH-15 asks for a commit acknowledgment (CA); the receiver answers as in original mode.")
    if exchange.expects_answer is False and ours:
        notes.append("MSH-15 and MSH-16 ask for no answer, and one came.")
    if not exchange.control_id:
        notes.append("The message has no MSH-10, so no answer can be told to be its own.")
    return tuple(notes)


# ---------------------------------------------------------------- without


def _silence(exchange: Exchange) -> _Found:
    if exchange.sent_at is None:
        return (
            Outcome.BROKEN,
            Severity.FAIL,
            f"The connection to {exchange.target} ended before the message was out.",
            "Nothing complete was sent, so sending it again is safe.",
        )
    if not exchange.expects_answer and not exchange.record.closed_by_peer:
        return (
            Outcome.NOT_ASKED,
            Severity.OK,
            f"Sent. MSH-15 ({exchange.accept or 'empty'}) and MSH-16 ({exchange.application or 'empty'}) ask for no "
            "answer to a message that is taken, and none came.",
            "Whether it arrived is to be seen in the receiving system.",
        )
    if exchange.record.closed_by_peer:
        reset = any(event.what is What.PEER_RESET for event in exchange.record.events)
        how = "reset" if reset else "closed"
        return (
            Outcome.BROKEN,
            Severity.FAIL,
            f"The receiver {how} the connection and gave no acknowledgment: it may or may not have taken the message.",
            f"{_RESEND} If it closes again, it cannot read this message: ask its side for the reason.",
        )
    return (
        Outcome.NONE,
        Severity.FAIL,
        f"No acknowledgment within {exchange.patience:g} s: the receiver may or may not have taken the message.",
        f"{_RESEND} If silence stays, probe the receiver: signalbox harness probe {exchange.target}",
    )


def _unreachable(exchange: Exchange) -> Judgement:
    why = next((event.text for event in exchange.record.events if event.what is What.REFUSED), "")
    tls = "TLS" in why or "certificate" in why
    advice = (
        "Check the certificates of both sides, and that this port speaks TLS."
        if tls
        else "Is the receiver running, is this its MLLP port, does a firewall stand between?"
    )
    said = f" ({why})" if why else ""
    return Judgement(
        Outcome.UNREACHABLE, Severity.FAIL, f"No connection to {exchange.target}{said}. Nothing was sent.", advice
    )


# ---------------------------------------------------------------- reading


def _reply(answer: Answer, exchange: Exchange) -> Reply:
    ack = parse_ack(answer.payload[max(answer.payload.find(b"MSH"), 0) :])
    after = max(0.0, answer.at - (exchange.sent_at or 0.0))
    return Reply(
        ack.code,
        dictionary.meaning("0008", ack.code),
        ack.control_id,
        ack.control_id.strip() == exchange.control_id,
        ack.text,
        tuple(_problem(error) for error in ack.errors),
        after,
        _fault(answer, ack),
    )


_FAULTS = {
    "stray-bytes": "bytes that are no frame",
    "unfinished": "a frame that does not end",
    "unframed-message": "an acknowledgment without its frame",
    "missing-fs": "a frame without FS",
    "empty-frame": "an empty frame",
    "oversize": "a frame of more than 8 MB",
    "incomplete-frame": "a frame that breaks off",
}


def _fault(answer: Answer, ack: Acknowledgment) -> str:
    if answer.fault:
        said = _FAULTS.get(answer.fault, "bytes that are no frame")
        return f"is {said}" if ack.code else said
    if "missing-cr" in answer.notes:
        return "ends with FS without CR"
    if "stray-bytes-before" in answer.notes:
        return "has stray bytes before it"
    if b"\n" in answer.payload:
        return "has line feeds between its segments"
    return ""


def _problem(error: AckError) -> Problem:
    meaning = dictionary.meaning("0357", error.code) if error.code else ""
    text = error.text or meaning or "no reason given"
    if meaning and error.text and meaning.lower() not in error.text.lower():
        text = f"{error.text} ({meaning})"
    return Problem(text, error.path, _place(error.path), error.code, error.severity)


def _place(path: str) -> str:
    """`Patient name` for PID-5; '' when the path names no field the standard knows."""
    segment, _, rest = path.partition("-")
    number = rest.partition(".")[0]
    field = dictionary.field(segment.partition("[")[0], int(number)) if number.isdigit() else None
    return field.name if field is not None else ""


def _plainly(reply: Reply) -> str:
    words = {
        "AA": "the receiver has taken the message",
        "CA": "the receiver has the message safe",
        "AE": "the receiver could not process the message",
        "CE": "the receiver could not store the message",
        "AR": "the receiver refuses the message",
        "CR": "the receiver refuses the message",
    }
    return words.get(reply.code, reply.meaning or "an unknown code")


def _reason(reply: Reply) -> str:
    parts: list[str] = []
    for problem in reply.problems[:3]:
        where = f" at {problem.path}" if problem.path else ""
        named = f" ({problem.place})" if problem.place else ""
        parts.append(f"{problem.text}{where}{named}")
    if reply.text and reply.text not in " ".join(parts):
        parts.insert(0, reply.text)
    return f": {'; '.join(parts)}" if parts else ""


def _ms(reply: Reply) -> str:
    return f"{reply.after * 1000:.0f} ms" if reply.after >= 0.01 else f"{reply.after * 1000:.1f} ms"
