"""What the shell expects of a page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from console.desktop.actions import Command
from console.desktop.places import Place
from console.desktop.session import Session
from console.investigation.answer import FeedChanges


class Page(QWidget):
    """Base of every page. Made once, when first shown; made anew when the language or the connection changes.

    A page emits `settled` each time what it was asked to show is on the screen: data, an empty state or an error
    state. `--screenshot` waits for it. `place_changed` tells the shell that the page itself moved on (another encounter
    picked inside it), with a step in the history.
    """

    settled = Signal()
    place_changed = Signal(object)
    title_changed = Signal(str)
    """Text for the window title; patient data only through `Session.person`."""
    part_changed = Signal()
    """Another part of the page is shown: other commands of the page's own may work now."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session

    def show_place(self, place: Place) -> None:
        """Shows a place of this page. Called before the page becomes visible, and again for each new place."""
        self.settled.emit()

    def place(self) -> Place | None:
        """Where the page is now; None when it shows nothing in particular."""
        return None

    def commands(self) -> Sequence[Command]:
        """The page's own commands; their scope is the page's name, or `page/part`. Asked after construction and again
        after each `part_changed`; those the book knows already are passed over."""
        return ()

    def part(self) -> str:
        """The part that is shown, for commands of scope `page/part`; '' for a page without parts."""
        return ""

    def entered(self) -> None:
        """The page has become the visible one."""

    def left(self) -> None:
        """Another page is shown; stop timers, let running operations end."""

    def changes_arrived(self, changes: FeedChanges) -> None:
        """New events (at most ten times a second), whether or not the page is visible."""

    def next_pane(self) -> None:
        """F6: moves the focus to the next pane of the page."""
        self.focusNextChild()
