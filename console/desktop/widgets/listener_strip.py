"""A listener in little room: start and stop, its address, how much came, the last few messages."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QWidget

from console.desktop.listener_runner import ListenPhase, listener_runner
from console.desktop.presenters import listener_words as words
from console.desktop.session import Session
from console.desktop.widgets.kept_rows import show_kept
from console.desktop.widgets.kit import Button, Text, column, row
from console.desktop.widgets.pill import Pill
from console.desktop.widgets.plain_table import PlainTable

SHOWN = 20


class ListenerStrip(QWidget):
    """Shows the session's one listener, whoever started it. `address_wanted` carries the address to send to."""

    address_wanted = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.runner = listener_runner(session)
        self.pill = Pill("")
        self.address = Text("", "mono", selectable=True)
        self.count = Text("", "small", "text2")
        self.start = Button(self.tr("Listen on a free port"), icon_name="radio-tower", run=self.runner.start_beside)
        self.use = Button(self.tr("Send to it"), icon_name="arrow-right", run=self._use)
        self.copy = Button(icon_name="copy", kind="icon", name=self.tr("Copy the address"), run=self._copy)
        self.stop = Button(self.tr("Stop"), icon_name="square", kind="danger", run=self.runner.stop)
        self.more = Button(
            self.tr("Open the Listener"), kind="link", run=lambda: session.go("harness", view="listener")
        )
        self.words = Text("", "small", "text2", wrap=True)
        self.table = PlainTable(self.tr("Messages that came"), words.headers()[:4], (110, 110, 0, 110))
        head = row(self.pill, self.address, self.copy, self.count, None, self.more, self.start, self.use, self.stop)
        whole = column(head, self.words, self.table, gap=6, margins=(0, 6, 0, 0))
        whole.setStretch(2, 1)
        self.setLayout(whole)
        self.runner.changed.connect(self._show)
        self._show()

    def _use(self) -> None:
        self.address_wanted.emit(self.runner.live.address)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.runner.live.address)

    def _show(self) -> None:
        runner, formats = self.runner, self._session.formats
        on = runner.phase is ListenPhase.ON
        state = words.state_word(str(runner.phase), runner.live.state)
        self.pill.show_status(state.text, icon_name=state.icon, token=state.token)
        self.address.setText(runner.live.address if on else "")
        came = self.tr("%1 received").replace("%1", formats.number(runner.live.count("received")))
        self.count.setText(came if runner.live.snapshot else "")
        self.start.setVisible(not runner.busy)
        for widget in (self.stop, self.use, self.copy, self.address):
            widget.setVisible(on)
        broken = runner.phase is ListenPhase.BROKEN
        idle = self.tr("A receiver on this computer that answers AA. What you send to it shows here.")
        self.words.setText(runner.words if broken else "" if runner.live.messages else idle)
        self.words.set_tone("fail" if broken else "text2")
        self.words.setVisible(bool(self.words.text()))
        latest = list(runner.live.messages)[-SHOWN:]
        show_kept(self.table, words.message_rows(latest, formats, rule=False), self.table.current_key())
