"""Pharmacy orders: what, how much, how often, and what became of them. A dose is never guessed."""

from decimal import Decimal

import pytest

from console.fhir.context import OutcomeKind

PID, PV1 = "PID|1||100^^^CGH^MR||DOE^Jane", "PV1|1|I|AMU^4^02^CGH||||||||||||||||V1^^^CGH^VN"


def rde(*segments, kind="RDE^O11", at="202611210900", orc="ORC|NW|M1^EHR|||||||202611210855|||3001^Okafor^Adaeze"):
    head = f"MSH|^~\\&|EHR|CGH|PHARM|CGH|{at}||{kind}|{at}|T|2.5.1"
    return "\n".join([head, PID, PV1, *([orc] if orc else []), *segments])


RXE = (
    "RXE|^Q6H|322280009^Paracetamol 500 mg tablet^SCT|1000||mg^^UCUM|TAB|^1 g by mouth every 6 hours||N|28|TAB|2|||RX7"
)


def test_that_an_order_is_mapped_whole(hospital):
    outcome = hospital.take(rde(RXE, "TQ1|1||Q6H||||202611211000|202611281000|S|||||40", "RXR|PO^Oral^HL70162"))
    request = hospital.one("MedicationRequest")
    assert (request["status"], request["intent"], request["priority"]) == ("active", "order", "stat")
    assert request["medicationCodeableConcept"]["coding"][0]["system"] == "http://snomed.info/sct"
    assert [i["value"] for i in request["identifier"]] == ["M1", "RX7"]
    assert request["authoredOn"] == "2026-11-21T08:55:00Z"
    assert request["requester"]["display"] == "Adaeze Okafor"
    (dosage,) = request["dosageInstruction"]
    assert dosage["text"] == "1 g by mouth every 6 hours"
    assert dosage["doseAndRate"][0]["doseQuantity"] == {
        "value": 1000, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg",
    }  # fmt: skip
    assert dosage["timing"]["repeat"] == {
        "frequency": 1,
        "period": 6,
        "periodUnit": "h",
        "boundsPeriod": {"start": "2026-11-21T10:00:00Z", "end": "2026-11-28T10:00:00Z"},
        "count": 40,
    }
    assert dosage["route"]["coding"][0]["code"] == "PO"
    assert request["dispenseRequest"] == {"quantity": {"value": 28, "unit": "TAB"}, "numberOfRepeatsAllowed": 2}
    assert request["substitution"]["allowedCodeableConcept"]["coding"][0]["code"]
    (fact,) = outcome.orders
    assert (fact.placer, fact.display, fact.status) == ("M1", "Paracetamol 500 mg tablet", "active")
    assert outcome.title == "Paracetamol 500 mg tablet"


@pytest.mark.parametrize(
    ("dose", "words"),
    [("two||tab^tablet", "two tablet"), ("2||", "2"), ("1|many|tab^tablet", "1 - many tablet"), ('2||""', "2")],
)
def test_that_a_dose_that_cannot_be_read_is_tagged_and_not_guessed(hospital, dose, words):
    hospital.take(rde(f"RXE||1^Drug|{dose}||^take as told"))
    request = hospital.one("MedicationRequest")
    assert [t["code"] for t in request["meta"]["tag"]] == ["dose-unstructured"]
    assert request["dosageInstruction"] == [{"text": f"take as told\n{words}"}]


def test_that_a_timing_without_a_pattern_takes_the_pattern_of_the_order(hospital):
    hospital.take(rde("RXE|1^BID^^20261101|1^Drug|500||mg", "TQ1|1||||||202611211000|202611281000"))
    (dosage,) = hospital.one("MedicationRequest")["dosageInstruction"]
    assert dosage["timing"]["code"]["text"] == "BID"
    assert dosage["timing"]["repeat"]["frequency"] == 2
    assert dosage["timing"]["repeat"]["boundsPeriod"]["start"] == "2026-11-21T10:00:00Z"


