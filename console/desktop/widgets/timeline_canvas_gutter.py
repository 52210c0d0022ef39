"""The names at the left of the canvas: the orders strip with its counts, each system with when it was last heard."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from console.core.clock import from_micros
from console.desktop.icons import paint_icon
from console.desktop.models.lane_icons import lane_icon
from console.desktop.models.status_words import Severity, loop_status
from console.desktop.models.system_names import ENGINE, lane_name, status_text
from console.desktop.theme import px, theme
from console.desktop.widgets.pill import paint_pill, pill_width
from console.desktop.widgets.timeline_canvas_axis import overview_rect
from console.desktop.widgets.timeline_canvas_scene import PLAIN, Ink, Scene

_NAME = Ink("label", 600)
_HEADING = Ink("label", 600)


class GutterLayer:
    """Kept as one picture until a text in it changes."""

    def __init__(self) -> None:
        self._picture: QPixmap | None = None
        self._key: tuple[object, ...] = ()

    def clear(self) -> None:
        self._key = ()

    def paint(self, painter: QPainter, scene: Scene, unshown: tuple[int, Severity]) -> None:
        heard = tuple(_heard(scene, lane.last_at) for lane in scene.model.lanes)
        key = (scene.version, scene.geometry, scene.formats, heard, unshown, scene.ratio, theme().dark, theme().scale)
        if self._picture is None or key != self._key:
            self._picture, self._key = self._drawn(scene, heard, unshown), key
        painter.drawPixmap(0, 0, self._picture)

    def _drawn(self, scene: Scene, heard: tuple[str, ...], unshown: tuple[int, Severity]) -> QPixmap:
        geometry, ratio = scene.geometry, scene.ratio
        picture = QPixmap(round(geometry.gutter * ratio), round(geometry.height * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(theme().color("bg_surface"))
        painter = QPainter(picture)
        self._whole_stay(painter, scene)
        self._strip(painter, scene, unshown)
        for number, text in enumerate(heard):
            self._lane(painter, scene, number, text)
        painter.fillRect(geometry.gutter - 1, geometry.axis_top, 1, geometry.bottom, theme().color("border"))
        painter.end()
        return picture

    @staticmethod
    def _whole_stay(painter: QPainter, scene: Scene) -> None:
        since = scene.formats.local(from_micros(scene.model.begin))
        day = scene.formats.date(since.date())[:6]
        text = QCoreApplication.translate("TimelineCanvas", "Whole stay %1 → now").replace("%1", day)
        room = scene.geometry.gutter - px(24)
        if scene.texts.width(text, PLAIN) > room:
            text = QCoreApplication.translate("TimelineCanvas", "Since %1").replace("%1", day)
        painter.setPen(theme().color("text2"))
        scene.texts.draw(painter, px(14), overview_rect(scene).center().y(), scene.texts.elided(text, room), PLAIN)

    def _strip(self, painter: QPainter, scene: Scene, unshown: tuple[int, Severity]) -> None:
        geometry, colors = scene.geometry, theme()
        top, bottom = geometry.strip_top, geometry.lanes_top
        self._rule(painter, scene, top)
        narrow = geometry.gutter < px(190)
        left = px(14) if narrow else px(44)
        if not narrow:
            paint_icon(painter, "arrow-right-left", "text2", QRectF(px(16), top + px(12), px(18), px(18)))
        room = geometry.gutter - left - px(8)
        painter.setPen(colors.color("text"))
        heading = QCoreApplication.translate("TimelineCanvas", "Orders and results")
        scene.texts.draw(painter, left, top + px(17), scene.texts.elided(heading, room, _HEADING), _HEADING)
        loops = len(scene.model.loops)
        hidden, worst = unshown
        lines = [(QCoreApplication.translate("TimelineCanvas", "%n order(s)", "", loops), "text3")]
        if hidden:
            more = QCoreApplication.translate("TimelineCanvas", "%n without a row here", "", hidden)
            lines.append((more, "fail_fg" if worst >= Severity.CRITICAL else "text3"))
        # Where there is no height for both, what cannot be seen is the more important one.
        lines = lines if geometry.strip_height >= px(84) else lines[-1:]
        below = top + px(48)
        for number, (text, tone) in enumerate(lines):
            painter.setPen(colors.color(tone))
            scene.texts.draw(painter, left, top + px(35 + 16 * number), scene.texts.elided(text, room), PLAIN)
            below += px(14) if number else 0
        self._counts(painter, scene, left, below, bottom - px(4))

    @staticmethod
    def _counts(painter: QPainter, scene: Scene, left: int, top: int, bottom: int) -> None:
        """A pill per open state, the worst first, as many as there is room for."""
        states = Counter(loop.state for loop in scene.model.loops)
        overdue = sum(1 for x in scene.model.loops if x.state == "stopped" and x.overdue_since(scene.now) is not None)
        if overdue:
            states["missing"] += overdue
            states["stopped"] -= overdue
        shown = sorted(
            ((loop_status(state), count) for state, count in states.items() if count > 0),
            key=lambda pair: -pair[0].severity,
        )
        height, x, y = px(21), left, top
        for status, count in shown:
            if status.severity <= Severity.QUIET:
                continue
            text = f"{count} {status_text(status).lower()}"
            width = pill_width(text, True, "caption")
            if x > left and x + width > scene.geometry.gutter - px(6):
                x, y = left, y + height + px(4)
            if y + height > bottom:
                return
            paint_pill(
                painter,
                QRectF(x, y, width, height),
                text,
                icon_name=status.icon,
                token=status.tone,
                dashed=status.dashed,
                role="caption",
            )
            x += width + px(4)

    def _lane(self, painter: QPainter, scene: Scene, number: int, heard: str) -> None:
        geometry, colors, lane = scene.geometry, theme(), scene.model.lanes[number]
        y = geometry.lane_y(number)
        self._rule(painter, scene, round(geometry.lanes_top + geometry.lane_height * number))
        narrow, tight = geometry.gutter < px(190), geometry.lane_height < px(38)
        left = px(14) if narrow else px(44)
        if not narrow:
            side = px(18)
            paint_icon(painter, lane_icon(lane.lane, lane.kind), "text2", QRectF(px(16), y - side // 2, side, side))
        name = lane_name(lane.label if lane.kind != ENGINE else ENGINE)
        room = geometry.gutter - left - px(8)
        painter.setPen(colors.color("text"))
        if tight:
            scene.texts.draw(painter, left, y, scene.texts.elided(name, room, _NAME), _NAME)
            taken = scene.texts.width(name, _NAME) + px(8)
            if room - taken >= scene.texts.width(heard, PLAIN):
                painter.setPen(colors.color("text3"))
                scene.texts.draw(painter, left + taken, y, heard, PLAIN)
            return
        scene.texts.draw(painter, left, y - px(8), scene.texts.elided(name, room, _NAME), _NAME)
        painter.setPen(colors.color("text3"))
        scene.texts.draw(painter, left, y + px(9), scene.texts.elided(heard, room), PLAIN)

    @staticmethod
    def _rule(painter: QPainter, scene: Scene, y: int) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(theme().color("border"), 1, Qt.PenStyle.SolidLine))
        painter.drawLine(0, y, scene.geometry.gutter, y)


def _heard(scene: Scene, last_at: int) -> str:
    """`8min ago`: whole minutes after the first, so that the picture is not redrawn every second."""
    seconds = max(scene.now - last_at, 0) // 1_000_000
    if seconds >= 60:
        seconds -= seconds % 60
    now = from_micros(scene.now)
    return scene.formats.ago(now - timedelta(seconds=seconds), now)
