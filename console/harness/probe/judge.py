"""Decides what an observation means: pass, fail or unclear, in one sentence a vendor can act on. Pure.

The rules that hold for every probe (HL7 v2.5.1, 2.9 and MLLP release 1):

- a positive answer names a message that was sent, and each message is answered once
- answers come in the order of the messages
- what is owed an answer gets one, or a closed connection where the probe allows that; never silence while others go on
- what comes back are acknowledgments in frames
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from console.harness.probe.hearing import Heard, Said, hear
from console.harness.probe.model import Expect, Fate, Finding, Observed, Outcome, Probe, Severity

_WORST = {severity: rank for rank, severity in enumerate(Severity)}
AFTER = "after"
"""The script's name for the ordinary message that shows whether the line still works."""


@dataclass(frozen=True, slots=True)
class Problem:
    severity: Severity
    sentence: str


def judge(probe: Probe, observed: Observed) -> Finding:
    """The finding for one probe. Never raises for anything a receiver did.

    A probe without `expects` is judged by its check; only where that says nothing do the general rules apply. Elsewhere
    the check comes last.
    """
    heard = hear(observed, answers_each=2 if probe.enhanced else 1)
    unreached = _unreached(observed, heard)
    if unreached is not None:
        return unreached
    if not probe.expects and probe.check is not None and (found := probe.check(observed)) is not None:
        return found
    problems = [*_strangers(heard, observed, probe), *_fates(probe, heard, observed)]
    if probe.ordered:
        problems += _disorder(heard, observed)
    if not probe.any_bytes:
        problems += _noise(heard, observed)
    if not problems and probe.expects and probe.check is not None:
        found = probe.check(observed)
        if found is not None:
            return found
    if not problems:
        return Finding(Outcome.PASS, _account(heard, observed))
    problems.sort(key=lambda problem: _WORST[problem.severity])
    sentence = problems[0].sentence
    if more := [p.sentence for p in problems[1:3] if p.sentence != sentence]:
        sentence += " Also: " + " ".join(more)
    return Finding(Outcome.FAIL, sentence, problems[0].severity)


def _unreached(observed: Observed, heard: Heard) -> Finding | None:
    """Nothing could be tried: no connection came about at all."""
    if observed.lines and all(line.refused for line in observed.lines) and not heard.said:
        why = next((event.text for event in observed.lines[0].events if event.text), "")
        return Finding(Outcome.FAIL, f"No connection could be opened ({why}).", Severity.CRITICAL)
    return None


# ---------------------------------------------------------------- answers nobody asked for


def _strangers(heard: Heard, observed: Observed, probe: Probe) -> Iterable[Problem]:
    ids = {control_id.strip(): name for name, control_id in observed.ids.items()}
    excused = _excused(heard, probe)
    for one in heard.left_over:
        name = ids.get(one.ack.control_id.strip())
        if name is not None:
            times = sum(said.ack.control_id.strip() == one.ack.control_id.strip() for said in heard.said)
            severity = Severity.CRITICAL if one.positive else Severity.MAJOR
            yield Problem(
                severity,
                f"Message {_called(name)} was answered {times} times ({one.code}); "
                "it was probably processed as often, and the extra answer is taken for the next message's.",
            )
        elif one.positive:
            what = f"MSA-2 {_quoted(one.ack.control_id)}" if one.ack.control_id.strip() else "an empty MSA-2"
            yield Problem(Severity.CRITICAL, f"{one.code} with {what} was given to something that is no such message.")
        elif excused:
            excused.pop()
        else:
            yield Problem(
                Severity.MAJOR,
                f"A refusal ({one.code}) names no message that was sent (MSA-2 {_quoted(one.ack.control_id)}), "
                "so the sender cannot tell what was refused.",
            )


def _excused(heard: Heard, probe: Probe) -> list[str]:
    """Messages that may be refused without being named, because their header may be unreadable."""
    fates = (Fate.NOT_TAKEN, Fate.NEVER_TAKEN, Fate.FREE)
    return [e.name for e in probe.expects if e.fate in fates and not heard.given.get(e.name)]


# ---------------------------------------------------------------- each message's fate


def _fates(probe: Probe, heard: Heard, observed: Observed) -> Iterable[Problem]:
    unnamed = sum(one.negative for one in heard.left_over)
    for expect in probe.expects:
        if expect.name not in observed.ids:
            continue
        answers = heard.given[expect.name]
        severity = expect.severity or probe.severity
        if not answers and unnamed and expect.fate in (Fate.NOT_TAKEN, Fate.NEVER_TAKEN):
            unnamed -= 1
            continue
        if (problem := _fate(expect, answers, heard, observed, severity)) is not None:
            yield problem


