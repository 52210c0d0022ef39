"""The box that takes anything: one line while somebody types, up to eight when somebody pastes a message."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from console.desktop.theme import px
from console.desktop.widgets.kit import IconLabel

LONGEST = 200_000
MOST_LINES = 8
TYPING_PAUSE_MS = 150


class PasteBox(QPlainTextEdit):
    """`asked` fires a moment after the last keystroke with the text, at once on Enter and on pasting."""

    asked = Signal(str)
    move_to_results = Signal(int)
    """Down (+1) or Up (-1) was pressed where the cursor cannot go further."""
    opened = Signal()
    """Enter: open the chosen result."""

    def __init__(self, placeholder: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setViewportMargins(px(26), 0, 0, 0)
        self.document().setDocumentMargin(px(2))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.textChanged.connect(self._changed)
        self._lines = 1
        self._lens = IconLabel("search", "text3", 16, self)

    def text(self) -> str:
        return self.toPlainText()

    def ask_now(self, text: str) -> None:
        """Puts text in and asks at once."""
        self.setPlainText(text)
        self.selectAll()
        self._ask()

    # ---- size -------------------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        return QSize(px(400), self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(px(160), self._height())

    def _height(self) -> int:
        return round(self.fontMetrics().lineSpacing() * self._lines) + px(20)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lens.move(px(11), (px(20) + self.fontMetrics().lineSpacing() - self._lens.height()) // 2)
        self._count_lines()

    def _count_lines(self) -> None:
        lines = min(max(round(self.document().size().height()), 1), MOST_LINES)
        if lines != self._lines:
            self._lines = lines
            self.updateGeometry()

    # ---- asking -----------------------------------------------------------------------------------------------
    def _changed(self) -> None:
        self._count_lines()
        self._pause.start()

    def _ask(self) -> None:
        self._pause.stop()
        self.asked.emit(self.text())

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Plain text only; a paste is asked for at once."""
        self.insertPlainText(source.text()[:LONGEST])
        self._ask()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shifted:
            if self._pause.isActive():
                self._ask()
            self.opened.emit()
        elif key == Qt.Key.Key_Escape and self.text():
            self.clear()
            self._ask()
        elif key == Qt.Key.Key_Down and not shifted and self._on_line(last=True):
            self.move_to_results.emit(1)
        elif key == Qt.Key.Key_Up and not shifted and self._on_line(last=False):
            self.move_to_results.emit(-1)
        else:
            super().keyPressEvent(event)

    def _on_line(self, *, last: bool) -> bool:
        """Whether the cursor stands in the last (first) line of the box."""
        cursor = self.textCursor()
        before = cursor.position()
        move = cursor.MoveOperation.Down if last else cursor.MoveOperation.Up
        return not cursor.movePosition(move) or cursor.position() == before
