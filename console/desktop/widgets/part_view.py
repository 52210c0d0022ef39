"""A pane that shows its content, or that it is loading, or what went wrong, or that there is nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QStackedLayout, QWidget

from console.core.errors import SignalboxError
from console.desktop.widgets.kit import column
from console.desktop.widgets.states import LoadingState, empty_state, error_state


class PartView(QWidget):
    """`content` stays alive; the other states are made when they are needed."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self._stack = QStackedLayout(self)
        self._stack.addWidget(content)
        self._other: QWidget | None = None

    def show_content(self) -> None:
        self._stack.setCurrentWidget(self.content)
        self._drop()

    def show_loading(self, text: str) -> None:
        if not isinstance(self._other, LoadingState):
            self._show(LoadingState(text))

    def show_error(self, error: SignalboxError, retry: Callable[[], object] | None = None) -> None:
        card = error_state(error, action=self.tr("Try again") if retry else "", run=retry)
        self._show(_padded(card))

    def show_empty(
        self,
        title: str,
        text: str,
        icon_name: str = "inbox",
        *,
        action: str = "",
        run: Callable[[], object] | None = None,
    ) -> None:
        self._show(_padded(empty_state(title, text, icon_name=icon_name, action=action, run=run)))

    @property
    def shows_content(self) -> bool:
        return self._other is None

    def _show(self, widget: QWidget) -> None:
        self._drop()
        self._other = widget
        self._stack.addWidget(widget)
        self._stack.setCurrentWidget(widget)

    def _drop(self) -> None:
        if self._other is not None:
            self._stack.removeWidget(self._other)
            self._other.hide()
            self._other.deleteLater()
            self._other = None


def _padded(inner: QWidget) -> QWidget:
    outer = QWidget()
    outer.setLayout(column(inner, None, margins=(16, 14, 16, 14)))
    return outer
