"""Paints one row of the event list: shape, time, event, from, to, state as icon and word, how long it took."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from console.desktop.icons import paint_icon
from console.desktop.models.event_rows import EventRow
from console.desktop.models.event_table import ROW_ROLE, Column, EventTableModel
from console.desktop.models.status_words import Severity
from console.desktop.models.system_names import status_text
from console.desktop.theme import px, theme
from console.desktop.widgets.pill import paint_pill, pill_width
from console.desktop.widgets.timeline_canvas_glyphs import SHAPE_GLYPHS, SHAPE_TOKENS, Glyph, GlyphCache

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHTS = {"compact": 28, "default": 32, "comfortable": 40}


class EventDelegate(QStyledItemDelegate):
    """One delegate for all columns; pills and glyphs are painted once and kept."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._glyphs = GlyphCache()
        self._pills: dict[tuple[str, str, float], QPixmap] = {}
        theme().changed.connect(self._forget)

    def _forget(self) -> None:
        self._glyphs.clear()
        self._pills.clear()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(px(40), px(ROW_HEIGHTS["default"]))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: EventRow = index.data(ROW_ROLE)
        rect = QRectF(option.rect)
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        self._ground(painter, rect, row, selected, bool(state & QStyle.StateFlag.State_MouseOver))
        column = Column(index.column())
        ratio = painter.device().devicePixelRatioF()
        if column is Column.SHAPE:
            if selected:
                painter.fillRect(QRectF(rect.left(), rect.top(), px(3), rect.height()), theme().color("accent"))
            self._shape(painter, rect, row, ratio)
        elif column is Column.STATE:
            self._state(painter, rect, row, ratio)
        else:
            model = index.model()
            text = model.text(row, column) if isinstance(model, EventTableModel) else ""
            self._text(painter, rect, row, column, text, selected)
        painter.setPen(theme().color("divider"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.restore()

    @staticmethod
    def _ground(painter: QPainter, rect: QRectF, row: EventRow, selected: bool, hovered: bool) -> None:
        if selected:
            painter.fillRect(rect, theme().color("bg_selected"))
        elif row.status.severity >= Severity.CRITICAL:
            tint = QColor(theme().color("fail_soft"))
            tint.setAlphaF(0.55)
            painter.fillRect(rect, tint)
        elif hovered:
            painter.fillRect(rect, theme().color("bg_hover"))

    def _shape(self, painter: QPainter, rect: QRectF, row: EventRow, ratio: float) -> None:
        side = px(16)
        if row.order_id:
            glyph, token = Glyph.EXPECTED, "warn_solid" if row.status.tone == "warn" else "fail_solid"
        elif row.status.severity >= Severity.CRITICAL:
            glyph, token = Glyph.OCTAGON, "fail_solid"
        else:
            glyph, token = SHAPE_GLYPHS[row.shape], "cat_ack" if row.duplicate else SHAPE_TOKENS[row.shape]
        pixmap = self._glyphs.get(glyph, token, side, ratio)
        painter.drawPixmap(round(rect.center().x() - side / 2 + px(2)), round(rect.center().y() - side / 2), pixmap)

    def _state(self, painter: QPainter, rect: QRectF, row: EventRow, ratio: float) -> None:
        status, word = row.status, status_text(row.status)
        if not status.pill:
            side = px(14)
            top = rect.center().y() - side / 2
            paint_icon(painter, status.icon, "text2", QRectF(round(rect.left() + px(8)), round(top), side, side))
            painter.setFont(theme().font("body"))
            painter.setPen(theme().color("text2"))
            text = rect.adjusted(px(28), 0, 0, 0)
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, word)
            return
        width = min(pill_width(word, True), round(rect.width() - px(8)))
        key = (f"{status.word}|{word}|{width}", theme().hex(f"{status.tone}_fg"), ratio)
        pixmap = self._pills.get(key)
        if pixmap is None:
            pixmap = QPixmap(round(width * ratio), round(px(22) * ratio))
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            inner = QPainter(pixmap)
            paint_pill(
                inner,
                QRectF(0, 0, width, px(22)),
                word,
                icon_name=status.icon,
                token=status.tone,
                dashed=status.dashed,
            )
            inner.end()
            self._pills[key] = pixmap
        painter.drawPixmap(round(rect.left() + px(4)), round(rect.center().y() - px(11)), pixmap)

    @staticmethod
    def _text(painter: QPainter, rect: QRectF, row: EventRow, column: Column, text: str, selected: bool) -> None:
        strong = column is Column.EVENT and (selected or row.is_problem)
        font = theme().font("mono") if column is Column.TIME else theme().font("body_strong" if strong else "body")
        painter.setFont(font)
        painter.setPen(theme().color("text" if column in (Column.TIME, Column.EVENT) else "text2"))
        side = Qt.AlignmentFlag.AlignRight if column is Column.TOOK else Qt.AlignmentFlag.AlignLeft
        room = rect.adjusted(px(8), 0, -px(8), 0)
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | side, shown)
