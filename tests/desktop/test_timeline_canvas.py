"""The canvas on the screen: looking around, choosing, being read out, and staying within the figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.desktop.formats import Formats
from console.desktop.models.time_axis import HOUR, Viewport
from console.desktop.models.timeline_model import TimelineModel
from console.desktop.models.timeline_reading import timeline_from_json
from console.desktop.theme import Scheme, dress
from console.desktop.widgets.timeline_canvas import TimelineCanvas
from console.desktop.widgets.timeline_canvas_axis import overview_rect, window_rect
from console.desktop.widgets.timeline_canvas_scene import Selection
from tests.builders.encounters import NOW, busy_stay, night_on_the_ward
from tests.builders.synthetic_timeline import synthetic_timeline

FORMATS = Formats("en", ZoneInfo("Europe/London"))


def shown(qtbot: QtBot, model: TimelineModel, width: int = 1500, height: int = 440) -> TimelineCanvas:
    canvas = TimelineCanvas(model, FORMATS)
    qtbot.addWidget(canvas)
    canvas.resize(width, height)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.repaint()
    return canvas


@pytest.fixture
def canvas(qtbot: QtBot) -> TimelineCanvas:
    return shown(qtbot, timeline_from_json(night_on_the_ward(earlier=False).timeline()))


def stopped(canvas: TimelineCanvas) -> str:
    return next(str(e["event_id"]) for e in canvas.model.entries if e["state"] == "dead_lettered")


def point_of(canvas: TimelineCanvas, event_id: str, lane: str) -> QPoint:
    row = canvas.model.row_of(event_id)
    x = canvas.scene.x_of(int(canvas.model.columns.at[row]))
    return QPoint(round(x), canvas.scene.geometry.lane_y(canvas.model.lane_order[lane]))


def wheel(canvas: TimelineCanvas, at: QPoint, turns: float, modifier: Qt.KeyboardModifier) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(canvas.mapToGlobal(at)),
        QPoint(),
        QPoint(0, round(120 * turns)),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def test_that_a_click_on_the_octagon_selects_the_stopped_message(qtbot: QtBot, canvas: TimelineCanvas) -> None:
    event_id = stopped(canvas)
    with qtbot.waitSignal(canvas.selected) as heard:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=point_of(canvas, event_id, "engine"))
    assert heard.args == [Selection(event_id=event_id)]
    assert canvas.scene.selection.event_id == event_id


def test_that_a_click_on_the_gap_selects_the_order(qtbot: QtBot, canvas: TimelineCanvas) -> None:
    loop = next(x for x in canvas.model.loops if x.title == "U&E")
    middle = canvas.place_of(Selection(order_id=loop.order_id)).center()
    with qtbot.waitSignal(canvas.selected) as heard:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=middle)
    assert heard.args == [Selection(order_id=loop.order_id)]


def test_that_a_click_beside_everything_selects_nothing(qtbot: QtBot, canvas: TimelineCanvas) -> None:
    with qtbot.assertNotEmitted(canvas.selected):
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(canvas.scene.geometry.gutter + 3, 200))


def test_that_the_wheel_zooms_at_the_cursor(canvas: TimelineCanvas) -> None:
    at = QPoint(900, 300)
    instant, span = canvas.scene.at_of(900), canvas.viewport.span
    wheel(canvas, at, 2, Qt.KeyboardModifier.NoModifier)
    assert canvas.viewport.span == pytest.approx(span * 0.64, rel=0.01)
    assert canvas.scene.x_of(instant) == pytest.approx(900, abs=1)


def test_that_shift_and_wheel_pan(canvas: TimelineCanvas) -> None:
    canvas.zoom(0.3)
    before = canvas.viewport
    wheel(canvas, QPoint(900, 300), -1, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.viewport.span == before.span
    assert canvas.viewport.start > before.start


def test_that_dragging_pans_by_what_the_hand_moved(qtbot: QtBot, canvas: TimelineCanvas) -> None:
    canvas.zoom(0.3)
    instant = canvas.scene.at_of(800)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(800, 260))
    qtbot.mouseMove(canvas, QPoint(790, 260))
    qtbot.mouseMove(canvas, QPoint(700, 260))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(700, 260))
    assert canvas.scene.x_of(instant) == pytest.approx(700, abs=1)


def test_that_the_overviews_window_can_be_dragged_and_stretched(qtbot: QtBot) -> None:
    canvas = shown(qtbot, timeline_from_json(busy_stay(200).timeline()))
    canvas.set_viewport(Viewport(canvas.model.begin + 24 * HOUR, 12 * HOUR))
    window = window_rect(canvas.scene)
    middle = window.center().toPoint()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(canvas, middle + QPoint(100, 0))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(100, 0))
    moved = window_rect(canvas.scene)
    assert moved.left() == pytest.approx(window.left() + 100, abs=2)
    edge = QPoint(round(moved.right()), middle.y())
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=edge)
    qtbot.mouseMove(canvas, edge + QPoint(80, 0))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=edge + QPoint(80, 0))
    assert window_rect(canvas.scene).width() == pytest.approx(moved.width() + 80, abs=2)
    assert window_rect(canvas.scene).left() == pytest.approx(moved.left(), abs=2)


def test_that_a_click_in_the_overview_goes_there(qtbot: QtBot) -> None:
    canvas = shown(qtbot, timeline_from_json(busy_stay(200).timeline()))
    canvas.set_viewport(Viewport(canvas.model.end - 6 * HOUR, 6 * HOUR))
    target = overview_rect(canvas.scene).left() + 200
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(target), 20))
    assert window_rect(canvas.scene).center().x() == pytest.approx(target, abs=3)
    assert not canvas.following


def test_that_keys_pan_zoom_and_jump(qtbot: QtBot, canvas: TimelineCanvas) -> None:
    canvas.zoom(0.3)
    before = canvas.viewport
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas.viewport.start < before.start
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.viewport.span < before.span
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert (canvas.viewport.start, canvas.viewport.end) == canvas.model.limits()
    qtbot.keyClick(canvas, Qt.Key.Key_End)
    assert canvas.viewport.start <= canvas.scene.now <= canvas.viewport.end


def test_that_tab_goes_through_the_messages_and_then_leaves(qtbot: QtBot, canvas: TimelineCanvas) -> None:
    canvas.show_whole_stay()
    canvas.repaint()
    seen = []
    canvas.selected.connect(lambda selection: seen.append(selection.event_id))
    canvas.setFocus()
    for _ in range(len(canvas.model) + 1):
        qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    assert seen == [e["event_id"] for e in canvas.model.entries]


def test_that_enter_opens_what_is_selected(qtbot: QtBot, canvas: TimelineCanvas) -> None:
    canvas.select(Selection(event_id=stopped(canvas)))
    with qtbot.waitSignal(canvas.activated) as heard:
        qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert heard.args == [Selection(event_id=stopped(canvas))]


def test_that_a_newer_snapshot_keeps_the_readers_place(canvas: TimelineCanvas) -> None:
    canvas.zoom(0.2, canvas.model.begin)
    canvas.set_viewport(Viewport(canvas.model.begin, canvas.viewport.span))
    place = canvas.viewport
    assert not canvas.following
    later = night_on_the_ward(earlier=False)
    later.now = NOW + timedelta(minutes=5)
    canvas.show_model(timeline_from_json(later.timeline()))
    assert canvas.viewport == place


def test_that_the_view_moves_on_with_now_while_now_is_in_it(canvas: TimelineCanvas) -> None:
    before = canvas.scene.x_of(canvas.scene.now)
    assert canvas.following
    canvas.set_now(canvas.scene.now + 600_000_000)
    assert canvas.scene.x_of(canvas.scene.now) == pytest.approx(before, abs=0.5)


def test_that_a_selected_message_out_of_view_is_brought_into_it(canvas: TimelineCanvas) -> None:
    canvas.set_viewport(Viewport(canvas.model.begin, HOUR))
    canvas.select(Selection(event_id=stopped(canvas)))
    row = canvas.model.row_of(stopped(canvas))
    assert canvas.viewport.start < canvas.model.columns.at[row] < canvas.viewport.end


def test_that_the_tip_says_what_stopped_where_and_when_in_two_zones(canvas: TimelineCanvas) -> None:
    from console.desktop.widgets.timeline_canvas_hit import tip_text

    place = point_of(canvas, stopped(canvas), "engine")
    tip = tip_text(canvas.scene, canvas.hit(place.x(), place.y()))
    assert "ORU^R01  U&E" in tip
    assert "Dead-lettered" in tip
    assert "local code K-PL has no LOINC code" in tip
    assert "OBX[2]-3" in tip
    assert "UTC" in tip


def test_that_a_screen_reader_finds_every_open_order_and_every_message(canvas: TimelineCanvas) -> None:
    interface = QAccessible.queryAccessibleInterface(canvas)
    assert interface.role() == QAccessible.Role.List
    assert interface.text(QAccessible.Text.Name) == "Timeline"
    names = [interface.child(i).text(QAccessible.Text.Name) for i in range(interface.childCount())]
    assert len(names) == 2 + len(canvas.model)
    assert "U&E missing since 02:14" in names[0]
    assert any(name.startswith("01:52:18, ORU^R01 U&E, Dead-lettered, LIS → engine, local code K-PL") for name in names)
    item = interface.child(names.index(next(n for n in names if n.startswith("01:52:18"))))
    assert item.role() == QAccessible.Role.ListItem
    assert not item.rect().isEmpty()
    canvas.select(Selection(event_id=stopped(canvas)))
    assert item.state().selected
    assert interface.child(interface.childCount()) is None


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
@pytest.mark.parametrize("scale", [100, 150, 200])
def test_that_every_theme_and_text_size_paints(qtbot: QtBot, qapp: QApplication, scheme: Scheme, scale: int) -> None:
    canvas = shown(qtbot, timeline_from_json(busy_stay(400).timeline()), 1200, 700)
    dress(qapp, scheme=scheme, scale=scale)
    canvas.show_whole_stay()
    canvas.repaint()
    canvas.zoom(0.05)
    canvas.repaint()
    assert not canvas.grab().isNull()


def test_that_an_encounter_with_nothing_in_it_paints(qtbot: QtBot) -> None:
    empty = timeline_from_json({"now": "2026-11-21T03:07:12Z", "lanes": [], "loops": [], "entries": []})
    canvas = shown(qtbot, empty, 700, 300)
    canvas.show_whole_stay()
    qtbot.keyClick(canvas, Qt.Key.Key_Tab)
    assert not canvas.hit(400, 200)


def test_that_a_crowded_view_counts_and_offers_the_worst_first(qtbot: QtBot) -> None:
    canvas = shown(qtbot, synthetic_timeline(50_000, days=10))
    canvas.show_whole_stay()
    canvas.repaint()
    engine = canvas.model.lane_order["engine"]
    failed = int(canvas.model.lane_times(engine).stopped[0])
    x = round(canvas.scene.x_of(failed))
    found = canvas.hit(x, canvas.scene.geometry.lane_y(engine))
    assert found.count > 1
    row = canvas.model.row_of(found.selection.event_id)
    assert canvas.model.columns.severity[row] == 3


def test_that_the_selection_survives_a_filter_that_keeps_it(canvas: TimelineCanvas) -> None:
    from console.desktop.models.timeline_model import Filter

    canvas.select(Selection(event_id=stopped(canvas)))
    canvas.show_model(replace_now(canvas.model.filtered(Filter(problems_only=True))))
    canvas.repaint()
    assert canvas.model.row_of(canvas.scene.selection.event_id) == 0


def replace_now(model: TimelineModel) -> TimelineModel:
    return replace(model, now=model.now + 1_000_000)
