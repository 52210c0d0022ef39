"""The road behind the acknowledgment, as parts of an engine: pipeline, built-in FHIR store, foreign FHIR servers."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable

from console.connections.secrets import open_secrets
from console.core.clock import to_micros
from console.core.resources import resource_path
from console.engine.component import EngineContext
from console.engine.deliverer import BUILT_IN, Deliverer
from console.engine.pipeline import Pipeline
from console.engine.remote_deliverer import RemoteDeliverer
from console.engine.remote_fhir import RemoteFhir, destination_name
from console.engine.settings import EngineSettings
from console.engine.turns import Turns
from console.storage import concept_maps
from console.storage.destinations import register

TOKEN_VARIABLE = "SIGNALBOX_FHIR_TOKEN"
"""The bearer token for `--fhir`, when all servers share it; without it the secret store is asked for
`fhir:<destination>`. Never on the command line, where every user of the machine could read it."""

_log = logging.getLogger(__name__)


def destinations(settings: EngineSettings) -> tuple[str, ...]:
    """Where every mapped message goes: the built-in store always."""
    return (BUILT_IN, *map(destination_name, settings.fhir_urls))


class ShippedMaps:
    """Puts the concept maps that ship with Signalbox into a store that does not have them yet."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context

    async def start(self) -> None:
        maps = await asyncio.to_thread(concept_maps.shipped, resource_path("concept_maps"))
        now = to_micros(self._context.clock())
        job = self._context.journal.submit(lambda write: concept_maps.seed(write, maps, now))
        left_out = await asyncio.wrap_future(job)
        if left_out:
            _log.info("published concept maps stay in force over shipped ones", extra={"count": len(left_out)})

    async def stop(self) -> None:
        """Nothing runs."""


class MappingAndFiling:
    """The pipeline and the built-in store, in turn on one thread."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        pipeline = Pipeline(
            context.database,
            context.journal,
            settings=context.settings,
            destinations=destinations(context.settings),
            clock=context.clock,
            give_way=context.right_of_way.give_way,
        )
        deliverer = Deliverer(context.database, context.journal, clock=context.clock)
        self._turns = Turns(context.journal, [pipeline, deliverer], name="road")

    async def start(self) -> None:
        now = to_micros(self._context.clock())
        job = self._context.journal.submit(lambda write: register(write, BUILT_IN, "builtin", "", now))
        await asyncio.wrap_future(job)
        await self._turns.start()

    async def stop(self) -> None:
        await self._turns.stop()


class ForeignStore:
    """One FHIR server of `--fhir` and the connection to it, opened and closed together."""

    def __init__(self, context: EngineContext, *, url: str) -> None:
        name = destination_name(url)
        self._server = RemoteFhir(url, token=_token(context, name))
        self._deliverer = RemoteDeliverer(
            context.database, context.journal, self._server, name=name, url=url, clock=context.clock
        )

    async def start(self) -> None:
        await self._deliverer.start()

    async def stop(self) -> None:
        await self._deliverer.stop()
        self._server.close()


def _token(context: EngineContext, name: str) -> Callable[[], str]:
    def find() -> str:
        given = os.environ.get(TOKEN_VARIABLE, "").strip()
        return given or open_secrets(context.folder).get(f"fhir:{name}") or ""

    return find
