"""Read-only text with line numbers, coloured by kind, with places boxed: what the raw message and the JSON share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from console.desktop.theme import px, theme

Rules = Sequence[tuple[re.Pattern[str], str, bool]]
"""(pattern, colour token, bold); group 1 is coloured when there is one. Later rules win."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A boxed stretch of one line; `tone` is fail or accent. `end` -1: the whole line, tinted and not boxed."""

    line: int
    start: int
    end: int
    tone: str = "accent"


class _Colors(QSyntaxHighlighter):
    def __init__(self, document: QTextDocument, rules: Callable[[], Rules]) -> None:
        super().__init__(document)
        self._rules = rules

    def highlightBlock(self, text: str) -> None:
        for pattern, token, bold in self._rules():
            style = QTextCharFormat()
            style.setForeground(theme().color(token))
            if bold:
                style.setFontWeight(700)
            for found in pattern.finditer(text):
                start, end = found.span(1 if pattern.groups else 0)
                self.setFormat(start, end - start, style)


class _Numbers(QWidget):
    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self) -> QSize:
        return QSize(self._view.number_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._view.paint_numbers(self, event)


class CodeView(QPlainTextEdit):
    """Text one can read, select and copy, never change."""

    place_clicked = Signal(int, int)
    """Line and column, from 0."""

    def __init__(self, name: str, rules: Callable[[], Rules], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("kind", "code")
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName(name)
        self._marks: list[Mark] = []
        self._numbers = _Numbers(self)
        self._colors = _Colors(self.document(), rules)
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._follow)
        theme().changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self.setFont(theme().font("mono"))
        self.document().setDefaultFont(theme().font("mono"))
        self.setStyleSheet("QPlainTextEdit { border: none; padding: 0px; border-radius: 0px; }")
        self._colors.rehighlight()
        self._make_room()
        self._tint()

    # ---- what is shown ----------------------------------------------------------------------------------------
    def show_text(self, text: str, marks: Sequence[Mark] = ()) -> None:
        """Replaces the text and its marks; the first mark is brought into view."""
        if text != self.toPlainText():
            self.setPlainText(text)
        self.set_marks(marks)

    def set_marks(self, marks: Sequence[Mark], *, reveal: bool = True) -> None:
        self._marks = list(marks)
        self._tint()
        if marks and reveal:
            self.go_to_line(marks[0].line)

    def go_to_line(self, line: int) -> None:
        block = self.document().findBlockByNumber(line)
        if block.isValid():
            cursor = QTextCursor(block)
            self.setTextCursor(cursor)
            self.centerCursor()

    def set_wrap(self, on: bool) -> None:
        mode = QPlainTextEdit.LineWrapMode.WidgetWidth if on else QPlainTextEdit.LineWrapMode.NoWrap
        self.setLineWrapMode(mode)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)

    def _tint(self) -> None:
        """Tints the lines the marks are on, and the ground of each box."""
        tints = []
        for mark in self._marks:
            block = self.document().findBlockByNumber(mark.line)
            if not block.isValid():
                continue
            failed = mark.tone == "fail"
            line = QTextEdit.ExtraSelection()
            line.cursor = QTextCursor(block)
            soft = QColor(theme().color("fail_soft" if failed else "accent_soft"))
            if mark.end >= 0:
                soft.setAlphaF(0.55)
            line.format.setBackground(soft)
            line.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            tints.append(line)
            if mark.end >= 0:
                box = QTextEdit.ExtraSelection()
                cursor = QTextCursor(block)
                cursor.setPosition(block.position() + mark.start)
                cursor.setPosition(block.position() + mark.end, QTextCursor.MoveMode.KeepAnchor)
                box.cursor = cursor
                box.format.setBackground(theme().color("fail_soft" if failed else "accent_soft"))
                box.format.setForeground(theme().color("fail_fg" if failed else "accent"))
                tints.append(box)
        self.setExtraSelections(tints)
        self.viewport().update()

    # ---- painting ---------------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for mark in self._marks:
            block = self.document().findBlockByNumber(mark.line)
            if not block.isValid():
                continue
            solid = theme().color("fail_solid" if mark.tone == "fail" else "accent")
            if mark.end < 0:
                top = self.blockBoundingGeometry(block).translated(self.contentOffset())
                painter.fillRect(QRectF(0, top.top(), px(3), top.height()), solid)
                continue
            painter.setPen(QPen(solid, 1.4))
            for rect in self._boxes(block, mark.start, mark.end):
                painter.drawRoundedRect(rect, px(3), px(3))
        painter.end()

    def _boxes(self, block: QTextBlock, start: int, end: int) -> list[QRectF]:
        """The rectangles of a stretch, one per visual line it runs over."""
        layout, corner = block.layout(), self.blockBoundingGeometry(block).translated(self.contentOffset()).topLeft()
        boxes = []
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            first, last = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
            if first >= last:
                continue
            left, right = _x(line.cursorToX(first)), _x(line.cursorToX(last))
            boxes.append(
                QRectF(corner + QPointF(left - 1, line.y()), corner + QPointF(right + 1, line.y() + line.height()))
            )
        return boxes

    def number_width(self) -> int:
        digits = max(len(str(self.blockCount())), 2)
        return round(self.fontMetrics().horizontalAdvance("0") * digits) + px(24)

    def paint_numbers(self, margin: QWidget, event: QPaintEvent) -> None:
        painter = QPainter(margin)
        painter.fillRect(event.rect(), theme().color("bg_surface"))
        painter.setFont(theme().font("mono"))
        painter.setPen(theme().color("text3"))
        block = self.firstVisibleBlock()
        width = margin.width() - px(12)
        while block.isValid():
            top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
            if top > event.rect().bottom():
                break
            if block.isVisible():
                line = QRectF(0, top, width, self.fontMetrics().height() + 2)
                painter.drawText(line, Qt.AlignmentFlag.AlignRight, str(block.blockNumber() + 1))
            block = block.next()
        painter.end()

    def _make_room(self) -> None:
        self.setViewportMargins(self.number_width(), 0, 0, 0)
        self._numbers.setFixedWidth(self.number_width())

    def _follow(self, rect: QRect, scrolled: int) -> None:
        if scrolled:
            self._numbers.scroll(0, scrolled)
        else:
            self._numbers.update(0, rect.y(), self._numbers.width(), rect.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._numbers.setGeometry(inside.left(), inside.top(), self.number_width(), inside.height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if not self.textCursor().hasSelection():
            cursor = self.cursorForPosition(event.position().toPoint())
            self.place_clicked.emit(cursor.blockNumber(), cursor.positionInBlock())


def _x(answer: object) -> float:
    """`cursorToX` answers with a number or with (number, position), by version."""
    return float(answer[0] if isinstance(answer, tuple) else answer)  # type: ignore[arg-type]
