"""The desktop as a program: the demo in one picture, and the engine alone where there is no display."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def _environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return {**kept, "SIGNALBOX_KEYRING": "file", "PYTHONUNBUFFERED": "1", **more}


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_that_one_command_shows_the_demo_hospital_in_a_picture_and_leaves_nothing_running(tmp_path: Path) -> None:
    picture = tmp_path / "investigate.png"
    data = tmp_path / "data"
    looks = ["--size", "1366x768", "--theme", "dark", "--language", "es"]
    where = ["--data", str(data), "--page", "investigate", "--screenshot", str(picture)]
    done = subprocess.run(
        [sys.executable, "-m", "console", "desktop", "--demo", *where, *looks],
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1366, 768)
    log = (data / "logs" / "desktop.log").read_text(encoding="utf-8")
    ready = next(json.loads(line) for line in log.splitlines() if "engine ready" in line)
    assert not _lives(ready["pid"])
    assert not (data / "running.json").exists()


@pytest.fixture
def headless(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "console", "desktop", "--demo", "--data", str(tmp_path / "data")],
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    with process:
        yield process
        if process.poll() is None:
            process.kill()


def _read_until(process: subprocess.Popen[bytes], wanted: str, within_s: float) -> str:
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    said = b""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline and wanted.encode() not in said:
        if select.select([pipe], [], [], 0.2)[0]:
            came = os.read(pipe, 65_536)
            if not came:
                break
            said += came
    return said.decode()


def test_that_without_a_display_it_says_so_and_runs_the_engine_with_the_hospital(
    headless: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    said = _read_until(headless, "now live", 90)
    assert "no display found" in said
    assert "engine: http://127.0.0.1:" in said
    assert "now live" in said
    pid = json.loads((tmp_path / "data" / "running.json").read_text(encoding="utf-8"))["pid"]
    headless.send_signal(signal.SIGTERM)
    assert headless.wait(30) == 0
    assert not _lives(pid)
