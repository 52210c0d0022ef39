"""Escape sequences in both directions: what is known becomes text, what is not stays as it was sent."""

from __future__ import annotations

import re
from collections.abc import Callable

from console.hl7v2.delimiters import Delimiters
from console.hl7v2.warnings import Code

Complain = Callable[[Code, str], None]
"""Called with a warning code and a sentence for each sequence that could not be read."""

_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+\Z")
_COMMAND = re.compile(r"\.(br|sp|fi|nf|in|ti|sk|ce)\s*([+-]?\d{0,3})\Z")
_LOCAL = re.compile(r"[ZCM][0-9A-Za-z]*\Z|X.*\Z|\..*\Z")


def unescape(text: str, delimiters: Delimiters, codec: str = "utf-8", complain: Complain | None = None) -> str:
    r"""The text that a field's characters stand for (HL7 v2 chapter 2, 2.7).

    `\F\ \S\ \T\ \R\ \E\ \P\` give the delimiters, `\X..\` bytes in the message's charset, `\.br\`, `\.sp n\` and
    `\.ce\` line breaks, `\.sk n\`, `\.in n\`, `\.ti n\` spaces; `\H\ \N\ \.fi\ \.nf\` are formatting and leave
    nothing. Every other sequence, an unpaired escape character and hexadecimal that is no text stay verbatim, with
    a warning: a Windows path sent without escaping comes out as it went in.
    """
    mark = delimiters.escape
    if not mark or mark not in text:
        return text
    out: list[str] = []
    at = 0
    while True:
        start = text.find(mark, at)
        if start < 0:
            out.append(text[at:])
            return "".join(out)
        out.append(text[at:start])
        end = text.find(mark, start + 1)
        if end < 0:
            if complain:
                complain(Code.UNPAIRED_ESCAPE, "an escape character has no partner; kept as sent")
            out.append(text[start:])
            return "".join(out)
        body = text[start + 1 : end]
        value = _single(body, delimiters)
        if value is None:
            value = _longer(body, codec)
        if value is not None:
            out.append(value)
            at = end + 1
        elif _LOCAL.match(body):
            if complain:
                hexadecimal = body.startswith("X")
                code = Code.BAD_HEX_ESCAPE if hexadecimal else Code.UNKNOWN_ESCAPE
                complain(code, "an escape sequence could not be read; kept as sent")
            out.append(text[start : end + 1])
            at = end + 1
        else:
            if complain:
                complain(Code.UNKNOWN_ESCAPE, "an escape character stands for itself; kept as sent")
            out.append(text[start:end])
            at = end


def _single(body: str, d: Delimiters) -> str | None:
    match body:
        case "F":
            return d.field
        case "S":
            return d.component
        case "T":
            return d.subcomponent or None
        case "R":
            return d.repetition or None
        case "E":
            return d.escape
        case "P":
            return d.truncation or "#"
        case "H" | "N":
            return ""
        case _:
            return None


def _longer(body: str, codec: str) -> str | None:
    if body.startswith("X") and _HEX.match(body, 1):
        try:
            return bytes.fromhex(body[1:]).decode("utf-8" if codec == "ascii" else codec)
        except UnicodeDecodeError:
            return None
    command = _COMMAND.match(body)
    if command is None:
        return None
    name, count = command[1], command[2]
    try:
        number = min(abs(int(count)), 200) if count else 1
    except ValueError:
        return None
    match name:
        case "br" | "ce":
            return "\n"
        case "sp":
            return "\n" * number
        case "sk" | "in" | "ti":
            return " " * number if count else ""
        case _:
            return ""


def escape(text: str, delimiters: Delimiters) -> str:
    r"""Text made safe for a field: delimiters escaped, line breaks as `\.br\`, other control characters as `\X..\`."""
    d = delimiters
    mark = d.escape
    out: list[str] = []
    special = {d.field: "F", d.component: "S", d.subcomponent: "T", d.repetition: "R", mark: "E"}
    if d.truncation:
        special[d.truncation] = "P"
    special.pop("", None)
    for c in text.replace("\r\n", "\n").replace("\r", "\n"):
        if c in special:
            out.append(f"{mark}{special[c]}{mark}" if mark else " ")
        elif c == "\n":
            out.append(f"{mark}.br{mark}" if mark else " ")
        elif c < " ":
            out.append(f"{mark}X{ord(c):02X}{mark}" if mark else " ")
        else:
            out.append(c)
    return "".join(out)
