"""What the intake decides of one frame before anything is stored: whose it is, whether it can be used, what is owed.

The decisions (HL7 v2 chapter 2, 2.9):

- a message with a readable header is accepted: AA, or CA where the sender asked for enhanced mode (MSH-15 filled with a
  value of table 0155; MSH-15 empty means original mode, whatever MSH-16 says)
- bytes that can never be used (no MSH, no delimiters, UTF-16, MSH-9 or MSH-10 empty, a version that is not 2.x, an
  MSH-11 that this engine is set to refuse, larger than the limit) are kept in quarantine and answered AR or CR
- bytes that were torn on the way (no FS before the next message, the line broke) are kept in quarantine and answered AE
  or CE: the sender still has the whole message
- a batch (FHS, BHS) gets a trace of its own and each message in it one more; the answer is one frame: a batch of
  acknowledgments (2.10.3), or nothing when no message in it wants one
- several MSH in one frame without FHS or BHS are messages whose framing got lost: they too have a parent trace, and
  each is answered in a frame of its own
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from console.core.errors import InvalidMessage
from console.core.events import EventError
from console.core.ids import TraceId, UuidSource
from console.core.keys import Key, KeyKind
from console.core.test_traffic import HARNESS_FACILITY, says_test
from console.engine.settings import EngineSettings, SourceSettings
from console.hl7v2.acceptance import (
    INTERNAL,
    SEGMENT_SEQUENCE,
    TORN,
    header_of,
    require_usable,
    table_0357,
    wants_enhanced,
)
from console.hl7v2.acknowledgment import AckError
from console.hl7v2.batch import is_batch, split
from console.hl7v2.charset import decode, refuse_wide
from console.hl7v2.framing import Frame, FramingFault
from console.hl7v2.peek import Header, dedup_digest, peek, peek_keys
from console.storage.messages import Arrival

_TABLE_0103 = frozenset({"P", "T", "D"})
_LONGEST_FIELD = 256
_LONGEST_ENVELOPE = 4096
_MOST_KEYS = 500
MOST_IN_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on one message: what to store and, once it is stored, what to say.

    `code` is MSA-1 for the sender when storing succeeds, '' when it wants to hear nothing. `header` is None when none
    could be read. `application_ack` is MSH-16 in enhanced mode: what it wants to hear of the processing.
    """

    arrival: Arrival
    header: Header | None
    code: str
    failure_code: str
    """MSA-1 when storing fails: AE or CE."""
    error: AckError | None = None
    application_ack: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """All verdicts of one frame, in order. `answers` is False when nobody waits for one.

    `parent` is the arrival of the frame as a whole when it holds several messages, `envelope` its FHS and BHS segments:
    where there are some, the answers go back in the same envelope.
    """

    verdicts: tuple[Verdict, ...]
    parent: Arrival | None = None
    envelope: tuple[str, ...] = ()
    answers: bool = True
    set_aside: bool = False

    def arrivals(self) -> Iterable[Arrival]:
        if self.parent is not None:
            yield self.parent
        for verdict in self.verdicts:
            yield verdict.arrival


