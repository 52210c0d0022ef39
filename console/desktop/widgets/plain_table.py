"""A short table of words: cells that are text, monospaced text or a status, with the row's tone behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from console.desktop.icons import paint_icon
from console.desktop.models.status_words import StatusWord
from console.desktop.models.system_names import status_text
from console.desktop.theme import px, theme
from console.desktop.widgets.pill import paint_pill, pill_width

Index = QModelIndex | QPersistentModelIndex
CELL_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Cell:
    """`role` is a role of the type scale; `tone` a colour token; a `status` is drawn instead of the text."""

    text: str = ""
    role: str = "body"
    tone: str = "text2"
    status: StatusWord | None = None
    icon: str = ""
    tip: str = ""

    @property
    def spoken(self) -> str:
        return status_text(self.status) if self.status is not None else self.text


@dataclass(frozen=True, slots=True)
class PlainRow:
    """`key` says what the row is about; `ground` is a colour token behind it, '' for none."""

    cells: tuple[Cell, ...]
    key: str = ""
    ground: str = ""


class PlainModel(QAbstractTableModel):
    def __init__(self, headers: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers = tuple(headers)
        self.rows: Sequence[PlainRow] = ()

    def show(self, rows: Sequence[PlainRow], headers: Sequence[str] | None = None) -> None:
        self.beginResetModel()
        self.rows = rows
        self._headers = tuple(headers) if headers is not None else self._headers
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._headers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cell = self.rows[index.row()].cells[index.column()]
        if role == CELL_ROLE:
            return (self.rows[index.row()], cell)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return cell.spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.tip or cell.spoken
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


class _PlainDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(px(60), px(28))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, cell = index.data(CELL_ROLE)
        rect, colors = QRectF(option.rect), theme()
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, colors.color("bg_selected"))
        elif row.ground:
            painter.fillRect(rect, colors.color(row.ground))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, colors.color("bg_hover"))
        painter.setPen(colors.color("divider"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        room = rect.adjusted(px(8), 0, -px(6), 0)
        if cell.status is not None and cell.status.pill:
            word = status_text(cell.status)
            width, height = pill_width(word, True), px(21)
            paint_pill(
                painter,
                QRectF(room.left() - px(2), rect.center().y() - height / 2, width, height),
                word,
                icon_name=cell.status.icon,
                token=cell.status.tone,
                dashed=cell.status.dashed,
            )
        else:
            self._text(painter, room, cell)
        painter.restore()

    @staticmethod
    def _text(painter: QPainter, room: QRectF, cell: Cell) -> None:
        icon = cell.status.icon if cell.status is not None else cell.icon
        if icon:
            side = px(14)
            paint_icon(painter, icon, cell.tone, QRectF(room.left(), room.center().y() - side / 2, side, side))
            room.setLeft(room.left() + side + px(6))
        font = theme().font(cell.role)
        painter.setFont(font)
        painter.setPen(theme().color(cell.tone))
        text = cell.spoken.replace("\n", " ⏎ ")
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class PlainTable(QTableView):
    """`widths` are pixels at 100 % per column; 0 shares what is left."""

    opened = Signal(str)
    """Key of the row that was opened (Enter, double click)."""

    def __init__(self, name: str, headers: Sequence[str], widths: Sequence[int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plain = PlainModel(headers, self)
        self._widths = tuple(widths)
        self.setModel(self.plain)
        self.setItemDelegate(_PlainDelegate(self))
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
        self.setAccessibleName(name)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.plain.rows[index.row()].key))
        theme().changed.connect(self._measure)
        self._measure()

    def show_rows(self, rows: Sequence[PlainRow], headers: Sequence[str] | None = None) -> None:
        self.plain.show(rows, headers)

    def current_key(self) -> str:
        index = self.currentIndex()
        return self.plain.rows[index.row()].key if index.isValid() else ""

    def _measure(self) -> None:
        self.verticalHeader().setDefaultSectionSize(px(28))
        fixed = sum(px(width) for width in self._widths)
        sharing = max(sum(1 for width in self._widths if not width), 1)
        share = max((self.viewport().width() - fixed) // sharing, px(80))
        for column, width in enumerate(self._widths):
            self.setColumnWidth(column, px(width) if width else share)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy) and index.isValid():
            cells = self.plain.rows[index.row()].cells
            QApplication.clipboard().setText("\t".join(cell.spoken for cell in cells))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.opened.emit(self.plain.rows[index.row()].key)
        else:
            super().keyPressEvent(event)
