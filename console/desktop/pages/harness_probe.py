"""The Probe view: some eighty questions to a receiver within a minute, and what each found, ready for its maker."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QMenu,
    QProgressBar,
    QSplitter,
    QStackedWidget,
    QWidget,
)

from console.core.clock import parse_iso
from console.core.errors import SignalboxError
from console.desktop.actions import Command
from console.desktop.harness_view import HarnessView
from console.desktop.presenters import probe_words as words
from console.desktop.presenters.case_words import ChipLine
from console.desktop.presenters.run_targets import is_loopback, split_address
from console.desktop.probe_runner import ProbePhase, Probing, probe_runner, read_report
from console.desktop.session import Session
from console.desktop.theme import px
from console.desktop.widgets.chip_strip import ChipStrip
from console.desktop.widgets.confirm_dialog import ConfirmDialog
from console.desktop.widgets.kept_rows import show_kept
from console.desktop.widgets.kit import Button, Choice, IconLabel, Surface, Text, column, row
from console.desktop.widgets.plain_table import Cell, PlainRow, PlainTable
from console.desktop.widgets.probe_details import ProbeDetails
from console.desktop.widgets.states import empty_state
from console.desktop.widgets.tls_dialog import TlsDialog
from console.harness.scenario.model import Tls
from console.harness.single import targets

EARLIER_SHOWN = 100


class ProbeView(HarnessView):
    """Target on top, the summary below it, then the list of probes and the chosen one."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.runner = probe_runner(session)
        self._tls: Tls | None = None
        self._chosen = ""
        self._known: tuple[str, ...] = ()
        self._build()
        self.runner.changed.connect(self._show)
        self._show()

    # ---- building ---------------------------------------------------------------------------------------------
    def _build(self) -> None:
        self.target = QComboBox()
        self.target.setEditable(True)
        self.target.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.target.setAccessibleName(self.tr("Receiver to probe: HOST:PORT"))
        self.target.setMinimumWidth(px(180))
        self.target.setMinimumHeight(px(32))
        self.tls_button = Button(self.tr("TLS…"), icon_name="lock", run=self.ask_tls)
        groups = [("", self.tr("all probes")), *words.group_words().items()]
        self.only = Choice(self.tr("Which probes"), groups)
        self.start_button = Button(self.tr("Probe"), icon_name="play", kind="primary", run=self.start)
        self.start_button.setToolTip("Ctrl+Enter")
        self.stop_button = Button(self.tr("Stop"), icon_name="square", kind="danger", run=self.runner.stop)
        self.stop_button.setToolTip("Ctrl+.")
        self.save_button = Button(self.tr("Save report"), icon_name="save")
        menu = QMenu(self.save_button)
        for ending, text in (
            ("html", self.tr("One page for the vendor (HTML)…")),
            ("json", self.tr("Data (JSON)…")),
            ("xml", self.tr("For a build server (JUnit)…")),
        ):
            menu.addAction(text).triggered.connect(lambda _=False, e=ending: self.save(e))
        self.save_button.setMenu(menu)
        self.copy_button = Button(self.tr("Copy as text"), icon_name="copy", run=self.copy_text)
        self.earlier_button = Button(
            icon_name="history", kind="icon", name=self.tr("Earlier reports"), checkable=True, run=self.toggle_earlier
        )
        label = Text(self.tr("Receiver"), "label", "text2")
        label.setBuddy(self.target)
        top = row(
            label,
            self.target,
            self.tls_button,
            self.only,
            self.start_button,
            self.stop_button,
            None,
            self.copy_button,
            self.save_button,
            self.earlier_button,
            margins=(16, 8, 16, 6),
        )
        top.setStretchFactor(self.target, 2)
        self.icon = IconLabel("info", "info_fg", 20)
        self.headline = Text("", "body_strong", wrap=True, selectable=True)
        self.sentence = Text("", "small", "text2", wrap=True, selectable=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(px(6))
        self.bar.setAccessibleName(self.tr("Probes finished"))
        self.chips = ChipStrip()
        said = column(self.headline, self.sentence, self.bar, gap=3)
        inside = row(self.icon, said, gap=10, margins=(12, 8, 12, 8))
        inside.setStretchFactor(said, 1)
        self.strip = Surface("info")
        self.strip.setLayout(inside)
        self.table = PlainTable(self.tr("Probes"), words.headers(), (150, 0))
        self.table.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        self.table.setMinimumHeight(px(120))
        listed = Surface("card")
        listed.setLayout(column(self.table, gap=0, margins=(1, 1, 1, 1)))
        self.details = ProbeDetails()
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(listed)
        self.split.addWidget(self.details)
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 1)
        self.empty = empty_state(
            self.tr("Nothing was probed yet"),
            self.tr(
                "Some eighty small questions, less than a minute: split frames, odd separators, huge messages, lost "
                "connections. Each says what was sent, what came back and what to change. For test systems only."
            ),
            icon_name="stethoscope",
        )
        body = column(self.strip, self.empty, self.chips, self.split, None, gap=8, margins=(16, 0, 16, 10))
        body.setStretch(3, 100)
        work = QWidget()
        work.setLayout(body)
        self.earlier = PlainTable(
            self.tr("Earlier reports"),
            (self.tr("When"), self.tr("Receiver"), self.tr("Outcome"), self.tr("Probes")),
            (200, 0, 220, 90),
        )
        self.earlier.opened.connect(self.open_earlier)
        self.none = empty_state(self.tr("No report is kept yet"), self.tr("Every suite that ends is kept here."))
        shelf = QWidget()
        kept = column(
            Text(self.tr("Earlier reports"), "title"), self.none, self.earlier, gap=8, margins=(16, 4, 16, 10)
        )
        kept.setStretch(2, 1)
        shelf.setLayout(kept)
        self.faces = QStackedWidget()
        self.faces.addWidget(work)
        self.faces.addWidget(shelf)
        whole = column(top, self.faces, gap=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    # ---- the view's contract ----------------------------------------------------------------------------------
    def show_parameters(self, parameters: Mapping[str, str]) -> None:
        """`target` fills the address; `report` opens a kept one by its file's name."""
        self._offer()
        if parameters.get("target"):
            self.target.setCurrentText(parameters["target"])
        name = parameters.get("report", "")
        if name and Path(name).name == name:
            self.open_earlier(str(self.runner.folder / name))
        self.settled.emit()

    def parameters(self) -> dict[str, str]:
        kept = self.runner.report
        return {"report": kept.name} if kept is not None and not self.runner.busy else {}

    def next_pane(self) -> None:
        panes: list[QWidget] = [self.target, self.table, self.details.area, self.details.wire, self.earlier]
        shown = [pane for pane in panes if pane.isVisible()]
        focus = QApplication.focusWidget()
        here = next((n for n, p in enumerate(shown) if focus is not None and (p is focus or p.isAncestorOf(focus))), -1)
        if shown:
            shown[(here + 1) % len(shown)].setFocus(Qt.FocusReason.TabFocusReason)

    def commands(self) -> Sequence[Command]:
        def on() -> str:
            return self.tr("Probes are going on.") if self.runner.busy else ""

        def off() -> str:
            return "" if self.runner.busy else self.tr("No probes are going on.")

        def none() -> str:
            return "" if self.runner.probes else self.tr("There is no report yet.")

        def make(
            name: str, title: str, run: Callable[[], None], *keys: str, icon: str, why: Callable[[], str] | None = None
        ) -> Command:
            return Command(
                name=f"harness.probe_{name}",
                title=title,
                run=run,
                icon=icon,
                shortcuts=keys,
                scope="harness/probe",
                where=self.tr("Probe"),
                unavailable=why,
            )

        return (
            make("start", self.tr("Probe the receiver"), self.start, "Ctrl+Return", "Ctrl+Enter", icon="play", why=on),
            make("stop", self.tr("Stop probing"), self.runner.stop, "Ctrl+.", icon="square", why=off),
            make("save", self.tr("Save the report for the vendor…"), self.save, "Ctrl+S", icon="save", why=none),
            make("copy", self.tr("Copy the report as text"), self.copy_text, "Y", icon="copy", why=none),
            make("earlier", self.tr("Earlier reports of probes"), self.flip_earlier, "E", icon="history"),
        )

    # ---- what the person does ---------------------------------------------------------------------------------
    def start(self) -> None:
        address = self.target.currentText().strip().rpartition("  ")[2]
        if split_address(address) is None:
            self.session.toast(self.tr("Which receiver? Give HOST:PORT, such as 127.0.0.1:2575."), tone="warn")
            self.target.setFocus()
            return
        if is_loopback(address):
            self._begin(address, confirmed=False)
            return
        ConfirmDialog(
            self.tr("Probe another machine?"),
            self.tr("Probes may disturb a receiver or take it down. Never probe a system that patients depend on."),
            action=self.tr("Probe %1").replace("%1", address),
            typed=address,
            run=lambda: self._begin(address, confirmed=True),
            parent=self.window(),
        ).ask()

    def _begin(self, address: str, *, confirmed: bool) -> None:
        self._chosen = ""
        self.details.show_probe(None)
        self._turn(earlier=False)
        try:
            self.runner.start(Probing(address, self._tls, self.only.value(), confirmed))
        except SignalboxError as error:
            self.session.toast_error(error)

    def ask_tls(self) -> None:
        TlsDialog(self.target.currentText(), self._tls, self._take_tls, self.window()).open()

    def _take_tls(self, tls: Tls | None) -> None:
        self._tls = tls
        self.tls_button.setText(self.tr("TLS on") if tls is not None else self.tr("TLS…"))

    def copy_text(self) -> None:
        runner = self.runner
        if runner.probes:
            QApplication.clipboard().setText(words.vendor_text(runner.target, runner.end, runner.probes))
            self.session.toast(self.tr("The report is in the clipboard."), tone="ok")

    def save(self, ending: str = "html") -> None:
        kept = self.runner.report
        if kept is None or self.runner.busy:
            self.session.toast(self.tr("There is no whole report to save."), tone="warn")
            return
        name = kept.with_suffix(f".{ending}").name
        dialog = QFileDialog(self, self.tr("Save the report"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda path: self.save_to(Path(path), ending))
        dialog.open()

    def save_to(self, path: Path, ending: str) -> None:
        """Puts the report, in one of its forms, where the person wants it."""
        kept = self.runner.report
        if kept is None:
            return
        try:
            shutil.copyfile(kept.with_suffix(f".{ending}"), path)
        except OSError as error:
            said = self.tr("%1 cannot be written: %2").replace("%1", str(path))
            self.session.toast(said.replace("%2", error.strerror or str(error)), tone="fail")
            return
        self.session.toast(self.tr("Saved as %1").replace("%1", str(path)), tone="ok")

    def flip_earlier(self) -> None:
        self._turn(earlier=self.faces.currentIndex() == 0)

    def toggle_earlier(self) -> None:
        self._turn(earlier=self.earlier_button.isChecked())

    def open_earlier(self, key: str) -> None:
        if self.runner.busy:
            self.session.toast(self.tr("Probes are going on."), tone="warn")
        elif self.runner.open(Path(key)):
            self._turn(earlier=False)
            self.moved.emit()
        else:
            self.session.toast(self.tr("This report cannot be read."), tone="warn")

    def _turn(self, *, earlier: bool) -> None:
        self.earlier_button.setChecked(earlier)
        if earlier:
            self._read_earlier()
        self.faces.setCurrentIndex(1 if earlier else 0)

    def _offer(self) -> None:
        """The receivers known by name; what was typed stays."""
        try:
            known = tuple(one.target.address for one in targets.choices(self.runner.data) if one.may_be_chosen)
        except SignalboxError as error:
            known = (targets.LOCAL,)
            self.session.toast_error(error)
        if known != self._known:
            typed, self._known = self.target.currentText(), known
            self.target.clear()
            self.target.addItems(list(known))
            self.target.setCurrentText(typed or known[0])

    def _choose(self, number: int) -> None:
        if 0 <= number < len(self.table.plain.rows) and (key := self.table.plain.rows[number].key):
            self._chosen = key
            self.details.show_probe(self.runner.probes.get(key))

    # ---- what is shown ----------------------------------------------------------------------------------------
    def _show(self) -> None:
        runner = self.runner
        listed = words.rows(runner.probes)
        if runner.probes and not runner.busy and self._chosen not in runner.probes:
            self._chosen = next((line.key for line in listed if line.key), "")
        show_kept(self.table, listed, self._chosen)
        self.details.show_probe(runner.probes.get(self._chosen))
        whole = runner.report is not None and not runner.busy
        self.start_button.setVisible(not runner.busy)
        self.stop_button.setVisible(runner.busy)
        self.save_button.setVisible(whole)
        self.copy_button.setVisible(bool(runner.probes) and not runner.busy)
        for widget in (self.target, self.tls_button, self.only):
            widget.setEnabled(not runner.busy)
        self.empty.setVisible(runner.phase is ProbePhase.IDLE)
        self.split.setVisible(bool(runner.probes))
        counted = words.count_words(runner.probes.values(), self.session.formats)
        self.chips.show_chips([ChipLine(icon, "", text, "", family) for icon, family, text in counted])
        self.chips.setVisible(bool(counted))
        self._show_strip()

    def _show_strip(self) -> None:
        runner, formats = self.runner, self.session.formats
        self.strip.setVisible(runner.phase is not ProbePhase.IDLE)
        self.bar.setVisible(runner.busy)
        self.bar.setRange(0, runner.planned)
        self.bar.setValue(len(runner.probes))
        failed = sum(one["outcome"] == "fail" for one in runner.probes.values())
        match runner.phase:
            case ProbePhase.GOING:
                look, family = "loader-circle", "info"
                head = self.tr("Probing %1: %2 of %3").replace("%1", runner.target)
                head = head.replace("%2", str(len(runner.probes))).replace("%3", str(runner.planned or "…"))
                text = self.tr("What fails is tried again alone before it counts.")
            case ProbePhase.BROKEN:
                look, family = "octagon-x", "fail"
                head = self.tr("%1 cannot be probed").replace("%1", runner.target)
                text = runner.words
            case ProbePhase.STOPPED:
                look, family = "square", "warn"
                head = self.tr("Stopped after %n probe(s)", "", len(runner.probes))
                text = self.tr("There is no report of a suite that was stopped.")
            case _:
                passed = bool(runner.end.get("passed"))
                look, family = ("circle-check", "ok") if passed else ("octagon-x", "fail")
                head = self.tr("%1 withstood every probe").replace("%1", runner.target)
                if failed:
                    head = self.tr("%1: %n probe(s) failed", "", failed).replace("%1", runner.target)
                elif not passed:
                    head = self.tr("%1: not every probe could run").replace("%1", runner.target)
                took = formats.duration(float(runner.end.get("seconds", 0.0)))
                text = " · ".join(part for part in (str(runner.end.get("greeting", "")), took) if part)
        self.strip.set_surface(family)
        self.icon.set_icon(look, f"{family}_fg")
        self.headline.setText(head)
        self.sentence.setText(text)
        self.sentence.setVisible(bool(text))

    def _read_earlier(self) -> None:
        rows = []
        for path in sorted(self.runner.folder.glob("*.json"), reverse=True)[:EARLIER_SHOWN]:
            body = read_report(path)
            if body is None:
                continue
            failed = int(body["counts"].get("fail", 0))
            passed = bool(body["passed"])
            word = self.tr("all passed") if passed else self.tr("%n probe(s) failed", "", failed)
            if not passed and not failed:
                word = self.tr("not every probe ran")
            rows.append(
                PlainRow(
                    (
                        Cell(self.session.formats.moment(parse_iso(str(body["started"])))),
                        Cell(str(body["target"]), "mono", "text"),
                        Cell(word, tone="ok_fg" if passed else "fail_fg", icon="check" if passed else "octagon-x"),
                        Cell(self.session.formats.number(len(body["probes"]))),
                    ),
                    key=str(path),
                )
            )
        self.earlier.show_rows(rows)
        self.earlier.setVisible(bool(rows))
        self.none.setVisible(not rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < px(860)
        self.split.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)
