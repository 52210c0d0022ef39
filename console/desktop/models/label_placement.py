"""Where a lane's labels go so that nothing is written over: measured, put right, else left, else merged, else dropped.

Problems and the selected message come first and are never dropped: when there is no free side they get a plate of
their own. Others share one text ("FBC · U&E · Troponin") where their glyphs stand too close. Pixels are floats; no Qt
here: the text width comes in as a function.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Measure = Callable[[str, bool], float]
"""Width in pixels of a text, bold or not."""

SEPARATOR = " · "
_MOST_MERGED = 3
_LEAST_TEXT = 14.0
"""Less room than this holds no text worth reading."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A glyph at `x` that would like a text beside it. `row` names the entry; `must` is never dropped."""

    x: float
    text: str
    row: int
    must: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A text from `left`, `width` wide. `rows` are the entries it speaks for; `plate`: it lies over something."""

    left: float
    width: float
    text: str
    rows: tuple[int, ...]
    must: bool
    plate: bool = False


class _Lane:
    """What stands in one lane: glyphs and lines (points with a radius) and the texts placed so far (intervals)."""

    def __init__(self, obstacles: Sequence[float], radius: float, low: float, high: float) -> None:
        self._points, self._radius = sorted(obstacles), radius
        self._low, self._high = low, high
        self._taken: list[tuple[float, float]] = []

    def free(self, left: float, right: float) -> bool:
        if left < self._low or right > self._high:
            return False
        if bisect_left(self._points, right + self._radius) > bisect_right(self._points, left - self._radius):
            return False
        taken = self._taken
        i = bisect_left(taken, (left, left))
        return (i == 0 or taken[i - 1][1] <= left) and (i == len(taken) or right <= taken[i][0])

    def take(self, left: float, right: float) -> None:
        insort(self._taken, (left, right))


def place_labels(
    candidates: Sequence[Candidate],
    obstacles: Sequence[float],
    measure: Measure,
    *,
    low: float,
    high: float,
    radius: float = 8.0,
    gap: float = 4.0,
) -> list[Placed]:
    """The labels of one lane within [low, high]. `obstacles` are the centres of everything drawn in the lane."""
    lane = _Lane(obstacles, radius, low, high)
    reach = radius + gap
    placed = list(_place_musts([c for c in candidates if c.must], lane, measure, reach, low, high))
    cluster: list[Candidate] = []
    for candidate in sorted((c for c in candidates if not c.must and c.text), key=lambda c: c.x):
        if cluster and not _joins(cluster[-1], candidate, measure, reach):
            placed.extend(_place_cluster(cluster, lane, measure, reach))
            cluster = []
        cluster.append(candidate)
    if cluster:
        placed.extend(_place_cluster(cluster, lane, measure, reach))
    return placed


def _place_musts(
    musts: Sequence[Candidate], lane: _Lane, measure: Measure, reach: float, low: float, high: float
) -> Iterator[Placed]:
    said: set[str] = set()
    for candidate in sorted(musts, key=lambda c: c.x):
        width = measure(candidate.text, True)
        right, left = candidate.x + reach + 3, candidate.x - reach - 3 - width
        for start in (right, left):
            if lane.free(start, start + width):
                break
        else:
            if candidate.text in said:
                continue
            start = min(max(right if right + width <= high else left, low), high - width)
            if not lane.free(start, start) and said:
                continue
            lane.take(start, start + width)
            said.add(candidate.text)
            yield Placed(start, width, candidate.text, (candidate.row,), True, plate=True)
            continue
        lane.take(start, start + width)
        said.add(candidate.text)
        yield Placed(start, width, candidate.text, (candidate.row,), True)


def _joins(before: Candidate, after: Candidate, measure: Measure, reach: float) -> bool:
    """Whether `after` stands where the text of `before` would go."""
    return after.x - before.x < 2 * reach + measure(before.text, False)


def _texts(cluster: Sequence[Candidate]) -> Iterator[str]:
    """What to write for a cluster, the fullest first."""
    names = list(dict.fromkeys(c.text for c in cluster))
    if len(names) <= _MOST_MERGED:
        yield SEPARATOR.join(names)
    for shown in (2, 1):
        if len(names) > shown:
            yield SEPARATOR.join(names[:shown]) + f" +{len(names) - shown}"


def _place_cluster(cluster: Sequence[Candidate], lane: _Lane, measure: Measure, reach: float) -> Iterator[Placed]:
    """One text for the whole cluster beside its ends; failing that, each half on its own."""
    right, left = cluster[-1].x + reach, cluster[0].x - reach
    if not (lane.free(right, right + _LEAST_TEXT) or lane.free(left - _LEAST_TEXT, left)):
        if len(cluster) > 1:
            yield from _place_halves(cluster, lane, measure, reach)
        return
    for text in _texts(cluster):
        width = measure(text, False)
        for start in (right, left - width):
            if lane.free(start, start + width):
                lane.take(start, start + width)
                yield Placed(start, width, text, tuple(c.row for c in cluster), False)
                return
    if len(cluster) > 1:
        yield from _place_halves(cluster, lane, measure, reach)


def _place_halves(cluster: Sequence[Candidate], lane: _Lane, measure: Measure, reach: float) -> Iterator[Placed]:
    """Cut at the widest gap: there a text is most likely to fit."""
    gaps = [cluster[i + 1].x - cluster[i].x for i in range(len(cluster) - 1)]
    if max(gaps) < 2 * reach + _LEAST_TEXT:
        return
    cut = gaps.index(max(gaps)) + 1
    yield from _place_cluster(cluster[:cut], lane, measure, reach)
    yield from _place_cluster(cluster[cut:], lane, measure, reach)
