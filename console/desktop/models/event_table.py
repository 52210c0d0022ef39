"""The event list as Qt sees it: a table model over `EventRows`, with a sentence per row for screen readers."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from console.core.clock import from_micros
from console.desktop.formats import Formats
from console.desktop.models.event_rows import EventRow, EventRows
from console.desktop.models.system_names import lane_name, status_text

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The whole `EventRow`, for the delegate."""


class Column(IntEnum):
    SHAPE = 0
    TIME = 1
    EVENT = 2
    FROM = 3
    TO = 4
    STATE = 5
    TOOK = 6


class EventTableModel(QAbstractTableModel):
    """Rows newest first. `show` swaps the snapshot as a whole."""

    def __init__(self, rows: EventRows, formats: Formats, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows = rows
        self.formats = formats
        self._kept: dict[int, EventRow] = {}

    def show(self, rows: EventRows) -> None:
        self.beginResetModel()
        self.rows = rows
        self._kept.clear()
        self.endResetModel()

    def row_at(self, number: int) -> EventRow:
        """A row, kept while it is likely to be asked for again."""
        row = self._kept.get(number)
        if row is None:
            if len(self._kept) > 2_000:
                self._kept.clear()
            row = self._kept[number] = self.rows[number]
        return row

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.row_at(index.row())
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, Column(index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.text(row, Column(index.column())) or self._shape_word(row)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == Column.TIME:
            return self.formats.moment_tip(row.at)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == Column.TO:
            return ", ".join(lane_name(name) for name in row.receivers)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headers()[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section == Column.TOOK else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    @staticmethod
    def _headers() -> tuple[str, ...]:
        translate = QCoreApplication.translate
        return (
            "",
            translate("EventTable", "Time"),
            translate("EventTable", "Event"),
            translate("EventTable", "From"),
            translate("EventTable", "To"),
            translate("EventTable", "State"),
            translate("EventTable", "Took"),
        )

    def text(self, row: EventRow, column: Column) -> str:
        """What a cell says; '' for the shape, which is told in words elsewhere."""
        if column is Column.TIME:
            clock = self.formats.time(row.at, seconds=True)
            return clock if self._is_today(row.at) else f"{self.formats.date(row.at)[:6]} {clock}"
        if column is Column.EVENT:
            if row.order_id:
                return QCoreApplication.translate("EventTable", "%1 result").replace("%1", row.title)
            return f"{row.message_type}  {row.title}" if row.title != row.message_type else row.title
        if column is Column.FROM:
            test = QCoreApplication.translate("EventTable", "%1 (test traffic)")
            return test.replace("%1", row.sender) if row.test else row.sender
        if column is Column.TO:
            more = f" +{len(row.receivers) - 1}" if len(row.receivers) > 1 else ""
            return lane_name(row.receivers[0]) + more if row.receivers else ""
        if column is Column.STATE:
            return status_text(row.status)
        if column is Column.TOOK and row.took is not None:
            if row.late:
                late = QCoreApplication.translate("EventTable", "%1 late")
                return late.replace("%1", self.formats.duration(row.took))
            return "" if row.duplicate else self.formats.duration(row.took)
        return ""

    def _is_today(self, at: datetime) -> bool:
        today = self.formats.local(from_micros(self.rows.model.now)).date()
        return self.formats.local(at).date() == today

    def time_length(self) -> int:
        """Characters of the longest time: rows of other days carry their date."""
        if not len(self.rows) or (self._is_today(self.rows[len(self.rows) - 1].at) and self._is_today(self.rows[0].at)):
            return 8
        return 15

    def widest_took(self) -> str:
        """A text as wide as any in the last column."""
        late = QCoreApplication.translate("EventTable", "%1 late")
        overdue = any(x.overdue_since(self.rows.model.now) is not None for x in self.rows.model.loops)
        longest = self.formats.duration(timedelta(hours=23, minutes=59))
        return late.replace("%1", longest) if overdue else longest

    @staticmethod
    def _shape_word(row: EventRow) -> str:
        words = (
            QCoreApplication.translate("EventTable", "admission or move"),
            QCoreApplication.translate("EventTable", "order"),
            QCoreApplication.translate("EventTable", "result"),
        )
        return words[row.shape]
