"""The supervisor: a child is started, awaited, restarted after a fall, stopped in order, and never outlives us."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from console.core.errors import EnvironmentFault
from console.desktop import supervisor as rooms
from console.desktop.supervisor import Child, Phase, Running, Supervisor, answers, read_running, tail

FAKE_ENGINE = """
import json, os, signal, socket, sys, threading
options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
if os.path.exists(os.path.join(options["--data"], "broken")):
    sys.exit("signalbox: " + open(os.path.join(options["--data"], "broken")).read())
def bound(text):
    host, _, port = text.rpartition(":")
    listening = socket.socket()
    try:
        listening.bind((host, int(port)))
    except OSError:
        sys.exit(f"signalbox: {text} is in use by another program.")
    listening.listen()
    return listening
http, mllp = bound(options["--http"]), bound(options["--mllp"])
body = {
    "http": "http://127.0.0.1:%d" % http.getsockname()[1], "mllp": "127.0.0.1:%d" % mllp.getsockname()[1],
    "token_file": os.path.join(options["--data"], "api.token"), "pid": os.getpid(),
}
with open(options["--ready-file"] + ".new", "w") as file:
    json.dump(body, file)
os.replace(options["--ready-file"] + ".new", options["--ready-file"])
stopped = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopped.set())
threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()
stopped.wait()
"""


@pytest.fixture
def fake_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for `signalbox engine serve`, on ports nobody uses."""
    script = tmp_path / "fake_engine.py"
    script.write_text(FAKE_ENGINE, encoding="utf-8")

    def command(arguments: list[str]) -> tuple[str, list[str]]:
        if arguments[1] == "demo":
            return sys.executable, ["-c", "import sys; print('now live', flush=True); sys.stdin.read()"]
        return sys.executable, [str(script), *arguments[2:]]

    monkeypatch.setattr(rooms, "command_line", command)
    monkeypatch.setattr(rooms, "DEFAULT_PORTS", ("127.0.0.1:0", "127.0.0.1:0"))
    monkeypatch.setattr(rooms, "RESTARTS", (1,))
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def supervisor(qtbot: QtBot) -> Iterator[Supervisor]:
    made = Supervisor()
    yield made
    made.stop()


