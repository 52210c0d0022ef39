from datetime import UTC, datetime

import pytest

from console.delivery.retry import MAX_RETRY_AFTER, Backoff, Verdict, retry_after_seconds, verdict

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Verdict.DONE),
        (201, Verdict.DONE),
        (304, Verdict.DONE),
        (None, Verdict.RETRY),
        (408, Verdict.RETRY),
        (429, Verdict.RETRY),
        (500, Verdict.RETRY),
        (502, Verdict.RETRY),
        (503, Verdict.RETRY),
        (504, Verdict.RETRY),
        (409, Verdict.REREAD),
        (412, Verdict.REREAD),
        (401, Verdict.UNAUTHORISED),
        (403, Verdict.FORBIDDEN),
        (400, Verdict.REFUSED),
        (404, Verdict.REFUSED),
        (413, Verdict.REFUSED),
        (422, Verdict.REFUSED),
        (302, Verdict.REFUSED),
    ],
)
def test_that_each_answer_has_its_verdict(status: int | None, expected: Verdict) -> None:
    assert verdict(status) is expected


def test_that_the_backoff_doubles_from_one_second_to_five_minutes() -> None:
    backoff = Backoff()
    assert [backoff.ceiling(n) for n in range(1, 11)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert backoff.ceiling(10_000) == 300


def test_that_the_jitter_is_full_between_nothing_and_the_ceiling() -> None:
    backoff = Backoff()
    assert backoff.delay(4, 0.0) == 0.0
    assert backoff.delay(4, 0.5) == 4.0
    assert backoff.delay(4, 0.999) < 8.0


def test_that_retry_after_is_a_floor_and_never_above_ten_minutes() -> None:
    backoff = Backoff()
    assert backoff.delay(1, 0.5, retry_after=7.0) == 7.5
    assert backoff.delay(1, 0.0, retry_after=1e9) == MAX_RETRY_AFTER
    assert backoff.delay(1, 0.0, retry_after=-5.0) == 0.0


def test_that_a_delivery_is_given_up_only_after_its_budget() -> None:
    backoff = Backoff()
    assert not backoff.exhausted(first_failure=100.0, now=100.0 + 86_399)
    assert backoff.exhausted(first_failure=100.0, now=100.0 + 86_400)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("120", 120.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("soon", None),
    ],
)
def test_that_retry_after_is_read_in_both_forms(text: str, expected: float | None) -> None:
    assert retry_after_seconds({"retry-after": text}, NOW) == expected
