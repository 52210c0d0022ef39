"""A whole game day at high speed: a real engine, real senders, real incidents, a rehearsed person on call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

DAY = """
title = "A quick one"
minutes = 1
history = 0.6
speed = 240
[agreed]
detect = "20s"
diagnose = "25s"
restore = "40s"
[[incidents]]
kind = "duplicate-burst"
at = 1
count = 40
[[incidents]]
kind = "lab-outage"
at = 3
[[incidents]]
kind = "fhir-down"
at = 7
[[incidents]]
kind = "map-broken"
at = 10
[[incidents]]
kind = "disk-full"
at = 14
"""

ON_CALL = """
# seconds and words
3 seen
3.5 cause duplicate-burst
4.5 cause wrong-patient
5.2 cause lab-outage
5.5 do call-lab
8.5 cause fhir-down
9 do call-fhir
12 cause map-broken
12.5 do fix-map
17 cause disk-full
17.5 do free-disk
"""


def _play(folder: Path, on_call: str) -> tuple[int, dict[str, Any], str]:
    (folder / "day.toml").write_text(DAY)
    (folder / "on-call.txt").write_text(on_call)
    command = [sys.executable, "-m", "console", "gameday", "run", str(folder / "day.toml"), "--data", str(folder)]
    command += ["--on-call", str(folder / "on-call.txt"), "--json", "--html", str(folder / "debrief.html")]
    ran = subprocess.run(
        command, capture_output=True, text=True, timeout=110, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert ran.stdout, ran.stderr
    return ran.returncode, json.loads(ran.stdout), ran.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="fills a disk with posix_fallocate")
def test_that_a_game_day_is_played_measured_and_debriefed(tmp_path: Path) -> None:
    code, body, errors = _play(tmp_path, ON_CALL)
    incidents = {one["kind"]: one for one in body["incidents"]}
    assert errors == ""
    for one in incidents.values():
        assert one["first_sign"], one  # the engine showed each of them
        assert all(step["took_s"] is not None for step in one["steps"]), one
        assert one["missing"] == 0
        assert one["doubled"] == 0
    assert incidents["lab-outage"]["wrong_causes"] == ["wrong-patient"]
    assert incidents["lab-outage"]["affected"] > 0
    assert incidents["disk-full"]["first_sign"].startswith("health")
    assert code == (0 if body["passed"] else 1)
    assert "A quick one: debrief" in (tmp_path / "debrief.html").read_text()
    left = [p.name for p in tmp_path.rglob("filler")]
    assert left == []
