"""Is the engine up, and is it ready for work."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from console.core.clock import iso
from console.engine.api.addresses import ROOT
from console.engine.api.answers import answer
from console.engine.api.refusals import Refusal
from console.engine.api.services import Asked, asked
from console.engine.api.shapes import Health, Ready

router = APIRouter(prefix=ROOT, tags=["health"])


@router.get("/health", response_model=Health, summary="Whether the engine is up; with a token also which one it is")
async def health(ask: Annotated[Asked, Depends(asked)]) -> Response:
    """Without a token nothing but the status is told."""
    services = ask.services
    fault = services.journal.fault
    body: dict[str, Any] = {"status": "degraded" if fault else "ok"}
    if ask.request.scope["state"].get("actor"):
        body |= {
            "version": services.version,
            "instance": services.instance,
            "tenant": services.tenant,
            "now": iso(services.clock()),
            "journal_seq": services.journal.last_seq,
            "fault": {"code": fault.code, "text": fault.text} if fault else None,
        }
    return answer(body)


@router.get("/ready", response_model=Ready, summary="Whether each part of the engine can work now; 503 when one cannot")
async def ready(ask: Annotated[Asked, Depends(asked)]) -> Response:
    parts = dict(ask.services.readiness())
    parts["journal"] = ask.services.journal.fault is None
    parts["audit"] = ask.services.audit.sound
    stuck = ", ".join(name for name, works in parts.items() if not works)
    if stuck:
        raise Refusal(
            503,
            "not-ready",
            f"These parts of the engine cannot work now: {stuck}.",
            "Look at the engine's log; /api/v1/health says what is wrong with the journal.",
            more={"ready": False, "parts": parts},
        )
    return answer({"ready": True, "parts": parts})