def _pid_lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_that_an_engine_is_started_awaited_and_stopped(supervisor: Supervisor, fake_engine: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(supervisor.engine_ready, timeout=10_000) as ready:
        supervisor.start(fake_engine, demo=False)
    running = ready.args[0]
    assert answers(running)
    assert running.token_file == fake_engine / "api.token"
    assert supervisor.engine.phase is Phase.RUNNING
    supervisor.stop()
    assert not _pid_lives(running.pid)
    assert supervisor.engine.phase is Phase.STOPPED
    assert not (fake_engine / "running.json").exists()


def test_that_the_hospital_starts_after_the_engine_and_is_heard(
    supervisor: Supervisor, fake_engine: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(supervisor.demo.said, timeout=10_000) as said:
        supervisor.start(fake_engine, demo=True)
    assert said.args == ["now live"]
    assert supervisor.demo.phase is Phase.RUNNING


def test_that_a_killed_engine_comes_back_at_the_same_address(
    supervisor: Supervisor, fake_engine: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(supervisor.engine_ready, timeout=10_000) as first:
        supervisor.start(fake_engine, demo=False)
    with qtbot.waitSignal(supervisor.engine_ready, timeout=10_000) as second:
        os.kill(first.args[0].pid, 9)
    assert second.args[0].pid != first.args[0].pid
    assert second.args[0].http == first.args[0].http


def test_that_a_running_engine_is_used_and_left_alone(supervisor: Supervisor, fake_engine: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(supervisor.engine_ready, timeout=10_000) as ready:
        supervisor.start(fake_engine, demo=False)
    second = Supervisor()
    with qtbot.waitSignal(second.engine_ready) as found:
        second.start(fake_engine, demo=True)
    assert found.args == ready.args
    assert second.engine.phase is Phase.STOPPED
    assert second.demo.phase is Phase.STOPPED
    second.stop()
    assert answers(ready.args[0])


def test_that_taken_ports_are_evaded(
    supervisor: Supervisor, fake_engine: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setattr(rooms, "DEFAULT_PORTS", ("127.0.0.1:0", address))
        with qtbot.waitSignal(supervisor.engine_ready, timeout=10_000) as ready:
            supervisor.start(fake_engine, demo=False)
        assert not ready.args[0].http.endswith(address)


def test_that_an_address_taken_while_the_engine_was_down_is_evaded(
    supervisor: Supervisor, fake_engine: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "RESTARTS", (300,))
    with qtbot.waitSignal(supervisor.engine_ready, timeout=10_000) as first:
        supervisor.start(fake_engine, demo=False)
    host, _, port = first.args[0].mllp.rpartition(":")
    with qtbot.waitSignal(supervisor.engine.phase_changed, check_params_cb=lambda phase, _: phase is Phase.WAITING):
        os.kill(first.args[0].pid, 9)
        with qtbot.waitSignal(supervisor.engine._process.finished):  # type: ignore[union-attr]
            pass
        usurper = socket.create_server((host, int(port)), reuse_port=False)
    with usurper, qtbot.waitSignal(supervisor.engine_ready, timeout=10_000) as second:
        pass
    assert second.args[0].mllp != first.args[0].mllp


def test_that_an_engine_that_falls_again_and_again_is_given_up_with_its_last_words(
    supervisor: Supervisor, fake_engine: Path, qtbot: QtBot
) -> None:
    (fake_engine / "broken").write_text("settings.toml: engine.mllp.listen must be HOST:PORT.", encoding="utf-8")
    with qtbot.waitSignal(supervisor.failed, timeout=20_000) as failed:
        supervisor.start(fake_engine, demo=False)
    error = failed.args[0]
    assert isinstance(error, EnvironmentFault)
    assert "engine.mllp.listen must be HOST:PORT" in error.text
    (fake_engine / "broken").unlink()
    with qtbot.waitSignal(supervisor.engine_ready, timeout=10_000):
        supervisor.engine.again()


def test_that_a_folder_that_cannot_be_used_is_named(supervisor: Supervisor, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with qtbot.waitSignal(supervisor.failed) as failed:
        supervisor.start(tmp_path / "file", demo=False)
    assert "file" in failed.args[0].text


def test_that_a_child_ends_when_the_desktop_is_killed(tmp_path: Path) -> None:
    """A parent that holds the pipe as the supervisor does, killed with SIGKILL."""
    told = tmp_path / "pid"
    child = (
        "import os, threading; from console.cli.parent_watch import watch_if_asked; watch_if_asked(); "
        f"told = {str(told)!r}; open(told + '.new', 'w').write(str(os.getpid())); os.replace(told + '.new', told); "
        "threading.Event().wait()"
    )
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import os, subprocess, sys; subprocess.Popen([sys.executable, '-c', sys.argv[1]], stdin=subprocess.PIPE, "
            "env={**os.environ, 'SIGNALBOX_ENDS_WITH_PARENT': '1'}).wait()",
            child,
        ]
    )
    deadline = time.monotonic() + 20
    while not told.exists() and time.monotonic() < deadline:
        os.sched_yield()
    pid = int(told.read_text(encoding="utf-8"))
    parent.kill()
    parent.wait(10)
    while _pid_lives(pid) and time.monotonic() < deadline:
        os.sched_yield()
    assert not _pid_lives(pid)


def test_that_a_child_that_cannot_be_started_at_all_is_reported(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "command_line", lambda arguments: ("/nonexistent/program", []))
    monkeypatch.setattr(rooms, "RESTARTS", (1,))
    child = Child("engine")
    phases: list[Phase] = []
    child.phase_changed.connect(lambda phase, _: phases.append(phase))
    child.start(["x"])
    qtbot.waitUntil(lambda: phases[-1:] == [Phase.FAILED])
    assert child.pid == 0


@pytest.mark.parametrize("body", ["", "{", "[]", '{"http": 1}', json.dumps({"http": "x", "mllp": "y", "pid": "z"})])
def test_that_a_half_written_ready_file_is_no_engine(tmp_path: Path, body: str) -> None:
    path = tmp_path / "running.json"
    path.write_text(body, encoding="utf-8")
    assert read_running(path) is None


def test_that_a_strangers_port_is_not_taken_for_an_engine_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        url = f"http://127.0.0.1:{stranger.getsockname()[1]}"
        assert not answers(Running(url, "", Path("token"), gone.pid))
        assert answers(Running(url, "", Path("token"), os.getpid()))


def test_that_nobody_listening_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert not answers(Running(f"http://127.0.0.1:{port}", "", Path("token"), os.getpid()))


def test_that_last_words_are_the_last_line() -> None:
    assert tail(b"starting\nsignalbox: no\n\n") == "no"
    assert tail(b"") == ""
