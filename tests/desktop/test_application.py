"""The run as a whole: what is opened at start, options over settings, another language or theme while running."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.desktop.application import Desktop, Options, local_zone
from console.desktop.places import Place
from console.desktop.settings import Connection, SettingsStore
from console.desktop.theme import theme

Start = Callable[..., Desktop]


@pytest.fixture
def start(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Start]:
    """Makes a desktop without opening a connection."""
    made: list[Desktop] = []

    def make(**options: object) -> Desktop:
        desktop = Desktop(qapp, Options(data=tmp_path, size=(1280, 800), **options))  # type: ignore[arg-type]
        desktop.window.first_painted.disconnect()
        made.append(desktop)
        desktop.open()
        qtbot.waitExposed(desktop.window)
        return desktop

    yield make
    for desktop in made:
        desktop.close()
        desktop.translators.use("en")
        desktop.window.deleteLater()


def test_that_the_first_run_shows_the_three_cards(start: Start) -> None:
    assert start().window.page_name == "welcome"


def test_that_the_last_connection_is_opened_again(start: Start, tmp_path: Path) -> None:
    ward = Connection("Ward", "engine", "http://127.0.0.1:1", "production")
    SettingsStore(tmp_path).load().change(connections=(ward,), active="Ward")
    desktop = start()
    assert desktop.first_connection == ward
    assert desktop.window.page_name == "investigate"


def test_that_an_address_on_the_command_line_is_known_by_its_saved_name(start: Start, tmp_path: Path) -> None:
    ward = Connection("Ward", "engine", "http://127.0.0.1:1", "production")
    SettingsStore(tmp_path).load().change(connections=(ward,))
    assert start(engine_url="http://127.0.0.1:1/").first_connection == ward
    other = start(engine_url="http://127.0.0.1:2").first_connection
    assert other == Connection("127.0.0.1:2", "engine", "http://127.0.0.1:2", "test")


def test_that_the_demo_is_marked_as_one(start: Start) -> None:
    first = start(demo=True).first_connection
    assert first is not None
    assert (first.kind, first.environment) == ("demo", "demo")


def test_that_options_hold_for_this_run_only(start: Start, tmp_path: Path) -> None:
    desktop = start(theme="dark", language="es", scale=130)
    assert theme().dark
    assert theme().scale == 130
    assert desktop.window.windowTitle().startswith("Bienvenida")
    desktop.settings.change(keyboard=replace(desktop.settings.value.keyboard, single_letters=False))
    assert "dark" not in (tmp_path / "settings.toml").read_text(encoding="utf-8")


def test_that_theme_and_language_change_while_it_runs(start: Start) -> None:
    desktop = start(place=Place("settings"))
    look = desktop.settings.value.appearance
    desktop.settings.change(appearance=replace(look, theme="dark", language="es"))
    assert theme().dark
    assert desktop.window.page_name == "settings"
    assert desktop.window.windowTitle() == "Ajustes · Signalbox"
    assert desktop.session.formats.language == "es"


def test_that_a_chosen_connection_is_remembered(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desktop = start()
    opened: list[tuple[Connection, str]] = []
    monkeypatch.setattr(desktop, "_open", lambda connection, token="": opened.append((connection, token)))
    ward = Connection("Ward", "engine", "http://127.0.0.1:1", "test")
    desktop.session.connection_requested.emit(ward, "token")
    assert opened == [(ward, "token")]
    again = SettingsStore(tmp_path).load().value
    assert again.active == "Ward"
    assert again.connections == (ward,)


def test_that_the_local_zone_knows_both_sides_of_the_year(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = local_zone()
    if isinstance(zone, ZoneInfo):
        assert zone.key
    assert datetime(2026, 1, 1, tzinfo=zone).utcoffset() is not None


def test_that_closing_twice_does_no_harm(start: Start) -> None:
    desktop = start()
    desktop.close()
    desktop.close()
    assert not desktop.io.running
