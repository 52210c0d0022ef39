"""What counts as test traffic: MSH-4 says HARNESS, and nothing else does."""

from __future__ import annotations

import pytest

from console.core.test_traffic import HARNESS_FACILITY, is_test_traffic, sent_as_test
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


def test_that_everything_the_harness_makes_is_marked_unless_a_scenario_says_otherwise() -> None:
    assert Content().facility == HARNESS_FACILITY
