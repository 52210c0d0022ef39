"""When a sender counts as silent."""

from __future__ import annotations

from datetime import timedelta

from console.evidence.silence import SHORTEST, silence_after, usual_gap


def test_that_too_few_messages_tell_nothing() -> None:
    assert usual_gap([0] * 700) is None
    assert usual_gap([3, 0, 3, 0, 3]) is None


def test_that_a_steady_sender_has_its_gap() -> None:
    assert usual_gap([6] * 60) == timedelta(seconds=10)


def test_that_empty_minutes_make_longer_gaps() -> None:
    assert usual_gap([1, 0, 0, 0, 0] * 12) == timedelta(minutes=5)


def test_that_a_quiet_night_does_not_change_what_is_usual_by_day() -> None:
    day = [12] * 300
    assert usual_gap(day + [0] * 300 + day) == usual_gap(day) == timedelta(seconds=5)


def test_that_nobody_is_silent_within_a_minute() -> None:
    assert silence_after(timedelta(seconds=1)) == SHORTEST
    assert silence_after(timedelta(minutes=5)) == timedelta(minutes=40)
