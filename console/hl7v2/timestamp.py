"""HL7 times (DTM, TS, DT) as FHIR date, dateTime and instant: precision kept, zone from the message or the source."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_DTM = re.compile(
    r"(?P<y>\d{4})(?:(?P<mo>\d\d)(?:(?P<d>\d\d)(?:(?P<h>\d\d)(?:(?P<mi>\d\d)(?:(?P<s>\d\d)(?:\.(?P<f>\d{1,6}))?)?)?)?)?)?"
    r"(?P<z>[+-]\d{2}:?\d{2}|[+-]\d{2}|Z)?\Z"
)


def parse_time(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The moment, as aware datetime; None when the text is empty or no HL7 time. Missing parts are their first value."""
    found = _DTM.match(text.strip())
    if not found:
        return None
    part = {name: int(value) for name, value in found.groupdict(default="0").items() if name not in "zf"}
    fraction = int((found["f"] or "0").ljust(6, "0"))
    try:
        return datetime(
            part["y"], part["mo"] or 1, part["d"] or 1, part["h"], part["mi"], min(part["s"], 59), fraction,
            tzinfo=_zone(found["z"], zone),
        )  # fmt: skip
    except ValueError:
        return None


def _zone(text: str | None, default: tzinfo) -> tzinfo:
    if not text:
        return default
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def fhir_date_time(text: str, zone: tzinfo = UTC) -> str | None:
    """FHIR dateTime with the precision sent: a year stays a year. An hour without minutes gets `:00`."""
    moment = parse_time(text, zone)
    found = _DTM.match(text.strip())
    if moment is None or found is None:
        return None
    if found["d"] is None:
        return f"{moment:%Y}" if found["mo"] is None else f"{moment:%Y-%m}"
    if found["h"] is None:
        return f"{moment:%Y-%m-%d}"
    shown = moment.strftime("%Y-%m-%dT%H:%M:%S")
    if found["f"]:
        shown += "." + found["f"][:3].ljust(3, "0")
    return shown + _offset(moment)


def fhir_instant(text: str, zone: tzinfo = UTC) -> str | None:
    """FHIR instant: always to the second, with zone."""
    moment = parse_time(text, zone)
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S") + _offset(moment)


def fhir_date(text: str) -> str | None:
    """FHIR date with the precision sent, time dropped."""
    moment = parse_time(text)
    found = _DTM.match(text.strip())
    if moment is None or found is None:
        return None
    if found["d"] is not None:
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y}" if found["mo"] is None else f"{moment:%Y-%m}"


def _offset(moment: datetime) -> str:
    offset = moment.utcoffset() or timedelta()
    minutes = int(offset.total_seconds() // 60)
    if minutes == 0:
        return "Z"
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
