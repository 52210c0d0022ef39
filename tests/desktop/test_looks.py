"""Every page in every look: paints without a complaint, and its texts fit where the screen is small."""

from __future__ import annotations

from itertools import product

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from console.desktop.formats import Formats
from console.desktop.i18n import Translators
from console.desktop.pages import HIDDEN_PAGES, shown_pages
from console.desktop.places import Place
from console.desktop.session import Session
from console.desktop.shell.window import Window
from console.desktop.theme import Scheme, dress

LOOKS = list(
    product((Scheme.LIGHT, Scheme.DARK), ("en", "es"), ((100, 1680, 1050), (100, 1366, 768), (150, 1366, 768)))
)


@pytest.mark.parametrize(("scheme", "language", "size"), LOOKS)
def test_that_every_page_paints_in_every_look(
    session: Session,
    qtbot: QtBot,
    qapp: QApplication,
    spanish: Translators,
    scheme: Scheme,
    language: str,
    size: tuple[int, int, int],
) -> None:
    scale, width, height = size
    spanish.use(language)
    session.formats = Formats(language, session.formats.zone)
    dress(qapp, scheme=scheme, scale=scale)
    window = Window(session)
    qtbot.addWidget(window)
    window.resize(width, height)
    window.show()
    for spec in (*shown_pages(), *HIDDEN_PAGES):
        window.go(Place(spec.name))
        picture = window.grab()
        assert (picture.width(), picture.height()) == (width, height)
        cut = [
            button.text()
            for button in window.findChildren(QPushButton)
            if button.isVisible() and button.text() and button.width() < button.minimumSizeHint().width()
        ]
        assert cut == [], spec.name


def test_that_high_contrast_paints_too(session: Session, qtbot: QtBot, qapp: QApplication) -> None:
    dress(qapp, scheme=Scheme.DARK, high_contrast=True)
    window = Window(session)
    qtbot.addWidget(window)
    window.show()
    for spec in (*shown_pages(), *HIDDEN_PAGES):
        window.go(Place(spec.name))
        assert not window.grab().isNull()
