"""The judge alone: from what was seen to the finding, without a socket."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.harness.probe.judge import AFTER, judge
from console.harness.probe.model import (
    Expect,
    Fate,
    Finding,
    Group,
    Observed,
    Outcome,
    Probe,
    Quirk,
    Severity,
)
from console.harness.single.line import Answer, LineRecord, What, WireEvent


async def _nothing(bench: object) -> None:
    return


def probe(*expects: Expect, **changed: object) -> Probe:
    made = Probe(
        "framing.made-up", Group.FRAMING, "Made up", Severity.CRITICAL, "why", "source", "expected", "advice", _nothing,
        expects,
    )  # fmt: skip
    return replace(made, **changed)  # type: ignore[arg-type]


def ack(code: str, control_id: str) -> bytes:
    return f"MSH|^~\\&|R|T|P|H|1||ACK|K|T|2.5.1\rMSA|{code}|{control_id}\r".encode()


def line(*answers: bytes, sent: str = "", ended: What | None = None, fault: str = "") -> LineRecord:
    events = [WireEvent(0.0, What.CONNECTED), WireEvent(0.1, What.SENT, sent.encode())]
    if ended is not None:
        events.append(WireEvent(0.9, ended))
    return LineRecord("connection", "x", tuple(events), tuple(Answer(0.2, a, fault) for a in answers))


def seen(*lines: LineRecord, **ids: str) -> Observed:
    return Observed(lines, {name.replace("_", " "): value for name, value in ids.items()}, patience=1.0)


TAKEN = (Expect("one", Fate.TAKEN), Expect("two", Fate.TAKEN))


def test_that_answers_in_order_pass() -> None:
    found = judge(probe(*TAKEN), seen(line(ack("AA", "1"), ack("AA", "2"), sent="1 2"), one="1", two="2"))
    assert found == Finding(Outcome.PASS, "one, two: AA.")


@pytest.mark.parametrize(
    ("answers", "ended", "word", "severity"),
    [
        ((ack("AA", "2"), ack("AA", "1")), None, "out of order", Severity.CRITICAL),
        ((ack("AA", "2"),), None, "swallowed", Severity.CRITICAL),
        ((ack("AA", "1"),), None, "within 1 s", Severity.CRITICAL),
        ((ack("AA", "1"),), What.PEER_CLOSED, "closed instead of an answer", Severity.CRITICAL),
        ((ack("AA", "1"), ack("AA", "1"), ack("AA", "2")), None, "answered 2 times", Severity.CRITICAL),
        ((ack("AA", "1"), ack("AR", "2")), None, "was answered AR", Severity.CRITICAL),
        ((ack("AA", "1"), ack("AA", "2"), ack("AA", "9")), None, "confirms no message", Severity.CRITICAL),
        ((ack("AA", "1"), ack("AA", "2"), ack("AE", "9")), None, "names no message", Severity.MAJOR),
        ((ack("AA", "1"), ack("AA", "2"), b"hello"), None, "no acknowledgment", Severity.MAJOR),
    ],
)
def test_that_each_fault_is_named(
    answers: tuple[bytes, ...], ended: What | None, word: str, severity: Severity
) -> None:
    found = judge(probe(*TAKEN), seen(line(*answers, sent="1 2", ended=ended), one="1", two="2"))
    assert (found.outcome, found.severity) == (Outcome.FAIL, severity)
    assert word in found.sentence


def test_that_an_answer_on_another_line_swallows_nothing() -> None:
    observed = seen(line(sent="1", ended=What.PEER_RESET), line(ack("AA", "2"), sent="2"), one="1", two="2")
    assert "closed instead of an answer" in judge(probe(*TAKEN), observed).sentence
    allowed = (replace(TAKEN[0], closing=True), TAKEN[1])
    assert judge(probe(*allowed), observed).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("answers", "ended", "outcome"),
    [
        ((ack("AR", "1"),), None, Outcome.PASS),
        ((ack("AR", ""),), None, Outcome.PASS),
        ((), What.PEER_CLOSED, Outcome.PASS),
        ((), None, Outcome.FAIL),
        ((ack("AA", "1"),), None, Outcome.FAIL),
    ],
)
def test_that_what_must_not_be_taken_is_refused_or_closed(
    answers: tuple[bytes, ...], ended: What | None, outcome: Outcome
) -> None:
    found = judge(probe(Expect("one", Fate.NOT_TAKEN)), seen(line(*answers, sent="1", ended=ended), one="1"))
    assert found.outcome is outcome
    if not answers and outcome is Outcome.FAIL:
        assert (found.severity, "Silence" in found.sentence) == (Severity.MAJOR, True)


def test_that_aa_for_bytes_without_an_id_is_critical_whatever_id_it_invents() -> None:
    for control_id in ("", "INVENTED"):
        observed = seen(line(ack("AA", control_id)), garbage="")
        found = judge(probe(Expect("garbage", Fate.NEVER_TAKEN)), observed)
        assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.CRITICAL)


def test_that_a_wedged_line_and_a_dead_receiver_are_told_apart() -> None:
    expects = (Expect("one", Fate.FREE), Expect(AFTER, Fate.TAKEN))
    wedged = seen(line(sent="1 2"), one="1", after="2")
    assert "wedged" in judge(probe(*expects), wedged).sentence
    dead = seen(line(sent="1", ended=What.PEER_RESET), line(sent="2"), one="1", after="2")
    assert "on a new connection either" in judge(probe(*expects), dead).sentence


def test_that_a_known_quirk_is_not_told_by_every_probe() -> None:
    observed = seen(line(ack("AA", "1"), ack("AA", "1"), ack("AA", "2"), sent="1 2"), one="1", two="2")
    known = replace(observed, quirks=frozenset({Quirk.REPEATS}))
    elsewhere = probe(*TAKEN, group=Group.CHARSET)
    assert judge(elsewhere, observed).outcome is Outcome.FAIL
    assert judge(elsewhere, known).outcome is Outcome.PASS
    assert judge(probe(*TAKEN), known).outcome is Outcome.FAIL
    unframed = seen(line(ack("AA", "1"), sent="1", fault="unframed-message"), one="1")
    assert judge(probe(TAKEN[0]), unframed).outcome is Outcome.FAIL
    assert judge(probe(TAKEN[0]), replace(unframed, quirks=frozenset({Quirk.UNFRAMED}))).outcome is Outcome.PASS


def test_that_a_batch_of_acknowledgments_answers_each_message() -> None:
    batch = b"FHS|^~\\&\rBHS|^~\\&\r" + ack("AA", "1") + ack("AE", "2") + b"BTS|2\rFTS|1\r"
    expects = (Expect("one", Fate.TAKEN), Expect("two", Fate.ANSWERED))
    assert judge(probe(*expects), seen(line(batch, sent="1 2"), one="1", two="2")).outcome is Outcome.PASS


def test_that_nothing_opened_is_said_with_the_reason() -> None:
    refused = LineRecord("connection", "x", (WireEvent(0.1, What.REFUSED, text="Connection refused"),))
    found = judge(probe(*TAKEN), seen(refused, one="1", two="2"))
    assert (found.outcome, "Connection refused" in found.sentence) == (Outcome.FAIL, True)


def test_that_the_receivers_own_ordinary_answer_counts_as_taken() -> None:
    observed = replace(seen(line(ack("AE", "1"), sent="1"), one="1"), ordinary="AE")
    assert judge(probe(TAKEN[0]), observed).outcome is Outcome.PASS