@pytest.mark.parametrize("timings", [["TQ1|1||BID~QHS"], ["TQ1|1||BID", "TQ1|2||QHS"]])
def test_that_several_patterns_stay_text_and_are_tagged(hospital, timings):
    hospital.take(rde("RXE||1^Drug|500||mg", *timings))
    request = hospital.one("MedicationRequest")
    assert [t["code"] for t in request["meta"]["tag"]] == ["dose-unstructured"]
    (dosage,) = request["dosageInstruction"]
    assert dosage["text"] == "BID; QHS"
    assert "timing" not in dosage


def test_that_digits_of_a_dose_are_kept(hospital):
    hospital.take(rde("RXE||1^Drug|2.50|5.0|mL^^UCUM"))
    dose = hospital.one("MedicationRequest")["dosageInstruction"][0]["doseAndRate"][0]["doseRange"]
    assert (str(dose["low"]["value"]), str(dose["high"]["value"])) == ("2.50", "5.0")
    assert isinstance(dose["low"]["value"], Decimal)


def test_that_placed_and_encoded_orders_are_two_requests(hospital):
    hospital.take(rde("RXO|1^Ampicillin|2||caps^capsule", "RXR|IV", "RXE||2^Ampicillin 250 mg|5||mg^^UCUM", "RXR|PO"))
    original, filler = hospital.all("MedicationRequest")
    assert (original["intent"], filler["intent"]) == ("original-order", "filler-order")
    assert filler["basedOn"] == [{"reference": f"MedicationRequest/{original['id']}"}]
    routes = [[c["code"] for c in r["dosageInstruction"][0]["route"]["coding"]] for r in (original, filler)]
    assert routes == [["IVINJ", "IV"], ["PO", "PO"]]  # the code of v3 RouteOfAdministration and the one sent


def test_that_the_pharmacys_answer_to_an_order_does_not_overwrite_it(hospital):
    hospital.take(rde("RXO|1^Ampicillin|2||caps^capsule", kind="OMP^O09"))
    hospital.take(rde("RXE||2^Ampicillin 250 mg|5||mg^^UCUM", at="202611210930"))
    original, filler = hospital.all("MedicationRequest")
    assert original["medicationCodeableConcept"]["text"] == "Ampicillin"
    assert filler["intent"] == "filler-order"


@pytest.mark.parametrize(
    ("control", "state", "status"),
    [
        ("NW", "", "active"),
        ("NW", "IP", "active"),
        ("DC", "", "stopped"),
        ("OD", "", "stopped"),
        ("OC", "", "cancelled"),
        ("HD", "", "on-hold"),
        ("SC", "CM", "completed"),
        ("SC", "DC", "stopped"),
    ],
)
def test_that_status_follows_orc(hospital, control, state, status):
    hospital.take(rde(RXE))
    hospital.take(rde(RXE, at="202611211000", orc=f"ORC|{control}|M1^EHR|||{state}"))
    assert hospital.one("MedicationRequest")["status"] == status


def test_that_a_cancel_request_stays_active_until_it_is_answered(hospital):
    hospital.take(rde(RXE))
    hospital.take(rde(RXE, at="202611211000", orc="ORC|CA|M1^EHR|||CA"))
    request = hospital.one("MedicationRequest")
    assert (request["status"], request["meta"]["tag"][0]["code"]) == ("active", "cancel-requested")
    hospital.take(rde(RXE, at="202611211010", orc="ORC|CR|M1^EHR"))
    request = hospital.one("MedicationRequest")
    assert request["status"] == "cancelled"
    assert "meta" not in request


def test_that_a_late_order_message_changes_nothing(hospital):
    hospital.take(rde(RXE, at="202611211000", orc="ORC|DC|M1^EHR"))
    late = hospital.take(rde(RXE, at="202611210900"))
    assert late.kind is OutcomeKind.SUPERSEDED
    assert hospital.one("MedicationRequest")["status"] == "stopped"


def test_that_a_dispense_names_its_prescription(hospital):
    hospital.take(rde(RXE))
    rxd = "RXD|1|322280009^Paracetamol 500 mg tablet^SCT|202611211100|28|TAB^tablet||RX7||with food|77^Pharm^Anna"
    hospital.take(rde(rxd, kind="RDS^O13", at="202611211100"))
    dispense = hospital.one("MedicationDispense")
    request = hospital.one("MedicationRequest")
    assert dispense["authorizingPrescription"] == [{"reference": f"MedicationRequest/{request['id']}"}]
    assert dispense["quantity"] == {"value": 28, "unit": "tablet"}
    assert dispense["whenHandedOver"] == "2026-11-21T11:00:00Z"
    assert dispense["performer"][0]["actor"]["display"] == "Anna Pharm"


