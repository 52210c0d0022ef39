"""Processes that a run starts: how, what they said last, and that none is left behind."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from console.core.errors import EnvironmentFault
from console.harness.load.children import Child, feeder_command, program_command, worker_command


def python(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def test_that_parts_are_started_as_modules_and_by_the_program_itself_where_it_is_frozen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert worker_command(tmp_path, 1)[1:3] == ["-m", "console.harness.load.worker"]
    assert program_command(["harness"])[1:] == ["-m", "console", "harness"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert program_command(["harness"])[1:] == ["harness"]
    for command in (worker_command(tmp_path, 0), feeder_command(tmp_path, 0)):
        assert "-m" not in command
        child = Child([sys.executable, "-m", "console", *command[1:]], tmp_path / "words")
        assert child.wait(30)
        assert child.last_words.endswith("no plan.json in it.") or "feeder" in command[-2], "it runs; there is no run"


def test_that_the_last_words_of_a_child_are_kept(tmp_path: Path) -> None:
    child = Child(python("import sys; sys.exit('one\\nsignalbox: the disk is full')"), tmp_path / "words")
    assert child.wait(20)
    assert child.code == 1
    assert child.last_words == "the disk is full"


def test_that_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    child = Child(python(deaf), tmp_path / "words", output=True)
    assert child.output.readline()
    child.end(within_s=0.05)
    assert child.code is not None
    child.end()


def test_that_a_child_knows_when_we_have_gone(tmp_path: Path) -> None:
    text = "import os, sys; sys.stdin.read(); sys.exit(int(os.environ['SIGNALBOX_ENDS_WITH_PARENT']) + 6)"
    child = Child(python(text), tmp_path / "words", ends_with_us=True)
    child.close_input()
    assert child.wait(20)
    assert child.code == 7
    child.end()


def test_that_a_child_does_not_inherit_somebody_elses_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALBOX_ENDS_WITH_PARENT", "1")
    child = Child(python("import os, sys; sys.exit('SIGNALBOX_ENDS_WITH_PARENT' in os.environ)"), tmp_path / "words")
    assert child.wait(20)
    assert child.code == 0


@pytest.mark.skipif(os.name != "posix", reason="process groups")
def test_that_an_interrupt_of_the_terminal_does_not_reach_children(tmp_path: Path) -> None:
    child = Child(python("import time; time.sleep(60)"), tmp_path / "words")
    assert os.getpgid(child.pid) != os.getpgid(0)
    child.kill()


def test_that_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="cannot be started"):
        Child([str(tmp_path / "nothing")], tmp_path / "words")
