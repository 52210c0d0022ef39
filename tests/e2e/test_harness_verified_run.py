"""A run into the real engine, checked there: what arrived is right, and what did not is found out."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders.engine_process import EngineProcess
from tests.builders.mllp_receiver import TinyReceiver

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = """
title = "Corrections and copies"
seed = 17
thresholds = [
  "lag.p99 < 10s", "achieved > 1%", "errors == 0", "lost == 0", "double_charted == 0", "positive_for_broken == 0",
]

[connections]
count = 4
answer_timeout = "10s"

[load]
model = "closed"
messages = 240

[content]
patients = 25

[[content.mix]]
kind = "journey"
name = "emergency"

[[content.mix]]
kind = "journey"
name = "correction-chain"

[[faults]]
kind = "duplicate"
probability = "10 %"

[[faults]]
kind = "reorder"
probability = "5 %"

[[faults]]
kind = "bad-delimiters"
nth = [7, 70]

[[faults]]
kind = "split-frame"
nth = [9, 90]

[[faults]]
kind = "disconnect-after"
nth = [20, 50]

[verification]
source = "signalbox"
settle = "30s"
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    with EngineProcess(tmp_path_factory.mktemp("verified") / "engine") as process:
        yield process


def harness(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "console", "harness", *words], capture_output=True, text=True, timeout=90, cwd=ROOT,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


def check_of(report: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [check for check in report["checks"] if check["name"] == name]
    return dict(found)


def test_that_a_run_is_checked_at_the_engine_and_can_be_checked_again(engine: EngineProcess, tmp_path: Path) -> None:
    path, html, junit = tmp_path / "chains.toml", tmp_path / "report.html", tmp_path / "junit.xml"
    path.write_text(SCENARIO)
    target, http = engine.where["mllp"], engine.where["http"]
    done = harness(
        "send", str(path), "--target", target, "--engine", http, "--data", str(engine.folder), "--json",
        "--html", str(html), "--junit", str(junit),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout[-3000:]
    report = json.loads(done.stdout)
    assert report["state"] == "passed"
    assert report["verification"]["results"] > 50
    assert report["metrics"]["lost"] == report["metrics"]["double_charted"] == 0
    assert check_of(report, "positive_for_broken")["state"] == "pass"
    assert {fault["kind"]: fault["done"] for fault in report["faults"]}["bad-delimiters"] == 2
    assert report["latencies"]["answer"]["hdr"].startswith("HISTFAAA")
    assert "Corrections and copies" in html.read_text("utf-8")
    assert ElementTree.parse(junit).getroot().tag in ("testsuites", "testsuite")
    folder = Path(report["folder"])
    lines = [json.loads(line) for line in (folder / "faults-0.jsonl").read_text("utf-8").splitlines()]
    assert {"duplicate", "reorder", "bad-delimiters", "split-frame", "disconnect-after"} == {
        line["fault"] for line in lines
    }
    again = harness("verify", str(folder), "--engine", http, "--data", str(engine.folder))
    assert again.returncode == 0, again.stdout + again.stderr


def test_that_results_that_were_acknowledged_and_never_filed_fail_the_run(
    engine: EngineProcess, tmp_path: Path
) -> None:
    path = tmp_path / "lost.toml"
    path.write_text(SCENARIO.replace('settle = "30s"', 'settle = "1s"').replace("seed = 17", "seed = 18"))
    with TinyReceiver() as receiver:
        done = harness(
            "send", str(path), "--target", receiver.address, "--engine", engine.where["http"], "--data",
            str(engine.folder), "--json",
        )  # fmt: skip
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["state"] == "failed"
    assert "lost == 0" in report["text"]
    assert check_of(report, "lost")["value"] > 50


def test_that_an_engine_that_cannot_be_asked_ends_it_before_the_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "nobody.toml"
    path.write_text(SCENARIO)
    with TinyReceiver() as receiver:
        dead = TinyReceiver()
        dead.close()
        words = ["send", str(path), "--target", receiver.address, "--engine", f"http://{dead.address}"]
        without_token = harness(*words, "--data", str(tmp_path / "data"))
        assert without_token.returncode == 3
        assert "token" in without_token.stderr
        (tmp_path / "data").mkdir(exist_ok=True)
        token = tmp_path / "data" / "api.token"
        token.touch(mode=0o600)
        token.write_text("not-a-real-one\n")
        nobody = harness(*words, "--data", str(tmp_path / "data"))
        assert nobody.returncode == 3, nobody.stderr
        assert receiver.payloads == []
