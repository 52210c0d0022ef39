"""Investigate: the overview and the box that takes anything, on real Qt with a source in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from console.core.clock import iso
from console.core.errors import Refused
from console.desktop.i18n import Translators
from console.desktop.pages.investigate import InvestigatePage
from console.desktop.places import Place
from console.desktop.presenters.finding import PaletteFinder
from console.desktop.session import Session
from console.desktop.widgets.heat_strip import HeatStrip
from console.desktop.widgets.kit import Button
from console.investigation.answer import FeedChanges
from console.investigation.desk import Desk
from console.storage.cache import Cache
from tests.builders.hospital import NOW, ROSA_STAY, Hospital, small_hospital
from tests.fakes.source import FakeSource, unreachable

GROUP = {
    "group_key": "g",
    "title": "local code K-PL has no LOINC code in map lab-local-loinc version 12",
    "code": "code-not-mapped",
    "hop": "map",
    "destination": "",
    "count": 3,
    "patients": 3,
    "first_at": iso(NOW - timedelta(minutes=75)),
    "last_at": iso(NOW - timedelta(minutes=9)),
    "sample": ["event-1"],
}


def statistics() -> dict[str, Any]:
    return {
        "now": iso(NOW),
        "received_total": 412,
        "per_minute": [
            {"sender": "LIS", "counts": [1] * 719 + [31], "last_at": iso(NOW)},
            {"sender": "RIS", "counts": [2] * 640 + [0] * 80, "last_at": iso(NOW)},
        ],
        "senders": [
            {
                "name": "LIS",
                "last_at": iso(NOW - timedelta(seconds=9)),
                "per_minute": 31.0,
                "usual_gap_s": 2,
                "silent": False,
            },
            {
                "name": "RIS",
                "last_at": iso(NOW - timedelta(minutes=80)),
                "per_minute": 0.0,
                "usual_gap_s": 30,
                "silent": True,
            },
        ],
        "queues": {"inbox": 0, "outbox": 28, "dead_letters": 3},
        "destinations": [
            {
                "name": "fhir-store",
                "kind": "builtin",
                "state": "running",
                "breaker": "closed",
                "pending": 0,
                "oldest_at": None,
                "last_ok_at": iso(NOW),
            },
            {
                "name": "ehr",
                "kind": "fhir",
                "state": "running",
                "breaker": "open",
                "pending": 28,
                "oldest_at": iso(NOW - timedelta(minutes=18)),
                "last_ok_at": None,
            },
        ],
    }


@pytest.fixture
def hospital() -> Hospital:
    return small_hospital()


@pytest.fixture
def source(hospital: Hospital) -> FakeSource:
    return hospital.source(statistics_=statistics(), failures_=[GROUP])


@pytest.fixture
def desk(source: FakeSource) -> Iterator[Desk]:
    cache = Cache(None, bytes(32), clock=lambda: NOW)
    yield Desk([source], cache, clock=lambda: NOW, budget_s=5)
    cache.close()


@pytest.fixture
def page(session: Session, desk: Desk, qtbot: QtBot) -> InvestigatePage:
    session.desk = desk
    return opened(session, qtbot)


_windows: list[QWidget] = []


def opened(session: Session, qtbot: QtBot, width: int = 1366, height: int = 690) -> InvestigatePage:
    window = QWidget()  # the shell's part: a page is never a window of its own
    _windows[:] = [window]
    qtbot.addWidget(window)
    made = InvestigatePage(session, window)
    window.resize(width, height)
    made.resize(width, height)
    with qtbot.waitSignal(made.settled, timeout=5000):
        made.show_place(Place("investigate"))
    window.show()
    made.entered()
    return made


def texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def search(page: InvestigatePage, qtbot: QtBot, text: str) -> None:
    with qtbot.waitSignal(page.search.settled, timeout=5000):
        page.search.search_for(text)


def test_that_the_page_says_what_needs_somebody_grouped_by_cause(page: InvestigatePage, session: Session) -> None:
    shown = texts(page)
    assert "3 things need you" in shown
    assert "local code K-PL has no LOINC code" in shown
    assert "First 01:52 · newest 02:58 · 3 patients" in shown
    assert "RIS has gone silent" in shown
    assert "Last message 01:47 · usually one every 30sec" in shown
    assert "ehr does not take deliveries" in shown
    assert "heard 9sec ago" in shown
    assert "31/min" in shown


def test_that_the_rail_learns_how_many_things_need_somebody(session: Session, desk: Desk, qtbot: QtBot) -> None:
    session.desk = desk
    told: list[tuple[str, int]] = []
    session.badge_changed.connect(lambda page, number: told.append((page, number)))
    opened(session, qtbot)
    assert told[-1] == ("investigate", 3)


def test_that_open_newest_leads_to_the_trace(page: InvestigatePage, session: Session, qtbot: QtBot) -> None:
    button = next(b for b in page.findChildren(Button) if b.text() == "Open newest")
    assert "K-PL" in button.accessibleName()
    with qtbot.waitSignal(session.place_requested) as asked:
        button.click()
    assert asked.args == [Place("trace", {"event": "event-1"})]


def test_that_typing_finds_cases_and_enter_opens_the_timeline(
    page: InvestigatePage, session: Session, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(page.search.settled, timeout=5000):
        qtbot.keyClicks(page.search.box, "55121")
    assert len(page.search.places()) == 1
    assert "Dead-lettered 1/2" in str(page.search.model.index(0).data())
    with qtbot.waitSignal(session.place_requested) as asked:
        qtbot.keyClick(page.search.box, Qt.Key.Key_Return)
    assert asked.args == [Place("timeline", {"encounter": ROSA_STAY})]


def test_that_the_arrows_choose_while_the_cursor_stays_in_the_box(page: InvestigatePage, qtbot: QtBot) -> None:
    search(page, qtbot, "martin")
    assert page.search.list.currentIndex().row() == 0
    qtbot.keyClick(page.search.box, Qt.Key.Key_Down)
    qtbot.keyClick(page.search.box, Qt.Key.Key_Down)
    qtbot.keyClick(page.search.box, Qt.Key.Key_Down)
    assert page.search.list.currentIndex().row() == 2
    qtbot.keyClick(page.search.box, Qt.Key.Key_Up)
    assert page.search.list.currentIndex().row() == 1


def test_that_enter_before_the_answer_opens_the_only_case(
    page: InvestigatePage, session: Session, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(session.place_requested, timeout=5000) as asked:
        qtbot.keyClicks(page.search.box, "26L0048812")
        qtbot.keyClick(page.search.box, Qt.Key.Key_Return)
    assert asked.args == [Place("timeline", {"encounter": ROSA_STAY})]


def test_that_a_pasted_message_keeps_its_lines_and_opens_its_trace(
    page: InvestigatePage, session: Session, hospital: Hospital, qtbot: QtBot
) -> None:
    pasted = QMimeData()
    pasted.setText("MSH|^~\\&|LIS|STB|SBX|STB|20261121||ORU^R01|LIS0001|P|2.5.1\nPID|1||00418827^^^STB^MR\n")
    with qtbot.waitSignal(page.search.settled, timeout=5000):
        page.search.box.insertFromMimeData(pasted)
    assert page.search.places()[0].page == "trace"
    assert page.search.box.sizeHint().height() > 40
    assert "HL7 message ORU^R01 LIS0001" in page.search.chips.accessibleName()


def test_that_escape_brings_the_overview_back(page: InvestigatePage, qtbot: QtBot) -> None:
    search(page, qtbot, "martin")
    assert not page.findChild(HeatStrip).isVisible()
    qtbot.keyClick(page.search.box, Qt.Key.Key_Escape)
    assert page.findChild(HeatStrip).isVisible()
    assert page.search.places() == []


def test_that_nothing_found_says_what_was_asked_and_what_to_try(page: InvestigatePage, qtbot: QtBot) -> None:
    search(page, qtbot, "999 014 7214")
    qtbot.waitUntil(lambda: "Nothing found" in texts(page.search))
    shown = texts(page.search)
    assert "its check digit is wrong" in shown
    assert "0 cases" in shown
    assert "engine answered" in shown
    assert "wrong check digit" in page.search.chips.accessibleName()


def test_that_an_answer_from_the_copy_says_so_and_how_old_it_is(
    page: InvestigatePage, source: FakeSource, session: Session, qtbot: QtBot
) -> None:
    search(page, qtbot, "martinez")
    source.trouble = unreachable()
    search(page, qtbot, "martinez 1957-08-14")
    shown = texts(page.search)
    assert "from the copy kept here" in shown
    assert "engine cannot be reached" in shown


def test_that_the_overview_without_contact_says_as_of_when(
    page: InvestigatePage, source: FakeSource, qtbot: QtBot
) -> None:
    source.trouble = unreachable()
    with qtbot.waitSignal(page.settled, timeout=5000):
        page.read()
    assert "as last heard at 03:07" in texts(page)


def test_that_no_answer_and_no_copy_is_an_error_with_one_way_on(
    session: Session, desk: Desk, source: FakeSource, qtbot: QtBot
) -> None:
    source.trouble = unreachable()
    session.desk = desk
    page = opened(session, qtbot)
    assert "no copy of this is kept here" in texts(page)
    source.trouble = None
    button = next(b for b in page.findChildren(Button) if b.text() == "Try again")
    with qtbot.waitSignal(page.settled, timeout=5000):
        button.click()
    assert "3 things need you" in texts(page)


def test_that_a_refused_search_is_told_in_words(page: InvestigatePage, source: FakeSource, qtbot: QtBot) -> None:
    source.trouble = Refused("The token is not accepted. Give a new one in Settings.", code="unauthorised")
    search(page, qtbot, "martinez")
    assert "engine refused the access token" in texts(page.search)


def test_that_without_a_connection_the_page_says_how_to_begin(session: Session, qtbot: QtBot) -> None:
    page = opened(session, qtbot)
    assert "Nothing is connected yet" in texts(page)
    button = next(b for b in page.findChildren(Button) if b.text() == "Choose")
    with qtbot.waitSignal(session.place_requested) as asked:
        button.click()
    assert asked.args == [Place("welcome")]


def test_that_an_engine_that_has_heard_nothing_says_what_will_happen(
    session: Session, desk: Desk, source: FakeSource, qtbot: QtBot
) -> None:
    source.statistics_ = {"received_total": 0}
    source.failures_ = []
    session.desk = desk
    page = opened(session, qtbot)
    shown = texts(page)
    assert "Nothing needs you" in shown
    assert "No message has arrived yet" in shown


def test_that_news_brings_the_page_up_to_date(page: InvestigatePage, source: FakeSource, qtbot: QtBot) -> None:
    source.failures_ = [{**GROUP, "count": 4}]
    page.changes_arrived(FeedChanges("engine", 1, 1))
    qtbot.waitUntil(lambda: "4 messages stopped" in texts(page), timeout=5000)


def test_that_a_flood_of_news_reads_the_overview_seldom(
    page: InvestigatePage, source: FakeSource, qtbot: QtBot
) -> None:
    before = source.asked.count("statistics")
    with qtbot.waitSignal(page.settled, timeout=5000):
        for n in range(50):
            page.changes_arrived(FeedChanges("engine", 1, n))
    assert source.asked.count("statistics") == before + 1


def test_that_ages_change_without_taking_the_focus_away(page: InvestigatePage, session: Session, qtbot: QtBot) -> None:
    button = next(b for b in page.findChildren(Button) if b.text() == "Open newest")
    session.now = lambda: NOW + timedelta(minutes=3)
    page._show()
    assert "1hr 18min" in texts(page)
    assert next(b for b in page.findChildren(Button) if b.text() == "Open newest") is button


def test_that_looks_are_listed_reopened_and_cleared(
    session: Session, desk: Desk, source: FakeSource, qtbot: QtBot
) -> None:
    session.io.submit(desk.encounter_timeline(ROSA_STAY)).result(5)
    session.desk = desk
    page = opened(session, qtbot)
    assert "MARTÍNEZ LÓPEZ, Rosa Elena" in texts(page._looks)
    row = page._looks.findChild(QWidget, "link-row")
    assert row.accessibleName() == "Encounter 118204, MARTÍNEZ LÓPEZ, Rosa Elena, 03:07"
    with qtbot.waitSignal(session.place_requested) as asked:
        qtbot.keyClick(row, Qt.Key.Key_Return)
    assert asked.args == [Place("timeline", {"encounter": ROSA_STAY})]
    clear = next(b for b in page._looks.findChildren(Button) if b.text() == "Clear")
    clear.click()
    qtbot.waitUntil(lambda: "MARTÍNEZ" not in texts(page._looks), timeout=5000)
    assert desk.cache.looks() == ()


def test_that_privacy_mode_hides_who_it_is_everywhere(page: InvestigatePage, session: Session, qtbot: QtBot) -> None:
    search(page, qtbot, "martinez")
    session.set_privacy(True)
    assert "MARTÍNEZ" not in texts(page)
    assert "MARTÍNEZ" not in str(page.search.model.index(0).data())


def test_that_the_strip_of_hours_can_be_walked_and_is_read_out(page: InvestigatePage, qtbot: QtBot) -> None:
    strip = page.findChild(HeatStrip)
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_Down)
    qtbot.keyClick(strip, Qt.Key.Key_Home)
    assert strip.accessibleDescription() == "RIS  15:07 to 15:17: 20 messages"
    qtbot.keyClick(strip, Qt.Key.Key_End)
    assert strip.accessibleDescription().endswith(": silent")
    interface = QAccessible.queryAccessibleInterface(strip)
    assert interface.childCount() == 2
    assert interface.child(1).text(QAccessible.Text.Name).startswith("RIS: 1280 messages, busiest at")
    assert "silent since" in interface.child(1).text(QAccessible.Text.Name)
    assert interface.child(0).role() == QAccessible.Role.ListItem


def test_that_every_focusable_widget_has_a_name(
    page: InvestigatePage, qtbot: QtBot, nameless: Callable[[QWidget], list[str]]
) -> None:
    search(page, qtbot, "martin")
    assert nameless(page) == []


def test_that_the_page_fits_1366_by_768_without_scrolling(session: Session, desk: Desk, qtbot: QtBot) -> None:
    session.desk = desk
    session.compact = True
    page = opened(session, qtbot, 1310, 686)
    strip = page.findChild(HeatStrip)
    bottom = strip.mapTo(page, QPoint(0, strip.height())).y()
    assert bottom <= page.height()


def test_that_the_page_speaks_spanish(session: Session, desk: Desk, qtbot: QtBot, spanish: Translators) -> None:
    session.desk = desk
    session.formats = replace(session.formats, language="es")
    page = opened(session, qtbot)
    shown = texts(page)
    for english in ("things need", "Sources", "Queues", "The last 12 hours", "You looked at", "messages stopped"):
        assert english not in shown
    assert "3 mensajes detenidos" in shown


async def test_that_the_palette_finds_cases(desk: Desk, session: Session) -> None:
    hits = await PaletteFinder(desk, session.formats, lambda: NOW)("55121 martinez")
    assert [(h.title, h.kind, h.place) for h in hits] == [
        (
            "MARTÍNEZ LÓPEZ, Rosa Elena   Born 14-Aug-1957 (69y)   NHS No. 999 014 7213",
            "Dead-lettered 1/2 · encounter",
            Place("timeline", {"encounter": ROSA_STAY}),
        )
    ]
    assert hits[0].person


# ---- test traffic of the harness ------------------------------------------------------------------------------


def test_that_test_traffic_is_kept_out_quietly_and_shown_when_asked_for(
    session: Session, desk: Desk, source: FakeSource, qtbot: QtBot
) -> None:
    source.statistics_ = {**statistics(), "kept_out": 312}
    source.test_failures_ = [{**GROUP, "group_key": "t", "title": "PID-3 is empty", "count": 312}]
    session.desk = desk
    badges: list[tuple[str, int]] = []
    session.badge_changed.connect(lambda page, number: badges.append((page, number)))
    page = opened(session, qtbot)
    shown = {label.text() for label in page.findChildren(QLabel) if label.isVisible()}
    assert any("312 test messages of the harness are kept out" in text for text in shown)
    assert not any("PID-3 is empty" in text for text in shown)
    counted = badges[-1]
    switch = next(b for b in page.findChildren(Button) if b.text() == "Show them")
    switch.click()
    qtbot.waitUntil(lambda: any("PID-3 is empty" in x.text() for x in page.findChildren(QLabel) if x.isVisible()))
    assert switch.text() == "Hide them"
    assert badges[-1] == counted
    switch.click()
    assert not any("PID-3 is empty" in label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_that_without_test_traffic_nothing_is_said_of_it(page: InvestigatePage) -> None:
    assert not any("kept out" in label.text() for label in page.findChildren(QLabel) if label.isVisible())
