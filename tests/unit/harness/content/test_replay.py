"""Files and streams: read as they are, renewed consistently, in the pace they were recorded, and never a crash."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from console.core.errors import Refused
from console.harness.content.recordings import messages_in
from console.harness.content.renewal import cut
from console.harness.content.renewing import shifted
from console.harness.scenario.model import DEFAULT_STARTS, Ingredient
from tests.builders.engine_process import framed
from tests.builders.harness_scenarios import payloads, rows, segments, source

ADMIT = (
    "MSH|^~\\&|PAS|NORTH|SB|HOSP|20240105081500||ADT^A01^ADT_A01|M1|P|2.5.1\r"
    "EVN|A01|20240105081500\r"
    "PID|1||4711^^^NORTH^MR~900-11^^^NAT^NI||Doe^Jane^Q||19700101|F|||1 Old Road^^Oldtown^^N1||555-0100"
    "|||||A77|123-45-6789\r"
    "NK1|1|Doe^John|SPO\r"
    "PV1|1|I|W1|||||||||||||||||||||||||||||||||||||||||20240105081000\r"
)  # fmt: skip
ORDER = (
    "MSH|^~\\&|EHR|NORTH|SB|HOSP|20240105090000||ORM^O01^ORM_O01|M2|P|2.5.1\r"
    "PID|1||4711^^^NORTH^MR||Doe^Jane||19700101|F\r"
    "ORC|NW|P5^EHR||\r"
    "OBR|1|P5^EHR||K^Potassium|||20240105085500\r"
)
RESULT = (
    "MSH|^~\\&|LAB|NORTH|SB|HOSP|20240105101500.25+0100||ORU^R01^ORU_R01|M3|P|2.5.1\r"
    "PID|1||4711^^^NORTH^MR||Doe^Jane||19700101|F\r"
    "ORC|RE|P5^EHR|F9^LAB\r"
    "OBR|1|P5^EHR|F9^LAB|K^Potassium||||||||||||||AC3||||20240105\r"
    "OBX|1|NM|K^Potassium||4.4|mmol/L|||||F|||202401050900\r"
    "OBX|2|DT|D^Since||20240104||||||F\r"
    "ZZZ|20240105|4711\r"
)
OTHER = (
    "MSH|^~\\&|PAS|NORTH|SB|HOSP|20240105103000||ADT^A08^ADT_A01|M4|P|2.5.1\r"
    "PID|1||4712^^^NORTH^MR||Roe^Max||19800101|M\r"
    "PV1|1|O\r"
)
STREAM = "\n".join(one.replace("\r", "\n") for one in (ADMIT, ORDER, RESULT, OTHER))


def _stream(tmp_path: Path, text: str | bytes = STREAM, kind: str = "stream", **more: Any) -> Ingredient:
    path = tmp_path / "stream.hl7"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Ingredient(kind, path=path, **more)


def test_that_the_same_old_number_becomes_the_same_new_one_within_a_pass_and_another_in_the_next(
    tmp_path: Path,
) -> None:
    made = [segments(p) for p in payloads(source(_stream(tmp_path)), 8)]
    first, second = made[:4], made[4:]
    for one in (first, second):
        admit, order, result, other = one
        assert admit["PID"][0][3].split("^")[0] == order["PID"][0][3].split("^")[0] == result["PID"][0][3].split("^")[0]
        assert admit["PID"][0][5].split("^")[:2] == order["PID"][0][5].split("^")[:2]
        assert admit["PID"][0][7] == order["PID"][0][7]
        assert order["ORC"][0][2] == order["OBR"][0][2] == result["ORC"][0][2] == result["OBR"][0][2]
        assert result["ORC"][0][3] == result["OBR"][0][3]
        assert other["PID"][0][3] != admit["PID"][0][3]
    for place in (("PID", 3), ("PID", 5), ("PID", 18), ("PID", 19)):
        assert first[0][place[0]][0][place[1]] != second[0][place[0]][0][place[1]]
    assert first[2]["OBR"][0][18] != second[2]["OBR"][0][18]
    text = b"".join(payloads(source(_stream(tmp_path)), 4)).decode()
    for old in (
        "900-11",
        "Jane",
        "Doe",
        "19700101",
        "Old Road",
        "555-0100",
        "123-45-6789",
        "P5^",
        "F9^",
        "AC3",
        "|M1|",
    ):
        assert old not in text, old


def test_that_times_move_by_one_offset_and_keep_their_precision_and_zone(tmp_path: Path) -> None:
    admit, _, result, _ = (segments(p) for p in payloads(source(_stream(tmp_path)), 4))
    assert admit["MSH"][0][7] == admit["EVN"][0][2] == "20261123080000"
    assert admit["PV1"][0][44] == "20261123075500"
    assert result["MSH"][0][7] == "20261123100000.25+0100"
    assert result["OBR"][0][22] == "20261123"
    assert result["OBX"][0][14] == "202611230845"
    assert result["OBX"][1][5] == "20261122"
    assert result["ZZZ"][0] == ["ZZZ", "20240105", "4711"]


def test_that_all_else_is_kept_to_the_byte(tmp_path: Path) -> None:
    _, _, result, _ = payloads(source(_stream(tmp_path)), 4)
    assert b"OBX|1|NM|K^Potassium||4.4|mmol/L|||||F|||" in result
    assert result.count(b"\r") == RESULT.count("\r")
    for payload in (ADMIT, ORDER, RESULT, OTHER):
        made = cut(payload.encode())
        assert made is not None
        assert _joined(made) == payload.encode()


def _joined(made: Any) -> bytes:
    out = made.pieces[0]
    for slot, piece in zip(made.slots, made.pieces[1:], strict=True):
        out += slot.old + piece
    return bytes(out)


def test_that_renewed_messages_are_marked_and_have_control_ids_of_their_own(tmp_path: Path) -> None:
    told = list(rows(source(_stream(tmp_path)), 400))
    assert len({row[1] for row in told}) == 400
    for payload, control_id, *_ in told[:8]:
        msh = segments(payload)["MSH"][0]
        assert (msh[4], msh[10].encode(), msh[11]) == ("HARNESS", control_id, "T")
    kept = payloads(source(_stream(tmp_path, options=(("marked", False),))), 1)[0]
    assert segments(kept)["MSH"][0][4] == "NORTH"


def test_that_lanes_are_patients_and_the_pace_is_the_recorded_one(tmp_path: Path) -> None:
    told = list(rows(source(_stream(tmp_path)), 8))
    lanes = [row[2] for row in told]
    assert lanes[0] == lanes[1] == lanes[2] != lanes[3]
    assert set(lanes[:4]).isdisjoint(lanes[4:])
    orders = [row[3] for row in told]
    assert orders[1] == orders[2] != 0
    assert orders[0] == orders[3] == 0
    assert orders[1] != orders[5]
    minutes = [row[5] / 60e9 for row in told]
    assert minutes[:3] == pytest.approx([0, 45, 60 + 0.25 / 60])  # the result's zone is an hour ahead
    assert all(a <= b for a, b in pairwise(minutes))
    begins = [datetime.strptime(segments(row[0])["MSH"][0][7][:14], "%Y%m%d%H%M%S") for row in (told[0], told[4])]
    assert begins[0] == DEFAULT_STARTS.replace(tzinfo=None)
    assert begins[1] - begins[0] == timedelta(seconds=told[4][5] // 10**9)


def test_that_a_merge_puts_both_numbers_into_one_lane(tmp_path: Path) -> None:
    merge = (
        "MSH|^~\\&|PAS|NORTH|SB|HOSP|20240105104500||ADT^A40^ADT_A39|M5|P|2.5.1\n"
        "PID|1||4711^^^NORTH^MR||Doe^Jane||19700101|F\nMRG|4712^^^NORTH^MR||||||Roe^Max\n"
    )
    lanes = [row[2] for row in rows(source(_stream(tmp_path, STREAM + "\n" + merge)), 5)]
    assert len(set(lanes)) == 1


def test_that_files_go_round_as_often_as_said_and_a_folder_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name, text in (("b.hl7", ORDER), ("a.HL7", ADMIT), ("c.txt", RESULT), ("readme.md", "no message")):
        (tmp_path / name).write_bytes(text.encode())
    made = source(Ingredient("files", path=tmp_path, repeat=2))
    kinds = [row[4] for row in rows(made, 100)]
    assert kinds == ["ADT^A01", "ORM^O01", "ORU^R01"] * 2


def test_that_files_as_they_are_keep_every_byte(tmp_path: Path) -> None:
    odd = "MSH#*~\\&#LAB#X#SB#Y#20240105##ORU*R01#1#P#2.3\nPID#1##7\n\n".encode("utf-8-sig")
    made = source(_stream(tmp_path, odd, "files", renew=False, repeat=1))
    ((payload, control_id, _, _, kind, _),) = rows(made, 5)
    assert payload == odd
    assert control_id == b"1"
    assert kind == "ORU^R01"


@pytest.mark.parametrize(
    "text",
    [
        ADMIT + ORDER + RESULT,
        (ADMIT + ORDER + RESULT).replace("\r", "\n"),
        (ADMIT + ORDER + RESULT).replace("\r", "\r\n"),
        "FHS|^~\\&|A\rBHS|^~\\&|A\r" + ADMIT + ORDER + RESULT + "BTS|3\rFTS|1\r",
        b"".join(framed(one.encode()) for one in (ADMIT, ORDER, RESULT)),
    ],
    ids=["cr", "lf", "crlf", "batch", "framed"],
)
def test_that_several_messages_in_a_file_are_taken_apart(text: str | bytes) -> None:
    found = messages_in(text.encode() if isinstance(text, str) else text, origin="many.hl7")
    assert [one.payload.decode() for one in found] == [ADMIT, ORDER, RESULT]
    assert found[2].origin == "many.hl7#3"


def test_that_custom_delimiters_and_other_charsets_are_renewed_in_place(tmp_path: Path) -> None:
    custom = RESULT.replace("^~\\&", "*:!%").replace("|", "#").replace("^", "*").replace("MSH#*:!%", "MSH#*:!%")
    (payload,) = payloads(source(_stream(tmp_path, custom, repeat=1)), 4)
    fields = payload.decode().split("\r")[1].split("#")
    assert fields[3].startswith(source(_stream(tmp_path)).run)
    assert fields[3].endswith("***NORTH*MR")
    japanese = ADMIT.replace("P|2.5.1", "P|2.5.1||||||ISO IR87").replace("W1", "日本語").encode("iso2022_jp_ext")
    (payload,) = payloads(source(_stream(tmp_path, japanese, repeat=1)), 4)
    assert b"4711" not in payload
    assert "日本語" in payload.decode("iso2022_jp_ext")
    latin = ADMIT.replace("P|2.5.1", "P|2.5.1||||||8859/1").replace("W1", "Böhm").encode("latin-1")
    (payload,) = payloads(source(_stream(tmp_path, latin, repeat=1)), 4)
    assert "Böhm" in payload.decode("latin-1")


def test_that_an_answer_names_the_new_control_id_of_what_it_answers(tmp_path: Path) -> None:
    answer = "MSH|^~\\&|SB|H|PAS|N|20240105||ACK|A1|P|2.5.1\nMSA|AA|M1\n"
    made = payloads(source(_stream(tmp_path, STREAM + "\n" + answer)), 5)
    assert segments(made[4])["MSA"][0][2] == segments(made[0])["MSH"][0][10]


def test_that_what_cannot_be_renewed_is_sent_as_it_is_or_left_out_and_counted(tmp_path: Path) -> None:
    (tmp_path / "a.hl7").write_bytes(b"MSH|||||")
    (tmp_path / "b.hl7").write_bytes(ADMIT.encode())
    (tmp_path / "c.hl7").write_bytes(b"\x00\xff nothing")
    sent = source(Ingredient("files", path=tmp_path, repeat=1))
    assert [row[0] for row in rows(sent, 9)][::2] == [b"MSH|||||", b"\x00\xff nothing"]
    assert sent.notes[0].startswith("2 of 3 messages cannot be renewed and are sent as they are")
    left = source(Ingredient("files", path=tmp_path, repeat=1, options=(("unrenewable", "skip"),)))
    assert [row[4] for row in rows(left, 9)] == ["ADT^A01"]
    assert "left out: a.hl7, c.hl7" in left.notes[0]


def test_that_nothing_to_send_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.hl7").write_bytes(b"\r\n")
    for path in (tmp_path, tmp_path / "empty.hl7", tmp_path / "none.hl7"):
        with pytest.raises(Refused):
            source(Ingredient("files", path=path))
    with pytest.raises(Refused, match="needs a path"):
        source(Ingredient("stream"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("20240105", "20240106"),
        ("202401052330", "202401062345"),
        ("20240105081500.1234-0500", "20240106083000.1234-0500"),
        ("2024", "2024"),
        ("202412", "202412"),
        ("20241301", "20241301"),
        ("12", "12"),
        ("99990101000000", "99990102001500"),
        ("99991231235959", "99991231235959"),
        ("today", "today"),
    ],
)
def test_that_a_time_is_moved_in_its_own_precision(old: str, new: str) -> None:
    assert shifted(old.encode(), timedelta(days=1, minutes=15)) == new.encode()
