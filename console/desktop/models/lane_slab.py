"""A stretch of the lanes laid out once and then only moved: panning costs drawing, not thinking.

A slab covers the view and half a view on each side. Its pixels count from its own start, rounded to whole pixels, so
that lines and glyphs keep their places among each other while the slab slides under the window.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

import numpy as np

from console.desktop.models.label_placement import Candidate, Measure, Placed, place_labels
from console.desktop.models.status_words import Severity
from console.desktop.models.time_axis import Viewport
from console.desktop.models.timeline_model import Cell, JsonObject, TimelineModel

MOST_IN_VIEW = 360
"""Above this many messages in view, lanes show how many instead of which."""
_MOST_IN_SLAB = 900


@dataclass(frozen=True, slots=True)
class Line:
    """A vertical at pixel `x` from lane `top` to lane `bottom`. `kind`: a shape number, or one of the three below."""

    x: int
    top: int
    bottom: int
    kind: int
    row: int


_DRAWN_LATER = {int(Cell.PENDING): 1, int(Cell.UNREACHED): 2, int(Cell.STOPPED): 3}
_BESIDE = 1.7
"""How many glyph radii a duplicate stands beside the message it repeats when both came at one moment."""

GREY_LINE, FAILED_LINE, DOTTED_LINE = 10, 11, 12


@dataclass(frozen=True, slots=True)
class Dot:
    """A glyph at pixel `x` in `lane`: what happened there to the message in `row`."""

    x: int
    lane: int
    cell: int
    shape: int
    row: int
    foot: bool
    warned: bool
    duplicate: bool


class Tone(IntEnum):
    """What a label tells of; of merged labels the highest counts."""

    ASIDE = 0
    PLAIN = 1
    HELD_UP = 2
    FAILED = 3


@dataclass(frozen=True, slots=True)
class LaneLabel:
    lane: int
    placed: Placed
    tone: Tone


@dataclass
class Slab:
    """Everything to draw for the messages between two instants, in pixels from `start`."""

    start: int
    end: int
    lines: list[Line] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    labels: list[LaneLabel] = field(default_factory=list)

    def covers(self, viewport: Viewport) -> bool:
        return self.start <= viewport.start and viewport.end <= self.end

    def row_at(self, x: float, lane: int, reach: float) -> int:
        """The message whose glyph in this lane, or whose line through it, is nearest to x; -1 when none is near."""
        dots = [(abs(dot.x - x), dot.row) for dot in self.dots if dot.lane == lane and abs(dot.x - x) <= reach]
        if not dots:
            dots = [
                (abs(line.x - x), line.row)
                for line in self.lines
                if line.top <= lane <= line.bottom and abs(line.x - x) <= reach / 2
            ]
        return min(dots, default=(0.0, -1))[1]


@dataclass(frozen=True, slots=True)
class Wording:
    """What the slab says beside glyphs; already translated. `reason` shortens an error for a label."""

    duplicate: str
    held_up: str
    reasons: dict[str, str]

    def reason(self, error: JsonObject) -> str:
        code = str(error.get("code", ""))
        return self.reasons.get(code) or code.replace("-", " ")


def is_dense(model: TimelineModel, viewport: Viewport) -> bool:
    rows = model.between(viewport.start, viewport.end)
    return bool(rows.stop - rows.start > MOST_IN_VIEW)


def lay_out(
    model: TimelineModel,
    viewport: Viewport,
    *,
    width: int,
    now: int,
    measure: Measure,
    wording: Wording,
    selected: int = -1,
    radius: float = 8.0,
    only: int = -1,
    avoid: Mapping[int, Sequence[float]] | None = None,
) -> Slab:
    """The slab around a viewport `width` pixels wide. `selected` is a row whose label must show, or -1; with `only`

    nothing but that row is laid out. `avoid` gives, by lane, pixels from the slab's start that labels must leave free;
    a lone row's label that finds no free side is left out.
    """
    half = viewport.span // 2
    begin = viewport.start // half * half - half if half else viewport.start
    slab = Slab(begin, begin + 5 * half)
    rows = model.between(slab.start, slab.end)
    if only >= 0:
        rows = slice(only, only + 1)
    elif rows.stop - rows.start > _MOST_IN_SLAB or not slab.covers(viewport):
        slab = Slab(viewport.start, viewport.end)
        rows = model.between(slab.start, slab.end)
    scale = width / viewport.span
    columns = model.columns
    xs = np.rint((columns.at[rows] - slab.start) * scale).astype(np.int64).tolist()
    picture = columns.take(np.arange(rows.start, rows.stop))
    cells = picture.cells.tolist()
    last: dict[int, int] = {}
    for i, x in enumerate(xs):
        sender, foot = int(picture.sender[i]), int(picture.foot[i])
        duplicate, shape = bool(picture.duplicate[i]), int(picture.shape[i])
        warned = int(picture.severity[i]) == Severity.WARNING
        if duplicate and x - last.get(sender, x - 99) < radius * _BESIDE:
            x = last[sender] + round(radius * _BESIDE)
        last[sender] = x
        slab.lines.extend(_lines(x, sender, foot, cells[i], shape, duplicate, rows.start + i))
        for lane, cell in enumerate(cells[i]):
            if cell != Cell.ABSENT:
                at_foot = lane == foot and lane != sender
                slab.dots.append(Dot(x, lane, cell, shape, rows.start + i, at_foot, warned, duplicate))
    slab.dots.sort(key=lambda dot: (_DRAWN_LATER.get(dot.cell, 0), not dot.duplicate))
    _label(
        slab,
        model,
        round((now - slab.start) * scale),
        measure,
        wording,
        selected,
        radius,
        scale,
        alone=only >= 0,
        avoid=avoid or {},
    )
    return slab


def _lines(x: int, sender: int, foot: int, cells: list[int], shape: int, duplicate: bool, row: int) -> Iterator[Line]:
    if sender < 0:
        return
    stopped = Cell.STOPPED in cells
    kind = FAILED_LINE if stopped else GREY_LINE if duplicate else shape
    if foot > sender:
        yield Line(x, sender, foot, kind, row)
    missed = [lane for lane, cell in enumerate(cells) if cell == Cell.UNREACHED]
    if missed and missed[-1] > foot:
        yield Line(x, max(foot, sender), missed[-1], DOTTED_LINE, row)


def _label(
    slab: Slab,
    model: TimelineModel,
    now_x: int,
    measure: Measure,
    wording: Wording,
    selected: int,
    radius: float,
    scale: float,
    alone: bool,
    avoid: Mapping[int, Sequence[float]],
) -> None:
    """Fills the slab's labels, lane by lane. Everything drawn in a lane, and every line through it, is in the way."""
    lanes = range(len(model.lanes))
    obstacles: list[list[float]] = [[float(now_x)] for _ in lanes]
    for lane, places in avoid.items():
        obstacles[lane].extend(places)
    for line in slab.lines:
        for lane in range(line.top, line.bottom + 1):
            obstacles[lane].append(float(line.x))
    candidates: list[list[Candidate]] = [[] for _ in lanes]
    tones: dict[tuple[int, int], Tone] = {}
    for dot in slab.dots:
        obstacles[dot.lane].append(float(dot.x))
        text, tone = _text(dot, model, wording)
        if not text:
            continue
        tones[dot.lane, dot.row] = tone
        must = tone is Tone.FAILED or (dot.row == selected and dot.cell == Cell.SENT)
        candidates[dot.lane].append(Candidate(float(dot.x), text, dot.row, must))
    high = (slab.end - slab.start) * scale
    for lane in lanes:
        placed = place_labels(candidates[lane], obstacles[lane], measure, low=0.0, high=high, radius=radius)
        slab.labels.extend(
            LaneLabel(
                lane,
                replace(label, plate=True) if alone else label,
                max(tones[lane, row] for row in label.rows),
            )
            for label in placed
            if not (alone and label.plate)
        )


def _text(dot: Dot, model: TimelineModel, wording: Wording) -> tuple[str, Tone]:
    """The label of one glyph, '' for none, and what it tells of."""
    if dot.cell == Cell.SENT:
        entry = model.entries[dot.row]
        bad = entry.get("state") in ("dead_lettered", "refused")
        return str(entry.get("title", "")), Tone.FAILED if bad else Tone.PLAIN
    if dot.cell == Cell.STOPPED:
        error = model.entries[dot.row].get("error")
        return wording.reason(error) if error else "", Tone.FAILED
    if dot.cell == Cell.DUPLICATE:
        return wording.duplicate, Tone.ASIDE
    if dot.cell == Cell.PENDING and dot.warned:
        return wording.held_up, Tone.HELD_UP
    return "", Tone.PLAIN
