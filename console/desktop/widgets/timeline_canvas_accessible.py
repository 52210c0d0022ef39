"""The canvas for people who hear it: a list with one item per order that needs a word and one per message.

Orders with something open come first, then every message in time order: name, state and time as one sentence, the
place on the screen, and "selected". The items are made when asked for, so a million messages cost nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget

from console.core.clock import from_micros
from console.desktop.models.status_words import Severity, loop_status, status_of
from console.desktop.models.system_names import status_text
from console.desktop.models.timeline_model import Loop
from console.desktop.widgets.timeline_canvas_hit import route_text
from console.desktop.widgets.timeline_canvas_scene import Selection
from console.desktop.widgets.timeline_canvas_strip import gap_words, loop_words

if TYPE_CHECKING:
    from console.desktop.widgets.timeline_canvas import TimelineCanvas

_MOST_KEPT = 512


class CanvasItem(QAccessibleInterface):
    """One order or one message. Valid as long as the canvas shows it."""

    def __init__(self, canvas: TimelineCanvas, selection: Selection) -> None:
        super().__init__()
        self._canvas = canvas
        self._selection = selection

    def isValid(self) -> bool:
        return True

    def object(self) -> QObject | None:  # type: ignore[override]
        return None

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._canvas)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.selectable = True
        state.focusable = True
        state.selected = self._canvas.scene.selection == self._selection
        return state

    def text(self, kind: QAccessible.Text) -> str:
        return spoken(self._canvas, self._selection) if kind == QAccessible.Text.Name else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Nothing here can be renamed."""

    def rect(self) -> QRect:
        place = self._canvas.place_of(self._selection)
        corner = self._canvas.mapToGlobal(QPoint(place.left(), place.top()))
        return QRect(corner, place.size())


class CanvasInterface(QAccessibleWidget):
    """The canvas itself: a list."""

    def __init__(self, canvas: TimelineCanvas) -> None:
        super().__init__(canvas, QAccessible.Role.List, canvas.accessibleName())
        self._canvas = canvas
        self._items: dict[Selection, CanvasItem] = {}

    def childCount(self) -> int:
        return len(open_loops(self._canvas)) + len(self._canvas.model)

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        selection = selection_at(self._canvas, index)
        if selection is None:
            return None
        if selection not in self._items:
            if len(self._items) >= _MOST_KEPT:
                self._items.clear()
            self._items[selection] = CanvasItem(self._canvas, selection)
        return self._items[selection]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        if not isinstance(child, CanvasItem):
            return -1
        return index_of(self._canvas, child._selection)

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return self._canvas.accessibleName()
        if kind == QAccessible.Text.Description:
            messages, orders = len(self._canvas.model), len(self._canvas.model.loops)
            return (
                QCoreApplication.translate("TimelineCanvas", "%1 messages, %2 orders")
                .replace("%1", str(messages))
                .replace("%2", str(orders))
            )
        return str(super().text(kind))


def open_loops(canvas: TimelineCanvas) -> list[Loop]:
    """Orders that still need somebody or something: those are read out before the messages."""
    return [loop for loop in canvas.model.loops if loop.severity > Severity.QUIET]


def selection_at(canvas: TimelineCanvas, index: int) -> Selection | None:
    """What the child with this number is; None beyond the end."""
    loops = open_loops(canvas)
    if 0 <= index < len(loops):
        return Selection(order_id=loops[index].order_id)
    row = index - len(loops)
    if 0 <= row < len(canvas.model):
        return Selection(event_id=str(canvas.model.entries[row]["event_id"]))
    return None


def index_of(canvas: TimelineCanvas, selection: Selection) -> int:
    loops = open_loops(canvas)
    if selection.order_id:
        return next((i for i, loop in enumerate(loops) if loop.order_id == selection.order_id), -1)
    row = canvas.model.row_of(selection.event_id)
    return row + len(loops) if row >= 0 else -1


def spoken(canvas: TimelineCanvas, selection: Selection) -> str:
    """`01:52:18, ORU^R01 U&E, Dead-lettered, LIS → engine, local code K-PL has no LOINC code`."""
    scene, model = canvas.scene, canvas.model
    if selection.order_id:
        loop = model.loop_of(selection.order_id)
        if loop is None:
            return ""
        name, more = loop_words(loop, scene)
        return ", ".join(p for p in (name, status_text(loop_status(loop.state)), gap_words(loop, scene) or more) if p)
    row = model.row_of(selection.event_id)
    if row < 0:
        return ""
    entry = model.entries[row]
    error = entry.get("error") or {}
    return ", ".join(
        part
        for part in (
            scene.formats.time(from_micros(int(model.columns.at[row])), seconds=True),
            f"{entry.get('message_type', '')} {entry.get('title', '')}".strip(),
            status_text(status_of(str(entry.get("state", "")))),
            route_text(entry),
            str(error.get("text", "")),
        )
        if part
    )


def _make(key: str, object_: QObject) -> QAccessibleInterface | None:
    from console.desktop.widgets.timeline_canvas import TimelineCanvas

    return CanvasInterface(object_) if isinstance(object_, TimelineCanvas) else None


def install() -> None:
    """Tells Qt how to make the canvas's interface. Repeating it does nothing."""
    global _installed
    if not _installed:
        QAccessible.installFactory(_make)
        _installed = True


_installed = False
