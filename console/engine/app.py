"""A running engine: what is started in which order, and how it stops without leaving anything half done.

Start: the folder's lock, the database, the journal, the followers, then the components (the pipeline takes up what a
crash left before it hears anything new), the listener last, and only then the ready file. Stop: the other way round.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from console.core.clock import Clock
from console.core.errors import SignalboxError
from console.core.events import Event
from console.engine.component import Component, EngineContext
from console.engine.intake import Intake
from console.engine.judgement import Judge
from console.engine.late_acknowledgment import DECIDED
from console.engine.listener import Listener
from console.engine.quiet_gc import QuietCollector
from console.engine.readiness import ADDRESS_FILE, FolderLock, Ready, write_ready_file
from console.engine.settings import EngineSettings
from console.storage.database import Database, open_database
from console.storage.event_reading import event_of, events_of_trace
from console.storage.follower import Follower
from console.storage.fresh_ids import uuid_source
from console.storage.integrity import IntegrityCheck, Soundness
from console.storage.journal import Journal
from console.storage.key_index import WATERMARK, index_keys
from console.storage.reserve import Reserve
from console.storage.traces import TraceRows
from console.storage.traffic import count_arrivals, note_deliveries

ComponentFactory = Callable[[EngineContext], Component]

SWITCH_INTERVAL_S = 0.0002
"""How long a thread may keep the interpreter from the others: the pipeline's work must not delay an answer by more."""

