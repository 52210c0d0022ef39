"""The Game day view: the list is the real command's, a game is followed line by line, a debrief is read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pytestqt.qtbot import QtBot

from console.desktop.gameday_runner import GamePhase
from console.desktop.pages.harness_gameday import GameDayView
from console.desktop.session import Session

DEBRIEF: dict[str, Any] = {
    "debrief": 1,
    "game": "quarterly",
    "title": "Quarterly game day",
    "began": "2026-11-20T09:00:00.000Z",
    "elapsed_s": 1204.0,
    "passed": False,
    "incidents": [
        {
            "kind": "lab-outage",
            "steps": [
                {"name": "detected", "took_s": 61.0, "agreed_s": 300.0, "kept": True},
                {"name": "diagnosed", "took_s": None, "agreed_s": 480.0, "kept": False},
                {"name": "restored", "took_s": 700.0, "agreed_s": 900.0, "kept": True},
            ],
            "first_sign": "laboratories silent for 11 min",
            "wrong_causes": ["disk-full"],
            "affected": 12,
            "missing": 0,
            "doubled": 0,
            "to_replay": 0,
        }
    ],
    "questions": ["What do we change?"],
}


def _earlier(session: Session, name: str, text: str) -> Path:
    folder = session.settings.path.parent / "harness" / "gamedays" / name
    folder.mkdir(parents=True)
    (folder / "debrief.json").write_text(text, encoding="utf-8")
    return folder / "debrief.json"


def test_that_the_list_of_games_is_what_the_command_says(session: Session, qtbot: QtBot) -> None:
    view = GameDayView(session)
    qtbot.addWidget(view)
    with qtbot.waitSignal(view.settled, timeout=20_000):
        view.show_parameters({})
    assert view.cards.count() == 6
    assert view.faces.currentWidget() is view.choosing


def test_that_a_game_is_followed_and_only_what_was_found_is_told(session: Session, qtbot: QtBot) -> None:
    view = GameDayView(session)
    qtbot.addWidget(view)
    runner = view.runner
    runner.phase = GamePhase.SETTING_UP
    state = {
        "type": "gameday",
        "elapsed_s": 75.0,
        "duration_s": 600.0,
        "engine": {"http": "http://127.0.0.1:1", "token_file": "t"},
        "found": [],
    }
    runner._take([json.dumps(state).encode(), b"no json", b'{"type":"said","words":"Noted."}'])
    assert runner.phase is GamePhase.ON
    assert view.faces.currentWidget() is view.playing
    assert view.time.text() == "1min 15sec"
    assert view.diary.plain.rows[0].cells[0].text == "Noted."
    found = [{"cause": "lab-outage", "since_s": 10.0, "mended": True, "restored": False, "missing": 4}]
    runner._take([json.dumps({**state, "found": found}).encode()])
    assert view._found == (("A laboratory's line is down", "mended; 4 messages are not visible yet"),)
    runner._ended(3, "The game's engine did not start.")
    assert runner.phase is GamePhase.BROKEN
    assert view.verdict.text() == "The game's engine did not start."


def test_that_an_earlier_game_is_read_back_and_a_broken_file_is_passed_over(session: Session, qtbot: QtBot) -> None:
    path = _earlier(session, "20261120-090000-quarterly", json.dumps(DEBRIEF))
    _earlier(session, "20261119-090000-quarterly", "{ torn")
    _earlier(session, "20261118-090000-quarterly", "[]")
    view = GameDayView(session)
    qtbot.addWidget(view)
    view._read_earlier()
    assert [row.key for row in view.earlier.plain.rows] == [str(path)]
    view.earlier.opened.emit(str(path))
    assert view.faces.currentWidget() is view.over
    cells = view.table.plain.rows[0].cells
    assert [cell.text for cell in cells[1:4]] == ["1min 1sec of 5min", "never of 8min", "11min 40sec of 15min"]
    assert [cell.tone for cell in cells[1:4]] == ["ok_fg", "fail_fg", "ok_fg"]
    assert "first taken for The engine's disk is full" in view.notes.text()
    assert view.title.text() == "Quarterly game day"