class Judge:
    """Judges frames of one listener. Not thread-safe: it makes ids."""

    def __init__(self, settings: EngineSettings, ids: UuidSource, *, listener: str) -> None:
        self._settings = settings
        self._ids = ids
        self._listener = listener

    def judge(self, received: Frame | FramingFault, *, received_at: datetime, peer: str) -> Judgement:
        """Never raises for bad input: whatever came is kept and answered."""
        if isinstance(received, FramingFault):
            return self._fault(received, received_at, peer)
        if is_batch(received.payload):
            return self._batch(received, received_at, peer)
        return Judgement((self._message(received.payload, received.notes, received_at, peer),))

    def set_aside(self, payload: bytes, *, received_at: datetime, peer: str) -> Judgement:
        """For a frame that our own judging or storing fails on: the bytes go to quarantine as they are, AR."""
        error = AckError(INTERNAL, "the message could not be handled; it is kept in quarantine and people were told")
        verdict = self._refused(payload, None, error, "intake-fault", received_at, peer)
        return Judgement((verdict,), set_aside=True)

    # ------------------------------------------------------------ one message

    def _message(
        self,
        payload: bytes,
        notes: tuple[str, ...],
        received_at: datetime,
        peer: str,
        parent: TraceId | None = None,
        place: dict[str, int] | None = None,
    ) -> Verdict:
        header: Header | None = None
        try:
            refuse_wide(payload)
            header = peek(payload)
            flags = self._check(header)
        except InvalidMessage as fault:
            error = AckError(table_0357(fault.code), fault.text, fault.path)
            return self._refused(payload, header, error, fault.code, received_at, peer, notes=notes, parent=parent)
        source = self._settings.source(header.sending_application, header.sending_facility)
        plain = header
        if not _is_plain(header):
            plain = _readable(header, source.charset)
            source = self._settings.source(plain.sending_application, plain.sending_facility)
        enhanced = wants_enhanced(header, source.acknowledgment)
        code = "AA"
        if enhanced:
            code = "CA" if header.accept_ack.upper() in ("AL", "SU") else ""
        sha256 = hashlib.sha256(payload).hexdigest()
        detail = self._detail(plain, source, payload, peer, code, enhanced, [*notes, *flags])
        if parent is not None:
            detail["parent_trace_id"] = parent
            detail["batch"] = place
        arrival = Arrival(
            event_id=self._ids.event_id(),
            trace_id=self._ids.trace_id(),
            parent_trace_id=parent,
            received_at=received_at,
            listener=self._listener,
            peer=peer,
            raw=payload,
            sha256=sha256,
            dedup_sha256=dedup_digest(payload, header),
            sending_application=plain.sending_application,
            sending_facility=plain.sending_facility,
            receiving_application=plain.receiving_application,
            receiving_facility=plain.receiving_facility,
            control_id=plain.control_id,
            message_type=plain.message_type,
            message_time=plain.message_time,
            charset=source.charset or "",
            ack_code=code,
            keys=_keys(payload, header, source.charset),
            detail=detail,
        )
        return Verdict(
            arrival,
            header,
            code,
            "CE" if enhanced else "AE",
            application_ack=header.application_ack.upper() if enhanced else "",
        )

    def _check(self, header: Header) -> list[str]:
        """Flags for what is odd. Raises InvalidMessage for what cannot be accepted."""
        require_usable(header)
        flags: list[str] = []
        if not header.version:
            flags.append("no-version")
        allowed = self._settings.mllp.processing_ids
        if allowed and header.processing_id not in allowed:
            raise InvalidMessage(
                f"MSH-11 is not one this engine accepts ({', '.join(sorted(allowed))})",
                code="processing-id-refused",
                path="MSH-11",
            )
        if header.processing_id not in _TABLE_0103:
            flags.append("processing-id-unknown" if header.processing_id else "no-processing-id")
        return flags

    def _detail(
        self,
        header: Header,
        source: SourceSettings,
        payload: bytes,
        peer: str,
        code: str,
        enhanced: bool,
        flags: list[str],
    ) -> dict[str, Any]:
        return {
            "message_type": header.message_type,
            "control_id": header.control_id,
            "message_time": header.message_time,
            "sender": {"application": header.sending_application, "facility": header.sending_facility},
            "receiver": {"application": header.receiving_application, "facility": header.receiving_facility},
            "size": len(payload),
            "peer": peer,
            "listener": self._listener,
            "charset": source.charset or header.charset,
            "ack": code,
            "mode": "enhanced" if enhanced else "original",
            "flags": flags,
        }

    # ------------------------------------------------------------ several messages in one frame

    def _batch(self, received: Frame, received_at: datetime, peer: str) -> Judgement:
        batch = split(received.payload)
        codes = dict.fromkeys(str(warning.code) for warning in batch.warnings)
        notes = (*received.notes, *codes)
        if not batch.messages:
            error = AckError(SEGMENT_SEQUENCE, "the batch holds no message")
            return Judgement((self._refused(received.payload, None, error, "empty-batch", received_at, peer),))
        if len(batch.messages) > MOST_IN_BATCH:
            error = AckError(INTERNAL, f"the batch holds more than {MOST_IN_BATCH} messages; send smaller ones")
            return Judgement((self._refused(received.payload, None, error, "batch-too-large", received_at, peer),))
        envelope = tuple(
            line.decode("utf-8", "replace")
            for line in batch.envelope.split(b"\r")
            if line.startswith((b"FHS", b"BHS")) and len(line) <= _LONGEST_ENVELOPE
        )
        header = _envelope_header(envelope, batch.messages[0])
        parent = self._parent(header, envelope, received, len(batch.messages), notes, received_at, peer)
        verdicts = tuple(
            self._message(
                payload, (), received_at, peer, parent.trace_id, {"index": index, "count": len(batch.messages)}
            )
            for index, payload in enumerate(batch.messages, 1)
        )
        return Judgement(verdicts, parent, envelope)

    def _parent(
        self,
        header: Header,
        envelope: tuple[str, ...],
        received: Frame,
        count: int,
        notes: tuple[str, ...],
        received_at: datetime,
        peer: str,
    ) -> Arrival:
        kind = envelope[0][:3] if envelope else "BATCH"
        shown = replace(_readable(header, None), message_type=kind)
        source = self._settings.source(shown.sending_application, shown.sending_facility)
        detail = self._detail(shown, source, received.payload, peer, "", enhanced=False, flags=list(notes))
        return Arrival(
            event_id=self._ids.event_id(),
            trace_id=self._ids.trace_id(),
            recorded_event_id=self._ids.event_id(),
            contains=count,
            received_at=received_at,
            listener=self._listener,
            peer=peer,
            raw=received.payload,
            sha256=hashlib.sha256(received.payload).hexdigest(),
            sending_application=shown.sending_application,
            sending_facility=shown.sending_facility,
            receiving_application=shown.receiving_application,
            receiving_facility=shown.receiving_facility,
            control_id=shown.control_id,
            message_type=kind,
            message_time=shown.message_time,
            keys=(Key(KeyKind.CONTROL, shown.control_id),) if shown.control_id else (),
            detail=detail,
        )

    # ------------------------------------------------------------ what cannot be used

    def _fault(self, fault: FramingFault, received_at: datetime, peer: str) -> Judgement:
        header = header_of(fault)
        error = AckError(table_0357(fault.code), fault.text)
        verdict = self._refused(fault.payload, header, error, fault.code, received_at, peer)
        return Judgement((verdict,), answers=fault.code != "stray-bytes")

    def _refused(
        self,
        payload: bytes,
        header: Header | None,
        error: AckError,
        reason: str,
        received_at: datetime,
        peer: str,
        *,
        notes: tuple[str, ...] = (),
        parent: TraceId | None = None,
    ) -> Verdict:
        shown = _readable(header, None) if header is not None else _nameless(payload)
        source = self._settings.source(shown.sending_application, shown.sending_facility)
        enhanced = header is not None and wants_enhanced(header, source.acknowledgment)
        letter = "E" if reason in TORN else "R"
        code = f"A{letter}"
        if enhanced:
            code = f"C{letter}" if shown.accept_ack.upper() in ("AL", "ER") else ""
        detail = self._detail(shown, source, payload, peer, code, enhanced, list(notes))
        if parent is not None:
            detail["parent_trace_id"] = parent
        arrival = Arrival(
            event_id=self._ids.event_id(),
            trace_id=self._ids.trace_id(),
            parent_trace_id=parent,
            received_at=received_at,
            listener=self._listener,
            peer=peer,
            raw=payload,
            sha256=hashlib.sha256(payload).hexdigest(),
            sending_application=shown.sending_application,
            sending_facility=shown.sending_facility,
            receiving_application=shown.receiving_application,
            receiving_facility=shown.receiving_facility,
            control_id=shown.control_id,
            message_type=shown.message_type,
            message_time=shown.message_time,
            ack_code=code,
            keys=_keys(payload, header, source.charset) if header is not None else (),
            detail=detail,
            error=EventError(reason, error.text, error.path),
        )
        return Verdict(arrival, header, code, "CE" if enhanced else "AE", error)


