"""What came, taken apart: the messages of a frame with their headers, and what no receiver may ever accept.

The same decisions as the engine's intake, by the same rules of `hl7v2.acceptance`: a script decides only about
messages that can be used.
"""

from __future__ import annotations

from dataclasses import dataclass

from console.core.errors import InvalidMessage
from console.hl7v2.acceptance import (
    INTERNAL,
    SEGMENT_SEQUENCE,
    TORN,
    header_of,
    require_usable,
    table_0357,
)
from console.hl7v2.acknowledgment import AckError
from console.hl7v2.batch import is_batch, split
from console.hl7v2.charset import refuse_wide
from console.hl7v2.framing import Frame, FramingFault
from console.hl7v2.peek import Header, peek

MOST_IN_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Judged:
    """One message, or what came instead of one. `refusal`: it can never be accepted; `torn`: it may come again whole.
    `silent`: nobody waits for an answer."""

    payload: bytes
    header: Header | None
    refusal: AckError | None = None
    torn: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one frame held. With an `envelope` (FHS, BHS) the answers go back in one frame, in the same envelope."""

    messages: tuple[Judged, ...]
    envelope: tuple[str, ...] = ()


def judge(received: Frame | FramingFault) -> Judgement:
    """Never raises: whatever came gets an answer."""
    if isinstance(received, FramingFault):
        error = AckError(table_0357(received.code), received.text)
        silent = received.code == "stray-bytes"
        torn = received.code in TORN
        return Judgement((Judged(received.payload, header_of(received), error, torn=torn, silent=silent),))
    if not is_batch(received.payload):
        return Judgement((_message(received.payload),))
    batch = split(received.payload)
    if not batch.messages or len(batch.messages) > MOST_IN_BATCH:
        text = f"the batch holds more than {MOST_IN_BATCH} messages" if batch.messages else "the batch holds no message"
        code = INTERNAL if batch.messages else SEGMENT_SEQUENCE
        return Judgement((Judged(received.payload, None, AckError(code, text)),))
    envelope = tuple(
        line.decode("utf-8", "replace") for line in batch.envelope.split(b"\r") if line.startswith((b"FHS", b"BHS"))
    )
    return Judgement(tuple(map(_message, batch.messages)), envelope)


def _message(payload: bytes) -> Judged:
    header: Header | None = None
    try:
        refuse_wide(payload)
        header = peek(payload)
        require_usable(header)
    except InvalidMessage as fault:
        return Judged(payload, header, AckError(table_0357(fault.code), fault.text, fault.path))
    return Judged(payload, header)
