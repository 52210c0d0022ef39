from datetime import UTC, datetime

import pytest

from console.core.clock import to_micros
from console.fhir.search_index import OPEN_FUTURE, IndexValue, date_span, index_values
from console.fhir.search_parameters import PARAMETERS, parameters_of

SECOND = 1_000_000
DAY = 86_400 * SECOND


def test_that_a_patient_is_found_by_identifier_name_and_birth_date() -> None:
    found = index_values(
        {
            "resourceType": "Patient",
            "id": "p1",
            "identifier": [{"system": "urn:mrn", "value": "12-3"}],
            "name": [{"family": "Núñez", "given": ["María José"], "text": "Sra. Núñez"}],
            "birthDate": "1989-01-18",
            "telecom": [{"system": "phone", "value": "020 5368"}, {"system": "email", "value": "a@example.org"}],
            "address": [{"line": ["170 Juice Place"], "city": "London", "postalCode": "RW21 6KC"}],
            "deceasedBoolean": False,
        }
    )
    midnight = to_micros(datetime(1989, 1, 18, tzinfo=UTC))
    assert IndexValue("identifier", "12-3", "urn:mrn") in found
    assert IndexValue("family", "nunez") in found
    assert {v.value for v in found if v.param == "name"} == {"nunez", "maria jose", "sra nunez"}
    assert IndexValue("birthdate", low=midnight, high=midnight + DAY) in found
    assert {v.value for v in found if v.param == "phone"} == {"020 5368"}
    assert {v.value for v in found if v.param == "email"} == {"a@example.org"}
    assert {v.value for v in found if v.param == "telecom"} == {"020 5368", "a@example.org"}
    assert {v.value for v in found if v.param == "address"} == {"170 juice place", "london", "rw21 6kc"}
    assert IndexValue("deceased", "false") in found


def test_that_an_observation_is_found_by_code_subject_time_and_value() -> None:
    found = index_values(
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}, {"system": "urn:lab", "code": "K"}]},
            "subject": {"reference": "Patient/p1"},
            "performer": [{"reference": "Practitioner/d"}, {"display": "somebody"}],
            "effectiveDateTime": "2026-03-01T08:15:30Z",
            "valueQuantity": {"value": 4.1, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
            "component": [{"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}}],
        }
    )
    moment = to_micros(datetime(2026, 3, 1, 8, 15, 30, tzinfo=UTC))
    assert found == {
        IndexValue("status", "final"),
        IndexValue("code", "2823-3", "http://loinc.org"),
        IndexValue("code", "K", "urn:lab"),
        IndexValue("combo-code", "2823-3", "http://loinc.org"),
        IndexValue("combo-code", "K", "urn:lab"),
        IndexValue("combo-code", "8480-6", "http://loinc.org"),
        IndexValue("component-code", "8480-6", "http://loinc.org"),
        IndexValue("subject", "Patient/p1"),
        IndexValue("patient", "Patient/p1"),
        IndexValue("performer", "Practitioner/d"),
        IndexValue("date", low=moment, high=moment + SECOND),
        IndexValue("value-quantity", "mmol/L", "http://unitsofmeasure.org", 4_100_000, 4_100_000),
    }


def test_that_a_reference_parameter_with_a_target_keeps_only_that_type() -> None:
    found = index_values(
        {
            "resourceType": "Appointment",
            "participant": [
                {"actor": {"reference": "Patient/p1"}},
                {"actor": {"reference": "https://other.example/fhir/Practitioner/7/_history/2"}},
                {"actor": {"reference": "#contained"}},
            ],
        }
    )
    assert {v.value for v in found if v.param == "actor"} == {
        "Patient/p1",
        "https://other.example/fhir/Practitioner/7",
    }
    assert {v.value for v in found if v.param == "patient"} == {"Patient/p1"}
    assert {v.value for v in found if v.param == "practitioner"} == {"https://other.example/fhir/Practitioner/7"}


def test_that_an_open_period_reaches_into_the_future() -> None:
    found = index_values({"resourceType": "Encounter", "period": {"start": "2026-03-01"}})
    start = to_micros(datetime(2026, 3, 1, tzinfo=UTC))
    assert found == {IndexValue("date", low=start, high=OPEN_FUTURE)}


@pytest.mark.parametrize(
    ("text", "low", "length"),
    [
        ("2026", "2026-01-01T00:00:00+00:00", 365 * DAY),
        ("2026-02", "2026-02-01T00:00:00+00:00", 28 * DAY),
        ("2026-12", "2026-12-01T00:00:00+00:00", 31 * DAY),
        ("2026-03-01", "2026-03-01T00:00:00+00:00", DAY),
        ("2026-03-01T08:15+01:00", "2026-03-01T07:15:00+00:00", 60 * SECOND),
        ("2026-03-01T08:15:30-05:00", "2026-03-01T13:15:30+00:00", SECOND),
        ("2026-03-01T08:15:30.25Z", "2026-03-01T08:15:30.250000+00:00", SECOND // 100),
    ],
)
def test_that_a_date_covers_the_time_its_precision_says(text: str, low: str, length: int) -> None:
    start = to_micros(datetime.fromisoformat(low))
    assert date_span(text) == (start, start + length)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13", "2026-02-30", "0000", "9999-99-99"])
def test_that_nonsense_is_no_date(text: str) -> None:
    assert date_span(text) is None


def test_that_malformed_elements_give_no_value_and_no_error() -> None:
    assert index_values({"resourceType": "Observation", "subject": 7, "code": [None], "valueQuantity": "x"}) == set()
    assert index_values({}) == set()


def test_that_an_unknown_type_still_has_the_common_parameters() -> None:
    found = index_values({"resourceType": "Basic", "meta": {"tag": [{"system": "urn:t", "code": "a"}]}})
    assert found == {IndexValue("_tag", "a", "urn:t")}
    assert parameters_of("Basic")


def test_that_parameter_names_are_unique_within_a_type() -> None:
    for resource_type, parameters in PARAMETERS.items():
        names = [p.name for p in parameters]
        assert len(names) == len(set(names)), resource_type
