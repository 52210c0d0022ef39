"""The list of earlier runs: each with its verdict; one opens, two are compared, any can be deleted."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from console.core.errors import SignalboxError
from console.desktop.formats import Formats
from console.desktop.presenters import run_words as words
from console.desktop.presenters.earlier_runs import EarlierRuns
from console.desktop.presenters.run_findings import check_title
from console.desktop.run_shelf import EarlierRun
from console.desktop.session import Session
from console.desktop.widgets.confirm_dialog import ConfirmDialog
from console.desktop.widgets.kit import Button, Surface, Text, column, row
from console.desktop.widgets.part_view import PartView
from console.desktop.widgets.plain_table import Cell, PlainRow, PlainTable


class RunList(Surface):
    """`closed`: back to the run that is shown; `compare_wanted` carries two keys, the older first."""

    closed = Signal()
    compare_wanted = Signal(str, str)

    def __init__(self, session: Session, runs: EarlierRuns, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._session, self._runs = session, runs
        headers = (
            self.tr("When"),
            self.tr("Scenario"),
            self.tr("Verdict"),
            self.tr("Sent"),
            "p99",
            self.tr("Target"),
            self.tr("Run"),
        )
        self.table = _Runs(self.tr("Earlier runs"), headers, (150, 0, 0, 80, 76, 150, 100))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.opened.connect(runs.open)
        self.table.deleting.connect(self.ask_to_delete)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._follow())
        self.open = Button(self.tr("Open"), icon_name="eye", run=lambda: runs.open(self.table.current_key()))
        self.report = Button(self.tr("Report"), icon_name="file-text", run=self._open_report)
        self.compare = Button(self.tr("Compare"), icon_name="git-compare", run=self._compare)
        self.delete = Button(self.tr("Delete"), icon_name="trash-2", kind="danger", run=self.ask_to_delete)
        self.back = Button(self.tr("Back to the run"), icon_name="arrow-left", run=self.closed.emit)
        self._body = PartView(self.table)
        head = row(
            Text(self.tr("Earlier runs"), "heading"), None, self.open, self.report, self.compare, self.delete, self.back
        )
        whole = column(head, self._body, gap=8, margins=(14, 10, 14, 12))
        whole.setStretch(1, 1)
        self.setLayout(whole)
        runs.changed.connect(self._show)
        runs.failed.connect(self._failed)

    def entered(self) -> None:
        if not self._runs.known:
            self._body.show_loading(self.tr("Reading the runs…"))
        self._runs.read()

    def _show(self) -> None:
        if not self._runs.runs:
            self._body.show_empty(
                self.tr("No run has been made yet"),
                self.tr("Every run is kept in the data folder, with its scenario, its seed and its verdict."),
                "history",
            )
        else:
            key = self.table.current_key()
            self._body.show_content()
            self.table.show_rows([run_row(run, self._session.formats) for run in self._runs.runs])
            number = next((n for n, run in enumerate(self._runs.runs) if run.key == key), 0)
            self.table.selectRow(number)
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._follow()

    def _failed(self, error: SignalboxError) -> None:
        if self._runs.known:
            self._session.toast_error(error)
        else:
            self._body.show_error(error, self._runs.read)

    @property
    def chosen(self) -> list[str]:
        """Keys of the selected rows, in the order of the list (newest first)."""
        return [self.table.plain.rows[index.row()].key for index in self.table.selectionModel().selectedRows()]

    def _follow(self) -> None:
        chosen = self.chosen
        one = self._runs.find(chosen[0]) if len(chosen) == 1 else None
        for button, can, why in (
            (self.open, one is not None, self.tr("Choose one run.")),
            (self.report, one is not None and one.report is not None, self.tr("This run has no report.")),
            (self.compare, len(chosen) == 2, self.tr("Choose two runs with Ctrl.")),
            (self.delete, bool(chosen), self.tr("Choose a run.")),
        ):
            button.set_off("" if can else why)

    def _open_report(self) -> None:
        run = self._runs.find(self.table.current_key())
        if run is not None and run.report is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(run.report)))

    def _compare(self) -> None:
        chosen = sorted(
            (run for key in self.chosen if (run := self._runs.find(key)) is not None),
            key=lambda run: run.created.timestamp() if run.created is not None else 0.0,
        )
        if len(chosen) == 2:
            self.compare_wanted.emit(chosen[0].key, chosen[1].key)

    def ask_to_delete(self) -> None:
        chosen = self.chosen
        if not chosen:
            return
        ConfirmDialog(
            self.tr("Delete %n run(s)?", "", len(chosen)),
            self.tr("Ledger, report and captured messages go for good. The same seed makes the same bytes again."),
            action=self.tr("Delete"),
            run=lambda: self._runs.delete(chosen),
            parent=self.window(),
        ).ask()


class _Runs(PlainTable):
    """Delete asks for what the button asks for."""

    deleting = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.deleting.emit()
        else:
            super().keyPressEvent(event)


def run_row(run: EarlierRun, formats: Formats) -> PlainRow:
    """When, scenario, verdict, sent, p99, target, run."""
    if run.state is None:
        verdict = Cell(QCoreApplication.translate("RunList", "no verdict"), icon="circle-question-mark")
    else:
        word = words.state_word(run.state, 0.0, formats)
        text = word.text
        if run.failed:
            text = f"{text}: {', '.join(check_title(name, name, None, formats) for name in run.failed)}"
        verdict = Cell(text, "body", f"{word.token}_fg", icon=word.icon)
    return PlainRow(
        (
            Cell(formats.moment(run.created, seconds=False), "body", "text"),
            Cell(run.title, "body_strong", "text"),
            verdict,
            Cell(formats.number(run.sent)),
            Cell(words.with_ms(run.p99_ms, formats)),
            Cell(", ".join(run.targets)),
            Cell(run.run, "mono"),
        ),
        run.key,
    )
