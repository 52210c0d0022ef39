"""Acknowledgments made fast: for each kind of message the parts that never change, joined with those that do.

The parts come from `hl7v2.acknowledgment.build_ack` itself, taken apart around three marks, so the bytes are the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from console.hl7v2.acknowledgment import build_ack
from console.hl7v2.framing import frame
from console.hl7v2.peek import Header

_OWN = "\x02own\x02"
_THEIRS = "\x02theirs\x02"
_WHEN = datetime(9999, 12, 31, 23, 59, 57, tzinfo=UTC)
_MARKS = (_WHEN.strftime("%Y%m%d%H%M%S%z").encode(), _OWN.encode(), _THEIRS.encode())

Parts = tuple[bytes, bytes, bytes, bytes]
"""The framed answer without its time, its own control id and the sender's: what stands before, between and after."""


def ack_parts(header: Header, code: str) -> Parts | None:
    """The constant parts of the answer to every message with this header; None when they cannot be told apart."""
    whole = frame(build_ack(replace(header, control_id=_THEIRS), code, control_id=_OWN, now=_WHEN))
    parts = []
    for mark in _MARKS:
        if whole.count(mark) != 1:
            return None
        before, _, whole = whole.partition(mark)
        parts.append(before)
    return parts[0], parts[1], parts[2], whole


def stamp(seconds: int) -> bytes:
    """MSH-7 of an answer given at this second since the epoch, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%d%H%M%S%z").encode("ascii")
