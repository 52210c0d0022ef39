"""One entry: exit codes as stated, one line per error, never a traceback, and quick to say what there is."""

from __future__ import annotations

import os
import subprocess
import sys
from types import ModuleType
from typing import Any

import pytest

from console import __version__
from console.cli import main as entry
from console.core.errors import EnvironmentFault, Refused


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A command `probe` whose run is what the test sets."""
    module: Any = ModuleType("tests.probe_command")
    module.configure = lambda parser: parser.add_argument("--count", type=int, default=1)
    module.run = lambda arguments: 0
    monkeypatch.setitem(sys.modules, "tests.probe_command", module)
    monkeypatch.setitem(entry.GROUPS, "probe", entry.Group("tests.probe_command", "probe things"))
    return module


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_that_the_commands_code_is_the_exit_code(group: Any, code: int) -> None:
    group.run = lambda arguments: code
    assert entry.main(["probe"]) == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("The map is not\nyours."), 3),
        (EnvironmentFault("The engine does not answer."), 3),
        (entry.UsageError("--count must be 3"), 2),
        (ValueError("CANARY-JANE-DOE"), 3),
    ],
)
def test_that_an_error_is_one_line_without_a_traceback(
    group: Any, capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    def fail(_arguments: object) -> int:
        raise error

    group.run = fail
    assert entry.main(["probe"]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("signalbox: ")
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    assert "CANARY" not in said.err


def test_that_debugging_shows_where(group: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_arguments: object) -> int:
        raise KeyError("x")

    group.run = fail
    monkeypatch.setenv("SIGNALBOX_DEBUG", "1")
    with pytest.raises(KeyError):
        entry.main(["probe"])


def test_that_interrupting_is_no_error_message(group: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(_arguments: object) -> int:
        raise KeyboardInterrupt

    group.run = interrupted
    assert entry.main(["probe"]) == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("words", [["nonsense"], ["probe", "--nonsense"], ["probe", "--count", "x"], ["--nonsense"]])
def test_that_a_wrong_command_line_is_one_line_and_2(
    group: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.delitem(entry.GROUPS, "desktop", raising=False)
    assert entry.main(words) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "--help" in said.err


def test_that_help_and_version_are_no_errors(group: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert entry.main(["--help"]) == 0
    assert "probe things" in capsys.readouterr().out
    assert entry.main(["probe", "--help"]) == 0
    assert "--count" in capsys.readouterr().out
    assert entry.main(["--version"]) == 0
    assert __version__ in capsys.readouterr().out


def test_that_options_alone_mean_the_desktop(group: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(entry.GROUPS, "desktop", entry.Group("tests.probe_command", "see"))
    given: list[int] = []
    group.run = lambda arguments: given.append(arguments.count) or 0
    assert entry.main(["--count", "7"]) == 0
    assert given == [7]
    assert entry.main([]) == 0


def test_that_every_group_says_what_it_does() -> None:
    for name in entry.GROUPS:
        assert entry.main([name, "--help"]) == 0


def test_that_help_loads_nothing_but_the_standard_library_and_costs_150_ms_at_most() -> None:
    script = (
        "import sys; from console.cli.main import main; main(['--help']);"
        "heavy = {m.partition('.')[0] for m in sys.modules} & {'PySide6', 'sqlalchemy', 'fastapi', 'httpx', 'orjson'};"
        "sys.exit(str(sorted(heavy)) if heavy else 0)"
    )
    before = os.times()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    after = os.times()
    assert done.returncode == 0, done.stderr
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    assert cpu <= 0.15, f"{cpu:.3f} s of CPU"