def _envelope_header(envelope: tuple[str, ...], first_message: bytes) -> Header:
    """Who sent the frame: the fields that FHS and BHS share with MSH (2.15.3), else those of the first message."""
    if not envelope:
        try:
            return replace(peek(first_message), control_id="")
        except InvalidMessage:
            return Header()
    fields = [text.split("^")[0] for text in (envelope[0].split(envelope[0][3:4] or "|") + [""] * 12)[2:12]]
    return Header(
        sending_application=fields[0],
        sending_facility=fields[1],
        receiving_application=fields[2],
        receiving_facility=fields[3],
        message_time=fields[4],
        control_id=fields[8],
    )


_shown: Callable[[Header], tuple[str, ...]]
_SHOWN = (
    "sending_application",
    "sending_facility",
    "receiving_application",
    "receiving_facility",
    "message_time",
    "message_type",
    "control_id",
    "charset",
)
_shown = attrgetter(*_SHOWN)


def _nameless(payload: bytes) -> Header:
    """What is known of a sender whose header cannot be read: only whether it is the harness, breaking it on purpose."""
    return Header(sending_facility=HARNESS_FACILITY) if says_test(payload) else Header()


def _is_plain(header: Header) -> bool:
    """Whether every field may be stored and shown as it is: ASCII, no control characters, no novel."""
    text = "".join(_shown(header))
    return text.isascii() and text.isprintable() and len(text) <= _LONGEST_FIELD


def _readable(header: Header, override: str | None) -> Header:
    changed: dict[str, Any] = {
        name: _text(getattr(header, name), header.charset, override)[:_LONGEST_FIELD] for name in _SHOWN
    }
    return replace(header, **changed)


def _keys(payload: bytes, header: Header, override: str | None) -> tuple[Key, ...]:
    keys = peek_keys(payload, header)[:_MOST_KEYS]
    if payload.isascii():
        return keys
    return tuple(_readable_key(key, header.charset, override) for key in keys)


def _readable_key(key: Key, declared: str, override: str | None) -> Key:
    if key.value.isascii() and key.assigner.isascii():
        return key
    return Key(key.kind, _text(key.value, declared, override), _text(key.assigner, declared, override))


def _text(value: str, declared: str, override: str | None) -> str:
    """A field peeked at as UTF-8, read in the message's charset; nothing that is no text is left in it."""
    if not value.isascii():
        sent = value.encode("utf-8", "surrogateescape")
        value = decode(sent, declared if declared.isascii() else "", override).text
    return "".join(c if c.isprintable() else " " for c in value)