_HOUSEKEEPING_S = 1.0
_PATIENCE_S = 30.0
_COMMON = (
    "Patient", "Encounter", "ServiceRequest", "DiagnosticReport", "Observation", "Specimen", "Provenance",
    "Practitioner", "Organization", "Location", "MedicationRequest", "Appointment", "DocumentReference",
)  # fmt: skip
_log = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Engine:
    """One engine over one data folder. Use as `async with`; `stopped` waits until somebody asks it to stop."""

    def __init__(
        self,
        folder: Path,
        settings: EngineSettings,
        *,
        components: Sequence[ComponentFactory] = (),
        clock: Clock = utc_now,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._folder = folder
        self._factories = components
        self._collector: QuietCollector | None = None
        self._stack = contextlib.AsyncExitStack()
        self._stop = asyncio.Event()
        self._error: SignalboxError | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.context: EngineContext

    async def __aenter__(self) -> Engine:
        """Brings everything up. Raises the house's errors; whatever was started by then is stopped again."""
        self._loop = asyncio.get_running_loop()
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def stop(self) -> None:
        """Asks the engine to stop. On the loop's thread."""
        self._stop.set()

    async def stopped(self) -> None:
        """Waits for the request to stop. Raises the error of a component that could not go on."""
        await self._stop.wait()
        if self._error is not None:
            raise self._error

    @property
    def ready(self) -> Ready:
        announced = self.context.announced
        return Ready(http=announced.http, mllp=announced.mllp, token_file=announced.token_file, pid=os.getpid())

    async def _start(self) -> None:
        lock = self._stack.enter_context(FolderLock(self._folder))
        database = open_database(self._settings.storage.database or self._folder / "journal.db")
        self._stack.callback(self._stopped_in_order, lock)
        self._stack.callback(database.close)
        storage = self._settings.storage
        reserve = Reserve(self._folder / "ballast", ballast=storage.ballast, minimum_free=storage.minimum_free)
        journal = Journal(database, reserve=reserve)
        folds = [index_keys, TraceRows().fold, count_arrivals, note_deliveries]
        follower = Follower(journal, WATERMARK, folds, clock=self._clock)
        integrity = IntegrityCheck(database)
        self._stack.callback(integrity.stop)
        self.context = context = EngineContext(
            folder=self._folder,
            settings=self._settings,
            database=database,
            journal=journal,
            follower=follower,
            integrity=integrity,
            clock=self._clock,
            instance=uuid_source().event_id(),
            started_at=self._clock(),
            unclean=lock.unclean,
            fatal=self._fatal,
        )
        ids = uuid_source()
        judge = Judge(self._settings, ids, listener="mllp")
        intake = Intake(journal, judge, ids, clock=self._clock, decided=partial(_decided, database))
        components = [factory(context) for factory in self._factories]
        journal.start()
        self._stack.push_async_callback(self._stop_journal, journal)
        follower.start()
        if lock.unclean:
            _log.warning("the last stop was not in order: checking the journal in the background")
            integrity.start()
        await asyncio.to_thread(_warm_up)
        for component in components:
            self._stack.push_async_callback(component.stop)
            await component.start()
        listener = Listener(self._settings.mllp, intake, clock=self._clock, right_of_way=context.right_of_way)
        self._stack.callback(intake.flush)
        self._stack.push_async_callback(listener.stop)
        context.announced.mllp = str(await listener.start())
        context.gauges.connections = lambda: listener.connections
        context.gauges.turned_away = lambda: listener.turned_away
        context.gauges.waiting = lambda: listener.waiting
        housekeeping = asyncio.ensure_future(self._keep_house())
        self._stack.callback(housekeeping.cancel)
        _log.info(
            "engine started",
            extra={"mllp": context.announced.mllp, "http": context.announced.http or "", "unclean": lock.unclean},
        )

    def _stopped_in_order(self, lock: FolderLock) -> None:
        """Clears the mark, unless a check it called for has not been made."""
        if not lock.unclean or self.context.integrity.soundness is Soundness.SOUND:
            lock.stopped_in_order()

    async def _stop_journal(self, journal: Journal) -> None:
        if not await asyncio.to_thread(journal.stop, _PATIENCE_S):
            _log.error("the journal did not stop in time", extra={"seconds": _PATIENCE_S})

    async def _keep_house(self) -> None:
        """Once a second: takes up indexing again where a full disk or an I/O error had stopped it, collects garbage."""
        context = self.context
        while True:
            await asyncio.sleep(_HOUSEKEEPING_S)
            if context.follower.indexed_up_to < context.journal.last_seq:
                context.follower.nudge()
            if self._collector is not None:
                self._collector.tick(time.monotonic(), quiet=not context.gauges.waiting())

    def collect_quietly(self) -> None:
        """Takes charge of this process's garbage collection, which only the engine's own process may do."""
        self._collector = QuietCollector()
        self._collector.take_charge(time.monotonic())

    def _fatal(self, error: SignalboxError) -> None:
        def end() -> None:
            self._error = self._error or error
            self._stop.set()

        assert self._loop is not None
        _log.error("a part of the engine cannot go on", extra={"code": error.code})
        self._loop.call_soon_threadsafe(end)


def _decided(database: Database, trace_id: str) -> Event | None:
    with database.reader() as reader:
        events = [event_of(row) for row in events_of_trace(reader, trace_id)]
    return next((event for event in reversed(events) if event.kind in DECIDED), None)


def _warm_up() -> None:
    """Loads what the first message would have to wait for: the models of the FHIR gate (0.2 s, 35 MB)."""
    from console.fhir.model import model_of

    for resource_type in _COMMON:
        model_of(resource_type)


def standard_components(settings: EngineSettings) -> list[ComponentFactory]:
    """The parts of a whole engine, in the order they start."""
    from console.engine import road
    from console.engine.api.component import HttpComponent

    foreign = [partial(road.ForeignStore, url=url) for url in settings.fhir_urls]
    return [road.ShippedMaps, *foreign, road.MappingAndFiling, HttpComponent]


def serve(folder: Path, settings: EngineSettings, *, ready_file: Path | None = None) -> None:
    """Runs an engine until SIGTERM or SIGINT. Raises the house's errors when it cannot start or go on."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(folder, settings, ready_file))


async def _serve(folder: Path, settings: EngineSettings, ready_file: Path | None) -> None:
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    engine = Engine(folder, settings, components=standard_components(settings))
    _stop_on_signals(engine)
    async with engine:
        engine.collect_quietly()
        here = folder / ADDRESS_FILE
        try:
            for told in dict.fromkeys((here, ready_file or here)):
                write_ready_file(told, engine.ready)
            await engine.stopped()
        finally:
            here.unlink(missing_ok=True)
        _log.info("engine stops")


def _stop_on_signals(engine: Engine) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, engine.stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(engine.stop))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is: four times the messages per second of the standard loop (measured)."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
