"""The small vocabulary every page is built from: text, cards, buttons, rows. Looks come from the style sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from console.desktop.icons import icon, icon_size, pixmap
from console.desktop.theme import px, theme

Item = QWidget | QLayout | int | None
"""What `row` and `column` take: a widget, a layout, a gap in pixels at 100 %, or None for a stretch."""


class Text(QLabel):
    """Plain text in a role of the type scale (`body`, `title`, `mono`...) and a tone (`text2`, `fail`...).

    Never rich text: what a sender wrote must not become markup.
    """

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        tone: str = "",
        *,
        wrap: bool = False,
        selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        if role == "mono":  # a style sheet would drop the font's features: no ligatures in HL7
            theme().changed.connect(self._use_mono)
            self._use_mono()
        self._selectable = selectable
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        if self._selectable:  # nothing to select, nothing to stop at
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if text else Qt.FocusPolicy.NoFocus)
            self.setAccessibleName(text)

    def _use_mono(self) -> None:
        self.setFont(theme().font("mono"))

    def set_tone(self, tone: str) -> None:
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            repolish(self)


class ElidedText(Text):
    """A text of one line that gives way where there is no room, with dots instead of half a letter."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def mark_invalid(field: QWidget, wrong: bool) -> None:
    """Marks a text field whose contents cannot be used, or takes the mark away."""
    if bool(field.property("invalid")) is not wrong:
        field.setProperty("invalid", wrong)
        repolish(field)


def repolish(widget: QWidget) -> None:
    """Lets the style sheet look again after a dynamic property changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


class IconLabel(QLabel):
    """An icon that follows the theme. Decoration: the word beside it carries the meaning."""

    def __init__(self, name: str, token: str = "text2", size: float = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._token, self._size = name, token, size
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme().changed.connect(self._draw)
        self._draw()

    def set_icon(self, name: str, token: str | None = None) -> None:
        self._name, self._token = name, token or self._token
        self._draw()

    def _draw(self) -> None:
        self.setPixmap(pixmap(self._name, self._token, self._size))
        self.setFixedSize(icon_size(self._size))


class Button(QPushButton):
    """A push button. `kind` is secondary, primary, danger, ghost, link or icon; the accessible name is never empty."""

    def __init__(
        self,
        text: str = "",
        *,
        icon_name: str = "",
        kind: str = "secondary",
        name: str = "",
        tip: str = "",
        run: Callable[[], object] | None = None,
        checkable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._icon_name = icon_name
        self._named = bool(name)
        self.setProperty("kind", kind)
        self.setCheckable(checkable)
        self.setAccessibleName(name or text.replace("&", "") or tip)
        self.setToolTip(tip or (name if not text else ""))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        if run is not None:
            call = run
            self.clicked.connect(lambda: call())
        if icon_name:
            theme().changed.connect(self._draw)
            self._draw()

    def setText(self, text: str) -> None:
        had = bool(self.text())
        super().setText(text)
        if text and not self._named:
            self.setAccessibleName(text.replace("&", ""))
        if self._icon_name and bool(text) != had:
            self._draw()

    def set_icon(self, name: str) -> None:
        if name != self._icon_name:
            self._icon_name = name
            self._draw()

    def set_off(self, reason: str) -> None:
        """Switches the button off and says why in its tip; '' switches it on again."""
        self.setEnabled(not reason)
        self.setToolTip(reason or self.accessibleName())

    def _draw(self) -> None:
        kind = self.property("kind")
        token = {"primary": "on_accent", "danger": "fail_fg", "link": "accent"}.get(kind, "text2")
        gap = 5 if self.text() else 0
        self.setIcon(icon(self._icon_name, token, active="accent", gap=gap) if self._icon_name else QIcon())
        self.setIconSize(icon_size(16, gap))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self.setCursor(Qt.CursorShape.PointingHandCursor if self.isEnabled() else Qt.CursorShape.ArrowCursor)


class Choice(QComboBox):
    """A drop-down of (value, text) pairs with an accessible name; `chosen` hears of the user's picks only."""

    chosen = Signal(str)

    def __init__(
        self, name: str, options: Sequence[tuple[str, str]], value: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.view().setAccessibleName(name)
        for key, text in options:
            self.addItem(text, key)
        self.set_value(value)
        self.activated.connect(lambda: self.chosen.emit(self.value()))

    def value(self) -> str:
        return str(self.currentData())

    def set_value(self, value: str) -> None:
        """Selects a value without telling; an unknown one selects the first."""
        self.setCurrentIndex(max(0, self.findData(value)))


class Surface(QFrame):
    """A framed area: `card`, `sunken`, `plain`, `raised`, or a toned strip `warn`, `fail`, `info`, `ok`."""

    def __init__(self, surface: str = "card", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", surface)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def set_surface(self, surface: str) -> None:
        if self.property("surface") != surface:
            self.setProperty("surface", surface)
            repolish(self)


class Card(Surface):
    """A card with an optional heading; put contents into `body`."""

    def __init__(
        self, heading: str = "", *, padding: float = 16, gap: float = 8, parent: QWidget | None = None
    ) -> None:
        super().__init__("card", parent)
        self.body = QVBoxLayout(self)
        side = px(padding)
        self.body.setContentsMargins(side, px(max(padding - 4, 0)), side, px(max(padding - 4, 0)))
        self.body.setSpacing(px(gap))
        self.heading: Text | None = None
        if heading:
            self.heading = Text(heading, "heading")
            self.body.addWidget(self.heading)


def divider(*, vertical: bool = False, parent: QWidget | None = None) -> QFrame:
    line = Surface("divider", parent)
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line


def _fill(layout: QBoxLayout, items: tuple[Item, ...], gap: float, margins: tuple[float, float, float, float]) -> None:
    layout.setContentsMargins(*(px(m) for m in margins))
    layout.setSpacing(px(gap))
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(px(item))
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)


def row(*items: Item, gap: float = 8, margins: tuple[float, float, float, float] = (0, 0, 0, 0)) -> QHBoxLayout:
    """A horizontal layout; see `Item`. `margins` left, top, right, bottom at 100 %."""
    layout = QHBoxLayout()
    _fill(layout, items, gap, margins)
    return layout


def column(*items: Item, gap: float = 8, margins: tuple[float, float, float, float] = (0, 0, 0, 0)) -> QVBoxLayout:
    """A vertical layout; see `Item`."""
    layout = QVBoxLayout()
    _fill(layout, items, gap, margins)
    return layout


def clear_layout(layout: QLayout) -> None:
    """Empties a layout and deletes its widgets."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        inner = item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear_layout(inner)


def size(width: float, height: float) -> QSize:
    """A size at the user's scale."""
    return QSize(px(width), px(height))
