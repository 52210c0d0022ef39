"""How much flows, from whom, and what waits: the numbers of the last twelve hours."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from console.core.clock import iso, iso_micros, to_micros
from console.core.test_traffic import is_test_traffic
from console.engine.api.addresses import ROOT
from console.engine.api.answers import answer, as_of
from console.engine.api.inputs import Closed
from console.engine.api.services import Asked, asked
from console.engine.api.shapes import StatisticsShape
from console.evidence.silence import SHORTEST, silence_after, usual_gap
from console.storage.event_reading import last_seq
from console.storage.failure_reading import destination_rows, kept_out, queue_depths, refused_count
from console.storage.key_reading import indexed_up_to
from console.storage.traffic import SenderTraffic, recent_traffic

MINUTES = 720

router = APIRouter(prefix=ROOT, tags=["statistics"])


class StatisticsQuery(Closed):
    """How fine: one number per minute (720) or per ten minutes (72)."""

    step: Literal["1m", "10m"] = "1m"


@router.get(
    "/statistics",
    response_model=StatisticsShape,
    summary="Messages per sender and minute for 12 hours, queues, silent senders, destinations",
)
def statistics(ask: Annotated[Asked, Depends(asked)], query: Annotated[StatisticsQuery, Query()]) -> Response:
    services = ask.services
    now = services.clock()
    with ask.reading() as connection:
        traffic = recent_traffic(connection, now=to_micros(now), minutes=MINUTES)
        queues = queue_depths(connection)
        queues["quarantined"] = refused_count(connection)
        harness = kept_out(connection)
        destinations = destination_rows(connection)
        up_to, newest = indexed_up_to(connection), last_seq(connection)
    return answer(
        {
            "now": iso(now),
            "received_total": sum(sender.total for sender in traffic),
            "per_minute": [
                {
                    "sender": sender.sender,
                    "counts": _stepped(sender.counts, 10 if query.step == "10m" else 1),
                    "last_at": iso_micros(sender.last_at),
                }
                for sender in traffic
            ],
            "queues": queues,
            "kept_out": harness,
            "indexed_up_to": up_to,
            "journal_seq": newest,
            "senders": [_sender(sender, to_micros(now)) for sender in traffic],
            "destinations": destinations,
            **as_of(ask),
        }
    )


def _stepped(counts: tuple[int, ...], step: int) -> list[int]:
    return [sum(counts[start : start + step]) for start in range(0, len(counts), step)]


def _sender(sender: SenderTraffic, now: int) -> dict[str, Any]:
    """`per_minute` is the mean of the last five whole minutes. A sender that drains a backlog is behind, not silent;
    nor is the harness, which speaks when somebody tests, or what never said who it is."""
    test = is_test_traffic(sender.sender)
    known = bool(sender.sender) and not test
    gap = usual_gap(sender.counts)
    since = timedelta(microseconds=max(now - sender.last_at, 0))
    quiet = timedelta(microseconds=max(now - sender.heard_at, 0))
    return {
        "name": sender.sender,
        "last_at": iso_micros(sender.last_at),
        "per_minute": round(sum(sender.counts[-6:-1]) / 5, 2),
        "usual_gap_s": round(gap.total_seconds(), 1) if gap else None,
        "silent": bool(gap and known and since > silence_after(gap) and quiet > SHORTEST),
        "test": test,
    }