def _fate(
    expect: Expect, answers: tuple[Said, ...], heard: Heard, observed: Observed, severity: Severity
) -> Problem | None:
    name = _called(expect.name)
    match expect.fate:
        case Fate.FREE:
            return None
        case Fate.UNANSWERED:
            if not answers:
                return None
            return Problem(severity, f"Message {name} asked for no answer and got {answers[0].code}.")
        case Fate.NOT_TAKEN | Fate.NEVER_TAKEN:
            if any(one.positive for one in answers):
                code = next(one.code for one in answers if one.positive)
                return Problem(
                    Severity.CRITICAL,
                    f"{code} for {name}, which must not be taken: the sender forgets it and it is lost.",
                )
            if answers or heard.closed or expect.fate is Fate.NEVER_TAKEN:
                return None
            return Problem(
                expect.severity or Severity.MAJOR,
                f"Silence after {name}: no refusal and no closed connection, so the sender waits for its time-out.",
            )
        case Fate.TAKEN | Fate.ANSWERED:
            return _owed(expect, answers, heard, observed, severity)


def _owed(
    expect: Expect, answers: tuple[Said, ...], heard: Heard, observed: Observed, severity: Severity
) -> Problem | None:
    name = _called(expect.name)
    if not answers:
        if expect.closing and heard.closed:
            return None
        return Problem(severity, _why_silent(expect.name, heard, observed))
    codes = [one.code for one in answers]
    if any(one.positive for one in answers):
        return None
    if expect.fate is Fate.ANSWERED:
        return None if answers[0].negative else Problem(severity, f"MSA-1 for {name} is {_quoted(codes[0])}.")
    if observed.ordinary in codes:
        return None
    said = answers[0].ack
    reason = said.text or next((error.text for error in said.errors if error.text), "")
    because = f' ("{reason[:80]}")' if reason else ""
    return Problem(severity, f"Message {name} is sound and was answered {codes[0] or 'without MSA-1'}{because}.")


def _why_silent(name: str, heard: Heard, observed: Observed) -> str:
    called = _called(name)
    if name == AFTER:
        if heard.closed:
            return "Afterwards the receiver takes no ordinary message any more, on a new connection either."
        return "The connection is wedged: it stays open, but an ordinary message sent on it afterwards gets no answer."
    names = list(observed.ids)
    later = [n for n in names[names.index(name) + 1 :] if heard.given[n] and observed.ids[n] != observed.ids[name]]
    if later:
        return (
            f"Message {called} never got an answer, though {_called(later[0])}, which was sent after it, did: "
            "it was swallowed."
        )
    if heard.closed:
        return f"The connection was closed instead of an answer to message {called}; a sender will send it for ever."
    return f"Message {called} never got an answer."


def _disorder(heard: Heard, observed: Observed) -> Iterable[Problem]:
    place = {name: number for number, name in enumerate(observed.ids)}
    for line in range(len(observed.lines)):
        came = sorted(
            (answers[0].place, place[name])
            for name, answers in heard.given.items()
            if answers and answers[0].line == line and observed.ids[name]
        )
        order = [number for _, number in came]
        if order != sorted(order):
            names = list(observed.ids)
            first = next(n for n, (a, b) in enumerate(zip(order, sorted(order), strict=True)) if a != b)
            yield Problem(
                Severity.CRITICAL,
                f"Answers out of order: {_called(names[order[first]])} was answered before "
                f"{_called(names[sorted(order)[first]])}; the messages were processed out of order too.",
            )
            return


def _noise(heard: Heard, observed: Observed) -> Iterable[Problem]:
    usual = observed.facts.get("usual faults", "").split()
    for _, answer in heard.noise:
        if answer.fault in usual:
            continue
        what = "bytes that are no frame" if answer.fault else "a frame that is no acknowledgment"
        yield Problem(Severity.MAJOR, f"The receiver sent {what} ({len(answer.payload)} bytes).")
        return


# ---------------------------------------------------------------- words


def _account(heard: Heard, observed: Observed) -> str:
    """`first AA, second AA; connection closed`: what a passed probe saw. Many of a kind are counted."""
    parts: list[str] = []
    by_code: dict[str, list[str]] = {}
    for name in observed.ids:
        by_code.setdefault("+".join(heard.codes(name)) or "no answer", []).append(name)
    for code, names in by_code.items():
        shown = ", ".join(names) if len(names) <= 4 else f"{len(names)} messages"
        parts.append(f"{shown}: {code}")
    facts = [f"{name} {value}" for name, value in observed.facts.items() if name != "usual faults"]
    closed = ["connection closed by the receiver"] if heard.closed else []
    return ("; ".join([*parts, *closed, *facts]) or "as expected") + "."


def _called(name: str) -> str:
    return f'"{name}"'


def _quoted(text: str) -> str:
    shown = text if text.isprintable() else ascii(text)[1:-1]
    return f'"{shown[:40]}{"…" if len(shown) > 40 else ""}"'
