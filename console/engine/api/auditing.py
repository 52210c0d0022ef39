"""Every request that may show patient data leaves an audit entry, sealed before the answer goes out.

Routes are audited unless they are on the list of those that cannot show any: a new route is audited by default. The
handler notes whose data it gives; the entry is written once per request, together with everybody else's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.core.clock import Clock, to_micros
from console.core.errors import EnvironmentFault, SignalboxError
from console.engine.api.addresses import FHIR, HEALTH, OPENAPI, ROOT, VERIFY
from console.engine.api.guards import header, route_of
from console.engine.api.refusals import refusal_of, send_refusal
from console.storage.audit import Access, AuditLog
from console.storage.schema import traces

WAIT_S = 2.0
"""How long an answer waits for its entry to be durable. After that it goes out, the entry still queued."""

NAMED = 200
"""Objects and patients an entry names; a page holds no more."""

NO_PATIENT_DATA = frozenset(
    {
        HEALTH,
        OPENAPI,
        f"{ROOT}/ready",
        f"{ROOT}/statistics",
        f"{ROOT}/destinations",
        VERIFY,
        f"GET {ROOT}/concept-maps",
        f"GET {ROOT}/concept-maps/{{name}}",
        f"{FHIR}/metadata",
    }
)
"""Route templates (or "METHOD template") whose answers cannot hold patient data."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class AccessNote:
    """What a handler says of the data it gives. `action` is read or search, or what was done."""

    action: str = ""
    patients: dict[str, None] = field(default_factory=dict)
    objects: dict[str, None] = field(default_factory=dict)
    count: int | None = None

    def saw(self, patient_ids: Iterable[str] = (), objects: Iterable[str] = ()) -> None:
        """Patients whose data is in the answer, and the ids of what it shows. Empty ids are left out."""
        self.patients.update(dict.fromkeys(p for p in patient_ids if p))
        self.objects.update(dict.fromkeys(o for o in objects if o))

    def saw_traces(self, connection: Connection, trace_ids: Iterable[str]) -> None:
        """The patients of these messages."""
        wanted = list(dict.fromkeys(trace_ids))
        if wanted:
            query = select(traces.c.patient_id).where(traces.c.trace_id.in_(wanted)).distinct()
            self.saw(str(row[0]) for row in connection.execute(query).all())


def note_of(scope: Scope) -> AccessNote:
    """The note of this request."""
    state = scope.setdefault("state", {})
    note = state.get("access")
    if not isinstance(note, AccessNote):
        note = state["access"] = AccessNote()
    return note


class Auditing:
    """Holds the answer back until its entry is written. A log that cannot be written means no patient data."""

    def __init__(self, app: ASGIApp, *, log: AuditLog, clock: Clock, new_id: Callable[[], str]) -> None:
        self._app = app
        self._log = log
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        note_of(scope)
        withheld = False

        async def send_audited(message: Message) -> None:
            nonlocal withheld
            if message["type"] == "http.response.start" and must_audit(scope["method"], route_of(scope)):
                try:
                    await self._record(scope, message["status"])
                except EnvironmentFault as fault:
                    withheld = True
                    await send_refusal(scope, send, refusal_of(fault))
            if not withheld:
                await send(message)

        await self._app(scope, receive, send_audited)

    async def _record(self, scope: Scope, status: int) -> None:
        """Raises EnvironmentFault when the log cannot be written."""
        written = asyncio.wrap_future(self._log.record(self._access(scope, status)))
        try:
            async with asyncio.timeout(WAIT_S):
                await asyncio.shield(written)
        except TimeoutError:
            written.add_done_callback(_seen)
            _log.warning("audit entry late", extra={"request_id": scope["state"]["request_id"]})
        except SignalboxError as error:
            raise EnvironmentFault(
                "The audit log cannot be written, so patient data is not shown. Check the disk of the data folder.",
                code="audit-not-writable",
                detail=error.code,
            ) from error

    def _access(self, scope: Scope, status: int) -> Access:
        note = note_of(scope)
        detail: dict[str, Any] = {"status": status}
        client = _client(scope)
        if client:
            detail["client"] = client
        asked = _parameter_names(scope)
        if asked:
            detail["parameters"] = asked
        if note.count is not None:
            detail["count"] = note.count
        if note.objects:
            detail["objects"] = list(note.objects)[:NAMED]
        return Access(
            at=to_micros(self._clock()),
            entry_id=self._new_id(),
            actor=str(scope["state"].get("actor", "")),
            action=note.action or "read",
            resource=_resource(scope, status),
            outcome=_outcome(status),
            request_id=str(scope["state"]["request_id"]),
            patient_ids=list(note.patients)[:NAMED],
            detail=detail,
        )


def must_audit(method: str, template: str) -> bool:
    """Whether answers of this route may hold patient data. A path that is no route holds none."""
    return bool(template) and template not in NO_PATIENT_DATA and f"{method} {template}" not in NO_PATIENT_DATA


def _resource(scope: Scope, status: int) -> str:
    """The route, with the ids that were put in it once they turned out to be ids."""
    filled = route_of(scope)
    if status < 400:
        for name, value in scope.get("path_params", {}).items():
            filled = filled.replace(f"{{{name}}}", str(value)[:128])
    return f"{scope['method']} {filled}"


def _parameter_names(scope: Scope) -> list[str]:
    """What was asked by, without the values: those may be names."""
    pairs = scope.get("query_string", b"").decode("latin-1").split("&")
    names = {pair.partition("=")[0][:64] for pair in pairs if pair}
    return sorted(name for name in names if name.isascii() and name.isprintable())[:32]


def _client(scope: Scope) -> str:
    """The program that asks, by its own account: the first word of User-Agent."""
    agent = header(scope, b"user-agent").partition(" ")[0][:64]
    return agent if agent.isascii() and agent.isprintable() else ""


def _outcome(status: int) -> str:
    if status < 400:
        return "ok"
    if status == 404 or status == 410:
        return "not-found"
    return "refused" if status < 500 else "failed"


def _seen(written: asyncio.Future[None]) -> None:
    if not written.cancelled():
        written.exception()
