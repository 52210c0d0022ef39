"""The words of Investigate: what each number and silence is called, in the hospital's zone."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from console.core.events import State
from console.desktop.formats import Formats
from console.desktop.places import Place
from console.desktop.presenters.case_words import case_line, chip_line, person_line
from console.desktop.presenters.investigate import advice_text, overview_lines, search_status
from console.investigation.answer import Answer, SourceReport, SourceStatus
from console.investigation.case import (
    Advice,
    Case,
    Chip,
    ChipKind,
    Destination,
    FailureGroup,
    Look,
    Opens,
    Overview,
    SearchAnswer,
    Sender,
)
from tests.builders.hospital import ENCOUNTERS, NOW, PATIENTS, ROSA_STAY

FORMATS = Formats("en", ZoneInfo("Europe/Madrid"))


def lines(overview: Overview, **more: object):  # type: ignore[no-untyped-def]
    return overview_lines(Answer(overview, **more), FORMATS, NOW)  # type: ignore[arg-type]


def sender(name: str = "LIS", *, ago: timedelta | None = timedelta(seconds=9), silent: bool = False) -> Sender:
    return Sender(name, NOW - ago if ago is not None else None, 31.0, 2.0, silent, (1, 2, 0, 0))


def destination(**more: object) -> Destination:
    facts = {
        "name": "ehr",
        "kind": "fhir",
        "state": "running",
        "breaker": "closed",
        "pending": 0,
        "oldest_at": None,
        "last_ok_at": NOW - timedelta(minutes=4),
    }
    return Destination(**{**facts, **more})  # type: ignore[arg-type]


def group(**more: object) -> FailureGroup:
    facts = {
        "group_key": "g",
        "title": "PID-3 is empty",
        "code": "c",
        "hop": "map",
        "destination": "",
        "count": 2,
        "patients": 0,
        "first_at": NOW - timedelta(hours=20),
        "last_at": NOW - timedelta(minutes=5),
        "sample": ("newest", "older"),
    }
    return FailureGroup(**{**facts, **more})  # type: ignore[arg-type]


def test_that_times_are_the_hospitals_and_name_the_day_when_it_is_not_today() -> None:
    (need,) = lines(Overview(failures=(group(),))).needs
    assert need.facts == "First 20-Nov-2026 08:07 · newest 04:02"
    assert need.age == "20hr"
    assert need.place == Place("trace", {"event": "newest"})


def test_that_a_group_without_a_sample_offers_nothing_to_open() -> None:
    (need,) = lines(Overview(failures=(group(sample=()),))).needs
    assert (need.action, need.place) == ("", None)


def test_that_failures_come_before_stuck_deliveries_before_silence() -> None:
    overview = Overview(
        failures=(group(),),
        senders=(sender("RIS", ago=timedelta(minutes=30), silent=True),),
        destinations=(destination(breaker="open", pending=28), destination(name="old", state="paused")),
    )
    assert [n.key for n in lines(overview).needs] == ["failure:g", "destination:ehr", "destination:old", "silent:RIS"]


def test_that_a_sender_never_heard_is_no_silence() -> None:
    shown = lines(Overview(senders=(sender(ago=None, silent=True),)))
    assert shown.needs == ()
    assert shown.senders[0].heard == "not heard yet"


@pytest.mark.parametrize(
    ("rate", "expected"), [(0.0, "0/min"), (0.24, "0.2/min"), (5.0, "5/min"), (31.4, "31/min"), (1234.0, "1,234/min")]
)
def test_that_rates_are_as_fine_as_they_are_small(rate: float, expected: str) -> None:
    one = Sender("LIS", NOW, rate, None, False, ())
    assert lines(Overview(senders=(one,))).senders[0].rate == expected


def test_that_a_clock_ahead_of_ours_gives_no_negative_age() -> None:
    ahead = sender(ago=timedelta(seconds=-30), silent=True)
    shown = lines(Overview(senders=(ahead,)))
    assert shown.needs[0].age == ""


def test_that_deliveries_say_how_they_stand() -> None:
    overview = Overview(
        destinations=(
            destination(name="a"),
            destination(name="b", pending=3),
            destination(name="c", breaker="open"),
            destination(name="d", state="paused"),
        )
    )
    assert [(d.label, d.value, d.tone) for d in lines(overview).deliveries] == [
        ("a", "up to date", ""),
        ("b", "3 waiting", ""),
        ("c", "no contact", "warn"),
        ("d", "paused", "warn"),
    ]


def test_that_only_queues_the_engine_told_of_are_shown() -> None:
    shown = lines(Overview(queues={"dead_letters": 5, "outbox": 0, "inbox": 1234}))
    assert [(q.label, q.value, q.tone) for q in shown.queues] == [
        ("To be mapped", "1,234", ""),
        ("To be delivered", "0", ""),
        ("Dead letters", "5", "fail"),
    ]


def test_that_the_strip_of_hours_marks_silence_from_its_beginning() -> None:
    quiet = Sender("RIS", NOW - timedelta(minutes=25), 0, 60, True, (5, 6, 7, 0, 0))
    shown = lines(Overview(senders=(quiet, sender()), bucket_s=600, until=NOW))
    assert shown.heat is not None
    assert [(r.name, r.silent_from) for r in shown.heat.rows] == [("RIS", 3), ("LIS", None)]
    assert shown.heat.begins(shown.heat.length) == NOW


def test_that_a_copy_says_as_of_when_and_an_index_behind_says_how_far() -> None:
    kept = lines(Overview(received_total=7), from_cache=True, as_of=NOW - timedelta(minutes=5))
    assert kept.subtitle == "7 messages received · as last heard at 04:02, 5min ago"
    assert "the newest 400 events cannot be searched yet" in lines(Overview(behind=400)).subtitle


def test_that_looks_name_what_was_opened_and_about_whom() -> None:
    looks = (
        Look(Opens.TIMELINE, "e1", "118204", "MARTÍNEZ|Rosa|Mrs", NOW),
        Look(Opens.TIMELINE, "unassigned:p", "", "", NOW),
        Look(Opens.TRACE, "t1", "ORU^R01 U&E", "", NOW),
    )
    shown = lines(Overview(recent=looks)).looks
    assert [(look.subject, look.person) for look in shown] == [
        ("Encounter 118204", "MARTÍNEZ, Rosa (Mrs)"),
        ("Messages without an encounter", ""),
        ("ORU^R01 U&E", ""),
    ]
    assert shown[2].place == Place("trace", {"event": "t1"})


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (SourceStatus.OK, "engine answered"),
        (SourceStatus.TIMED_OUT, "engine took too long"),
        (SourceStatus.UNREACHABLE, "engine cannot be reached"),
        (SourceStatus.UNAUTHORISED, "engine refused the access token"),
        (SourceStatus.FAILED, "engine could not answer"),
    ],
)
def test_that_the_status_line_names_every_source_and_how_it_fared(status: SourceStatus, words: str) -> None:
    report = SourceReport("engine", status, NOW, 4.0)
    answer = SearchAnswer("x", (), (), (report,), 41.0, behind=300)
    shown = search_status(answer, FORMATS, NOW)
    assert shown == f"0 cases · 41ms · {words} · the newest 300 events cannot be searched yet"


def test_that_every_advice_has_words() -> None:
    assert all(advice_text(advice) for advice in Advice)


def test_that_a_person_is_named_in_full_with_age_and_the_national_number() -> None:
    today = date(2026, 11, 21)
    rosa = "MARTÍNEZ LÓPEZ, Rosa Elena   Born 14-Aug-1957 (69y)   NHS No. 999 014 7213"
    assert person_line(PATIENTS[0], FORMATS, today) == rosa
    assert person_line(PATIENTS[1], FORMATS, today) == "OKONKWO, Chidi   Born 01-Feb-1990 (36y)   MR 00420001"
    assert person_line({"family": "X", "birth_date": "1957"}, FORMATS, today) == "X"
    assert person_line({"patient_id": "p"}, FORMATS, today) == ""
    assert person_line(None, FORMATS, today) == ""


def case(**more: object) -> Case:
    facts: dict[str, object] = {
        "key": "k",
        "opens": Opens.TIMELINE,
        "target_id": ROSA_STAY,
        "patient": PATIENTS[0],
        "encounter": ENCOUNTERS[0],
        "trace": None,
        "state": State.DEAD_LETTERED,
        "standing": {"verified": 4, "dead_lettered": 1},
        "last_at": NOW,
        "matched": (0,),
    }
    return Case(**{**facts, **more})  # type: ignore[arg-type]


def test_that_a_case_tells_the_worst_state_and_how_many_are_in_it() -> None:
    line = case_line(case(), FORMATS, NOW)
    assert (line.what, line.status_text) == ("Encounter 118204", "Dead-lettered 1/5")
    assert line.where == "AMU 4-02 · since 20-Nov-2026 21:58"
    assert case_line(case(state=None, standing={}), FORMATS, NOW).status_text == ""
    assert case_line(case(state=State.VERIFIED, standing={"verified": 2}), FORMATS, NOW).status_text == "Delivered"


def test_that_a_case_with_nothing_wrong_tells_what_most_messages_came_to() -> None:
    line = case_line(case(state=State.RECORDED, standing={"verified": 7, "recorded": 1}), FORMATS, NOW)
    assert line.status_text == "Delivered"


def test_that_a_message_tells_its_kind_sender_and_encounter() -> None:
    row = {"message_type": "ORU^R01", "title": "U&E", "sender": "LIS", "control_id": "L1", "received_at": None}
    line = case_line(case(opens=Opens.TRACE, target_id="e1", trace=row), FORMATS, NOW)
    assert line.what == "ORU^R01  U&E"
    assert line.where == "from LIS · L1 · Encounter 118204"
    assert line.place == Place("trace", {"event": "e1"})


def test_that_an_ambiguous_chip_names_every_kind() -> None:
    chip = Chip(ChipKind.IDENTIFIER, "118204", "118204", 7, (ChipKind.VISIT, ChipKind.PLACER))
    line = chip_line(chip, FORMATS)
    assert (line.kind, line.text, line.hits) == ("encounter/order", "118204", "7")


def test_that_dates_and_national_numbers_are_written_as_they_are_read() -> None:
    assert chip_line(Chip(ChipKind.DATE, "1957/8/14", "1957-08-14", 1), FORMATS).text == "14-Aug-1957"
    assert chip_line(Chip(ChipKind.NHS_NUMBER, "9990147213", "9990147213", 1), FORMATS).text == "999 014 7213"
    bad = chip_line(Chip(ChipKind.IDENTIFIER, "9990147214", "9990147214", 0, warning="check-digit"), FORMATS)
    assert (bad.kind, bad.tone) == ("wrong check digit", "warn")
