"""The parsed message as a tree: field with its name, value, note; the field an error names stands out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from console.desktop.icons import paint_icon
from console.desktop.models.message_tree import Node, find
from console.desktop.theme import px, theme

Index = QModelIndex | QPersistentModelIndex
NODE_ROLE = Qt.ItemDataRole.UserRole + 1
_LONGEST = 300


class TreeModel(QAbstractItemModel):
    """Qt's view of the nodes. They are kept alive here: Qt holds only their addresses."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.roots: Sequence[Node] = ()

    def show(self, roots: Sequence[Node]) -> None:
        self.beginResetModel()
        self.roots = roots
        self.endResetModel()

    def node(self, index: Index) -> Node:
        found = index.internalPointer()
        assert isinstance(found, Node), "an index of this model points to a node"
        return found

    def index_of(self, node: Node) -> QModelIndex:
        return self.createIndex(node.row, 0, node)

    def index(self, row: int, column: int, parent: Index | None = None) -> QModelIndex:
        siblings = self.node(parent).children if parent is not None and parent.isValid() else self.roots
        if 0 <= row < len(siblings) and 0 <= column < 3:
            return self.createIndex(row, column, siblings[row])
        return QModelIndex()

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        above = self.node(index).parent if index.isValid() else None
        return self.createIndex(above.row, 0, above) if above is not None else QModelIndex()

    def rowCount(self, parent: Index | None = None) -> int:
        if parent is None or not parent.isValid():
            return len(self.roots)
        return len(self.node(parent).children) if parent.column() == 0 else 0

    def columnCount(self, parent: Index | None = None) -> int:
        return 3

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self.node(index)
        if role == NODE_ROLE:
            return node
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            text = (f"{node.label}  {node.name}".strip(), node.value, self._note(node))[index.column()]
            if role == Qt.ItemDataRole.AccessibleTextRole and node.is_error and index.column() == 0:
                text = f"{self.tr('Error')}: {text}"
            return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (node.path, node.name, self._note(node)) if part)
        return None

    def _note(self, node: Node) -> str:
        return node.note.replace("null", self.tr("sent as empty: deletes what was there"), 1) if node.note else ""

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return (self.tr("Field"), self.tr("Value"), self.tr("Note"))[section]
        return None


class ParsedDelegate(QStyledItemDelegate):
    """Field names in the text font, values monospaced, an error in its colour with its icon."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        node: Node = index.data(NODE_ROLE)
        rect = QRectF(option.rect)
        colors = theme()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(rect, colors.color("bg_selected"))
        elif node.is_error:
            painter.fillRect(rect, colors.color("fail_soft"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, colors.color("bg_hover"))
        room = rect.adjusted(px(6), 0, -px(6), 0)
        if index.column() == 0 and node.is_error:
            side = px(14)
            paint_icon(painter, "circle-x", "fail_fg", QRectF(room.left(), rect.center().y() - side / 2, side, side))
            room.setLeft(room.left() + side + px(5))
        if index.column() == 0:
            self._field(painter, room, node)
            return
        font = colors.font("mono" if index.column() == 1 else "body")
        painter.setFont(font)
        tone = "fail_fg" if node.is_error else "text" if index.column() == 1 else "text2"
        painter.setPen(colors.color(tone))
        text = str(index.data() or "").replace("\n", " ⏎ ")
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    @staticmethod
    def _field(painter: QPainter, room: QRectF, node: Node) -> None:
        colors = theme()
        strong = node.parent is None or node.is_error
        font = colors.font("body_strong" if strong else "body")
        painter.setFont(font)
        painter.setPen(colors.color("fail_fg" if node.is_error else "text" if strong else "text2"))
        metrics = QFontMetricsF(font)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, node.label)
        room.setLeft(room.left() + metrics.horizontalAdvance(node.label) + px(8))
        if not node.is_error:
            painter.setPen(colors.color("text" if strong else "text2"))
        name = metrics.elidedText(node.name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)


class ParsedTree(QTreeView):
    """The tree. Opens with the error in view and its surroundings unfolded."""

    field_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, model: TreeModel | None = None) -> None:
        super().__init__(parent)
        self.tree = model or TreeModel(self)
        self.setModel(self.tree)
        self.setItemDelegate(ParsedDelegate(self))
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setExpandsOnDoubleClick(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIndentation(px(14))
        self.setMouseTracking(True)
        self.header().setSectionsMovable(False)
        self.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.header().setStretchLastSection(True)
        self.setAccessibleName(self.tr("Parsed message"))
        self.selectionModel().currentChanged.connect(self._moved)
        self._quiet = False

    def show_nodes(self, roots: Sequence[Node]) -> None:
        """Shows a message: what errors name is unfolded and in view; without any, the segments."""
        self._quiet = True
        self.tree.show(roots)
        first: Node | None = None
        for root in roots:
            for node in root.walk():
                if node.is_error:
                    first = first or node
                    self._unfold(node)
        if first is not None:
            self.scrollTo(self.tree.index_of(first), QAbstractItemView.ScrollHint.PositionAtCenter)
        self._quiet = False

    def _unfold(self, node: Node) -> None:
        above = node.parent
        while above is not None:
            self.expand(self.tree.index_of(above))
            above = above.parent

    def go_to_path(self, path: str) -> bool:
        """Selects a place and unfolds the way to it; False when the message has none."""
        node = find(self.tree.roots, path)
        if node is None:
            return False
        self._quiet = True
        self._unfold(node)
        self.setCurrentIndex(self.tree.index_of(node))
        self.scrollTo(self.tree.index_of(node))
        self._quiet = False
        return True

    def _moved(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid() and not self._quiet:
            self.field_chosen.emit(self.tree.node(current).path)

    def keyPressEvent(self, event: Any) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self.currentIndex().isValid():
            QApplication.clipboard().setText(self.tree.node(self.currentIndex()).value)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.viewport().width()
        narrow = width < px(520)
        # In a narrow panel the note has no room; it is in the tip, and the error stands above the tree.
        self.setColumnHidden(2, narrow)
        self.setColumnWidth(0, round(width * (0.5 if narrow else 0.40)))
        self.setColumnWidth(1, round(width * (0.5 if narrow else 0.34)))
