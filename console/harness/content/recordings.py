"""Messages from files: one or many in a file, in frames, in batches, in a folder; never more than what they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from console.core.errors import Refused
from console.hl7v2.batch import is_batch, split
from console.hl7v2.framing import FS, VT, Frame, FrameDecoder

ENDINGS = (".hl7", ".txt", ".dat", ".msg", ".er7")
"""What is taken from a folder, in any case of letters; of a file that is named, every ending is."""

_LARGEST = 512 << 20


@dataclass(frozen=True, slots=True)
class Recorded:
    """One message as it stood in its file: `origin` is the file's name and, among several, the message's number."""

    origin: str
    payload: bytes


def read_recordings(path: Path) -> list[Recorded]:
    """Every message of a file, or of a folder's files in the order of their paths.

    A file with one message gives its bytes as they are. Several in one file are taken apart as a batch is (CR between
    their segments then), or by their MLLP frames. Raises Refused when there is none, or what cannot be read."""
    try:
        if path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.suffix.lower() in ENDINGS and p.is_file())
        else:
            files = [path]
        total = sum(file.stat().st_size for file in files)
        if total > _LARGEST:
            raise Refused(f"{path} holds {total >> 20} MB; at most 512 MB can be replayed", code="content-too-large")
        found = [one for file in files for one in messages_in(file.read_bytes(), origin=file.name)]
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}", code="content-missing") from error
    if not found:
        what = f"no file ending in {', '.join(ENDINGS)}" if path.is_dir() and not files else "no message"
        raise Refused(f"{path} holds {what}", code="content-missing")
    return found


def messages_in(raw: bytes, *, origin: str) -> list[Recorded]:
    """The messages of one file's bytes. Bytes that are no HL7 come back as one message: a receiver must bear them."""
    parts: list[bytes] = []
    if raw.startswith(VT) and FS in raw:
        decoder = FrameDecoder(max_frame=_LARGEST)
        pieces = [*decoder.feed(raw), *decoder.close()]
        parts = [piece.payload for piece in pieces if isinstance(piece, Frame)]
    for_each = parts or ([raw] if raw.strip(b"\x0b\x1c\r\n \t\x00") else [])
    payloads: list[bytes] = []
    for part in for_each:
        payloads += split(part).messages or (part,) if is_batch(part) else (part,)
    if len(payloads) == 1:
        return [Recorded(origin, payloads[0])]
    return [Recorded(f"{origin}#{number}", payload) for number, payload in enumerate(payloads, start=1)]
