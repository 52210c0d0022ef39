"""The maps that ship: all load, fit their schema's members, and tell the planted story of K-PL."""

import json
from pathlib import Path

import pytest

from console.core.errors import InvalidMessage
from console.fhir import concept_map
from console.fhir.terms import Terms

FOLDER = Path(__file__).parents[3] / "resources" / "concept_maps"
FILES = sorted(FOLDER.glob("*.json"))


def test_that_every_shipped_map_loads_and_none_overlap(shipped_maps):
    assert len(shipped_maps) == len(FILES) > 30


def test_that_files_are_named_after_their_map():
    for file in FILES:
        one = concept_map.from_bytes(file.read_bytes(), origin=file.name)
        assert file.stem in (one.name, f"{one.name}-{one.version}")


def test_that_the_schema_knows_every_member_used():
    schema = json.loads((FOLDER.parent / "schemas" / "concept-map.schema.json").read_text())
    rows = schema["properties"]["elements"]["items"]["properties"]
    for file in FILES:
        body = json.loads(file.read_text())
        assert set(body) <= set(schema["properties"])
        assert all(set(row) <= set(rows) for row in body["elements"])


def test_that_plasma_potassium_is_known_to_version_11_and_not_to_version_12(shipped_maps):
    before = Terms(shipped_maps, day="2025-06-01").translate("K-PL", "L-LIS", path="OBX[1]-3")
    assert before["code"] == "2823-3"
    with pytest.raises(InvalidMessage, match="local code K-PL has no LOINC code in map lab-local-loinc version 12"):
        Terms(shipped_maps, day="2026-11-21").translate("K-PL", "L-LIS", path="OBX[1]-3")


@pytest.mark.parametrize(
    ("name", "code", "target"),
    [
        ("v2-0001-gender", "A", "other"),
        ("v2-0004-class", "I", "IMP"),
        ("v2-0004-class", "B", "B"),
        ("v2-0085-observation-status", "D", "entered-in-error"),
        ("v2-0085-observation-status", "U", "final"),
        ("v2-0123-report-status", "M", "preliminary"),
        ("v2-0119-request-status", "HD", "on-hold"),
        ("v2-0119-request-status", "SC", ""),
        ("v2-0278-appointment-status", "Discontinued", "cancelled"),
        ("v2-0078-interpretation", "HH", "HH"),
    ],
)
def test_that_the_decided_codes_are_in_the_tables(shipped_maps, name, code, target):
    assert Terms(shipped_maps).target(name, code) == target


def test_that_a_code_without_a_target_on_purpose_is_no_worklist_item(shipped_maps):
    terms = Terms(shipped_maps)
    assert terms.target("v2-0119-request-status", "SC") == ""
    assert not terms.unmapped
    assert terms.target("v2-0119-request-status", "??") == ""
    assert list(terms.unmapped) == ["v2-0119-request-status|??"]
