"""Values that are the same are written the same, and others are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.harness.verdict.values import digest, moment, normal, structured, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("4.10", "4.1"),
        ("4.10 ", "4.1"),
        ("+4.1", "4.1"),
        ("004.100", "4.1"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-0.0", "0"),
        ("1e2", "100"),
        ("1.5E-3", "0.0015"),
        ("< 4.10", "<4.1"),
        (">=  007", ">=7"),
        ("no  growth\nyet", "no growth yet"),
        ("12345678901234567890.10", "12345678901234567890.1"),
    ],
)
def test_that_equal_values_have_one_spelling(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<4.1", "4.1"),
        ("<4.1", "<=4.1"),
        ("-4.1", "4.1"),
        ("4.1", "4.10000000000000001"),
        ("4,1", "4.1"),
        ("1:128", "1128"),
        ("", "0"),
        ("Positive", "positive"),
        ("1 2", "12"),
    ],
)
def test_that_other_values_do_not(one: str, other: str) -> None:
    assert normal(one) != normal(other)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_that_a_number_is_found_again_however_it_is_written(number: object) -> None:
    assert normal(f"{number}") == normal(f" {number}00") == normal(f"{normal(str(number))}")


@given(st.text(max_size=80))
def test_that_a_spelling_is_its_own_spelling(text: str) -> None:
    assert normal(normal(text)) == normal(text)


def test_that_a_code_is_no_number() -> None:
    assert words(" 007  A ") == "007 A"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-11-23T08:00:00Z", "20261123080000+0000"),
        ("2026-11-23T08:00:00.000+01:00", "20261123080000+0100"),
        ("20261123080000.50", "20261123080000.5"),
        ("2026-11-23", "20261123"),
        ("08:30", "0830"),
    ],
)
def test_that_a_time_is_told_by_its_digits(one: str, other: str) -> None:
    assert moment(one) == moment(other)


def test_that_what_is_no_time_stays_as_it_is() -> None:
    assert moment(" not  known ") == "not known"


def test_that_structured_numbers_are_written_as_people_do() -> None:
    assert structured("<", "4.10", "", "") == "<4.1"
    assert structured("", "1", ":", "128") == "1:128"
    assert structured("=", "7", "", "") == "7"
    assert structured("", "4", "-", "8.0") == "4-8"


def test_that_an_attachment_is_told_by_its_sha_1() -> None:
    assert digest(b"") == "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"
