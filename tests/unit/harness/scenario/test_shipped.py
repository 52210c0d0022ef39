"""The scenarios that ship with Signalbox."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from console.core.errors import Refused
from console.harness.content.making import make_source
from console.harness.load.schedule import planned_total, total_duration
from console.harness.scenario.model import DEFAULT_STARTS, HARNESS_FACILITY, Model, Scenario
from console.harness.scenario.shipped import Shipped, find, shipped_scenarios

SHIPPED = shipped_scenarios()
WANTED = {
    "a08-storm",
    "correction-chains",
    "duplicate-oru-burst",
    "five-megabyte-pdfs",
    "hospital-day-1x",
    "hospital-day-10x",
    "hospital-day-100x",
    "lab-outage-and-catch-up",
    "malformed-night",
    "merge-during-results",
    "monday-0800",
    "reconnect-storm",
    "slow-receiver",
}


def test_that_every_promised_scenario_is_there_in_an_order_people_expect() -> None:
    names = [shipped.name for shipped in SHIPPED]
    assert set(names) >= WANTED
    days = [name for name in names if name.startswith("hospital-day")]
    assert days == ["hospital-day-1x", "hospital-day-10x", "hospital-day-100x"]


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda shipped: shipped.name)
def test_that_a_shipped_scenario_is_right_safe_and_worth_watching(shipped: Shipped) -> None:
    scenario = shipped.read()
    assert scenario.warnings == ()
    assert scenario.text.startswith("# ")
    assert scenario.title != scenario.name
    assert scenario.description.strip()
    assert scenario.seed is None
    assert scenario.thresholds
    assert scenario.verification.source != "none"
    assert scenario.content.processing_id == "T"
    assert scenario.content.facility == HARNESS_FACILITY
    assert all(target.host == "127.0.0.1" for target in scenario.targets)
    assert 60 <= total_duration(scenario.load) <= 300
    if scenario.load.model is Model.OPEN:
        assert planned_total(scenario.load) > 1000
    assert {"lost", "double_charted"} <= {threshold.metric for threshold in scenario.thresholds}


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda shipped: shipped.name)
def test_that_the_content_of_a_shipped_scenario_can_be_made(shipped: Shipped) -> None:
    source = make_source(shipped.read(), seed=1, starts=DEFAULT_STARTS)
    chunk = next(iter(source.chunks()))
    assert len(chunk) > 0
    assert all(payload.startswith(b"MSH|^~\\&|") for payload in chunk.payloads)


def shares_of(scenario: Scenario, messages: int) -> dict[str, float]:
    """Admissions, results and demographics among themselves, orders and letters left out."""
    source = make_source(scenario, seed=1, starts=DEFAULT_STARTS)
    counted: Counter[str] = Counter()
    for chunk in source.chunks():
        counted.update(source.kinds[kind] for kind in chunk.kinds)
        if counted.total() >= messages:
            break
    groups: Counter[str] = Counter()
    for kind, count in counted.items():
        master = kind in ("ADT^A28", "ADT^A31", "ADT^A40")
        groups["demographics" if master else kind.partition("^")[0]] += count
    among = groups["ADT"] + groups["ORU"] + groups["demographics"]
    return {name: groups[name] / among for name in ("ADT", "ORU", "demographics")}


def test_that_a_hospital_day_has_the_published_mix() -> None:
    found = shares_of(find_scenario("hospital-day-10x"), 12_000)
    assert found == pytest.approx({"ADT": 0.498, "ORU": 0.374, "demographics": 0.125}, abs=0.03)


def test_that_a_hospital_day_has_the_published_peak() -> None:
    """60,000 messages a day, 80 % of them in two hours."""
    for factor in (1, 10, 100):
        stages = find_scenario(f"hospital-day-{factor}x").load.stages
        assert stages[1].rate == pytest.approx(factor * 60_000 * 0.8 / 7200)
        assert stages[0].rate == pytest.approx(factor * 60_000 * 0.2 / (22 * 3600), rel=0.001)


def find_scenario(name: str) -> Scenario:
    return Shipped(name, find(name)).read()


def test_that_a_scenario_is_found_by_its_name_or_its_path(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("")
    assert find(str(own)) == own
    assert find("monday-0800").name == "monday-0800.toml"
    for wrong, hint in (
        ("monday-800", "Did you mean monday-0800?"),
        ("zzz", "signalbox harness scenarios lists them"),
        (str(tmp_path / "none.toml"), "There is no file"),
        ("none.toml", "There is no file"),
        ("", "There is no scenario"),
    ):
        with pytest.raises(Refused, match=hint.replace("?", r"\?")) as caught:
            find(wrong)
        assert caught.value.code == "not-found"
