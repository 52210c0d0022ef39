"""What is under the mouse, and what its tip says: a message, an order, or a cell that stands for many messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication

from console.core.clock import from_micros
from console.desktop.models.status_words import loop_status, status_of
from console.desktop.models.system_names import status_text
from console.desktop.models.timeline_model import Cell
from console.desktop.theme import px
from console.desktop.widgets.timeline_canvas_lanes import LanesLayer
from console.desktop.widgets.timeline_canvas_scene import NOTHING, Scene, Selection
from console.desktop.widgets.timeline_canvas_strip import Spot, gap_words, loop_words


@dataclass(frozen=True, slots=True)
class Hit:
    """Nothing, or what is here. `count` > 1: a dense cell; its selection is then the worst message in it."""

    selection: Selection = NOTHING
    count: int = 0
    start: int = 0
    end: int = 0

    def __bool__(self) -> bool:
        return bool(self.selection)


def hit_at(scene: Scene, spots: Sequence[Spot], lanes: LanesLayer, x: float, y: float) -> Hit:
    """Orders in the strip; in the lanes the message drawn nearest, in a dense lane the worst of the cell."""
    geometry = scene.geometry
    if x < geometry.gutter or not geometry.strip_top <= y < geometry.bottom:
        return Hit()
    if y < geometry.lanes_top:
        for spot in reversed(spots):
            if spot.rect.contains(x, y):
                return Hit(Selection(order_id=spot.order_id), 1)
        return Hit()
    lane = geometry.lane_at(y)
    if lane < 0:
        return Hit()
    if lanes.dense:
        return _dense_hit(scene, lane, x)
    row = lanes.row_at(scene, x, lane)
    return Hit(Selection(event_id=str(scene.model.entries[row]["event_id"])), 1) if row >= 0 else Hit()


def _dense_hit(scene: Scene, lane: int, x: float) -> Hit:
    start, end = scene.at_of(x - px(4)), scene.at_of(x + px(4))
    rows, columns = scene.model.between(start, end), scene.model.columns
    here = np.flatnonzero(_passes(columns.cells[rows], columns.sender[rows], lane))
    if not len(here):
        return Hit()
    distance = np.abs(columns.at[rows][here] - scene.at_of(x))
    severity = columns.severity[rows][here].astype(np.int64)
    worst = int(here[np.lexsort((distance, -severity))[0]]) + rows.start
    return Hit(Selection(event_id=str(scene.model.entries[worst]["event_id"])), len(here), start, end)


def _passes(cells: npt.NDArray[np.uint8], sender: npt.NDArray[np.int16], lane: int) -> npt.NDArray[np.bool_]:
    """Which messages touch the lane or run through it."""
    if not len(cells):
        return np.zeros(0, dtype=np.bool_)
    touched = cells != Cell.ABSENT
    last = cells.shape[1] - 1 - touched[:, ::-1].argmax(axis=1)
    passing: npt.NDArray[np.bool_] = touched[:, lane] | ((sender <= lane) & (lane <= last) & touched.any(axis=1))
    return passing


def tip_text(scene: Scene, found: Hit) -> str:
    """Plain text of a few lines: what, how it stands, when in the hospital's zone and in UTC."""
    if found.selection.order_id:
        return _loop_tip(scene, found.selection.order_id)
    if found.count > 1:
        formats = scene.formats
        begin, end = (formats.time(from_micros(t), seconds=True) for t in (found.start, found.end))
        many = QCoreApplication.translate("TimelineCanvas", "%n message(s)", "", found.count)
        zoom = QCoreApplication.translate("TimelineCanvas", "Zoom in to see each of them.")
        return f"{many} · {begin} – {end}\n{zoom}"
    row = scene.model.row_of(found.selection.event_id)
    return entry_tip(scene, row) if row >= 0 else ""


def entry_tip(scene: Scene, row: int) -> str:
    entry = scene.model.entries[row]
    at = from_micros(int(scene.model.columns.at[row]))
    lines = [
        f"{entry.get('message_type', '')}  {entry.get('title', '')}",
        f"{status_text(status_of(str(entry.get('state', ''))))} · {route_text(entry)}",
        scene.formats.moment_tip(at),
    ]
    error = entry.get("error")
    if error:
        lines.insert(2, " · ".join(p for p in (str(error.get("text", "")), str(error.get("path", ""))) if p))
    took = entry.get("took_ms")
    if took:
        text = QCoreApplication.translate("TimelineCanvas", "took %1")
        lines[1] += " · " + text.replace("%1", scene.formats.duration(timedelta(milliseconds=float(took))))
    return "\n".join(lines)


def route_text(entry: object) -> str:
    """`LIS → fhir-store, ehr`."""
    assert hasattr(entry, "get"), "an entry is a JSON object"
    return f"{entry.get('from', '')} → {', '.join(str(name) for name in entry.get('to', ()))}"


def _loop_tip(scene: Scene, order_id: str) -> str:
    loop = scene.model.loop_of(order_id)
    if loop is None:
        return ""
    name, more = loop_words(loop, scene)
    lines = [f"{name}  {status_text(loop_status(loop.state))}"]
    gap = gap_words(loop, scene)
    lines += [text for text in (gap, more) if text]
    for text, at in (
        (QCoreApplication.translate("TimelineCanvas", "ordered %1"), loop.ordered_at),
        (QCoreApplication.translate("TimelineCanvas", "result %1"), loop.resulted_at),
        (QCoreApplication.translate("TimelineCanvas", "stopped %1"), loop.stopped_at),
        (QCoreApplication.translate("TimelineCanvas", "due %1"), loop.due_at),
    ):
        if at is not None:
            lines.append(text.replace("%1", scene.formats.moment(from_micros(at))))
    if loop.abnormal:
        lines.append(QCoreApplication.translate("TimelineCanvas", "Flagged abnormal by the laboratory"))
    return "\n".join(lines)
