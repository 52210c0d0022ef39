"""Bytes as a person can read them: VT, FS, CR and everything unprintable by name, each piece with its offset.

Only shown, never sent: `visible` is one string for terminals and reports, `pieces` is for screens that style controls.
Names stand in ⟨ ⟩, which HL7 text does not use, so nothing is ambiguous.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

NAMES = {
    0x00: "NUL", 0x01: "SOH", 0x02: "STX", 0x03: "ETX", 0x04: "EOT", 0x05: "ENQ", 0x06: "ACK", 0x07: "BEL",
    0x08: "BS", 0x09: "HT", 0x0A: "LF", 0x0B: "VT", 0x0C: "FF", 0x0D: "CR", 0x0E: "SO", 0x0F: "SI",
    0x10: "DLE", 0x11: "DC1", 0x12: "DC2", 0x13: "DC3", 0x14: "DC4", 0x15: "NAK", 0x16: "SYN", 0x17: "ETB",
    0x18: "CAN", 0x19: "EM", 0x1A: "SUB", 0x1B: "ESC", 0x1C: "FS", 0x1D: "GS", 0x1E: "RS", 0x1F: "US", 0x7F: "DEL",
}  # fmt: skip
"""ASCII control characters by their names (ECMA-48)."""

_FRAMING = frozenset((0x0B, 0x1C, 0x0D))


class PieceKind(StrEnum):
    """TEXT is printable; FRAMING is VT, FS or CR; CONTROL another control character; BYTE no character at all."""

    TEXT = "text"
    FRAMING = "framing"
    CONTROL = "control"
    BYTE = "byte"


@dataclass(frozen=True, slots=True)
class Piece:
    """`length` bytes from `offset` (0 is the first) and how they are shown."""

    kind: PieceKind
    offset: int
    length: int
    text: str


def pieces(data: bytes, codec: str = "utf-8") -> Iterator[Piece]:
    """The bytes in order, without gaps. What the codec (a Python one of which ASCII is a part) cannot read is shown
    byte by byte."""
    text, marks = _decoded(data, codec)
    start = offset = 0
    buffer: list[str] = []
    for character, length in zip(text, marks, strict=True):
        kind = _kind(character)
        if kind is PieceKind.TEXT:
            buffer.append(character)
        else:
            if buffer:
                yield Piece(PieceKind.TEXT, start, offset - start, "".join(buffer))
                buffer.clear()
            yield Piece(kind, offset, length, f"⟨{_name(character)}⟩")
            start = offset + length
        offset += length
    if buffer:
        yield Piece(PieceKind.TEXT, start, offset - start, "".join(buffer))


def visible(data: bytes, *, limit: int = 0, lines: bool = False, codec: str = "utf-8") -> str:
    """The bytes as one string. `limit` > 0 shows at most so many bytes, the middle left out and counted. `lines`: a
    line break after each CR or LF that ends a segment or frame."""
    if limit and len(data) > limit:
        head, tail = data[: limit - limit // 4], data[len(data) - limit // 4 :]
        left_out = len(data) - len(head) - len(tail)
        shown = visible(head, lines=lines, codec=codec)
        return f"{shown}⟨… {left_out:,} more bytes …⟩{visible(tail, lines=lines, codec=codec)}"
    out: list[str] = []
    last = ""
    for piece in pieces(data, codec):
        if lines and last and piece.text != "⟨LF⟩":
            out.append("\n")
        last = piece.text if lines and piece.text in ("⟨CR⟩", "⟨LF⟩") else ""
        out.append(piece.text)
    return "".join(out)


def dump(data: bytes, *, width: int = 16, limit: int = 4096) -> str:
    """Offsets, hexadecimal and text side by side, `width` bytes a line; at most `limit` bytes."""
    rows = []
    for at in range(0, min(len(data), limit), width):
        row = data[at : at + width]
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in row)
        rows.append(f"{at:08x}  {row.hex(' '):<{width * 3 - 1}}  {text}")
    if len(data) > limit:
        rows.append(f"… {len(data) - limit:,} more bytes")
    return "\n".join(rows)


def _decoded(data: bytes, codec: str) -> tuple[str, list[int]]:
    """The text, and how many bytes each of its characters took. Unreadable bytes are lone surrogates (PEP 383)."""
    if data.isascii():
        return data.decode("ascii"), [1] * len(data)
    text = data.decode(codec, "surrogateescape")
    marks = [1 if "\ud800" <= c <= "\udfff" else len(c.encode(codec)) for c in text]
    if sum(marks) != len(data):  # a codec that changes states: fall back on what every byte is by itself
        text = data.decode("ascii", "surrogateescape")
        marks = [1] * len(data)
    return text, marks


def _kind(character: str) -> PieceKind:
    code = ord(character)
    if 0x20 <= code < 0x7F:
        return PieceKind.TEXT
    if code in _FRAMING:
        return PieceKind.FRAMING
    if code in NAMES:
        return PieceKind.CONTROL
    if 0xDC80 <= code <= 0xDCFF:
        return PieceKind.BYTE
    return PieceKind.TEXT if character.isprintable() and character not in "⟨⟩" else PieceKind.CONTROL


def _name(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"{code - 0xDC00:02X}"
    return NAMES.get(code) or f"U+{code:04X}"
