"""Investigate, the home: what needs somebody, the box that takes anything, and how the road looks right now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from console.core.errors import SignalboxError
from console.desktop.actions import Command
from console.desktop.operations import Latest
from console.desktop.page import Page
from console.desktop.places import Place
from console.desktop.presenters.investigate import overview_lines, test_lines
from console.desktop.session import Session
from console.desktop.theme import px
from console.desktop.widgets.heat_strip import HeatStrip
from console.desktop.widgets.kit import Button, Card, IconLabel, Text, clear_layout, column, row
from console.desktop.widgets.overview_cards import CountsCard, LooksCard, NeedsCard, SendersCard
from console.desktop.widgets.search_panel import SearchPanel
from console.desktop.widgets.states import LoadingState, empty_state, error_state
from console.investigation.answer import Answer, FeedChanges
from console.investigation.case import FailureGroup, Overview

READ_AGAIN_MS = 2_000
"""After news, the overview is read again at most this often."""
READ_ANYWAY_MS = 15_000
"""Without news too: silence is something to notice."""
AGES_MS = 1_000
SIDE_WIDTH, SIDE_COMPACT = 324, 236


class InvestigatePage(Page):
    """Left: needs, search, looks, the last hours. Right: sources and queues. A search takes the overview's place."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._latest = Latest(session.io, self)
        self._tests = Latest(session.io, self)
        self._answer: Answer[Overview] | None = None
        self._error: SignalboxError | None = None
        self._news = False
        self._state_name = ""
        self._build()
        self._soon = self._timer(READ_AGAIN_MS, self._read_if_news, once=True)
        self._anyway = self._timer(READ_ANYWAY_MS, self.read)
        self._ages = self._timer(AGES_MS, self._show)
        session.compact_changed.connect(self._set_compact)
        session.privacy_changed.connect(lambda _: self._show())
        self._set_compact(session.compact)

    # ---- building ---------------------------------------------------------------------------------------------
    def _build(self) -> None:
        self._title = Text("", "title")
        self._subtitle = Text("", "small", "text2", wrap=True)
        self._needs = NeedsCard(self._go)
        self.search = SearchPanel(self.session)
        self.search.searching.connect(self._show_search)
        self.search.opened.connect(self._go)
        self.search.settled.connect(self.settled)
        self._looks = LooksCard(self._go, self.session.person)
        self._looks.cleared.connect(self._clear_looks)
        self._deliveries = CountsCard(self.tr("Deliveries"), self.tr("Not known yet."))
        self._heat = HeatStrip(lambda: self.session.formats)
        self._heat_card = Card(gap=8)
        explained = self.tr("messages per 10 min, darker is busier, hatched is silence")
        legend = Text(explained, "caption", "text3")
        self._heat.cell_changed.connect(lambda words: legend.setText(words or explained))
        self._heat_card.body.addLayout(row(Text(self.tr("The last 12 hours"), "heading"), legend, None, gap=10))
        self._heat_card.body.addWidget(self._heat)
        self._senders = SendersCard()
        self._queues = CountsCard(self.tr("Queues"), self.tr("Not known yet."))
        self._state = column(gap=8)
        self._kept_out = QWidget()
        self._kept_out_text = Text("", "small", "text2")
        self._kept_out_switch = Button(self.tr("Show them"), kind="link", run=self._toggle_tests)
        harness = IconLabel("flask-conical", "text2", 14)
        self._kept_out.setLayout(row(harness, self._kept_out_text, self._kept_out_switch, None, gap=6))
        self._kept_out.hide()
        self._test_failures = NeedsCard(self._go)
        self._test_failures.setAccessibleName(self.tr("What stopped among test messages"))
        self._test_failures.hide()
        pair = row(self._looks, self._deliveries, gap=12)
        pair.setStretch(0, 3)
        pair.setStretch(1, 2)
        self._below = QWidget()
        self._below.setLayout(column(pair, self._heat_card, gap=10))
        self._below.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        needs = column(self._needs, self._kept_out, self._test_failures, gap=6)
        self._left = column(self._state, needs, self.search, self._below, None, gap=12)
        self._side = QWidget()
        self._side.setLayout(column(self._senders, self._queues, None, gap=12))
        body = row(gap=14)
        body.addLayout(self._left, 1)
        body.addWidget(self._side, 0, Qt.AlignmentFlag.AlignTop)
        inside = QWidget()
        self._whole = column(column(self._title, self._subtitle, gap=0), body, gap=12, margins=(18, 12, 18, 12))
        self._whole.setStretchFactor(body, 1)
        inside.setLayout(self._whole)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self.setFocusProxy(self.search.box)

    def _timer(self, every_ms: int, call: Callable[[], object], *, once: bool = False) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(every_ms)
        timer.setSingleShot(once)
        timer.timeout.connect(call)
        return timer

    def _set_compact(self, compact: bool) -> None:
        self._side.setFixedWidth(px(SIDE_COMPACT if compact else SIDE_WIDTH))
        self._heat.set_compact(compact)
        self._senders.set_compact(compact)
        self._needs.set_compact(compact)
        for layout in (self._left, self._whole):
            layout.setSpacing(px(8 if compact else 12))
        self.search.hint.setVisible(not compact)

    # ---- the shell asks ---------------------------------------------------------------------------------------
    def show_place(self, place: Place) -> None:
        self.title_changed.emit(self.tr("Investigate"))
        self.read()

    def place(self) -> Place | None:
        return Place("investigate")

    def entered(self) -> None:
        if self._news:
            self._read_all()
        self._anyway.start()  # goes on when another page is shown: the rail's number must stay true
        self._ages.start()
        self.search.box.setFocus()

    def left(self) -> None:
        self._soon.stop()
        self._ages.stop()

    def commands(self) -> Sequence[Command]:
        return (
            Command(
                name="investigate.find",
                title=self.tr("Find on this page"),
                run=self._focus_box,
                icon="search",
                shortcuts=("Ctrl+F",),
                scope="investigate",
                where=self.tr("Investigate"),
                in_palette=False,
            ),
            Command(
                name="investigate.refresh",
                title=self.tr("Read everything again"),
                run=self._read_all,
                icon="refresh-cw",
                shortcuts=("F5",),
                scope="investigate",
                where=self.tr("Investigate"),
            ),
            Command(
                name="investigate.clear-looks",
                title=self.tr("Forget what was looked at"),
                run=self._clear_looks,
                icon="trash-2",
                scope="investigate",
                where=self.tr("Investigate"),
            ),
        )

    def changes_arrived(self, changes: FeedChanges) -> None:
        if self._soon.isActive() or not self._ages.isActive():
            self._news = True
        else:
            self._read_all()
            self._soon.start()

    # ---- reading ----------------------------------------------------------------------------------------------
    def read(self) -> None:
        """Reads the overview; what is shown stays until the answer is there."""
        desk = self.session.desk
        self._news = False
        if desk is None:
            self._answer = None
            self._show()
            self.settled.emit()
            return
        if self._answer is None and self._error is None:
            self._show_state("loading", lambda: LoadingState(self.tr("Reading the overview"), rows=4))
        self._latest.run(desk.overview, done=self._read, failed=self._failed)

    def _read_all(self) -> None:
        self.read()
        self.search.again()

    def _read_if_news(self) -> None:
        if self._news:
            self._read_all()
            self._soon.start()

    def _read(self, answer: Answer[Overview]) -> None:
        self._answer, self._error = answer, None
        self._show()
        if self._test_failures.isVisibleTo(self):
            self._read_tests()
        if not self.search.active:
            self.settled.emit()

    def _failed(self, error: SignalboxError) -> None:
        self._error = error
        self._show()
        self.settled.emit()

    # ---- showing ----------------------------------------------------------------------------------------------
    def _show(self) -> None:
        if self._answer is None:
            self._show_nothing()
            return
        lines = overview_lines(self._answer, self.session.formats, self.session.now())
        self._title.setText(lines.title)
        self._subtitle.setText(lines.subtitle)
        self._needs.show_needs(lines.needs)
        self._senders.show_senders(lines.senders)
        self._queues.show_counts(lines.queues)
        self._deliveries.show_counts(lines.deliveries)
        self._kept_out_text.setText(lines.kept_out)
        if not lines.kept_out:
            self._test_failures.hide()
        self._looks.show_looks(lines.looks, 3 if self.session.compact else 5)
        self._heat.show_heat(lines.heat)
        first = lines.nothing_received and not self._answer.from_cache
        self._show_state("first" if first else "", self._first_message)
        self._show_search(self.search.active)
        self.session.badge_changed.emit("investigate", len(lines.needs))

    def _first_message(self) -> QWidget:
        return empty_state(
            self.tr("No message has arrived yet"),
            self.tr("As soon as a system sends HL7 v2 to the engine, its messages appear here within a second."),
            icon_name="radio-tower",
        )

    def _not_connected(self) -> QWidget:
        return empty_state(
            self.tr("Nothing is connected yet"),
            self.tr("Start the demo hospital or connect to an engine; then this page shows what needs you."),
            icon_name="plug",
            action=self.tr("Choose"),
            run=lambda: self.session.go("welcome"),
        )

    def _show_nothing(self) -> None:
        """Without an overview: nothing is connected, or nobody answered and nothing is kept."""
        self._needs.show_needs(())
        self._needs.hide()
        for part in (self._below, self._side):
            part.hide()
        self._title.setText(self.tr("Investigate"))
        self._subtitle.setText("")
        self.search.setVisible(self.session.desk is not None)
        error = self._error
        if self.session.desk is None:
            self._show_state("not-connected", self._not_connected)
        elif error is not None:
            self._show_state("error", lambda: error_state(error, action=self.tr("Try again"), run=self.read))

    def _show_search(self, searching: bool) -> None:
        overview = self._answer is not None
        self._needs.setVisible(overview and not searching and self._needs.count > 0)
        self._kept_out.setVisible(overview and not searching and bool(self._kept_out_text.text()))
        if searching or not overview:
            self._test_failures.hide()
        shown = self._test_failures.isVisibleTo(self)
        self._kept_out_switch.setText(self.tr("Hide them") if shown else self.tr("Show them"))
        self._kept_out_switch.setAccessibleName(f"{self._kept_out_switch.text()}: {self._kept_out_text.text()}")
        self._below.setVisible(overview and not searching)
        self._side.setVisible(overview)
        self.search.setVisible(self.session.desk is not None)

    def _show_state(self, name: str, make: Callable[[], QWidget]) -> None:
        """Shows one state card in place; '' shows none. The same again leaves it alone: it may have the focus."""
        if name != self._state_name:
            self._state_name = name
            clear_layout(self._state)
            if name:
                self._state.addWidget(make())

    # ---- test traffic -----------------------------------------------------------------------------------------
    def _toggle_tests(self) -> None:
        """What stopped among the harness's messages: shown only when it is asked for, and never counted."""
        if self._test_failures.isVisibleTo(self):
            self._test_failures.hide()
            self._show_search(self.search.active)
        else:
            self._read_tests()

    def _read_tests(self) -> None:
        desk = self.session.desk
        if desk is not None:
            self._tests.run(desk.test_failures, done=self._show_tests, failed=self.session.toast_error)

    def _show_tests(self, answer: Answer[tuple[FailureGroup, ...]]) -> None:
        lines = test_lines(answer.value, self.session.formats, self.session.now())
        self._test_failures.show_needs(lines)
        self._test_failures.setVisible(bool(lines))
        if not lines:
            self.session.toast(self.tr("They were refused before they could be mapped. The engine keeps them."))
        self._show_search(self.search.active)

    # ---- the user's hand --------------------------------------------------------------------------------------
    def _go(self, place: Place) -> None:
        self.session.place_requested.emit(place)

    def _focus_box(self) -> None:
        self.search.box.setFocus()
        self.search.box.selectAll()

    def _clear_looks(self) -> None:
        desk = self.session.desk
        if desk is None:
            return
        self.session.start(desk.clear_looks, self).succeeded.connect(lambda _: self._looks_cleared())

    def _looks_cleared(self) -> None:
        if self._answer is not None:
            self._answer = replace(self._answer, value=replace(self._answer.value, recent=()))
            self._show()
