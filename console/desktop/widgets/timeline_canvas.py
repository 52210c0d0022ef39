"""One custom-painted widget for a whole encounter: overview, time axis, orders and results, system lanes.

It paints what is in view and nothing else; time is int microseconds, looked up by binary search. Mouse: wheel zooms at
the cursor, drag pans, the overview's window can be dragged and stretched. Keys: arrows pan, + and - zoom, Home whole
stay, End now, Tab goes through the messages in view. Everything it shows is also in its accessible children and in the
event list beside it.
"""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from console.desktop.formats import Formats
from console.desktop.models.canvas_geometry import Geometry, geometry, least_height, wanted_height
from console.desktop.models.opening_view import opening_viewport
from console.desktop.models.time_axis import Viewport
from console.desktop.models.timeline_model import TimelineModel
from console.desktop.theme import px, theme
from console.desktop.widgets.timeline_canvas_accessible import index_of, install
from console.desktop.widgets.timeline_canvas_axis import AxisLayer, overview_at, overview_rect, window_rect
from console.desktop.widgets.timeline_canvas_gutter import GutterLayer
from console.desktop.widgets.timeline_canvas_hit import Hit, hit_at, tip_text
from console.desktop.widgets.timeline_canvas_lanes import LanesLayer
from console.desktop.widgets.timeline_canvas_scene import NOTHING, Scene, Selection
from console.desktop.widgets.timeline_canvas_strip import StripLayer

_ZOOM_STEP = 0.8
_PAN_SHARE = 0.1
_DRAG_PX = 4


class _Drag(Enum):
    NONE = auto()
    PRESSED = auto()
    PLOT = auto()
    WINDOW = auto()
    LEFT_EDGE = auto()
    RIGHT_EDGE = auto()


