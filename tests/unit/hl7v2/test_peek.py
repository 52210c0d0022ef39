from __future__ import annotations

import time

import pytest

from console.core.errors import InvalidMessage
from console.core.keys import Key, KeyKind
from console.hl7v2.delimiters import Delimiters
from console.hl7v2.peek import dedup_digest, peek, peek_keys


def segment(name: str, **fields: str) -> bytes:
    """`segment("PID", _3="7")`: a segment with some fields."""
    numbers = {int(key[1:]): value for key, value in fields.items()}
    return "|".join([name, *(numbers.get(n, "") for n in range(1, max(numbers) + 1))]).encode() + b"\r"


ORU = (
    b"MSH|^~\\&|LAB^1.2.3^ISO|NORTH|CIS|HOSP|20260301101500+0100||ORU^R01^ORU_R01|C-1|P|2.5.1"
    b"|||AL|ER|ESP|UNICODE UTF-8\r"
    + segment("PID", _3="7213^^^HOSP&1.2&ISO^MR~99^^^&2.16.840.1&ISO^NI", _5="DOE^JANE", _18="ACC5")
    + segment("PV1", _2="I", _3="AMU^4^02", _19="V-77^^^HOSP")
    + segment("ORC", _1="RE", _2="P1^CIS", _3="F1^LAB")
    + segment("OBR", _2="P1^CIS", _3="F1^LAB", _4="GLU^Glucose^L", _18="A-9", _20="FF2")
    + segment("OBX", _2="NM", _3="GLU", _5="5.4", _6="mmol/L")
    + segment("SPM", _2="S1&CIS^S2&LAB", _30="AX-3^^^LAB")
)


def test_that_the_header_is_read() -> None:
    header = peek(ORU)
    assert (header.sending_application, header.sending_facility) == ("LAB", "NORTH")
    assert (header.receiving_application, header.receiving_facility) == ("CIS", "HOSP")
    assert (header.message_type, header.structure, header.control_id) == ("ORU^R01", "ORU_R01", "C-1")
    assert (header.message_time, header.processing_id, header.version) == ("20260301101500+0100", "P", "2.5.1")
    assert (header.accept_ack, header.application_ack, header.charset) == ("AL", "ER", "UNICODE UTF-8")


def test_that_a_universal_id_stands_in_for_a_missing_namespace() -> None:
    assert peek(b"MSH|^~\\&|^1.2.3^ISO|F").sending_application == "1.2.3"


def test_that_every_identifier_is_a_key() -> None:
    assert peek_keys(ORU, peek(ORU)) == (
        Key(KeyKind.PATIENT, "7213", "HOSP"),
        Key(KeyKind.PATIENT, "99", "2.16.840.1"),
        Key(KeyKind.VISIT, "ACC5", ""),
        Key(KeyKind.VISIT, "V-77", "HOSP"),
        Key(KeyKind.PLACER, "P1", "CIS"),
        Key(KeyKind.FILLER, "F1", "LAB"),
        Key(KeyKind.ACCESSION, "A-9", ""),
        Key(KeyKind.ACCESSION, "FF2", ""),
        Key(KeyKind.ACCESSION, "S1", "CIS"),
        Key(KeyKind.ACCESSION, "S2", "LAB"),
        Key(KeyKind.ACCESSION, "AX-3", "LAB"),
        Key(KeyKind.CONTROL, "C-1", ""),
    )


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_that_keys_do_not_depend_on_the_separator(end: bytes) -> None:
    other = ORU.replace(b"\r", end)
    assert peek_keys(other, peek(other)) == peek_keys(ORU, peek(ORU))


def test_that_keys_of_appointments_documents_and_merges_are_found() -> None:
    message = (
        b"MSH|^~\\&|A|B|||2026||SIU^S12|9|P|2.5\r"
        + segment("SCH", _1="AP1^SCHED", _2="AF1^RIS", _26="PL1^CIS", _27="FI1^RIS")
        + segment("TXA", _2="DS", _12="DOC1^DMS", _14="PL2", _15="FI2")
        + segment("MRG", _1="55^^^HOSP", _5="V3")
    )
    found = {(k.kind, k.value) for k in peek_keys(message, peek(message))}
    assert {
        (KeyKind.APPOINTMENT, "AP1"),
        (KeyKind.APPOINTMENT, "AF1"),
        (KeyKind.DOCUMENT, "DOC1"),
        (KeyKind.PLACER, "PL2"),
        (KeyKind.FILLER, "FI2"),
        (KeyKind.PATIENT, "55"),
        (KeyKind.VISIT, "V3"),
    } <= found


