"""The real command against a real receiver: runs, commands, deaths, refusals."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.builders.mllp_receiver import TinyReceiver, acknowledge

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30.0

SCENARIO = """
title = "A small lab"
seed = 11
thresholds = [{thresholds}]

[connections]
count = 4
answer_timeout = "2s"

[load]
{load}

[content]
patients = 40

[[content.mix]]
kind = "journey"
name = "emergency"

{faults}
"""
CLOSED = 'model = "closed"\nmessages = 200'
STEADY = 'model = "open"\n[[load.stages]]\nkind = "constant"\nduration = "{duration}"\nrate = "{rate}/s"'
CALM = '"lag.p99 < 10s", "achieved > 1%"'
"""For machines that do other things as well: what these tests ask about is not how punctual this one is."""


def scenario(folder: Path, *, load: str = CLOSED, faults: str = "", thresholds: str = CALM, more: str = "") -> Path:
    path = folder / "small.toml"
    path.write_text(SCENARIO.format(load=load, faults=faults, thresholds=thresholds) + more)
    return path


def steady(duration: str = "60s", rate: int = 100) -> str:
    return STEADY.format(duration=duration, rate=rate)


def command(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "console", "harness", "send", *words, "--data", str(folder / "data")]


def send(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *words), capture_output=True, text=True, timeout=PATIENCE_S, cwd=ROOT, stdin=subprocess.DEVNULL,
        check=False,
    )  # fmt: skip


class Running:
    """The command at work, told and telling in JSON lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.snapshots: list[dict[str, Any]] = []

    def say(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Reads snapshots until one is as wanted."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.snapshots.append(json.loads(line))
            if wanted(self.snapshots[-1]):
                return self.snapshots[-1]
        raise AssertionError(f"never came; the last was {self.snapshots[-1:]}")

    def end(self) -> tuple[int, dict[str, Any]]:
        """The exit code and the last snapshot."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.snapshots.append(json.loads(line))
        return self.process.wait(PATIENCE_S), self.snapshots[-1]


@contextmanager
def running(folder: Path, *words: str) -> Iterator[Running]:
    process = subprocess.Popen(
        command(folder, *words, "--live-json"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, cwd=ROOT,
    )  # fmt: skip
    try:
        yield Running(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE_S)
        for pipe in (process.stdin, process.stdout, process.stderr):
            assert pipe is not None
            pipe.close()


def workers_of(folder: Path) -> list[int]:
    """Process ids of the load workers of the runs below a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"console.harness.load.worker" in words and any(str(folder).encode() in word for word in words):
                found.append(int(entry.name))
    return found


def test_that_a_run_sends_everything_and_passes(tmp_path: Path) -> None:
    with TinyReceiver() as receiver:
        done = send(tmp_path, str(scenario(tmp_path)), "--target", receiver.address)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == ""
        assert "passed" in done.stdout.splitlines()[-1]
        assert len(receiver.payloads) == len(set(receiver.payloads)) == 200
        assert len(receiver.streams) == 4
    (run,) = (tmp_path / "data" / "harness" / "runs").iterdir()
    assert run.stat().st_mode & 0o077 == 0
    last = json.loads((run / "snapshots.jsonl").read_text("utf-8").splitlines()[-1])
    assert (last["state"], last["sent"], last["answered"]) == ("passed", 200, 200)
    assert last["answers"]["AA"] == 200
    assert last["folder"] == str(run)


def test_that_any_message_of_a_run_can_be_shown_as_it_went_out(tmp_path: Path) -> None:
    path = scenario(tmp_path, faults='[[faults]]\nkind = "clock-skew"\nnth = [3]')
    with TinyReceiver() as receiver:
        send(tmp_path, str(path), "--target", receiver.address, "--quiet")
        (run,) = (tmp_path / "data" / "harness" / "runs").iterdir()
        for row in (2, 150):
            done = subprocess.run(
                [sys.executable, "-m", "console", "harness", "show", run.name, str(row), "--json", "--data",
                 str(tmp_path / "data")],
                capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE_S, check=True,
            )  # fmt: skip
            shown = json.loads(done.stdout)
            assert shown["payload"].encode() in receiver.payloads
            assert (shown["outcome"], shown["code"]) == ("accepted", "AA")
            assert shown["fault"] == ("clock-skew" if row == 2 else "")
            assert 0 < shown["sent_s"] <= shown["answered_s"]


def test_that_the_same_seed_sends_the_same_bytes_on_every_connection(tmp_path: Path) -> None:
    faults = "".join(
        f'[[faults]]\nkind = "{kind}"\nprobability = "5 %"\n'
        for kind in ("duplicate", "duplicate-changed", "reorder", "stray-bytes", "glued-segments", "clock-skew")
    )
    path = scenario(tmp_path, faults=faults)
    streams = []
    for seed in ("5", "5", "6"):
        with TinyReceiver() as receiver:
            send(tmp_path, str(path), "--target", receiver.address, "--seed", seed, "--quiet")
            streams.append(Counter(receiver.streams))
    assert streams[0] == streams[1]
    assert sum(map(len, streams[0])) > 50_000
    assert not set(streams[0]) & set(streams[2])
    names = sorted(run.name for run in (tmp_path / "data" / "harness" / "runs").iterdir())
    assert len({name[:8] for name in names}) == 2, "the same bytes carry the same run id"


def test_that_pause_resume_and_stop_are_obeyed_at_once(tmp_path: Path) -> None:
    with (
        TinyReceiver() as receiver,
        running(tmp_path, str(scenario(tmp_path, load=steady())), "--target", receiver.address) as run,
    ):
        run.until(lambda s: s["sent"] > 20)
        run.say("pause")
        paused = run.until(lambda s: s["state"] == "paused" and s["waiting"] == 0)
        later = run.until(lambda s: s["elapsed_s"] > paused["elapsed_s"] + 0.6)
        assert later["sent"] == paused["sent"]
        run.say("resume")
        run.until(lambda s: s["sent"] > paused["sent"] + 10)
        told = time.monotonic()
        run.say("stop")
        code, last = run.end()
        assert time.monotonic() - told < 5
        assert (code, last["state"]) == (1, "stopped")
        assert "stopped by you" in last["text"]
        assert any(band["kind"] == "pause" for band in last["bands"])
        assert last["sent"] == last["answered"] == len(receiver.payloads)


def test_that_the_end_of_the_listener_ends_the_run(tmp_path: Path) -> None:
    with (
        TinyReceiver() as receiver,
        running(tmp_path, str(scenario(tmp_path, load=steady())), "--target", receiver.address) as run,
    ):
        run.until(lambda s: s["sent"] > 5)
        assert run.process.stdin is not None
        run.process.stdin.close()
        code, last = run.end()
        assert (code, last["state"]) == (1, "stopped")


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
def test_that_in_a_terminal_keys_steer_the_run_and_the_terminal_is_left_as_it_was(tmp_path: Path) -> None:
    import pty
    import termios

    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    with TinyReceiver() as receiver:
        process = subprocess.Popen(
            command(tmp_path, str(scenario(tmp_path, load=steady())), "--target", receiver.address),
            stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "50"},
        )  # fmt: skip
        shown, said = b"", False
        try:
            until = time.monotonic() + PATIENCE_S
            while process.poll() is None and time.monotonic() < until:
                if select.select([ours], [], [], 0.05)[0]:
                    shown += os.read(ours, 1 << 16)
                if not said and len(receiver.payloads) > 20 and b"RUNNING" in shown:
                    said = os.write(ours, b"s") > 0
            assert process.wait(PATIENCE_S) == 1
            while select.select([ours], [], [], 0)[0]:
                shown += os.read(ours, 1 << 16)
            assert b"STOPPED" in shown
            assert b"p pause" in shown
            assert termios.tcgetattr(theirs) == before
        finally:
            process.kill()
            process.wait(PATIENCE_S)
            os.close(ours)
            os.close(theirs)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_that_one_interrupt_stops_in_order(tmp_path: Path) -> None:
    with (
        TinyReceiver() as receiver,
        running(tmp_path, str(scenario(tmp_path, load=steady())), "--target", receiver.address) as run,
    ):
        run.until(lambda s: s["sent"] > 5)
        run.process.send_signal(signal.SIGINT)
        code, last = run.end()
        assert (code, last["state"]) == (1, "stopped")
        assert last["sent"] == last["answered"]


