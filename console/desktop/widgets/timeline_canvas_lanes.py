"""The system lanes: one vertical per message from its sender to where it got; when there are too many, how many.

Dense lanes show a bar per cell of time. A bar never hides a failure: amber where something is held up, an octagon with
its count where something stopped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, QLineF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from console.desktop.models.density import Counts, Grid, counts, grid, heights
from console.desktop.models.lane_slab import (
    DOTTED_LINE,
    FAILED_LINE,
    GREY_LINE,
    Dot,
    Slab,
    Tone,
    Wording,
    is_dense,
    lay_out,
)
from console.desktop.models.timeline_model import Cell, Shape
from console.desktop.theme import px, theme
from console.desktop.widgets.timeline_canvas_glyphs import SHAPE_GLYPHS, SHAPE_TOKENS, Glyph
from console.desktop.widgets.timeline_canvas_scene import PLAIN, STRONG, Scene

_LINE_TOKENS = {
    int(Shape.SQUARE): "cat_adt",
    int(Shape.PENTAGON): "cat_order",
    int(Shape.DIAMOND): "cat_result",
    GREY_LINE: "cat_ack",
    FAILED_LINE: "fail_solid",
    DOTTED_LINE: "fail_solid",
}


_TONE_TOKENS = {Tone.ASIDE: "text3", Tone.PLAIN: "text2", Tone.HELD_UP: "warn_fg", Tone.FAILED: "fail_fg"}


def wording() -> Wording:
    """The words beside glyphs, in the language in force."""
    translate = QCoreApplication.translate
    return Wording(
        duplicate=translate("TimelineCanvas", "duplicate, ignored"),
        held_up=translate("TimelineCanvas", "held up"),
        reasons={
            "code-not-mapped": translate("TimelineCanvas", "code without a map"),
            "unparseable": translate("TimelineCanvas", "not readable"),
            "required-field-missing": translate("TimelineCanvas", "field missing"),
            "destination-refused": translate("TimelineCanvas", "refused by the destination"),
        },
    )


_CELL_PX = 4


class LanesLayer:
    """Lays out a slab (or a histogram) when needed and slides it."""

    def __init__(self) -> None:
        self._slab: Slab | None = None
        self._slab_key: tuple[object, ...] = ()
        self._bars: list[QImage] = []
        self._stops: list[tuple[int, int, int]] = []
        self._bars_grid = Grid(0, 1, 0)
        self._bars_key: tuple[object, ...] = ()
        self.dense = False

    def clear(self) -> None:
        self._slab_key = self._bars_key = ()

    def paint(self, painter: QPainter, scene: Scene, selected: int) -> None:
        geometry = scene.geometry
        self.dense = is_dense(scene.model, scene.viewport)
        painter.save()
        painter.setClipRect(
            QRectF(geometry.gutter, geometry.lanes_top, geometry.plot_width, geometry.bottom - geometry.lanes_top)
        )
        if self.dense:
            self._paint_dense(painter, scene)
            if selected >= 0:
                self._paint_slab(painter, scene, self._lone_slab(scene, selected))
        else:
            self._paint_slab(painter, scene, self._current_slab(scene, selected))
        painter.restore()

    def row_at(self, scene: Scene, x: float, lane: int) -> int:
        """The message drawn at x in a lane; -1 when there is none, or when lanes only count."""
        if self.dense or self._slab is None:
            return -1
        return self._slab.row_at(x - round(scene.x_of(self._slab.start)), lane, px(11))

    # ---- each message -----------------------------------------------------------------------------------------
    def _current_slab(self, scene: Scene, selected: int) -> Slab:
        key = (
            scene.version,
            scene.viewport.span,
            scene.geometry,
            scene.formats,
            selected,
            round((scene.now - scene.model.begin) / scene.micros_per_px),
        )
        if self._slab is None or key != self._slab_key or not self._slab.covers(scene.viewport):
            self._slab = lay_out(
                scene.model,
                scene.viewport,
                width=scene.geometry.plot_width,
                now=scene.now,
                measure=lambda text, strong: scene.texts.width(text, STRONG if strong else PLAIN),
                wording=wording(),
                selected=selected,
                radius=px(8),
            )
            self._slab_key = key
        return self._slab

    def _lone_slab(self, scene: Scene, row: int) -> Slab:
        """The selected message alone, over a histogram; its label covers no failure."""
        half = scene.viewport.span // 2
        start = scene.viewport.start // half * half - half if half else scene.viewport.start
        avoid: dict[int, list[float]] = defaultdict(list)
        for lane, cell, _ in self._stops:
            at = self._bars_grid.start + self._bars_grid.cell * (cell + 0.5)
            avoid[lane].append((at - start) / scene.micros_per_px)
        return lay_out(
            scene.model,
            scene.viewport,
            width=scene.geometry.plot_width,
            now=scene.now,
            measure=lambda text, strong: scene.texts.width(text, STRONG if strong else PLAIN),
            wording=wording(),
            selected=row,
            radius=px(8),
            only=row,
            avoid=avoid,
        )

    def _paint_slab(self, painter: QPainter, scene: Scene, slab: Slab) -> None:
        shift = round(scene.x_of(slab.start))
        left, right = scene.geometry.gutter - px(30) - shift, scene.geometry.width + px(30) - shift
        painter.translate(shift, 0)
        self._paint_lines(painter, scene, slab, left, right)
        for dot in slab.dots:
            if left <= dot.x <= right:
                self._stamp(painter, scene, dot)
        self._paint_labels(painter, scene, slab, left, right)
        painter.translate(-shift, 0)

    @staticmethod
    def _paint_lines(painter: QPainter, scene: Scene, slab: Slab, left: int, right: int) -> None:
        middles = [scene.geometry.lane_y(lane) for lane in range(scene.geometry.lanes)]
        groups: dict[int, list[QLineF]] = defaultdict(list)
        for line in slab.lines:
            if left <= line.x <= right:
                groups[line.kind].append(QLineF(line.x, middles[line.top], line.x, middles[line.bottom]))
        for kind, lines in sorted(groups.items()):
            pen = QPen(theme().color(_LINE_TOKENS[kind]), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
            if kind == FAILED_LINE:
                pen.setWidthF(3)
            elif kind == DOTTED_LINE:
                pen.setWidthF(1.6)
                pen.setDashPattern([1.4, 1.8])
            painter.setPen(pen)
            painter.drawLines(lines)

    @staticmethod
    def _stamp(painter: QPainter, scene: Scene, dot: Dot) -> None:
        y = scene.geometry.lane_y(dot.lane)
        shape = Shape(dot.shape)
        token = "cat_ack" if dot.duplicate else SHAPE_TOKENS[shape]
        if dot.cell == Cell.SENT or (dot.cell == Cell.PASSED and dot.foot):
            scene.stamp(painter, SHAPE_GLYPHS[shape], token, dot.x, y, 17)
        elif dot.cell == Cell.PASSED:
            scene.stamp(painter, Glyph.RING, token, dot.x, y, 12)
        elif dot.cell == Cell.STOPPED:
            scene.stamp(painter, Glyph.OCTAGON, "fail_solid", dot.x, y, 19)
        elif dot.cell == Cell.UNREACHED:
            scene.stamp(painter, Glyph.UNREACHED, "fail_solid", dot.x, y, 15)
        elif dot.cell == Cell.DUPLICATE:
            scene.stamp(painter, Glyph.DUPLICATE, "quiet_solid", dot.x, y, 18)
        else:
            scene.stamp(painter, Glyph.WAITING, "warn_solid" if dot.warned else "quiet_solid", dot.x, y, 14)

    @staticmethod
    def _paint_labels(painter: QPainter, scene: Scene, slab: Slab, left: int, right: int) -> None:
        colors = theme()
        # A text that would be cut by the gutter says nothing: the list has it.
        edge = left + px(30)
        for label in slab.labels:
            placed = label.placed
            if placed.left + placed.width < left or placed.left > right:
                continue
            if placed.left < edge and not placed.must:
                continue
            y = scene.geometry.lane_y(label.lane)
            if placed.plate:
                painter.fillRect(
                    QRectF(placed.left - px(3), y - px(9), placed.width + px(6), px(18)), colors.color("bg_surface")
                )
            painter.setPen(colors.color(_TONE_TOKENS[label.tone]))
            scene.texts.draw(painter, placed.left, y, placed.text, STRONG if placed.must else PLAIN)

    # ---- how many ---------------------------------------------------------------------------------------------
    def _paint_dense(self, painter: QPainter, scene: Scene) -> None:
        self._count(scene)
        geometry = scene.geometry
        shift = round(scene.x_of(self._bars_grid.start))
        cell_px = self._bars_grid.cell / scene.micros_per_px
        span = cell_px * self._bars_grid.count
        half = self._bar_half(scene)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for lane, image in enumerate(self._bars):
            y = geometry.lane_y(lane)
            painter.drawImage(QRectF(shift, y - half, span, 2 * half), image)
        for lane, cell, count in self._stops:
            x = shift + (cell + 0.5) * cell_px
            if not geometry.gutter - px(20) < x < geometry.width + px(20):
                continue
            y = geometry.lane_y(lane)
            scene.stamp(painter, Glyph.OCTAGON, "fail_solid", round(x), y, 17)
            if count > 1:
                text = f"×{scene.formats.number(count)}"
                width = scene.texts.width(text, STRONG)
                painter.fillRect(
                    QRectF(round(x) + px(9), y - px(8), width + px(4), px(16)), theme().color("bg_surface")
                )
                painter.setPen(theme().color("fail_fg"))
                scene.texts.draw(painter, round(x) + px(11), y, text, STRONG)

    @staticmethod
    def _bar_half(scene: Scene) -> int:
        return max(round(scene.geometry.lane_height * 0.36), 2)

    def _count(self, scene: Scene) -> None:
        """Counts the cells of two and a half views, so that panning within them counts nothing."""
        viewport, width = scene.viewport, scene.geometry.plot_width
        key = (scene.version, viewport.span, scene.geometry, theme().dark, theme().high_contrast)
        seen = self._bars_grid
        covered = seen.start <= viewport.start and viewport.end <= seen.start + seen.cell * seen.count
        if key == self._bars_key and covered:
            return
        half = viewport.span // 2
        wide = type(viewport)(viewport.start // half * half - half, 5 * half)
        cells = grid(wide, 2.5 * width, px(4))
        edges = cells.edges()
        lanes = [scene.model.lane_times(lane) for lane in range(len(scene.model.lanes))]
        per_lane = [counts(times.touched, edges) for times in lanes]
        most = max((int(c.max(initial=0)) for c in per_lane), default=0)
        ceiling = 1 << max(most - 1, 1).bit_length()
        full = self._bar_half(scene)
        self._bars = [
            _bars(heights(touched, ceiling, full), counts(times.warned, edges) > 0, full)
            for touched, times in zip(per_lane, lanes, strict=True)
        ]
        self._stops = [
            (lane, cell, count)
            for lane, times in enumerate(lanes)
            if len(times.stopped)
            for cell, count in _gathered(counts(times.stopped, edges).tolist(), px(30) // px(4))
        ]
        self._bars_grid, self._bars_key = cells, key


def _bars(tall: Counts, warned: npt.NDArray[np.bool_], full: int) -> QImage:
    """Bars symmetrical about the middle with a gap between: the whole lane is one small image."""
    quiet, warn = theme().color("cat_ack").rgba(), theme().color("warn_solid").rgba()
    offsets = np.abs(np.arange(2 * full) + 0.5 - full)
    bar = np.repeat(tall, _CELL_PX)
    bar[_CELL_PX - 1 :: _CELL_PX] = 0
    lit = offsets[:, None] < bar[None, :]
    ink = np.repeat(np.where(warned, warn, quiet).astype(np.uint32), _CELL_PX)
    pixels = np.where(lit, ink[None, :], 0).astype(np.uint32)
    rows, columns = pixels.shape
    # The copy owns its pixels; the buffer below it would not outlive this call.
    return QImage(pixels.tobytes(), columns, rows, columns * 4, QImage.Format.Format_ARGB32).copy()


def _gathered(stopped: list[int], reach: int) -> Iterable[tuple[int, int]]:
    """Failures per cell with neighbours closer than `reach` cells told as one, at the first of them."""
    first, total = -1, 0
    for cell, count in enumerate(stopped):
        if not count:
            continue
        if total and cell - first >= reach:
            yield first, total
            total = 0
        if not total:
            first = cell
        total += count
    if total:
        yield first, total
