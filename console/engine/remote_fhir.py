"""A FHIR R4 server spoken to over HTTP: transactions of PUTs out, single reads back. The only place that knows httpx.

Answers are data, never exceptions: a time-out, a reset and a page of HTML are outcomes like any other, and what to do
about them is decided elsewhere (`delivery.retry`). Redirects are not followed. Nothing of a body is logged.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import orjson

from console.core.errors import Refused
from console.delivery.retry import retry_after_seconds

FHIR_JSON: Final = "application/fhir+json"
LARGEST_ANSWER: Final = 64 * 1024 * 1024
_LONGEST_TEXT: Final = 500
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_NO_CLIENT_IDS: Final = re.compile(
    r"client[- ]?(?:assigned|defined|supplied|provided)? ids?\b|ID must not be supplied|HAPI-0(?:825|960)"
    r"|update[- ]as[- ]create|upsert",
    re.IGNORECASE,
)
_NO_BATCH: Final = frozenset({400, 403, 404, 405, 422, 501})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One resource to be PUT. `etag` '' puts it whatever is there (and makes it when nothing is)."""

    type: str
    id: str
    content: bytes
    etag: str = ""

    @property
    def reference(self) -> str:
        return f"{self.type}/{self.id}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` None: no usable answer, and `code` says why (timeout, unreachable, not-fhir, too-large).

    `text` and `path` are the OperationOutcome's, `spoke_fhir` whether there was one; `retry_after` in seconds; `etags`
    one per resource sent.
    """

    status: int | None
    code: str = ""
    text: str = ""
    path: str = ""
    retry_after: float | None = None
    etags: tuple[str, ...] = ()
    request_id: str = ""
    spoke_fhir: bool = False

    @property
    def forbids_client_ids(self) -> bool:
        """Whether the server refuses because it wants to choose ids itself."""
        return self.status == 405 or (self.status in (400, 403, 404, 422) and bool(_NO_CLIENT_IDS.search(self.text)))


@dataclass(frozen=True, slots=True)
class Copy:
    """The server's copy of a resource. `body` None: it has none (404, 410), or did not say (`answer.status` None)."""

    answer: Answer
    etag: str = ""
    body: dict[str, Any] | None = None


@dataclass(slots=True)
class RemoteFhir:
    """One server. Thread-safe: workers share its connections.

    `token` gives the bearer token ('' for none) and is asked again after a 401. `timeout` is for a whole answer, in
    seconds.
    """

    url: str
    token: Callable[[], str] = lambda: ""
    timeout: float = 30.0
    connections: int = 8
    _client: httpx.Client = field(init=False, repr=False)
    _bearer: str = field(init=False, repr=False, default="")
    _batches: bool = field(init=False, repr=False, default=True)

    def __post_init__(self) -> None:
        self.url = checked_url(self.url)
        self.renew_token()
        self._client = httpx.Client(
            timeout=httpx.Timeout(self.timeout, connect=min(self.timeout, 10.0)),
            limits=httpx.Limits(max_connections=self.connections, max_keepalive_connections=self.connections),
            follow_redirects=False,
            trust_env=False,
            verify=ssl.create_default_context(),
        )

    def close(self) -> None:
        self._client.close()

    def renew_token(self) -> None:
        """Asks for the token again. Raises Refused when it would travel in clear over a network."""
        self._bearer = self.token()
        parts = urlsplit(self.url)
        if self._bearer and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise Refused(
                f"--fhir {self.url}: the access token would travel unencrypted. Use an https address.",
                code="token-in-clear",
            )

    def put_all(self, resources: Sequence[Outgoing], *, trace: Mapping[str, str]) -> Answer:
        """All of them in one transaction, or none. `trace` are the headers that name the hop."""
        entries = []
        for resource in resources:
            request = {"method": "PUT", "url": resource.reference}
            if resource.etag:
                request["ifMatch"] = entity_tag(resource.etag)
            entries.append(
                {
                    "fullUrl": f"{self.url}/{resource.reference}",
                    "resource": orjson.Fragment(resource.content),
                    "request": request,
                }
            )
        body = orjson.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})
        answer, document = self._exchange("POST", "", body, trace)
        if answer.status is None or not 200 <= answer.status < 300:
            return answer
        return _of_transaction(answer, document, len(resources))

    def read_all(self, references: Sequence[str], *, trace: Mapping[str, str]) -> list[Copy]:
        """The server's current copies of these `Type/id`, past any cache, in order: in one batch where the server can.

        When the server did not answer, every copy carries that answer.
        """
        if self._batches and len(references) > 1:
            copies = self._read_batch(references, trace)
            if copies is not None:
                return copies
        found: list[Copy] = []
        for reference in references:
            found.append(self._read_one(reference, trace))
            if found[-1].answer.status is None:
                return [found[-1]] * len(references)
        return found

    def _read_one(self, reference: str, trace: Mapping[str, str]) -> Copy:
        answer, document = self._exchange("GET", f"/{reference}", None, trace)
        return _copy(reference, answer, document, answer.etags[0] if answer.etags else "")

    def _read_batch(self, references: Sequence[str], trace: Mapping[str, str]) -> list[Copy] | None:
        """None when this server takes no batches; then it is not asked again."""
        entries = [{"request": {"method": "GET", "url": reference}} for reference in references]
        body = orjson.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries})
        answer, document = self._exchange("POST", "", body, trace)
        if answer.status in _NO_BATCH:
            self._batches = False
            return None
        if answer.status != 200:
            return [Copy(answer)] * len(references)
        returned = _member(document, "entry")
        if not isinstance(returned, list) or len(returned) != len(references):
            self._batches = False
            return None
        copies: list[Copy] = []
        for reference, entry in zip(references, returned, strict=True):
            response = _member(entry, "response")
            status = str(_member(response, "status"))[:3]
            one = Answer(int(status), f"http-{status}") if status.isdecimal() else _not_fhir(answer)
            copies.append(_copy(reference, one, _member(entry, "resource"), str(_member(response, "etag"))))
        return copies

    # ------------------------------------------------------------ one exchange

    def _exchange(self, method: str, path: str, body: bytes | None, trace: Mapping[str, str]) -> tuple[Answer, Any]:
        headers = {"Accept": FHIR_JSON, "Cache-Control": "no-cache", **trace}
        if body is not None:
            headers["Content-Type"] = FHIR_JSON
            headers["Prefer"] = "return=minimal"
        if self._bearer:
            headers["Authorization"] = f"Bearer {self._bearer}"
        try:
            with self._client.stream(method, self.url + path, content=body, headers=headers) as response:
                content = self._read(response)
        except httpx.TimeoutException:
            return Answer(None, "timeout", f"no answer within {self.timeout:g} seconds"), None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            return Answer(None, "unreachable", "the address cannot be used"), None
        except httpx.HTTPError:
            return Answer(None, "unreachable", "the connection failed or broke off"), None
        if content is None:
            return Answer(None, "too-large", "the answer took too long or was too large"), None
        return _answer(response, content)

    def _read(self, response: httpx.Response) -> bytes | None:
        """The whole body; None when it is larger or comes slower than anybody should wait for."""
        deadline = monotonic() + self.timeout
        chunks: list[bytes] = []
        size = 0
        for chunk in response.iter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > LARGEST_ANSWER or monotonic() > deadline:
                return None
        return b"".join(chunks)


