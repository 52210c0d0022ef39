"""The gate finds what `fhir.resources` finds and what it lets through, says where, and never changes a resource."""

import copy
from decimal import Decimal

import pytest

from console.fhir import document, validate
from console.fhir.context import Action, Change
from tests.builders.fhir import seeds

KNOWN = {"Patient/p1", "Patient/p2", "Observation/o1", "Observation/o2"}


def known(resource_type, resource_id):
    return f"{resource_type}/{resource_id}" in KNOWN


def seed(resource_type):
    return next(b for b in seeds() if b["resourceType"] == resource_type)


def issues(body):
    return [(i.path, i.code) for i in validate.judge(body, set(), known)]


@pytest.mark.parametrize(
    ("resource_type", "change", "path", "code"),
    [
        ("Patient", {"gender": "xyz"}, "Patient.gender", "binding"),
        ("Encounter", {"status": "bogus"}, "Encounter.status", "binding"),
        ("Patient", {"id": "x" * 65}, "Patient.id", "id"),
        ("Patient", {"id": "a b"}, "Patient.id", "id"),
        ("Patient", {"identifier": [{"system": "my hospital", "value": "1"}]}, "Patient.identifier[0].system", "uri"),
        ("Patient", {"identifier": [{"system": "m", "value": "1"}]}, "Patient.identifier[0].system", "relative-system"),
        ("Patient", {"contact": [{}]}, "Patient.contact[0]", "empty"),
        ("Patient", {"name": []}, "Patient.name", "empty"),
        ("Patient", {"name": [{"given": [None]}]}, "Patient.name[0].given[0]", "null"),
        ("Patient", {"name": [{"family": "  "}]}, "Patient.name[0].family", "blank"),
        ("Patient", {"name": [{"family": "A\x00"}]}, "Patient.name[0].family", "control-character"),
        ("Observation", {"dataAbsentReason": {"text": "x"}}, "Observation", "obs-6"),
        ("Observation", {"hasMember": [{"reference": "#x"}]}, "Observation.hasMember[0].reference", "unresolved"),
        ("Observation", {"subject": {"reference": "Patient/z"}}, "Observation.subject.reference", "unresolved"),
        ("Encounter", {"subject": {"reference": "Observation/o1"}}, "Encounter.subject.reference", "target-type"),
        ("Observation", {"valueQuantity": {"value": 4.1}}, "Observation.valueQuantity.value", "decimal"),
        ("Observation", {"valueQuantity": {"value": 4, "code": "g"}}, "Observation.valueQuantity", "qty-3"),
        ("Patient", {"telecom": [{"value": "5"}]}, "Patient.telecom[0]", "cpt-2"),
        ("Encounter", {"period": {"start": "2026-02-02", "end": "2026-02-01"}}, "Encounter.period", "period-order"),
        ("Binary", {"data": "@@@"}, "Binary.data", "base64"),
        ("Patient", {"extension": [{"url": "http://x/y"}]}, "Patient.extension[0]", "ext-1"),
    ],
)  # fmt: skip
def test_that_what_the_models_let_through_is_found(resource_type, change, path, code):
    assert (path, code) in issues({**seed(resource_type), **change})


@pytest.mark.parametrize(
    ("resource_type", "change", "path"),
    [
        ("Observation", {"status": None}, "Observation.status"),
        ("Observation", {"wrong": "x"}, "Observation.wrong"),
        ("Observation", {"valueString": "x"}, "Observation"),
        ("Observation", {"effectiveDateTime": "2026-02-28T10:00"}, "Observation.effectiveDateTime"),
        ("Patient", {"birthDate": "2026-02-30"}, "Patient.birthDate"),
        ("Encounter", {"location": [{"status": "active"}]}, "Encounter.location[0].location"),
    ],
)
def test_that_what_the_models_refuse_is_refused_with_a_path(resource_type, change, path):
    body = {k: v for k, v in {**seed(resource_type), **change}.items() if v is not None}
    found = [p for p, c in issues(body) if c.startswith("model-")]
    assert any(p.startswith(path) for p in found), found


def test_that_judging_changes_nothing():
    for body in seeds():
        before = copy.deepcopy(body)
        validate.judge(body, set(), known)
        validate.judge(body, set(), known)
        assert body == before
        assert document.to_bytes(body) == document.to_bytes(before)


def test_that_an_issue_never_quotes_a_value():
    body = {**seed("Patient"), "gender": "SECRET", "birthDate": "SECRET", "name": [{"family": "SECRET\x00"}]}
    found = validate.judge(body, set(), known)
    assert len(found) >= 3
    assert not any("SECRET" in issue.text + issue.path for issue in found)


def change(body, action=Action.CREATE):
    return Change(body["resourceType"], body["id"], body, document.to_bytes(body), {}, action)


def test_that_references_within_the_message_resolve_and_unwritten_ones_count():
    patient, observation = seed("Patient"), seed("Observation")
    patient.pop("link")
    nobody = lambda *_: False  # noqa: E731
    assert validate.gate([change(patient), change(observation)], nobody) == []
    assert validate.gate([change(patient, Action.NONE), change(observation)], nobody) == []
    assert [i.code for i in validate.gate([change(observation)], nobody)] == ["unresolved"]


def test_that_unwritten_resources_are_not_judged():
    assert validate.gate([change({**seed("Patient"), "gender": "xyz"}, Action.NONE)], known) == []


def test_that_one_identity_twice_is_found():
    body = seed("Binary")
    assert [i.code for i in validate.gate([change(body), change(body)], known)] == ["identity"]


def test_that_an_exact_decimal_of_any_length_passes():
    body = seed("Observation")
    body["valueQuantity"] = {"value": Decimal("12345678901234567890.1234567890")}
    assert issues(body) == []
