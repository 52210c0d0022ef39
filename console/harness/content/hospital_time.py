"""Seconds of hospital time as HL7 writes them, with the zone of the run's start; fast by remembering minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

_REMEMBERED = 20_000


class Stamps:
    """HL7 TS (2.5.1, 2.A.77) for whole seconds since `starts`, which is aware."""

    __slots__ = ("_minutes", "_rest", "_second", "starts")

    def __init__(self, starts: datetime) -> None:
        self.starts = starts.replace(microsecond=0)
        zone = f"{self.starts:%z}"
        self._second = self.starts.second
        self._rest = [f"{second:02d}{zone}" for second in range(60)]
        self._minutes: dict[int, str] = {}

    def __call__(self, second: int) -> str:
        """`20261123080000+0000`."""
        minute, rest = divmod(second + self._second, 60)
        head = self._minutes.get(minute)
        if head is None:
            head = self._minute(minute)
        return head + self._rest[rest]

    def day(self, second: int) -> str:
        """`20261123`."""
        return self(second)[:8]

    def _minute(self, minute: int) -> str:
        if len(self._minutes) >= _REMEMBERED:
            self._minutes.clear()
        moment = self.starts.replace(second=0) + timedelta(minutes=minute)
        head = self._minutes[minute] = f"{moment:%Y%m%d%H%M}"
        return head
