"""Writing a message: the parsed tree whose values can be changed in place, and the raw text beside it."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QLineEdit, QStyleOptionViewItem, QWidget

from console.desktop.models.draft_message import codes_at, editable
from console.desktop.models.hl7_path import hl7_path
from console.desktop.models.message_tree import Node
from console.desktop.models.raw_message import raw_message
from console.desktop.theme import theme
from console.desktop.widgets.code_view import CodeView, Mark, Rules
from console.desktop.widgets.parsed_tree import NODE_ROLE, ParsedDelegate, ParsedTree, TreeModel

Index = QModelIndex | QPersistentModelIndex
TYPING_MS = 200
"""Silence after which what was typed is taken over into the tree."""


class EditTreeModel(TreeModel):
    """The tree's model with a second column one can type into."""

    edited = Signal(str, str, bool)
    """Path, new value, whether it is a leaf."""

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and index.column() == 1 and editable(self.node(index)):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.EditRole and index.isValid():
            return self.node(index).value
        return super().data(index, role)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        node = self.node(index)
        if str(value) != node.value:
            self.edited.emit(node.path, str(value), not node.children)
        return True


class _ValueDelegate(ParsedDelegate):
    """Types a value; where HL7 has a table of codes for it, they are offered with their meanings."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        field = QLineEdit(parent)
        field.setFrame(False)
        field.setFont(theme().font("mono"))
        node: Node = index.data(NODE_ROLE)
        field.setAccessibleName(f"{node.label} {node.name}".strip())
        codes = codes_at(node.path)
        if codes:
            completer = QCompleter([f"{code}  {said}" for code, said in codes.items()], field)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setMaxVisibleItems(14)
            field.setCompleter(completer)
        return field

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Of a picked line `M  Male` only the code counts."""
        text = editor.text() if isinstance(editor, QLineEdit) else ""
        node: Node = index.data(NODE_ROLE)
        code, gap, said = text.partition("  ")
        model.setData(index, code if gap and codes_at(node.path).get(code) == said else text)


class EditTree(ParsedTree):
    """F2, Enter or a double click on a value changes it; Delete removes what is chosen."""

    edited = Signal(str, str, bool)
    removal_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, model=EditTreeModel())
        self.tree.setParent(self)
        if isinstance(self.tree, EditTreeModel):
            self.tree.edited.connect(self.edited)
        triggers = QAbstractItemView.EditTrigger
        self.setItemDelegate(_ValueDelegate(self))
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed)
        self.setExpandsOnDoubleClick(False)

    def current_path(self) -> str:
        index = self.currentIndex()
        return self.tree.node(index).path if index.isValid() else ""

    def keyPressEvent(self, event: Any) -> None:
        index = self.currentIndex()
        at_rest = self.state() != QAbstractItemView.State.EditingState and index.isValid()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and at_rest:
            value = index.siblingAtColumn(1)
            if value.flags() & Qt.ItemFlag.ItemIsEditable:
                self.edit(value)
            else:
                self.setExpanded(index.siblingAtColumn(0), not self.isExpanded(index.siblingAtColumn(0)))
        elif event.key() == Qt.Key.Key_Delete and at_rest:
            self.removal_wanted.emit(self.current_path())
        else:
            super().keyPressEvent(event)


class RawEditor(CodeView):
    """The message as text, one segment a line. `typed` after a pause; steps back are the draft's, not the text's."""

    typed = Signal(str)
    field_chosen = Signal(str)
    undo_wanted = Signal()
    redo_wanted = Signal()
    message_pasted = Signal(str)
    """Something was pasted into an empty editor: perhaps a framed message or several."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._rules: Rules = ()
        super().__init__(self.tr("Raw message"), lambda: self._rules, parent)
        self.setReadOnly(False)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextEditorInteraction)
        self.setTabChangesFocus(True)
        self.set_wrap(True)
        self.setAcceptDrops(False)  # the page takes what is dropped
        self._showing = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_MS)
        self._pause.timeout.connect(self.flush)
        self.textChanged.connect(self._changed)
        self.place_clicked.connect(self._clicked)

    def show_message(self, text: str, separators: str) -> None:
        """Shows what the draft holds; the cursor stays where it was."""
        marks = re.escape("".join(dict.fromkeys((separators.replace("\\", "") + "\\") or "|^~\\&")))
        self._rules = (
            (re.compile(f"[{marks}]"), "syn_sep", False),
            (re.compile(r"^([A-Z][A-Z0-9]{2})"), "syn_seg", True),
        )
        if text == self.toPlainText():
            return
        self._showing = True
        at = self.textCursor().position()
        self.setPlainText(text)
        cursor = self.textCursor()
        cursor.setPosition(min(at, len(text)))
        self.setTextCursor(cursor)
        self._showing = False

    def box(self, path: str) -> None:
        """Boxes a field without moving the cursor."""
        place = hl7_path(path)
        span = raw_message(self.toPlainText()).span(place) if place is not None else None
        if span is None or place is None:
            self.set_marks([])
            return
        self.set_marks([Mark(span.line, span.start, -1 if not place.field else span.end, "accent")], reveal=False)
        block = self.document().findBlockByNumber(span.line)
        if block.isValid() and not self.hasFocus():
            cursor = self.textCursor()
            cursor.setPosition(block.position() + span.start)
            self.setTextCursor(cursor)
            self.ensureCursorVisible()

    def flush(self) -> None:
        """Takes over what was typed now."""
        self._pause.stop()
        self.typed.emit(self.toPlainText())

    def _changed(self) -> None:
        if not self._showing:
            self._pause.start()

    def _clicked(self, line: int, column: int) -> None:
        place = raw_message(self.toPlainText()).path_at(line, column)
        if place is not None:
            where = f"{place.segment}[{place.ordinal}]"
            self.field_chosen.emit(f"{where}-{place.field}" if place.field else where)

    def event(self, event: QEvent) -> bool:
        """Undo and redo are the page's: Qt would keep them for the text."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _steps(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Undo):
            self.flush()
            self.undo_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo_wanted.emit()
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source: Any) -> None:
        if not self.toPlainText().strip() and source.hasText():
            self.message_pasted.emit(source.text())
        else:
            super().insertFromMimeData(source)


def _steps(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
