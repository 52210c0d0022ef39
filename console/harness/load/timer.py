"""Waiting for sockets and for the next due moment at once: epoll and a timerfd on Linux, a selector elsewhere.

A timer inside an event loop counts whole milliseconds, which is 0.3 to 0.5 ms of lateness on every send; a timerfd
wakes on the microsecond (field notes, 2.5). Sockets are watched edge-triggered where the system can: whoever is told
that a socket is readable reads until there is less than was asked for.
"""

from __future__ import annotations

import contextlib
import ctypes
import select
import selectors
import sys
from array import array
from collections.abc import Callable
from time import perf_counter_ns, sleep
from typing import Any, Protocol

READABLE, WRITABLE, ENDED = 1, 4, 0x2000 | 0x10 | 0x8
"""Bits of an event: there is something to read; something can be written; the peer hung up or the socket failed.
They are those of epoll."""

MOST_EVENTS = 128
_SPIN = 120_000
"""Nanoseconds before a due moment that are waited for in a loop, where that was asked for."""
_CLOCK_MONOTONIC, _NONBLOCK_CLOEXEC, _ABSOLUTE = 1, 0o2004000, 1
_SET_TIMERSLACK = 29

Wait = Callable[[int, bool], list[tuple[int, int]]]
"""`wait(until, exact)`: events as (descriptor, bits), at the latest at `until` (perf_counter_ns). Not `exact`: within a
millisecond or two."""


class Timer(Protocol):
    """What the load waits with. `watch` replaces what was watched of the descriptor before."""

    wait: Wait

    def watch(self, descriptor: int, bits: int) -> None: ...

    def forget(self, descriptor: int) -> None: ...

    def close(self) -> None: ...


def make_timer(*, spin: bool = False) -> Timer:
    """The best there is on this system."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            return EpollTimer(spin=spin)
    return SelectorTimer()


class EpollTimer:
    """epoll and a timerfd (CLOCK_MONOTONIC, which is what perf_counter_ns reads on Linux). Raises OSError."""

    def __init__(self, *, spin: bool = False) -> None:
        system = ctypes.PyDLL(None)
        self._close: Callable[[int], int] = system.close
        self._descriptor = system.timerfd_create(_CLOCK_MONOTONIC, _NONBLOCK_CLOEXEC)
        if self._descriptor < 0:
            raise OSError("timerfd_create")
        with contextlib.suppress(AttributeError):
            system.prctl(_SET_TIMERSLACK, 1)
        self._epoll: select.epoll = select.epoll()
        self._watched: set[int] = set()
        self._epoll.register(self._descriptor, select.EPOLLIN | select.EPOLLET)
        self.wait: Wait = _epoll_wait(self._epoll, self._descriptor, system.timerfd_settime, spin)

    def watch(self, descriptor: int, bits: int) -> None:
        mask = bits | select.EPOLLRDHUP | select.EPOLLET
        if descriptor in self._watched:
            self._epoll.modify(descriptor, mask)
        else:
            self._epoll.register(descriptor, mask)
            self._watched.add(descriptor)

    def forget(self, descriptor: int) -> None:
        if descriptor in self._watched:
            self._watched.discard(descriptor)
            with contextlib.suppress(OSError):
                self._epoll.unregister(descriptor)

    def close(self) -> None:
        self._epoll.close()
        self._close(self._descriptor)


def _epoll_wait(epoll: select.epoll, descriptor: int, settime: Any, spin: bool) -> Wait:
    poll = epoll.poll
    when = array("q", [0, 0, 0, 0])  # struct itimerspec: interval, value
    address = ctypes.c_void_p(when.buffer_info()[0])
    flags, clock = ctypes.c_int(_ABSOLUTE), perf_counter_ns
    number, nothing = ctypes.c_int(descriptor), ctypes.c_void_p(None)
    armed = 0

    def wait(until: int, exact: bool) -> list[tuple[int, int]]:
        nonlocal armed
        left = until - clock()
        if left <= 0:
            return poll(0, MOST_EVENTS)
        if not exact:
            return poll(left / 1e9, MOST_EVENTS)
        goal = until - _SPIN if spin else until
        if left <= until - goal:
            while clock() < until:
                if events := poll(0, MOST_EVENTS):
                    return events
            return []
        if goal != armed:
            armed = goal
            when[2], when[3] = divmod(goal, 1_000_000_000)
            settime(number, flags, address, nothing)
        events = poll(-1, MOST_EVENTS)
        if len(events) == 1 and events[0][0] == descriptor:
            return []
        return [event for event in events if event[0] != descriptor]

    return wait


class SelectorTimer:
    """kqueue or select: as exact as the system's own sleep. On Windows the tick is set to a millisecond."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._tick: Any = None
        if sys.platform == "win32":
            self._tick = ctypes.windll.winmm
            self._tick.timeBeginPeriod(1)
        self.wait: Wait = self._wait

    def _wait(self, until: int, exact: bool) -> list[tuple[int, int]]:
        left = until - perf_counter_ns()
        if not self._selector.get_map():
            sleep(max(left, 0) / 1e9)
            return []
        found = self._selector.select(max(left, 0) / 1e9)
        return [(key.fd, _bits(mask)) for key, mask in found]

    def watch(self, descriptor: int, bits: int) -> None:
        events = (selectors.EVENT_READ if bits & READABLE else 0) | (selectors.EVENT_WRITE if bits & WRITABLE else 0)
        if descriptor in self._selector.get_map():
            self._selector.modify(descriptor, events)
        else:
            self._selector.register(descriptor, events)

    def forget(self, descriptor: int) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(descriptor)

    def close(self) -> None:
        self._selector.close()
        if self._tick is not None:
            self._tick.timeEndPeriod(1)


def _bits(mask: int) -> int:
    return (READABLE if mask & selectors.EVENT_READ else 0) | (WRITABLE if mask & selectors.EVENT_WRITE else 0)
