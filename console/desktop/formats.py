"""How a person reads dates, durations, numbers and names: the NHS display rules, in English and Spanish. No Qt.

The user's regional settings are ignored on purpose: a month is never a number, a clock has 24 hours, identity looks the
same on every desk (NHS CUI D+Ta, D+Tb, patient-name and NHS-number guidance).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import date as Date

MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}
WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
}
_UNITS = {"en": ("day", "days", "hr", "min", "sec"), "es": ("día", "días", "h", "min", "s")}
_AGO = {"en": "{} ago", "es": "hace {}"}
_JUST_NOW = {"en": "just now", "es": "ahora mismo"}
UNKNOWN = {"en": "Unknown", "es": "Desconocido"}
NOT_RECORDED = {"en": "Not recorded", "es": "No consta"}
MASK = "•••••"


@dataclass(frozen=True, slots=True)
class Formats:
    """The formatter of one language and one zone. `zone` is the hospital's; times come in aware."""

    language: str = "en"
    zone: tzinfo = UTC

    # ---- time -------------------------------------------------------------------------------------------------
    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def date(self, day: Date | datetime | None) -> str:
        """`21-Nov-2026`; an aware datetime is taken to the hospital's zone first."""
        if day is None:
            return UNKNOWN[self.language]
        if isinstance(day, datetime):
            day = self.local(day)
        return f"{day.day:02d}-{MONTHS[self.language][day.month - 1]}-{day.year:04d}"

    def day(self, moment: Date | datetime) -> str:
        """`Sat 21-Nov-2026`."""
        at = self.local(moment) if isinstance(moment, datetime) else moment
        return f"{WEEKDAYS[self.language][at.weekday()]} {self.date(at if not isinstance(at, datetime) else at.date())}"

    def time(self, moment: datetime, *, seconds: bool = False, millis: bool = False) -> str:
        """`02:14`, `02:14:07` or `02:14:07.312`, 24 hours."""
        at = self.local(moment)
        text = f"{at.hour:02d}:{at.minute:02d}"
        if seconds or millis:
            text += f":{at.second:02d}"
        if millis:
            text += f".{at.microsecond // 1000:03d}"
        return text

    def moment(self, moment: datetime | None, *, seconds: bool = True) -> str:
        """`21-Nov-2026 02:14:07`."""
        if moment is None:
            return UNKNOWN[self.language]
        return f"{self.date(moment)} {self.time(moment, seconds=seconds)}"

    def moment_tip(self, moment: datetime) -> str:
        """The same instant in the hospital's zone and in UTC, with offsets: for a tool tip."""
        local = self.local(moment)
        utc = moment.astimezone(UTC)
        offset = local.strftime("%z")
        return (
            f"{self.moment(moment)} {self.zone_name(moment)} (UTC{offset[:3]}:{offset[3:5]})\n"
            f"{utc:%Y-%m-%d %H:%M:%S}.{utc.microsecond // 1000:03d} UTC"
        )

    def zone_name(self, moment: datetime) -> str:
        """`Europe/London` where the zone has such a name, else its abbreviation."""
        return str(getattr(self.zone, "key", "") or self.local(moment).tzname() or "UTC")

    def clock(self, moment: datetime) -> str:
        """`Sat 21-Nov-2026 03:07:12  Europe/London (24h)`."""
        mark = "(24 h)" if self.language == "es" else "(24h)"
        return f"{self.day(moment)} {self.time(moment, seconds=True)}  {self.zone_name(moment)} {mark}"

    # ---- durations --------------------------------------------------------------------------------------------
    def duration(self, span: timedelta | float) -> str:
        """`4hr 32min`, `45sec`, `0.2sec`, `12 ms`-free: whole numbers, no zero units, at most two units."""
        seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
        sign = "−" if seconds < 0 else ""
        seconds = abs(seconds)
        _, _, hour, minute, second = _UNITS[self.language]
        gap = " " if self.language == "es" else ""
        if seconds < 1:
            return f"{sign}{round(seconds * 1000)}{gap}ms"
        if seconds < 10 and seconds != int(seconds):
            return f"{sign}{self._decimal(f'{seconds:.1f}')}{gap}{second}"
        whole = round(seconds)
        days, rest = divmod(whole, 86_400)
        hours, rest = divmod(rest, 3_600)
        minutes, secs = divmod(rest, 60)
        day_word = _UNITS[self.language][0 if days == 1 else 1]
        parts = [
            text
            for amount, text in (
                (days, f"{days} {day_word}"),
                (hours, f"{hours}{gap}{hour}"),
                (minutes, f"{minutes}{gap}{minute}"),
                (secs, f"{secs}{gap}{second}"),
            )
            if amount
        ]
        return sign + " ".join(parts[:2])

    def ago(self, moment: datetime, now: datetime) -> str:
        """`4sec ago`, `just now` under a second."""
        return self.heard((now - moment).total_seconds())

    def heard(self, seconds: float) -> str:
        """`just now`, `4sec ago`: whole seconds since something was heard."""
        return (
            _JUST_NOW[self.language] if seconds < 1 else _AGO[self.language].format(self.duration(float(int(seconds))))
        )

    # ---- numbers ----------------------------------------------------------------------------------------------
    def number(self, value: int) -> str:
        """`412,907`; Spanish parts by a thin space and leaves four figures together (RAE, ISO 80000)."""
        if self.language == "es":
            return f"{value:,}".replace(",", "\u202f") if abs(value) >= 10_000 else str(value)
        return f"{value:,}"

    def _decimal(self, text: str) -> str:
        return text.replace(".", ",") if self.language == "es" else text

    def size(self, octets: int) -> str:
        """`2.1 GB`, `640 B`; powers of 1000."""
        value = float(octets)
        for unit in ("B", "kB", "MB", "GB", "TB"):
            if value < 1000 or unit == "TB":
                break
            value /= 1000
        return f"{octets} B" if unit == "B" else f"{self._decimal(f'{value:.1f}')} {unit}"

    # ---- people -----------------------------------------------------------------------------------------------
    def name(self, family: str, given: str = "", prefix: str = "") -> str:
        """`MARTÍNEZ LÓPEZ, Rosa Elena (Mrs)`; never cut."""
        family, given, prefix = family.strip(), given.strip(), prefix.strip()
        text = ", ".join(part for part in (family.upper(), given) if part) or UNKNOWN[self.language]
        return f"{text} ({prefix})" if prefix else text

    def birth(self, born: Date | None, today: Date) -> str:
        """`14-Aug-1957 (69y)`, with months under two years and days under four weeks."""
        return UNKNOWN[self.language] if born is None else f"{self.date(born)} ({self.age(born, today)})"

    def age(self, born: Date, today: Date) -> str:
        """Age as the NHS writes it: days to 4 weeks, weeks to a year, months to 2 years, then years."""
        days = (today - born).days
        months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
        if days < 28:
            return f"{max(days, 0)}d"
        if months < 12:
            return f"{days // 7}" + ("sem" if self.language == "es" else "w")
        if months < 24:
            return f"{months}m"
        return f"{months // 12}" + (" a" if self.language == "es" else "y")


def nhs_number(value: str) -> str:
    """`999 014 7213` for ten figures, however they were spaced; anything else unchanged."""
    digits = "".join(c for c in value if not c.isspace() and c != "-")
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}" if len(digits) == 10 and digits.isdigit() else value


def masked(value: str) -> str:
    """What privacy mode shows instead: the same for every value, so that length tells nothing."""
    return MASK if value else value
