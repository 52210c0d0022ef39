from hypothesis import given
from hypothesis import strategies as st

from console.delivery.lanes import LaneQueue


def test_that_a_lane_has_one_delivery_in_flight() -> None:
    queue = _queue("a", "a", "b")
    assert queue.take(0.0) == 1
    assert queue.take(0.0) == 3
    assert queue.take(0.0) is None
    queue.done(1)
    assert queue.take(0.0) == 2


def test_that_nobody_overtakes_a_delivery_that_rests() -> None:
    queue = _queue("a", "a", "b")
    queue.take(0.0)
    queue.later(1, 5.0)
    assert queue.take(1.0) == 3
    assert queue.take(4.9) is None
    assert queue.next_at() == 5.0
    assert queue.take(5.0) == 1
    queue.done(1)
    assert queue.take(5.0) == 2


def test_that_an_addition_to_a_lane_in_flight_waits_its_turn() -> None:
    queue = _queue("a")
    queue.take(0.0)
    queue.add(2, ["a"])
    assert queue.take(0.0) is None
    assert (len(queue), queue.in_flight) == (1, 1)
    queue.done(1)
    assert queue.take(0.0) == 2
    queue.done(2)
    assert (len(queue), queue.in_flight) == (0, 0)


def test_that_a_delivery_of_two_lanes_waits_for_both_and_holds_both() -> None:
    queue = _queue("a", "b", "ab", "a", "b")
    assert [queue.take(0.0), queue.take(0.0), queue.take(0.0)] == [1, 2, None]
    queue.done(2)
    assert queue.take(0.0) is None
    queue.done(1)
    assert [queue.take(0.0), queue.take(0.0)] == [3, None]
    queue.later(3, 9.0)
    assert queue.take(8.0) is None
    assert queue.take(9.0) == 3
    queue.done(3)
    assert [queue.take(9.0), queue.take(9.0)] == [4, 5]


@given(
    st.lists(st.sampled_from(["a", "b", "c", "d", "ab", "bc", "acd"]), max_size=40),
    st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=200),
    st.integers(1, 4),
)
def test_that_every_lane_comes_out_once_and_in_order(
    lanes: list[str], fates: list[tuple[bool, int]], parallel: int
) -> None:
    queue = _queue(*lanes)
    finished: list[int] = []
    flying: list[int] = []
    now = 0.0
    fate = iter(fates)
    while len(queue) or flying:
        while len(flying) < parallel and (taken := queue.take(now)) is not None:
            assert not set(lanes[taken - 1]) & {lane for seq in flying for lane in lanes[seq - 1]}
            flying.append(taken)
        if not flying:
            wakes = queue.next_at()
            assert wakes is not None
            now = wakes
            continue
        seq = flying.pop(0)
        again, pause = next(fate, (False, 0))
        if again:
            queue.later(seq, now + pause)
        else:
            queue.done(seq)
            finished.append(seq)
    assert sorted(finished) == list(range(1, len(lanes) + 1))
    for name in "abcd":
        of_lane = [seq for seq in finished if name in lanes[seq - 1]]
        assert of_lane == sorted(of_lane)


def _queue(*lanes: str) -> LaneQueue:
    """Deliveries 1, 2, ... each in the lanes its letters name."""
    queue = LaneQueue()
    for seq, names in enumerate(lanes, 1):
        queue.add(seq, list(names))
    return queue
