"""The Game day view: play incidents into a hospital while somebody works, and read how the minutes were kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QLineEdit, QProgressBar, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from console.connections.tokens import read_token_file
from console.core.clock import parse_iso
from console.core.errors import SignalboxError
from console.desktop.actions import Command
from console.desktop.gameday_runner import GamePhase, game_day_runner
from console.desktop.harness_program import Program
from console.desktop.harness_view import HarnessView
from console.desktop.presenters import gameday_words as words
from console.desktop.session import Session
from console.desktop.settings import Connection
from console.desktop.theme import px
from console.desktop.widgets.kit import Button, Card, Choice, IconLabel, Text, clear_layout, column, row
from console.desktop.widgets.pill import Pill
from console.desktop.widgets.plain_table import Cell, PlainRow, PlainTable
from console.desktop.widgets.states import empty_state

EARLIER_SHOWN = 20


class GameDayView(HarnessView):
    """Three faces: choose a game; a game going on; its debrief."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.runner = game_day_runner(session)
        self._days: list[Mapping[str, Any]] = []
        self._listing: Program | None = None
        self._found: tuple[tuple[str, str], ...] = ()
        self.title = Text(self.tr("Game day"), "title")
        self.pill = Pill("")
        self.pill.hide()
        self.line = Text("", "small", "text2", wrap=True)
        self.stop = Button(self.tr("End the game"), icon_name="square", kind="danger", run=self.runner.stop)
        self.again = Button(self.tr("Another game"), icon_name="arrow-left", run=self._choose_again)
        self.html = Button(self.tr("Open the debrief"), icon_name="file-text", kind="primary", run=self.open_debrief)
        heads = column(row(self.title, self.pill, None, gap=10), self.line, gap=1)
        head = row(heads, self.stop, self.again, self.html, gap=8, margins=(16, 8, 16, 6))
        head.setStretchFactor(heads, 1)
        self.faces = QStackedWidget()
        self.choosing, self.playing, self.over = self._choosing(), self._playing(), self._over()
        for face in (self.choosing, self.playing, self.over):
            self.faces.addWidget(face)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(self.faces, 1)
        self.runner.changed.connect(self._show)
        self._show()

    # ---- faces ------------------------------------------------------------------------------------------------
    def _choosing(self) -> QWidget:
        explained = Text(
            self.tr(
                "A hospital of its own starts on this computer, with wards, laboratories and a clinical record. "
                "Incidents come without a word. Find them in Signalbox, say here what you find, and call whoever can "
                "mend it; how long each step takes is measured against the minutes agreed."
            ),
            "body",
            "text2",
            wrap=True,
        )
        self.cards = QGridLayout()
        self.cards.setSpacing(px(12))
        self.earlier = PlainTable(
            self.tr("Earlier games"),
            (self.tr("When"), self.tr("Game"), self.tr("Agreed minutes"), self.tr("Length")),
            (200, 0, 160, 110),
        )
        self.earlier.opened.connect(self._open_earlier)
        self.earlier.setMinimumHeight(px(150))
        self.earlier_heading = Text(self.tr("Earlier games"), "heading")
        inside = QWidget()
        inside.setLayout(
            column(explained, 8, self.cards, 12, self.earlier_heading, self.earlier, None, margins=(16, 6, 16, 16))
        )
        return _scrolling(inside, self.tr("Game days"))

    def _playing(self) -> QWidget:
        self.time = Text("", "metric")
        self.time_line = Text("", "small", "text2")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(px(6))
        self.bar.setAccessibleName(self.tr("Time of the game"))
        self.open_hospital = Button(
            self.tr("Look at this hospital"), icon_name="hospital", kind="primary", run=self.look_at_hospital
        )
        clock = Card(self.tr("Clock"))
        clock.body.addWidget(self.time)
        clock.body.addWidget(self.time_line)
        clock.body.addWidget(self.bar)
        clock.body.addWidget(self.open_hospital)
        clock.body.addStretch(1)
        self.seen_words = QLineEdit()
        self.seen_words.setPlaceholderText(self.tr("What do you see? (optional)"))
        self.seen_words.setAccessibleName(self.tr("What you see"))
        self.seen_words.returnPressed.connect(self.say_seen)
        self.seen_button = Button(self.tr("Something is wrong"), icon_name="triangle-alert", run=self.say_seen)
        self.cause = Choice(self.tr("Cause"), tuple(words.cause_words().items()))
        self.cause_button = Button(self.tr("This is the cause"), icon_name="search", run=self.say_cause)
        find = Card(self.tr("Say what you find"))
        find.body.addLayout(row(self.seen_words, self.seen_button))
        find.body.addLayout(row(self.cause, self.cause_button))
        find.body.addStretch(1)
        calls = Card(self.tr("Call somebody"))
        for name, text in words.action_words().items():
            calls.body.addWidget(Button(text, run=partial(self.runner.say, f"do {name}")))
        self.found = Card(self.tr("Found so far"))
        self.found_body = QVBoxLayout()
        self.found_body.setSpacing(px(6))
        self.found.body.addLayout(self.found_body)
        self.found.body.addStretch(1)
        self.diary = PlainTable(self.tr("What was said"), (self.tr("What was said"),), (0,))
        self.diary.setMinimumHeight(px(140))
        self.diary.horizontalHeader().hide()
        said = Card(self.tr("What was said"))
        said.body.addWidget(self.diary, 1)
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(px(16), px(6), px(16), px(12))
        grid.setSpacing(px(12))
        grid.addWidget(clock, 0, 0)
        grid.addWidget(self.found, 1, 0)
        grid.addWidget(find, 0, 1)
        grid.addWidget(calls, 1, 1)
        grid.addWidget(said, 2, 0, 1, 2)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        grid.setRowStretch(2, 1)
        return _scrolling(inside, self.tr("The game"))

    def _over(self) -> QWidget:
        self.verdict_icon = IconLabel("circle-check", "ok_fg", 22)
        self.verdict = Text("", "heading", wrap=True)
        self.table = PlainTable(self.tr("How the minutes were kept"), words.headers(), (0, 190, 190, 190, 90, 90, 90))
        self.table.setMinimumHeight(px(210))
        self.notes = Text("", "body", "text2", wrap=True, selectable=True)
        self.questions = Text("", "body", "text2", wrap=True, selectable=True)
        talk = Card(self.tr("To talk about"))
        talk.body.addWidget(self.questions)
        told = row(self.verdict_icon, self.verdict, gap=10)
        told.setStretchFactor(self.verdict, 1)
        inside = QWidget()
        inside.setLayout(column(told, 6, self.table, 6, self.notes, 6, talk, None, margins=(16, 6, 16, 16)))
        return _scrolling(inside, self.tr("Debrief"))

    # ---- the view's contract ----------------------------------------------------------------------------------
    def show_parameters(self, parameters: Mapping[str, str]) -> None:
        self._read_earlier()
        if self._days:
            self.settled.emit()
        elif self._listing is None:
            self._listing = Program(
                ["gameday", "list", "--json"], data=self.session.settings.path.parent, parent=self.session
            )
            self._listing.keep_output = True
            self._listing.ended.connect(self._listed)
            self._listing.start()

    def commands(self) -> Sequence[Command]:
        where, scope = self.tr("Game day"), "harness/gameday"

        def while_on() -> str:
            return "" if self.runner.phase is GamePhase.ON else self.tr("No game is being played.")

        def after() -> str:
            return "" if self.runner.debrief else self.tr("There is no debrief yet.")

        def make(
            name: str, title: str, run: Callable[[], None], key: str, icon: str, off: Callable[[], str]
        ) -> Command:
            return Command(
                name=f"harness.gameday_{name}",
                title=title,
                run=run,
                icon=icon,
                shortcuts=(key,),
                scope=scope,
                where=where,
                unavailable=off,
            )

        return (
            make("seen", self.tr("Something is wrong"), self.say_seen, "W", "triangle-alert", while_on),
            make("look", self.tr("Look at this hospital"), self.look_at_hospital, "H", "hospital", while_on),
            make("debrief", self.tr("Open the debrief"), self.open_debrief, "O", "file-text", after),
        )

    # ---- what is shown ----------------------------------------------------------------------------------------
    def _listed(self, code: int, told: str) -> None:
        listing, self._listing = self._listing, None
        try:
            self._days = list(json.loads(listing.output)) if listing is not None and code == 0 else []
        except ValueError:
            self._days = []
        if listing is not None:
            listing.deleteLater()
        self._fill_cards(told)
        self.settled.emit()

    def _fill_cards(self, told: str) -> None:
        clear_layout(self.cards)
        if not self._days:
            self.cards.addWidget(empty_state(self.tr("The list of game days cannot be read"), told), 0, 0)
        for number, day in enumerate(sorted(self._days, key=lambda d: (-d["incidents"], d["name"]))):
            card = Card(padding=14, gap=6)
            card.body.addWidget(Text(str(day["title"]), "heading", wrap=True))
            card.body.addWidget(Text(str(day["description"]), "small", "text2", wrap=True))
            card.body.addStretch(1)
            length = self.tr("%n incident(s), at most %1", "", int(day["incidents"])).replace(
                "%1", self.session.formats.duration(float(day["duration_s"]))
            )
            primary = "primary" if number == 0 else "secondary"
            start = Button(self.tr("Play"), icon_name="play", kind=primary, run=partial(self._start, day))
            start.setAccessibleName(self.tr("Play %1").replace("%1", str(day["title"])))
            card.body.addLayout(row(Text(length, "small", "text3"), None, start))
            self.cards.addWidget(card, number // 3, number % 3)

    def _start(self, day: Mapping[str, Any]) -> None:
        self.runner.start(str(day["name"]), str(day["title"]))

    def _choose_again(self) -> None:
        self._read_earlier()
        self.faces.setCurrentWidget(self.choosing)
        self._heads(choosing=True)

    def _show(self) -> None:
        phase = self.runner.phase
        if phase is GamePhase.IDLE:
            self.faces.setCurrentWidget(self.choosing)
        elif self.runner.busy:
            self.faces.setCurrentWidget(self.playing)
            self._show_game()
        else:
            self.faces.setCurrentWidget(self.over)
            self._show_debrief()
        self._heads(choosing=phase is GamePhase.IDLE)

    def _heads(self, *, choosing: bool) -> None:
        runner = self.runner
        self.title.setText(self.tr("Game day") if choosing or not runner.title else runner.title)
        self.stop.setVisible(runner.busy)
        self.again.setVisible(not choosing and not runner.busy)
        self.html.setVisible(not choosing and not runner.busy and self.debrief_path is not None)
        self.pill.setVisible(runner.busy)
        if runner.phase is GamePhase.SETTING_UP:
            self.pill.show_status(self.tr("Setting up the hospital"), icon_name="loader-circle", token="info")
            self.line.setText(self.tr("An engine, senders and a clinical record are started; a few seconds."))
        elif runner.phase is GamePhase.ON:
            self.pill.show_status(self.tr("Going on"), icon_name="activity", token="info")
            self.line.setText(self.tr("Open Investigate on this hospital and find what is wrong."))
        else:
            self.line.setText("")
        self.line.setVisible(bool(self.line.text()))

    def _show_game(self) -> None:
        state, formats = self.runner.state, self.session.formats
        on = self.runner.phase is GamePhase.ON
        for widget in (self.seen_button, self.cause_button, self.open_hospital, self.seen_words, self.cause):
            widget.setEnabled(on)
        elapsed, length = float(state.get("elapsed_s", 0.0)), float(state.get("duration_s", 0.0))
        self.time.setText(formats.duration(elapsed) if on else "–")
        self.time_line.setText(self.tr("of at most %1").replace("%1", formats.duration(length)) if on else "")
        self.bar.setRange(0, max(1, int(length)))
        self.bar.setValue(int(elapsed))
        causes = words.cause_words()
        found = tuple(
            (causes.get(one["cause"], one["cause"]), words.incident_line(one, formats))
            for one in state.get("found", ())
        )
        if found != self._found or not self.found_body.count():
            self._found = found
            clear_layout(self.found_body)
            for name, line in found:
                self.found_body.addLayout(
                    column(Text(name, "body_strong", wrap=True), Text(line, "small", "text2"), gap=0)
                )
            if not found:
                self.found_body.addWidget(Text(self.tr("Nothing yet."), "body", "text3"))
        rows = [PlainRow((Cell(said),)) for said in reversed(self.runner.said)]
        if len(rows) != len(self.diary.plain.rows):
            self.diary.show_rows(rows)

    def _show_debrief(self) -> None:
        body = self.runner.debrief
        if self.runner.phase is GamePhase.BROKEN or not body:
            self.verdict_icon.set_icon("octagon-x", "fail_fg")
            self.verdict.setText(self.runner.words or self.tr("The game ended without a debrief."))
            self.table.show_rows(())
            self.notes.setText("")
            self.questions.setText("")
            return
        passed = bool(body["passed"])
        self.verdict_icon.set_icon("circle-check" if passed else "octagon-x", "ok_fg" if passed else "fail_fg")
        self.verdict.setText(
            self.tr("Every agreed time was kept.") if passed else self.tr("Not every agreed time was kept.")
        )
        self.table.show_rows(words.debrief_rows(body, self.session.formats), words.headers())
        causes = words.cause_words()
        notes = []
        for one in body["incidents"]:
            name = causes.get(one["kind"], one["kind"])
            if one["first_sign"]:
                shown = self.tr("%1: the engine showed it first as “%2”.")
                notes.append(shown.replace("%1", name).replace("%2", one["first_sign"]))
            if one["wrong_causes"]:
                taken = ", ".join(causes.get(c, c) for c in one["wrong_causes"])
                notes.append(self.tr("%1: first taken for %2.").replace("%1", name).replace("%2", taken))
            if one.get("to_replay"):
                left = self.tr("%1: %2 stopped messages are still to be replayed.")
                notes.append(left.replace("%1", name).replace("%2", self.session.formats.number(one["to_replay"])))
        self.notes.setText("\n".join(notes))
        self.questions.setText("\n".join(f"• {question}" for question in body["questions"]))

    # ---- what the person does ---------------------------------------------------------------------------------
    def say_seen(self) -> None:
        self.runner.say(f"seen {self.seen_words.text()}")
        self.seen_words.clear()

    def say_cause(self) -> None:
        self.runner.say(f"cause {self.cause.value()}")

    def look_at_hospital(self) -> None:
        """Opens the game's engine in this window."""
        address, token_file = self.runner.engine
        if not address:
            return
        try:
            token = read_token_file(token_file) or ""
        except SignalboxError as error:
            self.session.toast_error(error)
            return
        name = self.tr("Game day hospital")
        self.session.connection_requested.emit(Connection(name, "engine", address, "demo"), token)
        self.session.go("investigate")

    @property
    def debrief_path(self) -> Path | None:
        body = self.runner.debrief
        return Path(str(body["html"])) if body.get("html") else None

    def open_debrief(self) -> None:
        path = self.debrief_path
        if path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    # ---- earlier games ----------------------------------------------------------------------------------------
    def _read_earlier(self) -> None:
        rows = []
        paths = sorted(self.runner.folder.glob("*/debrief.json"), reverse=True)[:EARLIER_SHOWN]
        for path in paths:
            body = _debrief_at(path)
            if body is None:
                continue
            kept = bool(body["passed"])
            rows.append(
                PlainRow(
                    (
                        Cell(self.session.formats.moment(_began(body))),
                        Cell(str(body["title"]), tone="text"),
                        Cell(
                            self.tr("kept") if kept else self.tr("not kept"),
                            tone="ok_fg" if kept else "fail_fg",
                            icon="check" if kept else "octagon-x",
                        ),
                        Cell(self.session.formats.duration(float(body["elapsed_s"]))),
                    ),
                    key=str(path),
                )
            )
        self.earlier.show_rows(rows)
        self.earlier.setVisible(bool(rows))
        self.earlier_heading.setVisible(bool(rows))

    def _open_earlier(self, key: str) -> None:
        body = _debrief_at(Path(key))
        if body is not None:
            self.runner.show({**body, "html": str(Path(key).with_name("debrief.html"))})


def _debrief_at(path: Path) -> dict[str, Any] | None:
    """A debrief as it was written; None when it is none."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return body if isinstance(body, dict) and {"passed", "title", "elapsed_s", "incidents"} <= set(body) else None
    except (OSError, ValueError):
        return None


def _began(body: Mapping[str, Any]) -> datetime | None:
    try:
        return parse_iso(str(body.get("began", "")))
    except ValueError:
        return None


def _scrolling(inside: QWidget, name: str) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(inside)
    area.setAccessibleName(name)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
