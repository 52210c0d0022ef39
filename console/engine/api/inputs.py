"""What routes accept: closed models, bounded texts, times with a zone. What is not named here is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from console.core.clock import parse_iso, to_micros

PAGE_LIMIT = 200

_LOST_PLUS = re.compile(r"(T[0-9:.]+) ([0-9]{2}:[0-9]{2})$")
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _moment(text: object) -> object:
    """Microseconds of an RFC 3339 text. An unescaped `+` arrives as a blank: taken as what was meant."""
    if not isinstance(text, str):
        return text
    try:
        moment = parse_iso(_LOST_PLUS.sub(r"\1+\2", text))
    except (ValueError, OverflowError) as error:
        raise ValueError("write a time with its zone, like 2026-11-20T08:00:00Z") from error
    if not _EARLIEST <= moment <= _LATEST:
        raise ValueError("the year must be between 1900 and 2200")
    return to_micros(moment)


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("control characters are not allowed")
    return text


Moment = Annotated[
    int,
    BeforeValidator(_moment),
    Field(json_schema_extra={"type": "string", "format": "date-time", "examples": ["2026-11-20T08:00:00Z"]}),
]
"""A time as RFC 3339 text with a zone; the route gets microseconds."""

Text = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), AfterValidator(_printable)]
Identifier = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_printable)
]
Cursor = Annotated[str, StringConstraints(max_length=2048)]
Limit = Annotated[int, Field(ge=1, le=PAGE_LIMIT)]
Id = Annotated[str, Path(min_length=1, max_length=200)]
"""An id in the path."""


class Closed(BaseModel):
    """Base of every input model: nothing but what is declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=100_000)


class Paged(Closed):
    """A list by cursor."""

    after: Cursor = ""
    limit: Limit = 50
