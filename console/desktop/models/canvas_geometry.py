"""How the timeline canvas divides its height and width: overview, axis, orders strip, lanes; gutter and plot.

Pixels at the size they are drawn; `unit` is what one design pixel measures at the user's text size. When the height is
short, lanes get thinner first, then the strip loses rows: the problems keep theirs, for they are packed first.
"""

from __future__ import annotations

from dataclasses import dataclass

_OVERVIEW, _AXIS = 34, 40
_ROW, _STRIP_PADDING, _FEWEST_ROWS = 25, 9, 2
_LANE, _THIN_LANE, _FAT_LANE = 46, 26, 60
_STRIP_HEADER = 108
MOST_ROWS = 9
"""More rows than this would push the lanes out of sight."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Tops and heights of the bands. `rows` is how many rows the strip has."""

    width: int
    height: int
    gutter: int
    overview_height: int
    axis_height: int
    strip_height: int
    row_height: int
    strip_padding: int
    rows: int
    lane_height: float
    lanes: int

    @property
    def plot_width(self) -> int:
        return max(self.width - self.gutter, 1)

    @property
    def axis_top(self) -> int:
        return self.overview_height

    @property
    def strip_top(self) -> int:
        return self.overview_height + self.axis_height

    @property
    def lanes_top(self) -> int:
        return self.strip_top + self.strip_height

    @property
    def bottom(self) -> int:
        return round(self.lanes_top + self.lane_height * self.lanes)

    def lane_y(self, lane: int) -> int:
        """The middle of a lane."""
        return round(self.lanes_top + self.lane_height * (lane + 0.5))

    def row_y(self, row: int) -> int:
        """The middle of a strip row."""
        return self.strip_top + self.strip_padding + self.row_height * row + self.row_height // 2

    def lane_at(self, y: float) -> int:
        """The lane under a height, -1 outside."""
        lane = int((y - self.lanes_top) // self.lane_height) if self.lane_height else -1
        return lane if y >= self.lanes_top and lane < self.lanes else -1

    def row_at(self, y: float) -> int:
        """The strip row under a height, -1 outside."""
        row = int((y - self.strip_top - self.strip_padding) // self.row_height)
        return row if self.strip_top <= y < self.lanes_top and 0 <= row < self.rows else -1


def wanted_height(lanes: int, rows: int, unit: float = 1.0) -> int:
    """The height at which nothing has to be thin; `rows` is what the strip would like."""
    rows = min(max(rows, _FEWEST_ROWS), MOST_ROWS)
    strip = max(rows * _ROW + 2 * _STRIP_PADDING, _STRIP_HEADER)
    return round((_OVERVIEW + _AXIS + strip + max(lanes, 1) * _LANE) * unit)


def least_height(lanes: int, unit: float = 1.0) -> int:
    """The height below which lanes or the problems' rows would no longer fit."""
    strip = _FEWEST_ROWS * _ROW + 2 * _STRIP_PADDING
    return round((_OVERVIEW + _AXIS + strip + max(lanes, 1) * _THIN_LANE) * unit)


def geometry(width: int, height: int, *, lanes: int, rows: int, unit: float = 1.0) -> Geometry:
    """The bands for a widget of this size."""
    overview, axis = round(_OVERVIEW * unit), round(_AXIS * unit)
    row, padding = round(_ROW * unit), round(_STRIP_PADDING * unit)
    left = height - overview - axis
    count = max(lanes, 1)
    wanted = min(max(rows, _FEWEST_ROWS), MOST_ROWS)
    room = max((left - round(_THIN_LANE * unit) * count - 2 * padding) // row, _FEWEST_ROWS)
    given = min(wanted, room)
    strip = given * row + 2 * padding
    # Spare height goes to the strip's heading first, then to the lanes, then to the strip again.
    spare = left - strip - round(_LANE * unit) * count
    if spare > 0:
        strip = min(strip + spare, max(strip, round(_STRIP_HEADER * unit)))
    lane_height = min(max((left - strip) / count, 1.0), _FAT_LANE * unit)
    strip = max(strip, round(left - lane_height * count))
    given = min(max(given, (strip - 2 * padding) // row), MOST_ROWS)
    gutter = round((196 if width >= 1240 * unit else 150 if width >= 860 * unit else 120) * unit)
    return Geometry(width, height, gutter, overview, axis, strip, row, padding, given, lane_height, lanes)
