"""Places: deep links there and back, history as in a browser."""

from __future__ import annotations

import pytest

from console.desktop.places import History, Place, place_from_link


def test_that_a_deep_link_leads_back_to_its_place() -> None:
    place = Place("timeline", {"encounter": "unassigned:1 & 2", "event": "x"})
    assert place_from_link(place.link()) == place
    assert Place("settings").link() == "signalbox://settings"


@pytest.mark.parametrize("text", ["", "118204", "https://x/y", "signalbox://", "signalbox://[", "http://[::1"])
def test_that_other_text_is_no_link(text: str) -> None:
    assert place_from_link(text) is None


def test_that_back_and_forward_walk_the_visited_places() -> None:
    history = History()
    a, b, c = Place("a"), Place("b"), Place("c")
    for place in (a, b, b, c):
        history.visit(place)
    assert history.back() == b
    assert history.back() == a
    assert history.back() is None
    assert history.forward() == b
    history.visit(a)
    assert not history.can_go_forward
    assert history.recent() == [b, a]


def test_that_the_history_forgets_the_oldest_beyond_its_limit() -> None:
    history = History(limit=3)
    for number in range(10):
        history.visit(Place("p", {"n": str(number)}))
    assert [history.back(), history.back(), history.back(), history.back()][-1] is None
