"""The box that takes anything and, below it, what it meant: chips, cases, and who answered."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QSizePolicy, QWidget

from console.core.errors import SignalboxError
from console.desktop.delegates.case_delegate import CaseDelegate
from console.desktop.models.case_list import CaseListModel
from console.desktop.operations import Latest
from console.desktop.places import Place
from console.desktop.presenters.case_words import CaseLine, case_line, chip_line
from console.desktop.presenters.investigate import advice_text, search_status
from console.desktop.session import Hit, Session
from console.desktop.theme import px, theme
from console.desktop.widgets.chip_strip import ChipStrip
from console.desktop.widgets.kit import Card, IconLabel, Text, clear_layout, column, row
from console.desktop.widgets.paste_box import PasteBox
from console.desktop.widgets.states import LoadingState, error_state
from console.investigation.case import SearchAnswer

SLOT = "investigate"


class CaseList(QListView):
    """The cases; grows with them up to the space there is. Enter or a double click opens."""

    opened = Signal(QModelIndex)

    def __init__(self, model: CaseListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(CaseDelegate(model, self))
        self.setAccessibleName(self.tr("Cases found"))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setUniformItemSizes(False)
        self.activated.connect(self.opened)
        self.clicked.connect(self.opened)
        theme().changed.connect(self.doItemsLayout)

    def sizeHint(self) -> QSize:
        rows = self.model().rowCount() if self.model() is not None else 0
        return QSize(px(400), sum(self.sizeHintForRow(n) for n in range(rows)) + px(4))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(200), min(self.sizeHint().height(), px(160)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


class SearchPanel(Card):
    """Asks the desk as the person types; a new keystroke cancels the question before.

    `searching` tells whether the page shows results instead of the overview; `settled` that an answer is on the screen.
    """

    searching = Signal(bool)
    settled = Signal()
    opened = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("", gap=6, parent=parent)
        self._session = session
        self._latest = Latest(session.io, self)
        self._answer: SearchAnswer | None = None
        self._lines: list[CaseLine] = []
        self._open_when_found = False
        self.heading = Text(self.tr("A ward is on the phone?"), "heading")
        self.hint = Text(
            self.tr(
                "Type or paste what they have: a name, a number from the wristband, an order, a sample, a message."
            ),
            "small",
            "text2",
            wrap=True,
        )
        example = self.tr("e.g. 999 014 7213, 55121, 26L0048812, MARTÍNEZ 14-Aug-1957")
        self.box = PasteBox(example, self.tr("Find a patient, encounter, order, sample, message or event"))
        self.chips = ChipStrip()
        self.status = Text("", "small", "text2", wrap=True)
        self.model = CaseListModel(session.person, self)
        self.list = CaseList(self.model)
        self._state = column(gap=8)
        for part in (self.heading, self.hint, self.box, self.chips, self.status, self.list):
            self.body.addWidget(part)
        self.body.addLayout(self._state)
        self.box.asked.connect(self._ask)
        self.box.move_to_results.connect(self._move)
        self.box.opened.connect(self.open_current)
        self.list.opened.connect(lambda index: self._open(index.row()))
        session.privacy_changed.connect(lambda _: self._show_answer())
        self._show_parts()

    # ---- asking -----------------------------------------------------------------------------------------------
    def search_for(self, text: str) -> None:
        """Puts text into the box and asks."""
        self.box.ask_now(text)

    def clear(self) -> None:
        self.box.clear()
        self._ask("")

    @property
    def active(self) -> bool:
        """Whether there is something to search for in the box."""
        return bool(self.box.text().strip())

    def _ask(self, text: str) -> None:
        desk = self._session.desk
        if not text.strip() or desk is None:
            self._latest.cancel()
            self._answer = None
            self._show_answer()
            self.searching.emit(False)
            return
        if self._answer is not None and self._answer.text == text and not self._latest.busy:
            return
        self._open_when_found = False
        self.searching.emit(True)
        self._show_state(LoadingState(self.tr("Searching"), cancel=self._cancel) if self._answer is None else None)
        self._latest.run(lambda: desk.search(text, slot=SLOT), done=self._found, failed=self._not_found)

    def again(self) -> None:
        """Asks the same once more: the data changed."""
        desk, text = self._session.desk, self.box.text()
        if self.active and desk is not None and not self._latest.busy:
            self._latest.run(lambda: desk.search(text, slot=SLOT), done=self._found, failed=lambda _: None)

    def _cancel(self) -> None:
        self._latest.cancel()
        self._show_state(None)

    def _found(self, answer: SearchAnswer) -> None:
        self._answer = answer
        self._show_answer()
        self.settled.emit()
        if self._open_when_found and len(self._lines) == 1:
            self._open(0)
        self._open_when_found = False

    def _not_found(self, error: SignalboxError) -> None:
        self._answer = None
        self._show_answer()
        self._show_state(error_state(error, action=self.tr("Try again"), run=lambda: self._ask(self.box.text())))
        self.settled.emit()

    # ---- showing ----------------------------------------------------------------------------------------------
    def _show_answer(self) -> None:
        answer, session = self._answer, self._session
        now = session.now()
        self._lines = [case_line(case, session.formats, now) for case in answer.cases] if answer else []
        kept = self._current_key()
        self.model.show(self._lines)
        self._choose(kept)
        self.chips.show_chips([chip_line(chip, session.formats) for chip in answer.chips] if answer else [])
        self.status.setText(self._status_words(answer) if answer else "")
        self.list.updateGeometry()
        self._show_state(self._no_hits(answer) if answer and not answer.cases else None)
        self._show_parts()

    def _status_words(self, answer: SearchAnswer) -> str:
        words = search_status(answer, self._session.formats, self._session.now())
        if answer.all_matched:
            return words
        part = self.tr("No case fits everything; these fit a part")
        return f"{part} · {words}"

    def _no_hits(self, answer: SearchAnswer) -> QWidget | None:
        if not answer.chips:
            return None
        title = self.tr("Nothing found")
        panel = QWidget()
        lines = [row(IconLabel("search", "text3", 18), Text(title, "body_strong"), None)]
        for advice in answer.advice:
            text = Text(advice_text(advice), "body", "text2", wrap=True)
            line = row(IconLabel("arrow-right", "text3", 14), text, gap=8, margins=(26, 0, 0, 0))
            line.setStretchFactor(text, 1)
            lines.append(line)
        panel.setLayout(column(*lines, gap=6, margins=(0, 8, 0, 8)))
        panel.setAccessibleName(title)
        return panel

    def _show_state(self, widget: QWidget | None) -> None:
        clear_layout(self._state)
        if widget is not None:
            self._state.addWidget(widget)

    def _show_parts(self) -> None:
        self.chips.setVisible(bool(self._answer and self._answer.chips))
        self.status.setVisible(self._answer is not None)
        self.list.setVisible(bool(self._lines))

    # ---- choosing ---------------------------------------------------------------------------------------------
    def _current_key(self) -> str:
        row_number = self.list.currentIndex().row()
        return self.model.lines[row_number].key if 0 <= row_number < len(self.model.lines) else ""

    def _choose(self, key: str) -> None:
        keys = [line.key for line in self._lines]
        if keys:
            self._select(keys.index(key) if key in keys else 0)

    def _select(self, number: int) -> None:
        index = self.model.index(number)
        self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.list.scrollTo(index)

    def _move(self, step: int) -> None:
        if self._lines:
            at = self.list.currentIndex().row() + step
            self._select(min(max(at, 0), len(self._lines) - 1))

    def open_current(self) -> None:
        """Opens the chosen case; pressed before the answer is there, the only case once it is."""
        if self._latest.busy:
            self._open_when_found = True
        elif self._answer is not None and self._answer.text == self.box.text() and self._lines:
            self._open(max(self.list.currentIndex().row(), 0))

    def _open(self, number: int) -> None:
        line = self.model.lines[number]
        self._session.remember(
            Hit(line.person or line.what, line.what, line.place, line.icon, line.where, person=bool(line.person))
        )
        self.opened.emit(line.place)

    def places(self) -> list[Place]:
        """Where the shown cases lead, in order."""
        return [line.place for line in self._lines]
