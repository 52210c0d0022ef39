"""The engine's HTTP side over a built store, without sockets: a client that speaks to the application directly."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from console.core.clock import to_micros
from console.core.ids import UuidSource
from console.engine.api.app import build_api, build_app
from console.engine.api.services import Services
from console.engine.audit_keeping import FileAnchor
from console.engine.feed import Feed
from console.engine.fhir_facade.facade import FhirFacade
from console.storage.audit import AuditLog
from console.storage.audit_reading import AuditFilter, audit_rows
from tests.builders.store import Store

TOKEN = "test-token-0123456789-0123456789-0123456789"
BASE = "http://127.0.0.1:8585"


@dataclass
class EngineApi:
    """An application, its parts, and a client with the token."""

    app: ASGIApp
    services: Services
    store: Store
    client: httpx.AsyncClient

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.client.get(path, params=params)

    async def json(self, path: str, **params: Any) -> Any:
        response = await self.get(path, **params)
        assert response.status_code == 200, response.text
        return response.json()

    def audited(self) -> list[Any]:
        """Audit entries, oldest first."""
        with self.store.database.reader() as connection:
            return audit_rows(connection, AuditFilter(), after=None, limit=10_000, ascending=True)


def services_over(store: Store, *, folder: Path | None = None) -> Services:
    """Services whose clock is the store's and whose ids count up."""
    counter = count(1)
    ids = UuidSource(lambda: to_micros(store.clock()) // 1000, lambda n: next(counter).to_bytes(n, "big"))
    audit = AuditLog(store.database, store.journal, key=b"k" * 32, keeper=FileAnchor(folder or store.folder))
    return Services(
        database=store.database,
        journal=store.journal,
        audit=audit,
        feed=Feed(store.database, store.journal, gather=0.0),
        clock=store.clock,
        new_id=ids.event_id,
        version="0.1.0",
        instance="test",
        tenant="default",
    )


@asynccontextmanager
async def engine_api(store: Store, **options: Any) -> AsyncIterator[EngineApi]:
    services = services_over(store)
    services.audit.start()
    services.feed.start()
    app = build_app(services, build_api(services), token=TOKEN, facade=FhirFacade(services), **options)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as client:
        try:
            yield EngineApi(app, services, store, client)
        finally:
            await services.feed.stop()
            services.audit.stop()
