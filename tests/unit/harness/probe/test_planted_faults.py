"""Each planted fault is caught by the probes that are about it and by no others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import UTC, datetime

import pytest

from console.harness.probe import runner
from console.harness.probe.bench import Receiver
from console.harness.probe.catalogue import PROBES, chosen
from console.harness.probe.model import Outcome, ProbeReport, Quirk, Severity
from console.harness.probe.runner import run_probes
from tests.fakes import mllp_receivers as fakes

SLOW = {
    "ack.one-per-message",
    "recovery.idle-then-message",
    "recovery.pause-in-frame",
    "recovery.random-bytes",
    "recovery.abandoned-connections",
    "load.connection-limit",
    "size.5mb",
    "size.17mb",
}
"""Left out of most runs for their length; the sound receiver meets them all."""
OFTEN = [
    probe.id for probe in chosen([], tls=False) if not probe.risky and not probe.heavy and probe.id not in SLOW
] + ["framing.bursts-in-order"]
"""What every faulty receiver is tried with, beside the probes that are about its fault."""


async def probed(
    kind: Callable[[fakes.House], asyncio.Protocol], names: Collection[str], *, patience: float = 0.3
) -> ProbeReport:
    async with fakes.receiver(kind) as port:
        receiver = Receiver("127.0.0.1", port, patience=patience)
        return await run_probes(
            receiver,
            chosen(list(names), tls=False),
            run="TEST1",
            started=datetime(2026, 1, 1, tzinfo=UTC),
            comes_back=1.0,
        )


def failed(report: ProbeReport) -> set[str]:
    return {result.probe.id for result in report.failed()}


GUILTY: dict[type[fakes.Sound], set[str]] = {
    fakes.TakesOneFrameARead: {"framing.coalesced", "framing.bursts-in-order"},
    fakes.AnswersBackwards: {"framing.coalesced", "framing.bursts-in-order"},
    fakes.AnswersAgain: {
        "framing.sequence",
        "framing.coalesced",
        "framing.bursts-in-order",
        "framing.frame-and-a-half",
    },
    fakes.ClosesAfterAnswer: {
        "framing.sequence",
        "framing.coalesced",
        "framing.bursts-in-order",
        "framing.frame-and-a-half",
    },
    fakes.CutsControlId: {"ack.control-id-199"},
    fakes.ShoutsControlId: {"ack.control-id-exact"},
    fakes.AnswersInLines: {"ack.well-formed"},
    fakes.NumbersNothing: {"ack.own-control-id"},
    fakes.AnswersLateAgain: {"ack.one-per-message"},
    fakes.TakesAnything: {
        "framing.not-hl7",
        "framing.empty-frame",
        "framing.blank-frame",
        "ack.empty-control-id",
        "content.half-a-header",
        "content.missing-type",
    },
    fakes.SwallowsTorn: {"framing.missing-fs"},
    fakes.TakesFirstOfTwo: {"framing.two-messages-in-one-frame", "content.batch"},
    fakes.ClosesOnWrongBytes: {"framing.split-character", "charset.latin-1", "charset.lying"},
    fakes.ServesOneAtATime: {"recovery.slow-senders"},
    fakes.Sound: set(),
}


async def test_that_a_planted_fault_is_caught_by_exactly_the_probes_about_it() -> None:
    about = set().union(*GUILTY.values())
    reports = await asyncio.gather(
        *(probed(kind, {*OFTEN, *(guilty or about)}, patience=0.7) for kind, guilty in GUILTY.items())
    )
    found = {
        kind.__name__: {result.probe.id: result.finding.sentence for result in report.failed()}
        for kind, report in zip(GUILTY, reports, strict=True)
    }
    assert {name: set(sentences) for name, sentences in found.items()} == {
        kind.__name__: guilty for kind, guilty in GUILTY.items()
    }, found


async def test_that_the_probe_that_takes_a_receiver_down_is_named_and_the_rest_not_run() -> None:
    report = await probed(fakes.DiesOfNonsense, ["framing.sequence", "framing.not-hl7", "content.batch"])
    by_id = {result.probe.id: result for result in report.results}
    assert report.killed_by == ("framing.not-hl7",)
    assert by_id["framing.sequence"].finding.outcome is Outcome.PASS
    assert by_id["framing.not-hl7"].severity is Severity.CRITICAL
    assert by_id["content.batch"].finding.outcome is Outcome.NOT_RUN
    assert "framing.not-hl7 took the receiver down" in by_id["content.batch"].finding.sentence
    assert not report.passed


async def test_that_the_suite_goes_on_when_the_receiver_comes_back() -> None:
    report = await probed(fakes.DiesOfNonsenseForAWhile, ["framing.not-hl7", "content.batch"])
    assert report.killed_by == ("framing.not-hl7",)
    assert failed(report) == {"framing.not-hl7"}
    assert report.results[-1].finding.outcome is Outcome.PASS


async def test_that_a_receiver_without_answers_is_said_to_be_unreachable_and_nothing_runs() -> None:
    report = await probed(fakes.SaysNothing, ["framing"])
    assert not report.reachable
    assert "no acknowledgment" in report.greeting
    assert report.count(Outcome.NOT_RUN) == len(report.results)


async def test_that_nobody_listening_is_said_at_once() -> None:
    async with fakes.receiver(fakes.Sound) as port:
        pass
    report = await run_probes(
        Receiver("127.0.0.1", port, patience=0.3),
        chosen(["framing"], tls=False),
        run="TEST2",
        started=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert not report.reachable
    assert "Nobody can be reached" in report.greeting


async def test_that_a_receiver_that_refuses_our_messages_is_measured_by_its_own_answer() -> None:
    report = await probed(fakes.RefusesEverything, OFTEN)
    assert report.ordinary == "AE"
    assert failed(report) == set()


async def test_that_quirks_are_found_in_the_greeting() -> None:
    again = await probed(fakes.AnswersAgain, ["framing.sequence"])
    closes = await probed(fakes.ClosesAfterAnswer, ["framing.sequence"])
    assert (again.quirks, closes.quirks) == ({Quirk.REPEATS}, {Quirk.CLOSES})


@pytest.mark.parametrize(("kind", "guilty"), [(fakes.Sound, ()), (fakes.DiesOfNonsenseForAWhile, ("framing.not-hl7",))])
async def test_that_probes_in_a_hurry_find_the_same(
    kind: type[fakes.Sound], guilty: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_KEPT_S", 1000.0)  # there never is enough time, so the risky ones go in waves
    monkeypatch.setattr(runner, "_LEAST_LEFT_S", 0.01)
    report = await probed(kind, ["content", "framing.not-hl7", "framing.empty-frame"])
    assert (report.killed_by, failed(report)) == (guilty, set(guilty))
    assert report.count(Outcome.NOT_RUN) == 0


async def test_that_the_time_for_the_suite_is_kept() -> None:
    async with fakes.receiver(fakes.Sound) as port:
        report = await run_probes(
            Receiver("127.0.0.1", port, patience=0.3),
            chosen(["framing"], tls=False),
            run="TEST3",
            started=datetime(2026, 1, 1, tzinfo=UTC),
            budget=0.8,
        )
    assert report.count(Outcome.NOT_RUN) > 0
    assert "time" in next(r.finding.sentence for r in report.results if r.finding.outcome is Outcome.NOT_RUN)


def test_that_there_are_enough_probes_with_stable_ids() -> None:
    ids = [probe.id for probe in PROBES]
    assert len(ids) == len(set(ids))
    assert len([probe for probe in PROBES if probe.tls is not True]) >= 44
    assert all(probe.id.split(".")[0] in (str(probe.group), "ack") for probe in PROBES)
