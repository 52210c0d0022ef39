"""What every ADT event does to a visit, in order, late, repeated, sparse."""

from datetime import timedelta

import pytest

from console.fhir.context import Action, OutcomeKind
from tests.builders.adt import PID, adt, visit
from tests.fakes.hospital_state import RECEIVED

AMU, ICU = "AMU^4^02^CGH", "ICU^1^07^CGH"


def places(hospital):
    """(where, status, since, until) of the visit's locations."""
    return [
        (
            entry["location"]["display"],
            entry["status"],
            entry.get("period", {}).get("start", "")[11:16],
            entry.get("period", {}).get("end", "")[11:16],
        )
        for entry in hospital.one("Encounter").get("location", [])
    ]


def status(hospital):
    return hospital.one("Encounter")["status"]


def test_that_an_admission_begins_the_visit(hospital):
    outcome = hospital.take(adt("A01", pv1=visit(f44="202611210830", f7="3001^Okafor^Adaeze^^^Dr", f10="MED")))
    encounter = hospital.one("Encounter")
    assert encounter["status"] == "in-progress"
    assert encounter["class"]["code"] == "IMP"
    assert encounter["period"] == {"start": "2026-11-21T08:30:00Z"}
    assert encounter["subject"] == {"reference": f"Patient/{hospital.one('Patient')['id']}"}
    assert encounter["identifier"][0]["value"] == "V1"
    assert encounter["participant"][0]["individual"]["display"] == "Dr Adaeze Okafor"
    assert encounter["serviceType"]["coding"][0]["code"] == "382"
    assert places(hospital) == [("AMU 4-02", "active", "08:30", "")]
    assert (outcome.title, outcome.location) == ("Admission to AMU 4-02", "AMU 4-02")
    assert outcome.encounters[0].visit_number == "V1"
    assert outcome.encounters[0].attending == "Dr Adaeze Okafor"


def test_that_the_start_is_the_event_when_no_admission_time_is_sent(hospital):
    hospital.take(adt("A01", occurred="202611210845"))
    assert hospital.one("Encounter")["period"]["start"] == "2026-11-21T08:45:00Z"


