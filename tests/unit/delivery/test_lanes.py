from hypothesis import given
from hypothesis import strategies as st

from console.delivery.lanes import LaneQueue


def test_that_a_lane_has_one_delivery_in_flight() -> None:
    queue = _queue((1, "a"), (2, "a"), (3, "b"))
    assert queue.take(0.0) == (1, "a")
    assert queue.take(0.0) == (3, "b")
    assert queue.take(0.0) is None
    queue.done("a")
    assert queue.take(0.0) == (2, "a")


def test_that_nobody_overtakes_a_delivery_that_rests() -> None:
    queue = _queue((1, "a"), (2, "a"), (3, "b"))
    queue.take(0.0)
    queue.later(1, "a", 5.0)
    assert queue.take(1.0) == (3, "b")
    assert queue.take(4.9) is None
    assert queue.next_at() == 5.0
    assert queue.take(5.0) == (1, "a")
    queue.done("a")
    assert queue.take(5.0) == (2, "a")


def test_that_an_addition_to_a_lane_in_flight_waits_its_turn() -> None:
    queue = _queue((1, "a"))
    queue.take(0.0)
    queue.add(2, "a")
    assert queue.take(0.0) is None
    assert (len(queue), queue.in_flight) == (1, 1)
    queue.done("a")
    assert queue.take(0.0) == (2, "a")
    queue.done("a")
    assert (len(queue), queue.in_flight) == (0, 0)


@given(
    st.lists(st.sampled_from("abcd"), max_size=40),
    st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=200),
    st.integers(1, 4),
)
def test_that_every_lane_comes_out_once_and_in_order(
    lanes: list[str], fates: list[tuple[bool, int]], parallel: int
) -> None:
    queue = _queue(*[(seq, lane) for seq, lane in enumerate(lanes, 1)])
    finished: list[tuple[int, str]] = []
    flying: list[tuple[int, str]] = []
    now = 0.0
    fate = iter(fates)
    while len(queue) or flying:
        while len(flying) < parallel and (taken := queue.take(now)) is not None:
            assert taken[1] not in {lane for _, lane in flying}
            flying.append(taken)
        if not flying:
            wakes = queue.next_at()
            assert wakes is not None
            now = wakes
            continue
        seq, lane = flying.pop(0)
        again, pause = next(fate, (False, 0))
        if again:
            queue.later(seq, lane, now + pause)
        else:
            queue.done(lane)
            finished.append((seq, lane))
    assert sorted(finished) == list(enumerate(lanes, 1))
    for name in set(lanes):
        of_lane = [seq for seq, lane in finished if lane == name]
        assert of_lane == sorted(of_lane)


def _queue(*items: tuple[int, str]) -> LaneQueue:
    queue = LaneQueue()
    for seq, lane in items:
        queue.add(seq, lane)
    return queue
