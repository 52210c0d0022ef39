"""The whole road of a verdict: the real command sends, real receivers file, and what they did wrong is named."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from console.harness.load.run_folder import RunFolder
from console.harness.verdict.sources.capture import CaptureSource
from console.harness.verdict.sources.signalbox import SignalboxSource
from console.harness.verdict.verification import Verification, verify_now
from tests.builders.engine_process import EngineProcess

ROOT = Path(__file__).resolve().parents[2]

SCENARIO = """
title = "A flood with corrections"
seed = 4
thresholds = ["lag.p99 < 10s", "achieved > 1%", "lost == 0", "double_charted == 0"]

[connections]
count = 4
answer_timeout = "10s"

[load]
model = "closed"
messages = {messages}

[content]
patients = 60

[[content.mix]]
kind = "journey"
name = "correction-chain"
weight = 3

[[content.mix]]
kind = "journey"
name = "merge"

[[faults]]
kind = "duplicate"
probability = 0.05

[[faults]]
kind = "reorder"
probability = 0.05

[[faults]]
kind = "truncate"
probability = 0.02
"""

LISTENER = """
[receiver]
script = "listener.toml"

[verification]
source = "listener"
settle = "0s"
"""

DEFECTS = """
seed = 7
[filing]
[[filing.defects]]
kind = "lose"
numbers = [40]
[[filing.defects]]
kind = "twice"
numbers = [60]
[[filing.defects]]
kind = "swap-patients"
numbers = [90]
[[filing.defects]]
kind = "stale"
numbers = [100]
"""


def command(*words: str, token: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "console", "harness", *words], capture_output=True, text=True, timeout=90, cwd=ROOT,
        stdin=subprocess.DEVNULL, check=False, env={**os.environ, **({"SIGNALBOX_TOKEN": token} if token else {})},
    )  # fmt: skip


def send(
    folder: Path,
    *,
    messages: int = 900,
    more: str = "",
    script: str = "",
    words: tuple[str, ...] = (),
    token: str = "",
) -> Any:
    """Runs a scenario; gives the finished process and the run's folder."""
    (folder / "flood.toml").write_text(SCENARIO.format(messages=messages) + more)
    (folder / "listener.toml").write_text(script)
    done = command("send", str(folder / "flood.toml"), "--data", str(folder / "data"), "--quiet", *words, token=token)
    runs = folder / "data" / "harness" / "runs"
    assert runs.is_dir(), done.stderr
    [run] = runs.iterdir()
    return done, RunFolder(run)


def accused(verification: dict[str, Any]) -> set[tuple[str, str]]:
    bad = {bucket["name"] for bucket in verification["buckets"] if bucket["verdict"] == "bad"}
    return {(one["bucket"], one["key"][0]) for one in verification["offenders"] if one["bucket"] in bad}


def planted(folder: RunFolder) -> set[tuple[str, str]]:
    names = {"lose": "lost", "twice": "double_charted", "swap-patients": "wrong_patient", "stale": "stale"}
    found = set()
    for line in (folder.capture / "defects.jsonl").read_text().splitlines():
        body = json.loads(line)
        for key in [*body["keys"], *body.get("other_keys", [])]:
            found.add((names[body["kind"]], key[0]))
    return found


def test_that_exactly_what_a_bad_receiver_did_is_named_and_can_be_checked_again(tmp_path: Path) -> None:
    # one connection: which result the 60th is, and so whether a message damaged on purpose speaks of it too, is settled
    done, folder = send(tmp_path, more=LISTENER, script=DEFECTS, words=("--connections", "1"))
    assert done.returncode == 1, done.stderr
    report = json.loads(folder.report.read_text())
    assert {kind for kind, _ in planted(folder)} == {"lost", "double_charted", "wrong_patient", "stale"}
    assert accused(report["verification"]) == planted(folder)
    assert "<script" not in folder.html.read_text()

    copy = tmp_path / "elsewhere" / "report.json"
    copy.parent.mkdir()
    shutil.copy(folder.report, copy)
    again = command("verify", str(copy), "--json", "--settle", "0s", "--data", str(tmp_path / "data"))
    assert again.returncode == 1, again.stderr
    assert accused(json.loads(again.stdout)["verification"]) == planted(folder)

    folder.ledger(0).unlink()
    gone = command("verify", str(copy), "--capture", str(folder.capture))
    assert gone.returncode == 3
    assert "ledger of this run is gone" in gone.stderr


def test_that_a_good_receiver_is_not_accused(tmp_path: Path) -> None:
    done, folder = send(tmp_path, messages=400, more=LISTENER)
    report = json.loads(folder.report.read_text())
    assert accused(report["verification"]) == set()
    assert done.returncode == 0, done.stderr
    log = verify_now(
        folder, source=CaptureSource(folder.capture, options={"as": "log", "copies": "as-sent"}), settle=0.0
    )
    assert log.passed, log.findings
    assert log.findings.results == report["verification"]["results"]


@pytest.mark.slow
def test_that_our_own_engine_files_everything_once_and_a_later_check_finds_the_same(tmp_path: Path) -> None:
    engine = EngineProcess(tmp_path / "engine")
    with engine.ended():
        engine.start()
        host, port = engine.mllp
        url, token = engine.where["http"], Path(engine.where["token_file"]).read_text().strip()
        done, folder = send(
            tmp_path,
            messages=200,
            more='[verification]\nsource = "signalbox"\nsettle = "60s"\n',
            words=("--target", f"{host}:{port}", "--engine", url),
            token=token,
        )
        assert done.returncode == 0, done.stderr
        report = json.loads(folder.report.read_text())
        assert report["verification"]["passed"]
        assert report["verification"]["settled"]
        assert report["metrics"]["settle"] is not None
        first = verify_now(folder, source=SignalboxSource(url, token=token), settle=60.0)
        assert first.passed, first.findings.offenders
        assert first.settle_s is None, "the run is long over"
        right = first.findings.counts
        assert first.findings.order_seen
        assert sum(right.values()) == first.findings.results > 20
        again = command("verify", str(folder.path), "--engine", url, "--data", str(tmp_path / "engine"), "--json")
        assert again.returncode == 0, again.stderr
        _same(first, json.loads(again.stdout)["verification"])
    refused = command("verify", str(folder.path), "--engine", url, "--data", str(tmp_path / "engine"))
    assert refused.returncode == 3
    assert refused.stderr.count("\n") == 1
    assert "Traceback" not in refused.stderr


def _same(first: Verification, again: dict[str, Any]) -> None:
    assert {bucket["name"]: bucket["count"] for bucket in again["buckets"] if bucket["count"]} == {
        bucket.value: count for bucket, count in first.findings.counts.items() if count
    }
