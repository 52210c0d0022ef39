"""One case as two lines: who, then what and where, with the state and the age at the right. Identity is never cut."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from console.desktop.icons import paint_icon
from console.desktop.models.case_list import CaseListModel
from console.desktop.theme import px, theme
from console.desktop.widgets.pill import paint_pill, pill_width

_Index = QModelIndex | QPersistentModelIndex
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
LINE, PADDING, INDENT = 20, 8, 40


class CaseDelegate(QStyledItemDelegate):
    """Paints the lines of a `CaseListModel`. A name too long for the line is wrapped, so its row is higher."""

    def __init__(self, model: CaseListModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model

    def _who_box(self, row: int, width: float) -> QRectF:
        """The space identity takes at this width (its height grows with wrapping)."""
        line = self._model.lines[row]
        who = self._model.person(line) or line.what
        metrics = QFontMetricsF(theme().font("body_strong"))
        room = max(width - px(INDENT) - self._right_width(row) - px(16), px(120))
        return metrics.boundingRect(QRectF(0, 0, room, 1000), int(Qt.TextFlag.TextWordWrap), who)

    def _right_width(self, row: int) -> float:
        line = self._model.lines[row]
        pill = pill_width(line.status_text, True) if line.status is not None else 0
        return max(float(pill), QFontMetricsF(theme().font("small")).horizontalAdvance(line.when)) + px(12)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        width = option.widget.width()
        high = max(self._who_box(index.row(), width).height(), px(LINE))
        return QSize(px(200), round(high) + px(LINE) + px(PADDING) * 2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row, line, colors = index.row(), self._model.lines[index.row()], theme()
        box = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.color("bg_selected" if selected else "bg_hover"))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), px(6), px(6))
        else:
            painter.setPen(colors.color("divider"))
            painter.drawLine(box.bottomLeft(), box.bottomRight())
        side, top = px(18), box.top() + px(PADDING)
        paint_icon(
            painter, line.icon, "accent" if selected else "text2", QRectF(box.left() + px(10), top + 1, side, side)
        )
        who = self._who_box(row, option.widget.width())
        who_high = max(who.height(), px(LINE))
        left, right = box.left() + px(INDENT), box.right() - px(12)
        room = right - left - self._right_width(row)
        painter.setFont(colors.font("body_strong"))
        painter.setPen(colors.color("text"))
        wrapped = int(Qt.TextFlag.TextWordWrap) | int(_LEFT)
        painter.drawText(QRectF(left, top, room, who_high), wrapped, self._model.person(line) or line.what)
        second = top + who_high
        painter.setFont(colors.font("small"))
        painter.setPen(colors.color("text2"))
        details = f"{line.what} · {line.where}" if line.person and line.where else line.where or line.what
        cut = painter.fontMetrics().elidedText(details, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(left, second, room, px(LINE)), _LEFT, cut)
        painter.setPen(colors.color("text3"))
        painter.drawText(QRectF(left, second, right - left, px(LINE)), _RIGHT, line.when)
        self._paint_status(painter, QRectF(left, top, right - left, px(LINE)), row)
        painter.restore()

    def _paint_status(self, painter: QPainter, box: QRectF, row: int) -> None:
        line, colors = self._model.lines[row], theme()
        status = line.status
        if status is None:
            return
        if status.pill:
            wide = pill_width(line.status_text, True)
            pill = QRectF(box.right() - wide, box.center().y() - px(11), wide, px(22))
            icon, tone = status.icon, status.tone
            paint_pill(painter, pill, line.status_text, icon_name=icon, token=tone, dashed=status.dashed)
            return
        painter.setFont(colors.font("small"))
        painter.setPen(colors.color("text2"))
        painter.drawText(box, _RIGHT, line.status_text)
        side = px(14)
        left = box.right() - painter.fontMetrics().horizontalAdvance(line.status_text) - side - px(5)
        paint_icon(painter, status.icon, "ok_fg", QRectF(left, box.center().y() - side / 2, side, side))
