"""The window: it shows a page, goes places and back, and every focusable widget has a name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.desktop.places import Place
from console.desktop.session import Session
from console.desktop.shell.window import Window


@pytest.fixture
def window(session: Session, qtbot: QtBot) -> Window:
    window = Window(session)
    qtbot.addWidget(window)
    window.resize(1440, 900)
    return window


def test_that_the_window_shows_the_page_it_is_sent_to(window: Window, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.page_settled):
        window.go(Place("settings"))
    window.show()
    qtbot.waitExposed(window)
    assert window.page_name == "settings"
    assert window.page is not None
    assert window.page.isVisible()


def test_that_every_focusable_widget_of_the_shell_has_a_name(
    window: Window, qtbot: QtBot, nameless: Callable[[QWidget], list[str]]
) -> None:
    window.go(Place("settings"))
    window.show()
    qtbot.waitExposed(window)
    assert nameless(window) == []
