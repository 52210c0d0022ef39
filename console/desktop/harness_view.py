"""The views of the Harness page: what the frame expects of one, and the list of them.

A view is a module `console.desktop.pages.harness_<name>` with one class. It is imported when it is first shown, and a
view whose module is not there is not offered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from console.desktop.actions import Command
from console.desktop.session import Session

PAGE = "harness"


class HarnessView(QWidget):
    """Base of the views, with the same contract as `Page`: `settled` whenever what was asked for is on the screen,
    `moved` when the view itself went to another place of its own (its parameters have changed)."""

    settled = Signal()
    moved = Signal()
    title_changed = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session

    def show_parameters(self, parameters: Mapping[str, str]) -> None:
        """Shows a place of this view; `view` is not among the parameters."""
        self.settled.emit()

    def parameters(self) -> dict[str, str]:
        """Where the view is now; ids only."""
        return {}

    def commands(self) -> Sequence[Command]:
        """The view's own commands, of scope `harness/<name>`. Asked once."""
        return ()

    def entered(self) -> None:
        """The view has become the visible one."""

    def left(self) -> None:
        """Something else is shown. What the view started goes on if it lives in the session."""

    def next_pane(self) -> None:
        """F6: the focus goes to the next pane of the view."""
        self.focusNextChild()


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """Where a view is and how the frame shows it."""

    name: str
    class_name: str
    icon: str
    title: Callable[[], str]

    @property
    def module(self) -> str:
        return f"console.desktop.pages.harness_{self.name}"

    @property
    def scope(self) -> str:
        return f"{PAGE}/{self.name}"

    def exists(self) -> bool:
        return find_spec(self.module) is not None

    def load(self) -> type[HarnessView]:
        view: type[HarnessView] = getattr(import_module(self.module), self.class_name)
        return view


VIEWS: tuple[ViewSpec, ...] = (
    ViewSpec("run", "RunView", "activity", lambda: QCoreApplication.translate("HarnessViews", "Run")),
    ViewSpec("message", "MessageView", "file-text", lambda: QCoreApplication.translate("HarnessViews", "One message")),
    ViewSpec("listener", "ListenerView", "radio-tower", lambda: QCoreApplication.translate("HarnessViews", "Listener")),
    ViewSpec("probe", "ProbeView", "stethoscope", lambda: QCoreApplication.translate("HarnessViews", "Probe")),
    ViewSpec("gameday", "GameDayView", "hospital", lambda: QCoreApplication.translate("HarnessViews", "Game day")),
)


def shown_views() -> list[ViewSpec]:
    """The views of this build, in their order."""
    return [spec for spec in VIEWS if spec.exists()]
