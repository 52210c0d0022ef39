"""Asking a foreign server a lot without hurting it: few requests at once, waits as it says, every failure explained."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from console.core.errors import EnvironmentFault, Refused

CONCURRENT = 4
TIMEOUT_S = 60.0
CONNECT_S = 5.0
TRIES = 6
LONGEST_WAIT_S = 30.0
_AGAIN = frozenset({429, 502, 503, 504})

Parameters = Sequence[tuple[str, str]]


class PoliteHttp:
    """One server. Belongs to one event loop; `close` it there. `asked` counts requests by what they were for."""

    def __init__(
        self,
        base: str,
        *,
        name: str,
        headers: Mapping[str, str] | None = None,
        concurrent: int = CONCURRENT,
        timeout: float = TIMEOUT_S,
        ca: Path | None = None,
        tls: ssl.SSLContext | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`name` for sentences, as `the FHIR server`. `ca`: a file with the authority of its certificate; `tls`
        takes its place. Raises Refused for an address that cannot be one."""
        self.base = checked_base(base)
        self.name = name
        self.asked: dict[str, int] = {}
        self._turns = asyncio.Semaphore(max(1, concurrent))
        self._sleep = sleep
        host = urlsplit(self.base).hostname or ""
        try:
            self._client = httpx.AsyncClient(
                headers={"User-Agent": "signalbox-harness", **(headers or {})},
                timeout=httpx.Timeout(timeout, connect=CONNECT_S),
                transport=transport,
                trust_env=host not in ("127.0.0.1", "localhost", "::1"),
                verify=tls or (ssl.create_default_context(cafile=str(ca)) if ca is not None else True),
                limits=httpx.Limits(max_connections=max(1, concurrent)),
            )
        except OSError as error:
            raise Refused(f"{ca} holds no certificate authority that can be read.", code="bad-ca") from error

    async def close(self) -> None:
        await self._client.aclose()

    def set_header(self, name: str, value: str) -> None:
        """A header of every further request."""
        self._client.headers[name] = value

    async def json(self, path: str, parameters: Parameters = (), *, purpose: str) -> Any:
        """The JSON at `path` (relative to the base, or a whole address on the same server). Numbers with a point come
        as text, with every digit. Raises EnvironmentFault."""
        response = await self.send("GET", path, parameters, purpose=purpose)
        return self.parsed(response)

    def parsed(self, response: httpx.Response) -> Any:
        try:
            return json.loads(response.content, parse_float=str)
        except ValueError as error:
            raise EnvironmentFault(
                f"What answers at {self.base} is not {self.name}: it sent something else than JSON. Check the address.",
                code="broken-answer",
                retryable=False,
            ) from error

    async def send(
        self,
        method: str,
        path: str,
        parameters: Parameters = (),
        *,
        purpose: str,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        content_type: str = "",
    ) -> httpx.Response:
        """A successful response. Waits and asks again where the server is busy. Raises EnvironmentFault."""
        url = self.address_of(path)
        wait = 0.2
        for attempt in range(1, TRIES + 1):
            async with self._turns:
                self.asked[purpose] = self.asked.get(purpose, 0) + 1
                try:
                    response = await self._client.request(
                        method,
                        url,
                        params=httpx.QueryParams(list(parameters)) if parameters else None,
                        data=form,
                        content=content,
                        headers={"Content-Type": content_type} if content_type else None,
                    )
                except httpx.HTTPError as error:
                    if attempt == TRIES or isinstance(error, httpx.ConnectError | httpx.UnsupportedProtocol):
                        raise self._fault(error) from error
                    response = None
            if response is not None:
                if response.is_success:
                    return response
                if response.status_code not in _AGAIN or attempt == TRIES:
                    raise self._refusal(response)
            await self._sleep(min(_told(response) or wait, LONGEST_WAIT_S))
            wait *= 2
        raise AssertionError("unreachable")

    def address_of(self, path: str) -> str:
        """Whole addresses are taken to our own server, whatever it calls itself: the token goes nowhere else."""
        if "://" not in path:
            return f"{self.base}/{path.lstrip('/')}"
        theirs, ours = urlsplit(path), urlsplit(self.base)
        return theirs._replace(scheme=ours.scheme, netloc=ours.netloc).geturl()

    def _fault(self, error: httpx.HTTPError) -> EnvironmentFault:
        if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout):
            return EnvironmentFault(
                f"{self.name[:1].upper()}{self.name[1:]} at {self.base} did not answer in time.",
                code="timed-out",
                detail=type(error).__name__,
            )
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return EnvironmentFault(
                f"The certificate of {self.name} at {self.base} is not trusted. Name the authority that signed it with "
                "the option ca.",
                code="certificate",
                detail=str(error)[:200],
                retryable=False,
            )
        return EnvironmentFault(
            f"Nobody answers at {self.base}. Is {self.name} running, and is this its address?",
            code="unreachable",
            detail=type(error).__name__,
        )

    def _refusal(self, response: httpx.Response) -> EnvironmentFault:
        if response.status_code in (401, 403):
            return EnvironmentFault(
                f"{self.name[:1].upper()}{self.name[1:]} at {self.base} does not let us in "
                f"({response.status_code}). Check the token or the user.",
                code="unauthorised",
                retryable=False,
            )
        return EnvironmentFault(
            f"{self.name[:1].upper()}{self.name[1:]} at {self.base} answered {response.status_code} to a question "
            "that it should know. Check the address and its version.",
            code="refused",
            detail=response.text[:200] if response.headers.get("content-type", "").startswith("text/") else "",
            retryable=response.status_code >= 500,
        )


def checked_base(address: str) -> str:
    """`http(s)://host[:port]/path` without a trailing slash. Raises Refused."""
    full = address.strip() if "://" in address else f"http://{address.strip()}"
    try:
        parts = urlsplit(full)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid or any(c.isspace() for c in full):
        raise Refused(f"{address[:100]!r} is no address like http://127.0.0.1:8080/fhir.", code="bad-address")
    return full.rstrip("/")


def _told(response: httpx.Response | None) -> float:
    """Retry-After in seconds (RFC 9110, 10.2.3), 0 when there is none."""
    text = response.headers.get("retry-after", "").strip() if response is not None else ""
    if not text:
        return 0.0
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0
