"""The gate before every route: who asks, under which name, how much, for how long. Pure ASGI, nothing read before 401.

From outside in: RequestFrame (request id, headers, last resort), HostGuard, TokenGuard, BodyLimit, Deadline.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import logging
import re
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.core.errors import SignalboxError
from console.engine.api.interruption import Interruptible
from console.engine.api.refusals import Refusal, failure, refusal_of, send_refusal

BODY_LIMIT = 2 * 1024 * 1024
TIMEOUT_S = 10.0
IN_FLIGHT = 24
"""Requests worked on at once; the pool of database readers has 32."""

_SECURITY = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_log = logging.getLogger(__name__)


def header(scope: Scope, name: bytes) -> str:
    """The header's value, '' when it was not sent (or more than once, which is never meant well for ours)."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else ""


class RequestFrame:
    """Gives every request an id, every response its headers, and every accident a decent end."""

    def __init__(self, app: ASGIApp, *, new_id: Callable[[], str]) -> None:
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1000})
            return
        given = header(scope, b"x-request-id")
        identity = given if _REQUEST_ID.fullmatch(given) else self._new_id()
        scope.setdefault("state", {})["request_id"] = identity
        started, status = time.perf_counter(), 0

        async def send_framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = [(b"x-request-id", identity.encode()), *_SECURITY]
                taken = {name for name, _ in own}
                message["headers"] = [pair for pair in message.get("headers", ()) if pair[0] not in taken] + own
            await send(message)

        try:
            await self._app(scope, receive, send_framed)
        except Exception as error:  # noqa: BLE001 - the edge: nobody above can answer
            _log.error("request failed", extra={"code": type(error).__name__, "request_id": identity})
            if not status:
                refusal = refusal_of(error) if isinstance(error, SignalboxError) else failure()
                await send_refusal(scope, send_framed, refusal)
        finally:
            took = round((time.perf_counter() - started) * 1000, 1)
            extra = {"route": f"{scope['method']} {route_of(scope)}", "status": status, "took_ms": took}
            _log.debug("request", extra={**extra, "request_id": identity})


def route_of(scope: Scope) -> str:
    """The route's template, never the path itself: a path may hold a visit number. '' when no route matched."""
    route = scope.get("state", {}).get("route") or scope.get("route")
    return route if isinstance(route, str) else str(getattr(route, "path", ""))


class HostGuard:
    """Refuses a Host that is not ours, so that no web page can reach a loopback engine through a name of its own.

    An address written as numbers cannot be the outcome of DNS rebinding; names must be known.
    """

    def __init__(self, app: ASGIApp, *, names: Collection[str] = (), loopback_only: bool = True) -> None:
        self._app = app
        self._names = {"localhost", *(name.lower() for name in names)}
        self._loopback_only = loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_ours(header(scope, b"host")):
            await self._app(scope, receive, send)
            return
        await send_refusal(
            scope,
            send,
            Refusal(
                421,
                "host-not-served",
                "The Host header names a host that is not this engine.",
                "Use the address the engine printed at start, or add the name to engine.http.names in settings.toml.",
            ),
        )

    def _is_ours(self, host: str) -> bool:
        name = _host_name(host)
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not self._loopback_only


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()


class TokenGuard:
    """Lets in who has the token; judged on the headers alone. `public` are paths that anybody may GET."""

    def __init__(self, app: ASGIApp, *, token: str, actor: str, public: Iterable[str] = ()) -> None:
        self._app = app
        self._digest = hashlib.sha256(token.encode()).digest()
        self._actor = actor
        self._public = frozenset(public)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = header(scope, b"authorization")
        scheme, _, secret = given.partition(" ")
        known = self._is_token(secret.strip()) and scheme.lower() == "bearer"
        if known:
            scope["state"]["actor"] = self._actor
        elif scope["path"] not in self._public or scope["method"] not in ("GET", "HEAD") or given:
            await send_refusal(scope, send, _unauthorised(given))
            return
        await self._app(scope, receive, send)

    def _is_token(self, secret: str) -> bool:
        """Compared by digest: the time it takes tells neither length nor beginning."""
        return hmac.compare_digest(hashlib.sha256(secret.encode("utf-8", "replace")).digest(), self._digest)


def _unauthorised(given: str) -> Refusal:
    text = "The access token is not valid." if given else "An access token is needed."
    return Refusal(
        401,
        "unauthorised",
        text,
        "Send `Authorization: Bearer TOKEN`; the token is in api.token of the engine's data folder.",
        headers={"WWW-Authenticate": 'Bearer realm="signalbox"'},
    )


class BodyLimit:
    """Refuses a body that says it is too long before it is read, and one that turns out so as soon as it does."""

    def __init__(self, app: ASGIApp, *, limit: int = BODY_LIMIT) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        said = header(scope, b"content-length")
        if said and (not said.isdecimal() or len(said) > 12 or int(said) > self._limit):
            await send_refusal(scope, send, self._too_large())
            return
        taken = 0

        async def receive_limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._limit:
                raise self._too_large()
            return message

        await self._app(scope, receive_limited, send)

    def _too_large(self) -> Refusal:
        return Refusal(
            413, "body-too-large", f"The body is larger than {self._limit} bytes.", "Send less, or in several requests."
        )


class Deadline:
    """Answers in time: 503 when too much is under way, 504 when an answer takes too long. Streams are let be.

    Work that overruns is told to stop (its database statement is interrupted) and keeps its place until it has.
    """

    def __init__(
        self, app: ASGIApp, *, seconds: float = TIMEOUT_S, in_flight: int = IN_FLIGHT, streams: Iterable[str] = ()
    ) -> None:
        self._app = app
        self._seconds = seconds
        self._free = in_flight
        self._streams = frozenset(streams)
        self._late: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in self._streams:
            await self._app(scope, receive, send)
            return
        if self._free <= 0:
            await send_refusal(scope, send, _busy())
            return
        gate = _Gate(send)
        work = scope["state"]["work"] = Interruptible()
        self._free -= 1
        task = asyncio.ensure_future(self._app(scope, receive, gate.send))
        task.add_done_callback(self._done)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._seconds)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if done:
            task.result()
        elif not gate.started:
            gate.shut = True
            self._late.add(task)
            work.interrupt()
            await send_refusal(scope, send, _late(self._seconds))
        else:
            await task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._free += 1
        if task in self._late:
            self._late.discard(task)
            if not task.cancelled():
                task.exception()  # seen: the caller has had another answer


class _Gate:
    """Lets an answer out until it is shut."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False
        self.shut = False

    async def send(self, message: Any) -> None:
        if not self.shut:
            self.started = True
            await self._send(message)


def _busy() -> Refusal:
    return Refusal(
        503,
        "busy",
        "The engine is answering as many requests as it can.",
        "Try again in a moment.",
        headers={"Retry-After": "1"},
    )


def _late(seconds: float) -> Refusal:
    return Refusal(
        504,
        "too-slow",
        f"The answer was not ready within {seconds:g} s, so the search was stopped.",
        "Ask for less: a shorter time span, a smaller page, or a more exact identifier.",
    )
