"""Asks the system to let this process run soon when it wakes: short time slices instead of a higher priority.

Linux gives the processor to whoever runs until its slice (some 3 ms) is over, even if a process with a schedule to keep
wakes meanwhile; one with a shorter slice is let in at once (EEVDF, kernel 6.12). It needs no rights and takes nothing
from others: the share of the processor stays the same. Elsewhere nothing happens.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import struct
import sys

SLICE_NS = 100_000
_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}
_ATTRIBUTES = struct.Struct("<IIQiIQQQ")  # size, policy, flags, nice, priority, runtime, deadline, period


def be_prompt() -> bool:
    """Whether the system took it."""
    number = _SCHED_SETATTR.get(platform.machine())
    if sys.platform != "linux" or number is None:
        return False
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    attributes = _ATTRIBUTES.pack(_ATTRIBUTES.size, os.SCHED_OTHER, 0, nice, 0, SLICE_NS, 0, 0)
    with contextlib.suppress(OSError, AttributeError):
        return bool(ctypes.CDLL(None).syscall(number, 0, attributes, 0) == 0)
    return False
