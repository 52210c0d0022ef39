"""One message as the live view and the analysis look at it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """`number` from 1, `at_ns` since the Unix epoch, `size` of the payload in bytes, `code` `` for no answer.
    `payload` holds at most its first 64 KiB."""

    number: int
    at_ns: int
    connection: int
    control_id: str
    kind: str
    size: int
    code: str
    rule: str
    payload: bytes
