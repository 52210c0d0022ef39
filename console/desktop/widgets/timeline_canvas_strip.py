"""The orders-and-results strip: each order from its pentagon to its diamond, or to the gap where the result should be.

Resulted: a line with how long it took. Waiting: dashed to the time it is due. Stopped: an octagon, dotted onward.
Missing or late: a hatched band since it was due, and a label that says since when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from PySide6.QtCore import QCoreApplication, QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap

from console.core.clock import from_micros
from console.desktop.icons import paint_icon
from console.desktop.models.loop_rows import LoopRows, Row, Sized, pack, sized
from console.desktop.models.status_words import Severity
from console.desktop.models.timeline_model import Loop
from console.desktop.theme import px, theme
from console.desktop.widgets.timeline_canvas_glyphs import Glyph
from console.desktop.widgets.timeline_canvas_scene import PLAIN, STRONG, Scene


def rounded(micros: int) -> timedelta:
    """A turnaround without its seconds once it is longer than ten minutes."""
    span = timedelta(microseconds=micros)
    return timedelta(minutes=round(span / timedelta(minutes=1))) if abs(span) >= timedelta(minutes=10) else span


def clock_text(at: int, scene: Scene) -> str:
    """`02:14`, or with its date when that is not today's."""
    formats, moment = scene.formats, from_micros(at)
    clock = formats.time(moment)
    if formats.local(moment).date() == formats.local(from_micros(scene.now)).date():
        return clock
    return f"{formats.date(moment)[:6]} {clock}"


def loop_words(loop: Loop, scene: Scene) -> tuple[str, str]:
    """What is written beside an order: its name, and how it stands in a few words."""
    translate = QCoreApplication.translate
    formats = scene.formats
    if loop.state in ("missing", "late", "stopped") and loop.overdue_since(scene.now) is not None:
        due = clock_text(loop.due_at or 0, scene)
        return loop.title, translate("TimelineCanvas", "expected by %1").replace("%1", due)
    if loop.state in ("waiting", "stopped") and loop.due_at is not None:
        due = clock_text(loop.due_at, scene)
        return loop.title, translate("TimelineCanvas", "due %1").replace("%1", due)
    if loop.state == "waiting":
        return loop.title, translate("TimelineCanvas", "waiting")
    if loop.state == "stopped":
        return loop.title, translate("TimelineCanvas", "stopped")
    if loop.state == "cancelled":
        return loop.title, translate("TimelineCanvas", "cancelled")
    if loop.state == "unordered":
        return loop.title, translate("TimelineCanvas", "no order seen")
    if loop.ordered_at is None or loop.resulted_at is None:
        return loop.title, ""
    took = formats.duration(rounded(loop.resulted_at - loop.ordered_at))
    if loop.state in ("preliminary", "late"):
        return loop.title, translate("TimelineCanvas", "preliminary, %1").replace("%1", took)
    if loop.corrected:
        return loop.title, translate("TimelineCanvas", "%1, corrected").replace("%1", took)
    return loop.title, took


def gap_words(loop: Loop, scene: Scene) -> str:
    """`U&E missing since 02:14`; '' while nothing is overdue."""
    since = loop.overdue_since(scene.now)
    if since is None:
        return ""
    clock = clock_text(since, scene)
    late = loop.state == "late"
    text = (
        QCoreApplication.translate("TimelineCanvas", "%1 late since %2")
        if late
        else QCoreApplication.translate("TimelineCanvas", "%1 missing since %2")
    )
    return text.replace("%1", loop.title).replace("%2", clock)


_SHORT_BAND = 28.0
"""Pixels of hatching where orders share rows."""


def gap_texts(loop: Loop, scene: Scene) -> tuple[str, ...]:
    """The gap in words, fuller first."""
    since = loop.overdue_since(scene.now)
    clock = clock_text(since, scene) if since is not None else ""
    short = QCoreApplication.translate("TimelineCanvas", "since %1").replace("%1", clock)
    return gap_words(loop, scene), short


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an order can be hit: its row's line and glyphs, in widget pixels."""

    order_id: str
    rect: QRectF


