"""Mirth Connect (and Open Integration Engine) as a receiver: what a channel took in, and what its connectors sent on.

Read-only: it logs in, searches messages by ranges of ids, and changes nothing. A channel is a relay, so this is a log:
each accepted version must have been sent on once. What a channel does not store cannot be compared, and is said so.
Source: Mirth Connect 4.5 REST API; searches by id ranges, because dates and metadata are not indexed there.
"""

from __future__ import annotations

import hashlib
import re
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx

from console.core.clock import to_micros
from console.core.errors import EnvironmentFault, InvalidMessage, Refused
from console.harness.verdict.filed import Coverage, Filed, Held, Keeping, Key
from console.harness.verdict.sources import mirth_reading as reading
from console.harness.verdict.sources.mirth_reading import SOURCE, Connected, MirthMessage
from console.harness.verdict.sources.polite_http import PoliteHttp
from console.harness.verdict.truth import MessageTruth, read_truth

WINDOW = 500
"""Message ids in one search: Mirth's own first window."""
_SENT = frozenset({"SENT"})
_WORDS = {
    "QUEUED": "is queued",
    "ERROR": "ended in an error",
    "FILTERED": "was filtered out",
    "PENDING": "is not finished",
    "RECEIVED": "was received and not worked on",
    "TRANSFORMED": "was transformed and sent nowhere",
}


