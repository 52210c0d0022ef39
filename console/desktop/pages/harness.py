"""The Harness: test an interface with any engine, or with none. A frame around its views; see harness_view."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from console.desktop.actions import Command
from console.desktop.harness_view import PAGE, HarnessView, ViewSpec, shown_views
from console.desktop.icons import icon
from console.desktop.page import Page
from console.desktop.places import Place
from console.desktop.session import Session
from console.desktop.theme import theme
from console.desktop.widgets.kit import Surface, column, row


class HarnessPage(Page):
    """Segments on top where there is more than one view; the chosen view below. `view=` in the place names it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.specs = shown_views()
        self._views: dict[str, HarnessView] = {}
        self._commands: list[Command] = []
        self.segments = QTabBar()
        self.segments.setDrawBase(False)
        self.segments.setExpanding(False)
        self.segments.setUsesScrollButtons(True)
        self.segments.setAccessibleName(self.tr("Views of the harness"))
        for number, spec in enumerate(self.specs, start=1):
            self.segments.addTab(spec.title())
            self.segments.setTabToolTip(number - 1, f"{spec.title()} ({number})")
        self._draw_icons()
        theme().changed.connect(self._draw_icons)
        self.segments.currentChanged.connect(self._picked)
        self.stack = QStackedWidget()
        bar = Surface("plain")
        bar.setLayout(row(self.segments, None, margins=(10, 0, 10, 0)))
        bar.setVisible(len(self.specs) > 1)
        whole = column(bar, self.stack, gap=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def _draw_icons(self) -> None:
        for number, spec in enumerate(self.specs):
            self.segments.setTabIcon(number, icon(spec.icon, "text2", 15, active="accent"))

    # ---- the page contract ------------------------------------------------------------------------------------
    def show_place(self, place: Place) -> None:
        name = place.params.get("view", "")  # the window asks for the view shown last by its name
        spec = next((s for s in self.specs if s.name == name), self.specs[0])
        view = self._show(spec)
        view.show_parameters({key: value for key, value in place.params.items() if key != "view"})

    def place(self) -> Place:
        view = self.view
        return Place(PAGE, {"view": self.part(), **(view.parameters() if view is not None else {})})

    def part(self) -> str:
        number = self.segments.currentIndex()
        return self.specs[number].name if 0 <= number < len(self.specs) else ""

    def commands(self) -> Sequence[Command]:
        """The frame's, and those of every view that was shown."""
        if not self._commands:
            where = self.tr("Harness")
            self._commands = [
                Command(
                    name=f"harness.view_{spec.name}",
                    title=spec.title(),
                    run=partial(self.session.go, PAGE, view=spec.name),
                    icon=spec.icon,
                    shortcuts=(str(number),),
                    scope=PAGE,
                    where=where,
                )
                for number, spec in enumerate(self.specs, start=1)
            ]
        return [*self._commands, *(c for view in self._views.values() for c in view.commands())]

    def entered(self) -> None:
        if self.view is not None:
            self.view.entered()

    def left(self) -> None:
        if self.view is not None:
            self.view.left()

    def next_pane(self) -> None:
        if self.view is not None:
            self.view.next_pane()

    # ---- views ------------------------------------------------------------------------------------------------
    @property
    def view(self) -> HarnessView | None:
        return self._views.get(self.part())

    def _show(self, spec: ViewSpec) -> HarnessView:
        before = self.stack.currentWidget()
        made = self._views.get(spec.name) or self._make(spec)
        self.segments.blockSignals(True)
        self.segments.setCurrentIndex(self.specs.index(spec))
        self.segments.blockSignals(False)
        if before is not made:
            if isinstance(before, HarnessView):
                before.left()
            self.stack.setCurrentWidget(made)
            if self.isVisible():
                made.entered()
            self.part_changed.emit()
        return made

    def _make(self, spec: ViewSpec) -> HarnessView:
        made = spec.load()(self.session)
        made.setObjectName(f"harness-{spec.name}")
        made.settled.connect(partial(self._settled, spec.name))
        made.moved.connect(partial(self._moved, spec.name))
        made.title_changed.connect(self.title_changed)
        self._views[spec.name] = made
        self.stack.addWidget(made)
        return made

    def _settled(self, name: str) -> None:
        if name == self.part():
            self.settled.emit()

    def _moved(self, name: str) -> None:
        if name == self.part():
            self.place_changed.emit(self.place())

    def _picked(self, number: int) -> None:
        """By mouse or arrow keys on the segments."""
        if 0 <= number < len(self.specs):
            self.session.go(PAGE, view=self.specs[number].name)
