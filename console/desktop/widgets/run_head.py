"""The head of the Run view: what runs, how it stands, and the buttons; below it the verdict when there is one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from console.desktop.presenters.run_findings import Verdict
from console.desktop.presenters.run_words import StateWord
from console.desktop.widgets.kit import Button, IconLabel, Surface, Text, column, row
from console.desktop.widgets.pill import Pill


class RunHead(QWidget):
    """Signals say what was asked for; the view does it."""

    panel_wanted = Signal()
    start_wanted = Signal()
    pause_wanted = Signal()
    stop_wanted = Signal()
    report_wanted = Signal()
    more_wanted = Signal()
    earlier_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Text("", "title")
        self.pill = Pill("")
        self.line = Text("", "small", "text2", selectable=True, wrap=True)
        self.panel = Button(icon_name="settings-2", kind="icon", name=self.tr("Show or hide the scenario"))
        self.start = Button(self.tr("Start"), icon_name="play", kind="primary")
        self.pause = Button(self.tr("Pause"), icon_name="pause")
        self.stop = Button(self.tr("Stop run"), icon_name="square", kind="danger")
        self.report = Button(self.tr("Report"), icon_name="file-text")
        self.more = Button(icon_name="ellipsis", kind="icon", name=self.tr("More about this run"))
        self.earlier = Button(icon_name="history", kind="icon", name=self.tr("Earlier runs"), checkable=True)
        self.start.setToolTip("Ctrl+Enter")
        self.pause.setToolTip(self.tr("Pause or go on (P)"))
        self.stop.setToolTip("Ctrl+.")
        for button, signal in (
            (self.panel, self.panel_wanted),
            (self.start, self.start_wanted),
            (self.pause, self.pause_wanted),
            (self.stop, self.stop_wanted),
            (self.report, self.report_wanted),
            (self.more, self.more_wanted),
            (self.earlier, self.earlier_wanted),
        ):
            button.clicked.connect(lambda _=False, s=signal: s.emit())
        words = column(row(self.title, self.pill, None, gap=10), self.line, gap=1)
        buttons = (self.start, self.pause, self.stop, self.report, self.more, self.earlier)
        whole = row(self.panel, words, *buttons, gap=8, margins=(16, 8, 16, 6))
        whole.setStretchFactor(words, 1)
        self.setLayout(whole)

    def show_state(self, title: str, state: StateWord, line: str) -> None:
        self.title.setText(title)
        self.pill.show_status(state.text, icon_name=state.icon, token=state.token)
        self.line.setText(line)

    def show_buttons(self, *, busy: bool, paused: bool, ended: bool, reported: bool) -> None:
        """`ended`: there is a run to be looked at and none going on."""
        self.pause.setVisible(busy)
        self.stop.setVisible(busy)
        self.pause.setText(self.tr("Go on") if paused else self.tr("Pause"))
        self.pause.setAccessibleName(self.pause.text())
        self.pause.set_icon("play" if paused else "pause")
        self.report.setVisible(reported)
        self.more.setVisible(ended)


class VerdictBanner(Surface):
    """What the run proved, or what keeps it from going on; hidden while there is nothing to say."""

    again_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("info", parent)
        self._icon = IconLabel("info", "info_fg", 20)
        self.title = Text("", "body_strong", wrap=True, selectable=True)
        self.text = Text("", "small", "text2", wrap=True, selectable=True)
        self.again = Button(self.tr("Run again, same seed"), icon_name="repeat-2")
        self.again.clicked.connect(lambda: self.again_wanted.emit())
        said = column(self.title, self.text, gap=0)
        inside = row(self._icon, said, self.again, gap=10, margins=(12, 7, 12, 7))
        inside.setStretchFactor(said, 1)
        self.setLayout(inside)
        self.hide()

    def show_verdict(self, verdict: Verdict | None, *, again: bool) -> None:
        """`again`: the run can be made once more."""
        self.setVisible(verdict is not None)
        if verdict is None:
            return
        self.set_surface(verdict.surface)
        self._icon.set_icon(verdict.icon, verdict.token)
        self.title.setText(verdict.title)
        self.text.setText(verdict.text)
        self.text.setVisible(bool(verdict.text))
        self.again.setVisible(again)
