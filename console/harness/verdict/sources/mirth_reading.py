"""Mirth Connect's XML as facts: messages, what each connector did with them, and the HL7 it was given. Pure.

Mirth writes control characters as references that XML 1.0 forbids (`&#xb;`); they are brought through by private-use
characters. Source: Mirth Connect 4.5 REST API, recorded exchanges.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from xml.etree import ElementTree as ET

from console.core.errors import EnvironmentFault

SOURCE = 0
"""metaDataId of the source connector."""

_REFERENCE = re.compile(r"&#(x[0-9a-fA-F]{1,6}|\d{1,7});")
_HIDDEN = 0xE000
_TEMPLATE = re.compile(r"<template>(.*?)</template>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Connected:
    """One connector's part in a message. `status` is Mirth's word; `content` the HL7 that went out (or, of the source,
    came in), b'' when Mirth stored none; `sent_ms` when it was sent last, 0 for never."""

    number: int
    name: str
    status: str
    content: bytes
    attempts: int
    sent_ms: int
    error: str


@dataclass(frozen=True, slots=True)
class MirthMessage:
    channel_id: str
    message_id: int
    received_ms: int
    processed: bool
    connectors: tuple[Connected, ...]

    @property
    def source(self) -> Connected | None:
        return next((one for one in self.connectors if one.number == SOURCE), None)


def parse(text: str) -> ET.Element:
    """Raises EnvironmentFault (`broken-answer`) for what is no XML, or XML with a document type of its own."""
    if "<!DOCTYPE" in text[:2_000] or "<!ENTITY" in text:
        raise _broken()
    try:
        return ET.fromstring(_REFERENCE.sub(_shelter, text))
    except ET.ParseError as error:
        raise _broken() from error


def messages(text: str) -> Iterator[MirthMessage]:
    """Every message of a search, as it came: newest first."""
    root = parse(text)
    for found in [root] if root.tag == "message" else root.iter("message"):
        if found.find("messageId") is None:
            continue
        yield MirthMessage(
            _text(found, "channelId"),
            int(_text(found, "messageId") or 0),
            int(_text(found, "receivedDate/time") or 0),
            _text(found, "processed") == "true",
            tuple(_connected(one) for one in found.findall("connectorMessages/entry/connectorMessage")),
        )


def channels(text: str) -> dict[str, str]:
    """Names by id."""
    found = {}
    for entry in parse(text).findall("entry"):
        words = [_clear(one.text or "") for one in entry.findall("string")]
        if len(words) == 2:
            found[words[0]] = words[1]
    return found


def queued(text: str, channel: str) -> int:
    """How many messages wait in the queues of a channel, by its dashboard status."""
    for status in parse(text).iter("dashboardStatus"):
        if _text(status, "channelId") == channel and status.find("childStatuses") is not None:
            return int(_text(status, "queued") or 0)
    return 0


def number(text: str) -> int:
    """`<long>13</long>`; 0 for null."""
    value = (parse(text).text or "").strip()
    return int(value) if value.lstrip("-").isdigit() else 0


def login_succeeded(text: str) -> tuple[bool, str]:
    """Whether the login was good, and Mirth's word for it."""
    status = _text(parse(text), "status")
    return status in ("SUCCESS", "SUCCESS_GRACE_PERIOD"), status


def _connected(part: ET.Element) -> Connected:
    at = int(_text(part, "metaDataId") or 0)
    return Connected(
        at,
        _text(part, "connectorName"),
        _text(part, "status"),
        _content(part, at),
        int(_text(part, "sendAttempts") or 0),
        int(_text(part, "sendDate/time") or 0),
        " ".join(
            (_text(part, "processingErrorContent/content") or _text(part, "responseErrorContent/content")).split()
        )[:200],
    )


def _content(part: ET.Element, at: int) -> bytes:
    """The HL7 of a connector: of the source what it received; of a destination what it sent, else what was made for it.
    A destination's `sent` is the connector's settings around its template."""
    for place in ("raw",) if at == SOURCE else ("sent", "encoded", "raw"):
        text = _text(part, f"{place}/content", strip=False)
        if place == "sent" and "<template>" in text:
            found = _TEMPLATE.search(text)
            text = unescape(found[1]) if found else ""
        if text.lstrip().startswith("MSH"):
            return text.strip("\n").encode("utf-8", "surrogatepass")
    return b""


def _text(element: ET.Element, path: str, *, strip: bool = True) -> str:
    found = element.find(path)
    text = _clear(found.text or "") if found is not None else ""
    return text.strip() if strip else text


def _shelter(found: re.Match[str]) -> str:
    digits = found[1]
    code = int(digits[1:], 16) if digits[0] == "x" else int(digits)
    if code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF:
        return found[0]
    return chr(_HIDDEN + code) if code < 0x20 else "\N{REPLACEMENT CHARACTER}"


def _clear(text: str) -> str:
    """The control characters back in their place."""
    if not any(_HIDDEN <= ord(c) < _HIDDEN + 0x20 for c in text):
        return text
    return "".join(chr(ord(c) - _HIDDEN) if _HIDDEN <= ord(c) < _HIDDEN + 0x20 else c for c in text)


def _broken() -> EnvironmentFault:
    return EnvironmentFault(
        "What answers there is no Mirth Connect server: its answer cannot be read. Check the address and its version.",
        code="broken-answer",
        retryable=False,
    )
