"""The last hours at a glance: a row per sender, a cell per ten minutes, darker is busier, hatched is silence.

One painted widget with a cell cursor: arrow keys move it, its words are the accessible description and are told by
`cell_changed`; every row is an accessible child.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from console.desktop.formats import Formats
from console.desktop.presenters.investigate import Heat, HeatRow
from console.desktop.theme import px, theme
from console.desktop.widgets.accessible_rows import announce_row, expose_rows

GAP = 2
LOWEST, LOWEST_COMPACT, HIGHEST = 28, 20, 40
"""Pixels per row: the strip takes the height there is, within these."""
AXIS = 22


class HeatStrip(QWidget):
    """Shows a `Heat`; None shows nothing. `formats` gives times in the hospital's zone."""

    cell_changed = Signal(str)
    """The words of the cell under the cursor, '' when the strip loses the focus."""

    def __init__(self, formats: Callable[[], Formats], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formats = formats
        self._heat: Heat | None = None
        self._compact = False
        self._cursor: tuple[int, int] | None = None
        self._cells: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(self.tr("Messages of the last 12 hours by sender"))
        self.setMouseTracking(False)
        theme().changed.connect(self._forget)
        expose_rows(self)

    # ---- contents ---------------------------------------------------------------------------------------------
    def show_heat(self, heat: Heat | None) -> None:
        if heat == self._heat:
            return
        grown = self._rows() != (len(heat.rows) if heat else 0)
        self._heat = heat
        if self._cursor is not None and (heat is None or self._cursor[0] >= len(heat.rows)):
            self._cursor = None
        self._forget()
        if grown:
            self.updateGeometry()

    def set_compact(self, compact: bool) -> None:
        if compact != self._compact:
            self._compact = compact
            self._forget()
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(px(640), self._rows() * px(LOWEST_COMPACT if self._compact else HIGHEST) + px(AXIS))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(360), self._rows() * self._lowest() + px(AXIS))

    def _lowest(self) -> int:
        return px(LOWEST_COMPACT if self._compact else LOWEST)

    def _rows(self) -> int:
        return len(self._heat.rows) if self._heat is not None else 0

    def _row_height(self) -> int:
        given = (self.height() - px(AXIS)) // max(self._rows(), 1)
        return min(max(given, self._lowest()), px(HIGHEST))

    def _forget(self) -> None:
        self._cells = None
        self.update()

    # ---- words ------------------------------------------------------------------------------------------------
    def row_count(self) -> int:
        """For `accessible_rows`."""
        return self._rows()

    def row_text(self, row: int) -> str:
        """One sender's twelve hours in a sentence."""
        if self._heat is None:
            return ""
        shown, formats = self._heat.rows[row], self._formats()
        parts = [f"{shown.name}: " + self.tr("%n messages", "", sum(shown.counts))]
        if any(shown.counts):
            busiest = max(range(len(shown.counts)), key=lambda n: shown.counts[n])
            words = self.tr("busiest at %1 with %2")
            at = formats.time(self._heat.begins(busiest))
            parts.append(words.replace("%1", at).replace("%2", formats.number(shown.counts[busiest])))
        if shown.silent_from is not None:
            at = formats.time(self._heat.begins(shown.silent_from))
            parts.append(self.tr("silent since %1").replace("%1", at))
        return ", ".join(parts)

    def row_rect(self, row: int) -> QRectF:
        """In widget coordinates; for `accessible_rows`."""
        return QRectF(0, row * self._row_height(), self.width(), self._row_height())

    def cell_text(self, row: int, bucket: int) -> str:
        """`LIS  02:10 to 02:20: 31 messages`."""
        if self._heat is None:
            return ""
        shown, formats = self._heat.rows[row], self._formats()
        begin = self._heat.begins(bucket)
        span = (
            self.tr("%1 to %2")
            .replace("%1", formats.time(begin))
            .replace("%2", formats.time(begin + self._heat.bucket))
        )
        count = shown.counts[bucket]
        words = self.tr("silent") if self._is_silent(shown, bucket) else self.tr("%n messages", "", count)
        return f"{shown.name}  {span}: {words}"

    @staticmethod
    def _is_silent(row: HeatRow, bucket: int) -> bool:
        return row.silent_from is not None and bucket >= row.silent_from and not row.counts[bucket]

    # ---- geometry ---------------------------------------------------------------------------------------------
    def _label_width(self) -> int:
        metrics = QFontMetricsF(theme().font("small"))
        names = [row.name for row in self._heat.rows] if self._heat is not None else []
        return min(int(max((metrics.horizontalAdvance(n) for n in names), default=0)) + px(16), px(200))

    def _cell(self, row: int, bucket: int, length: int) -> QRectF:
        left = self._label_width()
        wide = (self.width() - left) / length
        gap = px(GAP)
        return QRectF(
            left + bucket * wide, row * self._row_height() + gap / 2, max(wide - gap, 1.0), self._row_height() - gap
        )

    def _at(self, point: QPoint) -> tuple[int, int] | None:
        if self._heat is None:
            return None
        left = self._label_width()
        row = point.y() // self._row_height()
        bucket = int((point.x() - left) * self._heat.length / max(self.width() - left, 1))
        return (row, bucket) if row < self._rows() and 0 <= bucket < self._heat.length and point.x() >= left else None

    # ---- painting ---------------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._heat is None:
            return
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        if self._cells is None or self._cells.size() != self.size() * ratio:
            self._cells = self._draw_cells(self._heat, ratio)
        painter.drawPixmap(0, 0, self._cells)
        if self.hasFocus() and self._cursor is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self._cell(*self._cursor, self._heat.length).adjusted(-1, -1, 1, 1), 3, 3)

    def _draw_cells(self, heat: Heat, ratio: float) -> QPixmap:
        """Labels, cells and axis as one picture, made again only when something changed."""
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = theme()
        low, high = colors.color("bg_sunken"), colors.color("cat_order")
        most = max((max(row.counts, default=0) for row in heat.rows), default=0)
        for number, row in enumerate(heat.rows):
            painter.setFont(colors.font("small"))
            painter.setPen(colors.color("text2"))
            box = QRectF(0, number * self._row_height(), self._label_width() - px(8), self._row_height())
            name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideMiddle, int(box.width()))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
            painter.setPen(Qt.PenStyle.NoPen)
            for bucket, count in enumerate(row.counts):
                cell = self._cell(number, bucket, heat.length)
                if self._is_silent(row, bucket):
                    self._hatch(painter, cell)
                    continue
                # Roots keep a quiet hour visible beside a busy one.
                share = math.sqrt(count / most) if most else 0.0
                painter.setBrush(_between(low, high, 0.12 + 0.78 * share if count else 0.0))
                painter.drawRoundedRect(cell, px(2), px(2))
        self._draw_axis(painter, heat)
        painter.end()
        return picture

    @staticmethod
    def _hatch(painter: QPainter, cell: QRectF) -> None:
        colors = theme()
        painter.setBrush(colors.color("warn_soft"))
        painter.drawRect(cell)
        painter.setBrush(Qt.BrushStyle.BDiagPattern)
        brush = painter.brush()
        brush.setColor(colors.color("warn_solid"))
        painter.setBrush(brush)
        painter.drawRect(cell)

    def _draw_axis(self, painter: QPainter, heat: Heat) -> None:
        """A time under every full second hour, as many as fit."""
        formats = self._formats()
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text3"))
        wide = painter.fontMetrics().horizontalAdvance("00:00") + px(12)
        top, last = len(heat.rows) * self._row_height(), -1e9
        for bucket in range(heat.length):
            begin = formats.local(heat.begins(bucket))
            first = begin.replace(minute=0, second=0, microsecond=0)
            if begin - first >= heat.bucket or begin.hour % 2:
                continue
            cell = self._cell(0, bucket, heat.length)
            left = cell.left() - wide / 2
            if left < last or left < self._label_width() - px(20) or left + wide > self.width():
                continue
            painter.drawText(
                QRectF(left, top, wide, px(AXIS)),
                Qt.AlignmentFlag.AlignCenter,
                formats.time(heat.begins(bucket))[:3] + "00",
            )
            last = left + wide

    # ---- the user's hand --------------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_Home: (0, -10_000),
            Qt.Key.Key_End: (0, 10_000),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None or self._heat is None:
            super().keyPressEvent(event)
            return
        row, bucket = self._cursor or (0, self._heat.length - 1)
        row = min(max(row + step[0], 0), self._rows() - 1)
        self._move(row, min(max(bucket + step[1], 0), self._heat.length - 1))

    def _move(self, row: int, bucket: int) -> None:
        self._cursor = (row, bucket)
        text = self.cell_text(row, bucket)
        self.setAccessibleDescription(text)
        announce_row(self, row)
        self.cell_changed.emit(text)
        self.update()

    def focusInEvent(self, event: QEvent) -> None:
        super().focusInEvent(event)  # type: ignore[arg-type]
        if self._heat is not None:
            self._move(*(self._cursor or (0, self._heat.length - 1)))

    def focusOutEvent(self, event: QEvent) -> None:
        super().focusOutEvent(event)  # type: ignore[arg-type]
        self.cell_changed.emit("")
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position().toPoint())
        if found is not None:
            self._move(*found)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self._at(event.pos())
            QToolTip.showText(event.globalPos(), self.cell_text(*found) if found else "", self)
            return True
        return super().event(event)


def _between(low: QColor, high: QColor, share: float) -> QColor:
    """A mix of two colours: 0 is `low`, 1 is `high`."""
    return QColor(
        *(
            round(a + (b - a) * share)
            for a, b in zip(low.getRgb()[:3], high.getRgb()[:3], strict=True)  # type: ignore[index]
        )
    )
