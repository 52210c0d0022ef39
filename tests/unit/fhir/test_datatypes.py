"""HL7 data types as FHIR elements, component by component."""

from datetime import timedelta, timezone

import pytest

from console.fhir import datatypes
from console.fhir.concept_map import ConceptMaps
from console.fhir.terms import Terms
from console.hl7v2.message import parse


def rep(text):
    """The first repetition of a field with this text."""
    message = parse(f"MSH|^~\\&|A|B|C|D|20261121||ADT^A01|1|T|2.5.1\rZZZ|{text}".encode())
    return message.first("ZZZ").reps(1)[0]


@pytest.fixture
def terms(shipped_maps):
    return Terms(shipped_maps, source="LAB|NORTH", authorities={"CGH": "urn:oid:1.2.3"})


@pytest.mark.parametrize(
    ("text", "system"),
    [
        ("1^^^CGH", "urn:oid:1.2.3"),
        ("1^^^X&2.16.840.1&ISO", "urn:oid:2.16.840.1"),
        ("1^^^&2.16.840.1.113883.4.6&ISO", "http://hl7.org/fhir/sid/us-npi"),
        ("1^^^&1B4E28BA-2FA1-11D2-883F-0016D3CCA427&UUID", "urn:uuid:1b4e28ba-2fa1-11d2-883f-0016d3cca427"),
        ("1^^^&AB-CD&UUID", "urn:signalbox:authority:AB-CD"),
        ("1^^^&1.23&ISO", "urn:signalbox:authority:1.23"),
        ("1^^^&https://h.org/id&URI", "https://h.org/id"),
        ("1^^^&h.org&DNS", "urn:signalbox:authority:h.org"),
        ("1^^^My Hospital", "urn:signalbox:authority:My%20Hospital"),
        ("1", "urn:signalbox:source:LAB%7CNORTH"),
    ],
)
def test_that_an_identifier_has_the_system_of_its_authority(terms, text, system):
    assert datatypes.identifier(rep(text), terms)["system"] == system


def test_that_an_identifier_keeps_type_and_validity(terms):
    made = datatypes.identifier(rep("7^^^CGH^MR^^20200101^20211231"), terms)
    assert made["type"]["coding"][0]["code"] == "MR"
    assert made["period"] == {"start": "2020-01-01", "end": "2021-12-31"}
    assert datatypes.identifier(rep('""^^^CGH'), terms) is None


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("555-1234^PRN^PH", [("phone", "555-1234", "home")]),
        ("^WPN^CP^^44^20^7946^12", [("phone", "+44 (20) 7946 x12", "mobile")]),
        ("^NET^Internet^a@b.org", [("email", "a@b.org", None)]),
        ("555^PRN^PH^a@b.org", [("phone", "555", "home"), ("email", "a@b.org", "home")]),
        ("a@b.org", [("email", "a@b.org", None)]),
        ("^PRN^PH", []),
    ],
)
def test_that_a_telecom_is_a_phone_or_an_address(terms, text, points):
    made = datatypes.contact_points(rep(text), terms)
    assert [(p["system"], p["value"], p.get("use")) for p in made] == points


@pytest.mark.parametrize(
    ("text", "codes", "said"),
    [
        ("2823-3^Potassium^LN", [("http://loinc.org", "2823-3")], "Potassium"),
        ("K^Kalium^99LAB", [("urn:signalbox:code-system:99LAB", "K")], "Kalium"),
        (
            "K^Kalium^99LAB^2823-3^Potassium^LN",
            [("urn:signalbox:code-system:99LAB", "K"), ("http://loinc.org", "2823-3")],
            "Kalium",
        ),
        ("H^^HL70078", [("http://terminology.hl7.org/CodeSystem/v2-0078", "H")], None),
        ("K^^HL70078", [("urn:signalbox:code-system:HL7-0078-additions", "K")], None),
        ("K^^HL70999", [("http://terminology.hl7.org/CodeSystem/v2-0999", "K")], None),
        ("K^x^^^^^^^free text", [(None, "K")], "free text"),
        ("^only text", [], "only text"),
        ("bare", [(None, "bare")], "bare"),
        ("1^a^LN^1^a^LN", [("http://loinc.org", "1")], "a"),
    ],
)
def test_that_codings_are_kept_as_sent(terms, text, codes, said):
    made = datatypes.concept(rep(text), terms)
    assert [(c.get("system"), c["code"]) for c in made.get("coding", [])] == codes
    assert made.get("text") == said


