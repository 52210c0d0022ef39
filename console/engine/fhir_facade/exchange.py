"""One request to the facade and its answer, without the web framework: the facade's routes are few and its own."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope, Send

from console.core.clock import from_micros
from console.core.json_text import indented
from console.engine.api.addresses import FHIR
from console.engine.api.guards import header
from console.engine.api.refusals import FHIR_JSON, Refusal

_JSON_FORMATS = frozenset({"json", "application/fhir+json", "application/json", "text/json"})
_JSON_RANGES = ("application/fhir+json", "application/json", "application/*", "text/json", "*/*")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Asked:
    """`segments` is the path below /fhir. `base` is the facade's URL as the client reached it."""

    method: str
    segments: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    base: str
    strict: bool
    pretty: bool
    if_none_match: str
    if_modified_since: datetime | None
    native: bool = False
    """The content of a Binary itself is wanted, not the resource around it."""


@dataclass(slots=True)
class Answer:
    """What goes back."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


async def read_request(scope: Scope, receive: Receive) -> Asked:
    """Raises Refusal 400, 406 or 415 for what cannot be understood."""
    raw_path = bytes(scope.get("raw_path") or str(scope["path"]).encode())
    path = str(scope["path"]).removeprefix(FHIR).strip("/")
    if b"%2f" in raw_path.lower():
        raise Refusal(404, "not-found", "No id has a slash in it.", "Check the address.")
    pairs = _pairs(scope.get("query_string", b""))
    segments = tuple(path.split("/")) if path else ()
    if scope["method"] == "POST" and segments[-1:] == ("_search",):
        pairs += _pairs(await _form(scope, receive))
    native = (
        segments[:1] == ("Binary",) and len(segments) in (2, 4) and not _serves_json(pairs, header(scope, b"accept"))
    )
    if not native and not _serves_json(pairs, header(scope, b"accept")):
        raise Refusal(406, "only-json", "Only JSON is offered.", "Accept application/fhir+json.")
    since = header(scope, b"if-modified-since")
    return Asked(
        method=str(scope["method"]),
        segments=segments,
        pairs=tuple(pairs),
        base=f"{scope['scheme']}://{header(scope, b'host')}{FHIR}",
        strict="handling=strict" in header(scope, b"prefer").replace(" ", ""),
        pretty=("_pretty", "true") in pairs,
        if_none_match=header(scope, b"if-none-match"),
        if_modified_since=_http_date(since) if since else None,
        native=native,
    )


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=200, errors="strict")
    except ValueError as error:
        raise Refusal(
            400, "invalid-query", "The parameters are not valid URL-encoded UTF-8.", "Encode them anew."
        ) from error


async def _form(scope: Scope, receive: Receive) -> bytes:
    kind = header(scope, b"content-type").partition(";")[0].strip().lower()
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = bool(message.get("more_body"))
    if body and kind != _FORM:
        raise Refusal(415, "not-a-form", f"A search by POST is sent as {_FORM}.", "Set the Content-Type header.")
    return body


def _serves_json(pairs: Sequence[tuple[str, str]], accepted: str) -> bool:
    asked = next((value for name, value in pairs if name == "_format"), "")
    if asked:
        return asked.partition(";")[0].strip().lower().replace(" ", "+") in _JSON_FORMATS
    ranges = [part.partition(";")[0].strip().lower() for part in accepted.split(",") if part.strip()]
    return not ranges or any(one in _JSON_RANGES for one in ranges)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def resource_answer(asked: Asked, body: bytes, version: int, last_updated: int) -> Answer:
    """A resource with its version and date; 304 when the client has this one (http.html#cread)."""
    changed = from_micros(last_updated).replace(microsecond=0)
    headers = {"ETag": f'W/"{version}"', "Last-Modified": format_datetime(changed, usegmt=True)}
    if asked.if_none_match:
        known = {tag.strip().removeprefix("W/").strip('"') for tag in asked.if_none_match.split(",")}
        if str(version) in known or "*" in known:
            return Answer(b"", 304, headers)
    elif asked.if_modified_since is not None and changed <= asked.if_modified_since:
        return Answer(b"", 304, headers)
    return Answer(body, headers=headers)


_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}")


def native_answer(body: bytes, version: int) -> Answer:
    """The content of a Binary (hl7.org/fhir/R4/binary.html#rest), to be saved and never to be run by a browser."""
    resource = orjson.loads(body)
    kind = str(resource.get("contentType", "")).partition(";")[0].strip().lower()
    try:
        content = base64.b64decode(str(resource.get("data", "")), validate=True)
    except ValueError as error:
        raise Refusal(422, "not-base64", "The content of this Binary is damaged.", "Read it as a resource.") from error
    headers = {
        "Content-Type": kind if _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream",
        "Content-Disposition": "attachment",
        "ETag": f'W/"{version}"',
    }
    return Answer(content, headers=headers)


async def send_answer(scope: Scope, send: Send, asked: Asked | None, answer: Answer) -> None:
    body = answer.body
    if body and asked is not None and asked.pretty and "Content-Type" not in answer.headers:
        body = indented(body.decode()).encode()
    headers = {"Content-Type": FHIR_JSON, "Content-Length": str(len(body)), **answer.headers}
    if answer.status == 304:
        headers.pop("Content-Type")
        headers.pop("Content-Length")
    encoded = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
