"""What can be done with a run on the screen: run it again, open what it left, check, save and compare it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from console.desktop.harness_runner import HarnessRunner
from console.desktop.models.live_run import LiveRun
from console.desktop.presenters.earlier_runs import EarlierRuns
from console.desktop.presenters.run_after import ComparisonView, RunAfter
from console.desktop.presenters.run_desk import RunDesk
from console.desktop.session import Session
from console.desktop.widgets.comparison_dialog import ComparisonDialog
from console.desktop.widgets.confirm_dialog import ConfirmDialog
from console.desktop.widgets.problem_dialog import ProblemDialog


class RunActs(QObject):
    """Dialogs hang on `view`. `checks_changed`: the run that is shown was checked again; `list_wanted`: earlier runs
    are to be shown."""

    checks_changed = Signal()
    list_wanted = Signal()

    def __init__(self, view: QWidget, session: Session, desk: RunDesk, runs: EarlierRuns) -> None:
        super().__init__(view)
        self._view, self._session, self._desk, self._runs = view, session, desk, runs
        self._runner: HarnessRunner = session.harness
        self.after = RunAfter(session, self)
        self.after.verified.connect(self._verified)
        self.after.compared.connect(self._show_comparison)
        self.after.failed.connect(lambda text: session.toast(text, tone="warn"))
        self.after.saved.connect(self._saved)

    # ---- before a run -----------------------------------------------------------------------------------------
    def open_scenario(self) -> None:
        dialog = QFileDialog(self._view.window(), self.tr("Open a scenario file"))
        dialog.setNameFilter(self.tr("Scenario files (*.toml)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self._desk.choose(Path(name)))
        dialog.open()

    def confirm(self, address: str, text: str) -> None:
        """Another machine is the target: nothing goes there before its address was typed."""
        ConfirmDialog(
            self.tr("Send to another machine?"),
            text,
            action=self.tr("Send to %1").replace("%1", address),
            run=lambda: self._desk.confirm(address),
            typed=address,
            parent=self._view.window(),
        ).ask()

    def toggle_pause(self) -> None:
        if self._runner.is_paused:
            self._runner.resume()
        else:
            self._runner.pause()

    # ---- after a run ------------------------------------------------------------------------------------------
    @property
    def folder(self) -> Path | None:
        """The run's folder, None while nothing was run."""
        snapshot = self._runner.run.snapshot
        return Path(snapshot.folder) if snapshot is not None and snapshot.folder else None

    @property
    def report_page(self) -> Path | None:
        """The HTML report, once it is written."""
        snapshot = self._runner.run.snapshot
        return Path(snapshot.report).with_suffix(".html") if snapshot is not None and snapshot.report else None

    def open_report(self) -> None:
        if self.report_page is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.report_page)))

    def run_again(self) -> None:
        """The same scenario with the same seed: the same bytes."""
        request, snapshot = self._runner.request, self._runner.run.snapshot
        if request is None or self._runner.busy:
            return
        self._desk.repeat(request, snapshot.seed if snapshot is not None else 0)

    def open_more(self, beside: QWidget) -> None:
        """Everything that can be done with a run that has ended."""
        menu = QMenu(self._view)
        menu.setAccessibleName(self.tr("More about this run"))
        folder, written = self.folder, self.report_page is not None
        again = menu.addAction(self.tr("Check again what arrived"), self.verify_again)
        again.setEnabled(folder is not None and not self.after.is_verifying)
        menu.addAction(self.tr("Run again, same seed"), self.run_again)
        menu.addSeparator()
        for text, junit in ((self.tr("Save the report as JSON…"), False), (self.tr("Save as JUnit XML…"), True)):
            menu.addAction(text, partial(self.save_report, junit=junit)).setEnabled(written)
        menu.addSeparator()
        menu.addAction(self.tr("Compare with an earlier run…"), self.list_wanted.emit)
        shown = menu.addAction(self.tr("Show the run's folder"), lambda: self.show_folder(folder))
        shown.setEnabled(folder is not None)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(beside.mapToGlobal(beside.rect().bottomLeft()))

    def verify_again(self) -> None:
        self.after.verify(self._runner.run)

    def _verified(self, run: LiveRun) -> None:
        self._session.toast(self.tr("Checked what arrived: see Checks."), tone="ok")
        if run is self._runner.run:
            self.checks_changed.emit()

    def save_report(self, *, junit: bool) -> None:
        folder, ending = self.folder, "xml" if junit else "json"
        if folder is None:
            return
        dialog = QFileDialog(self._view.window(), self.tr("Save the report"), "", f"*.{ending}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.selectFile(f"{folder.name}.{ending}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.after.save(folder, Path(name), junit=junit))
        dialog.open()

    def _saved(self, path: Path) -> None:
        self._session.toast(self.tr("Saved as %1.").replace("%1", str(path)), tone="ok")

    def compare(self, before: str, after: str) -> None:
        """Two runs of the list, by their keys."""
        first, second = self._runs.find(before), self._runs.find(after)
        if first is not None and second is not None:
            self.after.compare(first, second)

    def _show_comparison(self, view: ComparisonView) -> None:
        ComparisonDialog(view, self._view.window()).open()

    def open_problem(self, key: str) -> None:
        """The message behind one line of the latest problems."""
        found = next((p for p in reversed(self._runner.run.problems) if f"{p.worker}:{p.row}" == key), None)
        if found is not None:
            ProblemDialog(self._session, found, str(self.folder or ""), self._view.window()).open()

    @staticmethod
    def show_folder(path: Path | None) -> None:
        if path is not None:
            folder = path if path.is_dir() else path.parent
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
