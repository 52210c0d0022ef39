from console.delivery.breaker import Breaker, BreakerPolicy, BreakerState


def test_that_five_failures_in_a_row_open_the_breaker() -> None:
    breaker = Breaker()
    for _ in range(4):
        breaker.failed(10.0, "http-500")
    assert breaker.state(10.0) is BreakerState.CLOSED
    breaker.failed(10.0, "http-500")
    assert breaker.state(10.0) is BreakerState.OPEN
    assert not breaker.allows(39.9)
    assert breaker.reason == "http-500"


def test_that_half_of_the_last_twenty_opens_the_breaker_without_a_row() -> None:
    breaker = Breaker()
    for _ in range(9):
        breaker.succeeded()
        breaker.failed(0.0, "timeout")
    breaker.succeeded()
    assert breaker.state(0.0) is BreakerState.CLOSED
    breaker.failed(0.0, "timeout")
    assert breaker.state(0.0) is BreakerState.OPEN


def test_that_only_one_probe_goes_through_a_half_open_breaker() -> None:
    breaker = _open(at=0.0)
    assert breaker.state(30.0) is BreakerState.HALF_OPEN
    assert breaker.allows(30.0)
    assert not breaker.allows(30.0)
    breaker.abandoned()
    assert breaker.allows(30.0)


def test_that_a_good_probe_closes_the_breaker_and_forgets_the_failures() -> None:
    breaker = _open(at=0.0)
    assert breaker.allows(31.0)
    breaker.succeeded()
    assert breaker.state(31.0) is BreakerState.CLOSED
    assert breaker.reason == ""
    breaker.failed(32.0, "timeout")
    assert breaker.allows(32.0)


def test_that_each_failed_probe_doubles_the_pause_up_to_five_minutes() -> None:
    breaker = _open(at=0.0)
    now, pauses = 0.0, []
    for _ in range(6):
        until = breaker.probe_at()
        assert until is not None
        pauses.append(until - now)
        now = until
        assert breaker.allows(now)
        breaker.failed(now, "timeout")
    assert pauses == [30, 60, 120, 240, 300, 300]


def test_that_stragglers_of_an_open_breaker_do_not_lengthen_it() -> None:
    breaker = _open(at=0.0)
    breaker.failed(20.0, "timeout")
    assert breaker.probe_at() == 30.0


def test_that_a_forbidden_answer_opens_the_breaker_at_once() -> None:
    breaker = Breaker()
    breaker.failed(5.0, "http-403", at_once=True)
    assert breaker.state(5.0) is BreakerState.OPEN


def test_that_retry_after_lengthens_the_pause() -> None:
    breaker = Breaker(BreakerPolicy(consecutive=1))
    breaker.failed(0.0, "http-429", pause=90.0)
    assert breaker.probe_at() == 90.0


def _open(*, at: float) -> Breaker:
    breaker = Breaker()
    for _ in range(5):
        breaker.failed(at, "timeout")
    return breaker
