"""Where an instant lies on the screen, and which instants get a tick: safe on the nights the clocks change.

Instants are int microseconds since the Unix epoch (UTC); pixels are floats from the left edge of the plot. Ticks are
aligned to the wall clock of the hospital's zone, so that 06:00 is on a tick before and after a change of the clocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from console.core.clock import from_micros, to_micros
from console.desktop.formats import MONTHS, WEEKDAYS, Formats

MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

SHORTEST_SPAN = SECOND
"""The closest zoom: one second across the plot."""

_CLOCK_STEPS = (
    *(n * MILLISECOND for n in (50, 100, 200, 500)),
    *(n * SECOND for n in (1, 2, 5, 10, 15, 30)),
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 3, 6, 12)),
)
_DAY_STEPS = (1, 2, 7, 14)
_MONTH_STEPS = (1, 3, 12)


@dataclass(frozen=True, slots=True)
class Viewport:
    """The stretch of time that fills the plot: from `start`, `span` microseconds long."""

    start: int
    span: int

    @property
    def end(self) -> int:
        return self.start + self.span

    def x_of(self, at: float, width: float) -> float:
        return (at - self.start) * width / self.span

    def at_of(self, x: float, width: float) -> int:
        return self.start + round(x * self.span / width)

    def panned(self, micros: int) -> Viewport:
        return Viewport(self.start + micros, self.span)

    def zoomed(self, factor: float, anchor: int, longest: int) -> Viewport:
        """Zoom in for factor < 1, with the instant `anchor` staying where it is on the screen."""
        span = int(min(max(self.span * factor, SHORTEST_SPAN), longest))
        share = (anchor - self.start) / self.span
        return Viewport(anchor - round(share * span), span)

    def within(self, low: int, high: int) -> Viewport:
        """The nearest viewport that shows nothing but [low, high]; a longer one is cut to it."""
        if self.span >= high - low:
            return Viewport(low, max(high - low, SHORTEST_SPAN))
        return Viewport(min(max(self.start, low), high - self.span), self.span)

    def showing(self, at: int, margin: float = 0.1) -> Viewport:
        """This one if `at` is in view, otherwise moved so that it is, a margin away from the edge."""
        if self.start <= at <= self.end:
            return self
        pad = round(self.span * margin)
        return Viewport(at - pad if at < self.start else at - self.span + pad, self.span)


@dataclass(frozen=True, slots=True)
class Tick:
    at: int
    text: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A stretch named once above the ticks: a day, or a month when the ticks are days."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    ticks: tuple[Tick, ...]
    days: tuple[Day, ...]


def axis(viewport: Viewport, width: float, formats: Formats, gap: float = 76.0) -> Axis:
    """Ticks at least `gap` pixels apart, and the days (or months) above them."""
    least = viewport.span * gap / max(width, 1.0)
    for step in _CLOCK_STEPS:
        if step >= least:
            return _clock_axis(viewport, step, formats)
    for days in _DAY_STEPS:
        if days * DAY >= least:
            return _day_axis(viewport, days, formats)
    for months in _MONTH_STEPS:
        if months * 30 * DAY >= least:
            return _month_axis(viewport, months, formats)
    return _month_axis(viewport, 12 * (1 + int(least // (365 * DAY))), formats)


def month_text(day: date, formats: Formats) -> str:
    """`Nov-2026`: a month is never a number."""
    return f"{MONTHS[formats.language][day.month - 1]}-{day.year:04d}"


def short_day_text(day: date, formats: Formats) -> str:
    """`Sat 21`, where month and year stand above."""
    return f"{WEEKDAYS[formats.language][day.weekday()]} {day.day}"


def offset_text(moment: datetime) -> str:
    """`+01:00`: what a reader needs on the night the clocks change."""
    text = moment.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


def _offset(at: int, zone: tzinfo) -> int:
    offset = from_micros(at).astimezone(zone).utcoffset() or timedelta()
    return offset // timedelta(microseconds=1)


def _midnight(day: date, zone: tzinfo) -> int:
    return to_micros(datetime(day.year, day.month, day.day, tzinfo=zone))


def _local_date(at: int, zone: tzinfo) -> date:
    return from_micros(at).astimezone(zone).date()


def clock_instants(start: int, end: int, step: int, zone: tzinfo) -> Iterator[int]:
    """The instants in [start, end] whose wall-clock time is a whole multiple of `step` (<= 12 h) after midnight."""
    offset = _offset(start, zone)
    at = -((-(start + offset)) // step) * step - offset
    while at <= end:
        actual = _offset(at, zone)
        if actual != offset:
            previous = at - step
            at = ((previous + actual) // step + 1) * step - actual
            while _offset(at, zone) != actual:
                at += step
            offset = actual
            if at < start:
                at += step
            continue
        yield at
        at += step


def _clock_axis(viewport: Viewport, step: int, formats: Formats) -> Axis:
    zone = formats.zone
    changing = _offset(viewport.start, zone) != _offset(viewport.end, zone)
    ticks = []
    for at in clock_instants(viewport.start, viewport.end, step, zone):
        local = from_micros(at).astimezone(zone)
        if step < SECOND:
            text = f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"
        else:
            text = f"{local:%H:%M:%S}" if step < MINUTE else f"{local:%H:%M}"
        if changing:
            text = f"{text} {offset_text(local)}"
        strong = local.minute == 0 and local.second == 0 if step < HOUR else local.hour == 0
        ticks.append(Tick(at, text, strong))
    return Axis(tuple(ticks), tuple(_days(viewport, formats)))


def _days(viewport: Viewport, formats: Formats) -> Iterator[Day]:
    day = _local_date(viewport.start, formats.zone)
    start = _midnight(day, formats.zone)
    while start < viewport.end:
        following = day + timedelta(days=1)
        end = _midnight(following, formats.zone)
        yield Day(start, end, formats.day(day))
        day, start = following, end


def _months(viewport: Viewport, formats: Formats) -> Iterator[Day]:
    month = _local_date(viewport.start, formats.zone).replace(day=1)
    start = _midnight(month, formats.zone)
    while start < viewport.end:
        following = (month + timedelta(days=32)).replace(day=1)
        end = _midnight(following, formats.zone)
        yield Day(start, end, month_text(month, formats))
        month, start = following, end


def _day_axis(viewport: Viewport, step: int, formats: Formats) -> Axis:
    day = _local_date(viewport.start, formats.zone)
    day -= timedelta(days=day.toordinal() % step)
    ticks = []
    while (at := _midnight(day, formats.zone)) <= viewport.end:
        if at >= viewport.start:
            ticks.append(Tick(at, short_day_text(day, formats), day.weekday() == 0))
        day += timedelta(days=step)
    return Axis(tuple(ticks), tuple(_months(viewport, formats)))


def _month_axis(viewport: Viewport, step: int, formats: Formats) -> Axis:
    first = _local_date(viewport.start, formats.zone)
    index = (first.year * 12 + first.month - 1) // step * step
    ticks, years = [], []
    while (at := _midnight(month := date(index // 12, index % 12 + 1, 1), formats.zone)) <= viewport.end:
        if at >= viewport.start:
            ticks.append(Tick(at, month_text(month, formats), month.month == 1))
        index += step
    for year in range(first.year, _local_date(viewport.end, formats.zone).year + 1):
        years.append(
            Day(_midnight(date(year, 1, 1), formats.zone), _midnight(date(year + 1, 1, 1), formats.zone), str(year))
        )
    return Axis(tuple(ticks), tuple(years))
