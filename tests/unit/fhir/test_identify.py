"""Whose message it is: identifiers of PID-3, the visit of PV1-19 or PID-18, never a time."""

from console.fhir.identify import identify
from console.hl7v2.message import parse

MSH = "MSH|^~\\&|LIS|NORTH|SB|CGH|20261121||ADT^{}|1|T|2.5.1"


def who(*segments, event="A01", known=None, visits=None, authorities=None):
    known, visits = known or {}, visits or {}
    message = parse("\r".join([MSH.format(event), *segments]).encode())
    return identify(
        message,
        tenant="t",
        authorities=authorities or {},
        look_up=lambda a, v: known.get((a, v)),
        visit_alias=lambda a, v: visits.get((a, v)),
    )


def test_that_all_counting_identifiers_are_claims_best_first():
    found = who("PID|1||9^^^NHS^NH~1^^^CGH&1.2.3&ISO^MR~77^^^CGH^AN~5")
    assert [(c.value, c.assigner) for c in found.patient.claims] == [
        ("1", "1.2.3"),
        ("9", "NHS"),
        ("5", "source:LIS|NORTH"),
    ]
    assert found.patient.flags == ("no-authority",)


def test_that_configured_authorities_meet():
    authorities = {"CGH": "urn:oid:1.2.3", "1.2.3": "urn:oid:1.2.3"}
    by_name = who("PID|1||1^^^CGH^MR", authorities=authorities)
    by_oid = who("PID|1||1^^^&1.2.3&ISO^MR", authorities=authorities)
    assert by_name.patient.patient_id == by_oid.patient.patient_id


def test_that_the_visit_is_pv1_19_else_pid_18_else_none():
    pid = "PID|1||1^^^CGH^MR" + "|" * 15 + "ACC^^^CGH"
    assert who(pid, "PV1|1|I" + "|" * 17 + "V1^^^CGH").visit.number == "V1"
    assert who(pid, "PV1|1|I").visit.number == "ACC"
    assert who("PID|1||1^^^CGH^MR", "PV1|1|I").visit.encounter_id is None
    assert who(pid).visit.encounter_id is None


def test_that_one_visit_number_of_two_hospitals_is_two_visits():
    one = who("PID|1||1", "PV1|1|I" + "|" * 17 + "V1^^^CGH").visit
    other = who("PID|1||1", "PV1|1|I" + "|" * 17 + "V1^^^NORTH").visit
    assert one.encounter_id != other.encounter_id


def test_that_a_renumbered_visit_is_found_by_its_alias():
    found = who("PID|1||1", "PV1|1|I" + "|" * 17 + "V9^^^CGH", visits={("CGH", "V9"): "the-encounter"})
    assert found.visit.encounter_id == "the-encounter"


def test_that_a_changed_number_is_looked_for_under_the_old_one():
    found = who("PID|1||2^^^CGH^MR", "MRG|1^^^CGH^MR", event="A47", known={("CGH", "1"): "anna"})
    assert (found.patient.patient_id, found.patient.how) == ("anna", "matched")
    assert [c.value for c in found.patient.claims] == ["2"]


def test_that_quotes_and_blanks_are_no_identifiers():
    assert who('PID|1||""^^^CGH^MR~ ^^^CGH').patient.how == "unassigned"
    assert who().patient.how == "unassigned"
