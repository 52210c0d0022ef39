from __future__ import annotations

import gc

import pytest

from console.core.errors import InvalidMessage
from console.hl7v2.message import NULL, parse
from console.hl7v2.warnings import Code

TEXT = (
    "MSH|^~\\&|LAB|NORTH|||20260301||ORU^R01|C1|P|2.5\r"
    'PID|1||7^^^H&1.2&ISO^MR~8^^^X||DOE^JANE^""||""|F\r'
    "OBX|1|NM|GLU^Glucose^L||5.40|mmol/L\r"
    "OBX|2|ST|TXT^Text^L||a\\T\\b\\.br\\c^d||||||F\r"
)


def codes(payload: bytes) -> list[str]:
    message = parse(payload)
    for segment in message:
        for number in range(1, segment.field_count + 1):
            segment.get(number)
    return [w.code for w in message.warnings]


def test_that_values_are_found_by_their_hl7_position() -> None:
    message = parse(TEXT.encode())
    pid = message.first("PID")
    assert pid is not None
    assert (pid.get(3), pid.get(3, 4), pid.get(3, 4, 2), pid.get(3, 5)) == ("7", "H", "1.2", "MR")
    assert (pid.get(3, rep=2), pid.get(3, 4, rep=2), pid.get(3, rep=3)) == ("8", "X", "")
    assert (pid.get(5, 2), pid.get(5, 9), pid.get(40)) == ("JANE", "", "")
    assert [o.get(1) for o in message.all("OBX")] == ["1", "2"]
    assert message.first("ZZZ") is None
    assert message.all("ZZZ") == []


def test_that_the_header_counts_its_separator_as_field_one() -> None:
    msh = parse(TEXT.encode()).segments[0]
    assert (msh.get(1), msh.get(2), msh.get(3), msh.get(9, 2), msh.get(10)) == ("|", "^~\\&", "LAB", "R01", "C1")
    assert msh.text(2) == "^~\\&"
    assert [r.get() for r in msh.reps(2)] == ["^~\\&"]


def test_that_null_and_absent_are_two_things() -> None:
    pid = parse(TEXT.encode()).first("PID")
    assert pid is not None
    assert (pid.is_null(7), pid.get(7), pid.has(7)) == (True, NULL, True)
    assert (pid.is_null(6), pid.get(6), pid.has(6)) == (False, "", False)
    assert pid.get(5, 3) == NULL


def test_that_repetitions_are_grids() -> None:
    pid = parse(TEXT.encode()).first("PID")
    assert pid is not None
    first, second = pid.reps(3)
    assert (first.get(4, 2), second.get(4), second.get(4, 2)) == ("1.2", "X", "")
    assert first.components == ["7", "", "", "H", "MR"]
    assert first.subs(4) == ["H", "1.2", "ISO"]
    assert second.raw == "8^^^X"
    assert pid.reps(20) == []


def test_that_text_is_unescaped_and_keeps_separators_inside_it() -> None:
    obx = parse(TEXT.encode()).all("OBX")[1]
    assert obx.text(5) == "a&b\nc^d"
    assert obx.get(5) == "a&b\nc"
    assert obx.source(5) == "a\\T\\b\\.br\\c^d"
    assert obx.raw(5) == b"a\\T\\b\\.br\\c^d"


def test_that_paths_name_segment_number_field_and_component() -> None:
    obx = parse(TEXT.encode()).all("OBX")[1]
    assert (obx.path(3), obx.path(3, 1), obx.position, obx.ordinal) == ("OBX[2]-3", "OBX[2]-3.1", 4, 2)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_that_any_separator_and_a_byte_order_mark_give_the_same_segments(end: str, bom: bytes) -> None:
    message = parse(bom + TEXT.replace("\r", end).encode())
    assert [s.line for s in message] == TEXT.split("\r")[:-1]


def test_that_mixed_separators_are_told() -> None:
    assert Code.MIXED_SEPARATORS in codes(TEXT.replace("\rOBX|1", "\nOBX|1").encode())


def test_that_a_raw_line_break_in_text_is_kept() -> None:
    message = parse(b"MSH|^~\\&|A|B\rOBX|1|TX|X||first line\nsecond line||||||F\r")
    obx = message.first("OBX")
    assert obx is not None
    assert (obx.text(5), obx.get(11)) == ("first line\nsecond line", "F")
    assert [w.code for w in message.warnings if w.code == Code.LINE_CONTINUED] == [Code.LINE_CONTINUED]