def test_that_a_receiver_that_dies_fails_the_run_and_hangs_nothing(tmp_path: Path) -> None:
    path = scenario(tmp_path, load=steady("1500ms", 200))
    with TinyReceiver() as receiver, running(tmp_path, str(path), "--target", receiver.address) as run:
        run.until(lambda s: s["sent"] > 20)
        receiver.close()
        code, last = run.end()
        assert (code, last["state"]) == (1, "failed")
        assert last["answers"]["no connection"] > 0
        assert last["answers"]["AA"] + last["answers"]["lost"] + last["answers"]["no connection"] == 300


@pytest.mark.skipif(sys.platform != "linux", reason="finds the worker in /proc")
def test_that_a_killed_worker_is_told_and_the_run_ends_with_what_is_known(tmp_path: Path) -> None:
    with (
        TinyReceiver() as receiver,
        running(tmp_path, str(scenario(tmp_path, load=steady())), "--target", receiver.address) as run,
    ):
        run.until(lambda s: s["sent"] > 20)
        (worker,) = workers_of(tmp_path)
        os.kill(worker, signal.SIGKILL)
        code, last = run.end()
        assert (code, last["state"]) == (1, "failed")
        assert "signal 9" in last["text"]
        assert last["sent"] > 20
        assert last["answers"]["AA"] > 20
    assert workers_of(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="finds the worker in /proc")
