"""Failures: dead letters, and why they belong together."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from console.engine.api.addresses import ROOT
from console.engine.api.answers import listing
from console.engine.api.cursors import make_cursor, read_cursor
from console.engine.api.inputs import Closed, Paged, Text
from console.engine.api.services import Asked, asked
from console.engine.api.shapes import DeadLetterList, FailureList
from console.storage.failure_reading import GROUPS, dead_letter_json, dead_letter_rows, failure_groups

router = APIRouter(prefix=ROOT, tags=["failures"])


class FailuresQuery(Closed):
    """All groups come at once: they are few by nature. `test`: the failures of the harness's messages instead, which
    are otherwise left out (how many: `kept_out` of /statistics)."""

    test: bool = False


@router.get(
    "/failures", response_model=FailureList, summary="Open dead letters by cause, those that touch most patients first"
)
def failures(ask: Annotated[Asked, Depends(asked)], query: Annotated[FailuresQuery, Query()]) -> Response:
    ask.note.action = "search"
    with ask.reading() as connection:
        groups = failure_groups(connection, test=query.test)
    ask.note.saw(objects=(event_id for group in groups for event_id in group["sample"]))
    return listing(ask, groups, truncated=len(groups) >= GROUPS)


class DeadLettersQuery(Paged):
    """`group_key`: of /failures."""

    group_key: Annotated[Text, Query()] | None = None


@router.get("/dead-letters", response_model=DeadLetterList, summary="Open dead letters, newest first")
def dead_letters(ask: Annotated[Asked, Depends(asked)], query: Annotated[DeadLettersQuery, Query()]) -> Response:
    question = ("dead-letters", query.group_key)
    after: Any = read_cursor(query.after, question, (int, str)) if query.after else None
    ask.note.action = "search"
    with ask.reading() as connection:
        rows = dead_letter_rows(connection, group_key=query.group_key, after=after, limit=query.limit)
    shown = rows[: query.limit]
    ask.note.saw((row.patient_id for row in shown), (row.event_id for row in shown))
    last = shown[-1] if len(rows) > query.limit else None
    following = make_cursor(question, (last.last_at, last.event_id)) if last else None
    return listing(ask, [dead_letter_json(row) for row in shown], next_cursor=following)
