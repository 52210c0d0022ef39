"""One place changes, every other byte stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.core.errors import Refused
from console.harness.single.editing import (
    insert_repetition,
    insert_segment,
    parse_path,
    remove_repetition,
    remove_segment,
    set_source,
    set_text,
    source,
)
from console.hl7v2.message import parse

MESSAGE = (
    b"MSH|^~\\&|LAB|NORTH|SB|HOSP|20260101||ORU^R01|M1|T|2.5.1\r"
    b"PID|1||A^^^MRN^MR~B^^^NHS^NH||DOE^JANE\r"
    b"OBX|1|NM|718-7^Hb^LN||7.1|g/dL\r"
    b"OBX|2|TX|note||one\\T\\two\r"
    b"ZZZ|odd~bytes\xff^kept\r"
)


def test_that_an_edit_is_read_back_and_the_rest_is_untouched() -> None:
    message = MESSAGE.replace(b"\xff", "é".encode())
    edited = set_text(message, parse_path("PID-5.1"), "NÚÑEZ & SÖHNE")
    assert parse(edited).first("PID").get(5, 1) == "NÚÑEZ & SÖHNE"  # type: ignore[union-attr]
    assert edited.replace("NÚÑEZ \\T\\ SÖHNE".encode(), b"DOE") == message


def test_that_new_letters_are_written_as_the_old_ones_were() -> None:
    assert b"|\xd1^JANE\r" in set_text(MESSAGE, parse_path("PID-5.1"), "Ñ")


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("OBX[2]-5", "x", b"OBX|2|TX|note||x\r"),
        ("OBX-3.3", "L", b"OBX|1|NM|718-7^Hb^L||7.1|g/dL\r"),
        ("PID-3(2).1", "C", b"~C^^^NHS^NH||"),
        ("PID-3.4.2", "ISO", b"|A^^^MRN&ISO^MR~"),
        ("PID-8", "F", b"DOE^JANE|||F\r"),
        ("PID-11(2).5", "1234", b"DOE^JANE||||||~^^^^1234\r"),
        ("MSH-10", "M2", b"|ORU^R01|M2|T|"),
        ("MSH-18", "UNICODE UTF-8", b"|2.5.1||||||UNICODE UTF-8\r"),
        ("OBX[2]-5", "two\nlines", b"|two\\.br\\lines\r"),
    ],
)
def test_that_each_kind_of_place_can_be_set(path: str, value: str, expected: bytes) -> None:
    edited = set_text(MESSAGE, parse_path(path), value)
    assert expected in edited
    assert b"ZZZ|odd~bytes\xff^kept\r" in edited
    assert len(edited.split(b"\r")) == len(MESSAGE.split(b"\r"))


@given(
    st.sampled_from(["PID-5.1", "PID-3(2).4", "OBX[2]-5", "OBX-6.3", "PID-30.2.2", "MSH-10", "ZZZ-9"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x24F), max_size=30),
)
def test_that_whatever_is_written_is_what_is_read(path: str, text: str) -> None:
    where = parse_path(path)
    edited = set_text(MESSAGE.replace(b"\xff", b""), where, text)
    segment = parse(edited).all(where.segment)[where.ordinal - 1]
    got = segment.get(where.field, where.component or 1, where.sub or 1, where.repetition or 1)
    assert got == text
    back = set_text(edited, where, "")
    assert source(back, where) == b""


@pytest.mark.parametrize(
    ("path", "code"),
    [("PID", "bad-path"), ("MSH-1", "not-allowed-here"), ("MSH-2", "not-allowed-here"), ("NK1-2", "no-such-segment")],
)
def test_that_what_cannot_be_set_is_refused(path: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        set_text(MESSAGE, parse_path(path), "x")
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["", "PI-3", "PID-0", "PID-3.", "PID-1000", "PID[0]-1", "MSH|^~", "PID-3(1"])
def test_that_no_path_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="path"):
        parse_path(text)


def test_that_a_source_may_hold_lower_separators_and_no_higher_ones() -> None:
    assert b"||DOE^JOHN^Q\r" in set_source(MESSAGE, parse_path("PID-5"), "DOE^JOHN^Q")
    for path, text in [("PID-5", "A|B"), ("PID-5.1", "A^B"), ("PID-5.1", "A~B"), ("PID-5", "A\rB")]:
        with pytest.raises(Refused):
            set_source(MESSAGE, parse_path(path), text)


def test_that_a_letter_outside_the_declared_charset_is_refused() -> None:
    message = set_text(MESSAGE.replace(b"\xff", b""), parse_path("MSH-18"), "8859/1")
    assert "Ñ".encode("latin-1") in set_text(message, parse_path("PID-5.1"), "Ñ")
    with pytest.raises(Refused, match="does not exist in the charset"):
        set_text(message, parse_path("PID-5.1"), "語")


def test_that_charsets_with_bytes_like_separators_are_left_to_the_raw_text() -> None:
    message = MESSAGE.replace(b"|2.5.1\r", b"|2.5.1||||||GB 18030-2000\r")
    with pytest.raises(Refused) as refused:
        set_text(message, parse_path("PID-5.1"), "X")
    assert refused.value.code == "charset-not-editable"


def test_that_segments_come_and_go_with_the_line_ends_of_the_message() -> None:
    with_note = insert_segment(MESSAGE, "NTE|1||note", after=parse_path("OBX"))
    assert b"g/dL\rNTE|1||note\rOBX|2" in with_note
    assert remove_segment(with_note, parse_path("NTE")) == MESSAGE
    crlf = MESSAGE.replace(b"\r", b"\r\n")
    assert b"\r\nNTE|1\r\nOBX|2" in insert_segment(crlf, "NTE|1", after=parse_path("OBX"))
    unended = MESSAGE.rstrip(b"\r")
    assert remove_segment(unended, parse_path("ZZZ")) == MESSAGE[: MESSAGE.index(b"ZZZ") - 1]
    assert insert_segment(unended, "NTE|1", after=parse_path("ZZZ")).endswith(b"^kept\rNTE|1")
    with pytest.raises(Refused):
        remove_segment(MESSAGE, parse_path("MSH"))
    with pytest.raises(Refused):
        insert_segment(MESSAGE, "no segment", after=parse_path("PID"))


def test_that_repetitions_come_and_go() -> None:
    assert b"|A^^^MRN^MR~X~B^^^NHS^NH|" in insert_repetition(MESSAGE, parse_path("PID-3(1)"), "X")
    assert b"~B^^^NHS^NH~X||" in insert_repetition(MESSAGE, parse_path("PID-3"), "X")
    assert b"||A^^^MRN^MR||" in remove_repetition(MESSAGE, parse_path("PID-3(2)"))
    assert b"||B^^^NHS^NH||" in remove_repetition(MESSAGE, parse_path("PID-3(1)"))
    assert b"OBX|1|NM|718-7^Hb^LN|||g/dL" in remove_repetition(MESSAGE, parse_path("OBX-5"))
