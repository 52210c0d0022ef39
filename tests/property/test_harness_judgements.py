"""Whatever a receiver says, the probes' judge and the judge of single messages come to a finding and never raise."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from console.harness.probe.catalogue import PROBES
from console.harness.probe.judge import judge
from console.harness.probe.model import Finding, Observed, Outcome, Probe, Quirk
from console.harness.single import judgement
from console.harness.single.exchange import Exchange
from console.harness.single.line import Answer, LineRecord, What, WireEvent
from console.harness.single.wire import visible

MARKS = st.sampled_from(["P1", "P2", "", "ZZ", "P1\\T\\7"])
CODES = st.sampled_from(["AA", "AE", "AR", "CA", "CE", "CR", "XX", "", "aa"])
TEXT = st.text(st.characters(min_codepoint=1, max_codepoint=0x2FF), max_size=20)


@st.composite
def acks(draw: st.DrawFn) -> bytes:
    end = draw(st.sampled_from(["\r", "\n", "\r\n", ""]))
    lines = [f"MSH|^~\\&|{draw(TEXT)}|T|P|H|1||ACK|{draw(TEXT)}|T|2.5", f"MSA|{draw(CODES)}|{draw(MARKS)}|{draw(TEXT)}"]
    if draw(st.booleans()):
        lines.append(f"ERR|{draw(TEXT)}|{draw(TEXT)}|{draw(TEXT)}|E||||{draw(TEXT)}")
    return end.join(lines).encode("utf-8", "replace")


payloads = st.one_of(acks(), st.binary(max_size=60), st.just(b"MSH|"), st.just(b"FHS|^~\\&\rMSH|^~\\&\rMSA|AA\r"))
faults = st.sampled_from(["", "", "stray-bytes", "unfinished", "unframed-message", "missing-fs"])
answers = st.builds(
    Answer, st.floats(0, 5), payloads, faults, st.sampled_from([(), ("missing-cr",), ("stray-bytes-before",)])
)
endings = st.lists(st.sampled_from(list(What)), max_size=3)


@st.composite
def lines(draw: st.DrawFn) -> LineRecord:
    events = [WireEvent(0.0, what, b"P1 P2" if what is What.SENT else b"", "why") for what in draw(endings)]
    return LineRecord("connection", "x", tuple(events), tuple(draw(st.lists(answers, max_size=4))))


@st.composite
def observations(draw: st.DrawFn) -> tuple[Probe, Observed]:
    probe = draw(st.sampled_from(PROBES))
    names = ["first", "second", "third", *(expect.name for expect in probe.expects[:6])]
    ids = {name: draw(MARKS) for name in names}
    quirks = frozenset(draw(st.sets(st.sampled_from(list(Quirk)))))
    found = tuple(draw(st.lists(lines(), min_size=1, max_size=3)))
    return probe, Observed(found, ids, draw(CODES), {"median": "1 ms"}, quirks, 1.0)


@settings(max_examples=400, deadline=None)
@given(observations())
def test_that_the_probes_judge_always_comes_to_a_finding(case: tuple[Probe, Observed]) -> None:
    probe, observed = case
    found = judge(probe, observed)
    assert isinstance(found, Finding)
    assert found.outcome in (Outcome.PASS, Outcome.FAIL, Outcome.UNCLEAR)
    assert found.sentence
    assert (found.severity is None) or found.outcome in (Outcome.FAIL, Outcome.UNCLEAR)


@settings(max_examples=300, deadline=None)
@given(lines(), st.sampled_from(["", "AL", "NE", "ER", "??"]), st.one_of(st.none(), st.floats(0, 2)), st.booleans())
def test_that_an_exchange_always_has_one_verdict(
    record: LineRecord, mode: str, sent_at: float | None, timed_out: bool
) -> None:
    exchange = Exchange(
        b"MSH|^~\\&|A", "P1", mode, mode, "127.0.0.1:1", datetime(2026, 1, 1, tzinfo=UTC), record, sent_at, 1.0,
        timed_out=timed_out,
    )  # fmt: skip
    verdict = judgement.judge(exchange)
    assert verdict.sentence
    assert verdict.severity is not judgement.Severity.FAIL or verdict.advice
    accepted = [r for r in verdict.replies if r.ours and r.code in ("AA", "CA")]
    if verdict.outcome is judgement.Outcome.ACCEPTED:
        assert accepted


@given(st.binary(max_size=200), st.integers(1, 50))
def test_that_shown_bytes_hold_nothing_a_terminal_obeys(data: bytes, limit: int) -> None:
    assert visible(data, limit=limit).isprintable()
