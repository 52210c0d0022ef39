"""The trace page: hops with their proof, batches, and comparing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.desktop.models.message_diff import Change
from console.desktop.pages.trace import TracePage
from console.desktop.places import Place
from console.desktop.presenters.trace import Against, Comparison
from console.desktop.session import Session
from console.desktop.widgets.hop_table import HopColumn
from console.desktop.widgets.kit import Button
from console.desktop.widgets.pill import Pill
from console.desktop.widgets.states import StateCard
from console.investigation.answer import FeedChanges
from tests.builders.encounters import NOW, RAW_UE, EncounterBuilder, night_on_the_ward, order_fact
from tests.fakes.desk import FakeDesk


@pytest.fixture
def story() -> EncounterBuilder:
    return night_on_the_ward(earlier=False)


@pytest.fixture
def desk(session: Session, story: EncounterBuilder) -> FakeDesk:
    fake = FakeDesk(story)
    session.desk = fake  # type: ignore[assignment]
    return fake


@pytest.fixture
def page(qtbot: QtBot, session: Session, desk: FakeDesk) -> TracePage:
    made = TracePage(session)
    qtbot.addWidget(made)
    made.resize(1500, 900)
    with qtbot.waitExposed(made):
        made.show()
    return made


def opened(qtbot: QtBot, page: TracePage, identifier: str) -> TracePage:
    with qtbot.waitSignal(page.settled, timeout=5000):
        page.show_place(Place("trace", {"event": identifier}))
    return page


def stopped(story: EncounterBuilder) -> str:
    return next(e.event_id for e in story.events if e.error)


def texts(page: TracePage, column: HopColumn) -> list[str]:
    model = page.hops.hops
    return [model.text(row, column) for row in model.rows]


def test_that_any_event_id_opens_the_message_it_belongs_to(
    qtbot: QtBot, page: TracePage, story: EncounterBuilder
) -> None:
    opened(qtbot, page, stopped(story))
    trace = page.presenter.trace
    assert trace is not None
    assert page.title.text() == "ORU^R01  U&E"
    assert page.presenter.details.subject is not None
    assert page.presenter.details.subject.event_id == trace["event_id"]
    assert trace["event_id"] in page.ids[0].accessibleName()


def test_that_each_hop_says_what_it_waited_and_worked_and_how_we_know(
    qtbot: QtBot, page: TracePage, story: EncounterBuilder
) -> None:
    opened(qtbot, page, stopped(story))
    assert texts(page, HopColumn.HOP) == [
        "LIS → received and stored", "Acknowledged", "Parsed", "Patient and encounter found", "Dead-lettered",
        "Map to FHIR", "Hand over", "File and read back",
    ]  # fmt: skip
    assert texts(page, HopColumn.WAIT)[2] == "125ms"
    assert texts(page, HopColumn.RUN)[0] == "125ms"
    assert texts(page, HopColumn.EVIDENCE)[-1] == "expected"
    assert texts(page, HopColumn.PAYLOAD)[0].count("…") == 1
    assert texts(page, HopColumn.BAR)[4] == "local code K-PL has no LOINC code in map lab-local-loinc version 12"


def test_that_destinations_and_duplicates_are_told(qtbot: QtBot, page: TracePage, story: EncounterBuilder) -> None:
    duplicate = next(e for e in story.events if e.kind.value == "message.duplicate_received")
    opened(qtbot, page, duplicate.event_id)
    said = [pill.accessibleName() for pill in page.facts.findChildren(Pill)]
    assert "FHIR store: Delivered" in said
    assert any("duplicate" in text for text in said)


def test_that_a_batch_leads_to_its_messages_and_back(
    qtbot: QtBot, page: TracePage, story: EncounterBuilder, desk: FakeDesk, session: Session
) -> None:
    first = story.events[0]
    original = story.trace
    story.trace = lambda any_id: {  # type: ignore[method-assign]
        **original(any_id), "children": [first.trace_id, "f" * 32], "parent_trace_id": "e" * 32,
    }  # fmt: skip
    opened(qtbot, page, first.event_id)
    buttons = {b.text(): b for b in page.facts.findChildren(Button)}
    with qtbot.waitSignal(session.place_requested) as heard:
        buttons["Message 2 of the batch"].click()
    assert heard.args[0] == Place("trace", {"event": "f" * 32})
    with qtbot.waitSignal(session.place_requested) as heard:
        buttons["Part of a batch"].click()
    assert heard.args[0].params["event"] == "e" * 32


def test_that_what_a_message_became_is_compared_value_by_value(
    qtbot: QtBot, page: TracePage, story: EncounterBuilder, desk: FakeDesk
) -> None:
    event_id = next(i for i, data in story.raw.items() if data.startswith(RAW_UE.encode("latin-1")[:60]))
    observation = {"resourceType": "Observation", "valueQuantity": {"value": 6.4, "unit": "mmol/L"}}
    desk.fhir[event_id] = {"resources": [{"type": "Observation", "id": "o", "version": 1, "body": observation}]}
    opened(qtbot, page, event_id)
    with qtbot.waitSignal(page.presenter.compared) as heard:
        page.compare.setChecked(True)
    rows = {row.left_path: row for row in heard.args[0].rows}
    assert rows["OBX[2]-5"].right.endswith("valueQuantity.value")
    assert rows["OBX[4]-5"].change is Change.REMOVED
    assert "were not found" in page.pane.summary.text()


def test_that_a_correction_is_compared_with_the_result_it_corrects(
    qtbot: QtBot, page: TracePage, story: EncounterBuilder, desk: FakeDesk
) -> None:
    corrected = story.message(
        NOW - timedelta(minutes=2), "ORU^R01", "LIS", "U&E", "result",
        order=order_fact("55121", "U&E", "result"), raw=RAW_UE.replace("||6.4|", "||6.1|"),
    )  # fmt: skip
    opened(qtbot, page, corrected.event_id)
    with qtbot.waitSignal(page.presenter.related_found):
        page.compare.setChecked(True)
    offered = page.presenter.related
    assert offered[0].same_order
    first = next(r for r in offered if r.message_type == "ORU^R01" and r.same_order)
    with qtbot.waitSignal(page.presenter.compared) as heard:
        page.presenter.compare(Comparison(Against.OTHER_HL7, first.event_id))
    different = [row for row in heard.args[0].rows if row.change is not Change.SAME]
    assert [(row.place, row.left, row.right) for row in different] == [("OBX-5", "6.1", "6.4")]
    assert page.pane.summary.text().startswith("1 differ")


def test_that_an_id_can_be_given_to_compare_with(qtbot: QtBot, page: TracePage, story: EncounterBuilder) -> None:
    opened(qtbot, page, stopped(story))
    page.compare.setChecked(True)
    page.pane.other.setCurrentIndex(page.pane.other.count() - 1)
    assert page.pane.identifier.isVisible()
    page.pane.identifier.setText("no such id")
    with qtbot.waitSignal(page.presenter.comparing_failed):
        qtbot.keyClick(page.pane.identifier, Qt.Key.Key_Return)
    assert "No message has this ID." in [card.title.text() for card in page.pane.view.findChildren(StateCard)]


def test_that_an_unknown_message_is_said_to_be_unknown(qtbot: QtBot, page: TracePage) -> None:
    with qtbot.waitSignal(page.settled, timeout=5000):
        page.show_place(Place("trace", {"event": "0199f3a2-0000-7000-8000-000000000000"}))
    shown = [card.title.text() for card in page.body.findChildren(StateCard) if card.isVisible()]
    assert shown == ["No message has this ID."]


def test_that_a_hop_that_follows_shows_without_asking(qtbot: QtBot, page: TracePage, story: EncounterBuilder) -> None:
    root = story.message(
        NOW, "ORM^O01", "EHR", "CRP", "order", order=order_fact("1", "CRP", "order"), retries=1, stuck=True
    )
    opened(qtbot, page, root.event_id)
    assert any("next try" in text for text in texts(page, HopColumn.BAR))
    before = len(page.hops.hops.rows)
    done = [e for e in story.events if e.trace_id == root.trace_id][-1]
    story._add(
        type(done.kind)("delivery.filed"), root.trace_id, NOW + timedelta(minutes=1), {"destination": "ehr"}, cause=done
    )
    page.changes_arrived(FeedChanges("engine", 1, 2, traces=frozenset({root.trace_id})))
    qtbot.waitUntil(lambda: len(page.hops.hops.rows) == before + 1)
    assert page.pill.accessibleName() == "Delivered"


def test_that_the_ticket_can_be_copied_from_here(qtbot: QtBot, page: TracePage, story: EncounterBuilder) -> None:
    opened(qtbot, page, stopped(story))
    page.copy_ticket()
    assert stopped(story) in QGuiApplication.clipboard().text()


def test_that_every_focusable_widget_has_a_name(
    qtbot: QtBot, page: TracePage, story: EncounterBuilder, nameless: Callable[[QWidget], list[str]]
) -> None:
    opened(qtbot, page, stopped(story))
    assert nameless(page) == []
    page.compare.setChecked(True)
    assert nameless(page) == []
