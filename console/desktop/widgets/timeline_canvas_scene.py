"""What every layer of the timeline canvas paints from: snapshot, view, places, and kept texts and glyphs."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QStaticText

from console.desktop.formats import Formats
from console.desktop.models.canvas_geometry import Geometry
from console.desktop.models.time_axis import Viewport
from console.desktop.models.timeline_model import TimelineModel
from console.desktop.theme import px, theme
from console.desktop.widgets.timeline_canvas_glyphs import Glyph, GlyphCache

_MOST_TEXTS = 4_000


@dataclass(frozen=True, slots=True)
class Ink:
    """A text's role of the type scale and weight."""

    role: str = "caption"
    weight: int | None = None


PLAIN = Ink("caption", 500)
STRONG = Ink("caption", 600)


class Texts:
    """Measured texts, kept: drawing a kept text costs a quarter of drawing a new one."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, Ink], tuple[QStaticText, float]] = {}
        self._metrics: dict[Ink, QFontMetricsF] = {}

    def clear(self) -> None:
        self._kept.clear()
        self._metrics.clear()

    def metrics(self, ink: Ink) -> QFontMetricsF:
        if ink not in self._metrics:
            self._metrics[ink] = QFontMetricsF(theme().font(ink.role, ink.weight))
        return self._metrics[ink]

    def width(self, text: str, ink: Ink = PLAIN) -> float:
        return self._get(text, ink)[1]

    def draw(self, painter: QPainter, left: float, middle: float, text: str, ink: Ink = PLAIN) -> None:
        """One line, vertically centred on `middle`, in the painter's pen."""
        kept = self._get(text, ink)[0]
        painter.setFont(theme().font(ink.role, ink.weight))
        painter.drawStaticText(QPointF(left, middle - self.metrics(ink).height() / 2), kept)

    def elided(self, text: str, room: float, ink: Ink = PLAIN) -> str:
        return self.metrics(ink).elidedText(text, Qt.TextElideMode.ElideRight, room)

    def _get(self, text: str, ink: Ink) -> tuple[QStaticText, float]:
        found = self._kept.get((text, ink))
        if found is None:
            if len(self._kept) >= _MOST_TEXTS:
                self._kept.clear()
            static = QStaticText(text)
            static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            static.prepare(font=theme().font(ink.role, ink.weight))
            found = (static, self.metrics(ink).horizontalAdvance(text))
            self._kept[text, ink] = found
        return found


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected: a message by event id, or an order by order id."""

    event_id: str = ""
    order_id: str = ""

    def __bool__(self) -> bool:
        return bool(self.event_id or self.order_id)


NOTHING = Selection()


@dataclass
class Scene:
    """One canvas's state, shared with its layers. Times are microseconds; `now` is the engine's clock, running on."""

    model: TimelineModel
    viewport: Viewport
    geometry: Geometry
    formats: Formats
    now: int = 0
    ratio: float = 1.0
    selection: Selection = NOTHING
    version: int = 0
    texts: Texts = field(default_factory=Texts)
    glyphs: GlyphCache = field(default_factory=GlyphCache)

    def x_of(self, at: float) -> float:
        """Widget x of an instant."""
        return self.geometry.gutter + self.viewport.x_of(at, self.geometry.plot_width)

    def at_of(self, x: float) -> int:
        return self.viewport.at_of(x - self.geometry.gutter, self.geometry.plot_width)

    @property
    def micros_per_px(self) -> float:
        return self.viewport.span / self.geometry.plot_width

    def stamp(
        self, painter: QPainter, glyph: Glyph, token: str, x: float, y: float, side: float, ground: str = "bg_surface"
    ) -> None:
        """Stamps a glyph centred on (x, y); `side` in design pixels."""
        pixels = px(side)
        pixmap = self.glyphs.get(glyph, token, pixels, self.ratio, ground)
        painter.drawPixmap(QPointF(x - pixels / 2, y - pixels / 2), pixmap)
