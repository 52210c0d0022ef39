"""A scroll area's inside that takes no more height than it must: it is squeezed before it is scrolled.

WORKAROUND(QScrollArea): an inside with wrapped texts gets its preferred height for the width, so the area scrolls
although everything in it could be smaller. This widget has no layout of its own and asks for the least height instead.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget


class Snug(QWidget):
    """Holds one widget that has a layout, always at its own full size."""

    def __init__(self, inside: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inside = inside
        inside.setParent(self)
        inside.installEventFilter(self)

    def minimumSizeHint(self) -> QSize:
        layout = self._inside.layout()
        if layout is None:
            return self._inside.minimumSizeHint()
        width = max(self.width(), layout.minimumSize().width())
        height = layout.minimumHeightForWidth(width) if layout.hasHeightForWidth() else layout.minimumSize().height()
        return QSize(layout.minimumSize().width(), height)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._inside and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._inside.resize(self.size())
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()
