"""From a chosen connection to a live desk: engine up, source open, feed followed, the screen told how fresh it is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, QTimer, Signal

from console.connections.source import FeedStatus
from console.connections.tokens import TOKEN_FILE
from console.core.errors import SignalboxError
from console.desktop.error_words import error_text
from console.desktop.jobs import Job, JobState
from console.desktop.opening import Address, Opened, Opener
from console.desktop.operations import Latest, Operation
from console.desktop.session import Finder, Hit, Link, Session, Standing
from console.desktop.settings import Connection
from console.desktop.supervisor import Child, Phase, Running, Supervisor
from console.investigation.answer import FeedChanges, FeedState

if TYPE_CHECKING:
    from console.investigation.desk import Desk

_log = logging.getLogger(__name__)

FRESH_S = 60.0
"""Heard nothing for longer than this: behind."""
MEASURE_EVERY_S = 30
CLOSE_WITHIN_S = 3.0


def standing_of(states: tuple[FeedState, ...], now: datetime, *, copy_bytes: int = 0) -> Standing:
    """How the screen stands to its sources, from where each feed stands."""
    live = [s for s in states if s.status in (FeedStatus.LIVE, FeedStatus.POLLING)]
    newest = max((s.as_of for s in states if s.as_of is not None), default=None)
    because = " ".join(s.text for s in states if s.text)
    if live:
        behind = max(0.0, *((now - s.as_of).total_seconds() for s in live if s.as_of is not None), 0.0)
        link = Link.BEHIND if behind > FRESH_S else Link.LIVE
        return Standing(link, len(states), len(live), behind, newest, copy_bytes, because=because)
    if any(s.status is FeedStatus.CONNECTING for s in states):
        return Standing(Link.CONNECTING, len(states), copy_as_of=newest, copy_bytes=copy_bytes)
    return Standing(
        Link.OFFLINE,
        len(states),
        copy_as_of=newest,
        copy_bytes=copy_bytes,
        next_try=min((s.next_try_at for s in states if s.next_try_at is not None), default=None),
        because=because,
    )


class Connector(QObject):
    """One connection at a time. `open` may be called again at any moment; what belonged to the old one is dropped.

    `opened` carries the connection once its desk is there; `failed` a `SignalboxError` when it could not be.
    """

    opened = Signal(object)
    failed = Signal(object)
    demo_is_live = Signal()
    """The demo hospital has sent its past and goes on by the clock."""

    def __init__(
        self, session: Session, opener: Opener, *, data: Path, environment: Callable[[str, str], None]
    ) -> None:
        super().__init__(session)
        self.session = session
        self.supervisor = Supervisor(self)
        self.connection: Connection | None = None
        self._opener = opener
        self._data = data
        self._show_environment = environment
        self._opening = Latest(session.io, self)
        self._desk: Opened | None = None
        self._following: Future[Any] | None = None
        self._closing: Future[None] | None = None
        self._generation = 0
        self._address: Address | None = None
        self._copy_bytes = 0
        self._jobs: dict[str, Job] = {}
        self._tick = QTimer(self)
        self._tick.setInterval(1_000)
        self._tick.timeout.connect(self._refresh)
        self._measure = QTimer(self)
        self._measure.setInterval(MEASURE_EVERY_S * 1_000)
        self._measure.timeout.connect(self._measure_copy)
        self.supervisor.engine_ready.connect(self._engine_ready)
        self.supervisor.failed.connect(self._could_not)
        self.supervisor.demo.said.connect(self._demo_said)
        for child in (self.supervisor.engine, self.supervisor.demo):
            child.phase_changed.connect(lambda phase, why, c=child: self._show_job(c, phase, why))
        session.try_now.connect(self.try_now)

    # ---- opening ----------------------------------------------------------------------------------------------
    def open(self, connection: Connection, token: str = "") -> None:
        """Leaves what is open and opens `connection`; an engine of this computer is started first.

        A `token` given here is kept for the next time.
        """
        self._leave()
        self.connection = self.session.connection = connection
        self._show_environment(connection.environment, connection.name)
        self.session.set_standing(Standing(Link.CONNECTING))
        if connection.kind == "engine":
            self._attach(self._address_elsewhere(connection, token))
        else:
            demo = connection.kind == "demo"
            self.supervisor.start(self._engine_folder(connection), demo=demo)

    def try_now(self) -> None:
        """Asks for contact at once: starts a fallen engine again, and the feed anew."""
        if self.connection is None:
            return
        ours = self.connection.kind != "engine"
        if ours and self.supervisor.engine.phase in (Phase.FAILED, Phase.STOPPED) and not self.supervisor.answers():
            self.supervisor.start(self._engine_folder(self.connection), demo=self.connection.kind == "demo")
        elif self._desk is not None:
            self._follow(self._desk.desk)
        elif self._address is not None:
            self._attach(self._address)

    def close(self) -> None:
        """Leaves everything; blocks until the children have ended and the copy is closed."""
        self._leave(wait=True)
        self.supervisor.stop()

    def _leave(self, *, wait: bool = False) -> None:
        self._tick.stop()
        self._measure.stop()
        self._opening.cancel()
        self._stop_following()
        desk, self._desk, self._address = self._desk, None, None
        self._copy_bytes = 0
        if desk is not None:
            self._closing = self.session.io.submit(desk.close())
            if wait:
                try:
                    self._closing.result(CLOSE_WITHIN_S)
                except TimeoutError:
                    _log.warning("desk not closed in time")
        if not wait and self.connection is not None:
            self.supervisor.stop()
            self.connection = self.session.connection = None
            self.session.local_engine = None
            self.session.finder = None
            self.session.set_desk(None)

    def _address_elsewhere(self, connection: Connection, token: str) -> Address:
        """The token of our own data folder never leaves this computer: it is tried for loopback addresses only."""
        host = urlsplit(connection.url).hostname or ""
        last = self._data / TOKEN_FILE if host in ("127.0.0.1", "localhost", "::1") else None
        folder = self._cache_folder(connection)
        return Address(connection.name, connection.url, folder, self._data, token, last_file=last)

    def _engine_folder(self, connection: Connection) -> Path:
        if connection.kind == "demo":
            return self._data
        return self._data / "engines" / folder_name(connection.name)

    def _cache_folder(self, connection: Connection) -> Path:
        return self._data / "cache" / folder_name(connection.name)

    def _engine_ready(self, running: Running) -> None:
        connection = self.connection
        if connection is None:
            return
        self.session.local_engine = running
        address = Address(
            connection.name, running.http, self._cache_folder(connection), self._data, token_file=running.token_file
        )
        if address != self._address:
            self._attach(address)
        elif self._desk is not None:  # the same engine again: do not wait for the feed's own next try
            self._follow(self._desk.desk)

    def _attach(self, address: Address) -> None:
        self._address = address
        clock = self.session.now
        opener, old, closing = self._opener, self._desk, self._closing
        self._desk = None
        self._stop_following()

        async def open_after_the_old_one() -> Opened:
            """The copy is one file: it must be closed before it is opened again."""
            if closing is not None:
                await asyncio.wait([asyncio.wrap_future(closing)])
            if old is not None:
                await old.close()
            return await opener(address, clock)

        self._opening.run(open_after_the_old_one, done=self._attached, failed=self._could_not)

    def _attached(self, opened: Opened) -> None:
        self._desk = opened
        if opened.notice:
            self.session.toast(opened.notice, tone="warn")
        self._follow(opened.desk)
        self._tick.start()
        self._measure.start()
        self._measure_copy()
        self.session.finder = self._finder(opened.desk)
        self.session.set_desk(opened.desk)
        self.opened.emit(self.connection)

    def _finder(self, desk: Desk) -> Finder:
        from console.desktop.presenters.finding import PaletteFinder

        session = self.session

        async def find(text: str) -> Sequence[Hit]:
            return await PaletteFinder(desk, session.formats, session.now)(text)

        return find

    def _could_not(self, error: SignalboxError) -> None:
        self.session.set_standing(Standing(Link.OFFLINE, because=error_text(error)))
        self.failed.emit(error)

    # ---- following --------------------------------------------------------------------------------------------
    def _stop_following(self) -> None:
        self._generation += 1
        if self._following is not None:
            self._following.cancel()
            self._following = None

    def _follow(self, desk: Desk) -> None:
        self._stop_following()
        generation = self._generation
        bridge, hub = self.session.io.bridge, self.session.hub

        def heard(notice: FeedChanges | FeedState) -> None:
            """On the io thread."""
            if generation != self._generation:
                return
            if isinstance(notice, FeedChanges):
                hub.report(notice)
            else:
                bridge.post(self._refresh)

        async def follow() -> None:
            stop = desk.subscribe(heard)
            try:
                await desk.follow()
            finally:
                stop()

        self._following = self.session.io.submit(follow())

    def _refresh(self) -> None:
        if self._desk is None:
            return
        states = tuple(self._desk.desk.feed_states.values())
        standing = standing_of(states, self.session.now(), copy_bytes=self._copy_bytes)
        if standing.because and self.session.formats.language != "en":  # the sources speak English
            standing = replace(standing, because=self.tr("The engine does not answer."))
        self.session.set_standing(standing)

    def _measure_copy(self) -> None:
        desk = self._desk
        if desk is None:
            return

        async def size() -> int:
            return desk.cache.size()

        operation = Operation(self.session.io, size, self)
        operation.succeeded.connect(self._measured)
        operation.start()

    def _measured(self, octets: int) -> None:
        self._copy_bytes = octets
        self._refresh()

    # ---- children ---------------------------------------------------------------------------------------------
    def _demo_said(self, line: str) -> None:
        if "now live" in line:
            self.demo_is_live.emit()

    def _show_job(self, child: Child, phase: Phase, why: str) -> None:
        titles = {"engine": self.tr("Engine on this computer"), "demo": self.tr("Demo hospital")}
        words = {
            Phase.STOPPED: (JobState.STOPPED, self.tr("stopped")),
            Phase.STARTING: (JobState.WAITING, self.tr("starting")),
            Phase.RUNNING: (JobState.RUNNING, self.tr("running")),
            Phase.WAITING: (JobState.WAITING, self.tr("fell, starting again")),
            Phase.FAILED: (JobState.FAILED, self.tr("fell too often")),
        }
        state, word = words[phase]
        job = self._jobs.get(child.name)
        if job is None:
            job = Job(titles[child.name], icon="server", stop=child.stop, retry=child.again)
            self._jobs[child.name] = self.session.jobs.add(job)
        job.report(state, f"{word}: {why}" if why else word)


def folder_name(name: str) -> str:
    """A connection's name as a folder's: letters and figures, the rest as hyphens, never empty."""
    made = "".join(c.lower() if c.isalnum() else "-" for c in name)
    return "-".join(part for part in made.split("-") if part)[:60] or "connection"
