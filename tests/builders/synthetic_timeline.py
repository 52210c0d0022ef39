"""A timeline of any size, made column by column: for painting a million messages without a million JSON objects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from console.core.clock import from_micros, iso, to_micros
from console.desktop.models.status_words import Severity
from console.desktop.models.timeline_model import Cell, Columns, Lane, Loop, TimelineModel, foot_of

NOW = datetime(2026, 11, 21, 3, 7, 12, tzinfo=UTC)
_NAMES = ("PAS", "EHR", "LIS", "MICRO", "PHARM")
_TITLES = ("FBC", "U&E", "CRP", "Glucose", "Troponin", "Moved to AMU", "Lactate")


class _Entries(Sequence[dict[str, Any]]):
    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def __len__(self) -> int:
        return len(self._columns.at)

    def __getitem__(self, row: Any) -> Any:
        failed = self._columns.severity[row] >= Severity.CRITICAL
        return {
            "event_id": f"event-{row}",
            "trace_id": f"trace-{row}",
            "at": iso(from_micros(int(self._columns.at[row]))),
            "title": _TITLES[row % len(_TITLES)],
            "message_type": "ORU^R01",
            "category": ("adt", "order", "result")[int(self._columns.shape[row])],
            "state": "dead_lettered" if failed else "verified",
            "error": {"code": "code-not-mapped", "text": "no map", "path": "OBX[1]-3"} if failed else None,
            "from": _NAMES[int(self._columns.sender[row])],
            "to": ["fhir-store", "ehr"],
            "took_ms": 12.0,
            "duplicate_of": "",
        }


def synthetic_timeline(messages: int, *, days: int = 90, loops: int = 300, seed: int = 3) -> TimelineModel:
    """`messages` over `days`, clustered as a hospital's are; one in 2,000 stopped, one in 5,000 held up."""
    dice = np.random.default_rng(seed)
    now = to_micros(NOW)
    span = timedelta(days=days) // timedelta(microseconds=1)
    hours = dice.normal(0.5, 0.17, messages).clip(0, 1)
    at = np.sort(now - span + ((dice.integers(0, days, messages) + hours) * 86_400e6).astype(np.int64))
    at = np.minimum(at, now)
    sender = dice.integers(0, len(_NAMES), messages).astype(np.int16)
    lanes = len(_NAMES) + 3
    cells = np.zeros((messages, lanes), dtype=np.uint8)
    cells[np.arange(messages), sender] = Cell.SENT
    cells[:, len(_NAMES) :] = Cell.PASSED
    dice_roll = dice.random(messages)
    stopped, held = dice_roll < 1 / 2_000, dice_roll > 1 - 1 / 5_000
    cells[stopped, len(_NAMES)] = Cell.STOPPED
    cells[stopped, len(_NAMES) + 1 :] = Cell.UNREACHED
    cells[held, -1] = Cell.PENDING
    severity = np.zeros(messages, dtype=np.uint8)
    severity[stopped], severity[held] = Severity.CRITICAL, Severity.WARNING
    columns = Columns(
        at,
        dice.integers(0, 3, messages).astype(np.uint8),
        severity,
        np.zeros(messages, dtype=np.bool_),
        sender,
        foot_of(cells),
        cells,
    )
    names = [(n, "sender") for n in _NAMES] + [("engine", "engine"), ("ehr", "destination"), ("fhir", "destination")]
    return TimelineModel(
        tuple(Lane(name, name, kind, now, messages) for name, kind in names),
        columns,
        _Entries(columns),
        tuple(_loops(dice, now, span, loops)),
        now,
        int(at[0]),
        int(at[-1]),
    )


def _loops(dice: np.random.Generator, now: int, span: int, count: int) -> list[Loop]:
    made = []
    for number in range(count):
        ordered = now - int(dice.integers(0, span))
        took = int(dice.integers(1_200_000_000, 9_000_000_000))
        missing = number % 40 == 0
        made.append(
            Loop(
                order_id=f"order-{number}",
                title=_TITLES[number % 5],
                state="missing" if missing else "resulted",
                ordered_at=ordered,
                resulted_at=None if missing else min(ordered + took, now),
                due_at=ordered + 14_400_000_000,
                stopped_at=None,
                event_id=f"event-{number}",
                result_event_id="",
                stopped_event_id="",
            )
        )
    return made
