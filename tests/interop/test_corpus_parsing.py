"""The corpus through the parser: the same fields as the `hl7` package finds, and no surprise at any cut."""

from __future__ import annotations

import hl7
import pytest

from console.core.errors import InvalidMessage
from console.hl7v2 import batch
from console.hl7v2.message import parse
from console.hl7v2.peek import dedup_digest, peek, peek_keys
from console.hl7v2.tree import tree
from console.hl7v2.warnings import Code
from tests.builders import corpus

pytestmark = pytest.mark.interop

_CLEAN = ("adt", "orm", "omg_oml", "oru", "mdm", "other", "ack", "siu", "rx", "vxu")
_IRREGULAR = {Code.NOT_A_SEGMENT, Code.LINE_CONTINUED, Code.SEGMENT_CASE, Code.ENCODING_CHARACTERS_REPAIRED,
              Code.SEVERAL_MESSAGES, Code.LEADING_BYTES}  # fmt: skip


def test_that_every_field_is_the_one_the_hl7_package_finds() -> None:
    compared = 0
    for name, raw in corpus.messages(*_CLEAN):
        try:
            message = parse(raw)
        except InvalidMessage:
            continue
        # The package strips the ends of lines; we keep what was sent.
        lines = [segment.line.rstrip() for segment in message.segments]
        if lines != [segment.line for segment in message.segments]:
            message = parse(("\r".join(lines) + "\r").encode(message.charset), charset=message.charset)
        if _IRREGULAR & {w.code for w in message.warnings}:
            continue
        theirs = hl7.parse("\r".join(lines) + "\r")
        assert len(theirs) == len(message.segments), name
        for segment, other in zip(message.segments, theirs, strict=True):
            assert segment.name == str(other[0]), name
            for number in range(1, segment.field_count + 1):
                assert segment.source(number) == str(other[number]), f"{name} {segment.path(number)}"
                compared += 1
        d = message.delimiters
        for segment in message.segments[1:]:
            for number in range(1, segment.field_count + 1):
                if d.escape in segment.source(number) or not segment.source(number):
                    continue  # the package's unescape loses data: see test_escapes
                for index, rep in enumerate(segment.source(number).split(d.repetition), start=1):
                    for place, part in enumerate(rep.split(d.component), start=1):
                        expected = part.split(d.subcomponent)[0]
                        where = f"{name} {segment.path(number, place)}"
                        assert segment.get(number, place, rep=index) == expected, where
    assert compared > 20_000 or len(corpus.files()) < 500


def test_that_every_file_is_read_or_refused_with_a_code() -> None:
    refused: dict[str, str] = {}
    for name, raw in corpus.messages():
        try:
            message = parse(raw)
        except InvalidMessage as fault:
            refused[name] = fault.code
            continue
        header = peek(raw)
        assert header == message.header
        peek_keys(raw, header)
        dedup_digest(raw, header)
        assert tree(message), name
    assert set(refused.values()) <= {"no-header", "bad-delimiters", "charset-refused"}
    unexpected = [name for name in refused if "/malformed/" not in name]
    assert len(unexpected) <= 1, unexpected  # one ORM leaves MSH-2 empty: nobody can tell its components apart


def test_that_every_batch_gives_all_its_messages() -> None:
    for name, raw in corpus.files():
        taken = batch.split(raw)
        starts = sum(line.startswith(b"MSH") for line in raw.replace(b"\n", b"\r").split(b"\r"))
        if starts:
            assert len(taken.messages) == starts or raw.startswith(b"\xef\xbb\xbf") or starts == 1, name


def test_that_a_message_cut_at_any_byte_raises_nothing_but_invalid_message() -> None:
    chosen: dict[str, bytes] = {}
    for name, raw in corpus.files():
        kind = "/".join(name.split("/")[:2])
        if 200 < len(raw) < 2500 and sum(key.startswith(kind) for key in chosen) < 3:
            chosen[name] = raw
    for raw in chosen.values():
        for end in range(len(raw)):
            cut = raw[:end]
            try:
                message = parse(cut)
            except InvalidMessage:
                continue
            for segment in message.segments:
                segment.get(3, 4, 2)
            peek_keys(cut, message.header)
            batch.split(cut)


@pytest.mark.parametrize("variant", ["CR", "LF", "CRLF", "BOM", "framed"])
def test_that_separators_and_wrapping_change_no_value(variant: str) -> None:
    for name, raw in corpus.messages("adt", "oru", "orm"):
        if b"\x1b" in raw:
            continue
        try:
            message = parse(raw)
        except InvalidMessage:
            continue
        if _IRREGULAR & {w.code for w in message.warnings}:
            continue
        plain = message.encoded()
        other = {
            "CR": plain,
            "LF": plain.replace(b"\r", b"\n"),
            "CRLF": plain.replace(b"\r", b"\r\n"),
            "BOM": b"\xef\xbb\xbf" + plain,
            "framed": b"\x0b" + plain + b"\x1c\r",
        }[variant]
        assert [s.line for s in parse(other)] == [s.line for s in message], name
