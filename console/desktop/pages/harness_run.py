"""The Run view: choose a scenario, send it, watch it, and read what it proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QFileDialog, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from console.desktop.actions import Command
from console.desktop.harness_runner import Phase
from console.desktop.harness_view import HarnessView
from console.desktop.models.live_run import LiveRun
from console.desktop.models.run_request import RunRequest
from console.desktop.pages.harness_run_commands import run_commands
from console.desktop.presenters import run_words as words
from console.desktop.presenters.earlier_runs import EarlierRuns
from console.desktop.presenters.run_desk import RunDesk
from console.desktop.session import Session
from console.desktop.theme import px
from console.desktop.widgets.chart_card import ChartCard
from console.desktop.widgets.chart_spread import SpreadChart
from console.desktop.widgets.chart_time import Limit, Line, TimeChart
from console.desktop.widgets.confirm_dialog import ConfirmDialog
from console.desktop.widgets.kit import Button, IconLabel, Surface, Text, column, row
from console.desktop.widgets.pill import Pill
from console.desktop.widgets.problem_dialog import ProblemDialog
from console.desktop.widgets.run_figures import FigureRow
from console.desktop.widgets.run_findings import AnswersCard, ChecksCard, ProblemsCard
from console.desktop.widgets.run_list import RunList
from console.desktop.widgets.scenario_panel import ScenarioPanel
from console.desktop.widgets.snug import Snug
from console.harness.load.live import RunState

RECENT_S: Final = 300
PROBLEMS_SHOWN: Final = 100
_UNBOUNDED: Final = 16_777_215
"""Qt's QWIDGETSIZE_MAX."""


