"""Dates, durations, numbers and names as the NHS display rules and Spanish usage want them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from console.desktop.formats import Formats, masked, nhs_number

EN = Formats("en", ZoneInfo("Europe/London"))
ES = Formats("es", ZoneInfo("Europe/Madrid"))
SUMMER = datetime(2026, 8, 14, 22, 30, 5, 312_000, tzinfo=UTC)


def test_that_dates_never_show_the_month_as_a_number() -> None:
    assert EN.date(date(1957, 8, 14)) == "14-Aug-1957"
    assert ES.date(date(1957, 8, 14)) == "14-ago-1957"
    assert EN.date(None) == "Unknown"


def test_that_a_moment_is_shown_in_the_hospitals_zone_with_24_hours() -> None:
    assert EN.moment(SUMMER) == "14-Aug-2026 23:30:05"
    assert ES.moment(SUMMER) == "15-ago-2026 00:30:05"
    assert ES.time(SUMMER, millis=True) == "00:30:05.312"


def test_that_the_clock_says_its_zone_and_that_it_has_24_hours() -> None:
    assert EN.clock(SUMMER) == "Fri 14-Aug-2026 23:30:05  Europe/London (24h)"
    assert ES.clock(SUMMER) == "sáb 15-ago-2026 00:30:05  Europe/Madrid (24 h)"


def test_that_the_tip_of_a_moment_names_the_offset_on_the_night_the_clocks_change() -> None:
    before, after = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert "01:30:00 Europe/London (UTC+01:00)" in EN.moment_tip(before)
    assert "01:30:00 Europe/London (UTC+00:00)" in EN.moment_tip(after)
    assert "2026-10-25 00:30:00.000 UTC" in EN.moment_tip(before)


@pytest.mark.parametrize(
    ("seconds", "english", "spanish"),
    [
        (4 * 3600 + 32 * 60 + 16, "4hr 32min", "4 h 32 min"),
        (3600, "1hr", "1 h"),
        (59.6, "1min", "1 min"),
        (45, "45sec", "45 s"),
        (2.25, "2.2sec", "2,2 s"),
        (0.2, "200ms", "200 ms"),
        (0, "0ms", "0 ms"),
        (86_400, "1 day", "1 día"),
        (2 * 86_400 + 3600, "2 days 1hr", "2 días 1 h"),
        (-90, "−1min 30sec", "−1 min 30 s"),
    ],
)
def test_that_durations_have_whole_units_and_no_zero_units(seconds: float, english: str, spanish: str) -> None:
    assert EN.duration(seconds) == english
    assert ES.duration(timedelta(seconds=seconds)) == spanish


def test_that_how_long_ago_reads_as_a_person_says_it() -> None:
    assert EN.ago(SUMMER, SUMMER + timedelta(seconds=4.4)) == "4sec ago"
    assert ES.ago(SUMMER, SUMMER + timedelta(minutes=3)) == "hace 3 min"
    assert EN.ago(SUMMER, SUMMER) == "just now"


def test_that_an_nhs_number_is_grouped_3_3_4_and_other_identifiers_stay_as_they_are() -> None:
    assert nhs_number("9990147213") == "999 014 7213"
    assert nhs_number("999-014-7213") == "999 014 7213"
    assert nhs_number("00418827") == "00418827"


def test_that_names_are_written_family_first_and_never_cut() -> None:
    assert EN.name("Martínez López", "Rosa Elena", "Mrs") == "MARTÍNEZ LÓPEZ, Rosa Elena (Mrs)"
    assert EN.name("", "Rosa") == "Rosa"
    assert EN.name("", "") == "Unknown"
    assert ES.name(" ", " ") == "Desconocido"


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(2026, 11, 1), "20d"),
        (date(2026, 9, 1), "11w"),
        (date(2025, 10, 21), "13m"),
        (date(1957, 11, 22), "68y"),
        (date(1957, 11, 21), "69y"),
    ],
)
def test_that_age_uses_the_unit_of_the_persons_age(born: date, age: str) -> None:
    assert EN.age(born, date(2026, 11, 21)) == age
    assert EN.birth(born, date(2026, 11, 21)).endswith(f"({age})")


def test_that_numbers_and_sizes_follow_the_language() -> None:
    assert EN.number(412_907) == "412,907"
    assert ES.number(412_907) == "412\u202f907"
    assert ES.number(4_129) == "4129"
    assert EN.size(2_100_000_000) == "2.1 GB"
    assert ES.size(2_100_000_000) == "2,1 GB"
    assert EN.size(640) == "640 B"


def test_that_a_mask_tells_nothing_about_what_it_hides() -> None:
    assert masked("MARTÍNEZ") == masked("LI")
    assert masked("") == ""
