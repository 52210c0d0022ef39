"""Reads the API's timeline into columns: where each message was sent, passed, waits, stopped, or never came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from console.core.clock import parse_iso, to_micros
from console.desktop.models.status_words import status_of
from console.desktop.models.time_axis import HOUR
from console.desktop.models.timeline_model import (
    Cell,
    Columns,
    JsonObject,
    Lane,
    Loop,
    Shape,
    TimelineModel,
    Times,
    foot_of,
)

_SHAPES = {"square": Shape.SQUARE, "pentagon": Shape.PENTAGON, "diamond": Shape.DIAMOND}
_CELLS = {
    "accepted": Cell.PENDING,
    "queued": Cell.PENDING,
    "waiting": Cell.PENDING,
    "retrying": Cell.PENDING,
    "handed_over": Cell.PENDING,
    "verified": Cell.PASSED,
    "recorded": Cell.PASSED,
    "superseded": Cell.PASSED,
    "refused": Cell.STOPPED,
    "dead_lettered": Cell.STOPPED,
    "duplicate": Cell.DUPLICATE,
}


def _micros(text: object) -> int | None:
    return to_micros(parse_iso(text)) if isinstance(text, str) and text else None


def _loop(body: JsonObject) -> Loop:
    return Loop(
        order_id=str(body["order_id"]),
        title=str(body.get("display") or body.get("code") or body.get("placer") or body.get("filler") or ""),
        state=str(body.get("state", "")),
        ordered_at=_micros(body.get("ordered_at")),
        resulted_at=_micros(body.get("resulted_at")),
        due_at=_micros(body.get("due_at")),
        stopped_at=_micros(body.get("stopped_at")),
        event_id=str(body.get("event_id") or ""),
        result_event_id=str(body.get("result_event_id") or ""),
        stopped_event_id=str(body.get("stopped_event_id") or ""),
        abnormal=bool(body.get("abnormal")),
        corrected=bool(body.get("corrected")),
        placer=str(body.get("placer") or ""),
        filler=str(body.get("filler") or ""),
        accession=str(body.get("accession") or ""),
    )


def timeline_from_json(body: JsonObject) -> TimelineModel:
    """The model of `evidence.timeline.Timeline.as_json()`. Raises KeyError or ValueError for anything else."""
    lanes = tuple(
        Lane(str(b["lane"]), str(b["label"]), str(b["kind"]), _micros(b.get("last_at")) or 0, int(b.get("count", 0)))
        for b in body["lanes"]
    )
    order = {lane.lane: i for i, lane in enumerate(lanes)}
    dated = [(_micros(e["at"]) or 0, e) for e in body["entries"]]
    dated.sort(key=lambda pair: pair[0])
    entries = tuple(entry for _, entry in dated)
    at = np.fromiter((t for t, _ in dated), dtype=np.int64, count=len(dated))
    now = _micros(body["now"]) or 0
    loops = tuple(_loop(b) for b in body.get("loops", ()))
    starts = [loop.start for loop in loops if loop.start]
    return TimelineModel(
        lanes,
        _columns(entries, at, order),
        entries,
        loops,
        now,
        min([*starts, *at[:1].tolist()], default=now - HOUR),
        max(at[-1:].tolist(), default=now),
    )


def _columns(entries: Sequence[JsonObject], at: Times, order: Mapping[str, int]) -> Columns:
    cells = np.zeros((len(entries), len(order)), dtype=np.uint8)
    sender = np.full(len(entries), -1, dtype=np.int16)
    shape = np.zeros(len(entries), dtype=np.uint8)
    severity = np.zeros(len(entries), dtype=np.uint8)
    duplicate = np.zeros(len(entries), dtype=np.bool_)
    for i, entry in enumerate(entries):
        sender[i] = order.get(str(entry.get("from", "")), -1)
        shape[i] = _SHAPES.get(str(entry.get("shape", "")), Shape.SQUARE)
        severity[i] = status_of(str(entry.get("state", ""))).severity
        duplicate[i] = bool(entry.get("duplicate_of"))
        for lane, cell in _entry_cells(entry, order):
            cells[i, lane] = cell
    return Columns(at, shape, severity, duplicate, sender, foot_of(cells), cells)


def _entry_cells(entry: JsonObject, order: Mapping[str, int]) -> Iterator[tuple[int, Cell]]:
    marks = entry.get("marks", ())
    if entry.get("state") == "dead_lettered" and len(marks) == 2:
        # It stopped before its destinations were known: every destination of this stay is one it did not reach.
        first = max(order.get(str(mark.get("lane", "")), -1) for mark in marks) + 1
        yield from ((lane, Cell.UNREACHED) for lane in range(first, len(order)))
    for mark in marks:
        lane = order.get(str(mark.get("lane", "")), -1)
        if lane < 0:
            continue
        if mark.get("lane") == entry.get("from"):
            yield lane, Cell.SENT
        elif mark.get("at") is None and mark.get("state") in ("dead_lettered", "refused"):
            yield lane, Cell.UNREACHED
        elif mark.get("at") is None:
            yield lane, Cell.PENDING
        else:
            yield lane, _CELLS.get(str(mark.get("state", "")), Cell.PASSED)