class StripLayer:
    """Packs the orders once per zoom, paints those in view, remembers where they are for the mouse."""

    def __init__(self) -> None:
        self._rows: LoopRows | None = None
        self._rows_key: tuple[object, ...] = ()
        self._hatch: dict[tuple[str, float], QPixmap] = {}
        self._sized: list[Sized] = []
        self._sized_key: tuple[object, ...] = ()
        self._shared = False
        self.spots: list[Spot] = []

    def clear(self) -> None:
        self._rows_key = self._sized_key = ()
        self._hatch.clear()

    def rows(self, scene: Scene) -> LoopRows:
        near = scene.viewport.start // max(scene.viewport.span, 1) if len(scene.model.loops) > 2_000 else 0
        texts_key = (scene.version, scene.formats, scene.now // 60_000_000)
        if texts_key != self._sized_key:
            self._sized_key = texts_key
            self._sized = sized(scene.model.loops, now=scene.now, widths=lambda loop: self._widths(loop, scene))
        key = (texts_key, scene.viewport.span, scene.geometry, near)
        if self._rows is None or key != self._rows_key:
            self._rows = pack(
                self._sized,
                micros_per_px=scene.micros_per_px,
                most=scene.geometry.rows,
                near=scene.viewport,
                unit=theme().scale / 100,
            )
            self._rows_key = key
        return self._rows

    def unshown(self, scene: Scene) -> tuple[int, Severity]:
        return self.rows(scene).unshown(scene.viewport)

    def _widths(self, loop: Loop, scene: Scene) -> tuple[float, float]:
        """Pixels of an order's words, and of what is said of its gap with the hatching before it."""
        gap = gap_words(loop, scene)
        gap_width = scene.texts.width(gap, STRONG) + px(52) + _SHORT_BAND if gap else 0.0
        return self._words_width(scene, *loop_words(loop, scene)), gap_width

    def paint(self, painter: QPainter, scene: Scene) -> None:
        slack = round(scene.micros_per_px * px(320))
        self.spots = []
        shown = self.rows(scene).visible(scene.viewport, round(scene.micros_per_px * px(30)), slack)
        painter.save()
        geometry = scene.geometry
        painter.setClipRect(QRectF(geometry.gutter, geometry.strip_top, geometry.plot_width, geometry.strip_height))
        self._shared = self.rows(scene).shared
        for row in shown:
            self._paint_loop(painter, scene, row)
        painter.restore()

    # ---- one order --------------------------------------------------------------------------------------------
    def _paint_loop(self, painter: QPainter, scene: Scene, row: Row) -> None:
        loop, y = row.loop, scene.geometry.row_y(row.row)
        edge = scene.geometry.gutter - px(40)
        start = max(scene.x_of(loop.start), edge)
        end = min(scene.x_of(loop.end(scene.now)), scene.geometry.width + px(40))
        self.spots.append(Spot(loop.order_id, QRectF(start - px(8), y - px(11), end - start + px(16), px(22))))
        if scene.selection.order_id == loop.order_id:
            painter.fillRect(
                QRectF(start - px(12), y - px(12), end - start + px(24), px(24)), theme().color("bg_selected")
            )
        if loop.is_open:
            self._paint_open(painter, scene, row, y)
        else:
            self._paint_closed(painter, scene, row, y)

    def _paint_closed(self, painter: QPainter, scene: Scene, row: Row, y: int) -> None:
        loop = row.loop
        cancelled = loop.state == "cancelled"
        tone = "quiet_solid" if cancelled else "cat_result"
        ordered = scene.x_of(loop.ordered_at) if loop.ordered_at is not None else None
        resulted = scene.x_of(loop.resulted_at) if loop.resulted_at is not None else None
        end = resulted if resulted is not None else ordered or 0.0
        if ordered is not None and resulted is not None:
            self._line(painter, scene, ordered, resulted, y, tone)
        if ordered is not None:
            scene.stamp(painter, Glyph.PENTAGON, "quiet_solid" if cancelled else "cat_order", ordered, y, 15)
        if cancelled:
            end = end if resulted is not None else end + px(18)
            scene.stamp(painter, Glyph.CANCELLED, tone, end, y, 17)
        elif resulted is not None:
            scene.stamp(painter, Glyph.DIAMOND, tone, resulted, y, 16)
        if row.labelled:
            self._closed_label(painter, scene, loop, ordered, end, y)

    def _closed_label(
        self, painter: QPainter, scene: Scene, loop: Loop, ordered: float | None, end: float, y: int
    ) -> None:
        """Right of the result, on its line, or left of the order: the first place that is free of now-line and edge."""
        name, more = loop_words(loop, scene)
        now, low, high = scene.x_of(scene.now), scene.geometry.gutter + px(6), scene.geometry.width - px(4)
        if end < low - px(4):
            return
        begin = max(ordered, low) if ordered is not None else end
        for words in ((name, more), (name, "")) if more else ((name, ""),):
            width = self._words_width(scene, *words)
            right, inside = end + px(13), end - px(18) - width
            if right + width < high and not right - px(4) < now < right + width + px(4):
                self._words(painter, scene, *words, right, y)
                return
            if inside > begin + px(12):
                self._plate(painter, scene, inside, width, y)
                self._words(painter, scene, *words, inside, y)
                return
        width = self._words_width(scene, name, more)
        left_side = begin - px(14) - width
        if left_side > low and end < high and not self._shared:
            self._words(painter, scene, name, more, left_side, y)
        elif end < high:
            self._words(painter, scene, name, more, max(end, now) + px(10), y)

    def _paint_open(self, painter: QPainter, scene: Scene, row: Row, y: int) -> None:
        loop = row.loop
        now = scene.x_of(scene.now)
        ordered = scene.x_of(loop.ordered_at) if loop.ordered_at is not None else None
        due = scene.x_of(loop.due_at) if loop.due_at is not None else None
        overdue = loop.overdue_since(scene.now) is not None
        reached, band_end = ordered, now
        if loop.resulted_at is not None:
            at = scene.x_of(loop.resulted_at)
            if ordered is not None:
                self._line(painter, scene, ordered, at, y, "cat_result")
            reached = at
        if loop.stopped_at is not None:
            at = scene.x_of(loop.stopped_at)
            if reached is not None:
                self._line(painter, scene, reached, at, y, "cat_result")
            reached = at
        onward = "fail_solid" if loop.severity >= Severity.CRITICAL else "quiet_solid"
        if loop.state == "late":
            onward = "warn_solid"
        target = due if due is not None else now
        if reached is not None and target > reached:
            style = Qt.PenStyle.DotLine if loop.stopped_at is not None else Qt.PenStyle.DashLine
            self._line(painter, scene, reached, target, y, onward, style)
        if overdue and due is not None:
            begin = max(due, reached or due)
            band_end = now if row.whole else min(now, begin + _SHORT_BAND)
            self._hatched(painter, scene, begin, band_end, y, onward)
        elif due is not None:
            scene.stamp(painter, Glyph.EXPECTED, "text3", due, y, 18)
        if ordered is not None:
            scene.stamp(painter, Glyph.PENTAGON, "cat_order", ordered, y, 15)
        if loop.resulted_at is not None:
            scene.stamp(painter, Glyph.PRELIMINARY, "cat_result", scene.x_of(loop.resulted_at), y, 16)
        if loop.stopped_at is not None:
            scene.stamp(painter, Glyph.OCTAGON, "fail_solid", scene.x_of(loop.stopped_at), y, 17)
        first = next((x for x in (ordered, reached, due) if x is not None), now)
        if row.labelled:
            self._open_label(painter, scene, loop, first, reached if reached is not None else first, target, y)
        if overdue:
            self._gap_pill(painter, scene, loop, begin, band_end, y, row.whole)

    def _open_label(
        self, painter: QPainter, scene: Scene, loop: Loop, first: float, reached: float, target: float, y: int
    ) -> None:
        """On the longest stretch of line that is in view and holds it."""
        name, more = loop_words(loop, scene)
        width = self._words_width(scene, name, more)
        low, high = scene.geometry.gutter + px(6), scene.geometry.width - px(6)
        now = scene.x_of(scene.now)
        stretches = [(first, reached), (reached, now if target > now else target), (now, target)]
        for begin, end in stretches:
            left, right = max(begin + px(12), low), min(end - px(14), high)
            if right - left >= width:
                at = left if begin == first and reached > first else (left + right - width) / 2
                self._plate(painter, scene, at, width, y)
                self._words(painter, scene, name, more, at, y)
                return
        if gap_words(loop, scene):
            return
        if first - px(14) - width > low and not self._shared:
            self._words(painter, scene, name, more, first - px(14) - width, y)
        elif target + px(14) + width < high:
            self._words(painter, scene, name, more, target + px(14), y)

    # ---- pieces -----------------------------------------------------------------------------------------------
    @staticmethod
    def _words_width(scene: Scene, name: str, more: str) -> float:
        return scene.texts.width(name, STRONG) + (scene.texts.width(more, PLAIN) + px(6) if more else 0)

    @staticmethod
    def _words(painter: QPainter, scene: Scene, name: str, more: str, left: float, y: int) -> None:
        painter.setPen(theme().color("text"))
        scene.texts.draw(painter, left, y, name, STRONG)
        if more:
            painter.setPen(theme().color("text2"))
            scene.texts.draw(painter, left + scene.texts.width(name, STRONG) + px(6), y, more, PLAIN)

    @staticmethod
    def _plate(painter: QPainter, scene: Scene, left: float, width: float, y: int) -> None:
        """A ground for text that lies on a line."""
        now = scene.x_of(scene.now)
        rect = QRectF(left - px(5), y - px(9), width + px(10), px(18))
        token = "bg_app" if left >= now else "bg_surface"
        painter.fillRect(rect, theme().color(token))

    @staticmethod
    def _line(
        painter: QPainter,
        scene: Scene,
        begin: float,
        end: float,
        y: int,
        token: str,
        style: Qt.PenStyle = Qt.PenStyle.SolidLine,
    ) -> None:
        begin = max(begin, scene.geometry.gutter - px(20))
        end = min(end, scene.geometry.width + px(20))
        if end <= begin:
            return
        if style is Qt.PenStyle.SolidLine:
            painter.fillRect(QRectF(round(begin), y - 1, round(end) - round(begin), 2), theme().color(token))
            return
        pen = QPen(theme().color(token), 1.5, style, Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([3, 2.5] if style is Qt.PenStyle.DashLine else [1.4, 1.8])
        painter.setPen(pen)
        painter.drawLine(QLineF(begin, y, end, y))

    def _hatched(self, painter: QPainter, scene: Scene, begin: float, end: float, y: int, token: str) -> None:
        left, right = max(begin, scene.geometry.gutter - px(4)), min(end, scene.geometry.width + px(4))
        if right - left < 2:
            return
        rect = QRectF(round(left), y - px(9), round(right) - round(left), px(18))
        soft = "warn_soft" if token == "warn_solid" else "fail_soft"
        painter.fillRect(rect, theme().color(soft))
        painter.save()
        painter.setBrushOrigin(round(scene.x_of(0)) % px(7), 0)
        painter.fillRect(rect, QBrush(self._hatching(token, scene.ratio)))
        painter.restore()
        pen = QPen(theme().color(token), 1.2, Qt.PenStyle.DashLine, Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([4, 2.5])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect)

    def _hatching(self, token: str, ratio: float) -> QPixmap:
        """A tile of slanted lines; pattern, not colour alone, says that something is not there."""
        key = (theme().hex(token), ratio)
        if key not in self._hatch:
            side = px(7)
            tile = QPixmap(round(side * ratio), round(side * ratio))
            tile.setDevicePixelRatio(ratio)
            tile.fill(Qt.GlobalColor.transparent)
            painter = QPainter(tile)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            color = QColor(theme().color(token))
            color.setAlphaF(0.55)
            painter.setPen(QPen(color, 1.3))
            for shift in (-side, 0, side):
                painter.drawLine(QLineF(shift, side, shift + side, 0))
            painter.end()
            self._hatch[key] = tile
        return self._hatch[key]

    def _gap_pill(
        self, painter: QPainter, scene: Scene, loop: Loop, begin: float, band_end: float, y: int, whole: bool
    ) -> None:
        """Right of the band; inside it where there is no room; in fewer words where that is short too."""
        warn = loop.state == "late"
        token, ink = ("warn_solid", "on_warn") if warn else ("fail_solid", "on_solid")
        height = px(22)
        low, high = scene.geometry.gutter + px(4), scene.geometry.width - px(6)
        if not whole and (band_end > high or band_end < low - px(300)):
            return
        for text in gap_texts(loop, scene):
            width = scene.texts.width(text, STRONG) + px(34)
            right, inside = band_end + px(9), min(band_end, high) - width - px(5)
            if right + width <= high:
                left = max(right, low) if whole else right
                break
            if inside >= max(begin + px(14), low):
                left = inside
                break
        else:
            left = max(high - width, low)
        rect = QRectF(left, y - height / 2, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(token))
        painter.drawRoundedRect(rect, height / 2, height / 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        icon = "hourglass" if warn else "circle-dashed"
        side = px(13)
        paint_icon(painter, icon, ink, QRectF(round(rect.left() + px(8)), round(y - side / 2), side, side))
        painter.setPen(theme().color(ink))
        scene.texts.draw(painter, rect.left() + px(8) + side + px(4), y, text, STRONG)
        self.spots.append(Spot(loop.order_id, rect))
