from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from console.hl7v2.timestamp import fhir_date, fhir_date_time, fhir_instant, fhir_time, has_zone, parse_time

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("sent", "date_time"),
    [
        ("2024", "2024"),
        ("202403", "2024-03"),
        ("20240310", "2024-03-10"),
        ("2024031014", "2024-03-10T14:00:00+01:00"),
        ("202403101405", "2024-03-10T14:05:00+01:00"),
        ("20240310140506", "2024-03-10T14:05:06+01:00"),
        ("20240710140506", "2024-07-10T14:05:06+02:00"),
        ("20240310140506.1200", "2024-03-10T14:05:06.1200+01:00"),
        ("20240310140506-0500", "2024-03-10T14:05:06-05:00"),
        ("20240310140506-05", "2024-03-10T14:05:06-05:00"),
        ("20240310140506+05:30", "2024-03-10T14:05:06+05:30"),
        ("20240310140506Z", "2024-03-10T14:05:06Z"),
        ("20240310+0100", "2024-03-10"),
        ("20240310140560", "2024-03-10T14:05:59+01:00"),
        ("2024-03-10T14:05:06Z", "2024-03-10T14:05:06Z"),
        ("2024-03-10", "2024-03-10"),
        (" 20240310 ", "2024-03-10"),
    ],
)
def test_that_a_time_keeps_its_precision_and_zone(sent: str, date_time: str) -> None:
    assert fhir_date_time(sent, MADRID) == date_time


@pytest.mark.parametrize(
    "sent", ["", "0", "20", "20241301", "20240230", "2024031025", "202403101460", "00000000", "0000", "yesterday",
             "20240310140506+9900", "20240010", "２０２４", "20240310140599"],
)  # fmt: skip
def test_that_what_is_no_time_gives_none(sent: str) -> None:
    assert fhir_date_time(sent, MADRID) is None
    assert fhir_date(sent) is None
    assert fhir_instant(sent, MADRID) is None
    assert parse_time(sent, MADRID) is None


def test_that_a_date_drops_the_time_and_an_instant_fills_it() -> None:
    assert fhir_date("20240310140506-0500") == "2024-03-10"
    assert fhir_instant("202403", MADRID) == "2024-03-01T00:00:00+01:00"
    assert parse_time("20240310140506", MADRID) == datetime(2024, 3, 10, 13, 5, 6, tzinfo=UTC)


def test_that_it_is_known_who_said_the_zone() -> None:
    assert has_zone("20240310140506+0100")
    assert not has_zone("20240310140506")
    assert not has_zone("")


def test_that_a_time_of_day_has_no_zone() -> None:
    assert [fhir_time(t) for t in ("14", "1405", "140506", "14:05:06.25", "1405+0100", "25", "x", "")] == [
        "14:00:00", "14:05:00", "14:05:06", "14:05:06.25", "14:05:00", None, None, None,
    ]  # fmt: skip
