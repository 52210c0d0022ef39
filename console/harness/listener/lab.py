"""The listener plays a laboratory: each order it accepts comes back as results, after turnarounds drawn from the seed.

Answers are read: what is not accepted is sent again as often as the script says. Results of one order keep to one
connection and their order. Runs on the listener's loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from time import time_ns

from console.connections.mllp_client import MllpClient
from console.core.errors import EnvironmentFault
from console.harness.listener.durations import drawer
from console.harness.listener.lab_messages import Order, read_orders, write_result
from console.harness.listener.script import Lab
from console.hl7v2.acknowledgment import parse_ack

ORDERS = frozenset({"ORM^O01", "OML^O21", "OMG^O19"})
MOST_WAITING = 50_000
"""Results that may wait to be due or to be sent; orders beyond it get none."""


class Laboratory:
    """Takes accepted orders; `counts` says what became of them. `close` sends nothing more."""

    def __init__(self, lab: Lab, *, seed: int, address: tuple[str, int]) -> None:
        self._lab = lab
        self._loop = asyncio.get_running_loop()
        self._random = Random(f"{seed}/lab")
        self._values = Random(f"{seed}/lab/values")
        self._draw: dict[str, Callable[[], float]] = {
            name: drawer(getattr(lab, name), Random(f"{seed}/lab/{name}"))
            for name in ("collected", "preliminary", "final", "correction")
        }
        self._started = f"{time_ns() // 1_000_000:X}"
        self._numbered = 0
        self._sent = 0
        self.counts: Counter[str] = Counter()
        self._queues: list[asyncio.Queue[bytes]] = [asyncio.Queue() for _ in range(lab.connections)]
        self._address = address
        self._tasks = [asyncio.ensure_future(self._deliver(queue)) for queue in self._queues]
        self._waiting = 0

    def take(self, payload: bytes, kind: str) -> None:
        """One accepted message; what is no order is left alone."""
        if kind not in ORDERS:
            return
        self._numbered += 1
        for order in read_orders(payload, f"{self._started}{self._numbered:06d}"):
            self.counts["orders"] += 1
            drawn = {name: self._random.random() for name in ("lost", "preliminary", "corrected")}
            if drawn["lost"] < self._lab.lost_share or self._waiting >= MOST_WAITING:
                self.counts["never resulted"] += 1
                continue
            steps = ["I"]
            steps += ["P"] if drawn["preliminary"] < self._lab.preliminary_share else []
            steps += ["F"]
            steps += ["C"] if drawn["corrected"] < self._lab.corrected_share else []
            self._waiting += 1
            self._plan(order, steps)

    def _plan(self, order: Order, steps: list[str]) -> None:
        name = {"I": "collected", "P": "preliminary", "F": "final", "C": "correction"}[steps[0]]
        self._loop.call_later(self._draw[name]() * self._lab.scale, self._due, order, steps)

    def _due(self, order: Order, steps: list[str]) -> None:
        status, rest = steps[0], steps[1:]
        self._sent += 1
        payload = write_result(
            order,
            status,
            control_id=f"R{self._started[-7:]}{self._sent:07d}",
            application=self._lab.application,
            facility=self._lab.facility,
            now=datetime.now(UTC),
            random=self._values,
        )
        queue = self._queues[zlib.crc32(order.placer.encode("utf-8", "replace")) % len(self._queues)]
        queue.put_nowait(payload)
        self.counts["results"] += 1
        if self._random.random() < self._lab.duplicate_share:
            queue.put_nowait(payload)
            self.counts["duplicates"] += 1
        if rest:
            self._plan(order, rest)
        else:
            self._waiting -= 1

    async def _deliver(self, queue: asyncio.Queue[bytes]) -> None:
        client = MllpClient(*self._address, timeout=self._lab.answer_timeout)
        try:
            while True:
                payload = await queue.get()
                await self._send(client, payload)
                queue.task_done()
        finally:
            with contextlib.suppress(EnvironmentFault):
                await client.close()

    async def _send(self, client: MllpClient, payload: bytes) -> None:
        for attempt in range(self._lab.resend + 1):
            if attempt:
                self.counts["sent again"] += 1
                await asyncio.sleep(self._lab.resend_after)
            try:
                code = parse_ack(await client.send(payload)).code
            except EnvironmentFault as fault:
                self.counts[fault.code] += 1
                continue
            if code in ("AA", "CA"):
                self.counts["accepted"] += 1
                return
            if code in ("AR", "CR"):
                self.counts["rejected"] += 1
                return
        self.counts["given up"] += 1

    @property
    def waiting(self) -> int:
        """Orders that have results to come, and results that are not out yet."""
        return self._waiting + sum(queue.qsize() for queue in self._queues)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
