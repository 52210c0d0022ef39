"""What a run has found so far: checks, answers by code, latest problems."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from console.desktop.presenters.run_findings import AnswerLine, CheckLine, ProblemLine, most_telling
from console.desktop.theme import px, theme
from console.desktop.widgets.kit import Button, Card, IconLabel, Text, clear_layout, column, divider, row
from console.desktop.widgets.plain_table import Cell, PlainRow, PlainTable

SHOWN, SHOWN_COMPACT = 8, 4
"""Checks shown at once; there may be many after a run."""


class ChecksCard(Card):
    """One line a check: icon and word, then how it stands."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Checks"), gap=0, parent=parent)
        self._none = Text("", "small", "text2", wrap=True)
        self._list = column(gap=0)
        self.body.addWidget(self._none)
        self.body.addLayout(self._list)
        self.body.addStretch(1)
        self._rows: list[_CheckRow] = []
        self._compact = False
        self._all = False
        self._checks: tuple[CheckLine, ...] = ()
        self._more = Button("", kind="link", run=self._toggle_all)
        self.body.insertLayout(self.body.count() - 1, row(self._more, None))
        self.show_nothing(self.tr("What the scenario demands shows here once a run has begun."))

    def set_compact(self, compact: bool) -> None:
        """Where height is short, only what failed says more than its word."""
        if compact != self._compact:
            self._compact = compact
            for line in self._rows:
                line.set_compact(compact)
            self.show_checks(self._checks)

    def show_nothing(self, text: str) -> None:
        self._none.setText(text)

    def _toggle_all(self) -> None:
        self._all = not self._all
        self.show_checks(self._checks)

    def show_checks(self, checks: Sequence[CheckLine]) -> None:
        """All of them where they are few; else the most telling, and the others on request."""
        self._checks = tuple(checks)
        self._none.setVisible(not checks)
        room = SHOWN_COMPACT if self._compact else SHOWN
        hidden = max(len(checks) - room, 0)
        self._more.setVisible(hidden > 0)
        self._more.setText(self.tr("Show fewer") if self._all else self.tr("Show %n more", "", hidden))
        self._more.setAccessibleName(self._more.text())
        checks = checks if self._all else most_telling(checks, room)
        if len(checks) != len(self._rows):
            clear_layout(self._list)
            self._rows = []
            for number in range(len(checks)):
                if number:
                    self._list.addWidget(divider())
                made = _CheckRow()
                made.set_compact(self._compact)
                self._rows.append(made)
                self._list.addWidget(made)
        for line, check in zip(self._rows, checks, strict=True):
            line.show_check(check)