@pytest.mark.parametrize(("completion", "status"), [("CP", "completed"), ("RE", "not-done"), ("", "completed")])
def test_that_an_administration_says_what_was_given(hospital, completion, status):
    rxa = f"RXA|0|1|202611211100||322280009^Paracetamol^SCT|1.0|g^^UCUM|||77^Nurse^Bea||||||||||{completion}"
    hospital.take(rde(RXE))
    hospital.take(rde(rxa, "RXR|PO", kind="RAS^O17", at="202611211105"))
    given = hospital.one("MedicationAdministration")
    assert (given["status"], given["effectiveDateTime"]) == (status, "2026-11-21T11:00:00Z")
    assert str(given["dosage"]["dose"]["value"]) == "1.0"
    assert given["request"]["reference"].startswith("MedicationRequest/")


def test_that_components_and_instructions_are_kept_as_notes(hospital):
    hospital.take(rde(RXE, "RXC|B|1^Saline|500|mL^^UCUM", "RXC|A|2^KCl|20|mmol^^UCUM", "NTE|1||mix gently"))
    (note,) = hospital.one("MedicationRequest")["note"]
    assert note["text"] == "mix gently\nBase: Saline 500 mL\nAdditive: KCl 20 mmol"


@pytest.mark.parametrize(
    ("pattern", "repeat"),
    [
        ("BID", {"frequency": 2, "period": 1, "periodUnit": "d"}),
        ("Q8H", {"frequency": 1, "period": 8, "periodUnit": "h"}),
        ("5ID", {"frequency": 5, "period": 1, "periodUnit": "d"}),
        ("ONCE", {"count": 1}),
        ("with meals", None),
    ],
)
def test_that_frequencies_are_structured_where_the_table_knows_them(hospital, pattern, repeat):
    hospital.take(rde("RXE||1^Drug|1||mg^^UCUM", f"TQ1|1||{pattern}"))
    timing = hospital.one("MedicationRequest")["dosageInstruction"][0]["timing"]
    assert timing.get("repeat") == repeat
    assert timing["code"]["text"] == pattern


def test_that_when_needed_is_said(hospital):
    hospital.take(rde("RXE||1^Drug|1||mg^^UCUM", "TQ1|1||PRNQ6H"))
    dosage = hospital.one("MedicationRequest")["dosageInstruction"][0]
    assert dosage["asNeededBoolean"] is True
    assert dosage["timing"]["repeat"]["period"] == 6


def test_that_answers_and_give_instructions_are_recorded(hospital):
    for kind in ("RGV^O15", "RRE^O12"):
        outcome = hospital.take(rde("RXG|1", kind=kind))
        assert outcome.kind is OutcomeKind.RECORDED
        assert outcome.reason


def test_that_a_pharmacy_message_without_medicine_dies(hospital):
    assert hospital.map(rde()).error.code == "no-medication"


def test_that_the_same_message_again_writes_nothing(hospital):
    message = rde("RXO|1^Ampicillin|2||caps^capsule", RXE, "RXR|PO", "NTE|1||x")
    hospital.take(message)
    assert not hospital.take(message).writes


def test_that_several_medicines_under_one_order_number_are_kept_apart(hospital):
    one, other = "RXE||1^Doxycycline|1||mg^^UCUM", "RXE||2^Ampicillin|2||mg^^UCUM"
    message = rde(one, "ORC|NW|M1^EHR", other)
    hospital.take(message)
    assert [r["medicationCodeableConcept"]["text"] for r in hospital.all("MedicationRequest")] == [
        "Doxycycline",
        "Ampicillin",
    ]
    assert not hospital.take(message).writes


def test_that_observations_sent_along_are_kept(hospital):
    hospital.take(rde(RXE, "OBX|1|NM|29463-7^Body weight^LN||71.5|kg^^UCUM|||||F"))
    assert str(hospital.one("Observation")["valueQuantity"]["value"]) == "71.5"
