"""How many messages fall into each cell of time, and where one stopped: exact at any zoom, no message looked at.

Counts come from one binary search per cell edge in a sorted column, so a frame costs O(pixels x log events): the sorted
column is its own pyramid. Cells lie on a grid anchored at the epoch, so bars do not flicker while panning. A cell that
holds a failure says so, whatever else it holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from console.desktop.models.time_axis import Viewport

Times = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of `cell` microseconds; the first begins at `start`, and there are `count` of them."""

    start: int
    cell: int
    count: int

    def edges(self) -> Times:
        return self.start + self.cell * np.arange(self.count + 1, dtype=np.int64)


def grid(viewport: Viewport, width: float, cell_px: float) -> Grid:
    """The cells that cover the viewport, each about `cell_px` pixels wide."""
    cell = max(1, round(viewport.span * cell_px / max(width, 1.0)))
    first = viewport.start // cell
    return Grid(first * cell, cell, viewport.end // cell - first + 1)


def counts(times: Times, edges: Times) -> Counts:
    """Messages per cell, from sorted `times`; a message on an edge belongs to the cell it opens."""
    return np.diff(np.searchsorted(times, edges, "left"))


def heights(per_cell: Counts, ceiling: int, full: int) -> Counts:
    """Bar heights in pixels, 0..full: at least 2 where anything is; a square root, so that one message shows."""
    if ceiling <= 0:
        return np.zeros_like(per_cell)
    scaled = np.ceil(np.sqrt(np.minimum(per_cell, ceiling) / ceiling) * full).astype(np.int64)
    return np.where(per_cell > 0, np.maximum(scaled, min(2, full)), 0)