class _CheckRow(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._icon = IconLabel("clock", "text2", 16)
        self._title = Text("", "body_strong", wrap=True)
        self._word = Text("", "small", "text2")
        self._detail = Text("", "small", "text2", wrap=True)
        first = row(self._title, self._word, gap=8)
        first.setStretch(0, 1)
        words = column(first, self._detail, gap=0)
        self._layout = row(self._icon, words, gap=10)
        self._layout.setStretchFactor(words, 1)
        self.setLayout(self._layout)
        self._shown: CheckLine | None = None
        self._compact = False
        self.set_compact(False)

    def set_compact(self, compact: bool) -> None:
        self._compact = compact
        edge = px(3 if compact else 6)
        self._layout.setContentsMargins(0, edge, 0, edge)
        if self._shown is not None:
            self._fill(self._shown)

    def show_check(self, check: CheckLine) -> None:
        if check != self._shown:
            self._shown = check
            self._fill(check)

    def _fill(self, check: CheckLine) -> None:
        self._icon.set_icon(check.icon, f"{check.tone}_fg")
        self._title.setText(check.title)
        self._word.setText(check.word)
        self._word.set_tone(check.tone if check.tone != "quiet" else "text2")
        self._detail.setText(check.detail)
        self._detail.set_tone("fail" if check.failed else "text2")
        self._detail.setVisible(bool(check.detail) and (check.failed or not self._compact))
        self.setToolTip(check.detail)
        self.setAccessibleName(f"{check.title}: {check.word}. {check.detail}".strip())


class ShareBar(QWidget):
    """Shares side by side in one bar; each at least a sliver wide, so that little is not nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[tuple[str, int], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(120), px(14))

    def show_parts(self, parts: Sequence[tuple[str, int]]) -> None:
        """(colour token, count)."""
        if tuple(parts) != self._parts:
            self._parts = tuple(parts)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()), px(3), px(3))
        painter.setClipPath(path)
        painter.fillRect(self.rect(), theme().color("bg_sunken"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        total = sum(count for _, count in self._parts)
        if not total:
            return
        gap, sliver = px(2), px(3)
        shown = [(token, count) for token, count in self._parts if count]
        room = self.width() - gap * (len(shown) - 1)
        widths = [max(room * count / total, sliver) for _, count in shown]
        widths[widths.index(max(widths))] -= sum(widths) - room
        left = 0.0
        for (token, _), width in zip(shown, widths, strict=True):
            painter.fillRect(QRectF(left, 0, width, self.height()), theme().color(token))
            left += width + gap


class AnswersCard(Card):
    """What the receiver answered: the bar of shares and the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Answers from the receiver"), gap=6, parent=parent)
        self._bar = ShareBar()
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(px(8))
        self._grid.setVerticalSpacing(px(5))
        self._grid.setColumnStretch(1, 1)
        self._none = Text(self.tr("Nothing has been answered yet."), "small", "text2", wrap=True)
        self.body.addWidget(self._bar)
        self.body.addWidget(self._none)
        self.body.addLayout(self._grid)
        self._rows: dict[str, tuple[Text, Text]] = {}

    def show_answers(self, answers: Sequence[AnswerLine]) -> None:
        any_yet = any(line.count for line in answers)
        self._bar.show_parts([(line.token, line.count) for line in answers])
        self._bar.setVisible(any_yet)
        self._none.setVisible(not any_yet)
        lines = answers if any_yet else ()
        if [line.code for line in lines] != list(self._rows):
            clear_layout(self._grid)
            self._rows = {}
            for number, line in enumerate(lines):
                count, share = Text("", "body_strong"), Text("", "small", "text2")
                for text in (count, share):
                    text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self._grid.addWidget(_Swatch(line.token), number, 0)
                self._grid.addWidget(Text(line.words, "body"), number, 1)
                self._grid.addWidget(count, number, 2)
                self._grid.addWidget(share, number, 3)
                self._rows[line.code] = (count, share)
        for line in lines:
            count, share = self._rows[line.code]
            count.setText(line.shown)
            share.setText(line.share)
        self._bar.setAccessibleName("; ".join(f"{line.words} {line.shown}, {line.share}" for line in lines))


class _Swatch(QWidget):
    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token
        self.setFixedSize(px(11), px(11))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(self._token))
        painter.drawRoundedRect(QRectF(self.rect()), px(3), px(3))


class ProblemsCard(Card):
    """The latest messages whose fate was not plainly good; one opens with Enter, click or double click."""

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", gap=2, parent=parent)
        self._count = Text("", "small", "text3")
        self.body.addLayout(row(Text(self.tr("Latest problems"), "heading"), None, self._count))
        self._none = Text(
            self.tr("None so far. A message that was refused, late or not answered shows here."),
            "small",
            "text2",
            wrap=True,
        )
        headers = (self.tr("Time"), self.tr("Answer"), self.tr("What happened"))
        self.table = PlainTable(self.tr("Latest problems"), headers, (60, 36, 0))
        self.table.horizontalHeader().hide()
        self.table.clicked.connect(lambda index: self.opened.emit(self.table.plain.rows[index.row()].key))
        self.table.opened.connect(self.opened)
        self.body.addWidget(self._none)
        self.body.addWidget(self.table, 1)
        self.body.addStretch(0)
        self.table.setMinimumHeight(px(42))
        self._shown: tuple[ProblemLine, ...] = ()
        self.table.hide()

    def show_problems(self, lines: Sequence[ProblemLine], total: str) -> None:
        """`total`: how many there were in all, in words."""
        self._count.setText(total)
        if tuple(lines) == self._shown:
            return
        self._shown = tuple(lines)
        self._none.setVisible(not lines)
        self.table.setVisible(bool(lines))
        key, place = self.table.current_key(), self.table.verticalScrollBar().value()
        self.table.show_rows(
            [
                PlainRow(
                    (
                        Cell(line.when, "mono", "text3"),
                        Cell(line.code, "label", line.tone),
                        Cell(line.text, "small", "text"),
                    ),
                    line.key,
                )
                for line in lines
            ]
        )
        # While somebody reads further down, the rows stay where they are.
        if place:
            self.table.verticalScrollBar().setValue(place)
        if key:
            self.select(key)

    def select(self, key: str) -> None:
        for number, line in enumerate(self.table.plain.rows):
            if line.key == key:
                self.table.setCurrentIndex(self.table.plain.index(number, 0))
