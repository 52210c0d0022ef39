"""A receiver of tests/fakes on a thread of its own, for callers that bring their own event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.fakes.mllp_receivers import House


@contextmanager
def receiving(kind: Callable[[House], asyncio.Protocol]) -> Iterator[int]:
    """Its port."""
    loop = asyncio.new_event_loop()
    house = House(kind)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(house.start(), loop).result(5)
        yield house.port
    finally:
        asyncio.run_coroutine_threadsafe(house.stop(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
