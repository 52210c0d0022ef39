"""The list of events beside the canvas: the same messages for readers and the keyboard, newest first."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from console.desktop.delegates.event_delegate import ROW_HEIGHTS, EventDelegate
from console.desktop.formats import Formats
from console.desktop.models.event_rows import EventRow, EventRows
from console.desktop.models.event_table import Column, EventTableModel
from console.desktop.models.system_names import STORE, all_words, lane_name
from console.desktop.theme import px, theme
from console.desktop.widgets.pill import pill_width


class EventTable(QTableView):
    """Keeps the selected row by its identity when a newer snapshot arrives."""

    chosen = Signal(object)
    """The `EventRow` the person moved to."""
    opened = Signal(object)

    def __init__(self, rows: EventRows, formats: Formats, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.events = EventTableModel(rows, formats, self)
        self.setModel(self.events)
        self.setItemDelegate(EventDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionsClickable(False)
        self.setAccessibleName(self.tr("Events"))
        self._density = "default"
        self._quiet = False
        self.selectionModel().currentRowChanged.connect(self._moved)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.events.row_at(index.row())))
        theme().changed.connect(self._measure)
        self._measure()

    # ---- looks ------------------------------------------------------------------------------------------------
    def set_density(self, density: str) -> None:
        """`compact`, `default` or `comfortable`."""
        self._density = density
        self._measure()

    @property
    def density(self) -> str:
        return self._density

    def _measure(self) -> None:
        self.verticalHeader().setDefaultSectionSize(px(ROW_HEIGHTS[self._density]))
        self._widths()

    def _widths(self) -> None:
        """Columns as wide as their texts need; the event takes the rest; what has no room folds away, last first."""
        body = QFontMetricsF(theme().font("body"))
        mono = QFontMetricsF(theme().font("mono"))
        room = self.viewport().width()
        wanted = {
            Column.SHAPE: px(40),
            Column.TIME: round(mono.horizontalAdvance("0" * self.events.time_length())) + px(18),
            Column.FROM: round(body.horizontalAdvance("PHARMACY")) + px(18),
            Column.TO: round(body.horizontalAdvance(f"{lane_name(STORE)} +1")) + px(18),
            Column.STATE: max(pill_width(word, True) for word in all_words()) + px(14),
            Column.TOOK: round(body.horizontalAdvance(self.events.widest_took())) + px(18),
        }
        least = px(150)
        for column in (Column.TO, Column.FROM, Column.TOOK):
            if room - sum(wanted.values()) < least:
                wanted[column] = 0
        for column in Column:
            width = wanted.get(column, max(room - sum(wanted.values()), least))
            self.setColumnHidden(column, width == 0)
            if width:
                self.setColumnWidth(column, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._widths()
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    # ---- what is shown ----------------------------------------------------------------------------------------
    def show_rows(self, rows: EventRows, *, keep: str = "") -> None:
        """Swaps the snapshot; the row with the key `keep` stays selected, and what the reader looks at stays put.

        At the very top the list stays at the top, so that what is new shows.
        """
        bar, height = self.verticalScrollBar(), self.verticalHeader().defaultSectionSize()
        first = bar.value() // height if height else 0
        anchor = self.events.rows.key_at(first) if bar.value() and first < len(self.events.rows) else ""
        offset = bar.value() - first * height
        self._quiet = True
        self.events.show(rows)
        self._widths()
        self._quiet = False
        place = self._find(keep)
        if place >= 0:
            self._set_current(place)
        at = self._find(anchor)
        bar.setValue(at * height + offset if at >= 0 else 0)

    def _find(self, key: str) -> int:
        if key.startswith("order:"):
            return self.events.rows.index_of(order_id=key.removeprefix("order:"))
        return self.events.rows.index_of(event_id=key) if key else -1

    def select_key(self, key: str) -> bool:
        """Moves to a row without saying so; False when it is not listed."""
        place = self._find(key)
        self._quiet = True
        if place >= 0:
            self._set_current(place)
            self.scrollTo(self.events.index(place, 0))
        else:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        self._quiet = False
        return place >= 0

    def _set_current(self, place: int) -> None:
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        was, self._quiet = self._quiet, True
        self.selectionModel().setCurrentIndex(self.events.index(place, 0), flags)
        self._quiet = was

    # ---- moving -----------------------------------------------------------------------------------------------
    def step(self, by: int) -> None:
        """Down (towards older) for positive `by`."""
        self.go_to(min(max(self.currentIndex().row() + by, 0), len(self.events.rows) - 1))

    def step_problem(self, direction: int) -> bool:
        """To the next problem below (1) or above (-1); False when there is none."""
        place = self.events.rows.next_problem(self.currentIndex().row(), direction)
        if place < 0:
            return False
        self.go_to(place)
        return True

    def go_to(self, place: int) -> None:
        if 0 <= place < len(self.events.rows):
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self.events.index(place, 0), flags)
            self.scrollTo(self.events.index(place, 0))

    def current_row(self) -> EventRow | None:
        index = self.currentIndex()
        return self.events.row_at(index.row()) if index.isValid() else None

    def _moved(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid() and not self._quiet:
            self.chosen.emit(self.events.row_at(current.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.current_row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row is not None:
            self.opened.emit(row)
        else:
            super().keyPressEvent(event)
