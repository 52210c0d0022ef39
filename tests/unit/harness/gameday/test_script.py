"""Game day scripts: what they say, what they may not say, and those that come with the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.core.errors import Refused
from console.harness.gameday.course import IncidentKind
from console.harness.gameday.script import read_game_day
from console.harness.gameday.shipped import find_game_day, game_days


def _written(folder: Path, text: str) -> Path:
    path = folder / "day.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_that_an_incident_takes_the_agreed_minutes_of_the_day_unless_it_has_its_own(tmp_path: Path) -> None:
    day = read_game_day(
        _written(
            tmp_path,
            'minutes = 20\n[agreed]\ndetect = "2m"\n'
            '[[incidents]]\nkind = "fhir-down"\nat = "3m"\nhow = "hang"\n'
            '[[incidents]]\nkind = "lab-outage"\nat = 30\ndetect = "90s"\n',
        )
    )
    assert [(p.kind, p.at, p.agreed.detect) for p in day.incidents] == [
        (IncidentKind.LAB_OUTAGE, 30.0, 90.0),
        (IncidentKind.FHIR_DOWN, 180.0, 120.0),
    ]
    assert day.duration == 1200.0
    assert day.incidents[1].options == {"how": "hang"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("minutes = 5", "incidents"),
        ('[[incidents]]\nkind = "flood"', "lab-outage"),
        ('[[incidents]]\nkind = "lab-outage"\nwhen = 3', "'when'"),
        ('[[incidents]]\nkind = "lab-outage"\nat = "5 parsecs"', "duration"),
        ('[[incidents]]\nkind = "lab-outage"\nat = -1', "number"),
        ('minutes = 1\n[[incidents]]\nkind = "lab-outage"\nat = "2m"', "after the game's end"),
        ("incidents = 3", "incidents"),
        ("minutes = = 3", "no TOML"),
    ],
)
def test_that_a_script_that_cannot_be_meant_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        read_game_day(_written(tmp_path, text))
    assert said in refused.value.text
    assert "day.toml" in refused.value.text


def test_that_what_comes_along_can_be_read_and_found() -> None:
    days = {day.name: day for day in game_days()}
    assert {p.kind for p in days["quarterly"].incidents} == set(IncidentKind)
    assert find_game_day("quarterly") == days["quarterly"]
    with pytest.raises(Refused) as refused:
        find_game_day("nothing-such")
    assert refused.value.code == "not-found"
    assert "quarterly" in refused.value.text
