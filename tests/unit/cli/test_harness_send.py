"""What `harness send` refuses before the first byte, and how it says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.cli.main import main
from tests.builders.mllp_receiver import TinyReceiver

USAGE, REFUSED = 2, 3
SCENARIO = """
[load]
model = "closed"
messages = 200
[content]
[[content.mix]]
kind = "journey"
name = "emergency"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "small.toml"
    made.write_text(SCENARIO)
    return made


def send(path: Path, *words: str) -> int:
    return main(["harness", "send", str(path), "--data", str(path.parent / "data"), *words])


def runs(path: Path) -> bool:
    return (path.parent / "data" / "harness" / "runs").exists()


@pytest.mark.parametrize(
    ("target", "words"), [("192.0.2.7:2575", "192.0.2.7:2575"), ("[2001:db8::7]:2575", "[2001:db8::7]:2575")]
)
def test_that_another_machine_is_refused_without_its_entry(
    path: Path, target: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert send(path, "--target", target, "--i-confirm", target) == REFUSED
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1
    assert not runs(path)


def test_that_production_is_refused_although_it_is_listed_and_confirmed(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with TinyReceiver() as receiver:
        (path.parent / "data").mkdir()
        (path.parent / "data" / "harness-targets.toml").write_text(
            f'[[targets]]\nhost = "127.0.0.1"\nport = {receiver.port}\nname = "Lab"\nenvironment = "production"\n'
        )
        target = receiver.address
        assert send(path, "--target", target, "--i-confirm", target, "--live-json") == REFUSED
        told = capsys.readouterr()
        assert "production" in told.err
        assert json.loads(told.out)["state"] == "refused"
        assert receiver.streams == []
        assert not runs(path)


def test_that_an_invalid_scenario_is_a_usage_error_with_the_line_of_every_problem(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(SCENARIO.replace("messages", "mesages").replace('"closed"', '"closd"'))
    assert send(path) == USAGE
    said = capsys.readouterr().err.splitlines()
    assert [line.split("small.toml:")[1].split(":")[0] for line in said] == ["3", "4"]
    assert "did you mean messages" in said[1]


@pytest.mark.parametrize(
    "words",
    [("--duration", "soon"), ("--starts", "yesterday"), ("--scale", "-1"), ("--target", "here"), ("--malformed", "9")],
)
def test_that_an_option_that_cannot_be_is_a_usage_error(
    path: Path, words: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert send(path, *words) in (USAGE, REFUSED if words[0] == "--target" else USAGE)
    assert capsys.readouterr().err.startswith("signalbox: ")
    assert not runs(path)


def test_that_nobody_at_the_target_is_unreachable(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with TinyReceiver() as receiver:
        address = receiver.address
    assert send(path, "--target", address) == REFUSED
    assert address in capsys.readouterr().err
    assert not runs(path)


def test_that_a_scenario_nobody_knows_is_the_answer_no_with_the_nearest_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["harness", "send", "monday-800", "--data", str(tmp_path)]) == 1
    assert "monday-0800" in capsys.readouterr().err


def test_that_content_nobody_can_make_is_told_before_a_folder_is_made(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(SCENARIO.replace("emergency", "spaceship"))
    with TinyReceiver() as receiver:
        assert send(path, "--target", receiver.address) in (USAGE, REFUSED)
    assert "spaceship" in capsys.readouterr().err
    assert not runs(path)
