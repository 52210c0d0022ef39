"""Rows that come anew several times a second without losing what is selected, the focus or the place in the list."""

from __future__ import annotations

from collections.abc import Sequence

from console.desktop.widgets.plain_table import PlainRow, PlainTable


def show_kept(table: PlainTable, rows: Sequence[PlainRow], chosen: str) -> bool:
    """Shows the rows with the one of key `chosen` selected, in silence; whether it is among them. At the top of the
    list the view follows what is new; elsewhere it stays with the rows it showed."""
    before, bar = len(table.plain.rows), table.verticalScrollBar()
    at = bar.value()
    selection = table.selectionModel()
    selection.blockSignals(True)
    table.show_rows(rows)
    number = next((n for n, row in enumerate(rows) if row.key and row.key == chosen), -1)
    if number >= 0:
        table.setCurrentIndex(table.plain.index(number, 0))
    selection.blockSignals(False)
    if at:
        came = max(0, len(rows) - before)
        bar.setValue(at + came * table.verticalHeader().defaultSectionSize())
    else:
        table.scrollToTop()
    return number >= 0
