"""The audit log: who looked at what, and whether the log is whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from console.engine.api.addresses import ROOT
from console.engine.api.answers import answer, as_of, listing
from console.engine.api.cursors import make_cursor, read_cursor
from console.engine.api.inputs import Closed, Limit, Moment, Paged, Text
from console.engine.api.services import Asked, asked
from console.engine.api.shapes import AuditList, AuditVerification
from console.storage.audit_reading import AuditFilter, audit_json, audit_rows

router = APIRouter(prefix=ROOT, tags=["audit"])


class AuditQuery(Paged):
    """`patient_id`: entries about this patient, alone or among others."""

    limit: Limit = 100
    patient_id: Text = ""
    actor: Text = ""
    action: Text = ""
    since: Moment | None = None
    until: Moment | None = None


@router.get("/audit", response_model=AuditList, summary="Audit entries, newest first")
def audit(ask: Annotated[Asked, Depends(asked)], query: Annotated[AuditQuery, Query()]) -> Response:
    question = ("audit", query.patient_id, query.actor, query.action, query.since, query.until)
    after = int(read_cursor(query.after, question, (int,))[0]) if query.after else None
    wanted = AuditFilter(
        patient_id=query.patient_id, actor=query.actor, action=query.action, since=query.since, until=query.until
    )
    ask.note.action = "search"
    with ask.reading() as connection:
        rows = audit_rows(connection, wanted, after=after, limit=query.limit)
    shown = rows[: query.limit]
    ask.note.saw(row.patient_id for row in shown)
    following = make_cursor(question, [shown[-1].seq]) if len(rows) > query.limit else None
    return listing(ask, [audit_json(row) for row in shown], next_cursor=following)


class VerifyQuery(Closed):
    """The whole log is read."""


@router.get("/audit/verify", response_model=AuditVerification, summary="Read the whole audit chain and name every flaw")
def verify(ask: Annotated[Asked, Depends(asked)], query: Annotated[VerifyQuery, Query()]) -> Response:
    found = ask.services.audit.verify()
    return answer(
        {
            "intact": found.intact,
            "entries": found.entries,
            "head": found.head,
            "findings": [{"flaw": f.flaw.value, "seq": f.seq, "text": f.text} for f in found.findings],
            **as_of(ask),
        }
    )
