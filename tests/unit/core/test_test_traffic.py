"""What counts as test traffic: MSH-4 says HARNESS, and nothing else does."""

from __future__ import annotations

import pytest

from console.core.test_traffic import HARNESS_FACILITY, is_test_traffic, says_test, sent_as_test
from console.harness.scenario.model import Content


@pytest.mark.parametrize(
    ("facility", "test"), [("HARNESS", True), (" HARNESS ", True), ("STB", False), ("", False), ("HARNESS2", False)]
)
def test_that_only_the_harness_facility_is_test_traffic(facility: str, test: bool) -> None:
    assert is_test_traffic(facility) is test
    assert sent_as_test({"application": "LIS", "facility": facility}) is test


def test_that_an_application_called_harness_is_no_test_traffic() -> None:
    assert not sent_as_test({"application": "HARNESS", "facility": "STB"})
    assert not sent_as_test(None)
    assert not sent_as_test({})


@pytest.mark.parametrize(
    ("payload", "test"),
    [
        (b"MSH#^~\\&#LIS#HARNESS#SB#X\rPID|1", True),
        (b"MSHHARNESS|", False),
        (b"MSH|^~\\&|LIS|STB|SB|X\rNTE|1||HARNESS", False),
        (b"\x00\xff random", False),
        (b"", False),
        (b"x" * 600 + b"|HARNESS|", False),
    ],
)
def test_that_a_header_that_cannot_be_read_still_says_whether_it_is_a_test(payload: bytes, test: bool) -> None:
    assert says_test(payload) is test


def test_that_everything_the_harness_makes_is_marked_unless_a_scenario_says_otherwise() -> None:
    assert Content().facility == HARNESS_FACILITY