def checked_url(url: str) -> str:
    """A FHIR base address without a trailing slash. Raises Refused naming `--fhir`."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(
            f"--fhir must be the base address of a FHIR R4 server, like https://ehr.example/fhir, not {url[:80]!r}.",
            code="bad-fhir-url",
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Refused(
            "--fhir must hold neither a password nor a query. Give the token by environment variable or keyring.",
            code="bad-fhir-url",
        )
    return url.strip().rstrip("/")


def entity_tag(etag: str) -> str:
    """An ETag as If-Match wants it. HAPI names the bare version in the entries of its answers (`1` for `W/"1"`)."""
    return etag if '"' in etag else f'W/"{etag}"'


def destination_name(url: str) -> str:
    """What the destination is called: host, port and path of its address."""
    parts = urlsplit(checked_url(url))
    return f"{parts.netloc}{parts.path}"


def _answer(response: httpx.Response, content: bytes) -> tuple[Answer, Any]:
    document: Any = None
    if content:
        try:
            document = orjson.loads(content)
        except orjson.JSONDecodeError:
            document = None
    text, path = _outcome_words(document)
    etag = response.headers.get("etag", "")
    return (
        Answer(
            response.status_code,
            f"http-{response.status_code}",
            text,
            path,
            retry_after_seconds(response.headers, datetime.now(UTC)),
            (etag,) if etag else (),
            response.headers.get("x-request-id", "")[:128],
            _member(document, "resourceType") == "OperationOutcome",
        ),
        document,
    )


def _of_transaction(answer: Answer, document: Any, sent: int) -> Answer:
    """The verdict on a 2xx: every entry must say that it was done. A server that answered 200 and refused an entry
    has told us the entry's status; one that answered something else has not told us anything."""
    entries = document.get("entry") if isinstance(document, dict) else None
    if not isinstance(entries, list) or len(entries) != sent:
        return _not_fhir(answer)
    etags: list[str] = []
    for entry in entries:
        response = entry.get("response") if isinstance(entry, dict) else None
        status = str(_member(response, "status"))[:3]
        if not status.isdecimal():
            return _not_fhir(answer)
        if not status.startswith("2"):
            text, path = _outcome_words(_member(response, "outcome"))
            refused = Answer(int(status), f"http-{status}", text, path, answer.retry_after, spoke_fhir=True)
            return replace(refused, request_id=answer.request_id)
        etags.append(str(_member(response, "etag") or ""))
    return Answer(answer.status, answer.code, etags=tuple(etags), request_id=answer.request_id)


def _copy(reference: str, answer: Answer, document: Any, etag: str) -> Copy:
    if answer.status != 200:
        return Copy(answer)
    if f"{_member(document, 'resourceType')}/{_member(document, 'id')}" != reference:
        return Copy(_not_fhir(answer))
    version = _member(_member(document, "meta"), "versionId")
    return Copy(answer, etag or (f'W/"{version}"' if version else ""), document)


def _not_fhir(answer: Answer) -> Answer:
    return Answer(None, "not-fhir", f"status {answer.status}, but the answer is no FHIR document of the kind expected")


def _member(node: Any, name: str) -> Any:
    return node.get(name, "") if isinstance(node, dict) else ""


def _outcome_words(document: Any) -> tuple[str, str]:
    """What an OperationOutcome says, and of which element first."""
    if _member(document, "resourceType") != "OperationOutcome":
        return "", ""
    words: list[str] = []
    path = ""
    issues = document.get("issue")
    for issue in issues if isinstance(issues, list) else ():
        said = _member(issue, "diagnostics") or _member(_member(issue, "details"), "text") or _member(issue, "code")
        if said and said not in words:
            words.append(str(said))
        places = _member(issue, "expression") or _member(issue, "location")
        if not path and isinstance(places, list) and places:
            path = str(places[0])[:200]
    return "; ".join(words)[:_LONGEST_TEXT], path
