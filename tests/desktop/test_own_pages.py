"""First run, settings and the manual: what they offer works, what does not exist says so, what is typed is checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QSlider, QWidget
from pytestqt.qtbot import QtBot

from console.desktop.formats import Formats
from console.desktop.pages.help import HelpPage, Manual, manual_pages
from console.desktop.pages.settings import SettingsPage
from console.desktop.pages.welcome import WelcomePage
from console.desktop.places import Place
from console.desktop.session import Session, Toast
from console.desktop.settings import Connection, SettingsStore
from console.desktop.widgets.connection_list import ConnectionList
from console.desktop.widgets.kit import Choice


def _button(root: QWidget, text: str) -> QAbstractButton:
    return next(b for b in root.findChildren(QAbstractButton) if text in (b.text(), b.accessibleName()))


# ---- first run ------------------------------------------------------------------------------------------------


def test_that_the_demo_starts_with_one_click_and_no_question(session: Session, qtbot: QtBot) -> None:
    page = WelcomePage(session)
    qtbot.addWidget(page)
    with qtbot.waitSignal(session.connection_requested) as asked:
        _button(page, "Start demo hospital").click()
    assert asked.args[0].kind == "demo"


def test_that_the_harness_opens_without_any_connection(session: Session, qtbot: QtBot) -> None:
    page = WelcomePage(session)
    qtbot.addWidget(page)
    with qtbot.waitSignal(session.place_requested) as asked:
        _button(page, "Open the harness").click()
    assert asked.args[0] == Place("harness")


def test_that_connecting_leads_to_the_connections(session: Session, qtbot: QtBot) -> None:
    page = WelcomePage(session)
    qtbot.addWidget(page)
    with qtbot.waitSignal(session.place_requested) as asked:
        _button(page, "Connect…").click()
    assert asked.args[0] == Place("settings", {"part": "connections"})


@pytest.mark.parametrize(("width", "beside"), [(1400, True), (700, False)])
def test_that_the_cards_stand_side_by_side_only_where_they_fit(
    session: Session, qtbot: QtBot, width: int, beside: bool
) -> None:
    page = WelcomePage(session)
    qtbot.addWidget(page)
    page.resize(width, 700)
    page.show()
    first, second = page.cards[0], page.cards[1]
    assert (first.x() < second.x()) is beside
    assert (first.y() < second.y()) is not beside


# ---- settings -------------------------------------------------------------------------------------------------


def _settings(session: Session, qtbot: QtBot) -> SettingsPage:
    page = SettingsPage(session)
    qtbot.addWidget(page)
    return page


def test_that_a_choice_holds_at_once_and_is_saved(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    page = _settings(session, qtbot)
    theme = next(c for c in page.findChildren(Choice) if c.accessibleName() == "Theme")
    theme.setCurrentIndex(theme.findData("dark"))
    theme.activated.emit(theme.currentIndex())
    assert SettingsStore(tmp_path).load().value.appearance.theme == "dark"


def test_that_the_text_size_changes_by_keyboard_too(session: Session, qtbot: QtBot) -> None:
    page = _settings(session, qtbot)
    slider = page.findChild(QSlider)
    assert slider is not None
    slider.triggerAction(QSlider.SliderAction.SliderPageStepAdd)
    assert session.settings.value.appearance.scale == 110


def test_that_single_letter_keys_and_masks_are_settings(session: Session, qtbot: QtBot) -> None:
    page = _settings(session, qtbot)
    for box in page.findChildren(QCheckBox):
        box.toggle()
    value = session.settings.value
    assert value.appearance.high_contrast
    assert not value.keyboard.single_letters
    assert value.privacy.mask_on_start


def test_that_a_bad_value_in_the_file_is_shown_with_its_name(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[appearance]\nscale = 900\n", encoding="utf-8")
    session.settings.load()
    page = _settings(session, qtbot)
    texts = [w.accessibleName() for w in page.findChildren(QWidget)]
    assert any("appearance.scale" in text and "90 to 200" in text for text in texts)


def test_that_a_setting_that_cannot_be_saved_is_told(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    page = _settings(session, qtbot)
    session.settings.path = tmp_path / "settings.toml" / "deeper.toml"
    (tmp_path / "settings.toml").write_text("", encoding="utf-8")
    toasts: list[Toast] = []
    session.toast_requested.connect(toasts.append)
    page.findChildren(QCheckBox)[0].toggle()
    assert "could not be saved" in toasts[0].text


# ---- connections ----------------------------------------------------------------------------------------------


@pytest.fixture
def connections(session: Session, qtbot: QtBot) -> ConnectionList:
    made = ConnectionList(session)
    qtbot.addWidget(made)
    made.show()
    _button(made, "Add a connection…").click()
    return made


def test_that_an_address_that_cannot_work_is_not_kept(connections: ConnectionList, session: Session) -> None:
    form = connections.form
    form.name.setText("Ward")
    form.url.setText("engine.example.org")
    _button(form, "Save and open").click()
    assert form.problem.isVisible()
    assert form.url.property("invalid") is True
    assert session.settings.value.connections == ()


def test_that_two_connections_cannot_have_one_name(connections: ConnectionList, session: Session) -> None:
    session.settings.change(connections=(Connection("Ward", "engine", "http://127.0.0.1:1", "test"),))
    form = connections.form
    form.name.setText("Ward")
    form.url.setText("http://127.0.0.1:2")
    _button(form, "Save and open").click()
    assert form.name.property("invalid") is True
    assert len(session.settings.value.connections) == 1


def test_that_a_new_connection_is_saved_and_opened_with_its_token_and_the_token_not_shown_again(
    connections: ConnectionList, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    form = connections.form
    form.name.setText("Ward")
    form.url.setText("https://engine.example.org:8585/")
    form.token.setText("secret-token")
    form.environment.set_value("production")
    with qtbot.waitSignal(session.connection_requested) as asked:
        _button(form, "Save and open").click()
    wanted = Connection("Ward", "engine", "https://engine.example.org:8585", "production")
    assert asked.args == [wanted, "secret-token"]
    assert form.token.text() == ""
    assert "secret-token" not in (tmp_path / "settings.toml").read_text(encoding="utf-8")
    _button(connections, "Remove Ward").click()
    assert session.settings.value.connections == ()


# ---- manual ---------------------------------------------------------------------------------------------------


def test_that_the_guide_comes_first_and_in_the_users_language() -> None:
    assert next(iter(manual_pages())) == "guide"
    assert manual_pages("es")["guide"].name == "guide.es.md"
    assert manual_pages("en")["guide"].name == "guide.md"
    assert not any("." in name for name in manual_pages("es"))


def test_that_the_two_guides_have_the_same_sections() -> None:
    counts = [
        [
            line.split(" ")[0]
            for line in manual_pages(code)["guide"].read_text(encoding="utf-8").splitlines()
            if line[:1] in "#-|"
        ]
        for code in ("en", "es")
    ]
    assert counts[0] == counts[1]


def test_that_every_page_of_the_manual_opens_and_is_read_only(session: Session, qtbot: QtBot) -> None:
    page = HelpPage(session)
    qtbot.addWidget(page)
    for name in manual_pages():
        page.show_place(Place("help", {"page": name}))
        assert page.place() == Place("help", {"page": name})
        assert page.manual.isReadOnly()
        assert len(page.manual.toPlainText()) > 100


def test_that_a_link_to_another_page_is_followed_and_one_to_the_outside_is_only_shown(
    session: Session, qtbot: QtBot
) -> None:
    page = HelpPage(session)
    qtbot.addWidget(page)
    page.show_place(Place("help", {"page": "guide"}))
    page.manual.anchorClicked.emit(QUrl("glossary.md"))
    assert page.place() == Place("help", {"page": "glossary"})
    toasts: list[Toast] = []
    session.toast_requested.connect(toasts.append)
    page.manual.anchorClicked.emit(QUrl("https://example.org/x"))
    assert page.place() == Place("help", {"page": "glossary"})
    assert "https://example.org/x" in toasts[0].text


@pytest.mark.parametrize(
    "name", ["../../pyproject.toml", "/etc/passwd", "file:///etc/passwd", "https://example.org/a.png"]
)
def test_that_the_manual_loads_nothing_from_elsewhere(qtbot: QtBot, name: str) -> None:
    manual = Manual()
    qtbot.addWidget(manual)
    assert manual.loadResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name)) is None


def test_that_html_in_the_manual_stays_text(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("# T\n\n<img src='https://example.org/a.png'> <b>bold</b>\n", encoding="utf-8")
    manual = Manual()
    qtbot.addWidget(manual)
    manual.show_page(path)
    assert "<b>bold</b>" in manual.toPlainText()


def test_that_a_spanish_session_gets_the_spanish_guide(session: Session, qtbot: QtBot) -> None:
    session.formats = Formats("es")
    page = HelpPage(session)
    qtbot.addWidget(page)
    page.show_place(Place("help"))
    assert page.manual.toPlainText().startswith("Guía")


def test_that_the_connection_that_is_open_says_so(session: Session, qtbot: QtBot) -> None:
    ward = Connection("Ward", "engine", "http://127.0.0.1:1", "test")
    session.settings.change(connections=(ward, Connection("Other", "engine", "http://127.0.0.1:2", "test")))
    session.connection = ward
    made = ConnectionList(session)
    qtbot.addWidget(made)
    assert not _button(made, "Open Ward").isEnabled()
    assert _button(made, "Open Other").isEnabled()
