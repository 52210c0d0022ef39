"""HL7 times (DTM, TS, DT, TM) as FHIR date, dateTime, time and instant: precision kept, zone from message or source.

Sources: HL7 v2.8.2 chapter 2A (DTM, DT, TM); FHIR R4 datatypes.html (date, dateTime, time, instant).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

_ZONE = r"(?P<z>[+-]\d{2}:?\d{2}|[+-]\d{2}|Z)?"
_DTM = re.compile(
    r"(?P<y>\d{4})(?:(?P<mo>\d\d)(?:(?P<d>\d\d)(?:(?P<h>\d\d)(?:(?P<mi>\d\d)(?:(?P<s>\d\d)(?:\.(?P<f>\d*))?)?)?)?)?)?"
    + _ZONE,
    re.ASCII,
)
_ISO = re.compile(
    r"(?P<y>\d{4})-(?P<mo>\d\d)(?:-(?P<d>\d\d)(?:[T ](?P<h>\d\d):(?P<mi>\d\d)(?::(?P<s>\d\d)(?:\.(?P<f>\d*))?)?)?)?"
    + _ZONE,
    re.ASCII,
)
_TM = re.compile(r"(?P<h>\d\d):?(?:(?P<mi>\d\d):?(?:(?P<s>\d\d)(?:\.(?P<f>\d{1,6}))?)?)?(?:[+-]\d{4})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the text says; None for what it leaves out. `fraction` are the digits sent, at most six."""

    year: int
    month: int | None
    day: int | None
    hour: int | None
    minute: int
    second: int
    fraction: str
    zone: tzinfo | None

    def moment(self, zone: tzinfo) -> datetime:
        return datetime(
            self.year,
            self.month or 1,
            self.day or 1,
            self.hour or 0,
            self.minute,
            self.second,
            int(self.fraction.ljust(6, "0")) if self.fraction else 0,
            tzinfo=self.zone or zone,
        )


@lru_cache(maxsize=8192)
def _read(text: str) -> _Parts | None:
    """The parts of an HL7 time; ISO 8601 as some senders write it is understood too. None when it is no real time."""
    text = text.strip()
    found = _DTM.fullmatch(text) or _ISO.fullmatch(text)
    if found is None:
        return None
    month, day, hour = (int(found[name]) if found[name] else None for name in ("mo", "d", "h"))
    try:
        parts = _Parts(
            int(found["y"]),
            month,
            day,
            hour,
            int(found["mi"] or 0),
            59 if found["s"] == "60" else int(found["s"] or 0),
            (found["f"] or "")[:6],
            _zone(found["z"]),
        )
        parts.moment(UTC)
    except ValueError:
        return None
    return None if month == 0 or day == 0 else parts


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def parse_time(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The moment, as aware datetime; None when the text is empty or no time. Missing parts are their first value."""
    parts = _read(text) if text else None
    return parts.moment(zone) if parts else None


def has_zone(text: str) -> bool:
    """Whether the text itself says its offset from UTC."""
    parts = _read(text) if text else None
    return parts is not None and parts.zone is not None


def fhir_date_time(text: str, zone: tzinfo = UTC) -> str | None:
    """FHIR dateTime with the precision sent: a year stays a year, fractions keep their digits. FHIR knows no hours
    without minutes and no minutes without seconds: those become zero."""
    parts = _read(text) if text else None
    if parts is None:
        return None
    if parts.hour is None:
        return _date(parts)
    moment = parts.moment(zone)
    fraction = f".{parts.fraction}" if parts.fraction else ""
    return f"{_date(parts)}T{moment:%H:%M:%S}{fraction}{_offset(moment)}"


def fhir_instant(text: str, zone: tzinfo = UTC) -> str | None:
    """FHIR instant: always to the second, with zone."""
    moment = parse_time(text, zone)
    return None if moment is None else moment.replace(microsecond=0, tzinfo=None).isoformat() + _offset(moment)


def fhir_date(text: str) -> str | None:
    """FHIR date with the precision sent, time dropped."""
    parts = _read(text) if text else None
    return _date(parts) if parts else None


def fhir_time(text: str) -> str | None:
    """FHIR time (`HH:MM:SS`, no zone) from a TM; None when it is no time of day."""
    found = _TM.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute, second = (int(found[name] or 0) for name in ("h", "mi", "s"))
    if hour > 23 or minute > 59 or second > 59:
        return None
    return f"{hour:02d}:{minute:02d}:{second:02d}" + (f".{found['f']}" if found["f"] else "")


def _date(parts: _Parts) -> str:
    text = f"{parts.year:04d}"
    if parts.month is not None:
        text += f"-{parts.month:02d}"
        if parts.day is not None:
            text += f"-{parts.day:02d}"
    return text


def _offset(moment: datetime) -> str:
    offset = moment.utcoffset() or timedelta()
    minutes = int(offset.total_seconds() // 60)
    if minutes == 0:
        return "Z"
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
