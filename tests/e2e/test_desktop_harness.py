"""The Harness page with the real command: a scenario sent to a real receiver, watched, judged, and looked at again."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.desktop.harness_runner import Phase
from console.desktop.io_thread import IoThread
from console.desktop.pages.harness_run import RunView
from console.desktop.presenters.run_problem import ProblemView, RunProblem
from console.desktop.presenters.run_targets import OTHER
from console.desktop.session import Session
from console.desktop.settings import SettingsStore
from console.desktop.theme import Scheme, dress
from console.harness.load.live import RunState

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

SCENARIO = """
title = "A short morning"
thresholds = ["lag.p99 < 10s", "achieved > 1%", "unanswered == 0", "answer.p99 < 5s"]
[connections]
count = 2
[[load.stages]]
kind = "constant"
rate = 60
duration = "3s"
[[content.mix]]
kind = "journey"
name = "culture"
"""


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[str]:
    """`signalbox harness listen` on a free port: HOST:PORT."""
    ready = tmp_path / "ready.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "console", "harness", "listen", "--mllp", "127.0.0.1:0", "--ready-file", str(ready)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "SIGNALBOX_DATA": str(tmp_path / "listener")},
    )
    with process:
        deadline = time.monotonic() + 30
        while not ready.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        yield str(json.loads(ready.read_text(encoding="utf-8"))["mllp"])
        process.terminate()
        process.wait(20)


@pytest.fixture(autouse=True)
def garbage_on_this_thread(qapp: object) -> Iterator[None]:
    """As the desktop does: a collection on the io thread would destroy widgets there, and crash."""
    gc.disable()
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    gc.enable()


@pytest.fixture
def view(qtbot: QtBot, tmp_path: Path, qapp: object) -> Iterator[RunView]:
    dress(qapp, scheme=Scheme.LIGHT)  # type: ignore[arg-type]
    io = IoThread()
    session = Session(io=io, settings=SettingsStore(tmp_path / "data").load())
    made = RunView(session)
    qtbot.addWidget(made)
    made.resize(1500, 900)
    made.show()
    yield made
    session.close()
    assert io.stop()


def test_that_a_run_is_started_watched_and_kept(view: RunView, receiver: str, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "short.toml"
    file.write_text(SCENARIO, encoding="utf-8")
    with qtbot.waitSignal(view.settled, timeout=20_000):
        view.show_parameters({})
    view.desk.choose(file)
    qtbot.waitUntil(lambda: view.desk.card is not None and view.desk.card.path == file, timeout=20_000)
    assert view.desk.card is not None
    assert view.desk.card.problems == ()
    view.desk.choose_target(OTHER)
    view.desk.type_target(receiver)
    view.panel.start.click()
    qtbot.waitUntil(lambda: view.runner.phase is Phase.GOING, timeout=10_000)
    assert view.head.stop.isVisible()
    qtbot.waitUntil(lambda: view.runner.phase is not Phase.GOING, timeout=60_000)
    run = view.runner.run
    assert run.snapshot is not None
    assert run.state is RunState.PASSED, (run.snapshot.text, view.runner.words)
    assert run.snapshot.sent == run.snapshot.answers["AA"] == 180
    assert view.banner.isVisible()
    assert view.acts.folder is not None
    assert view.acts.report_page is not None
    assert view.acts.report_page.is_file()

    problem = RunProblem(view.session)
    seen: list[ProblemView] = []
    problem.shown.connect(seen.append)
    from console.harness.load.live import Problem

    problem.open(Problem(0, 5, 1.0, "X", "ORU^R01", "failed", "AE", "PID-3 is empty"), str(view.acts.folder))
    qtbot.waitUntil(lambda: len(seen) == 2, timeout=20_000)
    assert seen[-1].message.startswith("MSH|^~\\&|")
    assert "|HARNESS|" in seen[-1].message

    key = view.acts.folder.name
    view.show_earlier(True)
    qtbot.waitUntil(lambda: view.runs.known, timeout=10_000)
    assert [earlier.key for earlier in view.runs.runs] == [key]
    view.runs.open(key)
    qtbot.waitUntil(lambda: not view.shows_earlier, timeout=10_000)
    assert len(view.runner.run.series) >= 2
    view.runs.delete([key])
    qtbot.waitUntil(lambda: len(view.runs.runs) == 0, timeout=10_000)
    assert not (tmp_path / "data" / "harness" / "runs" / key).exists()


def test_that_a_target_where_nobody_listens_is_told_with_what_to_do(
    view: RunView, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "short.toml"
    file.write_text(SCENARIO, encoding="utf-8")
    view.desk.choose(file)
    qtbot.waitUntil(lambda: view.desk.card is not None, timeout=20_000)
    view.desk.choose_target(OTHER)
    view.desk.type_target("127.0.0.1:1")
    view.desk.ask_to_start()
    qtbot.waitUntil(lambda: view.runner.phase in (Phase.OVER, Phase.CRASHED), timeout=60_000)
    assert view.runner.run.state is RunState.REFUSED
    assert view.banner.isVisible()
    assert "127.0.0.1:1" in view.banner.text.text() + view.banner.title.text()
