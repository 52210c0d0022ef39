"""The form of a capture: a file of bytes, a file of 32-byte records, and what one record says.

    frames.bin      payloads one after the other, without VT, FS and CR
    index.bin       one RECORD each, in the order of arrival
    capture.json    the listener: when it began, where, its seed, the names of its rules
    script.toml     the script as it was, empty when there was none
    defects.jsonl   planted filing defects, one JSON object a line

A payload is written before its record, so what a record points to is there. Nothing is ever changed afterwards.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntFlag

FRAMES, INDEX, ABOUT, SCRIPT, DEFECTS = "frames.bin", "index.bin", "capture.json", "script.toml", "defects.jsonl"

RECORD = struct.Struct("<qQIIIHBB")
"""Time of arrival (ns since the Unix epoch), offset and length in frames.bin, connection, sequence on the connection
(both from 1), rule (0: the script's own answer), answer code, flags. 32 bytes."""

CODES = ("", "AA", "AE", "AR", "CA", "CE", "CR")
"""Answer codes by their number in the record; the application's where both are given."""


class CaptureFlag(IntFlag):
    """`REFUSED`: no message that could be used (framing, header). `FILED`: the store behind the listener has it.
    `IN_BATCH`: one of several in its frame. `DELAYED`: answered later than at once. `ODD`: an answer that is not the
    plain, right one."""

    REFUSED = 1
    FILED = 2
    IN_BATCH = 4
    DELAYED = 8
    ODD = 16


@dataclass(frozen=True, slots=True)
class Captured:
    """One message as it came. `number` from 1. `rule` is the name of the rule that decided."""

    number: int
    at_ns: int
    connection: int
    sequence: int
    payload: bytes
    code: str
    rule: str
    flags: CaptureFlag

    @property
    def filed(self) -> bool:
        return bool(self.flags & CaptureFlag.FILED)

    @property
    def refused(self) -> bool:
        return bool(self.flags & CaptureFlag.REFUSED)
