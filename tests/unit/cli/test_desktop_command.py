"""`signalbox desktop`: bad options are refused in one line; a missing display or library is named."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from console.cli.main import REFUSED, USAGE, main
from console.cli.system_libraries import display_answers, missing_library


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--size", "big"], "--size"),
        (["--scale", "80"], "--scale"),
        (["--scale", "many"], "--scale"),
        (["--engine", "ftp://x"], "--engine"),
        (["--theme", "pink"], "--theme"),
        (["--language", "fr"], "--language"),
        (["--demo", "--engine", "http://127.0.0.1:1"], "--engine"),
        (["--screenshot", "picture.jpg"], "--screenshot"),
    ],
)
def test_that_a_wrong_option_is_named_in_one_line(
    words: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["desktop", *words]) == USAGE
    said = capsys.readouterr().err
    assert named in said
    assert said.count("\n") == 1


def test_that_a_folder_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["desktop", "--screenshot", str(tmp_path / "none" / "x.png")]) == REFUSED
    assert str(tmp_path / "none") in capsys.readouterr().err


def test_that_without_a_display_another_engine_cannot_be_looked_at(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert main(["desktop", "--engine", "http://127.0.0.1:1"]) == REFUSED
    assert "no display" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "answer"),
    [
        ({}, False),
        ({"DISPLAY": ""}, False),
        ({"DISPLAY": "nonsense"}, False),
        ({"DISPLAY": ":987"}, False),
        ({"QT_QPA_PLATFORM": "offscreen"}, True),
        ({"WAYLAND_DISPLAY": "wayland-nobody", "XDG_RUNTIME_DIR": "/nonexistent"}, False),
    ],
)
def test_that_a_display_counts_only_when_somebody_answers_there(environment: dict[str, str], answer: bool) -> None:
    assert display_answers(environment) is answer


def test_that_a_display_on_another_machine_is_asked_at_its_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1] - 6000
        assert display_answers({"DISPLAY": f"127.0.0.1:{number}.0"})


@pytest.mark.parametrize(
    ("complaint", "named"),
    [
        ("libEGL.so.1: cannot open shared object file: No such file or directory", "apt install libegl1"),
        ("libxcb-cursor.so.0: cannot open shared object file", "apt install libxcb-cursor0"),
        ("libunheard.so.7: cannot open shared object file", "libunheard.so.7"),
        ("DLL load failed", "make setup"),
    ],
)
def test_that_a_missing_library_is_named_with_the_package_that_has_it(complaint: str, named: str) -> None:
    assert named in missing_library(complaint).text
