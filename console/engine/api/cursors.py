"""Opaque cursors: where a list goes on, for the very question it was given to.

A cursor is good for one question only (same route, same filters): used with another it is refused rather than giving
pages that skip or repeat.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Any

import orjson

from console.engine.api.refusals import Refusal

_VERSION = 1
_LONGEST = 2048
Position = tuple[int | str, ...]


def make_cursor(question: Sequence[Any], position: Sequence[int | str]) -> str:
    """`question` is everything but the position that decides which rows there are, and their order."""
    body = orjson.dumps([_VERSION, _fingerprint(question), *position])
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def read_cursor(cursor: str, question: Sequence[Any], shape: Sequence[type]) -> Position:
    """The position in the cursor, its parts of the types `shape`.

    Raises Refusal 400 `invalid-cursor` for anything but a cursor of this question.
    """
    body = _decode(cursor)
    if body is None or len(body) != 2 + len(shape) or body[0] != _VERSION:
        raise _refused("is no cursor of this list")
    if body[1] != _fingerprint(question):
        raise _refused("belongs to another question")
    position = body[2:]
    for part, kind in zip(position, shape, strict=True):
        if type(part) is not kind or (isinstance(part, int) and abs(part) >= 1 << 62):
            raise _refused("is no cursor of this list")
    return tuple(position)


def _decode(cursor: str) -> list[Any] | None:
    if not cursor or len(cursor) > _LONGEST or not cursor.isascii():
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        body = orjson.loads(raw)
    except (binascii.Error, ValueError):
        return None
    return body if isinstance(body, list) else None


def _fingerprint(question: Sequence[Any]) -> str:
    return hashlib.sha256(repr(list(question)).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _refused(why: str) -> Refusal:
    return Refusal(
        400,
        "invalid-cursor",
        f"The cursor {why}.",
        "Use `next` of the page before, unchanged, with the same parameters.",
    )
