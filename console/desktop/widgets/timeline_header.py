"""The line above the canvas: which encounter, and what of it is shown: systems, kinds, problems, live, export, link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from console.desktop.models.system_names import lane_name
from console.desktop.models.timeline_model import Filter, TimelineModel
from console.desktop.theme import px
from console.desktop.widgets.kit import Button, Text, column, row

NARROW = 1_120
"""Below this width (at 100 %) the buttons show their icons only."""


class _CheckMenu(QMenu):
    """A menu that stays open while its entries are ticked."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = cast("QAction | None", self.activeAction())
        if action is not None and action.isCheckable():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)


class TimelineHeader(QWidget):
    """Knows the filter the buttons stand for and says when it changes."""

    filter_changed = Signal(object)
    live_clicked = Signal()
    export_clicked = Signal(str)
    """`csv` or `json`."""
    link_clicked = Signal()
    details_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.filter = Filter()
        self.title = Text("", "title")
        self.line = Text("", "small", "text2", wrap=True)
        self._lanes: list[tuple[str, str]] = []
        self._categories: list[str] = []
        self.systems = Button(self.tr("All systems"), icon_name="layers")
        self.types = Button(self.tr("All types"), icon_name="list-filter")
        self.problems = Button(self.tr("Problems only"), icon_name="triangle-alert", checkable=True)
        self.live = Button(self.tr("Live"), icon_name="radio", checkable=True, run=self._live)
        self.export = Button(self.tr("Export"), icon_name="download")
        self.link = Button(self.tr("Copy link"), icon_name="link", run=self.link_clicked.emit)
        self.details = Button(
            icon_name="panel-right-open",
            kind="icon",
            name=self.tr("Show or hide the details"),
            run=self.details_clicked.emit,
        )
        self.details.hide()
        self._systems_menu, self._types_menu = _CheckMenu(self.systems), _CheckMenu(self.types)
        self.systems.setMenu(self._systems_menu)
        self.types.setMenu(self._types_menu)
        export = QMenu(self.export)
        export.addAction(self.tr("Events as CSV, for a spreadsheet…"), lambda: self.export_clicked.emit("csv"))
        export.addAction(self.tr("Events as JSON…"), lambda: self.export_clicked.emit("json"))
        self.export.setMenu(export)
        self.problems.toggled.connect(self._problems)
        self._buttons = [self.systems, self.types, self.problems, self.live, self.export, self.link]
        self._texts = {button: button.text() for button in self._buttons}
        words = column(self.title, self.line, gap=0)
        layout = row(words, *self._buttons, self.details, gap=8, margins=(16, 8, 16, 8))
        layout.setStretchFactor(words, 1)
        self.setLayout(layout)
        self._narrow = False

    # ---- what is shown ----------------------------------------------------------------------------------------
    def show_encounter(self, title: str, line: str) -> None:
        self.title.setText(title)
        self.line.setText(line)

    def show_choices(self, model: TimelineModel, categories: Sequence[tuple[str, str]]) -> None:
        """Offers the lanes and the kinds of message there are; ticks stay as they are."""
        lanes = [(lane.lane, lane_name(lane.lane)) for lane in model.lanes if lane.kind != "engine"]
        if lanes != self._lanes:
            self._lanes = lanes
            self._fill(self._systems_menu, lanes, self.filter.hidden_lanes, self._lane_ticked)
        if [c for c, _ in categories] != self._categories:
            self._categories = [c for c, _ in categories]
            self._fill(self._types_menu, list(categories), self.filter.hidden_categories, self._category_ticked)
        self._name_buttons()

    def reset(self) -> None:
        """Another encounter: nothing is hidden."""
        self.filter = Filter()
        self._lanes, self._categories = [], []
        self.problems.blockSignals(True)
        self.problems.setChecked(False)
        self.problems.blockSignals(False)
        self._name_buttons()

    def show_live(self, on: bool, reason_off: str = "") -> None:
        """`reason_off` says why nothing new can arrive now; '' when it can."""
        self.live.setChecked(on and not reason_off)
        self._set_text(self.live, self.tr("Not live") if reason_off else self.tr("Live"))
        self.live.set_icon("cloud-off" if reason_off else "radio")
        self.live.setToolTip(reason_off or self.tr("Follow what arrives (L)"))

    def show_drawer(self, shown: bool) -> None:
        """The button's icon says what it would do."""
        self.details.set_icon("panel-right-close" if shown else "panel-right-open")

    def _fill(
        self,
        menu: QMenu,
        entries: Sequence[tuple[str, str]],
        hidden: frozenset[str],
        ticked: Callable[[str, bool], None],
    ) -> None:
        menu.clear()
        show_all = menu.addAction(self.tr("Show all"))
        show_all.triggered.connect(lambda: self._show_all(menu))
        menu.addSeparator()
        for key, text in entries:
            action = QAction(text, menu)
            action.setCheckable(True)
            action.setChecked(key not in hidden)
            action.toggled.connect(lambda on, key=key: ticked(key, on))
            menu.addAction(action)

    # ---- what is chosen ---------------------------------------------------------------------------------------
    def _show_all(self, menu: QMenu) -> None:
        for action in menu.actions():
            if action.isCheckable():
                action.setChecked(True)

    def _lane_ticked(self, lane: str, on: bool) -> None:
        hidden = self.filter.hidden_lanes - {lane} if on else self.filter.hidden_lanes | {lane}
        self._choose(Filter(hidden, self.filter.hidden_categories, self.filter.problems_only))

    def _category_ticked(self, category: str, on: bool) -> None:
        hidden = self.filter.hidden_categories - {category} if on else self.filter.hidden_categories | {category}
        self._choose(Filter(self.filter.hidden_lanes, hidden, self.filter.problems_only))

    def _problems(self, on: bool) -> None:
        self._choose(Filter(self.filter.hidden_lanes, self.filter.hidden_categories, on))

    def _choose(self, chosen: Filter) -> None:
        if chosen != self.filter:
            self.filter = chosen
            self._name_buttons()
            self.filter_changed.emit(chosen)

    def _live(self) -> None:
        self.live_clicked.emit()

    # ---- words ------------------------------------------------------------------------------------------------
    def _name_buttons(self) -> None:
        some = self.tr("%1 of %2 systems")
        lanes = len(self._lanes)
        left = lanes - len(self.filter.hidden_lanes)
        systems = self.tr("All systems") if left == lanes else some.replace("%1", str(left)).replace("%2", str(lanes))
        kinds = len(self._categories)
        shown = kinds - len(self.filter.hidden_categories)
        types = (
            self.tr("All types")
            if shown == kinds
            else self.tr("%1 of %2 types").replace("%1", str(shown)).replace("%2", str(kinds))
        )
        self._set_text(self.systems, systems)
        self._set_text(self.types, types)

    def _set_text(self, button: Button, text: str) -> None:
        self._texts[button] = text
        button.setAccessibleName(text)
        button.setToolTip(text if self._narrow else "")
        button.setText("" if self._narrow else text)

    def fit(self, width: int) -> None:
        """Icons only where the texts have no room."""
        narrow = width < px(NARROW)
        if narrow != self._narrow:
            self._narrow = narrow
            for button in self._buttons:
                self._set_text(button, self._texts[button])
