from typing import Any

import pytest

from console.delivery.overwrite import holds, says_more


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [
        ("corrected", "final", True),
        ("final", "preliminary", True),
        ("final", "final", False),
        ("preliminary", "final", False),
        ("entered-in-error", "corrected", True),
        ("unheard-of", "registered", False),
    ],
)
def test_that_a_later_statement_is_not_written_over(theirs: str, ours: str, expected: bool) -> None:
    assert says_more({"status": theirs}, {"resourceType": "Observation", "status": ours}) is expected


def test_that_we_are_the_source_of_everything_but_results() -> None:
    assert not says_more({"status": "finished"}, {"resourceType": "Encounter", "status": "in-progress"})


OURS: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "meta": {"tag": [{"code": "x"}]},
    "subject": {"reference": "Patient/p1"},
    "valueQuantity": {"value": 4.10},
    "note": [{"text": "a"}],
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"meta": {"versionId": "7"}, "text": {"status": "generated"}, "language": "en"}, True),
        ({"subject": {"reference": "https://ehr.example/fhir/Patient/p1/_history/3", "display": "x"}}, True),
        ({"subject": {"reference": "Patient/p11"}}, False),
        ({"subject": {"reference": "https://ehr.example/fhir/Patient/xp1"}}, False),
        ({"valueQuantity": {"value": 4.1}}, True),
        ({"valueQuantity": {"value": 4.2}}, False),
        ({"status": "preliminary"}, False),
        ({"note": [{"text": "a"}, {"text": "b"}]}, False),
        ({"note": "a"}, False),
        ({"note": [{"text": "b"}]}, False),
    ],
)
def test_that_a_copy_must_say_everything_we_sent(change: dict[str, Any], expected: bool) -> None:
    assert holds({**OURS, **change}, OURS) is expected


def test_that_a_missing_element_or_a_changed_kind_is_a_difference() -> None:
    assert not holds({"a": 1}, {"a": 1, "b": 2})
    assert not holds({"a": "x"}, {"a": {"b": 1}})
    assert not holds({"a": 1}, {"a": True})
    assert holds({"a": True}, {"a": True})
