"""`signalbox engine serve`: starts, says where it is, stops in order, and refuses with one line what it cannot do."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.builders.engine_process import ROOT, EngineProcess, Line, framed, message


def _serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "console", "engine", "serve", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, cwd=ROOT, check=False)


def _refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith("signalbox: ")
    for word in words:
        assert word in line


def test_that_the_ready_file_tells_how_to_reach_it(tmp_path: Path) -> None:
    with EngineProcess(tmp_path / "data") as engine:
        assert set(engine.where) == {"http", "mllp", "token_file", "pid"}
        assert engine.where["pid"] == engine.pid
        assert Path(engine.where["token_file"]).stat().st_mode & 0o777 == 0o600
        with Line(engine.mllp) as line:
            assert line.ask(message("S1")).code == "AA"
        assert engine.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_that_it_stops_in_order_within_seconds_and_answers_what_it_has(tmp_path: Path, number: int) -> None:
    with EngineProcess(tmp_path / "data") as engine:
        lines = [Line(engine.mllp) for _ in range(5)]
        for n, line in enumerate(lines):
            line.send(framed(message(f"S{n}")) + b"\x0bMSH|half")
        time.sleep(0.05)
        assert engine._process is not None
        start = time.monotonic()
        engine._process.send_signal(number)
        assert engine._process.wait(20) == 0
        assert time.monotonic() - start < 5
        for line in lines:
            assert line.answer().code == "AA"
            line.socket.close()
        assert not (tmp_path / "data" / "engine.running").exists()


def test_that_a_crash_is_noticed_at_the_next_start_and_the_journal_checked(tmp_path: Path) -> None:
    engine = EngineProcess(tmp_path / "data")
    engine.start()
    with Line(engine.mllp) as line:
        assert line.ask(message("S1")).code == "AA"
    engine.kill()
    with engine:
        with Line(engine.mllp) as line:
            assert line.ask(message("S1")).code == "AA"
        assert "checking the journal" in engine.log.read_text()
        assert engine.stop() == 0


def test_that_a_second_engine_over_the_same_folder_is_refused(tmp_path: Path) -> None:
    with EngineProcess(tmp_path / "data") as engine:
        done = _serve("--data", str(tmp_path / "data"), "--mllp", "127.0.0.1:0", "--http", "127.0.0.1:0")
        _refused(done, 3, "Another engine", str(engine.pid), "--data")


def test_that_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = _serve("--data", str(tmp_path / "data"), "--mllp", f"127.0.0.1:{port}", "--http", "127.0.0.1:0")
        _refused(done, 3, "--mllp", str(port), "Choose another port")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--mllp", "2575"], 2, ["--mllp must be HOST:PORT"]),
        (["--http", "localhost:x"], 2, ["--http must be HOST:PORT"]),
        (["--fhir", "ftp://x"], 2, ["--fhir must be an http or https URL"]),
        (["--database", "postgresql://h/db"], 3, ["--database", "PostgreSQL"]),
        (["--nonsense"], 2, ["--nonsense", "--help"]),
    ],
)
def test_that_a_wrong_option_is_named(tmp_path: Path, arguments: list[str], code: int, words: list[str]) -> None:
    _refused(_serve("--data", str(tmp_path / "data"), *arguments), code, *words)


def test_that_a_wrong_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[engine.mllp]\nmax_frame_mb = 'big'\n")
    _refused(_serve("--data", str(tmp_path)), 3, "engine.mllp.max_frame_mb", "whole number")


def test_that_a_journal_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"no database at all " * 300)
    _refused(_serve("--data", str(tmp_path), "--mllp", "127.0.0.1:0"), 3, "journal.db", "backup")
