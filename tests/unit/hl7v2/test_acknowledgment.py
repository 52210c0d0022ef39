from __future__ import annotations

from datetime import UTC, datetime

import pytest

from console.hl7v2.acknowledgment import AckError, Acknowledgment, build_ack, parse_ack, wanted
from console.hl7v2.message import parse
from console.hl7v2.peek import peek

NOW = datetime(2026, 3, 1, 9, 30, 5, tzinfo=UTC)


def header_of(text: str, codec: str = "ascii") -> bytes:
    return text.encode(codec)


def test_that_sender_and_receiver_change_places_with_all_their_parts() -> None:
    header = peek(b"MSH|^~\\&|LAB^1.2^ISO|NORTH|CIS|HOSP^3^ISO|2026||ORU^R01^ORU_R01|C1|P^T|2.5.1||||||UNICODE UTF-8")
    ack = build_ack(header, "AA", control_id="ACK1", now=NOW)
    assert ack == (
        b"MSH|^~\\&|CIS|HOSP^3^ISO|LAB^1.2^ISO|NORTH|20260301093005+0000||ACK^R01^ACK|ACK1|P^T|2.5.1"
        b"||||||UNICODE UTF-8\r"
        b"MSA|AA|C1\r"
    )


def test_that_the_answer_speaks_the_delimiters_of_the_sender() -> None:
    header = peek(b"MSH#!@%*#LAB#N###2026##ORU!R01#C1#P#2.3")
    lines = build_ack(header, "AE", control_id="A", now=NOW, text="a#b").split(b"\r")
    assert lines[0].startswith(b"MSH#!@%*#")
    assert b"#ACK!R01#" in lines[0]
    assert lines[1] == b"MSA#AE#C1#a%F%b"


def test_that_the_control_id_comes_back_byte_for_byte() -> None:
    for control_id in (b"N\xf1-1", "Ñ-1".encode(), b"a\\T\\b", b" x "):
        header = peek(b"MSH|^~\\&|A|B|||2026||ADT^A08|" + control_id + b"|P|2.5")
        assert b"MSA|AA|" + control_id + b"\r" in build_ack(header, "AA", control_id="1", now=NOW)


@pytest.mark.parametrize(
    ("version", "line"),
    [
        ("2.5.1", b"ERR||OBX^2^5^1^3|102^^HL70357|E||||no number"),
        ("2.3", b"ERR|OBX^2^5^102&no number&HL70357"),
    ],
)
def test_that_an_error_names_its_place_in_the_form_of_the_version(version: str, line: bytes) -> None:
    header = peek(f"MSH|^~\\&|A|B|||2026||ORU^R01|1|P|{version}".encode())
    error = AckError("102", "no number", "OBX[2]-5.3")
    ack = build_ack(header, "AR", control_id="1", now=NOW, error=error)
    assert line in ack.split(b"\r")
    assert parse_ack(ack).errors[0].text == "no number"


def test_that_an_unreadable_message_gets_an_answer_too() -> None:
    ack = build_ack(None, "AR", control_id="1", now=NOW, error=AckError("100", "no MSH", "MSH"))
    assert parse(ack).header.message_type == "ACK"
    assert parse_ack(ack) == Acknowledgment("AR", "", "", (AckError("100", "no MSH", "MSH"),))


def test_that_what_the_charset_cannot_say_becomes_a_question_mark() -> None:
    header = peek(b"MSH|^~\\&|A|B|||2026||ADT^A08|1|P|2.5||||||ASCII")
    assert build_ack(header, "AE", control_id="1", now=NOW, text="naïve").isascii() is False
    surrogate = build_ack(header, "AE", control_id="1", now=NOW, text="bad \udfff\ud800")
    assert b"bad ??" in surrogate


def test_that_an_answer_is_read() -> None:
    ack = b"MSH|^~\\&|A|B|||2026||ACK|9|P|2.5\rMSA|ae|C\\T\\1|not now\rERR||PID^1^3|101^missing^HL70357|W||||say it\r"
    assert parse_ack(ack) == Acknowledgment("AE", "C\\T\\1", "not now", (AckError("101", "say it", "PID-3", "W"),))
    assert parse_ack(b"MSH|^~\\&|A|B\rMSA|CA|7").accepted
    assert parse_ack(b"hello") == Acknowledgment("", "")
    assert parse_ack(b"MSH|^~\\&|A|B\r") == Acknowledgment("", "")


@pytest.mark.parametrize(
    ("condition", "hears"),
    [("AL", "AA AE AR CA CE CR"), ("NE", ""), ("SU", "AA CA"), ("ER", "AE AR CE CR"), ("", ""), ("su", "AA CA")],
)
def test_that_a_sender_hears_what_it_asked_for(condition: str, hears: str) -> None:
    assert [code for code in ("AA", "AE", "AR", "CA", "CE", "CR") if wanted(condition, code)] == hears.split()
