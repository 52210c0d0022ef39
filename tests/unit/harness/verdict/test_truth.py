"""What a message claims is read from its bytes, whatever delimiters, charset and escapes its sender chose."""

from __future__ import annotations

import pytest

from console.core.errors import InvalidMessage
from console.harness.verdict.truth import MessageTruth, read_truth
from tests.builders.lab import segment


def message(*segments: str, kind: str = "ORU^R01", charset: str = "", control_id: str = "C1") -> bytes:
    header = f"MSH|^~\\&|LAB|H|SB|H|20261123080000||{kind}^X|{control_id}|T|2.5.1||||||{charset}"
    codec = {"8859/1": "latin-1", "UNICODE UTF-8": "utf-8"}.get(charset, "utf-8")
    return ("\r".join([header, "PID|1||100^^^CGH^MR~9^^^NHS&2.16.1&ISO", *segments]) + "\r").encode(codec)


ORC, OBR = (
    "ORC|RE|P1^EHR|F1^LIS",
    segment("OBR", {1: "1", 2: "P1^EHR", 3: "F1^LIS", 4: "UE^Urea^L", 22: "20261123090000", 25: "F"}),
)


def only(*segments: str, **more: str) -> tuple[str, ...]:
    [one] = read_truth(message(*segments, **more)).results
    return one


def test_that_a_result_is_whose_which_and_what() -> None:
    truth = read_truth(
        message("PV1|1|I|||||||||||||||||V1^^^CGH", ORC, OBR, "OBX|1|NM|K^Potassium^L||4.10|mmol/L^x^UCUM|||||C")
    )
    assert truth.control_id == "C1"
    assert truth.kind == "ORU^R01"
    assert truth.patients == (("100", "CGH"), ("9", "NHS"))
    assert truth.visit == "V1"
    assert truth.time == "20261123080000"
    [one] = truth.results
    assert one.key == ("F1", "K", "")
    assert (one.filler, one.placer, one.value, one.unit, one.unit_text, one.status) == (
        "F1", "P1", "4.1", "mmol/L", "x", "C",
    )  # fmt: skip
    assert one.issued == "20261123090000"


def test_that_the_status_of_the_report_counts_where_the_result_has_none() -> None:
    [one] = read_truth(message(ORC, OBR, "OBX|1|NM|K||4.1")).results
    assert one.status == "F"


def test_that_an_order_is_known_by_filler_then_accession_then_placer() -> None:
    for obr, key in (
        ("OBR|1|P1|F1|UE||||||||||||||A1", "F1"),
        ("OBR|1|P1||UE||||||||||||||A1", "A1"),
        ("OBR|1|P1||UE||||||||||||||||A2", "A2"),
        ("OBR|1|P1||UE", "P1"),
    ):
        assert only(obr, "OBX|1|NM|K||1|||||F").key[0] == key
    [one] = read_truth(message("OBR|1|P1||UE", "OBX|1|NM|K||1||||||F", "SPM|1|P7&EHR^F7&LIS")).results
    assert one.key[0] == "F7"


def test_that_the_numbers_above_count_where_the_obr_has_none() -> None:
    truth = read_truth(message(ORC, "OBR|1|||UE", "OBX|1|NM|K||1", "OBR|2|||CBC", "OBX|1|NM|HB||2"))
    assert [one.key for one in truth.results] == [("F1", "K", ""), ("F1", "HB", "")]


def test_that_other_delimiters_are_obeyed() -> None:
    raw = (
        b"MSH#*!?@#LAB#H#SB#H#20261123080000##ORU*R01#C9#T#2.5.1\rPID#1##1@x*y*z*CGH!2***NHS\r"
        b"ORC#RE#P1*EHR#F1\rOBX#1#SN#K**L##<*4.10#mmol/L\r"
    )
    truth = read_truth(raw)
    assert truth.patients == (("1", "CGH"), ("2", "NHS"))
    assert truth.kind == "ORU^R01"
    [one] = truth.results
    assert (one.key, one.value) == (("F1", "K", ""), "<4.1")


def test_that_escapes_are_decoded_and_the_charset_is_obeyed() -> None:
    text = "caf\u00e9 \\T\\ cr\u00e8me\\.br\\two"
    for charset in ("8859/1", "UNICODE UTF-8"):
        one = only(ORC, OBR, f"OBX|1|ST|C^x&y||{text}", charset=charset)
        assert one.value == "café & crème two"
    assert only(ORC, OBR, "OBX|1|ST|C||a\\F\\b").value == "a|b"
    assert only(ORC.replace("F1", "F\\S\\1"), "OBX|1|NM|K||1").key[0] == "F^1"