def test_that_no_worker_outlives_a_killed_command(tmp_path: Path) -> None:
    with (
        TinyReceiver() as receiver,
        running(tmp_path, str(scenario(tmp_path, load=steady())), "--target", receiver.address) as run,
    ):
        run.until(lambda s: s["sent"] > 5)
        run.process.kill()
        until = time.monotonic() + PATIENCE_S
        while workers_of(tmp_path) and time.monotonic() < until:
            time.sleep(0.02)
        assert workers_of(tmp_path) == []


def test_that_a_positive_answer_to_a_broken_message_fails_the_run(tmp_path: Path) -> None:
    path = scenario(tmp_path, faults='[[faults]]\nkind = "bad-header"\nnth = [3, 9, 12, 15]')
    with TinyReceiver() as receiver:
        done = send(tmp_path, str(path), "--target", receiver.address)
        assert done.returncode == 1
        assert "No broken message accepted" in done.stdout.splitlines()[-1]


def test_that_a_threshold_that_does_not_hold_fails_the_run(tmp_path: Path) -> None:
    def sometimes(payload: bytes) -> bytes:
        return acknowledge(payload, b"AE" if b"ORU" in payload[:80] else b"AA")

    with TinyReceiver(sometimes) as receiver:
        path = scenario(tmp_path, thresholds='"errors < 1%"')
        done = send(tmp_path, str(path), "--target", receiver.address, "--json")
        assert done.returncode == 1
        assert json.loads(done.stdout)
        assert "errors < 1%" in done.stderr + done.stdout


OWN_RECEIVER = """
[receiver]
script = "script.toml"

[verification]
source = "listener"
settle = "1s"
"""


def test_that_a_run_brings_its_own_receiver_and_checks_what_it_took(tmp_path: Path) -> None:
    (tmp_path / "script.toml").write_text(
        'title = "slow once"\n[[rules]]\nname = "slow"\nmatch = { start = "500ms", end = "1s" }\n'
        'answer = { delay = "20ms" }\n'
    )
    path = scenario(tmp_path, load=steady("1500ms"), thresholds=f'{CALM}, "lost == 0"', more=OWN_RECEIVER)
    done = send(tmp_path, str(path), "--json")
    assert done.returncode == 0, done.stderr + done.stdout[-2000:]
    report = json.loads(done.stdout)
    assert report["metrics"]["lost"] == 0
    assert report["metrics"]["exactly_once"] > 20
    assert {"kind": "receiver", "label": "slow", "from_s": 0.5, "to_s": 1.0} in report["bands"]
    assert report["metrics"]["answer.max"] > 15
    assert report["receiver"] == report["targets"][0]["address"]


def test_that_a_receiver_that_loses_and_doubles_is_found_out(tmp_path: Path) -> None:
    defects = "\n".join(
        f'[[filing.defects]]\nkind = "{kind}"\nnumbers = [{n}]' for kind, n in (("lose", 5), ("twice", 9))
    )
    (tmp_path / "script.toml").write_text(f'title = "bad store"\n{defects}\n')
    path = scenario(tmp_path, thresholds='"errors == 0", "lost == 0", "double_charted == 0"', more=OWN_RECEIVER)
    done = send(tmp_path, str(path), "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    states = {check["title"]: check["state"] for check in report["checks"]}
    assert (states["errors == 0"], states["lost == 0"], states["double_charted == 0"]) == ("pass", "fail", "fail")
    offenders = {one["bucket"] for one in report["verification"]["offenders"]}
    assert {"lost", "double_charted"} <= offenders
    assert "wrong_patient" not in offenders


def test_that_a_receiver_that_cannot_start_is_told_before_the_first_byte(tmp_path: Path) -> None:
    with TinyReceiver() as taken:
        (tmp_path / "script.toml").write_text('title = "calm"\n')
        more = OWN_RECEIVER.replace("[receiver]", f"[receiver]\nport = {taken.port}")
        done = send(tmp_path, str(scenario(tmp_path, more=more)))
        assert done.returncode == 3
        assert "receiver" in done.stderr
        assert taken.payloads == []