class TimelineCanvas(QWidget):
    """The encounter's picture. GUI thread only; `show_model` swaps the snapshot and keeps the reader's place."""

    selected = Signal(object)
    """A `Selection` the person made here."""
    activated = Signal(object)
    """A `Selection` to open (Enter, double click)."""
    viewport_changed = Signal()
    following_changed = Signal(bool)
    """Whether the view moves on with now."""

    def __init__(self, model: TimelineModel, formats: Formats, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        install()
        self._axis, self._gutter = AxisLayer(), GutterLayer()
        self._strip, self._lanes = StripLayer(), LanesLayer()
        self.scene = Scene(model, opening_viewport(model), self._geometry(model), formats, now=model.now)
        self._following = True
        self._drag = _Drag.NONE
        self._press = QPointF()
        self._press_viewport = self.scene.viewport
        self._focus_shown = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Timeline"))
        theme().changed.connect(self._restyle)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(0)
        self._settle.timeout.connect(self.viewport_changed)

    # ---- what is shown ----------------------------------------------------------------------------------------
    @property
    def model(self) -> TimelineModel:
        return self.scene.model

    @property
    def viewport(self) -> Viewport:
        return self.scene.viewport

    @property
    def following(self) -> bool:
        return self._following

    def show_model(self, model: TimelineModel, *, fresh: bool = False) -> None:
        """Shows a newer snapshot where the reader is; with `fresh`, another encounter from the start."""
        moved = model.now - self.scene.now
        self.scene.model = model
        self.scene.now = model.now
        self.scene.version += 1
        self.scene.geometry = self._geometry(model)
        if fresh:
            self._set_following(True)
            self.scene.viewport = opening_viewport(model)
            self.scene.selection = NOTHING
        elif self._following:
            self.scene.viewport = self.scene.viewport.panned(moved)
        self.updateGeometry()
        self._moved()

    def set_formats(self, formats: Formats) -> None:
        self.scene.formats = formats
        self._restyle()

    def set_now(self, now: int) -> None:
        """The clock runs on between snapshots; the picture follows once it would differ by a pixel."""
        if abs(now - self.scene.now) < min(self.scene.micros_per_px, 5_000_000):
            return
        if self._following:
            self.scene.viewport = self.scene.viewport.panned(now - self.scene.now)
            self._settle.start()
        self.scene.now = now
        self.update()

    def select(self, selection: Selection, *, reveal: bool = True) -> None:
        """Marks a message or an order; with `reveal` moves the view to it when it is outside."""
        self.scene.selection = selection
        self._tell_screen_reader()
        if reveal:
            at = self._selected_at()
            if at is not None:
                self.set_viewport(self.viewport.showing(at))
        self.update()

    def _selected_at(self) -> int | None:
        chosen = self.scene.selection
        if chosen.event_id:
            row = self.model.row_of(chosen.event_id)
            return int(self.model.columns.at[row]) if row >= 0 else None
        loop = self.model.loop_of(chosen.order_id) if chosen.order_id else None
        return loop.due_at if loop and loop.overdue_since(self.scene.now) else loop.start if loop else None

    def place_of(self, selection: Selection) -> QRect:
        """Where a message or an order is drawn, in widget pixels; empty when it is out of view."""
        for spot in self._strip.spots:
            if selection.order_id and spot.order_id == selection.order_id:
                return spot.rect.toRect().intersected(self.rect())
        row = self.model.row_of(selection.event_id) if selection.event_id else -1
        if row < 0:
            return QRect()
        bands, x = self.scene.geometry, round(self.scene.x_of(int(self.model.columns.at[row])))
        sender, foot = int(self.model.columns.sender[row]), int(self.model.columns.foot[row])
        if not bands.gutter <= x <= bands.width or sender < 0:
            return QRect()
        top, bottom = bands.lane_y(sender) - px(10), bands.lane_y(max(foot, sender)) + px(10)
        return QRect(x - px(10), top, px(20), bottom - top)

    # ---- where one looks --------------------------------------------------------------------------------------
    def set_viewport(self, viewport: Viewport) -> None:
        """Shows another stretch, kept within the stay."""
        viewport = viewport.within(*self.model.limits())
        if viewport != self.scene.viewport:
            self.scene.viewport = viewport
            self._set_following(viewport.start <= self.scene.now <= viewport.end)
            self._moved()

    def _moved(self) -> None:
        self._settle.start()
        self.update()

    def _set_following(self, on: bool) -> None:
        if on != self._following:
            self._following = on
            self.following_changed.emit(on)

    def zoom(self, factor: float, anchor: int | None = None) -> None:
        """In for factor < 1, around `anchor` (an instant), the selection if in view, or the middle."""
        low, high = self.model.limits()
        if anchor is None:
            at = self._selected_at()
            view = self.viewport
            anchor = at if at is not None and view.start <= at <= view.end else view.start + view.span // 2
        self.set_viewport(self.viewport.zoomed(factor, anchor, high - low))

    def show_whole_stay(self) -> None:
        low, high = self.model.limits()
        self.set_viewport(Viewport(low, high - low))

    def show_now(self) -> None:
        """Now near the right edge, at the zoom in use, and following it."""
        view = self.viewport
        self.set_viewport(Viewport(self.scene.now - round(view.span * 0.85), view.span))
        self._set_following(True)

    # ---- size -------------------------------------------------------------------------------------------------
    def _geometry(self, model: TimelineModel) -> Geometry:
        unit = theme().scale / 100
        return geometry(self.width(), self.height(), lanes=len(model.lanes), rows=model.strip_rows, unit=unit)

    def sizeHint(self) -> QSize:
        unit = theme().scale / 100
        return QSize(px(900), wanted_height(len(self.model.lanes), self.model.strip_rows, unit))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(360), least_height(len(self.model.lanes), theme().scale / 100))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.scene.geometry = self._geometry(self.model)
        self._moved()

    def _restyle(self) -> None:
        self.scene.texts.clear()
        self.scene.glyphs.clear()
        for layer in (self._axis, self._gutter, self._strip, self._lanes):
            layer.clear()
        self.scene.geometry = self._geometry(self.model)
        self.updateGeometry()
        self._moved()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._restyle()
        super().changeEvent(event)

    # ---- painting ---------------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        scene = self.scene
        scene.ratio = self.devicePixelRatioF()
        selected = self.model.row_of(scene.selection.event_id) if scene.selection.event_id else -1
        self._axis.paint_ground(painter, scene)
        self._paint_rules(painter)
        if selected >= 0:
            self._paint_band(painter, selected)
        self._axis.paint_now_line(painter, scene)
        self._strip.paint(painter, scene)
        self._lanes.paint(painter, scene, selected)
        self._axis.paint_axis(painter, scene)
        self._axis.paint_overview(painter, scene, self._drag in (_Drag.WINDOW, _Drag.LEFT_EDGE, _Drag.RIGHT_EDGE))
        self._gutter.paint(painter, scene, self._strip.unshown(scene))
        if self._focus_shown and self.hasFocus():
            self._paint_focus(painter)
        painter.end()

    def _paint_rules(self, painter: QPainter) -> None:
        """The lines between bands and lanes."""
        bands = self.scene.geometry
        painter.setPen(QPen(theme().color("border"), 1))
        tops = [bands.strip_top, *(round(bands.lanes_top + bands.lane_height * n) for n in range(bands.lanes))]
        for top in tops:
            painter.drawLine(bands.gutter, top, bands.width, top)

    def _paint_band(self, painter: QPainter, row: int) -> None:
        """The selected message's column, through the strip and all lanes."""
        bands = self.scene.geometry
        x = self.scene.x_of(int(self.model.columns.at[row]))
        if not bands.gutter - px(20) < x < bands.width + px(20):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("bg_selected"))
        top = bands.strip_top + px(4)
        painter.drawRoundedRect(QRectF(x - px(15), top, px(30), bands.bottom - top - px(4)), px(6), px(6))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_focus(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("focus"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(6), px(6))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._focus_shown = event.reason() != Qt.FocusReason.MouseFocusReason
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # ---- mouse ------------------------------------------------------------------------------------------------
    def hit(self, x: float, y: float) -> Hit:
        """What is under a point."""
        return hit_at(self.scene, self._strip.spots, self._lanes, x, y)

    def wheelEvent(self, event: QWheelEvent) -> None:
        step = event.angleDelta()
        sideways = step.x() if abs(step.x()) > abs(step.y()) else 0
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not sideways:
            sideways = step.y()
        if sideways:
            self.set_viewport(self.viewport.panned(-round(self.viewport.span * _PAN_SHARE * sideways / 120)))
        elif step.y():
            x = max(event.position().x(), float(self.scene.geometry.gutter))
            self.zoom(_ZOOM_STEP ** (step.y() / 120), self.scene.at_of(x))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return super().mousePressEvent(event)
        self._press, self._press_viewport = event.position(), self.viewport
        self._drag = self._grip(event.position())
        if self._drag is _Drag.WINDOW and not window_rect(self.scene).contains(event.position()):
            middle = overview_at(self.scene, event.position().x())
            self.set_viewport(Viewport(middle - self.viewport.span // 2, self.viewport.span))
            self._press_viewport = self.viewport
        self.update()
        return None

    def _grip(self, point: QPointF) -> _Drag:
        if point.y() >= self.scene.geometry.overview_height:
            return _Drag.PRESSED if point.x() >= self.scene.geometry.gutter else _Drag.NONE
        window = window_rect(self.scene)
        if abs(point.x() - window.left()) <= px(5) and window.width() > px(14):
            return _Drag.LEFT_EDGE
        if abs(point.x() - window.right()) <= px(5) and window.width() > px(14):
            return _Drag.RIGHT_EDGE
        return _Drag.WINDOW if overview_rect(self.scene).contains(point) else _Drag.NONE

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        moved = point.x() - self._press.x()
        if self._drag is _Drag.PRESSED and abs(moved) > _DRAG_PX:
            self._drag = _Drag.PLOT
        if self._drag is _Drag.PLOT:
            self.set_viewport(self._press_viewport.panned(-round(moved * self.scene.micros_per_px)))
        elif self._drag in (_Drag.WINDOW, _Drag.LEFT_EDGE, _Drag.RIGHT_EDGE):
            self._drag_window(moved)
        self._show_cursor(point)

    def _drag_window(self, moved: float) -> None:
        low, high = self.model.limits()
        shift = round(moved * (high - low) / max(overview_rect(self.scene).width(), 1.0))
        was = self._press_viewport
        if self._drag is _Drag.WINDOW:
            self.set_viewport(was.panned(shift))
        elif self._drag is _Drag.LEFT_EDGE:
            start = min(max(was.start + shift, low), was.end - 60_000_000)
            self.set_viewport(Viewport(start, was.end - start))
        else:
            end = max(min(was.end + shift, high), was.start + 60_000_000)
            self.set_viewport(Viewport(was.start, end - was.start))

    def _show_cursor(self, point: QPointF) -> None:
        shape = Qt.CursorShape.ArrowCursor
        grip = self._grip(point) if self._drag is _Drag.NONE else self._drag
        if grip in (_Drag.LEFT_EDGE, _Drag.RIGHT_EDGE):
            shape = Qt.CursorShape.SizeHorCursor
        elif grip is _Drag.PLOT:
            shape = Qt.CursorShape.ClosedHandCursor
        elif grip is _Drag.WINDOW or self.hit(point.x(), point.y()):
            shape = Qt.CursorShape.PointingHandCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is _Drag.PRESSED:
            found = self.hit(event.position().x(), event.position().y())
            if found:
                self._choose(found.selection)
        self._drag = _Drag.NONE
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self.hit(event.position().x(), event.position().y())
        if found and not found.count > 1:
            self.activated.emit(found.selection)
        elif event.position().y() > self.scene.geometry.overview_height:
            self.zoom(0.4, self.scene.at_of(event.position().x()))

    def _tell_screen_reader(self) -> None:
        child = index_of(self, self.scene.selection) if QAccessible.isActive() and self.scene.selection else -1
        if child >= 0:
            event = QAccessibleEvent(self, QAccessible.Event.Focus)
            event.setChild(child)
            QAccessible.updateAccessibility(event)

    def _choose(self, selection: Selection) -> None:
        self.scene.selection = selection
        self._tell_screen_reader()
        self.update()
        self.selected.emit(selection)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self.hit(event.pos().x(), event.pos().y())
            if found:
                QToolTip.showText(event.globalPos(), tip_text(self.scene, found), self)
            else:
                QToolTip.hideText()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Tab and self._step(1):
                return True
            if event.key() == Qt.Key.Key_Backtab and self._step(-1):
                return True
        return super().event(event)

    # ---- keys -------------------------------------------------------------------------------------------------
    def _step(self, direction: int) -> bool:
        """To the next message in view; False when there is none, so that Tab goes on to the next widget."""
        rows = self.model.between(self.viewport.start, self.viewport.end)
        if self._lanes.dense or rows.start == rows.stop:
            return False
        row = self.model.row_of(self.scene.selection.event_id) if self.scene.selection.event_id else -1
        if not rows.start <= row < rows.stop:
            row = rows.start if direction > 0 else rows.stop - 1
        else:
            row += direction
        if not rows.start <= row < rows.stop:
            return False
        self._choose(Selection(event_id=str(self.model.entries[row]["event_id"])))
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, view = event.key(), self.viewport
        page = 5 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            share = _PAN_SHARE * page * (1 if key == Qt.Key.Key_Right else -1)
            self.set_viewport(view.panned(round(view.span * share)))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_step(1)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom_step(-1)
        elif key == Qt.Key.Key_Home:
            self.show_whole_stay()
        elif key == Qt.Key.Key_End:
            self.show_now()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.scene.selection:
            self.activated.emit(self.scene.selection)
        else:
            super().keyPressEvent(event)

    def zoom_step(self, steps: int) -> None:
        """One notch in (1) or out (-1), at the cursor when it is over the canvas."""
        self._zoom_at_cursor(_ZOOM_STEP**steps)

    def _zoom_at_cursor(self, factor: float) -> None:
        point = self.mapFromGlobal(self.cursor().pos())
        inside = self.rect().contains(point) and point.x() >= self.scene.geometry.gutter
        self.zoom(factor, self.scene.at_of(point.x()) if inside and self.underMouse() else None)
