"""`signalbox harness scenarios`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.cli.main import DONE, NO, USAGE, main
from console.harness.scenario.reading import read_scenario

LEAST = """
[load]
stages = [{ kind = "constant", duration = "10s", rate = 5 }]
[content]
mix = [{ kind = "journey", name = "emergency" }]
"""


def scenarios(*words: object) -> int:
    return main(["harness", "scenarios", *map(str, words)])


def test_that_every_shipped_scenario_is_listed_with_what_it_plans(capsys: pytest.CaptureFixture[str]) -> None:
    assert scenarios() == DONE
    told = capsys.readouterr().out
    assert scenarios("list") == DONE
    assert capsys.readouterr().out == told
    (line,) = [line for line in told.splitlines() if line.startswith("monday-0800 ")]
    assert line.split(maxsplit=1)[1].startswith("4 min 30 s, 135,000 messages ")


def test_that_the_desktop_gets_names_titles_plans_and_curves(capsys: pytest.CaptureFixture[str]) -> None:
    assert scenarios("list", "--json") == DONE
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["scenarios"]}
    monday = rows["monday-0800"]
    assert monday["title"] == "Monday 08:00 lab flood"
    assert monday["description"].startswith("Results, orders and admissions")
    assert (monday["duration_s"], monday["planned_messages"], monday["peak_rate"]) == (270, 135_000, 800)
    assert monday["curve"] == [[0, 0], [30, 200], [105, 200], [130, 800], [250, 800], [270, 50]]
    assert Path(monday["path"]).is_file()
    assert (monday["shipped"], monday["problems"], monday["duplicates"]) == (True, [], 0.05)
    assert all(row["shipped"] and not row["problems"] for row in rows.values())


def test_that_folders_of_ones_own_are_listed_too_and_a_wrong_file_holds_nothing_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.toml").write_text(LEAST)
    (tmp_path / "bad.toml").write_text("x = ")
    assert scenarios("list", tmp_path, "--json") == DONE
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["scenarios"]}
    assert (rows["good"]["shipped"], rows["good"]["planned_messages"]) == (False, 50)
    assert rows["bad"]["problems"][0] | {"text": ""} == {
        "line": 1,
        "column": 5,
        "path": "",
        "text": "",
        "suggestion": "",
    }
    assert scenarios("list", tmp_path) == DONE
    assert "1 problem: signalbox harness scenarios check" in capsys.readouterr().out
    assert scenarios("list", tmp_path / "none") == NO


def test_that_one_scenario_is_shown_in_words_as_json_and_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert scenarios("show", "lab-outage-and-catch-up") == DONE
    told = capsys.readouterr().out
    for words in ("Lab partner outage and catch-up", "open: 5 min, 18,000 messages", "outage", "recovery < 1min"):
        assert words in told
    assert scenarios("show", "lab-outage-and-catch-up", "--file") == DONE
    text = capsys.readouterr().out
    assert scenarios("show", "lab-outage-and-catch-up", "--json") == DONE
    assert json.loads(capsys.readouterr().out)["text"] == text


def test_that_a_right_file_is_said_to_be_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "own.toml"
    path.write_text(LEAST.replace("[content]", '[content]\nfacility = "WARD"'))
    assert scenarios("check", path) == DONE
    told = capsys.readouterr().out
    assert told.startswith(f"{path} is right: 10 s, 50 messages.\nnote: MSH-4 is WARD")


def test_that_every_problem_of_a_file_is_a_line_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(LEAST.replace("rate = 5", "rate = 0").replace("emergency", "emergncy"))
    assert scenarios("check", path) == USAGE
    told = capsys.readouterr()
    assert told.out.splitlines()[0] == (
        f"{path}:3:57: load.stages[1].rate: must be more than 0; a stage without messages is kind “pause”"
    )
    assert told.out.splitlines()[1].startswith(f"{path}:5:35: content.mix[1].name: there is no journey “emergncy”")
    assert told.err == f"2 problems in {path}.\n"
    assert scenarios("check", path, "--json") == USAGE
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert [problem["suggestion"] for problem in problems] == ["", "emergency"]


def test_that_checking_looks_into_templates_and_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "own.toml"
    (tmp_path / "empty.hl7").write_text("")
    path.write_text(LEAST.replace('kind = "journey", name = "emergency"', 'kind = "files", path = "empty.hl7"'))
    assert scenarios("check", path) == USAGE
    assert capsys.readouterr().out.startswith(f"{path}:1:1: content: ")


def test_that_other_commands_end_with_usage_on_a_wrong_scenario_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.toml"
    path.write_text("x = 1")
    assert scenarios("show", path) == USAGE
    assert f"{path}:1:1: x: is no key of this table" in capsys.readouterr().err


def test_that_an_unknown_name_is_the_answer_no(capsys: pytest.CaptureFixture[str]) -> None:
    assert scenarios("show", "monday-800") == NO
    assert "Did you mean monday-0800?" in capsys.readouterr().err


def test_that_an_exported_scenario_works_where_it_lies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mine"
    assert scenarios("export", "slow-receiver", folder) == DONE
    files = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert files[0] == folder / "slow-receiver.toml"
    assert all(file.is_file() for file in files)
    scenario = read_scenario(files[0])
    assert scenario.receiver is not None
    assert scenario.receiver.script in files
    assert scenarios("export", "slow-receiver", folder) != DONE
    assert "is there already" in capsys.readouterr().err
    assert scenarios("export", "slow", tmp_path / "other") == NO


def test_that_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert scenarios("--schema") == DONE
    assert json.loads(capsys.readouterr().out)["$id"] == "urn:signalbox:schema:scenario"