def test_that_null_and_empty_identifiers_are_no_keys() -> None:
    message = b'MSH|^~\\&|A|B|||2026||ADT^A08|1|P|2.5\rPID|1||""~^^^HOSP\r'
    assert [k.kind for k in peek_keys(message, peek(message))] == [KeyKind.CONTROL]


def test_that_japanese_text_that_looks_like_delimiters_moves_no_key() -> None:
    header = b"MSH|^~\\&|A|B|||2026||ADT^A08|1|P|2.5||||||ASCII~ISO IR87\r"
    name = "春日^太郎".encode("iso2022_jp")
    assert b"|" in name  # 日 is the bytes F and |
    message = header + segment("PID", _3="42^^^H", _5="@", _18="ACC7").replace(b"@", name)
    assert Key(KeyKind.VISIT, "ACC7", "") in peek_keys(message, peek(message))


def test_that_own_delimiters_are_used() -> None:
    message = ORU.replace(b"|", b"#").replace(b"^", b"!")
    assert peek(message).delimiters == Delimiters(field="#", component="!")
    assert Key(KeyKind.FILLER, "F1", "LAB") in peek_keys(message, peek(message))


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "no-header"),
        (b"hello", "no-header"),
        (b"PID|1\rMSZ|", "no-header"),
        (b"MSH", "bad-delimiters"),
        (b"MSH|", "bad-delimiters"),
        (b"MSH||A|B", "bad-delimiters"),
        (b"MSH|^^\\&|A", "bad-delimiters"),
        (b"MSHA^~\\&AB", "bad-delimiters"),
        (b"MSH|abc|A", "bad-delimiters"),
        ("MSH|^~\\&|A".encode("utf-16"), "charset-refused"),
        ("MSH|^~\\&|A".encode("utf-16-le"), "charset-refused"),
        ("MSH|^~\\&|A".encode("utf-32-be"), "charset-refused"),
    ],
)
def test_that_only_what_cannot_be_read_is_refused(payload: bytes, code: str) -> None:
    with pytest.raises(InvalidMessage) as caught:
        peek(payload)
    assert caught.value.code == code


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"\x0b", b"junk\r", b" "])
def test_that_bytes_before_the_header_are_forgiven(before: bytes) -> None:
    assert peek(before + ORU).control_id == "C-1"


def test_that_a_resend_with_a_new_time_has_the_same_digest() -> None:
    again = ORU.replace(b"20260301101500+0100", b"20260301102233+0100")
    assert dedup_digest(again, peek(again)) == dedup_digest(ORU, peek(ORU))


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_that_the_separator_does_not_change_the_digest(end: bytes) -> None:
    other = ORU.replace(b"\r", end)
    assert dedup_digest(other, peek(other)) == dedup_digest(ORU, peek(ORU))


@pytest.mark.parametrize(("old", "new"), [(b"5.4", b"5.5"), (b"C-1", b"C-2"), (b"LAB^1.2.3", b"LAB^1.2.4")])
def test_that_any_other_change_gives_another_digest(old: bytes, new: bytes) -> None:
    other = ORU.replace(old, new)
    assert dedup_digest(other, peek(other)) != dedup_digest(ORU, peek(ORU))


def test_that_a_time_that_also_stands_elsewhere_is_cut_in_its_own_place_only() -> None:
    first = b"MSH|^~\\&|2026|B|||2026||ADT^A08|1|P|2.5\rPID|1||2026\r"
    second = b"MSH|^~\\&|2026|B|||2027||ADT^A08|1|P|2.5\rPID|1||2026\r"
    assert dedup_digest(first, peek(first)) == dedup_digest(second, peek(second))
    third = second.replace(b"|2026|B", b"|2025|B")
    assert dedup_digest(third, peek(third)) != dedup_digest(second, peek(second))


def test_that_header_and_keys_cost_less_than_50_microseconds() -> None:
    began = time.process_time()
    for _ in range(1000):
        peek_keys(ORU, peek(ORU))
    assert time.process_time() - began < 0.2  # 20,000 a second is the rule; four times that leaves room for a busy box
