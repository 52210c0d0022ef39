"""An order in place of a message: its numbers and times, and the messages that speak of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from console.core.clock import from_micros
from console.desktop.formats import Formats
from console.desktop.models.status_words import status_of
from console.desktop.models.timeline_model import Loop
from console.desktop.presenters.timeline import TimelinePresenter
from console.desktop.theme import px
from console.desktop.widgets.kit import Text, clear_layout
from console.desktop.widgets.plain_table import Cell, PlainRow, PlainTable


class OrderView(QWidget):
    """Facts above, messages below; opening a message is the table's signal."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts = QGridLayout()
        self._facts.setContentsMargins(px(16), px(10), px(16), px(10))
        self._facts.setHorizontalSpacing(px(18))
        self._facts.setVerticalSpacing(px(4))
        self._facts.setColumnStretch(1, 1)
        self._facts.setColumnStretch(3, 1)
        self.table = PlainTable(
            self.tr("Messages of this order"),
            [self.tr("Time"), self.tr("Message"), self.tr("From"), self.tr("State")],
            [184, 0, 96, 132],
        )
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addLayout(self._facts)
        body.addWidget(self.table, 1)

    def show_order(self, facts: Sequence[tuple[str, str]], rows: Sequence[PlainRow]) -> None:
        clear_layout(self._facts)
        for number, (label, value) in enumerate(facts):
            line, side = divmod(number, 2)
            self._facts.addWidget(Text(label, "small", "text2"), line, 2 * side)
            self._facts.addWidget(Text(value, "body_strong", selectable=True), line, 2 * side + 1)
        self.table.show_rows(rows)
        self.table.setVisible(bool(rows))


def order_facts(loop: Loop, formats: Formats) -> list[tuple[str, str]]:
    """Label and value, those that are known."""
    translate = QCoreApplication.translate
    times = (
        (translate("OrderView", "Ordered"), loop.ordered_at),
        (translate("OrderView", "Due"), loop.due_at),
        (translate("OrderView", "Result"), loop.resulted_at),
        (translate("OrderView", "Stopped"), loop.stopped_at),
    )
    facts = [(label, formats.moment(from_micros(at))) for label, at in times if at is not None]
    numbers = (
        (translate("OrderView", "Placer number"), loop.placer),
        (translate("OrderView", "Filler number"), loop.filler),
        (translate("OrderView", "Accession"), loop.accession),
    )
    return facts + [(label, value) for label, value in numbers if value]


def order_rows(presenter: TimelinePresenter, loop: Loop) -> list[PlainRow]:
    """The messages that speak of the order, oldest first."""
    formats = presenter.session.formats
    reading = presenter.reading
    if reading is None:
        return []
    rows = []
    for number, entry in enumerate(reading.model.entries):
        if loop.order_id not in (entry.get("order_ids") or ()):
            continue
        at = from_micros(int(reading.model.columns.at[number]))
        status = status_of(str(entry.get("state", "")))
        title = f"{entry.get('message_type', '')}  {entry.get('title', '')}"
        rows.append(
            PlainRow(
                (
                    Cell(formats.moment(at), "mono", "text", tip=formats.moment_tip(at)),
                    Cell(title, "body", "text"),
                    Cell(str(entry.get("from", ""))),
                    Cell(status=status),
                ),
                str(entry["event_id"]),
            )
        )
    return rows