def test_that_a_line_that_is_no_segment_spoils_no_field() -> None:
    message = parse(b"MSH|^~\\&|A|B\rOBX|1|NM|X||5||||||F\r# a remark\rNTE|1||x\r")
    obx = message.first("OBX")
    assert obx is not None
    assert obx.get(11) == "F"
    assert [s.name for s in message] == ["MSH", "OBX", "NTE"]
    assert [(w.code, w.path) for w in message.warnings] == [(Code.NOT_A_SEGMENT, "OBX[1]")]


def test_that_a_segment_name_in_lower_case_is_understood_and_told() -> None:
    message = parse(b"MSH|^~\\&|A|B\rpid|1||7\r")
    pid = message.first("PID")
    assert pid is not None
    assert pid.get(3) == "7"
    assert [w.code for w in message.warnings] == [Code.SEGMENT_CASE]


def test_that_a_bare_segment_name_is_an_empty_segment() -> None:
    message = parse(b"MSH|^~\\&|A|B\rPD1\rPV1|1|I\r")
    assert [s.name for s in message] == ["MSH", "PD1", "PV1"]
    assert message.warnings == []


def test_that_five_encoding_characters_and_own_delimiters_work() -> None:
    message = parse(b"MSH#!@%*$#A#B\rPID#1##7!!!H*1@8##A%T%B\r")
    pid = message.first("PID")
    assert pid is not None
    assert (pid.get(3, 4, 2), pid.get(3, rep=2), pid.get(5)) == ("1", "8", "A*B")


def test_that_a_doubled_backslash_in_the_encoding_characters_is_repaired() -> None:
    message = parse(b"MSH|^~\\\\&|A|B\rPID|1||7^^^H\r")
    pid = message.first("PID")
    assert pid is not None
    assert pid.get(3, 4) == "H"
    assert [w.code for w in message.warnings] == [Code.ENCODING_CHARACTERS_REPAIRED]


def test_that_an_escape_that_cannot_be_read_is_kept_and_told_with_its_place() -> None:
    message = parse(b"MSH|^~\\&|A|B\rNTE|1||C:\\temp\\file\r")
    nte = message.first("NTE")
    assert nte is not None
    assert nte.get(3) == "C:\\temp\\file"
    assert nte.get(3) == "C:\\temp\\file"
    assert [(w.code, w.path) for w in message.warnings] == [
        (Code.UNKNOWN_ESCAPE, "NTE[1]-3"),
        (Code.UNPAIRED_ESCAPE, "NTE[1]-3"),
    ]


def test_that_escapes_are_checked_before_anybody_reads_them() -> None:
    message = parse(b"MSH|^~\\&|A|B\rNTE|1||fine \\T\\ good\rOBX|1|TX|X||a^b \\Z1\\ c\r")
    assert [(w.code, w.path) for w in message.warnings] == [(Code.UNKNOWN_ESCAPE, "OBX[1]-5")]


def test_that_framing_bytes_inside_the_payload_are_taken_off() -> None:
    message = parse(b"\x0bMSH|^~\\&|A|B\rPID|1||7\r\x1c\r")
    assert [s.line for s in message][1] == "PID|1||7"
    assert [w.code for w in message.warnings] == [Code.FRAMING_STRIPPED]


def test_that_several_messages_in_one_payload_are_told() -> None:
    assert codes(b"MSH|^~\\&|A|B\rMSH|^~\\&|A|B\r") == [Code.SEVERAL_MESSAGES]


def test_that_encoding_gives_the_message_back() -> None:
    latin = TEXT.replace("JANE", "JOSÉ").replace("|2.5", "|2.5||||||8859/1").encode("latin-1")
    assert parse(latin.replace(b"\r", b"\r\n")).encoded() == latin


def test_that_reading_leaves_no_rings_for_the_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        message = parse(TEXT.encode())
        assert [s.reps(3) for s in message.segments]
        del message
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_that_a_message_without_header_is_refused() -> None:
    with pytest.raises(InvalidMessage) as caught:
        parse(b"PID|1||7\r")
    assert (caught.value.code, caught.value.path) == ("no-header", "MSH")
