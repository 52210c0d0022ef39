"""A painted widget's rows for screen readers: a list with one named item per row.

The widget gives `row_count()`, `row_text(row)` and `row_rect(row)`. Qt asks through one factory for all such widgets.
"""

from __future__ import annotations

from typing import Protocol, cast

from PySide6.QtCore import QObject, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

_MARK = "accessible-rows"
_installed = False


class HasRows(Protocol):
    """What a painted widget tells about its rows."""

    def row_count(self) -> int: ...

    def row_text(self, row: int) -> str: ...

    def row_rect(self, row: int) -> QRectF: ...


class RowItem(QAccessibleInterface):
    """One row as a list item. Valid as long as the widget has such a row."""

    def __init__(self, widget: QWidget, row: int) -> None:
        super().__init__()
        self._widget, self._row = widget, row

    def isValid(self) -> bool:
        return True

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._widget)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        return QAccessible.State()

    def text(self, kind: QAccessible.Text) -> str:
        rows = cast(HasRows, self._widget)
        shown = kind == QAccessible.Text.Name and self._row < rows.row_count()
        return rows.row_text(self._row) if shown else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Nothing here can be renamed."""

    def rect(self) -> QRect:
        box = cast(HasRows, self._widget).row_rect(self._row).toRect()
        return QRect(self._widget.mapToGlobal(box.topLeft()), box.size())

    @property
    def row(self) -> int:
        return self._row


class RowList(QAccessibleWidget):
    """The widget as a list of its rows."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.List, widget.accessibleName())
        self._rows_of = widget
        self._items: list[RowItem] = []

    def childCount(self) -> int:
        return cast(HasRows, self._rows_of).row_count()

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        if not 0 <= index < self.childCount():
            return None
        while len(self._items) <= index:
            self._items.append(RowItem(self._rows_of, len(self._items)))
        return self._items[index]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return child.row if isinstance(child, RowItem) else -1

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return self._rows_of.accessibleName()
        if kind == QAccessible.Text.Description:
            return self._rows_of.accessibleDescription()
        return str(super().text(kind))


def _make(key: str, subject: QObject) -> QAccessibleInterface | None:
    return RowList(subject) if isinstance(subject, QWidget) and subject.property(_MARK) else None


def expose_rows(widget: QWidget) -> None:
    """Makes the rows of `widget` (which must be a `HasRows`) visible to screen readers."""
    global _installed
    widget.setProperty(_MARK, True)
    if not _installed:
        QAccessible.installFactory(_make)
        _installed = True


def announce_row(widget: QWidget, row: int) -> None:
    """Tells a screen reader that the cursor is now on this row."""
    if QAccessible.isActive():
        event = QAccessibleEvent(widget, QAccessible.Event.Focus)
        event.setChild(row)
        QAccessible.updateAccessibility(event)
