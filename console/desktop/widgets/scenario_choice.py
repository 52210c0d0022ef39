"""Which scenario: the shipped ones, files of one's own, what it is about, and what is wrong with its file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from console.desktop.models.scenario_card import FileProblem, ScenarioCard
from console.desktop.presenters.run_desk import RunDesk
from console.desktop.widgets.kit import Button, Text, clear_layout, column, row

PROBLEMS_SHOWN = 12


class ScenarioChoice(QWidget):
    """`open_wanted`: choose a file; `folder_wanted` carries the path of a file to show."""

    open_wanted = Signal()
    folder_wanted = Signal(object)

    def __init__(self, desk: RunDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.box = QComboBox()
        self.box.setAccessibleName(self.tr("Scenario"))
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(8)
        self.box.activated.connect(self._picked)
        open_file = Button(
            icon_name="file-search", kind="icon", name=self.tr("Open a scenario file…"), run=self.open_wanted.emit
        )
        self.reload = Button(
            icon_name="refresh-cw", kind="icon", name=self.tr("Read the file again"), run=desk.read_again
        )
        self.description = Text("", "small", "text2", wrap=True)
        self.problems = QWidget()
        self._problem_list = column(gap=2)
        self.problems.setLayout(self._problem_list)
        pick = row(self.box, open_file, self.reload, gap=4)
        pick.setStretch(0, 1)
        self.setLayout(column(Text(self.tr("Scenario"), "heading"), pick, self.description, self.problems, gap=7))
        desk.cards_changed.connect(self._show_list)
        desk.card_changed.connect(self._show_card)
        self._show_list()
        self._show_card()

    def _show_list(self) -> None:
        """Shipped ones, then own files used lately."""
        desk, current = self._desk, self._desk.card
        self.box.clear()
        for card in desk.cards:
            self.box.addItem(card.title, card.path)
        own = [path for path in desk.recent if all(card.path != path for card in desk.cards)]
        if current is not None and not current.shipped and current.path not in own:
            own.insert(0, current.path)
        if own and desk.cards:
            self.box.insertSeparator(self.box.count())
        for path in own:
            self.box.addItem(path.name, path)
            self.box.setItemData(self.box.count() - 1, str(path), Qt.ItemDataRole.ToolTipRole)
        self._select()
        self._describe(current)

    def _select(self) -> None:
        card = self._desk.card
        places = (n for n in range(self.box.count()) if card is not None and self.box.itemData(n) == card.path)
        self.box.setCurrentIndex(next(places, -1))

    def _picked(self, number: int) -> None:
        path = self.box.itemData(number)
        if isinstance(path, Path):
            self._desk.choose(path)

    def _show_card(self) -> None:
        card = self._desk.card
        if card is not None and not card.shipped:
            self._show_list()
        self._select()
        self.reload.setVisible(card is not None and not card.shipped)
        self._describe(card)
        clear_layout(self._problem_list)
        self.problems.setVisible(card is not None and not card.usable)
        if card is not None and not card.usable:
            self._list_problems(card)

    def _describe(self, card: ScenarioCard | None) -> None:
        failure = self._desk.failure if card is None else ""
        self.description.set_tone("fail" if failure else "text2")
        if card is not None:
            self.description.setText(card.description)
        else:
            self.description.setText(failure or self.tr("Reading the scenarios…"))
        self.description.setVisible(card is None or card.usable)

    def _list_problems(self, card: ScenarioCard) -> None:
        title = Text(self.tr("%n error(s) in the file", "", len(card.problems)), "body_strong", "fail", wrap=True)
        self._problem_list.addWidget(title)
        for problem in card.problems[:PROBLEMS_SHOWN]:
            self._problem_list.addWidget(Text(self._words(problem), "small", "text2", wrap=True, selectable=True))
        path = card.path
        show = Button(
            self.tr("Show the file"), icon_name="external-link", kind="link", run=lambda: self.folder_wanted.emit(path)
        )
        self._problem_list.addLayout(row(show, None))

    def _words(self, problem: FileProblem) -> str:
        """`line 8: load.rate: must be more than 0; did you mean 60?`."""
        place = self.tr("line %1").replace("%1", str(problem.line)) if problem.line else ""
        said = ": ".join(part for part in (place, problem.path, problem.text) if part)
        if problem.suggestion:
            said = f"{said}; {self.tr('did you mean %1?').replace('%1', problem.suggestion)}"
        return said
