"""Reading orders: found by encounter, patient, or any of the numbers people know them by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_

from console.core.clock import iso_micros
from console.core.keys import fold_key
from console.storage.schema import order_aliases, orders


def _when(micros: int) -> str | None:
    return iso_micros(micros) if micros else None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Which orders; empty means any. `key` is a placer, filler or accession number."""

    encounter_id: str = ""
    patient_id: str = ""
    key: str = ""


def find_orders(
    connection: Connection, wanted: OrderFilter, *, after: tuple[int, str] | None, limit: int
) -> list[Row[Any]]:
    """`limit + 1` rows at most, newest order first, behind the row with the key (ordered_at, order_id)."""
    query = select(orders)
    if wanted.encounter_id:
        query = query.where(orders.c.encounter_id == wanted.encounter_id)
    if wanted.patient_id:
        query = query.where(orders.c.patient_id == wanted.patient_id)
    if wanted.key:
        named = select(order_aliases.c.order_id).where(order_aliases.c.value.in_({fold_key(wanted.key), wanted.key}))
        query = query.where(orders.c.order_id.in_(named))
    if after is not None:
        query = query.where(tuple_(orders.c.ordered_at, orders.c.order_id) < after)
    query = query.order_by(orders.c.ordered_at.desc(), orders.c.order_id.desc()).limit(limit + 1)
    return list(connection.execute(query).all())


def order_json(row: Row[Any]) -> dict[str, Any]:
    return {
        "order_id": row.order_id,
        "patient_id": row.patient_id,
        "encounter_id": row.encounter_id,
        "placer": row.placer,
        "filler": row.filler,
        "accession": row.accession,
        "code": row.code,
        "display": row.display,
        "status": row.status,
        "result_status": row.result_status,
        "ordered_at": _when(row.ordered_at),
        "resulted_at": _when(row.resulted_at),
        "last_at": _when(row.last_at),
    }