class MirthSource:
    """`options`: `channel` (name or id; needed when there are several), `connector` (name or metaDataId of the
    destination that counts; default: whichever sent), `fingerprint` (SHA-256 of the server's certificate), `ca` (file),
    `every_version` (`yes`)."""

    keeping = Keeping.LOG
    whole = True
    says_settled = True
    copies_as_sent = False

    def __init__(
        self,
        url: str,
        *,
        user: str,
        password: str,
        since: datetime | None = None,
        options: Mapping[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`since`: messages received before are not looked at. Raises Refused and, for a pinned certificate that cannot
        be fetched, EnvironmentFault."""
        said = dict(options or {})
        base = url.rstrip("/")
        if not base.endswith("/api"):
            base = f"{base}/api"
        tls = None
        if said.get("fingerprint"):
            tls = pinned(base, said["fingerprint"])
        self.http = PoliteHttp(
            base,
            name="Mirth Connect",
            headers={"Accept": "application/xml", "X-Requested-With": "signalbox"},
            concurrent=2,
            transport=transport,
            ca=Path(said["ca"]) if said.get("ca") else None,
            tls=tls,
        )
        self._user, self._password = user, password
        self._since_ms = to_micros(since) // 1000 if since is not None else 0
        self._wanted = said.get("channel", "")
        self._connector = said.get("connector", "")
        self.every_version = said.get("every_version", "yes") != "no"
        self._channel = ""
        self._channel_name = ""
        self._held: list[Held] = []
        self._logged_in = False
        self.name = f"Mirth Connect at {self.http.base.removesuffix('/api')}"
        self.coverage = Coverage(
            order_kept=True,
            held=True,
            unseen=("what the systems behind Mirth made of it: only what Mirth sent them",),
        )

    @property
    def asked(self) -> dict[str, int]:
        return self.http.asked

    async def close(self) -> None:
        await self.http.close()

    async def settled(self) -> bool:
        """Whether the channel's queues are empty and its newest message is processed."""
        await self._begin()
        statuses = await self._get("channels/statuses", purpose="statuses")
        return reading.queued(statuses, self._channel) == 0

    async def filed(self, keys: Sequence[Key]) -> AsyncIterator[Filed]:
        """Every result that a connector sent on, message by message; what was not sent on is held."""
        await self._begin()
        self._held = []
        blind = 0
        async for message in self._messages():
            truth, sent = self._told(message)
            if truth is None:
                blind += 1
                continue
            for one in sent:
                for filed in _filed(self._channel_name, message, truth, one):
                    yield filed
            if not sent and (held := self._waiting(message, truth)) is not None:
                self._held.append(held)
        if blind:
            words = f"{blind:,} messages of which the channel stores no content, or none that is HL7"
            self.coverage = replace(self.coverage, unseen=(*self.coverage.unseen, words))

    async def held(self, keys: Sequence[Key]) -> AsyncIterator[Held]:
        """What the last reading found held: queued, in error, filtered out."""
        for one in self._held:
            yield one

    # ------------------------------------------------------------ asking

    async def _begin(self) -> None:
        """Logs in and finds the channel, once."""
        if self._channel:
            return
        response = await self.http.send(
            "POST",
            "users/_login",
            purpose="login",
            form={"username": self._user, "password": self._password},
        )
        good, word = reading.login_succeeded(response.text)
        if not good:
            raise EnvironmentFault(
                f"Mirth Connect does not let {self._user} in ({word}). Check the user and the password.",
                code="unauthorised",
                retryable=False,
            )
        cookie = re.search(r"JSESSIONID=[^;,\s]+", response.headers.get("set-cookie", ""))
        if cookie:
            self.http.set_header("Cookie", cookie[0])
        names = reading.channels(await self._get("channels/idsAndNames", purpose="channels"))
        self._channel, self._channel_name = _one_channel(names, self._wanted)

    async def _get(self, path: str, *, purpose: str) -> str:
        response = await self.http.send("GET", path, purpose=purpose)
        return response.text

    async def _messages(self) -> AsyncIterator[MirthMessage]:
        """The channel's messages since the run began, window by window from the newest down."""
        path = f"channels/{quote(self._channel)}/messages"
        high = reading.number(await self._get(f"{path}/maxMessageId", purpose="newest message"))
        while high > 0:
            low = max(1, high - WINDOW + 1)
            body = (
                f"<messageFilter><minMessageId>{low}</minMessageId><maxMessageId>{high}</maxMessageId></messageFilter>"
            )
            response = await self.http.send(
                "POST",
                f"{path}/_search",
                [("offset", "0"), ("limit", str(WINDOW)), ("includeContent", "true")],
                purpose="messages",
                content=body.encode(),
                content_type="application/xml",
            )
            oldest = None
            for message in reading.messages(response.text):
                oldest = message.received_ms if oldest is None else min(oldest, message.received_ms)
                if message.received_ms >= self._since_ms:
                    yield message
            if oldest is not None and oldest < self._since_ms:
                return
            high = low - 1

    # ------------------------------------------------------------ reading

    def _told(self, message: MirthMessage) -> tuple[MessageTruth | None, list[Connected]]:
        """What the message says, and the connectors that sent it on: the one that counts, else the first that did."""
        sent = [one for one in message.connectors if one.number != SOURCE and one.status in _SENT]
        if self._connector:
            sent = [one for one in sent if self._connector in (one.name, str(one.number))]
        sent = sent[:1]
        source = message.source
        content = next((one.content for one in sent if one.content), source.content if source is not None else b"")
        if not content:
            return None, sent
        try:
            return read_truth(content), sent
        except InvalidMessage:
            return None, sent

    def _waiting(self, message: MirthMessage, truth: MessageTruth) -> Held | None:
        """Why nothing was sent on."""
        destinations = [one for one in message.connectors if one.number != SOURCE]
        if self._connector:
            destinations = [one for one in destinations if self._connector in (one.name, str(one.number))]
        source = message.source
        worst = next((one for state in _WORDS for one in destinations if one.status == state), source)
        if worst is None:
            return None
        words = _WORDS.get(worst.status, f"has the status {worst.status}")
        attempts = f" after {worst.attempts} attempts" if worst.attempts > 1 else ""
        return Held(
            reason=f"{words} at connector {worst.name}{attempts}",
            where=f"{self._channel_name} message {message.message_id}",
            control_id=truth.control_id,
            orders=tuple(dict.fromkeys(fact.key[0] for fact in truth.results if fact.key[0])),
        )


def _filed(channel: str, message: MirthMessage, truth: MessageTruth, one: Connected) -> list[Filed]:
    place = f"{channel} message {message.message_id}, connector {one.name}"
    return [
        Filed(
            key=fact.key,
            patients=truth.patients,
            placer=fact.placer,
            value=fact.value,
            unit=fact.unit,
            status=fact.status,
            where=place,
            sequence=(one.sent_ms or message.received_ms) << 20 | message.message_id & 0xFFFFF,
            control_id=truth.control_id,
        )
        for fact in truth.results
    ]


def _one_channel(names: Mapping[str, str], wanted: str) -> tuple[str, str]:
    """Id and name of the channel. Raises Refused, naming those there are."""
    found = [(key, name) for key, name in names.items() if wanted in (key, name)] if wanted else list(names.items())
    if len(found) == 1:
        return found[0]
    known = ", ".join(sorted(names.values())) or "none"
    if wanted:
        raise Refused(f"Mirth has no channel {wanted!r}; it has {known}.", code="no-channel")
    raise Refused(
        f"Which of Mirth's channels is meant? Say so with the option channel; there are {known}.", code="no-channel"
    )


def pinned(url: str, fingerprint: str) -> ssl.SSLContext:
    """TLS that takes exactly the certificate with this SHA-256: Mirth's own is signed by itself and names no host.

    Raises Refused when the server shows another one, EnvironmentFault when it shows none."""
    parts = urlsplit(url)
    wanted = re.sub(r"[^0-9a-f]", "", fingerprint.lower())
    try:
        pem = ssl.get_server_certificate((parts.hostname or "", parts.port or 443), timeout=5.0)
    except (OSError, ValueError) as error:
        raise EnvironmentFault(
            f"Nobody shows a certificate at {url}. Is Mirth Connect running?", code="unreachable"
        ) from error
    shown = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
    if shown != wanted:
        raise Refused(
            f"The certificate at {url} is another one than that of the option fingerprint: it has SHA-256 {shown}. "
            "Find out why before you change the option.",
            code="other-certificate",
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=pem)
    return context
