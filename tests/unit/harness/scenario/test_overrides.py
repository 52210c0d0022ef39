"""What the command line may change of a scenario."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.core.errors import Refused
from console.harness.load.schedule import peak_rate, planned_total, total_duration
from console.harness.scenario.model import (
    Band,
    Fault,
    FaultKind,
    Load,
    Receiver,
    Scenario,
    Stage,
    StageKind,
    Target,
    Tls,
    Verification,
)
from console.harness.scenario.overrides import NONE, Overrides, fault_shares, overridden, parse_target
from console.harness.scenario.problems import ScenarioError
from console.harness.scenario.reading import read_scenario
from console.harness.scenario.shipped import find, shipped_scenarios
from console.harness.verdict.thresholds import parse_threshold

SCENARIO = Scenario(
    "flood",
    "",
    "0" * 64,
    Path("/nowhere"),
    load=Load(stages=(Stage(StageKind.RAMP, 10, 0, 100), Stage(StageKind.CONSTANT, 20, 100))),
    verification=Verification("signalbox"),
    thresholds=(parse_threshold("lost == 0"), parse_threshold("answer.p99 < 1s")),
)


def test_that_nothing_changes_without_overrides() -> None:
    assert overridden(SCENARIO, NONE) is SCENARIO
    assert NONE.words() == {}


def test_that_scale_multiplies_every_rate_and_burst() -> None:
    stages = (
        *SCENARIO.load.stages,
        Stage(StageKind.BURST, 10, size=5, every=1),
        Stage(StageKind.CURVE, 10, points=((0, 1), (10, 3))),
    )
    scenario = replace(SCENARIO, load=replace(SCENARIO.load, stages=stages))
    scaled = overridden(scenario, Overrides(scale=3))
    assert planned_total(scaled.load) == 3 * planned_total(scenario.load)
    assert peak_rate(scaled.load) == 300
    assert total_duration(scaled.load) == total_duration(scenario.load)


def test_that_duration_cuts_a_plan_or_lengthens_its_last_steady_rate() -> None:
    cut = overridden(SCENARIO, Overrides(duration=5))
    assert total_duration(cut.load) == 5
    assert planned_total(cut.load) == 125
    longer = overridden(SCENARIO, Overrides(duration=60))
    assert (total_duration(longer.load), planned_total(longer.load)) == (60, 5500)
    ramp = replace(SCENARIO, load=Load(stages=SCENARIO.load.stages[:1]))
    with pytest.raises(Refused, match="can only make the run shorter"):
        overridden(ramp, Overrides(duration=60))


def test_that_what_lies_behind_the_end_of_a_shortened_run_is_left_out_and_said() -> None:
    faults = (
        Fault(FaultKind.OUTAGE, at=20, amount=2),
        Fault(FaultKind.DROP, probability=0.1, start=5),
        Fault(FaultKind.DROP, nth=(3, 900)),
        Fault(FaultKind.DELAY, nth=(900,), amount=1),
    )
    bands = (Band("early", 1, 30), Band("late", 20, 30))
    load = replace(SCENARIO.load, warm_up=5)
    scenario = replace(SCENARIO, faults=faults, bands=bands, load=load)
    short = overridden(scenario, Overrides(duration=5))
    assert [(fault.kind, fault.nth) for fault in short.faults] == [(FaultKind.DROP, (3,))]
    assert short.bands == bands[:1]
    assert short.load.warm_up == 0.5
    assert short.warnings == ("3 planned faults would come after the end of the shortened run: left out.",)
    few = overridden(scenario, Overrides(messages=10))
    assert [fault.kind for fault in few.faults] == [FaultKind.OUTAGE, FaultKind.DROP, FaultKind.DROP]
    assert few.load.warm_up == 5


def test_that_every_shipped_scenario_can_be_tried_for_five_seconds() -> None:
    for shipped in shipped_scenarios():
        short = overridden(shipped.read(), Overrides(duration=5, verify="none", scale=0.5))
        assert total_duration(short.load) == 5


def test_that_messages_and_seed_and_starts_are_taken_over() -> None:
    starts = datetime(2026, 1, 1, tzinfo=UTC)
    changed = overridden(SCENARIO, Overrides(messages=7, seed=3, starts=starts, connections=2))
    assert (planned_total(changed.load), changed.seed, changed.starts, changed.connections.count) == (7, 3, starts, 2)
    assert overridden(SCENARIO, Overrides(starts="now")).starts is None
    words = Overrides(messages=7, starts=starts, script=Path("a.toml")).words()
    assert words == {"script": "a.toml", "starts": "2026-01-01T00:00:00+00:00", "messages": 7}


def test_that_a_target_replaces_every_target_and_a_receiver_that_was_it() -> None:
    tls = Tls(server_name="hl7.example")
    one = replace(SCENARIO, targets=(Target("h", 1, "Bench", tls),))
    assert overridden(one, Overrides(target="[::1]:99")).targets == (Target("::1", 99, "Bench", tls),)
    two = replace(SCENARIO, targets=(Target(kinds=("ORU",)), Target(port=3)))
    assert overridden(two, Overrides(target="a:9")).targets == (Target("a", 9),)
    own = replace(SCENARIO, receiver=Receiver(role="target"))
    assert overridden(own, Overrides(target="a:9")).receiver is None
    behind = replace(SCENARIO, receiver=Receiver(role="downstream"))
    assert overridden(behind, Overrides(target="a:9")).receiver == behind.receiver


def test_that_a_target_that_takes_the_receiver_away_is_refused_when_it_was_to_be_asked() -> None:
    own = replace(SCENARIO, receiver=Receiver(), verification=Verification("listener"))
    with pytest.raises(ScenarioError, match=r"flood with target a:9: verification\.source"):
        overridden(own, Overrides(target="a:9"))


@pytest.mark.parametrize("text", ["", "a", "a:", ":1", "a:0", "a:65536", "::1:99", "a b:1", "u@h:1", "[::1]", "a:1:2"])
def test_that_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="HOST:PORT"):
        parse_target(text)


def test_that_a_script_becomes_the_target(tmp_path: Path) -> None:
    script = tmp_path / "slow.toml"
    script.write_text("")
    changed = overridden(SCENARIO, Overrides(script=script))
    assert changed.receiver == Receiver(script, role="target")
    with pytest.raises(ScenarioError, match="there is no file"):
        overridden(SCENARIO, Overrides(script=tmp_path / "none.toml"))
    with pytest.raises(ScenarioError, match="exclude each other"):
        overridden(SCENARIO, Overrides(script=script, target="a:9"))


def test_that_shares_of_faults_are_set_in_proportion() -> None:
    faults = (
        Fault(FaultKind.DUPLICATE, probability=0.03),
        Fault(FaultKind.DUPLICATE_CHANGED, probability=0.01),
        Fault(FaultKind.OUTAGE, at=3, amount=2),
    )
    scenario = replace(SCENARIO, faults=faults)
    assert fault_shares(scenario) == {"duplicates": 0.04, "out_of_order": 0.0, "malformed": 0.0}
    changed = overridden(scenario, Overrides(duplicates=0.08, out_of_order=0.02, malformed=0.004))
    assert fault_shares(changed) == pytest.approx({"duplicates": 0.08, "out_of_order": 0.02, "malformed": 0.004})
    assert [fault.probability for fault in changed.faults[:3]] == pytest.approx([0.06, 0.02, 0.0])
    assert len(changed.faults) == 3 + 1 + 4
    without = overridden(scenario, Overrides(duplicates=0, out_of_order=0, malformed=0))
    assert without.faults == faults[2:]


def test_that_thresholds_nobody_can_observe_go_with_the_verification() -> None:
    changed = overridden(SCENARIO, Overrides(verify="none"))
    assert [threshold.metric for threshold in changed.thresholds] == ["answer.p99"]
    assert changed.verification.source == "none"


@pytest.mark.parametrize(
    "overrides",
    [
        Overrides(scale=0),
        Overrides(scale=-1),
        Overrides(scale=float("nan")),
        Overrides(scale=float("inf")),
        Overrides(scale=1e6),
        Overrides(messages=0),
        Overrides(duration=0),
        Overrides(seed=-1),
        Overrides(seed=2**63),
        Overrides(starts=datetime(2026, 1, 1)),
        Overrides(connections=0),
        Overrides(duplicates=1.5),
        Overrides(malformed=0.7, duplicates=0.7),
        Overrides(verify="oracle"),
        Overrides(verify="fhir"),
        Overrides(verify="listener"),
    ],
)
def test_that_what_cannot_run_is_refused(overrides: Overrides) -> None:
    with pytest.raises(ScenarioError, match=r"^flood with "):
        overridden(SCENARIO, overrides)


def test_that_reading_takes_overrides() -> None:
    scenario = read_scenario(find("monday-0800"), overrides=Overrides(scale=0.1, duration=30, verify="none"))
    assert total_duration(scenario.load) == 30
    assert peak_rate(scenario.load) == pytest.approx(20)
