"""A message in views: paths, raw text, tree, JSON lines, differences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.desktop.formats import MASK
from console.desktop.models.hl7_path import Hl7Path, hl7_path
from console.desktop.models.json_lines import find_line, json_lines, parse_exact
from console.desktop.models.message_diff import Change, carried, diff_json, diff_trees
from console.desktop.models.message_tree import Remark, build_tree, find
from console.desktop.models.privacy import masked_document, masked_message
from console.desktop.models.raw_message import LONGEST_FIELD, raw_message
from tests.builders.encounters import RAW_UE
from tests.builders.trees import tree_of

UE = raw_message(RAW_UE)


def cut(path: str, message: str = RAW_UE) -> str:
    shown = raw_message(message)
    place = hl7_path(path)
    assert place is not None
    span = shown.span(place)
    assert span is not None
    return shown.lines[span.line].text[span.start : span.end]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("MSH-1", "|"),
        ("MSH-2", "^~\\&"),
        ("MSH-3", "LIS"),
        ("MSH[1]-9.2", "R01"),
        ("PID[1]-3", "9990147213^^^NHS^NH~00418827^^^STB^MR"),
        ("PID[1]-3(2).1", "00418827"),
        ("OBX[2]-3", "K-PL^Potassium (plasma)^LOCAL"),
        ("OBX[2]-3.1", "K-PL"),
        ("OBX[4]-5", "148"),
        ("NTE", r"NTE|1|L|Sample not haemolysed. Phoned to ward: no answer 01:55. Diluted 1\S\10."),
        ("OBX[2]-14", "20261121015000+0000"),
    ],
)
def test_that_a_path_leads_to_its_characters(path: str, value: str) -> None:
    assert cut(path) == value


def test_that_a_place_that_does_not_exist_leads_to_its_segment_or_nowhere() -> None:
    missing = hl7_path("OBX[2]-40")
    assert missing is not None
    span = UE.span(missing)
    assert span is not None
    assert UE.lines[span.line].text[span.start : span.end] == "OBX"
    assert UE.span(Hl7Path("ZZZ")) is None


def test_that_a_column_tells_which_field_it_lies_in() -> None:
    line = UE.line_of(Hl7Path("OBX", 2))
    column = UE.lines[line].text.index("Potassium")
    assert UE.path_at(line, column) == Hl7Path("OBX", 2, 3)
    assert UE.path_at(line, 1) == Hl7Path("OBX", 2)
    assert UE.path_at(99, 0) is None


def test_that_other_separators_are_understood() -> None:
    text = "MSH*@!#%*LIS*STB\rPID*1**A@B!C@D"
    shown = raw_message(text)
    span = shown.span(Hl7Path("PID", 1, 3, 2, 2))
    assert span is not None
    assert shown.lines[1].text[span.start : span.end] == "D"


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n"])
def test_that_any_line_ending_makes_the_same_lines(ending: str) -> None:
    assert raw_message(RAW_UE.replace("\r", ending)).text == UE.text


def test_that_a_huge_value_is_shortened_for_the_eye_and_says_by_how_much() -> None:
    shown = raw_message("MSH|^~\\&|A\rOBX|1|ED|PDF||" + "A" * 50_000 + "|F")
    assert len(shown.lines[1].text) < LONGEST_FIELD
    assert "[49200]" in shown.lines[1].text
    span = shown.span(Hl7Path("OBX", 1, 6))
    assert span is not None
    assert shown.lines[1].text[span.start : span.end] == "F"


@given(st.text(max_size=200))
def test_that_any_text_can_be_shown(text: str) -> None:
    shown = raw_message(text)
    for number, line in enumerate(shown.lines):
        for column in range(0, len(line.text), 7):
            shown.path_at(number, column)


def test_that_paths_are_read_in_every_form_the_house_writes() -> None:
    assert hl7_path("OBX[2]-3.1") == Hl7Path("OBX", 2, 3, 0, 1)
    assert hl7_path("PID-5") == Hl7Path("PID", 1, 5)
    assert hl7_path("PID[1]-3[2].4.2") == Hl7Path("PID", 1, 3, 2, 4, 2)
    assert hl7_path("Observation.code") is None
    assert Hl7Path("OBX", 2, 3).covers(Hl7Path("OBX", 2, 3, 1, 1))
    assert not Hl7Path("OBX", 2, 3).covers(Hl7Path("OBX", 1, 3))


def test_that_the_tree_marks_the_field_the_error_names() -> None:
    roots = build_tree(tree_of(RAW_UE), [Remark("OBX[2]-3", "no LOINC in map v12", True)])
    node = find(roots, "OBX[2]-3")
    assert node is not None
    assert node.is_error
    assert node.note == "no LOINC in map v12"
    assert node.label == "OBX-3"
    assert node.parent is not None
    assert node.parent.label == "OBX 2"
    assert node.parent.value == "6.4"
    assert [r.label for r in roots][:3] == ["MSH", "PID", "PV1"]


def test_that_an_error_below_what_the_tree_shows_lands_on_its_field() -> None:
    roots = build_tree(tree_of(RAW_UE))
    node = find(roots, "OBX[2]-5.1.1")
    assert node is not None
    assert node.path == "OBX[2]-5"
    assert find(roots, "ZZ1[1]-1") is None
    assert find(roots, "Observation.status") is None


OBSERVATION = parse_exact(
    '{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:lis","code":"K-PL",'
    '"display":"Potassium (plasma)"},{"system":"http://loinc.org","code":null}]},"valueQuantity":{"value":6.40,'
    '"unit":"mmol/L"}}'
)


def test_that_json_keeps_numbers_as_sent_and_short_things_on_one_line() -> None:
    text = "\n".join(line.text for line in json_lines(OBSERVATION))
    assert '"valueQuantity": { "value": 6.40, "unit": "mmol/L" }' in text
    assert parse_exact(text) == OBSERVATION


def test_that_the_line_of_a_fhir_path_is_found_or_the_nearest_around_it() -> None:
    lines = json_lines(OBSERVATION)
    found = find_line(lines, "Observation.code.coding[1].code")
    assert '"http://loinc.org"' in lines[found].text
    assert find_line(lines, "Observation.nothing") == -1
    bundle = json_lines({"entry": [{"resource": OBSERVATION}]})
    assert '"http://loinc.org"' in bundle[find_line(bundle, "Observation.code.coding[1].code")].text
    assert '"status"' in bundle[find_line(bundle, "entry[0].resource.status")].text


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
        max_leaves=20,
    )
)
def test_that_the_lines_of_any_json_are_that_json(value: object) -> None:
    assert parse_exact("\n".join(line.text for line in json_lines(value))) == value


def test_that_privacy_hides_who_but_not_what_and_keeps_the_fields_numbers() -> None:
    hidden = masked_message(RAW_UE)
    for secret in ("MARTÍNEZ", "9990147213", "19570814", "HARBOUR"):
        assert secret not in hidden
    assert "K-PL^Potassium" in hidden
    assert cut("PID-8", hidden) == MASK
    assert cut("OBX[2]-3.1", hidden) == "K-PL"


def test_that_privacy_hides_persons_in_fhir_and_names_beside_references() -> None:
    patient = {"resourceType": "Patient", "id": "p", "name": [{"family": "Martínez"}], "birthDate": "1957-08-14"}
    observation = {
        "resourceType": "Observation",
        "subject": {"reference": "Patient/p", "display": "Rosa Martínez"},
        "performer": [{"reference": "Organization/lab", "display": "LAB1"}],
    }
    text = str(masked_document({"entry": [{"resource": patient}, {"resource": observation}]}))
    assert "Mart" not in text
    assert "1957" not in text
    assert "LAB1" in text
    assert "Patient/p" in text


def test_that_one_inserted_result_does_not_shift_the_rest() -> None:
    left = build_tree(tree_of(RAW_UE))
    changed = RAW_UE.replace("OBX|2|NM|K-PL", "OBX|2|NM|CL^Chloride^LOCAL||101|mmol/L\rOBX|3|NM|K-PL").replace(
        "||6.4|mmol/L|3.5-5.3|HH", "||6.1|mmol/L|3.5-5.3|HH"
    )
    rows = [r for r in diff_trees(left, build_tree(tree_of(changed))) if r.change is not Change.SAME]
    texts = {(r.left, r.right, r.change) for r in rows}
    assert ("6.4", "6.1", Change.CHANGED) in texts
    assert ("", "Chloride", Change.ADDED) in texts
    assert not any(r.left == "11.2" for r in rows)


def test_that_a_message_does_not_differ_from_itself() -> None:
    tree = build_tree(tree_of(RAW_UE))
    assert {row.change for row in diff_trees(tree, tree)} == {Change.SAME}
    assert {row.change for row in diff_json(OBSERVATION, OBSERVATION)} == {Change.SAME}


def test_that_bundles_are_compared_by_resource_not_by_order() -> None:
    a = {"resourceType": "Observation", "id": "a", "status": "final"}
    b = {"resourceType": "Observation", "id": "b", "status": "final"}
    left = {"entry": [{"resource": a}, {"resource": b}]}
    right = {"entry": [{"resource": {**b, "status": "amended"}}, {"resource": a}]}
    rows = [r for r in diff_json(left, right) if r.change is not Change.SAME]
    assert [(r.place, r.left, r.right) for r in rows] == [("Observation/b status", "final", "amended")]


def test_that_decimals_that_differ_only_in_zeros_differ() -> None:
    rows = diff_json(parse_exact('{"value": 6.40}'), parse_exact('{"value": 6.4}'))
    assert [(r.left, r.right, r.change) for r in rows] == [("6.40", "6.4", Change.CHANGED)]


def test_that_what_did_not_arrive_is_told_apart_from_what_did() -> None:
    document = {
        "name": [{"family": "Martínez López"}],
        "birthDate": "1957-08-14",
        "valueQuantity": {"value": parse_exact("6.4"), "unit": "mmol/L"},
    }
    rows = {(r.left_path, r.change): r for r in carried(build_tree(tree_of(RAW_UE)), document)}
    assert rows["PID[1]-5.1", Change.SAME].right == "name[0].family"
    assert rows["PID[1]-7", Change.SAME].right == "birthDate"
    assert rows["OBX[2]-5", Change.SAME].right == "valueQuantity.value"
    assert ("OBX[4]-5", Change.REMOVED) in rows
