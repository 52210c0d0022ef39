"""What the charts share: the room inside their axes, grid lines, labels, bands, a hover box, and a voice.

Charts are painted by hand: `drawLines` with flat caps, fills without antialiasing, pens and fonts from the theme's
cache. A chart takes the focus; its keys step through what the mouse shows, and its accessible description says the
same in words.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.desktop.theme import px, theme


class ChartFrame(QWidget):
    """Base of the charts. A subclass paints into `room` and names its hoverable places by number."""

    hovered = Signal(int)
    """The place under the mouse or chosen by key; -1 for none."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(px(160), px(84))
        self._place = -1

    # ---- what a subclass gives ----------------------------------------------------------------------------------
    def places(self) -> int:
        """How many places can be hovered or stepped through."""
        return 0

    def place_at(self, x: float) -> int:
        """The place at a horizontal position, -1 for none."""
        return -1

    def place_words(self, place: int) -> Sequence[tuple[str, str, str]]:
        """(colour token or '', label, value) for each line of the hover box; the first is its heading."""
        return ()

    def summary(self) -> str:
        """The whole chart in one sentence, for who cannot see it."""
        return ""

    # ---- hovering -----------------------------------------------------------------------------------------------
    @property
    def place(self) -> int:
        return self._place if self._place < self.places() else -1

    def show_place(self, place: int) -> None:
        place = place if 0 <= place < self.places() else -1
        if place != self._place:
            self._place = place
            self.update()
            self.hovered.emit(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.show_place(self.place_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        self.show_place(-1)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = self.places() - 1
        now = self.place if self.place >= 0 else last
        keys = {
            Qt.Key.Key_Left: max(now - 1, 0) if self.place >= 0 else last,
            Qt.Key.Key_Right: min(now + 1, last),
            Qt.Key.Key_PageUp: max(now - 10, 0),
            Qt.Key.Key_PageDown: min(now + 10, last),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        wanted = keys.get(Qt.Key(event.key()))
        if wanted is None or last < 0:
            super().keyPressEvent(event)
            return
        self.show_place(wanted)
        self._tell()

    def tell_summary(self) -> None:
        """Brings the description up to date; the change is not announced, it comes too often."""
        self.setAccessibleDescription(self.summary())

    def _tell(self) -> None:
        words = "; ".join(f"{label} {value}".strip() for _, label, value in self.place_words(self.place))
        self.setAccessibleDescription(words)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    # ---- painting -----------------------------------------------------------------------------------------------
    def paint_value_axis(self, painter: QPainter, room: QRectF, labels: Sequence[tuple[float, str]]) -> None:
        """Horizontal grid lines with their labels on the left; `labels` are (share of the height from below, text)."""
        colors = theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setFont(colors.font("caption"))
        line, ink = QPen(colors.color("divider"), 1), colors.color("text3")
        for share, text in labels:
            y = round(room.bottom() - share * room.height())
            painter.setPen(line)
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(ink)
            box = QRectF(0, y - px(8), room.left() - px(6), px(16))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def paint_marks(self, painter: QPainter, room: QRectF, marks: Sequence[tuple[float, str]]) -> None:
        """Labels under the room at their horizontal positions; those that would touch the one before are left out."""
        colors = theme()
        painter.setFont(colors.font("caption"))
        painter.setPen(colors.color("text3"))
        metrics = QFontMetricsF(colors.font("caption"))
        free_from = -1e9
        for x, text in marks:
            width = metrics.horizontalAdvance(text)
            left = min(max(x - width / 2, 0.0), self.width() - width)
            if left >= free_from:
                painter.drawText(QPointF(left, room.bottom() + px(4) + metrics.ascent()), text)
                free_from = left + width + px(8)

    def label_width(self, texts: Sequence[str]) -> float:
        metrics = QFontMetricsF(theme().font("caption"))
        return max((metrics.horizontalAdvance(text) for text in texts), default=0.0)

    def paint_hover(self, painter: QPainter, room: QRectF, x: float) -> None:
        """The hair line and the box of values beside it."""
        words = self.place_words(self.place)
        if not words:
            return
        colors = theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(colors.color("text3"), 1))
        painter.drawLine(QPointF(round(x), room.top()), QPointF(round(x), room.bottom()))
        strong, plain = colors.font("caption", 600), colors.font("caption")
        bold, normal = QFontMetricsF(strong), QFontMetricsF(plain)
        labels = max((normal.horizontalAdvance(label) for _, label, _ in words[1:]), default=0.0)
        values = max((bold.horizontalAdvance(value) for _, _, value in words[1:]), default=0.0)
        title = " ".join(part for part in words[0][1:] if part)
        line = px(16)
        width = max(px(14) + labels + px(10) + values, bold.horizontalAdvance(title)) + px(16)
        height = line * len(words) + px(8)
        left = x + px(8) if x + px(8) + width <= self.width() else x - px(8) - width
        box = QRectF(max(left, 0.0), min(room.top() + px(2), max(self.height() - height - 1, 0)), width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colors.color("border_strong"), 1))
        painter.setBrush(colors.color("bg_raised"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), px(4), px(4))
        inside = box.adjusted(px(8), px(4), -px(8), -px(4))
        painter.setFont(strong)
        painter.setPen(colors.color("text"))
        painter.drawText(QRectF(inside.left(), inside.top(), inside.width(), line), _MIDDLE_LEFT, title)
        for number, (token, label, value) in enumerate(words[1:], start=1):
            at = QRectF(inside.left(), inside.top() + number * line, inside.width(), line)
            if token:
                painter.fillRect(QRectF(at.left(), at.center().y() - px(1), px(9), px(3)), colors.color(token))
            painter.setFont(plain)
            painter.setPen(colors.color("text2"))
            painter.drawText(at.adjusted(px(14), 0, 0, 0), _MIDDLE_LEFT, label)
            painter.setFont(strong)
            painter.setPen(colors.color("text"))
            painter.drawText(at, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value)

    def paint_nothing(self, painter: QPainter, text: str) -> None:
        """The empty state: what belongs here."""
        painter.setFont(theme().font("small"))
        painter.setPen(theme().color("text3"))
        room = QRectF(self.rect()).adjusted(px(12), px(4), -px(12), -px(4))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
        self.paint_focus(painter)

    def paint_focus(self, painter: QPainter) -> None:
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme().color("focus"), px(2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(4), px(4))


_MIDDLE_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def mixed(first: str, second: str, share: float) -> QColor:
    """A colour between two tokens: what a fill of `share` opacity over a ground looks like, without blending later."""
    a, b = theme().color(first), theme().color(second)
    return QColor(
        round(a.red() * share + b.red() * (1 - share)),
        round(a.green() * share + b.green() * (1 - share)),
        round(a.blue() * share + b.blue() * (1 - share)),
    )
