"""The hops of a message as a table with bars: when each began, how long it waited and worked, and the proof."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from console.desktop.formats import Formats
from console.desktop.icons import paint_icon
from console.desktop.models.hop_rows import HopRow, slowest, total_ms
from console.desktop.presenters.hop_words import (
    evidence_tip,
    evidence_word,
    evidence_words,
    hop_label,
    hop_name,
    hop_note,
    milliseconds,
    run_text,
    slowest_note,
)
from console.desktop.theme import px, theme

Index = QModelIndex | QPersistentModelIndex
HOP_ROLE = Qt.ItemDataRole.UserRole + 1


_WORTH_SAYING_MS = 0.05


class HopColumn(IntEnum):
    HOP = 0
    BAR = 1
    WAIT = 2
    RUN = 3
    EVIDENCE = 4
    PAYLOAD = 5


class HopModel(QAbstractTableModel):
    """Rows of one trace."""

    def __init__(self, formats: Formats, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.formats = formats
        self.rows: Sequence[HopRow] = ()
        self.from_system = ""
        self.total = 1.0
        self.slowest = -1

    def show(self, rows: Sequence[HopRow], sender: str) -> None:
        self.beginResetModel()
        self.rows, self.from_system = rows, sender
        self.total, self.slowest = total_ms(rows), slowest(rows)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HopColumn)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        column = HopColumn(index.column())
        if role == HOP_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.text(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        return None

    def text(self, row: HopRow, column: HopColumn) -> str:
        if column is HopColumn.HOP:
            return hop_label(row, self.from_system) if row.reached else hop_name(row.hop)
        if column is HopColumn.BAR:
            return hop_note(row, self.formats)
        if not row.reached:
            return evidence_word(row.evidence) if column is HopColumn.EVIDENCE else ""
        if column is HopColumn.WAIT:
            return milliseconds(row.wait_ms, self.formats) if row.wait_ms >= _WORTH_SAYING_MS else ""
        if column is HopColumn.RUN:
            return run_text(row, self.formats)
        if column is HopColumn.EVIDENCE:
            return evidence_word(row.evidence)
        return f"{row.sha256[:8]}…{row.sha256[-4:]}" if row.sha256 else ""

    def _tip(self, row: HopRow, column: HopColumn) -> str:
        if column is HopColumn.PAYLOAD:
            return f"sha256 {row.sha256}" if row.sha256 else ""
        if column is HopColumn.EVIDENCE:
            return evidence_tip(row.evidence)
        moment = self.formats.moment_tip(row.at) if row.at else ""
        return "\n".join(part for part in (hop_note(row, self.formats), moment, row.event_id) if part)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = section in (HopColumn.WAIT, HopColumn.RUN)
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.DisplayRole:
            took = milliseconds(self.total, self.formats) if self.rows else ""
            return (
                self.tr("Hop"),
                self.tr("Time, %1 in all").replace("%1", took),
                self.tr("Waited"),
                self.tr("Worked"),
                self.tr("Evidence"),
                self.tr("Payload"),
            )[section]
        return None


class _HopDelegate(QStyledItemDelegate):
    def __init__(self, model: HopModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(px(60), px(30))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: HopRow = index.data(HOP_ROLE)
        rect, colors = QRectF(option.rect), theme()
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, colors.color("bg_selected"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, colors.color("bg_hover"))
        column = HopColumn(index.column())
        if column is HopColumn.HOP:
            self._hop(painter, rect, row, self._model.text(row, column))
        elif column is HopColumn.BAR:
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            self._bar(painter, rect, row, index.row() == self._model.slowest, selected)
        else:
            self._text(painter, rect, row, column)
        painter.setPen(colors.color("divider"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.restore()

    @staticmethod
    def _hop(painter: QPainter, rect: QRectF, row: HopRow, text: str) -> None:
        colors, side = theme(), px(16)
        icon = "circle-dashed" if not row.reached else row.status.icon if row.failed else "check"
        token = f"{row.status.tone}_fg" if row.failed else "ok_fg" if row.reached else "text3"
        place = QRectF(round(rect.left() + px(10)), round(rect.center().y() - side / 2), side, side)
        paint_icon(painter, icon, token, place)
        font = colors.font("body_strong" if row.failed else "body")
        painter.setFont(font)
        painter.setPen(colors.color("text" if row.reached else "text3"))
        room = rect.adjusted(px(36), 0, -px(6), 0)
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _bar(self, painter: QPainter, rect: QRectF, row: HopRow, is_slowest: bool, selected: bool) -> None:
        """Waiting as a thin line, work as a bar, and the note beside it on the side that has room."""
        colors = theme()
        inner = rect.adjusted(px(8), 0, -px(8), 0)
        scale = inner.width() * (0.5 if inner.width() < px(420) else 0.62) / self._model.total
        middle = rect.center().y()
        left = inner.left() + max(row.start_ms, 0.0) * scale
        width = max((row.run_ms or 0.0) * scale, px(4))
        token = f"{row.status.tone}_solid" if row.failed else "info_solid"
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not row.reached:
            pen = QPen(colors.color("border_strong"), 1, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            width = px(26)
            painter.drawRoundedRect(QRectF(left, middle - px(6), width, px(12)), px(3), px(3))
        else:
            waited = row.wait_ms * scale
            if waited >= 1:
                wait = QColor(colors.color("quiet_solid"))
                wait.setAlphaF(0.45)
                painter.fillRect(QRectF(left - waited, middle - 1, waited, 2), wait)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.color(token))
            painter.drawRoundedRect(QRectF(left, middle - px(6), width, px(12)), px(3), px(3))
        note = self._model.text(row, HopColumn.BAR)
        if is_slowest and row.reached and not row.failed:
            note = slowest_note(row, note, self._model.formats)
        ground = colors.color("bg_selected" if selected else "bg_surface")
        self._note(painter, inner, left, left + width, note, row, ground)

    @staticmethod
    def _note(
        painter: QPainter,
        inner: QRectF,
        bar_left: float,
        bar_right: float,
        note: str,
        row: HopRow,
        ground: QColor,
    ) -> None:
        font = theme().font("small")
        painter.setFont(font)
        painter.setPen(theme().color(f"{row.status.tone}_fg" if row.failed else "text2" if row.reached else "text3"))
        metrics = QFontMetricsF(font)
        after = QRectF(bar_right + px(8), inner.top(), inner.right() - bar_right - px(8), inner.height())
        before = QRectF(inner.left(), inner.top(), bar_left - inner.left() - px(8), inner.height())
        fits_after = metrics.horizontalAdvance(note) <= after.width()
        room, side = (
            (after, Qt.AlignmentFlag.AlignLeft)
            if fits_after or after.width() >= before.width()
            else (before, Qt.AlignmentFlag.AlignRight)
        )
        shown = metrics.elidedText(note, Qt.TextElideMode.ElideRight, room.width())
        if room is before and shown:
            # The line of waiting runs here: the text gets a ground of its own.
            width = metrics.horizontalAdvance(shown) + px(8)
            painter.fillRect(QRectF(room.right() - width + px(4), room.center().y() - px(8), width, px(16)), ground)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | side, shown)

    def _text(self, painter: QPainter, rect: QRectF, row: HopRow, column: HopColumn) -> None:
        mono = column is HopColumn.PAYLOAD
        right = column in (HopColumn.WAIT, HopColumn.RUN)
        font = theme().font("mono" if mono else "body")
        painter.setFont(font)
        painter.setPen(theme().color("text2" if row.reached else "text3"))
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        room = rect.adjusted(px(8), 0, -px(8), 0)
        text = QFontMetricsF(font).elidedText(self._model.text(row, column), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | side, text)


class HopTable(QTableView):
    """`full` shows every column; otherwise hop and bar only, for a narrow panel."""

    hop_chosen = Signal(object)

    def __init__(self, formats: Formats, *, full: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hops = HopModel(formats, self)
        self._full = full
        self.setModel(self.hops)
        self.setItemDelegate(_HopDelegate(self.hops, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setAccessibleName(self.tr("Hops"))
        self.selectionModel().currentRowChanged.connect(self._moved)
        theme().changed.connect(self._measure)
        self._measure()

    def show_trace(self, rows: Sequence[HopRow], sender: str) -> None:
        chosen = self.currentIndex().row()
        self.hops.show(rows, sender)
        if 0 <= chosen < len(rows):
            self.selectRow(chosen)

    def _moved(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid():
            self.hop_chosen.emit(self.hops.rows[current.row()])

    def _measure(self) -> None:
        self.verticalHeader().setDefaultSectionSize(px(30))
        body = QFontMetricsF(theme().font("body"))
        mono = QFontMetricsF(theme().font("mono"))
        room = self.viewport().width()
        widths = {
            HopColumn.WAIT: round(body.horizontalAdvance("00min 00sec")) + px(16),
            HopColumn.RUN: round(body.horizontalAdvance("00min 00sec")) + px(16),
            HopColumn.EVIDENCE: round(max(body.horizontalAdvance(word) for word in evidence_words())) + px(20),
            HopColumn.PAYLOAD: round(mono.horizontalAdvance("0" * 13)) + px(26),
        }
        hop = min(max(round(room * 0.28), px(180)), px(300))
        shown = dict.fromkeys(widths, 0)
        if self._full:
            left = room - hop - px(240)
            for column in (HopColumn.RUN, HopColumn.WAIT, HopColumn.EVIDENCE, HopColumn.PAYLOAD):
                if widths[column] <= left:
                    shown[column] = widths[column]
                    left -= widths[column]
        for column in HopColumn:
            width = shown.get(column, hop if column is HopColumn.HOP else room - hop - sum(shown.values()))
            self.setColumnHidden(column, width <= 0)
            if width > 0:
                self.setColumnWidth(column, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()
