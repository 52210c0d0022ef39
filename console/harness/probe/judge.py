"""Decides what an observation means: pass, fail or unclear, in one sentence a vendor can act on. Pure.

The rules that hold for every probe (HL7 v2.5.1, 2.9 and MLLP release 1):

- a positive answer names a message that was sent, and each message is answered once
- answers come in the order of the messages
- what is owed an answer gets one, or a closed connection where the probe allows that; never silence while others go on
- what comes back are acknowledgments in frames
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from console.harness.probe.hearing import Heard, Said, hear
from console.harness.probe.model import Expect, Fate, Finding, Group, Observed, Outcome, Probe, Quirk, Severity

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
    if (unreached := _unreached(observed, heard)) is not None:
        return unreached
    if not probe.expects and probe.check is not None and (found := probe.check(observed)) is not None:
        return found
    problems = [*_strangers(probe, heard, observed), *_fates(probe, heard, observed)]
    if probe.ordered:
        problems += _disorder(heard, observed)
    if not probe.any_bytes:
        problems += _noise(heard, observed)
    if not problems and probe.expects and probe.check is not None and (found := probe.check(observed)) is not None:
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


def _strangers(probe: Probe, heard: Heard, observed: Observed) -> Iterable[Problem]:
    excused = len(_unnamed_may_be(probe, heard))
    nameless = sum(_may_be_unreadable(expect) and not heard.given.get(expect.name) for expect in probe.expects)
    repeats_count = Quirk.REPEATS not in observed.quirks or (probe.group is Group.FRAMING and not probe.risky)
    extra: dict[str, list[Said]] = {}
    for one in heard.left_over:
        control_id = one.ack.control_id.strip()
        name = next((name for name, sent in observed.ids.items() if sent.strip() == control_id), "")
        if name:
            extra.setdefault(name, []).append(one)
        elif one.positive:
            what = f"MSA-2 {_quoted(one.ack.control_id)}" if control_id else "an empty MSA-2"
            yield Problem(Severity.CRITICAL, f"An answer {one.code} with {what} confirms no message that was sent.")
        elif excused:
            excused -= 1
        elif nameless and not control_id:
            nameless -= 1
        else:
            yield Problem(
                _at_most(Severity.MAJOR, probe.severity),
                f"A refusal ({one.code}) names no message that was sent (MSA-2 {_quoted(one.ack.control_id)}), "
                "so the sender cannot tell what was refused.",
            )
    if extra and repeats_count:
        positive = any(one.positive for several in extra.values() for one in several)
        counts = sorted({len(several) + len(heard.given[name]) for name, several in extra.items()})
        times = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
        yield Problem(
            Severity.CRITICAL if positive else Severity.MAJOR,
            f"{_listed(list(extra))} answered {times} times: probably processed as often, and an extra answer is "
            "taken for that of the next message.",
        )


def _at_most(limit: Severity, severity: Severity) -> Severity:
    """The milder of the two."""
    return max(limit, severity, key=lambda one: _WORST[one])


def _may_be_unreadable(expect: Expect) -> bool:
    """A message so damaged that closing the connection is allowed may be refused without MSA-2, too."""
    return expect.fate is Fate.ANSWERED and expect.closing


def _unnamed_may_be(probe: Probe, heard: Heard) -> list[str]:
    """Messages that may be refused without being named, because their header may be unreadable."""
    fates = (Fate.NOT_TAKEN, Fate.NEVER_TAKEN, Fate.FREE)
    return [e.name for e in probe.expects if e.fate in fates and not heard.given.get(e.name)]


# ---------------------------------------------------------------- each message's fate


def _fates(probe: Probe, heard: Heard, observed: Observed) -> Iterable[Problem]:
    unnamed = sum(one.negative for one in heard.left_over)
    silent: dict[tuple[Severity, str], list[str]] = {}
    for expect in probe.expects:
        if expect.name not in observed.ids:
            continue
        answers = heard.given[expect.name]
        severity = expect.severity or probe.severity
        if expect.fate in (Fate.TAKEN, Fate.ANSWERED):
            if answers:
                yield from _answered(expect, answers, observed, severity)
            elif unnamed and _may_be_unreadable(expect):
                unnamed -= 1
            elif not (expect.closing and _line_ended(expect.name, heard)):
                why = _why_silent(expect.name, heard, observed)
                silent.setdefault((severity, why), []).append(expect.name)
        elif not answers and unnamed and expect.fate in (Fate.NOT_TAKEN, Fate.NEVER_TAKEN):
            unnamed -= 1
        else:
            yield from _unwanted(expect, answers, heard, severity)
    for (severity, why), names in silent.items():
        yield Problem(severity, why.format(names=_listed(names)))


def _unwanted(expect: Expect, answers: Sequence[Said], heard: Heard, severity: Severity) -> Iterable[Problem]:
    """What a message that must not be taken, or must not be answered, may not get."""
    positive = [one for one in answers if one.positive]
    if expect.fate is Fate.UNANSWERED and answers:
        yield Problem(severity, f"{_called(expect.name)} asked for no answer and got {answers[0].code}.")
    elif expect.fate in (Fate.NOT_TAKEN, Fate.NEVER_TAKEN) and positive:
        yield Problem(
            severity,
            f"{positive[0].code} for {_called(expect.name)}, which cannot be taken as it is; its sender counts it as "
            "delivered.",
        )
    elif expect.fate is Fate.NOT_TAKEN and not answers and not heard.closed:
        yield Problem(
            _at_most(Severity.MAJOR, severity),
            f"Silence after {_called(expect.name)}: no refusal and no closed connection, so the sender waits until its "
            "time is up.",
        )


def _answered(expect: Expect, answers: Sequence[Said], observed: Observed, severity: Severity) -> Iterable[Problem]:
    codes = [one.code for one in answers]
    if any(one.positive for one in answers) or observed.ordinary in codes:
        return
    if expect.fate is Fate.ANSWERED:
        if not answers[0].negative:
            yield Problem(severity, f"MSA-1 for {_called(expect.name)} is {_quoted(codes[0])}.")
        return
    said = answers[0].ack
    reason = said.text or next((error.text for error in said.errors if error.text), "")
    because = f" ({_quoted(reason)})" if reason else ""
    yield Problem(
        severity, f"{_called(expect.name)} is a sound message and was answered {codes[0] or 'without MSA-1'}{because}."
    )


def _why_silent(name: str, heard: Heard, observed: Observed) -> str:
    """Why a message that is owed an answer has none; `{names}` stands for it and others like it."""
    if name == AFTER:
        if heard.refused or heard.sent_on.get(name, 0) > 0 or _line_ended(name, heard):
            return "Afterwards an ordinary message gets no answer, on a new connection either."
        return "The connection is wedged: it stays open, but an ordinary message sent on it afterwards gets no answer."
    line = heard.sent_on.get(name)
    if _line_ended(name, heard):
        return "The connection was closed instead of an answer to {names}; a sender sends that again for ever."
    names = list(observed.ids)
    for later in names[names.index(name) + 1 :]:
        same = line is not None and heard.given[later] and heard.given[later][0].line == line
        if same and observed.ids[later] != observed.ids[name]:
            return "{names} got no answer, though " + _called(later) + ", which came after, did: swallowed."
    return (
        f"{{names}} got no answer within {observed.patience:.2g} s." if observed.patience else "{names} got no answer."
    )


def _line_ended(name: str, heard: Heard) -> bool:
    """The peer ended the line on which this message went; any line when that is not known."""
    line = heard.sent_on.get(name)
    return heard.closed if line is None else line in heard.ended


def _disorder(heard: Heard, observed: Observed) -> Iterable[Problem]:
    names = list(observed.ids)
    place = {name: number for number, name in enumerate(names)}
    for line in range(len(observed.lines)):
        order = [
            number
            for _, number in sorted(
                (answers[0].place, place[name])
                for name, answers in heard.given.items()
                if answers and answers[0].line == line and observed.ids[name]
            )
        ]
        wrong = [(a, b) for a, b in zip(order, sorted(order), strict=True) if a != b]
        if wrong:
            early, late = (_called(names[number]) for number in wrong[0])
            yield Problem(
                Severity.CRITICAL,
                f"Answers out of order: {early} was answered before {late}, which was sent first; messages are "
                "processed out of order.",
            )
            return


def _noise(heard: Heard, observed: Observed) -> Iterable[Problem]:
    for _, answer in heard.noise:
        if answer.fault and Quirk.UNFRAMED in observed.quirks:
            continue
        what = "bytes that are no frame" if answer.fault else "a frame that is no acknowledgment"
        yield Problem(Severity.MAJOR, f"The receiver sent {what} ({len(answer.payload)} bytes).")
        return


# ---------------------------------------------------------------- words


def _account(heard: Heard, observed: Observed) -> str:
    """`first, second: AA; connection closed`: what a passed probe saw. Many of a kind are counted."""
    parts: list[str] = []
    by_code: dict[str, list[str]] = {}
    for name in observed.ids:
        by_code.setdefault("+".join(heard.codes(name)[:3]) or "no answer", []).append(name)
    for code, names in by_code.items():
        shown = ", ".join(names) if len(names) <= 4 else f"{len(names)} messages"
        parts.append(f"{shown}: {code}")
    if unnamed := [one.code for one in heard.left_over if not one.ack.control_id.strip()]:
        parts.append(f"{'+'.join(unnamed[:3])} without MSA-2")
    facts = [f"{name} {value}" for name, value in observed.facts.items()]
    closed = ["connection closed by the receiver"] if heard.closed else []
    return ("; ".join([*parts, *closed, *facts]) or "as expected") + "."


def _called(name: str) -> str:
    return f'"{name}"'


def _listed(names: Sequence[str]) -> str:
    """`"first", "second" and 3 more`."""
    shown = [_called(name) for name in names[:2]]
    if len(names) > 2:
        return f"{', '.join(shown)} and {len(names) - 2} more"
    return " and ".join(shown)


def _quoted(text: str) -> str:
    shown = text if text.isprintable() else ascii(text)[1:-1]
    return f'"{shown[:40]}{"…" if len(shown) > 40 else ""}"'
