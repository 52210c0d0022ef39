"""The same message written otherwise becomes the same resources: separators, marks, delimiters, charsets, escapes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from console.core.errors import InvalidMessage
from console.core.resources import resource_path
from console.fhir.concept_map import ConceptMaps, from_bytes
from console.hl7v2.batch import is_batch
from console.hl7v2.framing import Frame, FrameDecoder, frame
from tests.fakes.hospital_state import HospitalState
from tests.interop.corpus import needs_corpus, samples

pytestmark = [pytest.mark.interop, needs_corpus]

Variant = Callable[[bytes], bytes | None]


def _crlf(raw: bytes) -> bytes:
    return raw.replace(b"\r", b"\r\n")


def _lf(raw: bytes) -> bytes:
    return raw.replace(b"\r", b"\n")


def _mixed(raw: bytes) -> bytes:
    first, _, rest = raw.partition(b"\r")
    return first + b"\r\n" + rest.replace(b"\r", b"\n", 1)


def _byte_order_mark(raw: bytes) -> bytes:
    return b"\xef\xbb\xbf" + raw


def _local_segment(raw: bytes) -> bytes:
    return raw.rstrip(b"\r") + b"\rZSB|1|of the site's own\r"


def _other_delimiters(raw: bytes) -> bytes | None:
    """`|^~\\&` written as `#!@%*`, where the message holds none of those."""
    if not raw.startswith(b"MSH|^~\\&|") or any(mark in raw for mark in b"#!@%*"):
        return None
    return raw.translate(bytes.maketrans(b"|^~\\&", b"#!@%*"))


def _truncation_mark(raw: bytes) -> bytes | None:
    """MSH-2 with the fifth character of 2.7."""
    if not raw.startswith(b"MSH|^~\\&|") or b"#" in raw:
        return None
    return raw.replace(b"MSH|^~\\&|", b"MSH|^~\\&#|", 1)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _charset(name: str, codec: str) -> Variant:
    def written(raw: bytes) -> bytes | None:
        try:
            text = raw.decode("utf-8")
            body = text.encode(codec)
        except UnicodeError:
            return None
        if text.isascii() or (codec != "utf-8" and _is_utf8(body)):  # bytes that prove another charset: no variant
            return None
        header, _, rest = body.partition(b"\r")
        fields = header.split(b"|")
        fields += [b""] * (18 - len(fields))
        fields[17] = name.encode()
        return b"|".join(fields) + b"\r" + rest

    return written


def _escaped_letters(raw: bytes) -> bytes | None:
    """The family name's first letter as \\X..\\."""
    if not raw.startswith(b"MSH|^~\\&|"):
        return None
    found = re.search(rb"\rPID(?:\|[^|\r]*){4}\|([A-Za-z])", raw)
    if not found:
        return None
    at = found.start(1)
    return raw[:at] + b"\\X%02X\\" % raw[at] + raw[at + 1 :]


_DELIMITER = re.compile(r"[|^~&]|\\\\\\\\")

VARIANTS: dict[str, Variant] = {
    "CRLF": _crlf,
    "LF": _lf,
    "mixed": _mixed,
    "byte order mark": _byte_order_mark,
    "Z segment": _local_segment,
    "other delimiters": _other_delimiters,
    "truncation mark": _truncation_mark,
    "Latin-1": _charset("8859/1", "latin-1"),
    "UTF-8": _charset("UNICODE UTF-8", "utf-8"),
    "escaped letter": _escaped_letters,
}


@pytest.fixture(scope="module")
def maps() -> ConceptMaps:
    return ConceptMaps(from_bytes(path.read_bytes()) for path in resource_path("concept_maps").glob("*.json"))


def _plain() -> Iterator[tuple[str, bytes]]:
    for sample in samples("adt", "orm", "omg_oml", "oru", "rx", "siu", "mdm", "vxu"):
        raw = sample.raw.strip(b"\x0b\x1c").replace(b"\r\n", b"\r").replace(b"\n", b"\r").removeprefix(b"\xef\xbb\xbf")
        if raw.startswith(b"MSH") and not is_batch(raw):
            yield sample.name, raw.strip(b"\r\x0b\x1c") + b"\r"


def _resources(maps: ConceptMaps, raw: bytes) -> tuple[object, ...]:
    """What a message amounts to, without the Provenance that names its very bytes."""
    outcome = HospitalState(maps).map(raw)
    changes = [(c.type, c.id, c.raw) for c in outcome.changes if c.type != "Provenance"]
    return outcome.kind, outcome.title, outcome.error, changes


@pytest.mark.parametrize("name", VARIANTS)
def test_that_a_message_written_otherwise_becomes_the_same_resources(name: str, maps: ConceptMaps) -> None:
    tried, differing = 0, []
    for sample, raw in _plain():
        varied = VARIANTS[name](raw)
        if varied is None:
            continue
        try:
            expected = _resources(maps, raw)
        except InvalidMessage:
            continue
        if name == "other delimiters" and _DELIMITER.search(repr(expected)):
            continue  # a delimiter stands in the text itself: written otherwise, it is another text
        tried += 1
        if _resources(maps, varied) != expected:
            differing.append(sample)
    print(f"\n{name}: {tried} messages")
    assert differing == []
    assert tried >= (1 if name in ("Latin-1", "UTF-8") else 100)


def test_that_utf_16_is_refused_with_a_reason(maps: ConceptMaps) -> None:
    for _, raw in list(_plain())[:50]:
        with pytest.raises(InvalidMessage, match="UTF-16") as refused:
            HospitalState(maps).map(raw.decode("utf-8", "replace").encode("utf-16"))
        assert refused.value.code == "charset-refused"


def test_that_chunk_boundaries_anywhere_give_the_same_frames() -> None:
    payloads = [raw for _, raw in list(_plain())[:40]]
    stream = b"".join(map(frame, payloads))
    for size in (1, 2, 3, 7, 1460, 65536):
        decoder = FrameDecoder()
        found = [piece for at in range(0, len(stream), size) for piece in decoder.feed(stream[at : at + size])]
        assert all(isinstance(piece, Frame) for piece in found)
        assert [piece.payload for piece in found] == payloads
