"""Orders: by encounter, by patient, or by any number somebody calls them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from console.engine.api.addresses import ROOT
from console.engine.api.answers import listing
from console.engine.api.cursors import make_cursor, read_cursor
from console.engine.api.inputs import Paged, Text
from console.engine.api.services import Asked, asked
from console.engine.api.shapes import OrderList
from console.storage.order_reading import OrderFilter, find_orders, order_json

router = APIRouter(prefix=ROOT, tags=["orders"])


class OrdersQuery(Paged):
    """`key`: a placer, filler or accession number."""

    encounter_id: Text = ""
    patient_id: Text = ""
    key: Text = ""


@router.get("/orders", response_model=OrderList, summary="Orders, newest first")
def orders(ask: Annotated[Asked, Depends(asked)], query: Annotated[OrdersQuery, Query()]) -> Response:
    question = ("orders", query.encounter_id, query.patient_id, query.key)
    after: Any = read_cursor(query.after, question, (int, str)) if query.after else None
    wanted = OrderFilter(encounter_id=query.encounter_id, patient_id=query.patient_id, key=query.key)
    ask.note.action = "search"
    with ask.reading() as connection:
        rows = find_orders(connection, wanted, after=after, limit=query.limit)
    shown = rows[: query.limit]
    ask.note.saw((row.patient_id for row in shown), (row.order_id for row in shown))
    last = shown[-1] if len(rows) > query.limit else None
    following = make_cursor(question, (last.ordered_at, last.order_id)) if last else None
    return listing(ask, [order_json(row) for row in shown], next_cursor=following)
