"""JSON from strangers: no duplicate names, no NaN, no towers of brackets, no numbers that eat the machine."""

from __future__ import annotations

import json
from typing import Any

import orjson

from console.engine.api.refusals import Refusal

DEEPEST = 64
_LONGEST_NUMBER = 100


def strict_loads(raw: bytes) -> Any:
    """The document. Raises Refusal 400 `invalid-json` saying what is wrong and where.

    Floats stay floats; whole numbers of any sensible length are exact.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused(f"Byte {error.start} is not UTF-8") from error
    _check_depth(text)
    try:
        orjson.loads(raw)  # the stricter reader: half surrogates and the like
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=lambda digits: int(_number(digits)),
            parse_float=lambda digits: float(_number(digits)),
        )
    except json.JSONDecodeError as error:
        raise _refused(f"Line {error.lineno}, column {error.colno}: {error.msg}") from error


def _check_depth(text: str) -> None:
    depth, inside, escaped = 0, False, False
    for character in text:
        if inside:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                inside = False
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            if depth > DEEPEST:
                raise _refused(f"It is nested deeper than {DEEPEST}")
        elif character in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body = dict(pairs)
    if len(body) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise _refused(f"The member {twice[:60]!r} is there twice")
    return body


def _no_constant(name: str) -> Any:
    raise _refused(f"{name} is no JSON number")


def _number(digits: str) -> str:
    if len(digits) > _LONGEST_NUMBER:
        raise _refused(f"A number has more than {_LONGEST_NUMBER} digits")
    return digits


def _refused(why: str) -> Refusal:
    return Refusal(400, "invalid-json", f"The body is not usable JSON. {why}.", "Correct the body and send it again.")
