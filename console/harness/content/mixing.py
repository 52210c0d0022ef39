"""Ingredients made into one stream: the next message comes from each with the probability of its weight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from console.harness.content.drawing import generator
from console.harness.content.stream import CHUNK, Chunk

One = tuple[bytes, bytes, int, int, int, int]
"""Payload, control id, lane, order, kind (of the whole mix), nanoseconds of hospital time since the first message."""

LARGEST_CHUNK = 4 << 20
"""Bytes after which a chunk is closed early: a chunk of large documents must not fill the memory."""

_DRAWN_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Part:
    """An ingredient in a mix: `take` gives the next message and raises StopIteration when there is none."""

    weight: float
    take: Callable[[], One]


def mix(parts: Sequence[Part], seed: int) -> Iterator[Chunk]:
    """Chunks until no part has anything left. `after` is hospital time and never goes back."""
    draws = generator(seed, "mix")
    takes = [part.take for part in parts if part.weight > 0]
    weights = [part.weight for part in parts if part.weight > 0]
    chunk, size, latest = Chunk(), 0, 0
    while takes:
        total = sum(weights)
        picks = draws.choice(len(takes), _DRAWN_AT_ONCE, p=[weight / total for weight in weights]).tolist()
        for pick in picks:
            try:
                payload, control_id, lane, order, kind, after = takes[pick]()
            except StopIteration:
                del takes[pick], weights[pick]
                break
            latest = max(latest, after)
            chunk.payloads.append(payload)
            chunk.control_ids.append(control_id)
            chunk.lanes.append(lane)
            chunk.orders.append(order)
            chunk.kinds.append(kind)
            chunk.after.append(latest)
            size += len(payload)
            if len(chunk) >= CHUNK or size >= LARGEST_CHUNK:
                yield chunk
                chunk, size = Chunk(), 0
    if len(chunk):
        yield chunk


def one_by_one(chunks: Iterator[Chunk], kinds: Sequence[int]) -> Callable[[], One]:
    """A source's chunks as single messages. `kinds`: its kinds' numbers in the whole mix."""

    def singles() -> Iterator[One]:
        for c in chunks:
            after = c.after or [0] * len(c)
            yield from zip(
                c.payloads, c.control_ids, c.lanes, c.orders, [kinds[k] for k in c.kinds], after, strict=True
            )

    return singles().__next__
