"""The One message view: write a message, send it, and read what came back, byte by byte where that is needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from console.core.errors import Refused, SignalboxError
from console.desktop.actions import Command
from console.desktop.error_words import error_text
from console.desktop.harness_view import HarnessView
from console.desktop.models.draft_message import Draft
from console.desktop.presenters import exchange_words as words
from console.desktop.presenters.message_desk import MOST_AT_ONCE, PATIENCE_S, PATIENCES_S, MessageDesk, Sending, Told
from console.desktop.session import Session
from console.desktop.theme import px
from console.desktop.widgets.answer_card import AnswerCard
from console.desktop.widgets.code_view import CodeView
from console.desktop.widgets.confirm_dialog import ConfirmDialog
from console.desktop.widgets.kit import Button, Choice, Surface, Text, column, row
from console.desktop.widgets.listener_strip import ListenerStrip
from console.desktop.widgets.message_editor import EditTree, RawEditor
from console.desktop.widgets.plain_table import Cell, PlainRow, PlainTable
from console.desktop.widgets.tls_dialog import TlsDialog
from console.harness.single import composing, targets

WIRE_RULES = (
    (re.compile(r"^→ .*$"), "cat_order", True),
    (re.compile(r"^← .*$"), "cat_result", True),
    (re.compile(r"^· .*$"), "text3", False),
    (re.compile(r"⟨[^⟩]*⟩"), "syn_num", False),
)
FIRST_TARGET = targets.LOCAL
"""Where a message goes when nothing was chosen and no engine of ours runs."""


class MessageView(HarnessView):
    """Receiver and buttons on top; tree and text side by side; below them answer, wire and history."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.desk = MessageDesk(session, self)
        self._shown: bytes | None = None
        self._loaded = False
        self._build()
        self.setAcceptDrops(True)
        self.desk.draft_changed.connect(self._show_draft)
        self.desk.opened_changed.connect(self._show_opened)
        self.desk.choices_changed.connect(self._show_choices)
        self.desk.history_changed.connect(self._show_history)
        self.desk.told.connect(self._told)
        self.desk.busy_changed.connect(self._busy_changed)
        self.desk.confirmation_wanted.connect(self._confirm)
        self.desk.failed.connect(self._failed)

    # ---- building ---------------------------------------------------------------------------------------------
    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(px(16), px(8), px(16), px(8))
        whole.setSpacing(px(8))
        whole.addLayout(self._top())
        whole.addLayout(self._tools())
        self.fault = Text("", "small", "warn_fg", wrap=True)
        self.fault.hide()
        whole.addWidget(self.fault)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self._editors())
        self.split.addWidget(self._results())
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        whole.addWidget(self.split, 1)

    def _top(self) -> Any:
        self.target = QComboBox()
        self.target.setEditable(True)
        self.target.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.target.setAccessibleName(self.tr("Receiver: a name or HOST:PORT"))
        self.target.setMinimumWidth(px(260))
        self.target.setMinimumHeight(px(32))
        self.tls = Button(self.tr("TLS…"), icon_name="lock", run=self.ask_tls)
        waits = [(str(s), self.tr("wait %1").replace("%1", self.session.formats.duration(s))) for s in PATIENCES_S]
        self.patience = Choice(self.tr("How long to wait for the answer"), waits, str(PATIENCE_S))
        self.patience.setToolTip(self.tr("How long to wait for the answer"))
        self.send_button = Button(self.tr("Send"), icon_name="play", kind="primary", run=self.send)
        self.send_button.setToolTip("Ctrl+Enter")
        self.fresh_button = Button(self.tr("Send as new"), run=self.send_fresh)
        self.fresh_button.setToolTip(self.tr("With a new MSH-10 and MSH-7 (Ctrl+Shift+Enter)"))
        self.all_button = Button(self.tr("Send all"), run=self.send_all)
        self.stop_button = Button(self.tr("Stop"), icon_name="square", kind="danger", run=self.desk.stop)
        self.stop_button.hide()
        self.all_button.hide()
        label = Text(self.tr("To"), "label", "text2")
        label.setBuddy(self.target)
        line = row(
            label,
            self.target,
            self.tls,
            self.patience,
            None,
            self.all_button,
            self.fresh_button,
            self.send_button,
            self.stop_button,
            gap=8,
        )
        line.setStretchFactor(self.target, 2)
        return line

    def _tools(self) -> Any:
        self.new_button = Button(self.tr("New"), icon_name="plus")
        menu = QMenu(self.new_button)
        for kind in composing.KINDS:
            action = menu.addAction(f"{kind.name}  {kind.title}")
            action.triggered.connect(partial(self.desk.compose, kind.name))
        self.new_button.setMenu(menu)
        self.open_button = Button(self.tr("Open…"), icon_name="file-search", run=self.open_files)
        self.folder_button = Button(self.tr("Folder…"), run=self.open_folder)
        self.paste_button = Button(self.tr("Paste"), icon_name="clipboard-list", run=self.paste)
        self.save_button = Button(icon_name="save", kind="icon", name=self.tr("Save the message"), run=self.save)
        self.undo_button = Button(icon_name="undo-2", kind="icon", name=self.tr("One step back"), run=self.undo)
        self.insert_button = Button(self.tr("Segment"), icon_name="plus", run=self.insert_segment)
        self.repeat_button = Button(self.tr("Repeat"), run=self.repeat)
        self.remove_button = Button(
            icon_name="trash-2", kind="icon", name=self.tr("Remove what is chosen"), run=self.remove
        )
        self.insert_button.setToolTip(self.tr("A segment after the chosen one"))
        self.repeat_button.setToolTip(self.tr("One more repetition of the chosen field"))
        self.path = QLineEdit()
        self.path.setPlaceholderText(self.tr("Go to PID-5.1 …"))
        self.path.setAccessibleName(self.tr("Go to a place, or PLACE=VALUE to set it"))
        self.path.setToolTip(self.tr("PID-5.1 goes there; PID-8=F sets it (Ctrl+G)"))
        self.path.setMaximumWidth(px(190))
        self.path.returnPressed.connect(self._go_to_path)
        self.empty = Button(self.tr("Empty fields"), checkable=True, run=self._redraw_tree)
        self.about = Text("", "small", "text2")
        return row(
            self.new_button,
            self.open_button,
            self.folder_button,
            self.paste_button,
            self.save_button,
            10,
            self.undo_button,
            self.insert_button,
            self.repeat_button,
            self.remove_button,
            10,
            self.path,
            self.empty,
            None,
            self.about,
            gap=6,
        )

    def _editors(self) -> QWidget:
        self.opened = PlainTable(self.tr("Opened messages"), (self.tr("Message"), self.tr("Answer")), (0, 96))
        self.opened.selectionModel().currentRowChanged.connect(lambda now, _: self.desk.choose(now.row()))
        self.opened_card = Surface("card")
        close = Button(icon_name="x", kind="icon", name=self.tr("Close the list"), run=self.desk.close_list)
        self.opened_title = Text("", "body_strong")
        head = row(self.opened_title, None, close, margins=(10, 4, 4, 0))
        inside = column(head, self.opened, gap=2)
        inside.setStretch(1, 1)
        self.opened_card.setLayout(inside)
        self.opened_card.hide()
        self.tree = EditTree()
        self.tree.edited.connect(self._edited)
        self.tree.removal_wanted.connect(lambda _path: self.remove())
        self.tree.field_chosen.connect(self._tree_moved)
        tree = Surface("card")
        tree.setLayout(column(self.tree, gap=0, margins=(1, 1, 1, 1)))
        self.raw = RawEditor()
        self.raw.typed.connect(self._typed)
        self.raw.undo_wanted.connect(self.undo)
        self.raw.redo_wanted.connect(self.redo)
        self.raw.message_pasted.connect(self.desk.take_pasted)
        self.raw.field_chosen.connect(self._raw_moved)
        raw = Surface("card")
        raw.setLayout(column(self.raw, gap=0, margins=(1, 1, 1, 1)))
        self.sides = QSplitter(Qt.Orientation.Horizontal)
        self.sides.setChildrenCollapsible(False)
        for number, (widget, share) in enumerate(((self.opened_card, 2), (tree, 5), (raw, 5))):
            self.sides.addWidget(widget)
            self.sides.setStretchFactor(number, share)
        return self.sides

    def _results(self) -> QWidget:
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("What came of it"))
        self.answer = AnswerCard(self.session.formats)
        self.wire = CodeView(self.tr("Bytes on the wire"), lambda: WIRE_RULES)
        self.wire.set_wrap(True)
        self.history = PlainTable(self.tr("Sent messages"), words.history_headers(), (90, 110, 170, 0, 0, 90))
        self.history.opened.connect(self.open_history)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter: type, control id, receiver, answer"))
        self.filter.setAccessibleName(self.tr("Filter of the history"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(lambda _text: self._show_history())
        self.forget = Button(self.tr("Clear"), icon_name="trash-2", run=self.ask_to_forget)
        past = QWidget()
        inside = column(row(self.filter, self.forget), self.history, gap=6, margins=(0, 6, 0, 0))
        inside.setStretch(1, 1)
        past.setLayout(inside)
        self.tabs.addTab(self.answer, self.tr("Answer"))
        self.tabs.addTab(self.wire, self.tr("On the wire"))
        self.tabs.addTab(past, self.tr("History"))
        self.beside = ListenerStrip(self.session)
        self.beside.address_wanted.connect(self.target.setCurrentText)
        self.tabs.addTab(self.beside, self.tr("Listener beside it"))
        return self.tabs

    # ---- the view's contract ----------------------------------------------------------------------------------
    def show_parameters(self, parameters: Mapping[str, str]) -> None:
        if not self._loaded:
            self._loaded = True
            self.desk.load()
        else:
            self.settled.emit()

    def next_pane(self) -> None:
        panes: list[QWidget] = [self.target, self.tree, self.raw, self.tabs]
        focused = QApplication.focusWidget()
        here = (
            next((n for n, pane in enumerate(panes) if focused is pane or pane.isAncestorOf(focused)), -1)
            if focused
            else -1
        )
        panes[(here + 1) % len(panes)].setFocus(Qt.FocusReason.TabFocusReason)

    def commands(self) -> Sequence[Command]:
        scope, where = "harness/message", self.tr("One message")
        idle = self._why_not

        def make(
            name: str,
            title: str,
            run: Callable[[], None],
            *keys: str,
            icon: str = "",
            off: Callable[[], str] | None = None,
        ) -> Command:
            return Command(
                name=f"harness.message_{name}",
                title=title,
                run=run,
                icon=icon,
                shortcuts=keys,
                scope=scope,
                where=where,
                unavailable=off,
            )

        return (
            make("send", self.tr("Send the message"), self.send, "Ctrl+Return", "Ctrl+Enter", icon="play", off=idle),
            make(
                "fresh",
                self.tr("Send as a new message"),
                self.send_fresh,
                "Ctrl+Shift+Return",
                "Ctrl+Shift+Enter",
                icon="repeat-2",
                off=idle,
            ),
            make("all", self.tr("Send all opened messages"), self.send_all, "Ctrl+Shift+A", icon="play", off=idle),
            make("open", self.tr("Open messages…"), self.open_files, "Ctrl+O", icon="file-search"),
            make("save", self.tr("Save the message…"), self.save, "Ctrl+S", icon="save"),
            make("undo", self.tr("One step back"), self.undo, "Ctrl+Z", icon="undo-2"),
            make("redo", self.tr("One step forward"), self.redo, "Ctrl+Y", "Ctrl+Shift+Z"),
            make("goto", self.tr("Go to a place, or set it"), self.go_to, "Ctrl+G", icon="search"),
            make("segment", self.tr("Insert a segment"), self.insert_segment, "Ctrl+I", icon="plus"),
            make("freshen", self.tr("New control id and time"), self.desk.freshen, "Ctrl+R", icon="rotate-cw"),
            make("stop", self.tr("Stop sending"), self.desk.stop, "Ctrl+.", icon="square"),
        )

    def _why_not(self) -> str:
        return self.tr("A message is being sent.") if self.desk.busy else ""

    # ---- what is shown ----------------------------------------------------------------------------------------
    def _show_draft(self) -> None:
        draft = self.desk.draft
        self._shown = draft.payload
        header = draft.header
        marks = header.delimiters
        self.raw.show_message(draft.text, f"{marks.field}{marks.encoding}")
        chosen = self.tree.current_path()
        self._redraw_tree()
        if chosen:
            self.tree.go_to_path(chosen)
        fault = draft.fault
        self.fault.setText(
            self.tr("This can be sent, but it is no HL7 message: %1").replace("%1", fault) if fault else ""
        )
        self.fault.setVisible(bool(fault))
        parts = (header.message_type, header.version, header.control_id, self.session.formats.size(len(draft.payload)))
        self.about.setText(" · ".join(part for part in parts if part))
        self.undo_button.setEnabled(draft.can_undo)

    def _redraw_tree(self) -> None:
        roots = self.desk.draft.nodes(empty=self.empty.isChecked())
        unfolded = self._unfolded()
        self.tree.show_nodes(roots)
        for root in roots:
            if root.path in unfolded or not unfolded:
                self.tree.expand(self.tree.tree.index_of(root))

    def _unfolded(self) -> set[str]:
        tree = self.tree
        return {root.path for root in tree.tree.roots if tree.isExpanded(tree.tree.index_of(root))}

    def _show_opened(self) -> None:
        found = self.desk.opened
        self.opened_card.setVisible(bool(found))
        self.all_button.setVisible(bool(found))
        self.all_button.setText(self.tr("Send all %1").replace("%1", self.session.formats.number(len(found))))
        self.opened_title.setText(self.tr("%n message(s)", "", len(found)))
        outcomes = words.outcome_words()
        rows = []
        for number, one in enumerate(found):
            judged = self.desk.results.get(number)
            answer = Cell("")
            if judged is not None:
                icon, family = words.TONES[str(judged.severity)]
                answer = Cell(
                    outcomes.get(str(judged.outcome), ""), tone=f"{family}_fg", icon=icon, tip=judged.sentence
                )
            rows.append(PlainRow((Cell(one.name, tone="text"), answer), key=str(number)))
        self.opened.selectionModel().blockSignals(True)
        self.opened.show_rows(rows)
        if 0 <= self.desk.chosen < len(rows):
            self.opened.selectRow(self.desk.chosen)
        self.opened.selectionModel().blockSignals(False)

    def _show_choices(self) -> None:
        typed = self.target.currentText()
        self.target.clear()
        engine = self.session.local_engine
        own = engine.mllp if engine is not None else FIRST_TARGET
        self.target.addItem(own)
        for choice in self.desk.choices:
            address = choice.target.address
            if choice.may_be_chosen and address != own:
                self.target.addItem(address)
                self.target.setItemData(self.target.count() - 1, choice.name, Qt.ItemDataRole.ToolTipRole)
        self.target.setCurrentText(typed or own)
        self.settled.emit()

    def _show_history(self) -> None:
        self.history.show_rows(words.history_rows(self.desk.history, self.session.formats, self.filter.text()))
        self.forget.setEnabled(bool(self.desk.history))

    def _told(self, told: Told) -> None:
        self.answer.show_told(told)
        self.wire.show_text(words.wire_text(told.exchange, self.session.formats))
        if self.tabs.currentIndex() == 2:
            self.tabs.setCurrentIndex(0)
        if self.desk.opened and told.number < len(self.desk.opened):
            self._show_opened()

    def _busy_changed(self, busy: bool) -> None:
        self.stop_button.setVisible(busy)
        for button in (self.send_button, self.fresh_button, self.all_button):
            button.setEnabled(not busy)
        if busy:
            self.answer.show_sending()
        elif self.desk.last is not None:
            self.answer.show_told(self.desk.last)
        else:
            self.answer.show_nothing()

    def _failed(self, error: SignalboxError) -> None:
        self.session.toast(error_text(error), tone="warn" if isinstance(error, Refused) else "fail")

    # ---- editing ----------------------------------------------------------------------------------------------
    def _edited(self, path: str, value: str, leaf: bool) -> None:
        # the model is rebuilt by the change, and must not be while Qt still commits the editor
        QTimer.singleShot(0, self, lambda: self.desk.edit(lambda draft: draft.set_value(path, value, leaf=leaf)))

    def _typed(self, text: str) -> None:
        if text != self.desk.draft.text:
            self.desk.edit(lambda draft: draft.set_text(text))

    def _tree_moved(self, path: str) -> None:
        self.raw.box(path)

    def _raw_moved(self, path: str) -> None:
        self.tree.go_to_path(path)

    def undo(self) -> None:
        self.raw.flush()
        self.desk.edit(Draft.undo)

    def redo(self) -> None:
        self.desk.edit(Draft.redo)

    def remove(self) -> None:
        """The chosen segment, repetition, or field's value."""
        path = self.tree.current_path()
        if path:
            self.desk.edit(lambda draft: draft.remove(path))

    def repeat(self) -> None:
        path = self.tree.current_path()
        if path:
            self.desk.edit(lambda draft: draft.repeat(path))

    def insert_segment(self) -> None:
        """A note after the chosen segment, to be typed over."""
        path = self.tree.current_path() or "MSH"
        mark = self.desk.draft.header.delimiters.field
        self.desk.edit(lambda draft: draft.insert_segment(f"NTE{mark}1{mark}{mark}", path))

    def go_to(self) -> None:
        self.path.setFocus()
        self.path.selectAll()

    def _go_to_path(self) -> None:
        text = self.path.text().strip()
        place, sets, value = text.partition("=")
        if sets:
            self.desk.edit(lambda draft: draft.set_value(place, value, leaf=True))
        if not self.tree.go_to_path(place.strip().upper()):
            self.session.toast(self.tr("The message has no %1.").replace("%1", place), tone="warn")
        else:
            self.raw.box(self.tree.current_path())
            self.tree.setFocus()

    # ---- files ------------------------------------------------------------------------------------------------
    def open_files(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Open messages"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([self.tr("HL7 messages (*.hl7 *.txt *.er7 *.dat *.mllp)"), self.tr("All files (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.desk.open([Path(name) for name in names]))
        dialog.open()

    def open_folder(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Open a folder of messages"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.desk.open([Path(name)]))
        dialog.open()

    def paste(self) -> None:
        text = QApplication.clipboard().text()
        if text.strip():
            self.desk.take_pasted(text)
        else:
            self.session.toast(self.tr("There is no text on the clipboard."), tone="warn")

    def save(self) -> None:
        payload = self.desk.draft.payload
        name = f"{self.desk.draft.header.control_id or 'message'}.hl7"
        QFileDialog.saveFileContent(payload, "".join(c if c.isalnum() or c in "-_." else "_" for c in name), self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        mime = event.mimeData()
        paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
        if paths:
            self.desk.open(paths)
        elif mime.hasText():
            self.desk.take_pasted(mime.text())
        event.acceptProposedAction()

    # ---- sending ----------------------------------------------------------------------------------------------
    def send(self) -> None:
        """The bytes as they are."""
        self.raw.flush()
        self._send((self.desk.draft.payload,))

    def send_fresh(self) -> None:
        """With a new control id and time, which stay in the draft."""
        self.raw.flush()
        self.desk.freshen()
        self._send((self.desk.draft.payload,))

    def send_all(self) -> None:
        """Every opened message, in its order, as it stands in its file (the chosen one as it was edited)."""
        self.raw.flush()
        payloads = [one.payload for one in self.desk.opened[:MOST_AT_ONCE]]
        if 0 <= self.desk.chosen < len(payloads):
            payloads[self.desk.chosen] = self.desk.draft.payload
        self._send(tuple(payloads))

    def _send(self, payloads: tuple[bytes, ...]) -> None:
        address = self.target.currentText().strip()
        if not payloads or not payloads[0]:
            self.session.toast(self.tr("There is no message to send."), tone="warn")
            return
        self.desk.send(Sending(payloads, address, self.desk.tls.get(address), float(self.patience.value())))

    def _confirm(self, address: str, text: str) -> None:
        ConfirmDialog(
            self.tr("Send to another machine?"),
            text,
            action=self.tr("Send to %1").replace("%1", address),
            run=lambda: self.desk.confirm(address),
            typed=address,
            parent=self.window(),
        ).ask()

    def ask_tls(self) -> None:
        address = self.target.currentText().strip()
        TlsDialog(
            address, self.desk.tls.get(address), lambda tls: self.desk.remember_tls(address, tls), parent=self.window()
        ).open()

    # ---- history ----------------------------------------------------------------------------------------------
    def open_history(self, key: str) -> None:
        """An earlier message becomes the draft; its bytes were kept only if it was marked as a test."""
        entry = self.desk.history[int(key)]
        message = entry.message
        if message is None:
            self.session.toast(
                self.tr("Its bytes were not kept: %1. %2").replace("%1", entry.kept).replace("%2", entry.sentence),
                tone="info",
            )
            return
        self.desk.edit(lambda draft: draft.replace(message))
        self.session.toast(entry.sentence, tone="info")

    def ask_to_forget(self) -> None:
        ConfirmDialog(
            self.tr("Clear the history?"),
            self.tr("What was sent from this view is forgotten on this computer. Receivers keep what they have."),
            action=self.tr("Clear the history"),
            run=self.desk.clear_history,
            parent=self.window(),
        ).ask()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Icons alone where there is little room."""
        super().resizeEvent(event)
        narrow = self.width() < px(1180)
        self.about.setVisible(not narrow)
        self.folder_button.setVisible(not self.width() < px(980))