def test_that_the_standard_code_of_a_local_map_comes_first(terms):
    made = datatypes.concept(rep("K^Potassium^L-LIS"), terms, path="OBX[1]-3", day="2026-11-21")
    assert [c["code"] for c in made["coding"]] == ["2823-3", "K"]
    assert list(terms.maps) == ["lab-local-loinc@12"]
    again = Terms(terms._maps)
    assert datatypes.concept(rep("K^Potassium^L-LIS"), again, path="OBX[1]-3", day="2026-11-21") == made
    assert list(again.maps) == ["lab-local-loinc@12"]


def test_that_one_worked_out_code_is_not_another_messages_element(terms):
    first = datatypes.concept(rep("1^a^LN"), terms)
    first["text"] = "changed"
    assert datatypes.concept(rep("1^a^LN"), terms)["text"] == "a"


def test_that_a_bare_code_of_a_table_field_is_of_that_table(terms):
    made = datatypes.concept(rep("SPO"), terms, table=("0063", "v2-0063-relationship"))
    assert [c["code"] for c in made["coding"]] == ["SPS", "SPO"]


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (
            "4.10",
            "mmol/L^^UCUM",
            {"value": "4.10", "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
        ),
        ("4", "tab^tablet", {"value": "4", "unit": "tablet"}),
        ("4", "", {"value": "4"}),
        ("four", "g", None),
    ],
)
def test_that_quantities_have_ucum_only_when_the_sender_says_so(value, unit, expected):
    made = datatypes.quantity(value, rep(unit) if unit else None)
    assert ({k: str(v) for k, v in made.items()} if made else None) == expected


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("2026", "2026"),
        ("202611", "2026-11"),
        ("20261121", "2026-11-21"),
        ("202611211430", "2026-11-21T14:30:00+01:00"),
        ("20261121143005.25-0500", "2026-11-21T14:30:05.25-05:00"),
        ("20261321", ""),
        ("0000", ""),
        ('""', ""),
        ("yesterday", ""),
    ],
)
def test_that_times_keep_their_precision_and_get_the_sources_zone(sent, said):
    terms = Terms(ConceptMaps(), zone=timezone(timedelta(hours=1)))
    assert datatypes.date_time(sent, terms) == said


def test_that_a_broken_interval_is_left_open():
    terms = Terms(ConceptMaps())
    assert datatypes.period("20260202", "20260101", terms) == {"start": "2026-02-02"}
    assert datatypes.period("", "", terms) is None


def test_that_people_and_places_are_named_references(terms):
    assert datatypes.practitioner(rep("3001^Okafor^Adaeze^M^^Dr^^^NPI&2.16.840.1.113883.4.6&ISO^^^^NPI"), terms) == {
        "type": "Practitioner",
        "identifier": {
            "system": "http://hl7.org/fhir/sid/us-npi",
            "value": "3001",
            "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "NPI"}]},
        },
        "display": "Dr Adaeze M Okafor",
    }
    place = datatypes.location(rep("AMU^4^02^CGH"), terms)
    assert (place["display"], place["identifier"]["value"]) == ("AMU 4-02", "AMU^4^02")
    assert datatypes.organization(rep("North Lab^^7"), terms)["identifier"]["value"] == "7"


def test_that_addresses_say_use_and_kind(terms):
    made = datatypes.address(rep("12&Mill Lane&12^Flat 2^Eastfield^KY^4711^GBR^H^^Kent"), terms)
    assert made == {
        "line": ["12 Mill Lane", "Flat 2"],
        "city": "Eastfield",
        "district": "Kent",
        "state": "KY",
        "postalCode": "4711",
        "country": "GBR",
        "use": "home",
    }
    assert datatypes.address(rep("^^^^^^H"), terms) is None
