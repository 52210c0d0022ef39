"""What every page may ask for: the io thread, settings, formats, the desk, and the way to other places."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal

from console.core.clock import Clock
from console.core.errors import Bug, SignalboxError
from console.desktop.actions import CommandBook
from console.desktop.change_hub import ChangeHub
from console.desktop.error_words import error_text
from console.desktop.formats import Formats, masked
from console.desktop.io_thread import IoThread
from console.desktop.jobs import Jobs
from console.desktop.operations import Operation
from console.desktop.places import Place
from console.desktop.settings import Connection, SettingsStore

if TYPE_CHECKING:
    from console.desktop.harness_runner import HarnessRunner
    from console.desktop.supervisor import Running
    from console.investigation.desk import Desk

RECENT_KEPT = 12


class Link(StrEnum):
    """How the screen stands to its sources."""

    NONE = "none"
    """Nothing is connected yet."""
    CONNECTING = "connecting"
    LIVE = "live"
    BEHIND = "behind"
    """Answers arrive, but the newest shown event is more than a minute old news."""
    OFFLINE = "offline"
    """No source answers; what is shown is the local copy."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of the feed and the local copy, as the top bar, the status bar and the offline banner show it."""

    link: Link = Link.NONE
    sources: int = 0
    sources_live: int = 0
    behind_seconds: float = 0.0
    copy_as_of: datetime | None = None
    copy_bytes: int = 0
    next_try: datetime | None = None
    because: str = ""
    """A sentence for a person: why there is no contact."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing the paste-anything search found, ready for a row of the palette."""

    title: str
    kind: str
    """Translated word shown on the right: patient, encounter, message."""
    place: Place
    icon: str = "arrow-right"
    subtitle: str = ""
    person: bool = False
    """The title holds identity: masked in privacy mode."""


class Finder(Protocol):
    """Searches for the palette; runs on the io thread."""

    def __call__(self, text: str) -> Coroutine[Any, Any, Sequence[Hit]]: ...


class Session(QObject):
    """One run of the desktop. Lives on the GUI thread; pages keep a reference and no other global."""

    place_requested = Signal(object)
    standing_changed = Signal(object)
    privacy_changed = Signal(bool)
    compact_changed = Signal(bool)
    desk_changed = Signal()
    """Another connection: everything shown belongs to the old one."""
    badge_changed = Signal(str, int)
    """Page name and how many things there need somebody."""
    toast_requested = Signal(object)
    recent_changed = Signal()
    connection_requested = Signal(object, str)
    """Open this `settings.Connection`, with a token just entered or ''."""
    notice_changed = Signal(str)
    """A line for the status bar: what goes on in this window that changes how alarms are to be read; '' for nothing."""
    try_now = Signal()
    """The user asks for contact at once."""

    def __init__(
        self,
        *,
        io: IoThread,
        settings: SettingsStore,
        formats: Formats | None = None,
        clock: Clock = lambda: datetime.now(UTC),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.io = io
        self.settings = settings
        self.formats = formats or Formats()
        self.now = clock
        self.hub = ChangeHub(io.bridge, self)
        self.jobs = Jobs(self)
        self.commands = CommandBook()
        self.desk: Desk | None = None
        """Answers every question about the connected hospital; its coroutines run on the io thread only."""
        self.connection: Connection | None = None
        """What is open now."""
        self.finder: Finder | None = None
        self.recent: list[Hit] = []
        """What was looked at in this run, newest first."""
        self.standing = Standing()
        self.privacy = settings.value.privacy.mask_on_start
        self.compact = False
        self.current_page = ""
        """Name of the page that is shown."""
        self.current_scope = ""
        """The page shown and its part, as commands know it."""
        self.notice = ""
        self.local_engine: Running | None = None
        """The engine of this computer that is connected; None while none runs or it is elsewhere."""
        self._harness: HarnessRunner | None = None

    # ---- the harness ------------------------------------------------------------------------------------------
    @property
    def harness(self) -> HarnessRunner:
        """Runs the harness's programs; it outlives the pages, so a run goes on while something else is shown."""
        if self._harness is None:
            from console.desktop.harness_runner import HarnessRunner

            self._harness = HarnessRunner(self)
        return self._harness

    @property
    def harness_runs(self) -> bool:
        """Whether a run is going on, without making anything."""
        return self._harness is not None and self._harness.busy

    def close(self) -> None:
        """Ends every program that was started for this session, in order. Blocks for a few seconds at most."""
        from console.desktop.harness_program import Program

        for program in self.findChildren(Program):
            program.end()

    # ---- asking -----------------------------------------------------------------------------------------------
    def start(self, work: Callable[[], Coroutine[Any, Any, Any]], parent: QObject | None = None) -> Operation:
        """Starts a coroutine on the io thread; connect to the operation's signals."""
        return Operation(self.io, work, parent).start()

    def person(self, text: str) -> str:
        """A name, number or birth date as privacy mode allows it."""
        return masked(text) if self.privacy else text

    # ---- telling ----------------------------------------------------------------------------------------------
    def go(self, page: str, **params: str) -> None:
        """Shows another place, with a step in the history."""
        self.place_requested.emit(Place(page, params))

    def remember(self, hit: Hit) -> None:
        """Puts something looked at on top of the recent list (palette, Investigate)."""
        self.recent = [hit, *(h for h in self.recent if h.place != hit.place)][:RECENT_KEPT]
        self.recent_changed.emit()

    def set_standing(self, standing: Standing) -> None:
        if standing != self.standing:
            self.standing = standing
            self.standing_changed.emit(standing)

    def set_notice(self, text: str) -> None:
        if text != self.notice:
            self.notice = text
            self.notice_changed.emit(text)

    def set_privacy(self, on: bool) -> None:
        if on != self.privacy:
            self.privacy = on
            self.privacy_changed.emit(on)

    def set_compact(self, on: bool) -> None:
        if on != self.compact:
            self.compact = on
            self.compact_changed.emit(on)

    def set_desk(self, desk: Desk | None) -> None:
        self.desk = desk
        self.hub.forget()
        self.desk_changed.emit()

    def toast(self, text: str, *, tone: str = "info", action: str = "", run: Callable[[], None] | None = None) -> None:
        """A short notice in the corner. `tone` is info, ok, warn or fail; `action` names a button."""
        self.toast_requested.emit(Toast(text, tone, action, run))

    def toast_error(self, error: SignalboxError) -> None:
        """The notice of an error."""
        self.toast(error_text(error), tone="fail" if isinstance(error, Bug) else "warn")


@dataclass(frozen=True, slots=True)
class Toast:
    """A notice. `action` names its button, `run` is what that does."""

    text: str
    tone: str = "info"
    action: str = ""
    run: Callable[[], None] | None = None
