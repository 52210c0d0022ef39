"""The message behind a problem: as it was sent, what was answered, and why it counts as a problem."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QTabWidget, QWidget

from console.desktop.presenters.run_problem import ProblemView, RunProblem
from console.desktop.session import Session
from console.desktop.theme import px
from console.desktop.widgets.kit import Button, Text, clear_layout, column, row
from console.desktop.widgets.message_texts import RawView
from console.harness.load.live import Problem


class ProblemDialog(QDialog):
    """Opens at once with what is known; the message follows when it has been made again from scenario and seed."""

    def __init__(self, session: Session, problem: Problem, folder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("A message of the run"))
        self.resize(px(860), px(600))
        self._session = session
        self._copied = ""
        self.title = Text("", "title", wrap=True, selectable=True)
        self.why = Text("", "body", "fail", wrap=True, selectable=True)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(px(14))
        self._facts.setVerticalSpacing(px(3))
        self.message, self.answer = RawView(), RawView()
        self.message.setAccessibleName(self.tr("The message as it was sent"))
        self.answer.setAccessibleName(self.tr("The answer"))
        self.note = Text("", "small", "text2", wrap=True)
        first = QWidget()
        inside = column(self.note, self.message, gap=6, margins=(0, 8, 0, 0))
        inside.setStretch(1, 1)
        first.setLayout(inside)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(self.tr("Message and answer"))
        self.tabs.tabBar().setAccessibleName(self.tabs.accessibleName())
        self.tabs.addTab(first, self.tr("Message as sent"))
        self.tabs.addTab(self.answer, self.tr("Answer"))
        self.copy = Button(self.tr("Copy"), icon_name="copy", run=self.copy_all)
        self.shut = Button(self.tr("Close"), run=self.close)
        whole = column(
            self.title,
            self.why,
            self._facts,
            self.tabs,
            row(None, self.copy, self.shut),
            gap=8,
            margins=(18, 14, 18, 14),
        )
        whole.setStretch(3, 1)
        self.setLayout(whole)
        self.presenter = RunProblem(session, self)
        self.presenter.shown.connect(self._show)
        self.finished.connect(lambda _: self.presenter.stop())
        self.presenter.open(problem, folder)
        self.tabs.tabBar().setFocus()

    def _show(self, view: ProblemView) -> None:
        hidden = self._session.privacy
        facts = [view.title, view.why, *(f"{label}: {value}" for label, value in view.facts)]
        self._copied = "\n".join(facts) if hidden else view.copied
        self.title.setText(view.title)
        self.why.setText(view.why)
        clear_layout(self._facts)
        for number, (label, value) in enumerate(view.facts):
            line, place = divmod(number, 3)
            self._facts.addWidget(Text(label, "small", "text3"), line, 2 * place)
            self._facts.addWidget(Text(value, "small", wrap=True), line, 2 * place + 1)
            self._facts.setColumnStretch(2 * place + 1, 1)
        if hidden and view.message:
            self.note.setText(self.tr("The message is hidden: patient details are hidden (Ctrl+Shift+P)."))
        elif view.failure:
            self.note.setText(view.failure)
        elif not view.message:
            self.note.setText(self.tr("The message is being made again from the scenario and its seed…"))
        else:
            self.note.setText("")
        self.note.setVisible(bool(self.note.text()))
        self.message.show_message("" if hidden else view.message)
        self.message.mark_paths(view.places)
        self.answer.show_message(view.answer)

    def copy_all(self) -> None:
        QGuiApplication.clipboard().setText(self._copied)
        self._session.toast(self.tr("Copied."), tone="ok")
