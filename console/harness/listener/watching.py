"""From the listener's counters to snapshots: what is new is looked into while there is time, the rest is summed up."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from console.core.clock import from_micros, iso
from console.harness.listener.live import MOST_RAW, NEWEST, LatestMessage, ListenerSnapshot, Second
from console.harness.listener.looking import Looking
from console.harness.listener.script import Do
from console.harness.listener.seen import Seen

if TYPE_CHECKING:
    from console.harness.listener.server import ScriptedListener

TICK_S = 0.05
LOOKED_INTO = 400
"""Messages that are looked into in one tick: 8,000 a second. A tick that brought four times as many looks into none,
so that a flood is answered and not studied; a few are still shown."""
_SHOWN_IN_A_FLOOD = 5


class Watching:
    """Runs on the listener's loop. `snapshot` may be called any time."""

    def __init__(self, listener: ScriptedListener, *, mllp: str, capture: str = "") -> None:
        self._listener = listener
        self._mllp = mllp
        self._capture = capture
        self._looking = Looking()
        self._latest: deque[Seen] = deque(maxlen=NEWEST)
        self._series: list[Second] = []
        self._began = monotonic()
        self._second = 0
        self._at_second = (0, 0)
        self._last_number = 0
        self._recent: deque[tuple[float, int, int]] = deque(maxlen=40)
        self._timer: asyncio.TimerHandle | None = None
        self.lab: Callable[[], dict[str, int]] = dict
        self.planted = 0
        listener.look_at(LOOKED_INTO)

    def start(self) -> None:
        self._timer = self._listener.loop.call_later(TICK_S, self._tick)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._take()

    def _tick(self) -> None:
        self._timer = self._listener.loop.call_later(TICK_S, self._tick)
        self._take()

    def _take(self) -> None:
        listener = self._listener
        seen, listener.seen = listener.seen, []
        came = listener.number - self._last_number
        self._last_number = listener.number
        flood = came > 4 * LOOKED_INTO
        if not flood:
            for one in seen:
                self._looking.look(one.payload)
        listener.look_at(_SHOWN_IN_A_FLOOD if flood else LOOKED_INTO)
        self._latest.extend(seen)
        now = monotonic() - self._began
        received, answered = listener.number, listener.answered
        self._recent.append((now, received, answered))
        if int(now) > self._second:
            before = self._at_second
            self._series.append(Second(self._second, received - before[0], answered - before[1]))
            self._second, self._at_second = int(now), (received, answered)
            del self._series[:-600]

    def snapshot(self, *, stopped: bool = False) -> ListenerSnapshot:
        """Everything now; `series` and `messages` since the last one."""
        listener = self._listener
        series, self._series = self._series, []
        messages = self._messages()
        per_s = self._per_second()
        types, answers, rules = listener.counts()
        return ListenerSnapshot(
            name=listener.script.title or listener.script.name,
            mllp=self._mllp,
            state="stopped" if stopped else self._state(),
            elapsed_s=round(monotonic() - self._began, 3),
            received=listener.number,
            answered=listener.answered,
            waiting=listener.waiting,
            refused=listener.refused,
            connections=len(listener.lines),
            opened=listener.opened,
            turned_away=listener.turned_away,
            bytes_in=listener.bytes_in,
            bytes_out=listener.bytes_out,
            received_per_s=per_s[0],
            answered_per_s=per_s[1],
            types=_sorted(types),
            answers={code or "none": count for code, count in _sorted(answers).items()},
            rules=rules,
            findings=self._looking.findings,
            planted=self.planted,
            lab=self.lab(),
            capture=self._capture,
            captured=listener.captured,
            series=series,
            messages=messages,
            text=self._text(),
        )

    def _messages(self) -> list[LatestMessage]:
        room = MOST_RAW
        out: list[LatestMessage] = []
        offset_ns = int(self._listener.ready_ns)
        for one in reversed(self._latest):
            raw = ""
            if len(one.payload) == one.size and one.size <= room:
                room -= one.size
                raw = one.payload.decode("utf-8", "replace")
            out.append(
                LatestMessage(
                    number=one.number,
                    at=iso(from_micros(one.at_ns // 1000)),
                    at_s=round((one.at_ns - offset_ns) / 1e9, 3),
                    connection=one.connection,
                    control_id=one.control_id[:199],
                    kind=one.kind,
                    size=one.size,
                    code=one.code,
                    rule=one.rule,
                    raw=raw,
                )
            )
        self._latest.clear()
        return out[::-1]

    def _per_second(self) -> tuple[float, float]:
        if len(self._recent) < 2:
            return 0.0, 0.0
        now = self._recent[-1]
        then = next((one for one in self._recent if now[0] - one[0] <= 1.0), self._recent[0])
        lasted = now[0] - then[0]
        if lasted <= 0:
            return 0.0, 0.0
        return round((now[1] - then[1]) / lasted, 1), round((now[2] - then[2]) / lasted, 1)

    def _state(self) -> str:
        listener = self._listener
        if listener.trouble:
            return "trouble"
        if listener.outage is not None:
            return "outage"
        if listener.switch is not None:
            return "silent" if listener.switch.do is Do.SILENCE else "answering"
        return "listening"

    def _text(self) -> str:
        listener = self._listener
        if listener.trouble:
            return f"{listener.trouble}; every message is answered AE until that is mended"
        if listener.outage is not None:
            return f"an outage: {listener.outage.value}"
        if listener.switch is not None:
            silent = listener.switch.do is Do.SILENCE
            return "silent: nothing is answered" if silent else f"everything is answered {listener.switch.code}"
        return ""


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(((name, count) for name, count in counter.items() if count), key=lambda pair: -pair[1]))
