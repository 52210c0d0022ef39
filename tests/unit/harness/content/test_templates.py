"""Templates: what stands in braces, what is said about a mistake, and that everything is marked as test."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from console.core.errors import Refused
from console.harness.scenario.model import Ingredient
from console.hl7v2.message import parse
from tests.builders.harness_scenarios import RESULT, payloads, rows, segments, source, template

SHIPPED = sorted((Path(__file__).resolve().parents[4] / "resources" / "harness" / "templates").glob("*.hl7"))

HEAD = "MSH|^~\\&|LAB|ANY|SB|HOSP|{now}||ORU^R01^ORU_R01|{control_id}|P|2.5.1\n"


def _notes(text: str, count: int = 400, **options: Any) -> list[str]:
    """NTE-3 of a template's messages."""
    made = source(template(f"{HEAD}NTE|1||{text}\n", **options), folder=Path())
    return [segments(payload)["NTE"][0][3] for payload in payloads(made, count)]


def test_that_a_result_is_drawn_whole() -> None:
    told = list(rows(source(template()), 1200))
    assert len({row[1] for row in told}) == 1200
    for payload, control_id, _lane, order, kind, _ in told[:300]:
        found = segments(payload)
        assert found["MSH"][0][10].encode() == control_id
        assert kind == "ORU^R01"
        assert order
        value = float(found["OBX"][0][5])
        assert found["OBX"][0][8][:1] == ("H" if value > 5.3 else "L" if value < 3.5 else "")
        assert found["ORC"][0][2] == found["OBR"][0][2]
        assert re.fullmatch(r"(19|20)\d{6}", found["PID"][0][7])
        assert found["PID"][0][8] in "FM"
        assert found["OBR"][0][7] < found["MSH"][0][7]
    outside = sum(bool(segments(row[0])["OBX"][0][8]) for row in told)
    assert 0.03 < outside / len(told) < 0.2


def test_that_a_patient_is_the_same_person_in_every_message() -> None:
    people: dict[str, str] = {}
    for payload, _, lane, _, _, _ in rows(source(template(), patients=20), 800):
        pid = segments(payload)["PID"][0]
        assert people.setdefault(pid[3], "|".join(pid) + str(lane)) == "|".join(pid) + str(lane)
    assert len(people) == 20


def test_that_more_patients_than_faces_have_numbers_and_birthdays_of_their_own() -> None:
    seen = {}
    for payload, _, lane, _, _, _ in rows(source(template(), patients=30_000), 1500):
        seen[lane] = segments(payload)["PID"][0]
    assert len({pid[3] for pid in seen.values()}) == len(seen) > 1400
    assert max(seen) > 20_000


def test_that_messages_are_marked_as_test_whatever_the_template_says() -> None:
    msh = segments(payloads(source(template()), 1)[0])["MSH"][0]
    assert (msh[4], msh[11], msh[18]) == ("HARNESS", "T", "UNICODE UTF-8")
    left = segments(payloads(source(template(marked=False)), 1)[0])["MSH"][0]
    assert (left[4], left[11], len(left)) == ("ANY", "P", 13)


def test_that_a_fixed_control_id_becomes_unique_unless_it_is_to_be_kept() -> None:
    fixed = RESULT.replace("{control_id}", "SAME")
    assert len({row[1] for row in rows(source(template(fixed)), 500)}) == 500
    assert {row[1] for row in rows(source(template(fixed, keep_control_id=True)), 500)} == {b"SAME"}


def test_that_a_control_id_may_be_made_of_parts() -> None:
    made = source(template(RESULT.replace("{control_id}", "{choice:A,B}-{counter}")))
    for number, (payload, control_id, *_) in enumerate(rows(made, 600), start=1):
        assert segments(payload)["MSH"][0][10].encode() == control_id
        assert control_id[2:] == b"%d" % number


def test_that_ranges_choices_and_counters_are_what_they_say() -> None:
    assert _notes("{counter}") == [str(n) for n in range(1, 401)]
    assert set(_notes("{choice:red,green}")) == {"red", "green"}
    assert set(_notes("{number:1-3:0}")) == {"1", "2", "3"}
    assert set(_notes("{number:-1-1}")) == {"-1", "0", "1"}
    assert all(re.fullmatch(r"[34]\.\d\d", value) for value in _notes("{number:3-4.99:2}"))
    assert set(_notes("{number:1-9}{flag}", 50)) <= {str(n) for n in range(1, 10)}


def test_that_braces_and_percent_signs_can_be_written() -> None:
    assert _notes("{{x}} 100 % %b", 2) == ["{x} 100 % %b"] * 2


def test_that_each_second_of_hospital_time_has_so_many_messages() -> None:
    times = Counter(segments(p)["MSH"][0][7] for p in payloads(source(template(per_second=30)), 90))
    assert list(times.values()) == [30, 30, 30]
    assert next(iter(times)) == "20261123080000+0000"


