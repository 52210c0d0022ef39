"""The pipeline: accepted messages, strictly in their order, become events, resources and deliveries.

Always on one thread. It takes a few messages from the inbox, carries each through parse, identify and map with the
effects of those before it in sight, and has the batch written as one journal job; what is not committed did not happen
and is taken again. A message that fails is put aside as a dead letter together with its order (see
`storage.dead_letters`); everything else goes on. However much waits in the inbox, only one batch is in memory.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from console.core.clock import Clock, to_micros
from console.core.errors import EnvironmentFault
from console.core.events import Event, Hop, Kind, State
from console.core.ids import UuidSource
from console.engine.passage import Passage, Road, doomed, pass_through
from console.engine.passage_events import SOURCE
from console.engine.pipeline_state import PipelineState
from console.engine.pipeline_writing import write_batch
from console.engine.settings import EngineSettings
from console.fhir.concept_map import ConceptMaps
from console.storage import concept_maps, dead_letters, inbox
from console.storage.database import Database, DriverConnection
from console.storage.fresh_ids import uuid_source
from console.storage.inbox import Pending, Waiting
from console.storage.journal import Journal
from console.storage.write import WriteTransaction

BATCH: Final = 64
"""Messages per journal job: enough to share its commit, few enough not to keep an acknowledgment waiting."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Maps:
    """The concept maps and what tells whether they are still those in force."""

    standing: tuple[int, int]
    maps: ConceptMaps


class Pipeline:
    """A job for `turns.Turns`: `run_once` carries one batch."""

    name = "pipeline"
    news = frozenset({Kind.RECEIVED, Kind.RELEASED})

    def __init__(
        self,
        database: Database,
        journal: Journal,
        *,
        settings: EngineSettings,
        destinations: Sequence[str],
        clock: Clock,
        ids: UuidSource | None = None,
        give_way: Callable[[], None] = lambda: None,
    ) -> None:
        """`destinations` are the names the mapped messages go to. `give_way` is called between messages and may wait a
        little."""
        self._database = database
        self._journal = journal
        self._settings = settings
        self._destinations = tuple(destinations)
        self._clock = clock
        self._ids = ids or uuid_source()
        self._give_way = give_way
        self._reader: DriverConnection | None = None
        self._state: PipelineState | None = None
        self._maps: _Maps | None = None
        self._singly = 0  # batches of one still to be made, after a batch that could not be written

    def run_once(self) -> int:
        """Takes one batch through; gives how many messages it held, 0 when nothing is pending.

        Raises EnvironmentFault when it could not be written: then nothing has happened.
        """
        reader = self._connected()
        messages = inbox.pending(reader, 1 if self._singly else self._journal.portion(BATCH))
        if not messages:
            return 0
        try:
            self._carry(messages, reader)
        except EnvironmentFault:
            raise
        except Exception as error:  # noqa: BLE001 - find the one message that cannot be written
            if len(messages) > 1:
                _log.exception("a batch could not be written; its messages are taken one by one")
                self._singly = len(messages)
                return len(messages)
            _log.exception("a message could not be written", extra={"event_id": messages[0].event_id})
            self._write([doomed(messages[0], error, ids=self._ids, clock=self._clock)], reader)
        self._singly = max(self._singly - 1, 0)
        return len(messages)

    def close(self) -> None:
        """Lets go of the reading connection."""
        if self._reader is not None:
            self._reader.close()
            self._reader = self._state = None

    def _connected(self) -> DriverConnection:
        if self._reader is None:
            self._reader = self._database.connect_reader()
        if self._state is None:
            self._state = PipelineState(self._reader)
        return self._reader

    # ------------------------------------------------------------ one batch

    def _carry(self, messages: Sequence[Pending], reader: DriverConnection) -> None:
        assert self._state is not None
        holds = _Holds(reader)
        road = Road(
            settings=self._settings,
            concept_maps=self._maps_in_force(reader),
            destinations=self._destinations,
            state=self._state,
            holder=holds.holder,
            ids=self._ids,
            clock=self._clock,
        )
        passages: list[Passage] = []
        try:
            for message in messages:
                self._give_way()
                passage = pass_through(message, road)
                holds.add(passage)
                passages.append(passage)
            self._write(passages, reader)
        except BaseException:
            self._state.forget()
            raise
        self._state.keep()

    def _write(self, passages: Sequence[Passage], reader: DriverConnection) -> None:
        now = to_micros(self._clock())
        somebody_waits = inbox.any_waiting(reader)

        def job(write: WriteTransaction) -> None:
            write_batch(
                write,
                passages,
                destinations=self._destinations,
                now=now,
                released=self._released,
                somebody_waits=somebody_waits,
            )

        self._journal.submit_background(job).result()

    def _released(self, row: Waiting, because: str) -> Event:
        return released_event(row, because, ids=self._ids, clock=self._clock)

    def _maps_in_force(self, reader: DriverConnection) -> ConceptMaps:
        standing = concept_maps.standing(reader)
        if self._maps is None or self._maps.standing != standing:
            self._maps = _Maps(standing, concept_maps.load(reader))
        return self._maps.maps


def released_event(row: Waiting, because: str, *, ids: UuidSource, clock: Clock) -> Event:
    """The message.released of a row that may go on. `because` is a sentence."""
    now = clock()
    return Event(
        event_id=ids.event_id(),
        trace_id=row.trace_id,
        causation_id=row.event_id,
        kind=Kind.RELEASED,
        occurred_at=now,
        recorded_at=now,
        source=SOURCE,
        hop=Hop.MAP,
        state=State.ACCEPTED,
        detail={"because": because},
    )


class _Holds:
    """Which orders are held: by letters in the store, and by those this batch makes."""

    def __init__(self, reader: DriverConnection) -> None:
        self._reader = reader
        self._any = dead_letters.any_hold(reader)
        self._fresh: dict[str, str] = {}

    def holder(self, keys: Sequence[str]) -> str | None:
        if self._any:
            found = dead_letters.holder(self._reader, keys)
            if found is not None:
                return found
        return next((self._fresh[key] for key in keys if key in self._fresh), None)

    def add(self, passage: Passage) -> None:
        if passage.holds_orders_for:
            for key in passage.order_keys:
                self._fresh.setdefault(key, passage.holds_orders_for)
