"""The Run view: choose a scenario, send it, watch it, and read what it proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QScrollArea, QStackedWidget, QWidget

from console.desktop.actions import Command
from console.desktop.harness_runner import Phase
from console.desktop.harness_view import HarnessView
from console.desktop.models.live_run import LiveRun
from console.desktop.models.run_request import RunRequest
from console.desktop.pages.harness_run_acts import RunActs
from console.desktop.pages.harness_run_commands import run_commands
from console.desktop.presenters import run_findings as findings
from console.desktop.presenters import run_words as words
from console.desktop.presenters.earlier_runs import EarlierRuns
from console.desktop.presenters.run_desk import RunDesk
from console.desktop.presenters.run_figures import figures
from console.desktop.session import Session
from console.desktop.theme import px
from console.desktop.widgets.kit import column
from console.desktop.widgets.run_charts import RunCharts
from console.desktop.widgets.run_figures import FigureRow
from console.desktop.widgets.run_findings import AnswersCard, ChecksCard, ProblemsCard
from console.desktop.widgets.run_head import RunHead, VerdictBanner
from console.desktop.widgets.run_list import RunList
from console.desktop.widgets.scenario_panel import ScenarioPanel
from console.desktop.widgets.snug import Snug

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
        self.acts = RunActs(self, session, self.desk, self.runs)
        self._panel_wanted: bool | None = None
        """What the person chose for the scenario column where it folds; None: as the state suggests."""
        self._arranged: tuple[bool, bool] | None = None
        self._settling = False
        self._wanted_run = ""
        self._build()
        self._wire()
        self._show_run()

    # ---- building ---------------------------------------------------------------------------------------------
    def _build(self) -> None:
        self.head, self.banner = RunHead(), VerdictBanner()
        self.figures = FigureRow(6)
        self.panel = ScenarioPanel(self.desk)
        self.charts = RunCharts(self.session.formats)
        self.checks, self.answers, self.problems = ChecksCard(), AnswersCard(), ProblemsCard()
        found = column(self.checks, self.answers, self.problems, gap=10)
        found.setStretch(2, 1)
        self.findings = QWidget()
        self.findings.setLayout(found)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(px(10))
        for part in (self.panel, self.charts, self.findings):
            self._columns.addWidget(part)
        self._columns.setStretch(1, 1)
        inside = QWidget()
        body = column(column(self.banner, self.figures, gap=8), self._columns, gap=10, margins=(16, 0, 16, 10))
        body.setStretch(1, 1)
        inside.setLayout(body)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(Snug(inside))
        self.area.setAccessibleName(self.tr("The run"))
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list = RunList(self.session, self.runs)
        shelf = QWidget()
        shelf.setLayout(column(self.list, margins=(16, 0, 16, 10)))
        self.pages = QStackedWidget()
        self.pages.addWidget(self.area)
        self.pages.addWidget(shelf)
        whole = column(self.head, self.pages, gap=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def _wire(self) -> None:
        head, desk, runner, acts = self.head, self.desk, self.runner, self.acts
        head.panel_wanted.connect(self.toggle_panel)
        head.start_wanted.connect(desk.ask_to_start)
        head.pause_wanted.connect(acts.toggle_pause)
        head.stop_wanted.connect(runner.stop)
        head.report_wanted.connect(acts.open_report)
        head.more_wanted.connect(lambda: acts.open_more(head.more))
        head.earlier_wanted.connect(self.toggle_earlier)
        self.banner.again_wanted.connect(acts.run_again)
        self.panel.open_wanted.connect(acts.open_scenario)
        self.panel.folder_wanted.connect(acts.show_folder)
        self.problems.opened.connect(acts.open_problem)
        acts.checks_changed.connect(self._show_run)
        acts.list_wanted.connect(lambda: self.show_earlier(True))
        self.list.closed.connect(lambda: self.show_earlier(False))
        self.list.compare_wanted.connect(acts.compare)
        desk.cards_changed.connect(self._settle)
        desk.card_changed.connect(self._show_run)
        desk.ready.connect(runner.start)
        desk.refused.connect(lambda text: self.session.toast(text, tone="warn"))
        desk.confirmation_wanted.connect(acts.confirm)
        runner.changed.connect(self._show_run)
        runner.phase_changed.connect(self._phase_changed)
        self.runs.opened.connect(self._show_earlier_run)
        self.runs.changed.connect(self._open_wanted)
        self.session.compact_changed.connect(lambda _: self._arrange())

    # ---- the view contract ------------------------------------------------------------------------------------
    def show_parameters(self, parameters: Mapping[str, str]) -> None:
        """`scenario` names a shipped one, `run` a run's folder; `earlier` shows the list of runs."""
        self._settling = True
        if parameters.get("scenario"):
            self.desk.choose_named(parameters["scenario"])
        self._wanted_run = parameters.get("run", "")
        if self._wanted_run == self.shown_run:
            self._wanted_run = ""
        if self._wanted_run:
            self.runs.read()
        elif self.shows_earlier is not ("earlier" in parameters):
            self.show_earlier("earlier" in parameters)
        self.desk.load()
        self._settle()

    def parameters(self) -> dict[str, str]:
        if self.shows_earlier:
            return {"earlier": "1"}
        if not self.runner.busy and self.shown_run:
            return {"run": self.shown_run}
        card = self.desk.card
        return {"scenario": card.name} if card is not None and card.shipped else {}

    def commands(self) -> Sequence[Command]:
        return run_commands(self)

    def entered(self) -> None:
        self._arrange()
        if not self.runner.busy and self.panel.isVisibleTo(self):
            self.panel.choice.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def next_pane(self) -> None:
        """Scenario, charts, findings."""
        table = self.problems.table
        panes: list[tuple[QWidget, QWidget]] = [
            (self.panel, self.panel.choice.box),
            (self.charts, self.charts.rate),
            (self.findings, table) if table.isVisible() else (self.head, self.head.earlier),
        ]
        shown = [(area, first) for area, first in panes if first.isVisible()]
        focus = QApplication.focusWidget()
        inside = next((n for n, (area, _) in enumerate(shown) if focus is not None and area.isAncestorOf(focus)), -1)
        if shown:
            shown[(inside + 1) % len(shown)][1].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _settle(self) -> None:
        waiting = self.desk.loading or bool(self._wanted_run) or (self.shows_earlier and not self.runs.known)
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
        narrow, low = self.width() < px(900), self.height() < px(760)
        wanted = self._panel_wanted
        if wanted is None:
            wanted = self.runner.phase is Phase.IDLE
        panel = wanted or not self._folds
        self.head.panel.setVisible(self._folds)
        self.head.start.setVisible(not self.runner.busy and not panel)
        wide = px(296 if self._folds else 356)
        self.findings.setMaximumWidth(_UNBOUNDED if narrow else wide)
        self.findings.setMinimumWidth(0 if narrow else wide)
        self.charts.set_least_height(180 if narrow else 114 if low else 150)
        self.checks.set_compact(low and not narrow)
        if (narrow, panel) == self._arranged:
            return
        self._arranged = (narrow, panel)
        focus = QApplication.focusWidget()
        if not panel and focus is not None and self.panel.isAncestorOf(focus):
            self.head.panel.setFocus(Qt.FocusReason.OtherFocusReason)
        self.panel.setVisible(panel)
        across = QBoxLayout.Direction.LeftToRight
        self._columns.setDirection(QBoxLayout.Direction.TopToBottom if narrow else across)
        self.panel.setMinimumHeight(px(430) if narrow else 0)
        self.panel.setMinimumWidth(0 if narrow else px(290))
        self.panel.setMaximumWidth(_UNBOUNDED if narrow else px(290))

    def toggle_panel(self) -> None:
        if self._folds:
            self._panel_wanted = not self.panel.isVisible()
            self._arrange()

    # ---- earlier runs -----------------------------------------------------------------------------------------
    @property
    def shown_run(self) -> str:
        """The folder's name of the run on the screen, '' for none."""
        return self.acts.folder.name if self.acts.folder is not None else ""

    @property
    def shows_earlier(self) -> bool:
        return self.pages.currentIndex() == 1

    def toggle_earlier(self) -> None:
        self.show_earlier(not self.shows_earlier)

    def show_earlier(self, on: bool) -> None:
        """The list of earlier runs in place of the run."""
        self.head.earlier.setChecked(on)
        self.pages.setCurrentIndex(1 if on else 0)
        if on:
            self.list.entered()
        self.moved.emit()

    def _open_wanted(self) -> None:
        """The list has been read: what a link asked for can be opened."""
        wanted, self._wanted_run = self._wanted_run, ""
        if wanted and self.runs.find(wanted) is not None and not self.runner.busy:
            self._wanted_run = wanted
            self.runs.open(wanted)
            return
        if wanted and not self.runner.busy:
            text = self.tr("There is no run %1 in this data folder.").replace("%1", wanted)
            self.session.toast(text, tone="warn")
        self._settle()

    def _show_earlier_run(self, run: LiveRun, request: RunRequest) -> None:
        self._wanted_run = ""
        if self.runner.busy:
            self.session.toast(self.tr("A run is going on. Look at earlier ones when it has ended."), tone="warn")
            return
        self.runner.show(run, request)
        self.desk.choose(request.scenario)
        if self.shows_earlier:
            self.show_earlier(False)
        self._settle()

    # ---- showing ----------------------------------------------------------------------------------------------
    def _phase_changed(self) -> None:
        self._panel_wanted = None
        if self.runner.busy and self.shows_earlier:
            self.show_earlier(False)
        self._arrange()
        self._show_run()

    def _show_run(self) -> None:
        runner, run, formats = self.runner, self.runner.run, self.session.formats
        snapshot, idle = run.snapshot, runner.phase is Phase.IDLE
        self._show_head()
        self.banner.show_verdict(
            self.runner.verdict(formats), again=not runner.busy and runner.request is not None and not idle
        )
        self.figures.show_figures(figures(run, formats))
        planned = self.desk.card.thresholds if idle and self.desk.card is not None else ()
        self.checks.show_checks(findings.planned_checks(planned, formats) if idle else findings.checks(run, formats))
        self.answers.show_answers(findings.answers(run, formats))
        total = self.tr("%1 in all").replace("%1", formats.number(run.problems_seen)) if run.problems_seen else ""
        self.problems.show_problems(findings.problem_lines(run.problems[-PROBLEMS_SHOWN:], formats), total)
        self.charts.show_run(run, busy=runner.busy)
        self.panel.curve.show_now(snapshot.elapsed_s if snapshot is not None and not idle else -1)

    def _show_head(self) -> None:
        runner, snapshot, formats = self.runner, self.runner.run.snapshot, self.session.formats
        card, idle = self.desk.card, runner.phase is Phase.IDLE
        title = card.title if card is not None else self.tr("Harness")
        line = self.tr("Nothing has been sent yet.") if idle else ""
        if not idle and runner.request is not None:
            title = (snapshot.name if snapshot is not None else "") or runner.request.title or title
            line = runner.request.scenario.name
        if snapshot is not None:
            line = words.run_line(snapshot, formats) or line
        if idle:
            state = words.StateWord(self.tr("Ready"), "circle-dashed", "quiet")
        elif runner.phase is Phase.CRASHED:
            state = words.StateWord(self.tr("Ended without a verdict"), "octagon-x", "fail")
        else:
            elapsed = snapshot.elapsed_s if snapshot is not None else 0.0
            state = words.state_word(runner.run.state, elapsed, formats)
        self.head.show_state(title, state, line)
        self.head.show_buttons(
            busy=runner.busy,
            paused=runner.is_paused,
            ended=not runner.busy and not idle,
            reported=self.acts.report_page is not None,
        )
        self.head.start.setVisible(not runner.busy and not self.panel.isVisibleTo(self))
        self.title_changed.emit(title)
