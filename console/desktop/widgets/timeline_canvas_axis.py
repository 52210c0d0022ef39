"""The time frame of the canvas: the overview of the whole stay, ticks and days, the future's shade, the now-line."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from console.core.clock import from_micros
from console.desktop.models.density import counts, grid, heights
from console.desktop.models.time_axis import Axis, Viewport, axis
from console.desktop.theme import px, theme
from console.desktop.widgets.timeline_canvas_scene import PLAIN, STRONG, Scene


def overview_rect(scene: Scene) -> QRectF:
    """Where the whole stay is drawn."""
    geometry = scene.geometry
    top = px(9)
    return QRectF(geometry.gutter, top, geometry.plot_width - px(18), geometry.overview_height - top - px(5))


def overview_at(scene: Scene, x: float) -> int:
    """The instant under x in the overview."""
    rect = overview_rect(scene)
    low, high = scene.model.limits()
    return Viewport(low, high - low).at_of(x - rect.left(), rect.width())


def window_rect(scene: Scene) -> QRectF:
    """The part of the overview that is in view; at least wide enough to be grabbed."""
    rect = overview_rect(scene)
    low, high = scene.model.limits()
    whole = Viewport(low, high - low)
    left = rect.left() + whole.x_of(scene.viewport.start, rect.width())
    right = rect.left() + whole.x_of(scene.viewport.end, rect.width())
    if right - left < px(8):
        middle = (left + right) / 2
        left, right = middle - px(4), middle + px(4)
    left, right = max(left, rect.left()), min(right, rect.right())
    return QRectF(left, rect.top() - px(1), max(right - left, px(4)), rect.height() + px(2))


class AxisLayer:
    """Keeps the overview's picture until the snapshot, the width or the theme changes."""

    def __init__(self) -> None:
        self._overview: QPixmap | None = None
        self._overview_key: tuple[object, ...] = ()
        self._axis: Axis | None = None
        self._axis_key: tuple[object, ...] = ()

    def clear(self) -> None:
        self._overview_key = self._axis_key = ()

    def paint_ground(self, painter: QPainter, scene: Scene) -> None:
        """The plot's ground, the future, the grid and the day lines: below everything."""
        colors, geometry = theme(), scene.geometry
        top, bottom, left = geometry.strip_top, geometry.bottom, geometry.gutter
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(0, 0, geometry.width, geometry.height, colors.color("bg_surface"))
        future = round(max(scene.x_of(scene.now), left))
        if future < geometry.width:
            painter.fillRect(future, top, geometry.width - future, bottom - top, colors.color("bg_app"))
        current = self._current_axis(scene)
        lines = [QLineF(x, top, x, bottom) for tick in current.ticks if (x := round(scene.x_of(tick.at))) > left]
        painter.setPen(QPen(colors.color("divider"), 1))
        painter.drawLines(lines)
        days = [QLineF(x, top - px(6), x, bottom) for day in current.days if (x := round(scene.x_of(day.start))) > left]
        painter.setPen(QPen(colors.color("text3"), 1))
        painter.drawLines(days)

    def paint_axis(self, painter: QPainter, scene: Scene) -> None:
        """Days above, times below, and the now-pill."""
        colors, geometry = theme(), scene.geometry
        current = self._current_axis(scene)
        upper = geometry.axis_top + px(9)
        lower = geometry.axis_top + geometry.axis_height - px(13)
        painter.setPen(colors.color("text2"))
        self._paint_days(painter, scene, current, upper)
        now_text = self._now_text(scene)
        now_x = scene.x_of(scene.now)
        half = scene.texts.width(now_text, STRONG) / 2 + px(10)
        shows_now = geometry.gutter - half < now_x < geometry.width + half
        for tick in current.ticks:
            ink = STRONG if tick.strong else PLAIN
            width = scene.texts.width(tick.text, ink)
            x = scene.x_of(tick.at)
            if x - width / 2 < geometry.gutter + px(2) or (shows_now and abs(x - now_x) < half + width / 2 + px(4)):
                continue
            painter.setPen(colors.color("text" if tick.strong else "text2"))
            scene.texts.draw(painter, x - width / 2, lower, tick.text, ink)
        if shows_now:
            self._paint_now(painter, scene, now_text, now_x, half, lower)

    def _paint_days(self, painter: QPainter, scene: Scene, current: Axis, middle: float) -> None:
        left, right = float(scene.geometry.gutter), float(scene.geometry.width)
        gap = px(6)
        for day in current.days:
            begin, end = max(scene.x_of(day.start), left) + gap, min(scene.x_of(day.end), right) - gap
            width = scene.texts.width(day.text, STRONG)
            if width > end - begin:
                continue
            # A day that began before the view says its name just before it ends: beside the next day's.
            inside = scene.x_of(day.start) < left and scene.x_of(day.end) < right
            scene.texts.draw(painter, end - width if inside else begin, middle, day.text, STRONG)

    def _paint_now(self, painter: QPainter, scene: Scene, text: str, now_x: float, half: float, middle: float) -> None:
        colors, height = theme(), px(18)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color("accent_solid"))
        left = min(max(now_x - half, scene.geometry.gutter + px(2)), scene.geometry.width - 2 * half - px(2))
        pill = QRectF(left, middle - height / 2, 2 * half, height)
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setPen(colors.color("on_accent"))
        scene.texts.draw(painter, left + px(10), middle, text, STRONG)

    def paint_now_line(self, painter: QPainter, scene: Scene) -> None:
        x = round(scene.x_of(scene.now))
        if scene.geometry.gutter < x < scene.geometry.width:
            top = scene.geometry.strip_top - px(4)
            painter.fillRect(x - 1, top, 2, scene.geometry.bottom - top, theme().color("accent_solid"))

    @staticmethod
    def _now_text(scene: Scene) -> str:
        clock = scene.formats.time(from_micros(scene.now))
        return QCoreApplication.translate("TimelineCanvas", "now %1").replace("%1", clock)

    def _current_axis(self, scene: Scene) -> Axis:
        key = (scene.viewport, scene.geometry.plot_width, scene.formats)
        if self._axis is None or key != self._axis_key:
            gap = scene.texts.width("00:00:00", PLAIN) + px(24)
            self._axis, self._axis_key = axis(scene.viewport, scene.geometry.plot_width, scene.formats, gap), key
        return self._axis

    def paint_overview(self, painter: QPainter, scene: Scene, grabbed: bool) -> None:
        """The whole stay: density, failures on top, and the window that is in view."""
        colors, rect = theme(), overview_rect(scene)
        key = (scene.version, rect.getRect(), scene.ratio, colors.dark, colors.high_contrast)
        if self._overview is None or key != self._overview_key:
            self._overview, self._overview_key = self._drawn_overview(scene, rect), key
        painter.drawPixmap(rect.topLeft(), self._overview)
        window = window_rect(scene)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = colors.color("accent").toRgb()
        fill.setAlphaF(0.20 if grabbed else 0.14)
        painter.setPen(QPen(colors.color("accent"), 1.5))
        painter.setBrush(fill)
        painter.drawRoundedRect(window.adjusted(0.75, 0.75, -0.75, -0.75), px(4), px(4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    @staticmethod
    def _drawn_overview(scene: Scene, rect: QRectF) -> QPixmap:
        colors, ratio = theme(), scene.ratio
        pixmap = QPixmap(max(round(rect.width() * ratio), 1), max(round(rect.height() * ratio), 1))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color("bg_sunken"))
        painter.drawRoundedRect(QRectF(0, 0, rect.width(), rect.height()), px(4), px(4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        low, high = scene.model.limits()
        whole = Viewport(low, high - low)
        step = px(5)
        cells = grid(whole, rect.width(), step)
        edges = cells.edges()
        per_cell = counts(scene.model.columns.at, edges)
        full = round(rect.height() - px(3))
        tall = heights(per_cell, int(per_cell.max(initial=0)), full)
        bars = [
            QRectF(whole.x_of(edge, rect.width()), rect.height() - height, step - px(1), height)
            for edge, height in zip(edges.tolist(), tall.tolist(), strict=False)
            if height
        ]
        painter.setBrush(colors.color("cat_ack"))
        painter.drawRects(bars)
        failed = counts(scene.model.failure_times, edges)
        for edge, count in zip(edges.tolist(), failed.tolist(), strict=False):
            if count:
                middle = round(whole.x_of(edge + cells.cell / 2, rect.width()))
                painter.fillRect(QRectF(middle - 1, 0, px(3), rect.height()), colors.color("fail_solid"))
        painter.end()
        return pixmap
