"""A chart in its card: heading, legend, and the same values as a table for who reads rather than looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QWidget

from console.desktop.theme import px, theme
from console.desktop.widgets.chart_frame import ChartFrame
from console.desktop.widgets.chart_time import Line
from console.desktop.widgets.kit import Button, ElidedText, Surface, Text, column
from console.desktop.widgets.plain_table import Cell, PlainRow, PlainTable


class Legend(QWidget):
    """A stroke and a word for each line."""

    def __init__(self, lines: Sequence[Line], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = tuple(lines)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(", ".join(line.title for line in lines))

    def _widths(self) -> list[float]:
        metrics = QFontMetricsF(theme().font("label"))
        return [px(22) + metrics.horizontalAdvance(line.title) for line in self._lines]

    def sizeHint(self) -> QSize:
        return QSize(round(sum(self._widths()) + px(14) * max(len(self._lines) - 1, 0)) + 2, px(18))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme().font("label"))
        left, middle = 0.0, self.height() // 2
        for line, width in zip(self._lines, self._widths(), strict=True):
            pen = QPen(theme().color(line.token), px(2))
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            if line.dashed:
                pen.setDashPattern([2.5, 1.2])
            painter.setPen(pen)
            painter.drawLine(round(left), middle, round(left + px(16)), middle)
            painter.setPen(theme().color("text2"))
            painter.drawText(
                QRectF(left + px(22), 0, width, self.height()),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
                line.title,
            )
            left += width + px(14)


class ChartCard(Surface):
    """`rows` gives the table's rows of words; it is asked only while the table is shown."""

    def __init__(
        self,
        heading: str,
        note: str,
        chart: ChartFrame,
        *,
        headers: Sequence[str],
        rows: Callable[[], Sequence[Sequence[str]]],
        lines: Sequence[Line] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("card", parent)
        self.chart = chart
        self._rows = rows
        self.heading = Text(heading, "heading")
        self.note = ElidedText(note, "small", "text3")
        self.legend = Legend(lines) if lines else None
        self.switch = Button(
            icon_name="list-filter",
            kind="icon",
            name=self.tr("%1: values as a table").replace("%1", heading),
            checkable=True,
        )
        self.switch.toggled.connect(self._show_table)
        self.table = PlainTable(self.switch.accessibleName(), headers, (*(0 for _ in headers),))
        self.stack = QStackedWidget()
        self.stack.addWidget(chart)
        self.stack.addWidget(self.table)
        self.extras = QHBoxLayout()
        self.extras.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(px(8))
        head.addWidget(self.heading)
        head.addWidget(self.note)
        head.addStretch(1)
        if self.legend is not None:
            head.addWidget(self.legend)
        head.addLayout(self.extras)
        head.addWidget(self.switch)
        whole = column(head, self.stack, gap=0, margins=(14, 4, 8, 6))
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def refresh(self) -> None:
        """After new values: the table follows when it is the one that is shown."""
        if self.switch.isChecked():
            self._fill()
        self.chart.tell_summary()

    def _show_table(self, on: bool) -> None:
        if on:
            self._fill()
        self.stack.setCurrentIndex(1 if on else 0)

    def _fill(self) -> None:
        place = self.table.verticalScrollBar().value()
        self.table.show_rows(
            [
                PlainRow(tuple(Cell(text, "body", "text2" if number == 0 else "text") for number, text in enumerate(r)))
                for r in self._rows()
            ]
        )
        self.table.verticalScrollBar().setValue(place)

    def set_note(self, text: str) -> None:
        self.note.setText(text)
