"""Charts as SVG text, drawn for a page that has no script: areas, lines, bars, limits and shaded stretches. Pure.

Colours are CSS classes of the page, so that light, dark and print each have their own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH, HEIGHT = 960, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 16, 26
_MOST_POINTS = 480
_FURTHEST_LIMIT = 6
"""A limit further above the highest value than so many times is named and not drawn: it would flatten the curves."""


@dataclass(frozen=True, slots=True)
class Line:
    """`points` are (x, y) with None where there is nothing; `style` a CSS class; `filled` shades what is below."""

    label: str
    style: str
    points: Sequence[tuple[float, float | None]]
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    label: str
    start: float
    end: float
    style: str = "band"


@dataclass(frozen=True, slots=True)
class Chart:
    """A time chart. `limit`: (value, words) of a line across."""

    title: str
    lines: Sequence[Line]
    stretches: Sequence[Stretch] = field(default_factory=tuple)
    limit: tuple[float, str] | None = None
    unit: str = ""


def time_chart(chart: Chart) -> str:
    """The chart, as wide as its place. Seconds run from the first to the last point of all lines."""
    xs = [x for line in chart.lines for x, y in line.points if y is not None]
    ys = [y for line in chart.lines for _, y in line.points if y is not None]
    if not xs:
        return f'<p class="nothing">{escape(chart.title)}: nothing was measured.</p>'
    first, last = min(0.0, min(xs)), max(xs) if max(xs) > min(0.0, min(xs)) else min(0.0, min(xs)) + 1.0
    top = max(ys)
    limit = chart.limit
    if limit is not None and limit[0] <= top * _FURTHEST_LIMIT:
        top = max(top, limit[0])
    ticks = ticks_to(top)
    high = ticks[-1]

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            _LEFT + (x - first) / (last - first) * (WIDTH - _LEFT - _RIGHT),
            HEIGHT - _BOTTOM - min(y, high) / high * (HEIGHT - _TOP - _BOTTOM),
        )

    out = [_open(chart.title)]
    for stretch in chart.stretches:
        left, right = (at(min(max(x, first), last), 0)[0] for x in (stretch.start, stretch.end))
        width = max(right - left, 1.5)
        out.append(
            f'<rect class="{stretch.style}" x="{left:.1f}" y="{_TOP}" width="{width:.1f}" '
            f'height="{HEIGHT - _TOP - _BOTTOM}"><title>{escape(stretch.label)}</title></rect>'
        )
    out += _labels(chart.stretches, first, last, at)
    for tick in ticks:
        y = at(first, tick)[1]
        out.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(f'<text class="tick" x="{_LEFT - 8}" y="{y + 3.5:.1f}" text-anchor="end">{short(tick)}</text>')
    for moment in time_ticks(first, last):
        x = at(moment, 0)[0]
        out.append(f'<text class="tick" x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{duration(moment)}</text>')
    for line in chart.lines:
        for part in _parts(line.points):
            places = [at(x, y) for x, y in part]
            path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            if line.filled and len(places) > 1:
                floor = HEIGHT - _BOTTOM
                down = f"L{places[-1][0]:.1f} {floor}L{places[0][0]:.1f} {floor}Z"
                out.append(f'<path class="area {line.style}" d="{path}{down}"/>')
            if len(places) == 1:
                out.append(
                    f'<circle class="dot {line.style}" cx="{places[0][0]:.1f}" cy="{places[0][1]:.1f}" r="2.5"/>'
                )
            else:
                out.append(f'<path class="line {line.style}" d="{path}"/>')
    if limit is not None and limit[0] <= high:
        y = at(first, limit[0])[1]
        out.append(f'<line class="limit" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(f'<text class="limit-label" x="{_LEFT + 4}" y="{y - 5:.1f}">{escape(limit[1])}</text>')
    elif limit is not None:
        out.append(f'<text class="limit-label" x="{_LEFT + 4}" y="{_TOP + 12}">{escape(limit[1])} (above)</text>')
    out.append("</svg>")
    return "".join(out)


def bar_chart(title: str, bars: Sequence[tuple[float, int]], *, limit: float | None = None) -> str:
    """A histogram: (upper bound in ms, count) each; bars above `limit` are marked."""
    if not bars:
        return f'<p class="nothing">{escape(title)}: nothing was measured.</p>'
    ticks = ticks_to(float(max(count for _, count in bars)))
    high = ticks[-1]
    plot_width, plot_height = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    step = plot_width / len(bars)
    out = [_open(title)]
    for tick in ticks:
        y = HEIGHT - _BOTTOM - tick / high * plot_height
        out.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(f'<text class="tick" x="{_LEFT - 8}" y="{y + 3.5:.1f}" text-anchor="end">{short(tick)}</text>')
    every = max(1, -(-len(bars) // 14))
    for place, (bound, count) in enumerate(bars):
        height = count / high * plot_height
        if count:
            height = max(height, 1.0)
        x = _LEFT + place * step
        style = "bar over" if limit is not None and bound > limit else "bar"
        width = min(step * 0.86, 64.0)
        out.append(
            f'<rect class="{style}" x="{x + (step - width) / 2:.1f}" y="{HEIGHT - _BOTTOM - height:.1f}" '
            f'width="{width:.1f}" height="{height:.1f}" rx="2">'
            f"<title>up to {milliseconds(bound)}: {count:,}</title></rect>"
        )
        if place % every == 0:
            out.append(
                f'<text class="tick" x="{x + step / 2:.1f}" y="{HEIGHT - 8}" text-anchor="middle">'
                f"{milliseconds(bound)}</text>"
            )
    out.append("</svg>")
    return "".join(out)


def share_bar(title: str, shares: Sequence[tuple[str, str, int]]) -> str:
    """One bar of (style, words, count) parts; a part that exists is never too thin to be seen."""
    total = sum(count for _, _, count in shares)
    if not total:
        return ""
    named = f'role="img" aria-label="{escape(title)}"'
    out = [f'<svg class="shares" viewBox="0 0 {WIDTH} 22" preserveAspectRatio="none" {named}>']
    widths = [max(3.0, count / total * WIDTH) if count else 0.0 for _, _, count in shares]
    scale = WIDTH / sum(widths)
    x = 0.0
    for (style, words, count), width in zip(shares, widths, strict=True):
        if count:
            out.append(
                f'<rect class="share {style}" x="{x:.1f}" y="0" width="{max(width * scale - 1.5, 1):.1f}" height="22" '
                f'rx="3"><title>{escape(words)}: {count:,}</title></rect>'
            )
            x += width * scale
    out.append("</svg>")
    return "".join(out)


def ticks_to(top: float) -> list[float]:
    """0 and up to five steps of 1, 2 or 5 that reach `top`."""
    if top <= 0 or not math.isfinite(top):
        return [0.0, 1.0]
    raw = top / 4
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((lead * power for lead in (1, 2, 2.5, 5, 10) if lead * power >= raw), 10 * power)
    return [step * count for count in range(math.ceil(top / step - 1e-9) + 1)]


def time_ticks(first: float, last: float) -> list[float]:
    span = last - first
    step = next(
        (one for one in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200) if span / one <= 9), 14_400
    )
    return [float(step * count) for count in range(math.ceil(first / step), int(last // step) + 1)]


def duration(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}min" + (f" {whole % 60}s" if whole % 60 else "")
    return f"{whole // 3600}h" + (f" {whole % 3600 // 60}min" if whole % 3600 else "")


def milliseconds(value: float) -> str:
    if value >= 1000:
        return f"{value / 1000:g}s"
    return f"{value:g}ms"


def short(value: float) -> str:
    if value >= 1_000_000:
        return f"{value / 1_000_000:g}M"
    if value >= 10_000:
        return f"{value / 1000:g}k"
    return f"{value:,.10g}"


def thinned(points: Sequence[tuple[float, float | None]]) -> list[tuple[float, float | None]]:
    """At most as many points as the chart has room for; of each stretch the highest, so that no peak is lost."""
    if len(points) <= _MOST_POINTS:
        return list(points)
    size = -(-len(points) // _MOST_POINTS)
    made = []
    for at in range(0, len(points), size):
        part = [point for point in points[at : at + size] if point[1] is not None]
        made.append(max(part, key=lambda one: one[1] or 0.0) if part else points[at])
    return made


def _open(title: str) -> str:
    return f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'


def _parts(points: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """Stretches without a gap."""
    parts: list[list[tuple[float, float]]] = []
    open_part: list[tuple[float, float]] = []
    for x, y in thinned(points):
        if y is None:
            if open_part:
                parts.append(open_part)
                open_part = []
        else:
            open_part.append((x, y))
    if open_part:
        parts.append(open_part)
    return parts


def _labels(stretches: Sequence[Stretch], first: float, last: float, at: object) -> list[str]:
    """Names of stretches, each where there is room; the others have theirs as a tip."""
    assert callable(at)
    out: list[str] = []
    free_from = float(_LEFT)
    for stretch in sorted(stretches, key=lambda one: one.start):
        left, right = (at(min(max(x, first), last), 0)[0] for x in (stretch.start, stretch.end))
        wide = len(stretch.label) * 6.0 + 8
        start = min(left + 4, WIDTH - _RIGHT - wide)
        if start < free_from or (stretch.style == "stage" and right - left < wide):
            continue
        out.append(
            f'<text class="{stretch.style}-label" x="{start:.1f}" y="{_TOP + 12}">{escape(stretch.label)}</text>'
        )
        free_from = start + wide
    return out
