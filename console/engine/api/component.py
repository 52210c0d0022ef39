"""The HTTP side of an engine, put together: token, audit log, feed, API, FHIR facade, server."""

from __future__ import annotations

import asyncio
import threading

from sqlalchemy import select

from console import __version__
from console.connections.tokens import TOKEN_FILE, ensure_token
from console.engine.api.app import build_api, build_app
from console.engine.api.server import HttpServer, check_exposure, is_loopback, web_address
from console.engine.api.services import Services
from console.engine.audit_keeping import FileAnchor, ensure_audit_key
from console.engine.component import EngineContext
from console.engine.feed import Feed
from console.engine.fhir_facade.facade import FhirFacade
from console.storage.audit import AuditLog
from console.storage.fresh_ids import uuid_source
from console.storage.integrity import Soundness
from console.storage.schema import settings
from console.storage.write import WriteTransaction


class HttpComponent:
    """Built before the journal starts (the feed listens to its commits), started after the parts that do the work."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        chosen = context.settings
        check_exposure(chosen.http, exposed=chosen.http_exposed)
        self._feed = Feed(context.database, context.journal)
        self._audit = AuditLog(
            context.database,
            context.journal,
            key=ensure_audit_key(context.folder),
            keeper=FileAnchor(context.folder),
        )
        ids, guard = uuid_source(), threading.Lock()

        def new_id() -> str:
            with guard:
                return ids.event_id()

        self._journal_id = _journal_id(context) or new_id()
        services = Services(
            database=context.database,
            journal=context.journal,
            audit=self._audit,
            feed=self._feed,
            clock=context.clock,
            new_id=new_id,
            version=__version__,
            instance=self._journal_id,
            tenant=chosen.tenant,
            readiness=lambda: {"database": context.integrity.soundness is not Soundness.DAMAGED},
        )
        self._api = build_api(services)
        app = build_app(
            services,
            self._api,
            token=ensure_token(context.folder),
            names=chosen.http_names,
            loopback_only=is_loopback(chosen.http.host),
            facade=FhirFacade(services),
        )
        self._server = HttpServer(app, chosen.http)

    async def start(self) -> None:
        await asyncio.to_thread(self._api.openapi)  # made once, off the loop that answers senders
        await asyncio.wrap_future(self._context.journal.submit(self._name_journal))
        self._audit.start()
        self._feed.start()
        address = await self._server.start()
        self._context.announced.http = web_address(address)
        self._context.announced.token_file = str(self._context.folder / TOKEN_FILE)

    def _name_journal(self, write: WriteTransaction) -> None:
        write.insert(
            "settings", ("name", "value"), [(_JOURNAL_ID, self._journal_id)], conflict="ON CONFLICT DO NOTHING"
        )
        write.execute("UPDATE destinations SET breaker = 'closed'")  # with each run breakers begin closed

    async def stop(self) -> None:
        await self._feed.stop()
        await self._server.stop()
        await asyncio.to_thread(self._audit.stop)


_JOURNAL_ID = "journal_id"
"""Setting: the id this journal has for ever, by which clients know whose positions they keep."""


def _journal_id(context: EngineContext) -> str:
    with context.database.reader() as connection:
        query = select(settings.c.value).where(settings.c.name == _JOURNAL_ID)
        return str(connection.execute(query).scalar() or "")