def test_that_lines_of_one_text_are_one_result_and_other_repeats_are_numbered() -> None:
    truth = read_truth(
        message(
            ORC, OBR,
            "OBX|1|TX|M||first||||||F", "OBX|2|TX|M||second||||||F", "OBX|3|TX|M||other||||||P",
            "OBX|4|NM|K||1||||||F", "OBX|5|NM|K||2||||||F", "OBX|6|NM|K|2|3||||||F",
        )
    )  # fmt: skip
    assert [(one.code, one.sub_id, one.value) for one in truth.results] == [
        ("M", "", "first second"),
        ("M", "#1", "other"),
        ("K", "", "1"),
        ("K", "#1", "2"),
        ("K", "2", "3"),
    ]


@pytest.mark.parametrize(
    ("sort", "field", "value"),
    [
        ("NM", "004.10", "4.1"),
        ("NM", "1~2.50", "1~2.5"),
        ("SN", "^1^:^128", "1:128"),
        ("SN", "<^4.10", "<4.1"),
        ("CE", "POS^Positive^L", "POS"),
        ("CWE", "^Positive", "Positive"),
        ("IS", "007", "007"),
        ("ST", "one~two", "one two"),
        ("TS", "20261123080000+0000", "20261123080000+0000"),
        ("DT", "20261123", "20261123"),
        ("NR", "1.0^2", "1-2"),
        ("ED", "^AP^PDF^Base64^JVBERi0xLjQK", "sha1:95607b02d48a786cb786897d727114fc79814b1e"),
        ("ED", "^AP^PDF^Base64^JVBERi0xLjQK\\.br\\", "sha1:95607b02d48a786cb786897d727114fc79814b1e"),
        ("RP", "http:\\E\\x^y", "http:\\x"),
        ("NM", '""', ""),
        ("", "as sent", "as sent"),
    ],
)
def test_that_every_type_of_value_has_its_spelling(sort: str, field: str, value: str) -> None:
    assert only(ORC, OBR, f"OBX|1|{sort}|K||{field}||||||F").value == value


def test_that_the_words_beside_a_coded_value_are_kept() -> None:
    one = only(ORC, OBR, "OBX|1|CWE|K||10828004^Positive^SCT||||||F")
    assert (one.value, one.value_text) == ("10828004", "Positive")


def test_that_an_order_and_a_merge_are_read() -> None:
    order = read_truth(message("ORC|NW|P1|F1", "OBR|1|P1|F1|UE", "OBX|1|NM|WT||70", "ORC|NW|P2", kind="ORM^O01"))
    assert order.results == ()
    assert order.orders == (("P1", "F1"), ("P2", ""))
    merge = read_truth(message("MRG|200^^^CGH~201", kind="ADT^A40"))
    assert merge.merged == (("200", "CGH"), ("201", ""))
    assert read_truth(message("MRG|200^^^CGH", kind="ADT^A08")).merged == ()


def test_that_results_of_no_order_are_no_results() -> None:
    assert read_truth(message("OBX|1|NM|K||4.1||||||F")).results == ()


def test_that_irregular_messages_are_read_as_the_tolerant_reader_does() -> None:
    whole = read_truth(message(ORC, OBR, "OBX|1|NM|K||4.1||||||F"))
    raw = message(ORC, OBR, "OBX|1|NM|K||4.1||||||F")
    for other in (
        raw.replace(b"\r", b"\n"),
        raw.replace(b"\r", b"\r\n"),
        b"\x0b" + raw + b"\x1c\r",
        b"\xef\xbb\xbf" + raw,
        raw.replace(b"OBX|", b"obx|"),
        raw.replace(b"\rOBX", b"\r\rOBX"),
        raw + b"ZZZ|1\r",
    ):
        assert read_truth(other) == whole, other


@pytest.mark.parametrize("raw", [b"", b"hello", b"PID|1\r", b"MSH", b"MSH|\r", b"M\x00S\x00H\x00"])
def test_that_what_no_receiver_could_read_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidMessage):
        read_truth(raw)


def test_that_the_truth_of_a_message_is_a_value() -> None:
    raw = message(ORC, OBR, "OBX|1|NM|K||4.1||||||F")
    assert isinstance(read_truth(raw), MessageTruth)
    assert read_truth(raw) == read_truth(raw, "ORU^R01")
