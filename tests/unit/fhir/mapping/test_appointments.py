"""Appointments: booked, moved, cancelled, missed."""

import pytest

from console.fhir.context import OutcomeKind

PID = "PID|1||100^^^CGH^MR||DOE^Jane"


def siu(
    event,
    *,
    at="202611210900",
    sch="SCH|A1^PAS|B1^LAB|||||FOLLOWUP^Follow-up|Normal^^HL70277|20|min|^^^202612011000",
    status="",
    more="",
):
    cells = sch.split("|") + [""] * (26 - len(sch.split("|")))
    cells[25] = status
    return "\n".join(
        [
            f"MSH|^~\\&|PAS|CGH|SB|CGH|{at}||SIU^{event}|{at}{event}|T|2.5.1",
            "|".join(cells).rstrip("|"),
            PID,
            "RGS|1|A",
            *more.splitlines(),
        ]
    )


def test_that_an_appointment_is_booked_with_everybody_who_takes_part(hospital):
    more = "\n".join(
        [
            "AIS|1|A|CONS^Cardiology^L-CLINIC",
            "AIG|1|A|ECG1^ECG machine",
            "AIL|1|A|OPD^4^^CGH",
            "AIP|1|A|3001^Okafor^Adaeze^^^Dr|ATND^Attending",
        ]
    )
    outcome = hospital.take(siu("S12", more=more))
    appointment = hospital.one("Appointment")
    assert appointment["status"] == "booked"
    assert (appointment["start"], appointment["end"]) == ("2026-12-01T10:00:00Z", "2026-12-01T10:20:00Z")
    assert appointment["minutesDuration"] == 20
    assert [i["value"] for i in appointment["identifier"]] == ["A1", "B1"]
    assert appointment["serviceType"][0]["text"] == "Cardiology"
    assert appointment["reasonCode"][0]["text"] == "Follow-up"
    actors = [p["actor"] for p in appointment["participant"]]
    assert actors[0] == {"reference": f"Patient/{hospital.one('Patient')['id']}"}
    assert [a.get("display") for a in actors[1:]] == ["ECG machine", "OPD 4", "Dr Adaeze Okafor"]
    assert outcome.title == "Appointment booked: Follow-up"


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ("S12", "booked"),
        ("S13", "booked"),
        ("S15", "cancelled"),
        ("S16", "cancelled"),
        ("S17", "entered-in-error"),
        ("S26", "noshow"),
    ],
)
def test_that_the_event_gives_the_status_when_the_filler_gives_none(hospital, event, status):
    hospital.take(siu(event))
    assert hospital.one("Appointment")["status"] == status


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("Booked", "booked"),
        ("BOOKED^Booked^HL70278", "booked"),
        ("Started", "checked-in"),
        ("Complete", "fulfilled"),
        ("Discontinued", "cancelled"),
        ("Noshow", "noshow"),
        ("Waitlist", "waitlist"),
        ("ARRIVED", "arrived"),
    ],
)
def test_that_the_fillers_status_counts_before_the_event(hospital, sent, status):
    hospital.take(siu("S14", status=sent))
    assert hospital.one("Appointment")["status"] == status


def test_that_a_change_without_status_keeps_the_status(hospital):
    hospital.take(siu("S12"))
    hospital.take(siu("S15", at="202611210930"))
    hospital.take(siu("S14", at="202611211000"))
    assert hospital.one("Appointment")["status"] == "cancelled"


def test_that_the_fillers_number_alone_finds_the_appointment(hospital):
    hospital.take(siu("S12"))
    hospital.take(siu("S13", at="202611210930", sch="SCH||B1^LAB|||||||20|min|^^^202612021000"))
    assert hospital.one("Appointment")["start"] == "2026-12-02T10:00:00Z"


def test_that_an_older_message_changes_nothing(hospital):
    hospital.take(siu("S15", at="202611211000"))
    late = hospital.take(siu("S12", at="202611210900"))
    assert late.kind is OutcomeKind.SUPERSEDED
    assert hospital.one("Appointment")["status"] == "cancelled"


def test_that_a_lone_start_is_a_wish_and_not_half_a_period(hospital):
    hospital.take(siu("S12", sch="SCH|A1^PAS||||||||||^^^202612011000"))
    appointment = hospital.one("Appointment")
    assert "start" not in appointment
    assert appointment["requestedPeriod"] == [{"start": "2026-12-01T10:00:00Z"}]


def test_that_overbooked_is_booked_and_tagged(hospital):
    hospital.take(siu("S12", status="Overbook"))
    appointment = hospital.one("Appointment")
    assert appointment["status"] == "booked"
    assert appointment["meta"]["tag"][0]["code"] == "overbooked"


def test_that_an_appointment_without_a_number_dies(hospital):
    outcome = hospital.map(siu("S12", sch="SCH|||||||X"))
    assert (outcome.error.code, outcome.error.path) == ("no-number", "SCH-1")


def test_that_the_same_message_again_writes_nothing(hospital):
    message = siu("S12", more="AIP|1|A|3001^Okafor^Adaeze")
    hospital.take(message)
    assert not hospital.take(message).writes
