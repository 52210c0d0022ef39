"""Quantities as people write them: `250ms`, `800/s`, `5 %`, `5 MB`; each reader takes a number or a text."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

_NUMBER = r"(?:\d[\d_]*(?:\.\d+)?|\.\d+)"

DURATIONS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
RATES = {"s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "hour": 3600.0, "d": 86400.0, "day": 86400.0}
SIZES = {"B": 1, "kB": 1000, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}

_DURATION_UNITS = "|".join(sorted(DURATIONS, key=len, reverse=True))
DURATION_PATTERN = rf"^\s*-?\s*(?:{_NUMBER}\s*(?:{_DURATION_UNITS})\s*)+$"
RATE_PATTERN = rf"^\s*{_NUMBER}\s*/\s*(?:{'|'.join(sorted(RATES, key=len, reverse=True))})\s*$"
RATIO_PATTERN = rf"^\s*{_NUMBER}\s*%\s*$"
SIZE_PATTERN = rf"^\s*{_NUMBER}\s*(?:{'|'.join(sorted(SIZES, key=len, reverse=True))})\s*$"
MOMENT_PATTERN = r"^now$|^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2})$"
"""What the published schema demands of the texts; JavaScript's and Python's regular expressions agree on them."""


def duration(value: object) -> float:
    """Seconds: a number of them, or `250ms`, `5s`, `2m`, `1h`, `1m 30s`. Raises ValueError."""
    if (number := _plain(value)) is not None:
        return number
    if not isinstance(value, str) or not re.match(DURATION_PATTERN, value):
        raise ValueError
    sign = -1.0 if value.strip().startswith("-") else 1.0
    parts = re.findall(rf"({_NUMBER})\s*({_DURATION_UNITS})", value)
    return sign * math.fsum(_number(amount) * DURATIONS[unit] for amount, unit in parts)


def rate(value: object) -> float:
    """Messages a second: a number of them, or `800/s`, `600/min`, `60000/day`. Raises ValueError."""
    if (number := _plain(value)) is not None:
        return number
    if not isinstance(value, str) or not re.match(RATE_PATTERN, value):
        raise ValueError
    amount, _, unit = value.partition("/")
    return _number(amount) / RATES[unit.strip()]


def ratio(value: object) -> float:
    """A share from 0 to 1: `0.05` or `5 %`. Raises ValueError; the bounds are not checked."""
    if (number := _plain(value)) is not None:
        return number
    if not isinstance(value, str) or not re.match(RATIO_PATTERN, value):
        raise ValueError
    return _number(value.strip().removesuffix("%")) / 100


def size(value: object) -> float:
    """Bytes: a number of them, or `64 KiB`, `5 MB`. Raises ValueError."""
    if (number := _plain(value)) is not None:
        return number
    if not isinstance(value, str) or not re.match(SIZE_PATTERN, value):
        raise ValueError
    found = re.match(rf"\s*({_NUMBER})\s*(\w+)", value)
    if found is None:
        raise ValueError
    return _number(found[1]) * SIZES[found[2]]


def moment(value: object) -> datetime | None:
    """An aware UTC time from a TOML date-time or an RFC 3339 text; None for `now`. Raises ValueError: also without a
    zone, with the argument `zone`."""
    if value == "now":
        return None
    if isinstance(value, str) and re.match(MOMENT_PATTERN, value):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise ValueError
    if value.tzinfo is None:
        raise ValueError("zone")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError from None


def _plain(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        raise ValueError from None
    if not math.isfinite(number):
        raise ValueError
    return number


def _number(text: str) -> float:
    return float(text.strip().replace("_", ""))


def written_duration(seconds: float) -> str:
    """For people: `250 ms`, `45 s`, `4 min`, `1 h 30 min`."""
    if seconds < 1:
        return f"{seconds * 1000:.4g} ms"
    if seconds < 60:
        return f"{seconds:.4g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if n]
    return " ".join(parts)
