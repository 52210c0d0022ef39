"""Talking HTTP to an engine: one client, one set of timeouts, and every failure as one of the house's errors."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from console.core.errors import Conflict, EnvironmentFault, Refused, SignalboxError

TIMEOUT_S = 12.0
"""Longer than the engine's own limit of 10 s, so that its explanation arrives."""

CONNECT_S = 3.0
Parameters = Mapping[str, str | int | Sequence[str]]


class EngineHttp:
    """The HTTP side of one engine. Belongs to one event loop; `close` it there."""

    def __init__(
        self,
        address: str,
        token: str,
        *,
        timeout: float = TIMEOUT_S,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Raises Refused when the address is no http or https URL, or the token no token."""
        self.address = checked_address(address)
        loopback = (urlsplit(self.address).hostname or "") in ("127.0.0.1", "localhost", "::1")
        if not (token.isascii() and token.isprintable()) or " " in token:
            raise Refused(
                "The access token holds characters that no token has. Copy it again from api.token.", code="bad-token"
            )
        self._client = httpx.AsyncClient(
            base_url=self.address,
            headers={"Authorization": f"Bearer {token}", "User-Agent": "signalbox"},
            timeout=httpx.Timeout(timeout, connect=CONNECT_S),
            transport=transport,
            trust_env=not loopback,  # a proxy has no business between us and this machine
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def json(
        self, path: str, parameters: Parameters | None = None, *, timeout: float | None = None
    ) -> dict[str, Any]:
        """The JSON object at `path`. `timeout` in seconds where an answer takes longer. Raises as `get`."""
        response = await self._send("GET", path, parameters, timeout=timeout)
        body = _object(response.content)
        if body is None:
            raise self._broken()
        return body

    async def get(self, path: str, parameters: Parameters | None = None) -> httpx.Response:
        """A successful response. Raises Refused, Conflict or EnvironmentFault."""
        return await self._send("GET", path, parameters)

    async def post(self, path: str, body: bytes, parameters: Parameters | None = None) -> dict[str, Any]:
        """Posts JSON. Raises as `get`."""
        response = await self._send("POST", path, parameters, body)
        answer = _object(response.content)
        if answer is None:
            raise self._broken()
        return answer

    async def _send(
        self,
        method: str,
        path: str,
        parameters: Parameters | None,
        body: bytes | None = None,
        *,
        timeout: float | None = None,
    ) -> httpx.Response:
        headers = {"X-Request-Id": uuid.uuid4().hex}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            response = await self._client.request(
                method,
                path,
                params=_given(parameters),
                headers=headers,
                content=body,
                timeout=httpx.USE_CLIENT_DEFAULT if timeout is None else httpx.Timeout(timeout, connect=CONNECT_S),
            )
        except httpx.HTTPError as error:
            raise self._fault(error) from error
        if not response.is_success:
            raise self._error(response.status_code, response.content)
        return response

    @asynccontextmanager
    async def stream(
        self, path: str, headers: Mapping[str, str], *, read_timeout: float
    ) -> AsyncIterator[httpx.Response]:
        """An open event stream. Raises as `get`, also while it is read."""
        timeout = httpx.Timeout(read_timeout, connect=CONNECT_S)
        wanted = {"Accept": "text/event-stream", "X-Request-Id": uuid.uuid4().hex, **headers}
        try:
            async with self._client.stream("GET", path, headers=wanted, timeout=timeout) as response:
                if not response.is_success:
                    raise self._error(response.status_code, await response.aread())
                if not response.headers.get("content-type", "").startswith("text/event-stream"):
                    raise self._broken()
                yield response
        except httpx.HTTPError as error:
            raise self._fault(error) from error

    # ------------------------------------------------------------ errors

    def _fault(self, error: httpx.HTTPError) -> SignalboxError:
        if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout):
            return EnvironmentFault(
                f"The engine at {self.address} did not answer in time. Try again, or ask for less.",
                code="timed-out",
                detail=type(error).__name__,
            )
        if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
            return Refused(f"{self.address} is no address of an engine.", code="bad-address")
        return EnvironmentFault(
            f"No engine answers at {self.address}. "
            "Start one with `signalbox engine serve`, or name another with --engine.",
            code="unreachable",
            detail=type(error).__name__,
        )

    def _error(self, status: int, content: bytes) -> SignalboxError:
        problem = _object(content)
        if problem is None or "code" not in problem:
            if status in (502, 503, 504):
                return EnvironmentFault(
                    f"Something in front of the engine at {self.address} answers {status}. Try again in a moment.",
                    code="unreachable",
                )
            return self._broken()
        code = str(problem["code"])
        text = " ".join(str(problem.get(part, "")) for part in ("detail", "what_to_do")).strip()
        detail = _particulars(problem)
        if status in (412,):
            return Conflict(text, code=code, detail=detail)
        if status >= 500:
            return EnvironmentFault(text, code=code, detail=detail)
        return Refused(text, code=code, detail=detail)

    def _broken(self) -> EnvironmentFault:
        return EnvironmentFault(
            f"What answers at {self.address} is no Signalbox engine of this version. "
            "Check the address and its version.",
            code="broken-answer",
            retryable=False,
        )


def checked_address(address: str) -> str:
    """`http://host:port` without a trailing slash; `host:port` is taken as http. Raises Refused."""
    full = address.strip() if "://" in address else f"http://{address.strip()}"
    try:
        parts = urlsplit(full)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid or any(c.isspace() for c in full):
        raise Refused(
            f"--engine must be an address like http://127.0.0.1:8585, not {address[:100]!r}.", code="bad-address"
        )
    return full.rstrip("/")


def _given(parameters: Parameters | None) -> httpx.QueryParams:
    """Query pairs; empty values are left out, sequences repeated."""
    pairs: list[tuple[str, str | int | float | bool | None]] = []
    for name, value in (parameters or {}).items():
        values = [str(value)] if isinstance(value, str | int) else [str(one) for one in value]
        pairs += [(name, one) for one in values if one]
    return httpx.QueryParams(pairs)


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        body = orjson.loads(content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _particulars(problem: Mapping[str, Any]) -> str:
    errors = problem.get("errors") or []
    told = "; ".join(f"{e.get('path', '')}: {e.get('text', '')}" for e in errors if isinstance(e, dict))
    choices = problem.get("choices") or []
    return told or ", ".join(str(c.get("encounter_id", "")) for c in choices if isinstance(c, dict))
