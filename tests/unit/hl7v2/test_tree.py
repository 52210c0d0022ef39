from __future__ import annotations

from typing import Any

import pytest

from console.hl7v2 import dictionary
from console.hl7v2.message import parse
from console.hl7v2.tree import LONGEST, tree

TEXT = (
    "MSH|^~\\&|LAB^1.2^ISO|N|||2026||ORU^R01|C1|P|2.5\r"
    "PID|1||7^^^H&1.2&ISO^MR~8^^^X||NÚÑEZ^JOSÉ||1970|F\r"
    "OBX|1|CE|GLU^Glucose^L||5\\S\\4^x||||||F\r"
    "ZXY|own^parts\r"
)


def flat(nodes: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for node in nodes:
        found[node["path"]] = node
        found |= flat(node["children"])
    return found


def test_that_positions_have_names_values_and_meanings() -> None:
    nodes = flat(tree(parse(TEXT.encode())))
    assert nodes["PID[1]"]["name"] == "Patient identification"
    assert (nodes["PID[1]-5"]["name"], nodes["PID[1]-5"]["value"]) == ("Patient name", "NÚÑEZ^JOSÉ")
    assert (nodes["PID[1]-5.1"]["name"], nodes["PID[1]-5.2"]["value"]) == ("Family name", "JOSÉ")
    assert (nodes["PID[1]-3(1).4.2"]["name"], nodes["PID[1]-3(1).4.2"]["value"]) == ("Universal ID", "1.2")
    assert nodes["OBX[1]-11"]["meaning"] == "Final"
    assert (nodes["OBX[1]-5.1"]["value"], nodes["OBX[1]-5.1"]["name"]) == ("5^4", "Identifier")
    assert (nodes["ZXY[1]"]["name"], nodes["ZXY[1]-1.2"]["value"]) == ("", "parts")
    assert (nodes["MSH[1]-1"]["value"], nodes["MSH[1]-2"]["value"]) == ("|", "^~\\&")
    assert "PID[1]-2" not in nodes


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        TEXT.encode("latin-1"),
        TEXT.replace("\r", "\r\n").encode(),
        b"\xef\xbb\xbf" + TEXT.replace("\r", "\n").encode(),
        b"junk\r" + TEXT.encode() + b"\x1c\r",
        TEXT.replace("PID", "pid").replace("ZXY", "set aside\rZXY").encode(),
    ],
)
def test_that_spans_point_at_the_bytes_as_received(raw: bytes) -> None:
    message = parse(raw)
    nodes = flat(tree(message))
    for path, expected in (
        ("MSH[1]-1", "|"),
        ("MSH[1]-2", "^~\\&"),
        ("MSH[1]-3.2", "1.2"),
        ("PID[1]-3(2)", "8^^^X"),
        ("PID[1]-3(1).4.3", "ISO"),
        ("PID[1]-5", "NÚÑEZ^JOSÉ"),
        ("OBX[1]-5.1", "5\\S\\4"),
        ("OBX[1]-11", "F"),
        ("ZXY[1]", "ZXY|own^parts"),
    ):
        start, end = nodes[path]["span"]
        assert raw[start:end].decode(message.charset) == expected


def test_that_a_charset_with_hidden_delimiters_has_the_span_of_the_segment() -> None:
    raw = "MSH|^~\\&|A|B|||2026||ADT^A08|1|P|2.5||||||ISO IR87\rPID|1||7||山田^太郎\r".encode("iso2022_jp")
    nodes = flat(tree(parse(raw)))
    assert nodes["PID[1]-5.2"]["value"] == "太郎"
    assert nodes["PID[1]-5.2"]["span"] == nodes["PID[1]"]["span"]


def test_that_a_long_value_is_cut_and_says_its_size() -> None:
    raw = b"MSH|^~\\&|A|B\rOBX|1|ED|X||^^PDF^Base64^" + b"A" * 100_000 + b"\r"
    node = flat(tree(parse(raw)))["OBX[1]-5.5"]
    assert (node["size"], len(node["value"])) == (100_000, LONGEST + 1)


def test_that_a_line_that_was_joined_keeps_its_span() -> None:
    raw = b"MSH|^~\\&|A|B\rOBX|1|TX|X||one\ntwo||||||F\r"
    nodes = flat(tree(parse(raw)))
    assert nodes["OBX[1]-5"]["value"] == "one\ntwo"
    start, end = nodes["OBX[1]"]["span"]
    assert raw[start:end] == b"OBX|1|TX|X||one\ntwo||||||F"


def test_that_the_dictionary_knows_what_hospitals_use() -> None:
    for name in (
        "MSH EVN PID PD1 NK1 PV1 PV2 DG1 AL1 IAM IN1 GT1 PR1 ORC OBR OBX NTE SPM TQ1 RXO RXE RXR RXC RXD RXA SCH AIS"
        " AIG AIL AIP RGS TXA MRG MSA ERR FHS BHS BTS FTS ZDS"
    ).split():
        entry = dictionary.segment(name)
        assert entry is not None
        assert entry.title
        assert entry.fields
    assert dictionary.field("OBX", 5) == dictionary.Place("Observation value", "*")
    assert dictionary.field("OBX", 11) == dictionary.Place("Observation result status", "ID", "0085")
    assert dictionary.field("PID", 0) is None
    assert dictionary.field("QQQ", 1) is None
    for name in "CX XPN XAD XCN CWE CE EI HD SN ED PL XTN CQ RP".split():
        assert dictionary.is_composite(name)
    assert dictionary.component("CX", 4) == dictionary.Place("Assigning authority", "HD")
    assert dictionary.meaning("0123", "F") == "Final"
    assert dictionary.meaning("0123", "??") == ""


def test_that_every_table_entry_is_well_formed() -> None:
    from console.hl7v2.dictionary import _segments, _types

    for entry in _segments().values():
        for place in entry.fields:
            assert place.type == "*" or place.type.isalnum()
            assert place.table == "" or (place.table.isdigit() and len(place.table) == 4)
    for parts in _types().values():
        assert all(p.type.isalnum() for p in parts)
