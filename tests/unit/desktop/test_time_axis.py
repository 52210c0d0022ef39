"""Ticks, days and viewports: also on the nights the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.core.clock import from_micros, to_micros
from console.desktop.formats import Formats
from console.desktop.models.time_axis import DAY, HOUR, MINUTE, SHORTEST_SPAN, Viewport, axis, clock_instants

LONDON = ZoneInfo("Europe/London")
HAVANA = ZoneInfo("America/Havana")
ENGLISH = Formats("en", LONDON)


def at(text: str) -> int:
    return to_micros(datetime.fromisoformat(text).replace(tzinfo=UTC))


def local(micros: int, zone: ZoneInfo = LONDON) -> str:
    return from_micros(micros).astimezone(zone).strftime("%H:%M")


def test_that_ticks_are_whole_half_hours_of_the_hospitals_clock() -> None:
    view = Viewport(at("2026-11-20T22:26:00"), 6 * HOUR)
    made = axis(view, 1364, ENGLISH)
    assert [tick.text for tick in made.ticks][:4] == ["22:30", "23:00", "23:30", "00:00"]
    assert [tick.strong for tick in made.ticks][:2] == [False, True]
    assert [day.text for day in made.days] == ["Fri 20-Nov-2026", "Sat 21-Nov-2026"]
    assert made.days[0].end == made.days[1].start == at("2026-11-21T00:00:00")


def test_that_the_hour_which_happens_twice_is_told_apart_by_its_offset() -> None:
    view = Viewport(at("2026-10-25T00:00:00"), 3 * HOUR)
    texts = [tick.text for tick in axis(view, 700, ENGLISH).ticks]
    assert "01:00 +01:00" in texts
    assert "01:00 +00:00" in texts
    assert texts.index("01:00 +01:00") < texts.index("01:00 +00:00")


def test_that_six_hour_ticks_stay_on_the_wall_clock_when_an_hour_is_skipped() -> None:
    found = list(clock_instants(at("2026-03-28T00:00:00"), at("2026-03-30T12:00:00"), 6 * HOUR, LONDON))
    assert [local(t) for t in found] == [
        "00:00", "06:00", "12:00", "18:00", "00:00", "06:00", "12:00", "18:00", "00:00", "06:00", "12:00",
    ]  # fmt: skip
    assert found == sorted(set(found))


@given(
    day=st.integers(0, 3650),
    step=st.sampled_from([MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 12 * HOUR]),
    zone=st.sampled_from([LONDON, HAVANA, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Australia/Lord_Howe"), UTC]),
)
def test_that_ticks_rise_and_are_aligned_on_any_day_in_any_zone(day: int, step: int, zone: ZoneInfo) -> None:
    start = at("2024-01-01T00:00:00") + day * DAY
    found = list(clock_instants(start, start + DAY, step, zone))
    assert found == sorted(set(found))
    assert all(start <= t <= start + DAY for t in found)
    for t in found:
        moment = from_micros(t).astimezone(zone)
        since_midnight = moment.hour * HOUR + moment.minute * MINUTE
        assert since_midnight % step == 0
    assert len(found) >= DAY // step - HOUR // step - 1


def test_that_a_year_is_named_by_months_never_by_numbers() -> None:
    made = axis(Viewport(at("2025-12-01T00:00:00"), 400 * DAY), 800, Formats("es", LONDON))
    assert made.ticks[0].text == "dic-2025" or made.ticks[0].text == "ene-2026"
    assert [day.text for day in made.days] == ["2025", "2026", "2027"]


def test_that_a_month_is_named_by_its_days() -> None:
    made = axis(Viewport(at("2026-11-10T00:00:00"), 20 * DAY), 1500, ENGLISH)
    assert made.ticks[0].text == "Tue 10"
    assert [day.text for day in made.days] == ["Nov-2026"]


@pytest.mark.parametrize("span", [SHORTEST_SPAN, MINUTE, HOUR, DAY, 30 * DAY, 3000 * DAY])
def test_that_ticks_keep_their_distance_at_every_zoom(span: int) -> None:
    view = Viewport(at("2026-06-01T00:00:00"), span)
    ticks = axis(view, 1000, ENGLISH, 76).ticks
    places = [view.x_of(t.at, 1000) for t in ticks]
    assert all(b - a >= 60 for a, b in pairwise(places))
    assert len(ticks) <= 15


def test_that_zooming_keeps_the_instant_under_the_cursor_where_it_is() -> None:
    view = Viewport(at("2026-11-20T22:00:00"), 4 * HOUR)
    anchor = view.at_of(300, 1000)
    closer = view.zoomed(0.5, anchor, 10 * DAY)
    assert closer.span == 2 * HOUR
    assert closer.x_of(anchor, 1000) == pytest.approx(300, abs=0.01)
    assert view.zoomed(1e-12, anchor, 10 * DAY).span == SHORTEST_SPAN
    assert view.zoomed(1e12, anchor, 10 * DAY).span == 10 * DAY


def test_that_a_view_stays_within_the_stay() -> None:
    low, high = 0, 10 * HOUR
    assert Viewport(-HOUR, 2 * HOUR).within(low, high) == Viewport(0, 2 * HOUR)
    assert Viewport(9 * HOUR, 2 * HOUR).within(low, high) == Viewport(8 * HOUR, 2 * HOUR)
    assert Viewport(3 * HOUR, 50 * HOUR).within(low, high) == Viewport(0, 10 * HOUR)


def test_that_a_view_moves_only_when_the_instant_is_outside() -> None:
    view = Viewport(0, 10 * HOUR)
    assert view.showing(5 * HOUR) is view
    assert view.showing(20 * HOUR) == Viewport(11 * HOUR, 10 * HOUR)
    assert view.showing(-5 * HOUR) == Viewport(-6 * HOUR, 10 * HOUR)