def test_that_kinds_drawn_in_msh_9_are_known_before() -> None:
    made = source(template(RESULT.replace("ORU^R01^ORU_R01", "{choice:ADT^A01,ADT^A08}")))
    assert made.kinds == ("ADT^A01", "ADT^A08")
    for payload, _, _, _, kind, _ in rows(made, 300):
        assert segments(payload)["MSH"][0][9] == kind


def test_that_a_csv_file_gives_its_rows_in_order_at_random_or_by_patient(tmp_path: Path) -> None:
    (tmp_path / "beds.csv").write_text("ward;bed\nA|1;1\nB;2\nC;3\n", encoding="utf-8")
    text = f"{HEAD}NTE|1||{{csv:ward}} {{csv:bed}} {{patient.mrn}}\n"

    def told(order: str) -> list[list[str]]:
        made = source(template(text, csv="beds.csv", csv_order=order), folder=tmp_path, patients=9)
        return [segments(payload)["NTE"][0][3].split(" ") for payload in payloads(made, 300)]

    assert [row[:2] for row in told("sequential")][:4] == [["A\\F\\1", "1"], ["B", "2"], ["C", "3"], ["A\\F\\1", "1"]]
    assert [row[1] for row in told("random")] != [row[1] for row in told("sequential")]
    assert {tuple(row[:2]) for row in told("random")} == {("A\\F\\1", "1"), ("B", "2"), ("C", "3")}
    by_patient: dict[str, str] = {}
    assert all(by_patient.setdefault(row[2], row[1]) == row[1] for row in told("patient"))
    assert len(set(by_patient.values())) == 3


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n\n"])
def test_that_line_ends_of_the_file_become_segment_ends(end: str, tmp_path: Path) -> None:
    path = tmp_path / "result.hl7"
    path.write_bytes(RESULT.replace("\n", end).encode())
    (payload,) = payloads(source(Ingredient("template", path=path)), 1)
    assert b"\n" not in payload
    assert payload.endswith(b"\r")
    assert b"\r\r" not in payload


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}NTE|1||{{patient.mnr}}", "line 2: nobody knows the placeholder {patient.mnr}"),
        (f"{HEAD}NTE|1||{{patient.mnr}}", "did you mean {patient.mrn}?"),
        (f"{HEAD}PID|1\nNTE|1||{{number}}", "line 3: {number} needs an argument"),
        (f"{HEAD}NTE|1||{{now:x}}", "line 2: {now} takes no argument"),
        (f"{HEAD}NTE|1||{{number:5-3}}", "the lower limit comes first"),
        (f"{HEAD}NTE|1||{{number:few}}", "{number:few} cannot be read"),
        (f"{HEAD}NTE|1||{{flag}}", "line 2: {flag} has no {number:...} before it"),
        (f"{HEAD}NTE|1||{{csv:bed}}", "needs a CSV file"),
        (f"{HEAD}NTE|1||{{now", "line 2: a single '{'"),
        (f"{HEAD}NTE|1||now}}", "line 2: a single '}'"),
        ("PID|1||{now}", "begins with MSH"),
        ("", "begins with MSH"),
        (HEAD.replace("ORU^R01^ORU_R01", "{now}"), "MSH-9 may hold"),
    ],
)  # fmt: skip
def test_that_a_mistake_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        source(template(text))
    assert said in refused.value.text


def test_that_a_missing_column_or_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "beds.csv").write_text("ward,bed\nA,1\n", encoding="utf-8")
    with pytest.raises(Refused, match=r"beds.csv has no column 'wrd'; did you mean 'ward'"):
        source(template(f"{HEAD}NTE|1||{{csv:wrd}}", csv="beds.csv"), folder=tmp_path)
    with pytest.raises(Refused, match="cannot be read"):
        source(template(f"{HEAD}NTE|1||{{csv:wrd}}", csv="none.csv"), folder=tmp_path)
    with pytest.raises(Refused, match="cannot be read"):
        source(Ingredient("template", path=tmp_path / "none.hl7"))


def test_that_letters_the_charset_lacks_are_replaced() -> None:
    made = source(template(f"{HEAD}NTE|1||Łódź Ñandú ł\n"), charset="8859/1")
    assert segments(payloads(made, 1)[0], "latin-1")["NTE"][0][3] == "Lódz Ñandú l"


def test_that_there_are_templates_to_begin_with() -> None:
    assert {path.stem for path in SHIPPED} >= {"admission", "letter", "order", "result", "update"}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_that_shipped_templates_make_whole_messages(path: Path) -> None:
    made = source(Ingredient("template", path=path))
    for payload in payloads(made, 60):
        message = parse(payload)
        assert message.warnings == []
        assert b"{" not in payload
        assert segments(payload)["MSH"][0][4] == "HARNESS"
        assert payload.count(b"HARNESS") > 2
