"""Whatever a scenario file holds, reading gives a scenario that can be planned, or problems that lie in the file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from console.harness.load.schedule import intended_times, peak_rate, planned_curve, planned_total, total_duration
from console.harness.scenario.overrides import Overrides, overridden
from console.harness.scenario.problems import ScenarioError
from console.harness.scenario.reading import read_scenario
from console.harness.scenario.shape import shapes_in
from console.harness.scenario.shipped import shipped_scenarios
from console.harness.scenario.tables import SCENARIO

TEXTS = [
    shipped.path.read_text(encoding="utf-8").replace('"listeners/', f'"{shipped.path.parent}/listeners/')
    for shipped in shipped_scenarios()
]
KEYS = sorted({key.name for shape in (SCENARIO, *shapes_in(SCENARIO).values()) for key in shape.keys})
VALUES = [
    "0", "-1", "1e308", "nan", "inf", "true", '""', '"x"', '"5 %"', '"1h"', '"1e9/s"', "[]", "{}", "[[0, 1], [1, 0]]",
    "9999999999999999999999", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", '"0 s"', '"-5s"', '["ORU"]',
    '{ kind = "pause", duration = 1 }', "0.0000001", '"\\u0000"', "[1, 2]", "1", "100000", '"ramp"', '"outage"',
]  # fmt: skip


@st.composite
def edited(draw: st.DrawFn) -> str:
    """A shipped scenario after a few bad days."""
    lines = draw(st.sampled_from(TEXTS)).split("\n")
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 5)):
            case 0:
                del lines[at : at + draw(st.integers(1, 3))]
                lines = lines or [""]
            case 1:
                lines[at] = lines[at].partition("=")[0] + "= " + draw(st.sampled_from(VALUES))
            case 2:
                lines.insert(at, f"{draw(st.sampled_from(KEYS))} = {draw(st.sampled_from(VALUES))}")
            case 3:
                lines[at] = draw(st.sampled_from(KEYS)) + " =" + lines[at].partition("=")[2]
            case 4:
                lines.insert(at, draw(st.sampled_from(lines)))
            case _:
                cut = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:cut] + draw(st.text(max_size=3)) + lines[at][cut + 1 :]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def check(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        scenario = read_scenario(path)
    except ScenarioError as error:
        lines = text.replace("\r\n", "\n").split("\n")
        for problem in error.problems:
            assert 1 <= problem.line <= len(lines)
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
            assert problem.text
        return
    assert total_duration(scenario.load) <= scenario.limits.max_duration
    assert planned_total(scenario.load) <= scenario.limits.max_messages
    assert 0 <= peak_rate(scenario.load) <= scenario.limits.max_rate
    assert all(rate >= 0 for _, rate in planned_curve(scenario.load))
    for times in islice(intended_times(scenario.load, 1), 3):
        assert len(times)
    assert overridden(scenario, Overrides(seed=1)).seed == 1


@settings(deadline=None, max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=edited())
@example(text="[load]\nstages = [{}]")
@example(text="[load]\nstages = [{kind = 'burst', duration = 1e5, size = 1, every = 1e-9}]\n[content]\nmix = []")
@example(text="load = 1\ncontent = []")
@example(text="[[load]]\n[[content]]\n[[targets]]\n[faults]\n[[thresholds]]")
@example(text="starts = 0001-01-01T00:00:00+23:59")
@example(text="\x00")
@example(text="")
def test_that_reading_says_what_is_wrong_and_never_breaks(folder: Path, text: str) -> None:
    check(folder / "edited.toml", text)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=60))
def test_that_bytes_that_are_no_scenario_are_refused(folder: Path, raw: bytes) -> None:
    path = folder / "raw.toml"
    path.write_bytes(raw)
    with pytest.raises(ScenarioError):
        read_scenario(path)
