"""Every run leaves a line before its first byte; one that was refused does too."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from console.core.errors import EnvironmentFault, Refused
from console.harness.load.commands import Commands
from console.harness.load.run import Request, run
from console.harness.run_audit import AUDIT
from console.harness.scenario.model import Scenario, Target
from tests.builders.harness_scenarios import journey, scenario


def lines(data: Path) -> list[dict[str, Any]]:
    path = data / AUDIT
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def asked_for(*targets: Target) -> Scenario:
    return replace(scenario(journey("emergency"), digest="d" * 64), targets=targets, seed=5)


def test_that_what_safety_refuses_is_written_down(tmp_path: Path) -> None:
    request = Request(asked_for(Target("192.0.2.1", 2575)), tmp_path, confirmed=["192.0.2.1:2575"])
    with pytest.raises(Refused):
        run(request, commands=Commands())
    (line,) = lines(tmp_path)
    assert line["what"] == "refused"
    assert line["reason"] == "target-not-allowed"
    assert line["targets"] == line["confirmed"] == ["192.0.2.1:2575"]
    assert (line["seed"], line["scenario_sha256"]) == (5, "d" * 64)


def test_that_a_run_which_finds_nobody_sends_nothing_and_is_no_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(EnvironmentFault):
        run(Request(asked_for(Target(port=port)), tmp_path), commands=Commands())
    assert lines(tmp_path) == []


def test_that_a_run_that_cannot_be_written_down_does_not_begin(tmp_path: Path) -> None:
    (tmp_path / "harness").mkdir()
    (tmp_path / AUDIT).mkdir()
    with (
        socket.create_server(("127.0.0.1", 0)) as receiver,
        pytest.raises(EnvironmentFault, match=r"audit\.jsonl cannot be written"),
    ):
        run(Request(asked_for(Target(port=receiver.getsockname()[1])), tmp_path), commands=Commands())
