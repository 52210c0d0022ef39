"""The window: pages and places, the palette, keys, privacy, toasts, small screens, and a name for every focus stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from console.core.errors import Refused
from console.desktop.actions import Command
from console.desktop.i18n import Translators
from console.desktop.page import Page
from console.desktop.pages import HIDDEN_PAGES, shown_pages
from console.desktop.places import Place
from console.desktop.session import Hit, Link, Session, Standing
from console.desktop.shell.window import Window
from console.desktop.theme import Scheme, dress
from tests.desktop.conftest import NOW

PERSON = Hit("MARTÍNEZ LÓPEZ, Rosa Elena", "encounter", Place("settings"), "users", "118204", person=True)


def _opened(session: Session, qtbot: QtBot, size: tuple[int, int] = (1680, 1050)) -> Window:
    window = Window(session)
    qtbot.addWidget(window)
    window.resize(*size)
    window.go(Place("welcome"))
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    return window


@pytest.fixture
def window(session: Session, qtbot: QtBot) -> Window:
    return _opened(session, qtbot)


# ---- places ---------------------------------------------------------------------------------------------------


def test_that_the_window_shows_the_page_it_is_sent_to_and_goes_back_and_forward(window: Window, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.page_settled):
        window.go(Place("settings"))
    assert window.page_name == "settings"
    assert window.windowTitle() == "Settings · Signalbox"
    window.session.commands["go.back"].run()
    assert window.page_name == "welcome"
    window.session.commands["go.forward"].run()
    assert window.page_name == "settings"
    assert window.session.commands["go.forward"].reason_off() != ""


def test_that_a_page_that_does_not_exist_is_refused_with_a_notice(window: Window) -> None:
    window.go(Place("weather"))
    assert window.page_name == "welcome"
    assert window.toasts.isVisible()


def test_that_another_language_rebuilds_everything_and_keeps_the_place(window: Window, spanish: Translators) -> None:
    window.go(Place("settings"))
    window.build()
    assert window.page_name == "settings"
    assert window.windowTitle() == "Ajustes · Signalbox"
    texts = [button.text() for button in window.rail.findChildren(QAbstractButton)]
    assert "Ajustes" in texts


def test_that_another_connection_leaves_nothing_of_the_old_one_on_the_screen(window: Window) -> None:
    before = window.page
    window.session.set_desk(None)
    assert window.page is not before
    assert window.page_name == "welcome"


# ---- keys -----------------------------------------------------------------------------------------------------


def test_that_every_page_of_the_rail_has_its_key_and_chord(window: Window) -> None:
    for number, spec in enumerate(shown_pages(), start=1):
        assert window.session.commands[f"go.{spec.name}"].shortcuts == (f"Ctrl+{number}", f"G, {spec.letter}")


def test_that_a_letter_opens_the_palette_but_not_while_typing(window: Window, qtbot: QtBot) -> None:
    box = QLineEdit(window)
    box.show()
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Slash)
    assert box.text() == "/"
    assert not window.palette_box.isVisible()
    window.setFocus()
    box.hide()
    QTest.keyClick(window, Qt.Key.Key_Slash)
    assert window.palette_box.isVisible()


def test_that_single_letter_keys_can_be_switched_off_as_a_whole(window: Window) -> None:
    settings = window.session.settings
    settings.value = replace(settings.value, keyboard=replace(settings.value.keyboard, single_letters=False))
    window.refresh_shortcuts()
    on = {shortcut.key().toString() for _, shortcut in window._shortcuts if shortcut.isEnabled()}
    assert not on & {"/", "?", "G, S"}
    assert {"Ctrl+K", "F1"} <= on


def test_that_escape_closes_one_layer_after_the_other(window: Window) -> None:
    window.session.toast("Done.")
    window.toggle_help()
    assert window.help_sheet.isVisible()
    window.escape()
    assert not window.help_sheet.isVisible()
    assert window.toasts.isVisible()
    window.escape()
    assert not window.toasts.isVisible()


def test_that_the_help_sheet_lists_every_key_of_the_screen(window: Window) -> None:
    window.toggle_help()
    shown = {label.text() for label in window.help_sheet.findChildren(QWidget) if hasattr(label, "text")}
    for command in window.session.commands.on(window.page_name):
        if command.shortcuts:
            assert command.title in shown


def test_that_a_command_that_is_off_says_why_instead_of_running(window: Window) -> None:
    ran: list[int] = []
    command = Command(name="x", title="X", run=lambda: ran.append(1), unavailable=lambda: "The engine does not answer.")
    window.run(command)
    assert ran == []
    assert window.toasts.isVisible()


# ---- palette --------------------------------------------------------------------------------------------------


async def _people(text: str) -> Sequence[Hit]:
    return [PERSON] if "mart" in text else []


def _type(window: Window, text: str) -> None:
    window.palette_box.open_with("")
    QTest.keyClicks(window.palette_box.input, text)


def test_that_what_is_pasted_is_searched_and_enter_opens_the_first_hit(window: Window, qtbot: QtBot) -> None:
    window.session.finder = _people
    _type(window, "martinez")
    box = window.palette_box
    qtbot.waitUntil(lambda: any(row.hit is PERSON for row in box.model.rows))
    QTest.keyClick(box.input, Qt.Key.Key_Return)
    assert window.page_name == "settings"
    assert not box.isVisible()


def test_that_a_search_that_fails_says_so_and_commands_still_work(window: Window, qtbot: QtBot) -> None:
    async def refuse(text: str) -> Sequence[Hit]:
        raise Refused("The search box takes at most 200 characters.", code="too-long")

    window.session.finder = refuse
    _type(window, "dark")
    box = window.palette_box
    qtbot.waitUntil(lambda: box.note.isVisible())
    assert box.note.text() == "The search box takes at most 200 characters."
    assert [row.text for row in box.model.rows if row.command is not None] == ["Use dark theme"]


def test_that_tab_steps_through_the_kinds(window: Window) -> None:
    _type(window, "x")
    seen = []
    for _ in range(4):
        QTest.keyClick(window.palette_box.input, Qt.Key.Key_Tab)
        seen.append(window.palette_box.input.text())
    assert seen == [">x", "@x", "#x", "x"]


def test_that_a_pasted_link_leads_to_its_place(window: Window, qtbot: QtBot) -> None:
    _type(window, "signalbox://settings?part=connections")
    box = window.palette_box
    qtbot.waitUntil(lambda: any(row.hit is not None for row in box.model.rows))
    QTest.keyClick(box.input, Qt.Key.Key_Return)
    assert window.history.current == Place("settings", {"part": "connections"})


def test_that_headings_cannot_be_chosen_and_arrows_skip_them(window: Window) -> None:
    window.session.remember(PERSON)
    window.palette_box.open_with("")
    box = window.palette_box
    assert not box.model.rows[box.view.currentIndex().row()].is_heading
    for _ in range(50):
        QTest.keyClick(box.input, Qt.Key.Key_Down)
        assert not box.model.rows[box.view.currentIndex().row()].is_heading


# ---- privacy --------------------------------------------------------------------------------------------------


def test_that_privacy_mode_covers_people_in_the_palette(window: Window) -> None:
    window.session.remember(PERSON)
    window.session.set_privacy(True)
    window.palette_box.open_with("")
    model = window.palette_box.model
    shown = [str(model.data(model.index(row, 0))) for row in range(model.rowCount())]
    assert not any("MARTÍNEZ" in text for text in shown)
    assert any("•••••" in text for text in shown)


def test_that_the_status_bar_says_and_switches_privacy(window: Window) -> None:
    button = next(b for b in window.status_bar.findChildren(QAbstractButton) if "details" in b.text())
    assert button.text() == "Patient details shown"
    button.click()
    assert window.session.privacy
    assert button.text() == "Patient details hidden"


# ---- freshness ------------------------------------------------------------------------------------------------


def test_that_the_offline_bar_says_how_old_the_copy_is_and_when_the_next_try_comes(window: Window) -> None:
    banner = window.offline_banner
    assert not banner.isVisible()
    window.session.set_standing(
        Standing(
            Link.OFFLINE,
            sources=1,
            copy_as_of=NOW - timedelta(minutes=6),
            next_try=NOW + timedelta(seconds=20),
            because="The engine does not answer.",
        )
    )
    assert banner.isVisible()
    assert banner.title.text() == "The engine does not answer."
    assert banner.text.text() == "Showing the copy kept here, 6min old. Trying again in 20sec."
    window.session.set_standing(Standing(Link.LIVE, 1, 1))
    assert not banner.isVisible()


def test_that_the_environment_is_named_and_production_stands_out(window: Window) -> None:
    window.set_environment("production", "St Elsewhere")
    assert window.top_bar.environment.accessibleName() == "PRODUCTION · St Elsewhere"
    assert window.stripe.token == "fail_solid"
    window.set_environment("", "")
    assert window.top_bar.environment.accessibleName() == "NOT CONNECTED"


# ---- small and large ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [spec.name for spec in (*shown_pages(), *HIDDEN_PAGES)])
@pytest.mark.parametrize("scale", [100, 150])
def test_that_every_page_fits_a_laptop_screen(
    session: Session, qtbot: QtBot, qapp: QApplication, page: str, scale: int
) -> None:
    dress(qapp, scheme=Scheme.LIGHT, scale=scale)
    window = _opened(session, qtbot, (1366, 768))
    window.go(Place(page))
    needed = window.minimumSizeHint()
    assert needed.width() <= 1366
    assert needed.height() <= 768
    assert window.size() == QSize(1366, 768)
    assert session.compact


def test_that_the_rail_shows_words_where_there_is_room_and_icons_where_not(window: Window) -> None:
    wide = window.rail.width()
    window.resize(1366, 768)
    QApplication.processEvents()
    assert window.rail.width() < wide


def test_that_everything_to_click_is_at_least_24_pixels_high_and_wide(window: Window) -> None:
    window.go(Place("settings"))
    small = [
        f"{type(b).__name__} {b.accessibleName()} {b.size()}"
        for b in window.findChildren(QAbstractButton)
        if b.isVisible() and (b.width() < 24 or b.height() < 24)
    ]
    assert small == []


# ---- names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [spec.name for spec in (*shown_pages(), *HIDDEN_PAGES)])
def test_that_every_focusable_widget_has_a_name(
    window: Window, nameless: Callable[[QWidget], list[str]], page: str
) -> None:
    window.go(Place(page))
    assert nameless(window) == []


def test_that_the_layers_over_the_window_have_names_too(
    window: Window, nameless: Callable[[QWidget], list[str]]
) -> None:
    window.session.toast("Sent.", action="Undo", run=lambda: None)
    window.palette_box.open_with("")
    assert nameless(window) == []
    window.palette_box.close_layer()
    window.toggle_help()
    assert nameless(window) == []


def test_that_every_page_is_a_page_and_its_commands_name_it_as_their_scope(window: Window) -> None:
    for spec in (*shown_pages(), *HIDDEN_PAGES):
        window.go(Place(spec.name))
        page = window.page
        assert isinstance(page, Page)
        assert {command.scope.partition("/")[0] for command in page.commands()} <= {spec.name}


def test_that_badges_are_spoken(window: Window) -> None:
    window.session.badge_changed.emit("settings", 3)
    names = [button.accessibleName() for button in window.rail.findChildren(QAbstractButton)]
    assert "Settings, 3 waiting" in names


def test_that_the_shown_shortcuts_are_real_ones(window: Window) -> None:
    for command in window.session.commands.all():
        for keys in command.shortcuts:
            assert not QKeySequence(keys).isEmpty()
