"""Frozen dataclasses to plain JSON and back, by their type hints: how a settled scenario is kept in plan.json."""

from __future__ import annotations

import math
import types
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from console.core.clock import iso_micros, parse_iso, to_micros

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """JSON values only: dataclasses become objects, tuples lists, times RFC 3339, infinity the text `inf`."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: to_plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return iso_micros(to_micros(value))
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (tuple, list)):
        return [to_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def from_plain(kind: type[T], value: Any) -> T:
    """The dataclass that `to_plain` took apart. Fields that are not there keep their defaults; unknown ones are left
    out, so a plan of another version can be read. Raises ValueError, TypeError or KeyError for what is no such thing.
    """
    made: T = _made(kind, value)
    return made


def _made(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return _made(next(one for one in get_args(kind) if one is not types.NoneType), value)
    if origin is tuple:
        inner = get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_made(inner[0], item) for item in value)
        return tuple(_made(one, item) for one, item in zip(inner, value, strict=True))
    if isinstance(kind, type):
        if is_dataclass(kind):
            hints = _hints(kind)
            return kind(**{name: _made(hints[name], item) for name, item in value.items() if name in hints})
        if issubclass(kind, Enum) or kind is Path:
            return kind(value)
        if kind is datetime:
            return parse_iso(value)
        if kind is float and isinstance(value, (int, str)) and not isinstance(value, bool):
            return float(value)
    return value


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
