"""Versions are chosen by the clinical day, never overlap, and a bad document says which member to mend."""

import pytest

from console.core.errors import InvalidMessage, Refused
from console.fhir import concept_map
from console.fhir.concept_map import ConceptMaps
from console.fhir.terms import Terms

LAB = {
    "url": "urn:signalbox:concept-map:lab",
    "version": "1",
    "title": "A laboratory",
    "source_systems": ["L-LAB"],
    "target_system": "http://loinc.org",
    "on_unmapped": "stop",
    "elements": [{"code": "K", "target": "2823-3"}, {"code": "OLD", "target": "", "equivalence": "unmatched"}],
}


def lab(**changes):
    return concept_map.from_json({**LAB, **changes})


def test_that_the_version_follows_the_clinical_day():
    maps = ConceptMaps([lab(effective_to="2026-01-01"), lab(version="2", effective_from="2026-01-01")])
    assert maps.version_for("lab", "2025-12-31").version == "1"
    assert maps.version_for("lab", "2026-01-01T00:00:00+01:00").version == "2"
    assert maps.version_for("lab", "2025").version == "1"
    assert maps.version_for("lab", "").version == "2"
    assert maps.for_system("L-LAB", "2026-05-05").stamp == "lab@2"


def test_that_overlapping_versions_are_refused():
    with pytest.raises(Refused, match="both active"):
        ConceptMaps([lab(), lab(version="2", effective_from="2026-01-01")])
    ConceptMaps([lab(), lab(version="2", status="draft")])


def test_that_two_maps_cannot_answer_for_one_system_on_one_day():
    with pytest.raises(Refused, match="both active"):
        ConceptMaps([lab(), lab(url="urn:signalbox:concept-map:other")])


def test_that_a_version_cannot_be_published_twice():
    with pytest.raises(Refused, match="exists already"):
        ConceptMaps([lab(effective_to="2020-01-01")]).with_map(lab(effective_from="2021-01-01"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"version": ""}, "version is missing"),
        ({"elements": "x"}, "elements is missing"),
        ({"source_systems": []}, "source_systems is missing"),
        ({"effective_from": "1.1.2026"}, "effective_from '1.1.2026' is no date"),
        ({"effective_from": "2026-02-01", "effective_to": "2026-01-01"}, "not after"),
        ({"on_unmapped": "shout"}, "on_unmapped 'shout' is unknown"),
        ({"elements": [{"code": "K"}, {"code": "K"}]}, r"elements\[1\] repeats the code K"),
        ({"elements": [{"target": "x"}]}, r"elements\[0\].code is missing"),
        ({"elements": [{"code": "K", "equivalence": "equal"}]}, r"elements\[0\].target is missing"),
        ({"elements": [{"code": "K", "color": "red"}]}, r"elements\[0\].color is unknown"),
        ({"colour": "red"}, "Unknown member colour"),
    ],
)
def test_that_a_bad_document_says_what_to_mend(change, says):
    with pytest.raises(Refused, match=says):
        lab(**change)


def test_that_bytes_that_are_no_json_are_refused_by_name():
    with pytest.raises(Refused, match=r"maps/x\.json is no JSON"):
        concept_map.from_bytes(b"{", origin="maps/x.json")


def test_that_a_document_survives_the_round_trip():
    assert concept_map.from_json(lab().as_json()) == lab()


def test_that_a_stop_map_stops_and_names_code_map_and_version():
    terms = Terms(ConceptMaps([lab()]))
    assert terms.translate("K", "L-LAB", path="OBX[1]-3") == {"system": "http://loinc.org", "code": "2823-3"}
    assert list(terms.maps) == ["lab@1"]
    for code in ("K-PL", "OLD"):
        with pytest.raises(InvalidMessage) as stop:
            terms.translate(code, "L-LAB", path="OBX[2]-3")
        assert stop.value.code == "code-not-mapped"
        assert stop.value.path == "OBX[2]-3"
        assert stop.value.text == f"local code {code} has no LOINC code in map lab version 1"


def test_that_a_keep_map_keeps_and_lists():
    terms = Terms(ConceptMaps([lab(on_unmapped="keep")]))
    assert terms.translate("K-PL", "L-LAB", path="OBX[1]-3") is None
    assert terms.translate("K-PL", "OTHER", path="OBX[1]-3") is None
    assert list(terms.unmapped) == ["L-LAB|K-PL"]
