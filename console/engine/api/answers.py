"""Answers as bytes: lists with their cursor and the sources that spoke, single things as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import Response

from console.core.clock import iso
from console.engine.api.services import Asked

JSON = "application/json"


def answer(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON, rendered here and now on the worker thread: the event loop also serves the hospital's sockets."""
    return Response(orjson.dumps(body), status_code=status, media_type=JSON, headers=headers)


def listing(
    asked: Asked, items: Sequence[Any], *, next_cursor: str | None = None, indexed_up_to: int | None = None, **more: Any
) -> Response:
    """A list answer (contract: lists by cursor; what may be partial says so)."""
    if asked.note.count is None:
        asked.note.count = len(items)
    body: dict[str, Any] = {"items": items, "next": next_cursor, **as_of(asked)}
    if indexed_up_to is not None:
        body["indexed_up_to"] = indexed_up_to
    return answer(body | more)


def as_of(asked: Asked) -> dict[str, Any]:
    """When this was true, and who said so."""
    now = iso(asked.services.clock())
    return {"as_of": now, "sources": [{"name": "engine", "status": "ok", "as_of": now, "took_ms": asked.took_ms}]}