class RunView(HarnessView):
    """Head, verdict, six figures, then three columns: the scenario, the charts, the findings."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.desk = RunDesk(session, self)
        self.runner = session.harness
        self.runs = EarlierRuns(session, self)
        self._panel_wanted: bool | None = None
        """What the person chose for the scenario column where it folds; None: as the state suggests."""
        self._layout_key: tuple[str, bool] = ("", False)
        self._settling = False
        self._wanted_run = ""
        self._build()
        self.desk.cards_changed.connect(self._settle)
        self.desk.card_changed.connect(self._show_run)
        self.desk.ready.connect(self._start)
        self.desk.refused.connect(lambda text: session.toast(text, tone="warn"))
        self.desk.confirmation_wanted.connect(self._confirm)
        self.runner.changed.connect(self._show_run)
        self.runner.phase_changed.connect(self._phase_changed)
        self.runs.opened.connect(self._show_earlier_run)
        self.runs.changed.connect(self._open_wanted)
        session.compact_changed.connect(lambda _: self._arrange())
        self._show_run()

    # ---- building ---------------------------------------------------------------------------------------------
    def _build(self) -> None:
        self.title = Text("", "title")
        self.pill = Pill("")
        self.line = Text("", "small", "text2", selectable=True, wrap=True)
        self.panel_switch = Button(
            icon_name="settings-2", kind="icon", name=self.tr("Show or hide the scenario"), run=self.toggle_panel
        )
        self.start = Button(self.tr("Start"), icon_name="play", kind="primary", run=self.desk.ask_to_start)
        self.pause = Button(self.tr("Pause"), icon_name="pause", run=self.toggle_pause)
        self.stop = Button(self.tr("Stop run"), icon_name="square", kind="danger", run=self.runner.stop)
        self.report = Button(self.tr("Report"), icon_name="file-text", run=self.open_report)
        self.earlier = Button(
            icon_name="history", kind="icon", name=self.tr("Earlier runs"), run=self.toggle_earlier, checkable=True
        )
        self.start.setToolTip("Ctrl+Enter")
        self.pause.setToolTip(self.tr("Pause or go on (P)"))
        self.stop.setToolTip("Ctrl+.")
        self._buttons = (self.start, self.pause, self.stop, self.report)
        heads = column(row(self.title, self.pill, None, gap=10), self.line, gap=1)
        self._head = row(self.panel_switch, heads, *self._buttons, self.earlier, gap=8, margins=(16, 8, 16, 6))
        self._head.setStretchFactor(heads, 1)
        self.banner = Surface("info")
        self._banner_icon = IconLabel("info", "info_fg", 20)
        self._banner_title = Text("", "body_strong", wrap=True, selectable=True)
        self._banner_text = Text("", "small", "text2", wrap=True, selectable=True)
        self._banner_button = Button("", kind="secondary", run=self._banner_action)
        said = column(self._banner_title, self._banner_text, gap=0)
        inside = row(self._banner_icon, said, self._banner_button, gap=10, margins=(12, 7, 12, 7))
        inside.setStretchFactor(said, 1)
        self.banner.setLayout(inside)
        self.figures = FigureRow(6)
        self.panel = ScenarioPanel(self.desk)
        self.panel.open_wanted.connect(self.open_scenario)
        self.panel.folder_wanted.connect(self._show_folder)
        self.rates, self.times, self.spread = self._charts()
        self.charts = QWidget()
        charts = column(self.rates, self.times, self.spread, gap=10)
        for number in range(3):
            charts.setStretch(number, 1)
        self.charts.setLayout(charts)
        self.checks, self.answers, self.problems = ChecksCard(), AnswersCard(), ProblemsCard()
        self.problems.opened.connect(self.open_problem)
        self.findings = QWidget()
        findings = column(self.checks, self.answers, self.problems, gap=10)
        findings.setStretch(2, 1)
        self.findings.setLayout(findings)
        self._body = QWidget()
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(px(10))
        for part in (self.panel, self.charts, self.findings):
            self._columns.addWidget(part)
        self._columns.setStretch(1, 1)
        self._top = QWidget()
        self._top.setLayout(column(self.banner, self.figures, gap=8))
        body = column(self._top, self._columns, gap=10, margins=(16, 0, 16, 10))
        body.setStretch(1, 1)
        self._body.setLayout(body)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(Snug(self._body))
        self.area.setAccessibleName(self.tr("The run"))
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(self._head)
        self.list = RunList(self.session, self.runs)
        shelf = QWidget()
        shelf.setLayout(column(self.list, margins=(16, 0, 16, 10)))
        self.pages = QStackedWidget()
        self.pages.addWidget(self.area)
        self.pages.addWidget(shelf)
        whole.addWidget(self.pages, 1)
        self.list.closed.connect(lambda: self.show_earlier(False))

    def _charts(self) -> tuple[ChartCard, ChartCard, ChartCard]:
        formats = self.session.formats
        rate_lines = (
            Line("answered", "cat_result", self.tr("acknowledged"), 2.0, filled=True),
            Line("sent", "cat_order", self.tr("sent"), 1.6),
            Line("planned", "text2", self.tr("planned"), dashed=True),
        )
        rates = TimeChart(self.tr("Messages per second"), rate_lines, lambda v: formats.number(round(v)), formats)
        rates.nothing = self.tr("Sent and acknowledged messages show here, second by second.")
        time_lines = (
            Line("p99", "cat_fhir", "p99", 2.0),
            Line("p95", "cat_order", "p95", 1.4),
            Line("p50", "cat_result", "p50", 1.6, filled=True),
        )
        times = TimeChart(self.tr("Answer time"), time_lines, lambda v: words.with_ms(v, formats), formats)
        times.nothing = self.tr("How long answers take from the planned send time shows here.")
        spread = SpreadChart(self.tr("Spread of answer times"), formats)
        spread.nothing = self.tr("How answer times spread shows here.")
        self._rates, self._times, self._spread = rates, times, spread
        self.window_choice = Button(
            self.tr("Last 5 min"), kind="link", name=self.tr("Show only the last five minutes"), checkable=True
        )
        self.window_choice.toggled.connect(lambda _: self._show_run())
        time = self.tr("Time")
        rate_card = ChartCard(
            self.tr("Messages per second"),
            "",
            rates,
            headers=(time, *(line.title for line in rate_lines)),
            rows=rates.table,
            lines=tuple(reversed(rate_lines)),
        )
        rate_card.extras.addWidget(self.window_choice)
        time_card = ChartCard(
            self.tr("Answer time"),
            self.tr("ms, from the planned send time"),
            times,
            headers=(time, *(line.title for line in time_lines)),
            rows=times.table,
            lines=tuple(reversed(time_lines)),
        )
        spread_card = ChartCard(
            self.tr("Spread of answer times"),
            self.tr("whole run after warm-up"),
            spread,
            headers=(self.tr("Range"), self.tr("Messages"), self.tr("Share")),
            rows=spread.table,
        )
        return rate_card, time_card, spread_card

    # ---- the view contract ------------------------------------------------------------------------------------
    def show_parameters(self, parameters: Mapping[str, str]) -> None:
        self._settling = True
        name = parameters.get("scenario", "")
        if name:
            self.desk.choose_named(name)
        self._wanted_run = parameters.get("run", "")
        if self._wanted_run and self._wanted_run != self.shown_run:
            self.runs.read()
        elif self.earlier.isChecked() is not ("earlier" in parameters):
            self.show_earlier("earlier" in parameters)
        self.desk.load()
        self._settle()

    def parameters(self) -> dict[str, str]:
        if self.earlier.isChecked():
            return {"earlier": "1"}
        if not self.runner.busy and self.shown_run:
            return {"run": self.shown_run}
        card = self.desk.card
        return {"scenario": card.name} if card is not None and card.shipped else {}

    @property
    def shown_run(self) -> str:
        """The folder's name of the run on the screen, '' for none."""
        snapshot = self.runner.run.snapshot
        return Path(snapshot.folder).name if snapshot is not None and snapshot.folder else ""

    def commands(self) -> Sequence[Command]:
        return run_commands(self)

    def entered(self) -> None:
        self._arrange()
        if not self.runner.busy:
            self.panel.scenario.setFocus(Qt.FocusReason.OtherFocusReason)

    def next_pane(self) -> None:
        """Scenario, charts, findings."""
        panes = [
            self.panel.scenario,
            self._rates,
            self.problems.table if self.problems.table.isVisible() else self.stop,
        ]
        shown = [pane for pane in panes if pane.isVisible()]
        if not shown:
            return
        inside = next((n for n, pane in enumerate(shown) if self._holds_focus(pane)), -1)
        shown[(inside + 1) % len(shown)].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _holds_focus(self, pane: QWidget) -> bool:
        focus = QApplication.focusWidget()
        areas: dict[QWidget, QWidget] = {self.panel.scenario: self.panel, self._rates: self.charts}
        area = areas.get(pane, self.findings)
        return isinstance(focus, QWidget) and (focus is area or area.isAncestorOf(focus))

    def _settle(self) -> None:
        waiting = self.desk.loading or bool(self._wanted_run) or (self.earlier.isChecked() and not self.runs.known)
        if self._settling and not waiting:
            self._settling = False
            QTimer.singleShot(0, self, self.settled.emit)

    # ---- room -------------------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    @property
    def _folds(self) -> bool:
        """Whether the scenario column makes way for the charts."""
        return self.session.compact or self.width() < px(1_280)

    def _arrange(self) -> None:
        """Three columns where they fit; two, with the scenario folded away, where they do not; one in little room."""
        narrow = self.width() < px(860)
        wanted = self._panel_wanted
        if wanted is None:
            wanted = self.runner.phase is Phase.IDLE
        panel = wanted if self._folds else True
        key = ("narrow" if narrow else "wide", panel)
        self.panel_switch.setVisible(self._folds)
        self.start.setVisible(not self.runner.busy and self._folds and not panel)
        wide = px(296 if self._folds else 356)
        self.findings.setMaximumWidth(_UNBOUNDED if narrow else wide)
        self.findings.setMinimumWidth(0 if narrow else wide)
        low = self.height() < px(760)
        for card in (self.rates, self.times, self.spread):
            card.setMinimumHeight(px(180 if narrow else 124 if low else 150))
        self.checks.set_compact(low and not narrow)
        if key == self._layout_key:
            return
        self._layout_key = key
        focus = QApplication.focusWidget()
        if not panel and focus is not None and self.panel.isAncestorOf(focus):
            self.panel_switch.setFocus(Qt.FocusReason.OtherFocusReason)
        self.panel.setVisible(panel)
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._columns.setDirection(direction)
        self.panel.setMinimumHeight(px(430) if narrow else 0)
        self.panel.setMinimumWidth(0 if narrow else px(290))
        self.panel.setMaximumWidth(_UNBOUNDED if narrow else px(290))

    def toggle_earlier(self) -> None:
        self.show_earlier(self.pages.currentIndex() == 0)

    def show_earlier(self, on: bool) -> None:
        """The list of earlier runs in place of the run."""
        self.earlier.setChecked(on)
        self.pages.setCurrentIndex(1 if on else 0)
        if on:
            self.list.entered()
        self.moved.emit()

    def _open_wanted(self) -> None:
        """The list has been read: what a link asked for can be opened."""
        if self._wanted_run:
            found = self.runs.find(self._wanted_run)
            if found is None:
                missing = self.tr("There is no run %1 in this data folder.").replace("%1", self._wanted_run)
                self.session.toast(missing, tone="warn")
            elif self.runner.busy:
                self.session.toast(self.tr("A run is going on; it is shown instead."), tone="info")
            else:
                self.runs.open(self._wanted_run)
                return
            self._wanted_run = ""
        self._settle()

    def _show_earlier_run(self, run: LiveRun, request: RunRequest) -> None:
        self._wanted_run = ""
        if self.runner.busy:
            self.session.toast(self.tr("A run is going on. Look at earlier ones when it has ended."), tone="warn")
            return
        self.runner.show(run, request)
        self.desk.choose(request.scenario)
        if self.earlier.isChecked():
            self.show_earlier(False)
        self._settle()

    def toggle_panel(self) -> None:
        if self._folds:
            self._panel_wanted = not self.panel.isVisible()
            self._arrange()

    # ---- showing ----------------------------------------------------------------------------------------------
    def _phase_changed(self) -> None:
        self._panel_wanted = None
        self._arrange()
        self._show_run()

    def _show_run(self) -> None:
        runner, run, formats = self.runner, self.runner.run, self.session.formats
        snapshot = run.snapshot
        idle = runner.phase is Phase.IDLE
        self._show_head()
        self._show_banner()
        self.figures.show_figures(words.figures(run, formats))
        self.checks.show_checks(words.checks(run, formats))
        self.answers.show_answers(words.answers(run, formats))
        total = self.tr("%1 in all").replace("%1", formats.number(run.problems_seen)) if run.problems_seen else ""
        self.problems.show_problems(words.problem_lines(run.problems[-PROBLEMS_SHOWN:], formats), total)
        length = len(run.series)
        recent = self.window_choice.isChecked() and length > RECENT_S
        self.window_choice.setVisible(length > RECENT_S)
        start = length - RECENT_S if recent else 0
        stop = max(length, 10 if runner.busy else 2)
        note = self.tr("last %1").replace("%1", formats.duration(float(stop - start))) if length else ""
        self.rates.set_note(note if recent else (self.tr("whole run") if length else ""))
        bands = snapshot.bands if snapshot is not None else ()
        limit = run.p99_limit
        limited = None
        if limit is not None:
            limited = Limit(limit, self.tr("limit p99 %1").replace("%1", words.with_ms(limit, formats)))
        self._rates.show_run(run.series, start, stop, bands=bands)
        self._times.show_run(run.series, start, stop, bands=bands, limit=limited)
        self._spread.show_spread(snapshot.spread if snapshot is not None else (), limit)
        self.panel.curve.show_now(snapshot.elapsed_s if snapshot is not None and not idle else -1)
        for card in (self.rates, self.times, self.spread):
            card.refresh()

    def _show_head(self) -> None:
        runner, snapshot, formats = self.runner, self.runner.run.snapshot, self.session.formats
        card = self.desk.card
        busy = runner.busy
        title = card.title if card is not None else self.tr("Harness")
        if runner.phase is not Phase.IDLE and runner.request is not None:
            title = runner.request.title or (snapshot.name if snapshot is not None else title)
        self.title.setText(title)
        self.title_changed.emit(title)
        if runner.phase is Phase.IDLE:
            self.pill.show_status(self.tr("Ready"), icon_name="circle-dashed", token="quiet")
            self.line.setText(self.tr("Nothing has been sent yet."))
        elif runner.phase is Phase.CRASHED:
            self.pill.show_status(self.tr("Ended without a verdict"), icon_name="octagon-x", token="fail")
        else:
            state = words.state_word(
                snapshot.state if snapshot is not None else RunState.STARTING,
                snapshot.elapsed_s if snapshot is not None else 0.0,
                formats,
            )
            self.pill.show_status(state.text, icon_name=state.icon, token=state.token)
        if snapshot is not None:
            self.line.setText(words.run_line(snapshot, formats))
        elif runner.phase is not Phase.IDLE and runner.request is not None:
            self.line.setText(str(runner.request.scenario.name))
        paused = snapshot is not None and snapshot.state is RunState.PAUSED
        self.pause.setVisible(busy)
        self.stop.setVisible(busy)
        self.pause.setText(self.tr("Go on") if paused else self.tr("Pause"))
        self.pause.setAccessibleName(self.pause.text())
        self.pause.set_icon("play" if paused else "pause")
        self.report.setVisible(self.report_path is not None)
        self.start.setVisible(not busy and self._folds and not self.panel.isVisible())

    def _show_banner(self) -> None:
        """The verdict after a run; before that, what keeps it from going on."""
        runner, run = self.runner, self.runner.run
        snapshot = run.snapshot
        verdict = words.verdict(run, self.session.formats)
        if runner.phase is Phase.CRASHED:
            verdict = words.Verdict(
                self.tr("The run ended without a verdict"),
                runner.words or self.tr("Its program ended with code %1.").replace("%1", str(runner.code)),
                "octagon-x",
                "fail_fg",
                "fail",
            )
        elif verdict is not None and verdict.surface == "warn" and not verdict.text and runner.words:
            verdict = words.Verdict(verdict.title, runner.words, verdict.icon, verdict.token, verdict.surface)
        elif verdict is None and runner.busy and runner.quiet:
            text = self.tr("Nothing has been heard from the run for some seconds. It may be very busy.")
            verdict = words.Verdict(self.tr("The run does not answer"), text, "hourglass", "warn_fg", "warn")
        elif verdict is None and snapshot is not None and snapshot.state is RunState.VERIFYING:
            verdict = words.Verdict(self.tr("Checking what arrived"), snapshot.text, "scan-search", "info_fg", "info")
        self.banner.setVisible(verdict is not None)
        if verdict is None:
            return
        self.banner.set_surface(verdict.surface)
        self._banner_icon.set_icon(verdict.icon, verdict.token)
        self._banner_title.setText(verdict.title)
        self._banner_text.setText(verdict.text)
        self._banner_text.setVisible(bool(verdict.text))
        again = not runner.busy and runner.request is not None
        self._banner_button.setVisible(again)
        self._banner_button.setText(self.tr("Run again, same seed"))
        self._banner_button.setAccessibleName(self._banner_button.text())

    def _banner_action(self) -> None:
        self.run_again()

    # ---- what the buttons do ----------------------------------------------------------------------------------
    def _start(self, request: RunRequest) -> None:
        self.runner.start(request)

    def run_again(self) -> None:
        """The same scenario with the same seed: the same bytes."""
        request, snapshot = self.runner.request, self.runner.run.snapshot
        if request is None or self.runner.busy:
            return
        self.desk.choose(request.scenario)
        if snapshot is not None and snapshot.seed:
            self.desk.change(seed=snapshot.seed)
        self.desk.ask_to_start()

    def toggle_pause(self) -> None:
        if self.runner.run.state is RunState.PAUSED:
            self.runner.resume()
        else:
            self.runner.pause()

    def _confirm(self, address: str, text: str) -> None:
        ConfirmDialog(
            self.tr("Send to another machine?"),
            text,
            action=self.tr("Send to %1").replace("%1", address),
            run=lambda: self.desk.confirm(address),
            typed=address,
            parent=self.window(),
        ).ask()

    def open_scenario(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Open a scenario file"))
        dialog.setNameFilter(self.tr("Scenario files (*.toml)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.desk.choose(Path(name)))
        dialog.open()

    def _show_folder(self, path: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))

    @property
    def report_path(self) -> Path | None:
        """The HTML report beside the JSON one, once it is written."""
        snapshot = self.runner.run.snapshot
        if snapshot is None or not snapshot.report:
            return None
        return Path(snapshot.report).with_suffix(".html")

    def open_report(self) -> None:
        path = self.report_path
        if path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def open_problem(self, key: str) -> None:
        """The message behind one line of the latest problems."""
        snapshot = self.runner.run.snapshot
        found = next((p for p in reversed(self.runner.run.problems) if f"{p.worker}:{p.row}" == key), None)
        if found is not None:
            folder = snapshot.folder if snapshot is not None else ""
            ProblemDialog(self.session, found, folder, self.window()).open()
