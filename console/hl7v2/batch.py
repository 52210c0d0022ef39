"""Batches taken apart: FHS/BHS envelopes and several messages without one; declared counts are checked.

A payload that holds one message and no envelope is not a batch. Source: HL7 v2 chapter 2, 2.10.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from console.hl7v2.warnings import Code, Warning

_WRAPPING = b"\x0b\x1c\r\n \t\x00"
_STARTS = re.compile(rb"(?:\A|\r)(MSH|FHS|BHS|BTS|FTS)(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Batch:
    """The messages of one payload, in order, CR between segments. `envelope` are the FHS, BHS, BTS and FTS segments as
    sent, b'' when there are none."""

    messages: tuple[bytes, ...]
    envelope: bytes = b""
    warnings: tuple[Warning, ...] = ()

    @property
    def enveloped(self) -> bool:
        return bool(self.envelope)


def is_batch(payload: bytes) -> bool:
    """Whether the payload has to be taken apart: it begins with FHS or BHS, or holds several MSH. Cheap."""
    head = payload[:64].lstrip(b"\xef\xbb\xbf\x0b\r\n \t\x00")
    if head.startswith((b"FHS", b"BHS")):
        return True
    at = payload.find(b"MSH")
    while (at := payload.find(b"MSH", at + 3)) >= 0:
        if payload[at - 1] in b"\r\n" and not payload[at + 3 : at + 4].isalnum():
            return True
    return False


def split(payload: bytes) -> Batch:
    """Takes a payload apart. Never raises: what is wrong with the envelope is a warning, and lines that belong to no
    message stay in the envelope."""
    body = payload.lstrip(_WRAPPING).removeprefix(b"\xef\xbb\xbf").lstrip(_WRAPPING).rstrip(_WRAPPING)
    body = body.replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    warnings: list[Warning] = []
    messages: list[bytes] = []
    envelope: list[bytes] = []
    counts = _Counts(warnings)
    starts = [(m.start(1), m.group(1)) for m in _STARTS.finditer(body)]
    if not starts or starts[0][0] > 0:
        before = body[: starts[0][0]] if starts else body
        if before.strip(b"\r\n \t"):
            envelope.append(before.strip(b"\r"))
            warnings.append(Warning(Code.NOT_A_SEGMENT, "something stands before the first header"))
    for index, (start, name) in enumerate(starts):
        end = starts[index + 1][0] if index + 1 < len(starts) else len(body)
        part = body[start:end].strip(b"\r")
        if name == b"MSH":
            messages.append(part + b"\r")
            counts.message()
            continue
        line, _, rest = part.partition(b"\r")
        envelope.append(part)
        if rest.strip(b"\r\n \t"):
            warnings.append(
                Warning(Code.NOT_A_SEGMENT, "a line in the envelope belongs to no message", name.decode("ascii"))
            )
        counts.segment(name, line)
    counts.end(enveloped=bool(envelope))
    return Batch(tuple(messages), b"\r".join(envelope) + b"\r" if envelope else b"", tuple(warnings))


class _Counts:
    """Follows the envelope and compares BTS-1 and FTS-1 with what came."""

    def __init__(self, warnings: list[Warning]) -> None:
        self._warnings = warnings
        self._messages = 0
        self._batches = 0
        self._in_batch = False
        self._in_file = False
        self._separator = b"|"

    def message(self) -> None:
        self._messages += 1

    def segment(self, name: bytes, line: bytes) -> None:
        if name in (b"FHS", b"BHS"):
            self._separator = line[3:4] or b"|"
        match name:
            case b"FHS":
                self._in_file = True
            case b"BHS":
                if self._in_batch:
                    self._warn("a batch began before the last one ended", "BHS")
                self._in_batch, self._messages = True, 0
                self._batches += 1
            case b"BTS":
                if not self._in_batch:
                    self._warn("a batch ends that never began", "BTS")
                self._compare(line, self._messages, "messages", "BTS-1")
                self._in_batch, self._messages = False, 0
            case b"FTS":
                if not self._in_file:
                    self._warn("a file ends that never began", "FTS")
                if self._batches:
                    self._compare(line, self._batches, "batches", "FTS-1")
                self._in_file = False

    def end(self, *, enveloped: bool) -> None:
        if enveloped and self._in_batch:
            self._warn("the batch has no BTS at its end; it may have been cut off", "BTS")
        if enveloped and self._in_file:
            self._warn("the file has no FTS at its end; it may have been cut off", "FTS")

    def _compare(self, line: bytes, came: int, what: str, path: str) -> None:
        declared = [*line.split(self._separator), b""][1].strip()
        if not declared:
            return
        if not declared.isdigit() or len(declared) > 9:
            self._warnings.append(Warning(Code.BATCH_COUNT, f"{path} is no number", path))
        elif int(declared) != came:
            text = f"{path} declares {int(declared)} {what}, {came} came"
            self._warnings.append(Warning(Code.BATCH_COUNT, text, path))

    def _warn(self, text: str, path: str) -> None:
        self._warnings.append(Warning(Code.BATCH_ENVELOPE, text, path))
