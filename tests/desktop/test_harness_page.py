"""The frame of the Harness: its views, their keys and links, and that it needs no engine."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from console.desktop import harness_view
from console.desktop.actions import Command, conflicts, scopes_heard
from console.desktop.application import Desktop, Options
from console.desktop.harness_view import VIEWS, ViewSpec, shown_views
from console.desktop.pages.harness import HarnessPage
from console.desktop.places import Place, place_from_link
from console.desktop.session import Session
from console.desktop.shell.window import Window


@pytest.fixture
def window(session: Session, qtbot: QtBot) -> Window:
    made = Window(session)
    qtbot.addWidget(made)
    made.resize(1500, 950)
    made.show()
    made.go(Place("harness"))
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def _page(window: Window) -> HarnessPage:
    page = window.page
    assert isinstance(page, HarnessPage)
    return page


def test_that_the_harness_is_on_the_rail_and_opens_on_the_run_without_a_connection(window: Window) -> None:
    assert window.session.desk is None
    assert _page(window).part() == "run"
    assert window.session.commands["go.harness"].shortcuts == ("Ctrl+4", "G, H")


def test_that_a_view_without_its_module_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = ViewSpec("nowhere", "NoView", "activity", lambda: "Nowhere")
    monkeypatch.setattr(harness_view, "VIEWS", (VIEWS[0], absent))
    assert [spec.name for spec in shown_views()] == ["run"]


def test_that_every_view_opens_has_its_own_scope_and_settles(window: Window, qtbot: QtBot) -> None:
    for spec in shown_views():
        with qtbot.waitSignal(window.page_settled, timeout=20_000):
            window.go(Place("harness", {"view": spec.name}))
        page = _page(window)
        assert page.part() == spec.name
        assert page.view is not None
        own = list(page.view.commands())
        assert {command.scope for command in own} <= {spec.scope}
        assert window.scope == spec.scope


def test_that_figures_switch_the_views_and_keys_follow(window: Window) -> None:
    if len(shown_views()) < 2:
        pytest.skip("one view only")
    other = shown_views()[1]
    _page(window).setFocus()
    QTest.keyClick(window, Qt.Key.Key_2)
    assert _page(window).part() == other.name
    heard = {command.name for command, key in window._shortcuts if key.isEnabled()}
    assert "harness.run_stop" not in heard
    QTest.keyClick(window, Qt.Key.Key_1)
    assert _page(window).part() == "run"
    heard = {command.name for command, key in window._shortcuts if key.isEnabled()}
    assert {"harness.run_stop", "harness.run_start", "harness.view_run"} <= heard


def test_that_back_leads_through_the_views(window: Window) -> None:
    if len(shown_views()) < 2:
        pytest.skip("one view only")
    window.go(Place("harness", {"view": shown_views()[1].name}))
    window.back()
    assert _page(window).part() == "run"


def test_that_a_view_has_a_link_of_its_own(window: Window) -> None:
    place = _page(window).place()
    assert place.params["view"] == "run"
    assert place_from_link(place.link()) == place


def test_that_an_unknown_view_shows_the_first(window: Window) -> None:
    window.go(Place("harness", {"view": "weather"}))
    assert _page(window).part() == "run"


def test_that_the_help_sheet_lists_the_keys_of_the_view_that_is_shown(window: Window) -> None:
    window.toggle_help()
    shown = {label.text() for label in window.help_sheet.findChildren(QWidget) if hasattr(label, "text")}
    assert {"Start the run", "Pause or go on", "Stop the run", "Draw a new seed"} <= shown


def test_that_keys_of_two_views_may_be_the_same_but_not_those_of_a_view_and_its_page() -> None:
    def command(name: str, scope: str) -> Command:
        return Command(name=name, title=name, run=lambda: None, shortcuts=("P",), scope=scope)

    assert conflicts([command("a", "harness/run"), command("b", "harness/probe")]) == []
    assert conflicts([command("a", "harness"), command("b", "harness/probe")]) != []
    assert scopes_heard("harness/run") == ("harness/run", "harness", "everywhere")


def test_that_the_command_line_opens_the_harness_and_no_connection(
    qapp: QApplication, qtbot: QtBot, tmp_path: object
) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    desktop = Desktop(qapp, Options(data=tmp_path, size=(1280, 800), harness=True))
    desktop.window.first_painted.disconnect()
    desktop.open()
    assert desktop.first_connection is None
    assert desktop.window.page_name == "harness"
    desktop.close()
    desktop.window.deleteLater()
