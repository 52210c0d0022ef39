"""The timeline page with a desk that answers from memory: what a reader sees and can do."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from console.core.errors import EnvironmentFault
from console.desktop.i18n import Translators
from console.desktop.models.event_export import safe_cell
from console.desktop.pages.timeline import TimelinePage
from console.desktop.places import Place
from console.desktop.presenters.message_details import Part
from console.desktop.session import Session
from console.desktop.widgets.message_panel import Tab
from console.desktop.widgets.states import StateCard
from console.investigation.answer import FeedChanges
from tests.builders.encounters import ENCOUNTER, NOW, EncounterBuilder, night_on_the_ward, order_fact
from tests.fakes.desk import FakeDesk

WARD = Place("timeline", {"encounter": "118204"})


@pytest.fixture
def story() -> EncounterBuilder:
    return night_on_the_ward(earlier=False)


@pytest.fixture
def desk(session: Session, story: EncounterBuilder) -> FakeDesk:
    fake = FakeDesk(story)
    session.desk = fake  # type: ignore[assignment]
    return fake


@pytest.fixture
def page(qtbot: QtBot, session: Session, desk: FakeDesk) -> TimelinePage:
    made = TimelinePage(session)
    qtbot.addWidget(made)
    made.resize(1600, 950)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def ward(qtbot: QtBot, page: TimelinePage) -> TimelinePage:
    with qtbot.waitSignal(page.settled, timeout=5000):
        page.show_place(WARD)
    return page


def touched(**what: frozenset[str]) -> FeedChanges:
    return FeedChanges("engine", count=1, last_seq=1, **what)  # type: ignore[arg-type]


def arrive(story: EncounterBuilder, minutes: float, title: str = "CRP") -> str:
    at = NOW + timedelta(minutes=minutes)
    root = story.message(at, "ORM^O01", "EHR", title, "order", order=order_fact("55140", title, "order"))
    story.now = at
    return root.trace_id


def test_that_the_banner_says_who_in_full_and_the_header_which_stay(ward: TimelinePage) -> None:
    spoken = ward.banner.accessibleName()
    assert (
        spoken
        == "MARTÍNEZ LÓPEZ, Rosa Elena, Born 14-Aug-1957 (69y), Gender Female, NHS No. 999 014 7213, MRN 00418827"
    )
    assert ward.header.title.text() == "Encounter 118204"
    assert "Acute Medical Unit, bed 4-02" in ward.header.line.text()
    assert "Consultant Dr A. Okafor" in ward.header.line.text()


@pytest.mark.parametrize("width", [560, 760, 1000, 1600])
def test_that_nothing_of_the_identity_is_ever_cut(ward: TimelinePage, qapp: QApplication, width: int) -> None:
    ward.resize(width, 900)
    qapp.processEvents()
    banner = ward.banner
    for label in banner.findChildren(QLabel):
        corner = label.mapTo(banner, label.rect().bottomRight())
        assert corner.x() <= banner.width()
        assert corner.y() <= banner.height()
        assert label.width() >= label.sizeHint().width()


def test_that_privacy_mode_masks_the_banner_but_not_the_encounter(ward: TimelinePage, session: Session) -> None:
    session.set_privacy(True)
    assert "MARTÍNEZ" not in ward.banner.accessibleName()
    assert "999 014 7213" not in ward.banner.accessibleName()
    assert ward.header.title.text() == "Encounter 118204"


def test_that_privacy_mode_reaches_into_the_message(qtbot: QtBot, ward: TimelinePage, session: Session) -> None:
    ward.panel.show_tab(Tab.RAW)
    qtbot.waitUntil(lambda: "MARTÍNEZ" in ward.panel.raw.toPlainText())
    session.set_privacy(True)
    assert "MARTÍNEZ" not in ward.panel.raw.toPlainText()
    assert "K-PL" in ward.panel.raw.toPlainText()
    ward.panel.show_tab(Tab.PARSED)
    values = {node.value for root in ward.panel.parsed.tree.roots for node in root.walk()}
    assert not any("MARTÍNEZ" in value for value in values)


def test_that_the_page_opens_at_the_message_that_stopped_with_its_cause(ward: TimelinePage) -> None:
    row = ward.events.current_row()
    assert row is not None
    assert (row.message_type, row.title) == ("ORU^R01", "U&E")
    assert ward.panel.title.text() == "ORU^R01  U&E"
    assert "local code K-PL has no LOINC code" in ward.panel.cause.text.text()
    assert "Map to FHIR" in ward.panel.cause.text.text()
    assert ward.canvas.scene.selection.event_id == row.event_id


def test_that_the_parsed_view_stands_at_the_field_the_error_names(ward: TimelinePage) -> None:
    errors = [node for root in ward.panel.parsed.tree.roots for node in root.walk() if node.is_error]
    assert [node.path for node in errors] == ["OBX[2]-3"]
    assert ward.panel.parsed.isExpanded(ward.panel.parsed.tree.index_of(errors[0].parent))


def test_that_canvas_list_and_details_share_one_selection(qtbot: QtBot, ward: TimelinePage) -> None:
    ward.events.go_to(0)
    first = ward.events.current_row()
    assert first is not None
    assert ward.canvas.scene.selection.event_id == first.event_id
    assert ward.presenter.details.subject is not None
    assert ward.presenter.details.subject.event_id == first.event_id
    qtbot.waitUntil(lambda: ward.presenter.details.trace is not None)
    assert ward.panel.cause.isHidden()


def test_that_an_overdue_order_says_what_is_missing_and_leads_to_the_cause(ward: TimelinePage) -> None:
    ward.presenter.select("order:o55121")
    assert ward.panel.title.text() == "U&E"
    assert "arrived and stopped" in ward.panel.cause.text.text()
    ward.panel.cause.place.click()
    row = ward.events.current_row()
    assert row is not None
    assert row.message_type == "ORU^R01"


def test_that_the_dot_key_jumps_from_the_gap_to_its_cause(ward: TimelinePage) -> None:
    ward.events.go_to(0)
    ward.jump_to_cause()
    row = ward.events.current_row()
    assert row is not None
    assert row.title == "U&E"
    assert row.message_type == "ORU^R01"


def test_that_the_brackets_go_from_problem_to_problem(ward: TimelinePage) -> None:
    ward.events.go_to(0)
    assert ward.events.step_problem(1)
    overdue = ward.events.current_row()
    assert overdue is not None
    assert overdue.order_id == "o55121"
    assert ward.events.step_problem(1)
    assert not ward.events.step_problem(1)
    assert ward.events.step_problem(-1)


@pytest.mark.parametrize(
    ("tab", "part"), [(Tab.RAW, Part.RAW), (Tab.FHIR, Part.FHIR), (Tab.HOPS, Part.TRACE), (Tab.HISTORY, Part.TRACE)]
)
def test_that_each_tab_fetches_what_it_needs_when_it_is_opened(
    qtbot: QtBot, ward: TimelinePage, tab: Tab, part: Part
) -> None:
    ward.panel.show_tab(tab)
    qtbot.waitUntil(lambda: ward.presenter.details.get(part) is not None)


def test_that_the_raw_view_boxes_the_field_the_error_names(qtbot: QtBot, ward: TimelinePage) -> None:
    ward.panel.show_tab(Tab.RAW)
    qtbot.waitUntil(lambda: "K-PL" in ward.panel.raw.toPlainText())
    [mark] = ward.panel.raw._marks
    line = ward.panel.raw.toPlainText().split("\n")[mark.line]
    assert line[mark.start : mark.end] == "K-PL^Potassium (plasma)^LOCAL"
    assert mark.tone == "fail"


def test_that_a_field_can_be_asked_for_by_its_path(qtbot: QtBot, ward: TimelinePage) -> None:
    ward.panel.ask_for_field()
    qtbot.keyClicks(ward.panel.goto, "pid-5.1")
    qtbot.keyClick(ward.panel.goto, Qt.Key.Key_Return)
    index = ward.panel.parsed.currentIndex()
    assert ward.panel.parsed.tree.node(index).value == "MARTÍNEZ LÓPEZ"


def test_that_a_message_that_never_became_fhir_says_so(qtbot: QtBot, ward: TimelinePage) -> None:
    ward.panel.show_tab(Tab.FHIR)
    view = ward.panel.views[Tab.FHIR]
    said = "stopped before it became FHIR"
    qtbot.waitUntil(lambda: any(said in card.text.text() for card in view.findChildren(StateCard)))


def test_that_fhir_resources_are_shown_with_their_versions(qtbot: QtBot, ward: TimelinePage, desk: FakeDesk) -> None:
    ward.events.go_to(0)
    row = ward.events.current_row()
    assert row is not None
    body = {"resourceType": "ServiceRequest", "id": "a1", "status": "active"}
    resource = {"type": "ServiceRequest", "id": "a1", "version": 3, "action": "create", "body": body}
    desk.fhir[row.event_id] = {"resources": [resource], "bundles": []}
    ward.panel.show_tab(Tab.FHIR)
    qtbot.waitUntil(lambda: '"ServiceRequest"' in ward.panel.json.toPlainText())
    assert ward.panel.document.itemText(0) == "ServiceRequest/a1 v3"


def test_that_a_new_message_shows_when_the_feed_tells_of_it(
    qtbot: QtBot, ward: TimelinePage, story: EncounterBuilder
) -> None:
    qtbot.waitUntil(lambda: not ward.presenter._pause.isActive())
    before = len(ward.events.events.rows)
    chosen = ward.presenter.selection
    arrive(story, 1)
    ward.changes_arrived(touched(encounters=frozenset({str(ENCOUNTER["encounter_id"])})))
    qtbot.waitUntil(lambda: len(ward.events.events.rows) == before + 1, timeout=1000)
    assert ward.presenter.selection == chosen
    row = ward.events.current_row()
    assert row is not None
    assert row.event_id == chosen


def test_that_news_of_other_encounters_ask_nothing(ward: TimelinePage, desk: FakeDesk) -> None:
    asked = len(desk.asked)
    ward.changes_arrived(touched(encounters=frozenset({"another"}), traces=frozenset({"x"})))
    assert len(desk.asked) == asked


def test_that_a_reader_who_is_not_at_now_keeps_the_place_and_is_told_how_many_came(
    qtbot: QtBot, ward: TimelinePage, story: EncounterBuilder
) -> None:
    qtbot.waitUntil(lambda: not ward.presenter._pause.isActive())
    canvas = ward.canvas
    canvas.zoom(0.1, canvas.model.begin)
    canvas.set_viewport(canvas.viewport.panned(-canvas.viewport.start + canvas.model.begin))
    assert not canvas.following
    place = canvas.viewport
    arrive(story, 1)
    ward.changes_arrived(touched(everything=True))  # type: ignore[arg-type]
    qtbot.waitUntil(ward.frame.new_button.isVisible, timeout=1000)
    assert ward.frame.new_button.text().startswith("1 new")
    assert canvas.viewport == place
    ward.frame.new_button.click()
    assert canvas.following
    assert ward.frame.new_button.isHidden()


def test_that_many_news_in_a_row_are_read_at_most_once_per_pause(
    qtbot: QtBot, ward: TimelinePage, desk: FakeDesk
) -> None:
    qtbot.waitUntil(lambda: not ward.presenter._pause.isActive())
    asked = desk.asked.count("timeline")
    for _ in range(50):
        ward.changes_arrived(touched(everything=True))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: desk.asked.count("timeline") >= asked + 2, timeout=2000)
    qtbot.waitUntil(lambda: not ward.presenter._pause.isActive(), timeout=2000)
    assert desk.asked.count("timeline") == asked + 2


def test_that_the_filters_narrow_canvas_and_list_and_name_what_they_show(ward: TimelinePage) -> None:
    everything = len(ward.events.events.rows)
    ward.header.problems.setChecked(True)
    assert [row.title for row in ward.events.events.rows] == ["U&E", "U&E"]
    ward.header.problems.setChecked(False)
    assert len(ward.events.events.rows) == everything
    pas = next(a for a in ward.header._systems_menu.actions() if a.text() == "PAS")
    pas.setChecked(False)
    assert ward.header.systems.text() == "4 of 5 systems"
    assert all(row.sender != "PAS" for row in ward.events.events.rows)
    assert "PAS" not in [lane.lane for lane in ward.canvas.model.lanes]


def test_that_a_kept_copy_says_as_of_when_and_by_whom(
    qtbot: QtBot, page: TimelinePage, desk: FakeDesk, session: Session
) -> None:
    desk.from_cache, desk.as_of = True, NOW - timedelta(minutes=9)
    with qtbot.waitSignal(page.settled, timeout=5000):
        page.show_place(WARD)
    assert page.stale.isVisible()
    assert "21-Nov-2026 02:58:12 (9min ago)" in page.stale_text.text()
    with qtbot.waitSignal(session.try_now):
        page.stale_button.click()


def test_that_a_silent_source_is_named(qtbot: QtBot, page: TimelinePage, desk: FakeDesk) -> None:
    desk.silent_source = True
    with qtbot.waitSignal(page.settled, timeout=5000):
        page.show_place(WARD)
    assert page.stale_text.text() == "engine did not answer: something may be missing here."


def test_that_an_error_says_what_to_do_and_can_be_tried_again(qtbot: QtBot, page: TimelinePage, desk: FakeDesk) -> None:
    desk.trouble = EnvironmentFault("The engine does not answer. Check the connection.", code="no-source")
    with qtbot.waitSignal(page.settled, timeout=5000):
        page.show_place(WARD)
    [card] = [c for c in page.body.findChildren(StateCard) if c.isVisible()]
    assert card.title.text() == "The engine does not answer. Check the connection."
    assert page.banner.isHidden()
    desk.trouble = None
    assert card.button is not None
    card.button.click()
    qtbot.waitUntil(lambda: page.banner.isVisible())


def test_that_a_failed_refresh_takes_nothing_away(qtbot: QtBot, ward: TimelinePage, desk: FakeDesk) -> None:
    qtbot.waitUntil(lambda: not ward.presenter._pause.isActive())
    rows = len(ward.events.events.rows)
    desk.trouble = EnvironmentFault("The engine does not answer.", code="no-source")
    asked = len(desk.asked)
    ward.presenter.reload()
    qtbot.waitUntil(lambda: len(desk.asked) > asked)
    qtbot.waitUntil(lambda: ward.presenter._operation is not None and ward.presenter._operation.is_over)
    assert ward.banner.isVisible()
    assert len(ward.events.events.rows) == rows


def test_that_without_an_encounter_the_page_says_how_to_get_one(
    qtbot: QtBot, page: TimelinePage, session: Session
) -> None:
    [card] = [c for c in page.body.findChildren(StateCard) if c.isVisible()]
    assert card.title.text() == "No encounter is open"
    assert card.button is not None
    with qtbot.waitSignal(session.place_requested) as heard:
        card.button.click()
    assert heard.args[0].page == "investigate"


def test_that_the_page_of_an_encounter_nobody_identified_says_so(
    qtbot: QtBot, page: TimelinePage, desk: FakeDesk
) -> None:
    desk.patient_body = {}
    desk.encounter_body = {**ENCOUNTER, "patient_id": ""}
    with qtbot.waitSignal(page.settled, timeout=5000):
        page.show_place(WARD)
    assert page.banner.accessibleName() == "No patient identified"


def test_that_time_alone_makes_an_order_overdue(
    qtbot: QtBot, ward: TimelinePage, story: EncounterBuilder, desk: FakeDesk, session: Session
) -> None:
    later = NOW + timedelta(hours=1)
    story.now = later
    session.now = lambda: later
    asked = desk.asked.count("timeline")
    ward.presenter.second_passed()
    qtbot.waitUntil(lambda: desk.asked.count("timeline") > asked)
    qtbot.waitUntil(lambda: ward.presenter.model is not None and ward.presenter.model.now > 0)
    qtbot.waitUntil(lambda: sum(1 for r in ward.events.events.rows if r.order_id) == 2)


def test_that_the_export_holds_every_row_and_no_formula(
    qtbot: QtBot, ward: TimelinePage, tmp_path: Path, story: EncounterBuilder, session: Session
) -> None:
    story.message(NOW, "ORM^O01", "=cmd|' /C calc'!A0", "+SUM(1;2)", "order")
    with qtbot.waitSignal(ward.presenter.shown):
        ward.presenter.reload()
    for kind in ("csv", "json"):
        with qtbot.waitSignal(session.toast_requested):
            ward.export_to(tmp_path / f"events.{kind}", kind)
    text = (tmp_path / "events.csv").read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    assert len(lines) == 1 + len(ward.events.events.rows)
    assert "'=cmd|' /C calc'!A0" in text
    assert "'+SUM(1;2)" in text
    assert ",=cmd" not in text
    document = json.loads((tmp_path / "events.json").read_text(encoding="utf-8"))
    assert document["encounter_id"] == ENCOUNTER["encounter_id"]
    assert len(document["events"]) == len(ward.events.events.rows)
    assert "MARTÍNEZ" not in text


def test_that_a_place_that_cannot_be_written_to_is_named(
    qtbot: QtBot, ward: TimelinePage, tmp_path: Path, session: Session
) -> None:
    with qtbot.waitSignal(session.toast_requested) as heard:
        ward.export_to(tmp_path / "no such folder" / "events.csv", "csv")
    assert "events.csv could not be written" in heard.args[0].text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_that_a_cell_that_starts_like_a_formula_is_made_text(start: str) -> None:
    assert safe_cell(f"{start}1") == f"'{start}1"
    assert safe_cell("Potassium") == "Potassium"


def test_that_the_link_leads_back_to_this_message(qtbot: QtBot, ward: TimelinePage) -> None:
    ward.copy_link()
    place = ward.place()
    assert place is not None
    assert QGuiApplication.clipboard().text() == place.link()
    assert place.params["event"] == ward.presenter.selection


def test_that_a_place_with_an_event_selects_it(qtbot: QtBot, page: TimelinePage, story: EncounterBuilder) -> None:
    event_id = story.events[0].event_id
    with qtbot.waitSignal(page.settled, timeout=5000):
        page.show_place(Place("timeline", {"encounter": "118204", "event": event_id}))
    assert page.presenter.selection == event_id


def test_that_the_ticket_text_holds_ids_and_times_and_no_patient(qtbot: QtBot, ward: TimelinePage) -> None:
    qtbot.waitUntil(lambda: ward.presenter.details.trace is not None)
    ward.panel.copy_ticket()
    text = QGuiApplication.clipboard().text()
    assert ward.presenter.selection in text
    assert "code-not-mapped (OBX[2]-3)" in text
    assert "2026-11-21 01:52:18.000" in text
    assert "not reached" in text
    for secret in ("MARTÍNEZ", "Rosa", "9990147213", "00418827", "K-PL"):
        assert secret not in text


def test_that_on_a_small_screen_the_details_are_a_drawer(qtbot: QtBot, ward: TimelinePage, session: Session) -> None:
    session.set_compact(True)
    ward.resize(1310, 640)
    assert ward.panel.parentWidget() is ward.frame.outer
    assert ward.panel.isVisible()
    ward.frame.toggle_details()
    assert ward.panel.isHidden()
    ward.show_details()
    assert ward.panel.isVisible()
    session.set_compact(False)
    assert ward.panel.parentWidget() is ward.frame.bottom


def test_that_f6_goes_round_canvas_events_and_details(qtbot: QtBot, ward: TimelinePage) -> None:
    ward.activateWindow()
    ward.panel.tabs.setFocus()
    seen = []
    for _ in range(4):
        ward.next_pane()
        seen.append(ward.focusWidget())
    assert seen == [ward.canvas, ward.events, ward.panel.tabs, ward.canvas]


def test_that_every_focusable_widget_has_a_name(
    ward: TimelinePage, nameless: Callable[[QWidget], list[str]], qtbot: QtBot
) -> None:
    for tab in Tab:
        ward.panel.show_tab(tab)
    qtbot.waitUntil(lambda: ward.presenter.details.get(Part.FHIR) is not None)
    assert nameless(ward) == []


def test_that_the_page_speaks_spanish(qtbot: QtBot, session: Session, desk: FakeDesk, spanish: Translators) -> None:
    from dataclasses import replace

    session.formats = replace(session.formats, language="es")
    page = TimelinePage(session)
    qtbot.addWidget(page)
    page.resize(1600, 950)
    with qtbot.waitSignal(page.settled, timeout=5000):
        page.show_place(WARD)
    assert page.header.title.text() == "Episodio 118204"
    assert "14-ago-1957 (69 a)" in page.banner.accessibleName()
    assert page.header.problems.text() == "Solo incidencias"
    assert page.panel.pill.accessibleName() == "No entregado"


def test_that_a_page_closed_while_answers_are_on_their_way_disturbs_nobody(
    qtbot: QtBot, session: Session, desk: FakeDesk, qapp: QApplication
) -> None:
    page = TimelinePage(session)
    page.show_place(WARD)
    page.deleteLater()
    qtbot.waitUntil(lambda: "timeline" in desk.asked)
    qapp.processEvents()
    qapp.processEvents()


def test_that_the_list_stays_where_the_reader_is_when_something_new_comes(
    qtbot: QtBot, ward: TimelinePage, story: EncounterBuilder
) -> None:
    qtbot.waitUntil(lambda: not ward.presenter._pause.isActive())
    bar, height = ward.events.verticalScrollBar(), ward.events.verticalHeader().defaultSectionSize()
    ward.frame.left_side.setSizes([700, 180])
    qtbot.waitUntil(lambda: bar.maximum() > 3 * height)
    bar.setValue(3 * height + 5)
    top = ward.events.events.rows.key_at(3)
    arrive(story, 1)
    with qtbot.waitSignal(ward.presenter.shown):
        ward.presenter.reload()
    assert ward.events.events.rows.key_at((bar.value() - 5) // height) == top
    assert bar.value() == 4 * height + 5
    bar.setValue(0)
    arrive(story, 2, "Lipids")
    with qtbot.waitSignal(ward.presenter.shown):
        ward.presenter.reload()
    assert bar.value() == 0
