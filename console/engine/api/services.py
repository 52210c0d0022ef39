"""What the routes are given to work with: the engine's parts, and a database snapshot per request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from console.core.clock import Clock
from console.core.errors import EnvironmentFault
from console.engine.api.auditing import AccessNote, note_of
from console.engine.api.interruption import Interruptible
from console.engine.feed import Feed
from console.storage.audit import AuditLog
from console.storage.database import Database, fault_of
from console.storage.journal import Journal

Readiness = Callable[[], Mapping[str, bool]]
"""Each part of the engine by name, and whether it works now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a route may use. `new_id` gives a new UUIDv7; safe from any thread."""

    database: Database
    journal: Journal
    audit: AuditLog
    feed: Feed
    clock: Clock
    new_id: Callable[[], str]
    version: str
    instance: str
    tenant: str
    readiness: Readiness = dict


class Asked:
    """One request on its way: the services, its audit note, its snapshot."""

    def __init__(self, request: Request) -> None:
        self.services: Services = request.app.state.services
        self.note: AccessNote = note_of(request.scope)
        self.request = request
        self._began = time.perf_counter()

    @property
    def took_ms(self) -> float:
        return round((time.perf_counter() - self._began) * 1000, 3)

    def reading(self) -> AbstractContextManager[Connection]:
        """See `reading`."""
        return reading(self.services.database, self.request.scope["state"]["work"])


@contextmanager
def reading(database: Database, work: Interruptible) -> Iterator[Connection]:
    """A snapshot of the database for one request; its statements stop when the request's time is up.

    Raises EnvironmentFault when the machine fails.
    """
    try:
        with database.reader() as connection, work.using(connection):
            yield connection
    except PoolTimeout as error:
        raise EnvironmentFault("All database readers are busy.", code="busy") from error
    except DBAPIError as error:
        if work.stopped:
            raise EnvironmentFault("The search was stopped: it took too long.", code="too-slow") from error
        fault = fault_of(error.orig, database.path) if error.orig else None
        if fault is None:
            raise
        raise fault from error


def asked(request: Request) -> Asked:
    """The dependency every route takes."""
    return Asked(request)
