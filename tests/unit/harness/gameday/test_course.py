"""What the person on call says goes to the incident it can mean; the measures are taken from its beginning."""

from __future__ import annotations

import pytest

from console.harness.gameday.course import CAUSES, MENDS, Action, Agreed, Board, Course, IncidentKind, kept, steps


def _course(kind: IncidentKind = IncidentKind.LAB_OUTAGE, begun: float | None = 10.0) -> Course:
    return Course(kind, Agreed(detect=60, diagnose=120, restore=300), begun_at=begun)


def test_that_a_sight_goes_to_the_oldest_incident_nobody_saw_yet() -> None:
    first, second = _course(), _course(IncidentKind.FHIR_DOWN, begun=20.0)
    board = Board([first, second])
    assert board.seen(30.0, "no results") is first
    assert board.seen(31.0) is second
    assert board.seen(32.0) is None
    assert board.false_alarms == [(32.0, "")]
    assert (first.seen_at, first.seen_words) == (30.0, "no results")


def test_that_an_incident_that_has_not_begun_cannot_be_seen() -> None:
    board = Board([_course(begun=None)])
    assert board.seen(5.0) is None
    assert board.cause(6.0, "lab-outage") is None


def test_that_the_right_cause_diagnoses_whichever_incident_it_is_and_a_wrong_one_is_remembered() -> None:
    lab, record = _course(), _course(IncidentKind.FHIR_DOWN)
    board = Board([lab, record])
    assert board.cause(40.0, "disk-full") is None
    assert lab.wrong_causes == ["disk-full"]
    assert board.cause(50.0, "fhir-down") is record
    assert (record.diagnosed_at, record.seen_at) == (50.0, 50.0)
    assert lab.diagnosed_at is None


def test_that_an_action_mends_only_its_own_kind_and_only_while_it_lasts() -> None:
    lab = _course()
    board = Board([lab])
    assert board.acted(20.0, Action.CALL_FHIR) is None
    assert board.acted(21.0, Action.CALL_LAB) is lab
    lab.mended_at = 21.0
    assert board.acted(22.0, Action.CALL_LAB) is None
    assert board.useless_actions == [(20.0, "call-fhir"), (22.0, "call-lab")]


def test_that_every_kind_can_be_mended_and_named() -> None:
    assert set(MENDS.values()) == set(IncidentKind)
    assert {kind.value for kind in IncidentKind} < set(CAUSES)


def test_that_steps_are_measured_from_the_beginning_against_what_was_agreed() -> None:
    course = _course()
    course.seen_at, course.diagnosed_at, course.restored_at = 70.0, 131.0, 300.0
    assert [(s.name, s.took, s.kept) for s in steps(course)] == [
        ("detected", 60.0, True),
        ("diagnosed", 121.0, False),
        ("restored", 290.0, True),
    ]
    assert not kept(course)


@pytest.mark.parametrize(("missing", "doubled", "good"), [(0, 0, True), (1, 0, False), (0, 1, False)])
def test_that_what_is_missing_or_doubled_spoils_it_however_quick(missing: int, doubled: int, good: bool) -> None:
    course = _course()
    course.seen_at = course.diagnosed_at = course.restored_at = 20.0
    course.missing, course.doubled = missing, doubled
    assert kept(course) is good
