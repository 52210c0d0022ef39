"""The hops of one message on a common time scale: waiting before each, work in it, and what was never reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from console.core.clock import parse_iso
from console.desktop.models.status_words import Severity, StatusWord, status_of

JsonObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HopRow:
    """One checkpoint. Times in milliseconds from the first; `run_ms` None when the event does not say."""

    hop: str
    kind: str
    label: str
    event_id: str
    at: datetime | None
    wait_ms: float
    run_ms: float | None
    end_ms: float
    status: StatusWord
    evidence: str
    sha256: str
    attempt: int
    destination: str
    error: JsonObject | None
    detail: JsonObject = field(default_factory=dict)
    reached: bool = True

    @property
    def start_ms(self) -> float:
        """Where the work began."""
        return self.end_ms - (self.run_ms or 0.0)

    @property
    def failed(self) -> bool:
        return self.status.severity >= Severity.WARNING


_NOT_REACHED = StatusWord("Not reached", "circle-dashed", "quiet", Severity.QUIET, dashed=True)


def hop_rows(trace: JsonObject) -> list[HopRow]:
    """The rows of `evidence.trace.Trace.as_json()`: hops by time, then those not reached."""
    hops: Sequence[JsonObject] = trace.get("hops") or ()
    first = min((parse_iso(str(h["occurred_at"])) for h in hops), default=None)
    rows = [_row(hop, first) for hop in hops]
    last = max((row.end_ms for row in rows), default=0.0)
    rows += [
        HopRow(
            hop=str(name),
            kind="",
            label="",
            event_id="",
            at=None,
            wait_ms=0.0,
            run_ms=None,
            end_ms=last,
            status=_NOT_REACHED,
            evidence="expected",
            sha256="",
            attempt=1,
            destination="",
            error=None,
            reached=False,
        )
        for name in trace.get("not_reached") or ()
    ]
    return rows


def _row(hop: JsonObject, first: datetime | None) -> HopRow:
    at = parse_iso(str(hop["occurred_at"]))
    run = hop.get("run_ms")
    end = (at - first).total_seconds() * 1000 if first else 0.0
    return HopRow(
        hop=str(hop.get("hop", "")),
        kind=str(hop.get("kind", "")),
        label=str(hop.get("label", "")),
        event_id=str(hop.get("event_id", "")),
        at=at,
        wait_ms=float(hop.get("wait_ms") or 0.0),
        run_ms=float(run) if run is not None else None,
        end_ms=end + (float(run) if run is not None and at == first else 0.0),
        status=status_of(str(hop.get("state", ""))),
        evidence=str(hop.get("evidence", "")),
        sha256=str(hop.get("payload_sha256") or ""),
        attempt=int(hop.get("attempt") or 1),
        destination=str(hop.get("destination") or ""),
        error=hop.get("error"),
        detail=hop.get("detail") or {},
    )


def total_ms(rows: Sequence[HopRow]) -> float:
    """The length of the time scale, never zero."""
    return max((row.end_ms for row in rows), default=0.0) or 1.0


def slowest(rows: Sequence[HopRow]) -> int:
    """The row that cost most, waiting and work together; -1 when nothing took time."""
    costs = [row.wait_ms + (row.run_ms or 0.0) if row.reached else 0.0 for row in rows]
    most = max(costs, default=0.0)
    return costs.index(most) if most > 0 else -1
