"""Orders and the numbers they go by: placer, filler and accession numbers of one order meet in one id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from console.fhir.context import Alias, OrderFact
from console.fhir.search_index import date_span
from console.storage.database import DriverConnection
from console.storage.write import WriteTransaction

_COLUMNS = (
    "order_id",
    "patient_id",
    "encounter_id",
    "placer",
    "filler",
    "accession",
    "code",
    "display",
    "status",
    "result_status",
    "ordered_at",
    "resulted_at",
    "last_at",
)
_FILLED = ("patient_id", "encounter_id", "placer", "filler", "accession", "code", "display", "status", "result_status")
_MERGE = (
    "ON CONFLICT (order_id) DO UPDATE SET "
    + ", ".join(f"{n} = CASE WHEN excluded.{n} <> '' THEN excluded.{n} ELSE orders.{n} END" for n in _FILLED)
    + ", ordered_at = CASE WHEN orders.ordered_at = 0 THEN excluded.ordered_at ELSE orders.ordered_at END"
    + ", resulted_at = CASE WHEN excluded.resulted_at > 0 THEN excluded.resulted_at ELSE orders.resulted_at END"
    + ", last_at = CASE WHEN excluded.last_at > orders.last_at THEN excluded.last_at ELSE orders.last_at END"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """What one message said about one order, whose, and when it was received (microseconds)."""

    fact: OrderFact
    patient_id: str
    encounter_id: str
    received_at: int


def put(write: WriteTransaction, mentions: Sequence[Mention]) -> None:
    """Lays the mentions over the orders, in the order given: '' keeps what is known."""
    for some in _without_repetition(mentions):
        write.insert("orders", _COLUMNS, [_row(mention) for mention in some], conflict=_MERGE)


def _without_repetition(mentions: Iterable[Mention]) -> list[list[Mention]]:
    """Runs in which no order occurs twice, so that one statement may carry each."""
    runs: list[list[Mention]] = []
    seen: set[str] = set()
    for mention in mentions:
        if not runs or mention.fact.order_id in seen:
            runs.append([])
            seen.clear()
        runs[-1].append(mention)
        seen.add(mention.fact.order_id)
    return runs


def _row(mention: Mention) -> tuple[object, ...]:
    fact = mention.fact
    span = date_span(fact.at) if fact.at else None
    at = span[0] if span else mention.received_at
    asked = fact.role == "order"
    return (
        fact.order_id,
        mention.patient_id,
        mention.encounter_id,
        fact.placer,
        fact.filler,
        fact.accession,
        fact.code,
        fact.display,
        fact.status,
        fact.result_status,
        at if asked else 0,
        0 if asked else at,
        mention.received_at,
    )


def put_aliases(write: WriteTransaction, aliases: Sequence[Alias]) -> None:
    """Notes that a number belongs to an order. The first order that had the number keeps it."""
    rows = {(a.kind, a.assigner, a.value): (a.kind, a.assigner, a.value, a.order_id) for a in reversed(aliases)}
    write.insert(
        "order_aliases",
        ("kind", "assigner", "value", "order_id"),
        list(rows.values()),
        conflict="ON CONFLICT DO NOTHING",
    )


def order_of(reader: DriverConnection, kind: str, assigner: str, value: str) -> str | None:
    """The order a number belongs to."""
    row = reader.execute(
        "SELECT order_id FROM order_aliases WHERE kind = ? AND assigner = ? AND value = ?", (kind, assigner, value)
    ).fetchone()
    return row[0] if row else None