def test_that_a_transfer_closes_one_place_and_opens_the_next(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A02", at="202611211030", pv1=visit(ICU, f6=AMU)))
    assert places(hospital) == [("AMU 4-02", "completed", "09:00", "10:30"), ("ICU 1-07", "active", "10:30", "")]
    assert status(hospital) == "in-progress"


def test_that_a_transfer_told_after_the_discharge_is_history(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A03", at="202611211200"))
    late = adt("A02", at="202611211300", occurred="202611211030", pv1=visit(ICU, f6=AMU))
    hospital.take(late)
    hospital.take(late.replace("|1|T|", "|2|T|"))
    assert status(hospital) == "finished"
    before, after = places(hospital)
    assert before == ("AMU 4-02", "completed", "09:00", "10:30")
    assert after == ("ICU 1-07", "completed", "10:30", "12:00")


def test_that_a_cancelled_transfer_reopens_the_place_before(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A02", at="202611211030", pv1=visit(ICU)))
    hospital.take(adt("A12", at="202611211045", pv1=visit(AMU, f6=ICU)))
    assert places(hospital) == [("AMU 4-02", "active", "09:00", "")]
    hospital.take(adt("A12", at="202611211045", pv1=visit(AMU, f6=ICU)))
    assert places(hospital) == [("AMU 4-02", "active", "09:00", "")]


def test_that_a_cancelled_transfer_without_a_place_is_undone_once(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A02", at="202611211030", pv1=visit(ICU)))
    cancel = adt("A12", at="202611211045", pv1=visit(""))
    hospital.take(cancel)
    hospital.take(cancel)
    assert places(hospital) == [("AMU 4-02", "active", "09:00", "")]


def test_that_a_discharge_finishes_and_its_cancellation_takes_that_back(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A03", at="202611211200", pv1=visit(f36="01^Home", f45="202611211155")))
    encounter = hospital.one("Encounter")
    assert encounter["status"] == "finished"
    assert encounter["period"]["end"] == "2026-11-21T11:55:00Z"
    assert encounter["hospitalization"]["dischargeDisposition"]["coding"][0]["code"] == "01"
    assert places(hospital) == [("AMU 4-02", "completed", "09:00", "11:55")]
    hospital.take(adt("A13", at="202611211230"))
    encounter = hospital.one("Encounter")
    assert encounter["status"] == "in-progress"
    assert encounter["period"] == {"start": "2026-11-21T09:00:00Z"}
    assert "hospitalization" not in encounter
    assert places(hospital) == [("AMU 4-02", "active", "09:00", "")]
    assert [h["status"] for h in encounter["statusHistory"]] == ["in-progress", "finished"]


def test_that_the_end_of_a_discharge_is_the_event_when_no_time_is_sent(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A03", at="202611211200", occurred="202611211150"))
    assert hospital.one("Encounter")["period"]["end"] == "2026-11-21T11:50:00Z"


def test_that_a_cancelled_admission_stays_on_record(hospital):
    hospital.take(adt("A01"))
    outcome = hospital.take(adt("A11", at="202611210910"))
    assert status(hospital) == "cancelled"
    assert hospital.one("Encounter")["period"]["start"] == "2026-11-21T09:00:00Z"
    assert outcome.title == "Admission cancelled"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("A05", "planned"),
        ("A14", "planned"),
        ("A21", "onleave"),
        ("A22", "in-progress"),
        ("A23", "entered-in-error"),
        ("A27", "cancelled"),
        ("A38", "cancelled"),
        ("A52", "in-progress"),
        ("A53", "onleave"),
    ],
)
def test_that_events_set_the_status_of_the_table(hospital, event, expected):
    hospital.take(adt(event))
    assert status(hospital) == expected


@pytest.mark.parametrize(
    ("kind", "admitted", "expected"),
    [
        ("E", "202611210800", "in-progress"),
        ("O", "", "in-progress"),
        ("O", "202612240800", "planned"),
        ("P", "202611210800", "planned"),
    ],
)
def test_that_a_registration_is_under_way_when_its_time_has_come(hospital, kind, admitted, expected):
    hospital.take(adt("A04", pv1=visit(kind=kind, f44=admitted)))
    assert status(hospital) == expected


def test_that_an_update_never_touches_the_status(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A03", at="202611211200"))
    hospital.take(adt("A08", at="202611211300", pv1=visit(f45="202611211155")))
    encounter = hospital.one("Encounter")
    assert encounter["status"] == "finished"
    assert encounter["period"]["end"] == "2026-11-21T11:55:00Z"
    assert places(hospital)[0][1] == "completed"


def test_that_a_sparse_update_wipes_nothing(hospital):
    rich = visit(f7="3001^Okafor^Adaeze", f10="MED", f14="7", f44="202611210830")
    hospital.take(adt("A01", pv1=rich, more="PV2|||R07.4^Chest pain^I10\nNK1|1|MARTINEZ^Jose|SPO"))
    before = {k: v for k, v in hospital.one("Encounter").items() if k != "statusHistory"}
    patient = hospital.one("Patient")
    hospital.take(
        adt("A08", at="202611210930", pid="PID|1||00418827^^^CGH^MR", pv1="PV1|1||||||||||||||||||V1^^^CGH^VN")
    )
    assert hospital.one("Encounter") == before
    assert hospital.one("Patient") == patient


def test_that_quotes_delete_an_element_and_never_appear(hospital):
    hospital.take(adt("A01", pv1=visit(f7="3001^Okafor^Adaeze", f10="MED", f14="7")))
    hospital.take(adt("A08", at="202611210930", pv1=visit(f7='""', f10='""', f14='""')))
    encounter = hospital.one("Encounter")
    assert "participant" not in encounter
    assert "serviceType" not in encounter
    assert "hospitalization" not in encounter


def test_that_a_visit_first_heard_of_in_an_update_begins_as_its_class_says(hospital):
    hospital.take(adt("A08"))
    assert status(hospital) == "in-progress"
    assert places(hospital) == [("AMU 4-02", "active", "", "")]


def test_that_a_class_change_keeps_the_old_class(hospital):
    hospital.take(adt("A04", pv1=visit(kind="E")))
    hospital.take(adt("A06", at="202611211100", pv1=visit(kind="I")))
    encounter = hospital.one("Encounter")
    assert encounter["class"]["code"] == "IMP"
    assert encounter["classHistory"][0]["class"]["code"] == "EMER"
    assert encounter["classHistory"][0]["period"]["end"] == "2026-11-21T11:00:00Z"
    again = adt("A06", at="202611211100", pv1=visit(kind="I"))
    hospital.take(again)
    assert len(hospital.one("Encounter")["classHistory"]) == 1


def test_that_a_temporary_place_does_not_end_the_assigned_one(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A10", at="202611211000", pv1=visit(f11="XRAY^2")))
    assert [(p[0], p[1]) for p in places(hospital)] == [("AMU 4-02", "active"), ("XRAY 2", "active")]
    hospital.take(adt("A09", at="202611211030", pv1=visit()))
    assert [(p[0], p[1]) for p in places(hospital)] == [("AMU 4-02", "active"), ("XRAY 2", "completed")]
    hospital.take(adt("A32", at="202611211031", pv1=visit()))
    assert [p[0] for p in places(hospital)] == ["AMU 4-02"]


def test_that_a_planned_transfer_is_a_place_in_waiting(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A15", at="202611211000", pv1=visit(f42=ICU)))
    assert [(p[0], p[1]) for p in places(hospital)] == [("AMU 4-02", "active"), ("ICU 1-07", "reserved")]
    hospital.take(adt("A26", at="202611211005"))
    assert [p[0] for p in places(hospital)] == ["AMU 4-02"]
    hospital.take(adt("A15", at="202611211010", pv1=visit(f42=ICU)))
    hospital.take(adt("A02", at="202611211100", pv1=visit(ICU)))
    assert [(p[0], p[1]) for p in places(hospital)] == [("AMU 4-02", "completed"), ("ICU 1-07", "active")]


def test_that_a_planned_discharge_is_only_a_date(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A16", at="202611211000", more="PV2|||||||||202611220900"))
    planned = hospital.one("Encounter")["extension"][0]
    assert planned["url"].endswith("plannedEndDate")
    assert planned["valueDateTime"] == "2026-11-22T09:00:00Z"
    assert status(hospital) == "in-progress"
    hospital.take(adt("A25", at="202611211005"))
    assert "extension" not in hospital.one("Encounter")


def test_that_an_older_event_is_recorded_and_changes_nothing(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A03", at="202611211200"))
    before = hospital.versions()
    late = hospital.take(adt("A02", at="202611211500", evn="202611211030", pv1=visit(ICU)))
    assert late.kind is OutcomeKind.SUPERSEDED
    assert "kept and changes nothing" in late.reason
    assert hospital.versions() == before


def test_that_a_clock_that_runs_ahead_does_not_silence_what_follows(hospital):
    hospital.take(adt("A01", at="203001010000"))
    hospital.take(adt("A02", at="202611212330", pv1=visit(ICU)), received_at=RECEIVED + timedelta(minutes=40))
    assert places(hospital)[-1][:2] == ("ICU 1-07", "active")


def test_that_events_of_one_minute_follow_their_arrival(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A02", pv1=visit(ICU)))
    assert places(hospital)[-1][:2] == ("ICU 1-07", "active")


def test_that_the_same_message_again_writes_nothing(hospital):
    messages = [
        adt("A01"),
        adt("A02", at="202611211030", pv1=visit(ICU, f6=AMU)),
        adt("A06", at="202611211031", pv1=visit(ICU, kind="O")),
        adt("A03", at="202611211200"),
        adt("A13", at="202611211230"),
    ]
    for message in messages:
        hospital.take(message)
        before = hospital.versions()
        again = hospital.take(message)
        assert again.kind is OutcomeKind.RECORDED
        assert not again.writes
        assert hospital.versions() == before


def test_that_a_visit_has_one_id_by_its_number_and_a_message_without_number_none(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A08", at="202611210930", pv1=visit(number="V 1^^^CGH^VN")))
    outcome = hospital.take(adt("A08", at="202611210931", pv1=visit(number="")))
    assert len(hospital.all("Encounter")) == 1
    assert "no visit number" in outcome.warnings[0]


def test_that_the_account_number_stands_in_for_a_missing_visit_number(hospital):
    hospital.take(
        adt("A01", pid=PID.replace("||01632", "||01632").rstrip("|") + "|||||ACC7^^^CGH", pv1=visit(number=""))
    )
    assert hospital.one("Encounter")["identifier"][0]["value"] == "ACC7"


def test_that_two_patients_change_places_in_one_transaction(hospital):
    other = "PID|1||00555^^^CGH^MR||OSEI^Kwame"
    hospital.take(adt("A01"))
    hospital.take(adt("A01", pid=other, pv1=visit(ICU, number="V2^^^CGH^VN"), control="2"))
    swap = adt("A17", at="202611211000", pv1=visit(ICU), more=f"{other}\n{visit(AMU, number='V2^^^CGH^VN')}")
    outcome = hospital.take(swap)
    now = {
        e["identifier"][0]["value"]: [p["location"]["display"] for p in e["location"] if p["status"] == "active"]
        for e in hospital.all("Encounter")
    }
    assert now == {"V1": ["ICU 1-07"], "V2": ["AMU 4-02"]}
    assert sum(c.type == "Encounter" for c in outcome.writes) == 2


def test_that_a_visit_moved_to_another_patient_is_theirs(hospital):
    hospital.take(adt("A01"))
    right = "PID|1||00777^^^CGH^MR||HUGHES^Ann"
    hospital.take(
        adt("A45", at="202611211000", pid=right, pv1=None, more=f"MRG|00418827^^^CGH^MR||||V1^^^CGH^VN\n{visit()}")
    )
    owner = hospital.patient_of("CGH", "00777")
    assert hospital.one("Encounter")["subject"]["reference"] == f"Patient/{owner}"
    assert status(hospital) == "in-progress"


def test_that_a_changed_visit_number_leads_to_the_same_visit(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A50", at="202611211000", pv1=visit(number="V9^^^CGH^VN"), more="MRG|||||V1^^^CGH^VN"))
    hospital.take(adt("A02", at="202611211100", pv1=visit(ICU, number="V9^^^CGH^VN")))
    encounter = hospital.one("Encounter")
    numbers = {i["value"]: i.get("use") for i in encounter["identifier"]}
    assert numbers == {"V1": "old", "V9": None}
    assert places(hospital)[-1][0] == "ICU 1-07"


def test_that_merged_visits_end_in_the_surviving_one(hospital):
    hospital.take(adt("A01"))
    hospital.take(adt("A01", at="202611210930", pv1=visit(number="V2^^^CGH^VN")))
    hospital.take(
        adt("A42", at="202611211000", pv1=visit(number="V2^^^CGH^VN"), more="MRG|00418827^^^CGH^MR||||V1^^^CGH^VN")
    )
    by_number = {e["identifier"][0]["value"]: e for e in hospital.all("Encounter")}
    assert by_number["V1"]["status"] == "cancelled"
    assert by_number["V1"]["partOf"] == {"reference": f"Encounter/{by_number['V2']['id']}"}
    hospital.take(adt("A02", at="202611211100", pv1=visit(ICU)))
    assert len(hospital.all("Encounter")) == 2


def test_that_an_unknown_event_is_recorded_with_a_reason(hospital):
    for event in ("A20", "A41", "A99"):
        outcome = hospital.take(adt(event))
        assert outcome.kind is OutcomeKind.RECORDED
        assert outcome.reason
    assert not hospital.resources


def test_that_a_message_for_nobody_dies_with_its_path(hospital):
    outcome = hospital.map(adt("A01", pid="PID|1||||DOE^J"))
    assert outcome.kind is OutcomeKind.DEAD
    assert (outcome.error.code, outcome.error.path) == ("patient-not-identified", "PID-3")


def test_that_each_message_leaves_its_provenance_once(hospital):
    outcome = hospital.take(
        adt("A01", more="", pv1=visit()).replace(
            "EVN|A01|202611210900||||", "EVN|A01|202611210900||01|C08^Woolfson^Kathleen|202611210845"
        )
    )
    provenance = hospital.one("Provenance")
    assert {t["reference"] for t in provenance["target"]} == {
        c.reference for c in outcome.writes if c.type != "Provenance"
    }
    assert provenance["recorded"] == "2026-11-21T09:00:00Z"
    assert provenance["occurredDateTime"] == "2026-11-21T08:45:00Z"
    assert provenance["activity"]["coding"][0]["code"] == "A01"
    assert [a["who"]["display"] for a in provenance["agent"]] == ["PAS CGH", "Kathleen Woolfson"]
    assert provenance["entity"][0]["what"]["identifier"]["system"] == "urn:signalbox:message-sha256"
    assert "urn:signalbox:concept-map:v2-0004-class@1" in provenance["policy"]
    assert all(c.action is Action.CREATE for c in outcome.writes)
