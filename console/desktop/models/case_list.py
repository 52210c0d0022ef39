"""The cases of a search as a list model: one line each, whole in `Qt.UserRole`, read out in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from console.desktop.presenters.case_words import CaseLine

_Index = QModelIndex | QPersistentModelIndex


class CaseListModel(QAbstractListModel):
    """`person` masks identity in privacy mode. Showing the same cases again keeps the selection."""

    def __init__(self, person: Callable[[str], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._person = person
        self.lines: list[CaseLine] = []

    def show(self, lines: Sequence[CaseLine]) -> None:
        """Replaces the lines; rows that stay (by key, in place) are changed, not removed."""
        if [line.key for line in lines] == [line.key for line in self.lines]:
            self.lines = list(lines)
            if lines:
                self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
            return
        self.beginResetModel()
        self.lines = list(lines)
        self.endResetModel()

    def person(self, line: CaseLine) -> str:
        """Identity as it may be shown now."""
        return self._person(line.person)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            parts = (self.person(line), line.what, line.status_text, line.where, line.when)
            return ", ".join(part for part in parts if part)
        return None
