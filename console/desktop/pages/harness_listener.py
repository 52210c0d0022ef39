"""The Listener view: a receiver that answers as its script says, watched while others send to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QSizePolicy, QSplitter, QWidget

from console.desktop.actions import Command
from console.desktop.harness_view import HarnessView
from console.desktop.listener_runner import ListenPhase, listener_runner
from console.desktop.presenters import listener_words as words
from console.desktop.session import Session
from console.desktop.theme import px
from console.desktop.widgets.chip_strip import ChipStrip
from console.desktop.widgets.kept_rows import show_kept
from console.desktop.widgets.kit import Button, Choice, IconLabel, Surface, Text, column, row
from console.desktop.widgets.listener_setup import ListenerSetup
from console.desktop.widgets.message_peek import MessagePeek
from console.desktop.widgets.pill import Pill
from console.desktop.widgets.plain_table import PlainTable
from console.desktop.widgets.run_figures import FigureRow
from console.desktop.widgets.snug import Snug
from console.desktop.widgets.sparkline import Sparkline
from console.desktop.widgets.states import empty_state

_BY_SCRIPT = "script"
_CODES = ("AA", "AE", "AR")


class ListenerView(HarnessView):
    """The receiver on the left; figures, switches, the latest messages and the chosen one beside it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.runner = listener_runner(session)
        self._chosen = ""
        self._outage, self._code = "", ""
        self._build()
        self.runner.changed.connect(self._show)
        self._show()

    # ---- building ---------------------------------------------------------------------------------------------
    def _build(self) -> None:
        self.pill = Pill("")
        self.line = Text("", "small", "text2", wrap=True, selectable=True)
        self.copy = Button(icon_name="copy", kind="icon", name=self.tr("Copy the address"), run=self.copy_address)
        self.folder = Button(self.tr("Open the kept messages"), icon_name="hard-drive", run=self.open_folder)
        self.start_button = Button(self.tr("Listen"), icon_name="play", kind="primary", run=self.start)
        self.start_button.setToolTip("Ctrl+Enter")
        self.stop_button = Button(self.tr("Stop"), icon_name="square", kind="danger", run=self.runner.stop)
        self.stop_button.setToolTip("Ctrl+.")
        heads = column(row(Text(self.tr("Listener"), "title"), self.pill, None, gap=10), self.line, gap=1)
        head = row(heads, self.copy, self.folder, self.start_button, self.stop_button, margins=(16, 8, 16, 6))
        head.setStretchFactor(heads, 1)
        self.setup = ListenerSetup(self.runner)
        self.setup.start_wanted.connect(self.start)
        left = QScrollArea()
        left.setWidgetResizable(True)
        left.setWidget(self.setup)
        left.setFixedWidth(px(304))
        left.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        left.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        left.setAccessibleName(self.tr("The receiver"))
        self.side = left
        body = row(left, self._main(), gap=10, margins=(16, 0, 16, 10))
        body.setStretch(1, 1)
        whole = column(head, body, gap=0)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def _main(self) -> QWidget:
        self.icon = IconLabel("info", "warn_fg", 20)
        self.told = Text("", "body_strong", wrap=True, selectable=True)
        self.back = Button(self.tr("Back to the script"), icon_name="undo-2", run=self.back_to_script)
        self.strip = Surface("warn")
        inside = row(self.icon, self.told, self.back, gap=10, margins=(12, 7, 12, 7))
        inside.setStretch(1, 1)
        self.strip.setLayout(inside)
        self.figures = FigureRow(6)
        self.empty = empty_state(
            self.tr("Nothing listens yet"),
            self.tr("Listen opens a receiver here. Every message that comes shows with its answer."),
            icon_name="radio-tower",
        )
        self.main = QWidget()
        self.live = QWidget()
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.table = PlainTable(self.tr("Latest messages"), words.headers(), (112, 90, 0, 110, 100))
        self.table.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        self.table.setMinimumHeight(px(120))
        listed = Surface("card")
        self.spark = Sparkline()
        self.spark.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.spark.setFixedHeight(px(26))
        self.spark.setFixedWidth(px(180))
        self.spark.setAccessibleName(self.tr("Messages a second, the last minute"))
        self.spark.setToolTip(self.spark.accessibleName())
        title = row(
            Text(self.tr("Latest messages"), "heading"),
            None,
            Text(self.tr("last minute"), "small", "text3"),
            self.spark,
            margins=(12, 6, 12, 2),
        )
        listing = column(title, self.table, gap=2, margins=(1, 1, 1, 1))
        listing.setStretch(1, 1)
        listed.setLayout(listing)
        self.peek = MessagePeek(self.session)
        self.split.addWidget(listed)
        self.split.addWidget(self.peek)
        self.split.setStretchFactor(0, 5)
        self.split.setStretchFactor(1, 4)
        self.split.setSizes([px(560), px(460)])
        self.chips = ChipStrip()
        live = column(self._switches(), self.figures, self.chips, self.split, gap=8)
        live.setStretch(3, 1)
        self.live.setLayout(live)
        whole = column(self.strip, self.empty, self.live, None, gap=8)
        whole.setStretch(2, 100)
        self.main.setLayout(whole)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(Snug(self.main))
        area.setAccessibleName(self.tr("Listener"))
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    def _switches(self) -> QWidget:
        self.outage_kind = Choice(
            self.tr("Kind of outage"),
            (
                ("port-closed", self.tr("port closed")),
                ("accept-and-hang", self.tr("connects and hangs")),
                ("refuse", self.tr("answers AE")),
            ),
        )
        self.outage = Button(self.tr("Outage"), icon_name="unplug", checkable=True, run=self.switch_outage)
        self.silence = Button(self.tr("Silence"), icon_name="pause", checkable=True, run=self.switch_silence)
        answers = [(_BY_SCRIPT, self.tr("as the script says"))]
        answers += [(code, self.tr("%1 to everything").replace("%1", code)) for code in _CODES]
        self.answer = Choice(self.tr("What is answered"), answers)
        self.answer.chosen.connect(self.switch_answer)
        bar = Surface("card")
        bar.setLayout(
            row(
                Text(self.tr("While it runs"), "label", "text2"),
                self.outage,
                self.outage_kind,
                6,
                self.silence,
                6,
                Text(self.tr("Answer"), "label", "text2"),
                self.answer,
                None,
                margins=(12, 6, 12, 6),
            )
        )
        return bar

    # ---- the view's contract ----------------------------------------------------------------------------------
    def show_parameters(self, parameters: Mapping[str, str]) -> None:
        self.settled.emit()

    def next_pane(self) -> None:
        panes: list[QWidget] = [self.setup.script, self.outage, self.table, self.peek.tabs]
        shown = [pane for pane in panes if pane.isVisible() and pane.isEnabled()]
        focus = QApplication.focusWidget()
        here = next((n for n, p in enumerate(shown) if focus is not None and (p is focus or p.isAncestorOf(focus))), -1)
        if shown:
            shown[(here + 1) % len(shown)].setFocus(Qt.FocusReason.TabFocusReason)

    def commands(self) -> Sequence[Command]:
        def off() -> str:
            return "" if self.runner.phase is ListenPhase.ON else self.tr("Nothing listens.")

        def on() -> str:
            return self.tr("It listens already.") if self.runner.busy else ""

        def make(
            name: str, title: str, run: Callable[[], None], *keys: str, icon: str, why: Callable[[], str]
        ) -> Command:
            return Command(
                name=f"harness.listener_{name}",
                title=title,
                run=run,
                icon=icon,
                shortcuts=keys,
                scope="harness/listener",
                where=self.tr("Listener"),
                unavailable=why,
            )

        return (
            make("start", self.tr("Listen"), self.start, "Ctrl+Return", "Ctrl+Enter", icon="play", why=on),
            make("stop", self.tr("Stop listening"), self.runner.stop, "Ctrl+.", icon="square", why=off),
            make("outage", self.tr("Outage on or off"), self.outage.click, "O", icon="unplug", why=off),
            make("silence", self.tr("Silence on or off"), self.silence.click, "S", icon="pause", why=off),
            make("script", self.tr("Back to the script"), self.back_to_script, "B", icon="undo-2", why=off),
            make("copy", self.tr("Copy the listener's address"), self.copy_address, "Y", icon="copy", why=off),
        )

    # ---- what the person does ---------------------------------------------------------------------------------
    def start(self) -> None:
        self._chosen = self._outage = self._code = ""
        self.runner.start(self.setup.wanted)

    def switch_outage(self) -> None:
        self._outage = self.outage_kind.value() if self.outage.isChecked() else ""
        self.runner.say(f"outage on {self._outage}" if self._outage else "outage off")

    def switch_silence(self) -> None:
        self.runner.say("silence on" if self.silence.isChecked() else "silence off")

    def switch_answer(self, value: str) -> None:
        self._code = "" if value == _BY_SCRIPT else value
        self.runner.say(f"answer {value}")

    def back_to_script(self) -> None:
        self._outage = self._code = ""
        self.runner.say("outage off")
        self.runner.say("answer script")

    def copy_address(self) -> None:
        QApplication.clipboard().setText(self.runner.live.address)

    def open_folder(self) -> None:
        if self.runner.wanted.capture is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.runner.wanted.capture)))

    def _choose(self, number: int) -> None:
        if not 0 <= number < len(self.table.plain.rows):
            return
        self._chosen = self.table.plain.rows[number].key
        one = self.runner.live.message(self._chosen)
        if one is None:
            return
        head = f"{one['kind']}  {one['control_id']}  →  {words.answer_word(str(one['code']))}"
        note = self.tr("Connection %1, %2").replace("%1", str(one["connection"]))
        note = note.replace("%2", self.session.formats.size(int(one["size"])))
        raw = str(one["raw"])
        if not raw:
            note = self.tr("Too much came at once to show this one. Keep messages in a folder to read them all.")
        self.peek.show_raw(head, raw, note)

    # ---- what is shown ----------------------------------------------------------------------------------------
    def _show(self) -> None:
        runner, live, formats = self.runner, self.runner.live, self.session.formats
        on, broken = runner.phase is ListenPhase.ON, runner.phase is ListenPhase.BROKEN
        state = words.state_word(str(runner.phase), live.state)
        self.pill.show_status(state.text, icon_name=state.icon, token=state.token)
        self.start_button.setVisible(not runner.busy)
        self.stop_button.setVisible(runner.busy)
        self.copy.setVisible(on)
        kept = runner.wanted.capture
        self.folder.setVisible(kept is not None and live.count("captured") > 0)
        self.setup.set_busy(runner.busy)
        self._show_line(on)
        self._show_switches(on, broken)
        known = bool(live.snapshot)
        self.empty.setVisible(not known and not broken)
        self.live.setVisible(known)
        if known:
            self.figures.show_figures(words.figures(live, formats))
            self.chips.show_chips(words.chips(live, formats))
            self.spark.show_values(tuple(live.seconds), "cat_result")
            rows = words.message_rows(live.messages, formats)
            if not show_kept(self.table, rows, self._chosen) and not self._chosen:
                self.peek.show_nothing()
        self._arrange()

    def _show_line(self, on: bool) -> None:
        live, runner = self.runner.live, self.runner
        parts = [live.address, str(live.snapshot.get("name", ""))] if live.snapshot else []
        if on:
            parts.append(self.session.formats.duration(float(live.snapshot["elapsed_s"])))
        if runner.wanted.capture is not None and live.snapshot:
            kept = self.tr("%1 kept in %2").replace("%1", self.session.formats.number(live.count("captured")))
            parts.append(kept.replace("%2", str(runner.wanted.capture)))
        self.line.setText(" · ".join(part for part in parts if part))
        self.line.setVisible(bool(parts))

    def _show_switches(self, on: bool, broken: bool) -> None:
        live = self.runner.live
        said = self.runner.words if broken else words.switched_on(live, self._outage, self._code) if on else ""
        self.strip.setVisible(bool(said))
        bad = broken or live.state in ("outage", "trouble")
        self.strip.set_surface("fail" if bad else "warn")
        self.icon.set_icon("octagon-x" if bad else "triangle-alert", "fail_fg" if bad else "warn_fg")
        self.told.setText(said)
        self.back.setVisible(on and live.state != "trouble")
        for widget in (self.outage, self.outage_kind, self.silence, self.answer):
            widget.setEnabled(on)
        self.outage.setChecked(on and live.state == "outage")
        self.silence.setChecked(on and live.state == "silent")
        if live.state != "answering":
            self.answer.set_value(_BY_SCRIPT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Where there is little room the receiver makes way while it listens, and the message goes below the list."""
        narrow = self.width() < px(1_000)
        self.side.setVisible(not narrow or not self.runner.busy)
        self.split.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)
